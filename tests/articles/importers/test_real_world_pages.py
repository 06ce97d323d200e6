"""Shapes of pages as sites of the 2010s made them, around one story."""

import pytest

from .reading import kinds, paragraphs, read_string, visible

LONG = (
    "The ferry at Quill Harbor leaves at ten past six, and it has left at ten past six"
    " since before my grandfather was old enough to miss it, or so we were told."
)
HEAD = "<title>Who Rings It?</title>"
TITLE = "<h1>Who Rings It?</h1>"


def prose(count, first=1):
    return "".join(f"<p>{LONG} ({n})</p>" for n in range(first, first + count))


def page(*inside, head=HEAD):
    return read_string(
        f"<html><head>{head}</head><body>{''.join(inside)}</body></html>"
    )


class TestWhereTheStoryStands:
    def test_what_stands_far_from_the_headline_is_not_part_of_it(self):
        story = f"<div><div><article>{TITLE}{prose(5)}</article></div></div>"
        notice = (
            "<div><p>We use cookies, so that this page can be shown as it should be. By"
            " reading on you accept them, it says here, and that is that.</p><p>You get"
            " a letter from us, in which you say that you wanted it at all.</p></div>"
        )
        body = visible(page(f"<div>{story}</div>", notice).body_html)
        assert "cookies" not in body
        assert "(5)" in body

    def test_parts_of_a_story_side_by_side_belong_together(self):
        parts = f"<div>{TITLE}{prose(3)}</div><div>{prose(3, first=4)}</div>"
        assert "(6)" in page(f"<div>{parts}</div>").body_html


class TestWordsThatStay:
    @pytest.mark.parametrize("mark", ["article-teaser", "widget", "meta", "tag"])
    def test_a_link_within_a_sentence_whatever_its_class(self, mark):
        sentence = f"<p>They say <a class={mark} href=x>Lu Pell</a> rang it. {LONG}</p>"
        assert "Lu Pell" in page(TITLE, sentence, prose(3)).body_html

    def test_a_list_of_links_to_other_sites_below_a_paragraph(self):
        links = "".join(
            f"<li><a href=https://{name}.example/>The {name} of Cold Ford, a chart</a>"
            for name in ("bell", "tower", "quay")
        )
        head = HEAD + "<link rel=canonical href=https://old.example/ferry.html>"
        text = f"{TITLE}{prose(2)}<ul>{links}</ul>{prose(2, first=3)}"
        body = page(f"<div>{text}</div>", head=head).body_html
        assert body.count("<li>") == 3

    def test_such_a_list_to_its_own_pages_is_a_menu(self):
        links = "".join(f"<li><a href=/{n}.html>A story {n}</a>" for n in range(4))
        head = HEAD + "<link rel=canonical href=https://old.example/ferry.html>"
        text = f"{TITLE}{prose(2)}<ul>{links}</ul>{prose(2, first=3)}"
        assert "<li>" not in page(f"<div>{text}</div>", head=head).body_html

    def test_the_rest_of_a_story_that_a_click_showed(self):
        rest = f"<div class=rest style='display: none'>{prose(3, first=3)}</div>"
        more = "<p><a href=#>Read the full story</a></p>"
        body = page(f"<div>{TITLE}{prose(2)}{more}{rest}</div>").body_html
        assert "(5)" in body

    @pytest.mark.parametrize(
        "hidden",
        [
            f"<div class=modal style='display:none'>{prose(3, first=6)}</div>",
            f"<div hidden>{prose(2, first=6)}<input name=mail></div>",
            "<div style='display:none'><p>One moment, please (8)</p></div>",
        ],
    )
    def test_what_is_hidden_otherwise_stays_hidden(self, hidden):
        body = page(f"<div>{TITLE}{prose(5)}{hidden}</div>").body_html
        assert "(5)" in body
        assert "(6)" not in body
        assert "(8)" not in body

    def test_paragraphs_above_a_heading_taken_for_the_headline(self):
        inside = f"{prose(2)}<h2>Who Rings It?</h2>{prose(3, first=3)}"
        assert "(1)" in page(f"<div>{inside}</div>").body_html

    def test_a_long_standfirst_between_headline_and_byline(self):
        lede = f"<div class=chapo><p>{LONG} {LONG} {LONG} {LONG} (0)</p></div>"
        top = f"<div class=top>{TITLE}{lede}<p>By Lu Pell, 21 June 2018</p></div>"
        story = page(f"<div>{top}<div class=text>{prose(5)}</div></div>")
        assert "(0)" in story.body_html + story.standfirst
        assert [credit.name for credit in story.credits] == ["Lu Pell"]

    def test_paragraphs_between_headline_and_byline_keep_their_links(self):
        link = "<a href=https://bell.example/a>the bell & its rope</a>"
        some = "".join(f"<p>{LONG} See {link}, they say. ({n})</p>" for n in (7, 8))
        top = f"<div class=top>{TITLE}<div>{some}</div><p>By Lu Pell</p></div>"
        body = page(f"<div>{top}<div class=text>{prose(5)}</div></div>").body_html
        assert "(7)" in body
        assert "(8)" in body
        assert body.count('"https://bell.example/a">the bell &amp; its rope</a>') == 2

    def test_a_table_of_links_and_figures_below_its_heading(self):
        rows = "".join(
            f"<tr><td><a href=/{n}.html>The long name of seat {n}</a><td>{n} km<td>good"
            for n in range(5)
        )
        table = f"<h2>Results</h2><table><tr><th>Seat<th>Way<th>Mark{rows}</table>"
        body = page(f"<div>{TITLE}{prose(3)}{table}{prose(1, first=4)}</div>").body_html
        assert body.count("<tr>") == 6

    def test_a_part_that_is_marked_as_none_of_the_story_is_named_where_it_says_much(
        self,
    ):
        said = (
            "<p>The bell was cast in 1911, twice. It was never paid for, they say.</p>"
        )
        more = "<p>Whoever has seen the bill may write to the harbour, or come by.</p>"
        part = f"<div class='newsletter signup'>{said}{more}</div>"
        story = page(f"<div>{TITLE}{prose(3)}{part}{prose(2, first=4)}</div>")
        told = [one.sample for one in story.problems if one.kind == "left-out"]
        is_kept = "never paid for" in story.body_html
        assert is_kept or any("never paid for" in sample for sample in told)


class TestNotices:
    @pytest.mark.parametrize(
        "line",
        [
            "Copyright 1911 was what the board had printed on each of its maps.",
            "© 1911 Marsh and Sons stood on the back of the plate.",
            "Photos © 2009 by Otto Lark",
            "© 1998 Otto Lark/Quill",
        ],
    )
    def test_a_story_goes_on_below_what_only_looks_like_one(self, line):
        below = f"<p>{line}</p>{prose(2, first=6)}"
        assert "(7)" in page(f"<div>{TITLE}{prose(5)}{below}</div>").body_html

    @pytest.mark.parametrize(
        "words",
        [
            "Posted at the door of the chapel, the notice says nothing of a bell.",
            "The <a href=http://a.example/>first and second bells</a> and the"
            " <a href=http://b.example/>third one of the parish</a> are lost for good.",
        ],
    )
    def test_a_last_sentence_stays(self, words):
        story = page(f"<div>{TITLE}{prose(5)}<p>{words}</p></div>")
        assert words[:24].partition("<")[0] in story.body_html

    def test_what_follows_a_copyright_notice_is_left_out_and_named(self):
        below = (
            "<p>© 2011 The Quill Post</p><p>Chart data may differ from what is printed"
            " here.</p><p>Each reader acts at her own risk, and on her own account.</p>"
        )
        story = page(f"<div>{TITLE}{prose(5)}{below}</div>")
        assert "her own risk" not in story.body_html
        assert "left-out" in kinds(story)

    @pytest.mark.parametrize(
        "between",
        [
            "<p>© Lu Pell</p>",
            "<img src=bell.jpg width=400 height=300><p>© 2011 Lu Pell</p>",
            "<p>Copyright is what the bell never had, not in 1911 and not since.</p>",
        ],
    )
    def test_a_credit_or_a_sentence_is_no_notice(self, between):
        story = page(f"<div>{TITLE}{prose(5)}{between}{prose(2, first=6)}</div>")
        assert "(7)" in story.body_html


class TestDatesAndNames:
    @pytest.mark.parametrize(
        "line",
        [
            "Submitted on Mon, 2019-01-21 13:49",
            "21. Januar 2019, 13:49 | wren",
            "21 janvier 2019 à 13:49 (Mis à jour: 19:56)",
        ],
    )
    def test_a_line_with_a_date_and_little_else_is_the_head_s(self, line):
        story = page(f"<div>{TITLE}<p>{line}</p>{prose(4)}</div>")
        assert str(story.published.moment)[:10] == "2019-01-21"
        assert line not in visible(story.body_html)

    def test_a_heading_with_a_date_in_it_is_a_heading(self):
        day = "<h3>Quill Harbor, 21 January 2019: rain</h3>"
        assert day in page(f"<div>{TITLE}{day}{prose(4)}</div>").body_html

    def test_a_date_said_below_the_story_counts_with_a_doubt(self):
        below = "<div><span>Posted by wren on 21 January 2019 at 13:49</span></div>"
        story = page(f"<div>{TITLE}{prose(4)}</div>", below)
        assert str(story.published.moment)[:10] == "2019-01-21"
        assert "date-beside" in kinds(story)

    def test_a_name_that_leads_to_its_profile_over_the_date_is_the_byline(self):
        head = (
            f"<header>{TITLE}<div><a href=/author/lu>Lu Pell</a></div>"
            "<div>21.05.2019</div></header>"
        )
        story = page(f"<div>{head}<div>{prose(5)}</div></div>")
        assert [credit.name for credit in story.credits] == ["Lu Pell"]

    def test_a_byline_between_the_headline_and_its_repetition_counts(self):
        head = f"<div>{TITLE}<p>par Lu Pell, 21 juin 2018</p></div>"
        again = "<div><h2>Who Rings It?</h2></div>"
        story = page(f"<div>{head}{again}<div>{prose(5)}</div></div>")
        assert [credit.name for credit in story.credits] == ["Lu Pell"]

    def test_a_caption_that_is_a_name_is_no_byline(self):
        picture = "<img src=lu.jpg alt='Lu Pell' width=400 height=300><p>Lu Pell.</p>"
        assert not page(f"<div>{TITLE}{picture}{prose(5)}</div>").credits

    def test_of_two_dates_around_it_neither_does(self):
        below = (
            "<div><span>Posted on 21 January 2019 by wren</span></div>"
            "<div><span>Posted on 22 January 2019 by pell</span></div>"
        )
        assert not page(f"<div>{TITLE}{prose(4)}</div>", below).published

    @pytest.mark.parametrize(
        ("author", "site"),
        [
            ("Quill Post Online", "Quill Post"),
            ("quillpost.example", "Quill Post"),
            ("Hafen-Verlag GmbH", "Hafen-Verlag"),
            ("Super User", "Quill Post"),
            ("Redaktion", "Quill Post"),
        ],
    )
    def test_the_site_is_not_its_own_author(self, author, site):
        head = (
            f"{HEAD}<meta name=author content='{author}'>"
            f"<meta property=og:site_name content='{site}'>"
            "<link rel=canonical href=https://www.quillpost.example/a.html>"
        )
        story = page(f"<div>{TITLE}<p>By Lu Pell</p>{prose(4)}</div>", head=head)
        assert [credit.name for credit in story.credits] == ["Lu Pell"]
        assert not page(f"<div>{TITLE}{prose(4)}</div>", head=head).credits

    def test_a_site_named_after_its_writer_has_an_author(self):
        head = (
            f"{HEAD}<meta name=author content='Lu Pell'>"
            "<meta property=og:site_name content='Lu Pell'>"
        )
        story = page(f"<div>{TITLE}{prose(4)}</div>", head=head)
        assert [credit.name for credit in story.credits] == ["Lu Pell"]


def test_paragraphs_come_in_their_order():
    story = page(f"<div>{TITLE}{prose(4)}</div>")
    assert [one[-3:] for one in paragraphs(story)] == ["(1)", "(2)", "(3)", "(4)"]


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        (
            "News - Site Update - Part 12 / Chapter 9 - The Bell",
            "Site Update - Part 12",
        ),
        ("The Bell of Cold Ford - CFB | Wiki", "The Bell of Cold Ford - CFB"),
        ("Who Rings It? ‹ The Quill Project", "Who Rings It?"),
    ],
)
def test_a_headline_of_several_parts_of_the_title_is_found_where_it_is_printed(
    title, printed
):
    top = f"<h1>The Bell</h1><p>Wiki</p><div><h2>{printed}</h2>{prose(4)}</div>"
    assert page(f"<div>{top}</div>", head=f"<title>{title}</title>").headline == printed


class TestUnfolded:
    def test_each_part_below_its_heading(self):
        parts = "".join(
            f"<div><h3><button>Stage {n}</button></h3><div style='display:none'>"
            f"<p>The bell rang for the boats that came in late. [{n}]</p></div></div>"
            "<p>And then the works stood still for the whole of that year.</p>"
            for n in range(4)
        )
        body = page(f"<div>{TITLE}{prose(4)}{parts}</div>").body_html
        assert "Stage 2" in body


class TestLetters:
    def test_no_writer_of_one_is_the_author(self):
        letters = "".join(
            f"<p>Sir, {LONG} ({n})</p><p>{name}, Cold Ford</p>"
            for n, name in enumerate(["Ivo Marsh", "Tess Orrin", "Hal Weaver"])
        )
        story = page(f"<div>{TITLE}{letters}</div>")
        assert story.credits == []
        assert "Hal Weaver, Cold Ford" in story.body_html
