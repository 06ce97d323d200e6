"""Pages of plain text: the shapes we know, and every other text as well."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importers import Problem, Story

from .reading import (
    PAGES,
    kinds,
    paragraphs,
    read_bytes,
    read_fixture,
    read_string,
    visible,
)


def page(*body, head="The Long Way Home\n\nBy Jane Hill\n\nMarch 12, 2006"):
    return read_string("\n\n".join([head, *body]))


LONG = (
    "The ferry at Quill Harbor leaves at ten past six, and it has left at ten past"
    " six since before my grandfather was old enough to miss it."
)


class TestClassicPage:
    def test_is_taken_apart_without_configuration(self):
        story = read_fixture("classic_unwrapped.txt")
        assert story.headline == "The Ferry That Would Not Wait"
        assert [credit.name for credit in story.credits] == ["Thaddeus M. Orrin"]
        assert str(story.published.moment) == "2003-10-09"
        assert [line.kind for line in story.chrome] == ["back", "advertise", "share"]
        assert len(paragraphs(story)) == 10
        assert story.problems == []
        assert "Back to Commentaries" not in story.body_html

    def test_keeps_its_paragraphs_to_the_character(self):
        lines = (PAGES / "classic_unwrapped.txt").read_text().split("\n")
        story = read_fixture("classic_unwrapped.txt")
        for paragraph in paragraphs(story):
            assert paragraph in lines
        assert "report—I have read all ninety pages of it—mentions" in story.body_html
        assert "&quot;" not in story.body_html

    def test_gives_the_closing_box_to_the_author_and_not_to_the_body(self):
        story = read_fixture("classic_unwrapped.txt")
        (box,) = story.boxes
        assert box.name == "Thaddeus M. Orrin"
        assert box.lives_in == "Quill Harbor, Maine"
        assert box.email == "torrin@quillharbor.example.com"
        book, blog, show = box.links
        assert (book.title, book.role) == (
            "Letters from the Landing",
            "editor and contributor",
        )
        assert book.publisher == "Saltbox Press"
        assert blog.url == "http://www.tenpastsix.example.com/blog"
        assert (show.title, show.publisher) == ("The Slack Tide Hour", "WQHM 98.3 FM")
        assert box.bio == ""
        assert "Quill Harbor, Maine" not in story.body_html

    def test_with_hard_wrapped_lines_is_joined(self):
        story = read_fixture("classic_wrapped.txt")
        assert story.headline == "A SMALL WORD ON BEHALF OF THE LONG WAY HOME"
        assert [credit.name for credit in story.credits] == [
            "Margit van der Hoek",
            "Solomon Pike",
        ]
        first, second, *_ = paragraphs(story)
        assert "a bridge that was built for hay-wagons, and takes" in first
        assert second.startswith('"It\'s a matter of getting there," our neighbor')
        assert "What we would like to say to Ephraim--and have" in story.body_html
        assert "\n" not in first

    def test_with_a_line_for_each_paragraph_is_not_joined(self):
        story = read_fixture("line_per_paragraph.txt")
        assert len(paragraphs(story)) == 10
        assert (
            paragraphs(story)[1] == "“How many people live here?” she asked my mother."
        )
        assert story.boxes[0].lives_in == "Varley Mills"
        assert "Share our stories" not in story.body_html

    def test_with_a_closing_box_in_several_lines_is_one_box(self):
        story = read_fixture("closing_lines.txt")
        (box,) = story.boxes
        assert story.byline_text.startswith("Winifred Adair-Bello")
        assert box.lives_in == "Lowbridge"
        assert box.email == "wab@beacon.example.com"
        assert [link.kind for link in box.links] == ["book", "blog", "show"]
        assert story.chrome[1].url == "http://www.beacon.example.com/advertise"
        assert "KLBR" not in story.body_html


class TestShapes:
    def test_windows_1252(self):
        story = read_fixture("windows_1252.txt")
        assert story.encoding == "windows-1252"
        assert story.headline == "The Café at the End of the Line"
        assert story.credits[0].name == "André Beauclère"
        assert "it costs €14 to eat" in story.body_html
        assert "merely rude… The owner" in story.body_html
        assert "\x92" not in story.body_html

    def test_no_date(self):
        story = read_fixture("no_date.txt")
        assert story.published is None
        assert kinds(story) == {"no-date"}
        assert story.boxes[0].email == "pstrand@secondchair.example.org"
        assert story.boxes[0].links[0].publisher == "Lowther & Finch"

    def test_two_authors_and_a_photographer(self):
        story = read_fixture("two_authors.txt")
        assert [(credit.name, credit.role) for credit in story.credits] == [
            ("Rosalind Achterberg", ""),
            ("Desmond T. Ayodele", ""),
            ("Lucía Ferrán", ""),
            ("Wendell Cho", "Photographs"),
        ]
        assert story.standfirst.startswith("Two farmers on opposite sides")
        assert story.section_name == "Guest Commentary"
        assert [box.name for box in story.boxes] == [
            "Rosalind Achterberg",
            "Desmond T. Ayodele",
            "Lucía Ferrán",
        ]
        assert "About the authors" not in story.body_html

    def test_all_capitals_headline_is_kept_as_printed(self):
        story = read_fixture("capitals.txt")
        assert story.headline == "THE MAN WHO READ THE METERS"
        assert story.credits[0].name == "Cornelius McAllister-O'Day"
        assert story.credits[0].printed == "CORNELIUS MCALLISTER-O'DAY"
        assert "<h2>THE NAME</h2>" in story.body_html
        assert story.boxes[0].lives_in == "Hadley Falls, Mass."

    def test_missing_byline(self):
        story = read_fixture("missing_byline.txt")
        assert story.credits == []
        assert story.boxes == []
        assert kinds(story) == {"no-byline"}
        assert paragraphs(story)[-1].endswith("either the reservoir or the sea.")

    def test_empty(self):
        problem = read_string("")
        assert isinstance(problem, Problem)
        assert (problem.kind, problem.is_broken) == ("empty", True)
        assert not isinstance(problem, Story)


class TestHeadline:
    @pytest.mark.parametrize(
        "headline",
        [
            "Back to the River",
            "Share the Road, Lose the Argument",
            "By Land and by Sea",
            "Print the Legend",
            "“We Were Never Asked”",
            "IN DEFENSE OF BOREDOM...",
            "What Do We Owe the Dead?",
            "1968 And All That",
        ],
    )
    def test_may_look_like_something_else(self, headline):
        story = read_string(
            f"Back to Commentaries\n\n{headline}\n\nBy Jane Hill\n\n{LONG}\n\n{LONG}"
        )
        assert story.headline == headline
        assert [line.text for line in story.chrome] == ["Back to Commentaries"]
        assert paragraphs(story) == [LONG, LONG]

    def test_on_two_lines_is_joined(self):
        story = page(LONG, head="THE LONG WAY\nHOME\n\nBy Jane Hill")
        assert story.headline == "THE LONG WAY HOME"
        assert story.standfirst == ""

    def test_and_a_standfirst_are_told_apart(self):
        standfirst = "A baker writes about what he owes to his neighbours."
        story = page(LONG, head=f"The Long Way Home\n\n{standfirst}\n\nBy Jane Hill")
        assert story.headline == "The Long Way Home"
        assert story.standfirst == standfirst
        assert standfirst not in story.body_html

    def test_that_is_too_long_is_cut_with_a_problem(self):
        story = read_string(f"Title: {'word ' * 2000}\n\nBy Jane Hill\n\n{LONG}")
        assert len(story.headline) <= 300
        assert "long-headline" in kinds(story) or "no-headline" in kinds(story)

    def test_that_is_missing_is_the_first_words_and_a_problem(self):
        story = read_string(f"{LONG}\n\n{LONG}\n")
        assert "no-headline" in kinds(story)
        assert LONG.startswith(story.headline.rstrip("…"))
        assert paragraphs(story) == [LONG, LONG]


class TestBody:
    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\f\n", "\u2028"])
    def test_has_the_same_paragraphs_whatever_ends_a_line(self, newline):
        text = f"A Title\n\nBy Jane Hill\n\n{LONG}\n\nHe stayed.\n\n{LONG}"
        story = read_string(text.replace("\n", newline))
        assert paragraphs(story) == [LONG, "He stayed.", LONG]

    def test_keeps_typography(self):
        text = '"It\'s," said\xa0he — ‘we’ll see’… 5 < 6 & 7 > 3 -- «\xa0ça\xa0»  then.'
        story = page(text, LONG)
        assert paragraphs(story)[0] == text
        assert "5 &lt; 6 &amp; 7 &gt; 3" in story.body_html

    def test_with_indented_first_lines(self):
        wrapped = [
            textwrap.fill(LONG + f" Or so he said, {n}.", 60, initial_indent="    ")
            for n in ("then", "later", "always")
        ]
        story = read_string("A Title\n\nBy Jane Hill\n\n" + "\n".join(wrapped))
        assert paragraphs(story) == [
            f"{LONG} Or so he said, {n}." for n in ("then", "later", "always")
        ]
        assert "blockquote" not in story.body_html

    def test_with_a_set_in_quotation_and_its_speaker(self):
        quotation = "    We are a people of water,\n    and it does not wait.\n"
        story = page(LONG, quotation + "    -- Ada Crane, River Book", LONG)
        assert (
            "<blockquote><p>We are a people of water,<br>and it does not wait.</p>"
            "<footer><cite>Ada Crane, River Book</cite></footer></blockquote>"
        ) in story.body_html
        assert "--" not in story.body_html

    def test_with_lists_rules_headings_and_tables(self):
        story = page(
            LONG,
            "A HEADING",
            LONG,
            "- one\n- two",
            "* * *",
            "1. a\n2. b",
            "x\t1\ny\t2",
            LONG,
        )
        assert "<h2>A HEADING</h2>" in story.body_html
        assert "<ul><li>one</li><li>two</li></ul>" in story.body_html
        assert "<hr>" in story.body_html
        assert "<ol><li>a</li><li>b</li></ol>" in story.body_html
        assert "<tr><td>x</td><td>1</td></tr>" in story.body_html
        assert "* * *" not in story.body_html

    def test_with_one_dash_or_odd_numbers_has_no_list(self):
        story = page(LONG, "- Who goes there?", "3. He said.", "5. She said.", LONG)
        assert paragraphs(story)[1:4] == [
            "- Who goes there?",
            "3. He said.",
            "5. She said.",
        ]
        assert "<li>" not in story.body_html

    def test_links_addresses_that_say_their_scheme_and_no_others(self):
        story = page("See (http://a.example.com/x_(y)). Or javascript:alert(1).", LONG)
        assert '<a href="http://a.example.com/x_(y)">' in story.body_html
        assert "javascript:alert(1)" in story.body_html
        assert 'href="javascript' not in story.body_html

    def test_escapes_what_looks_like_markup(self):
        story = page("He typed <script>alert(1)</script> and <b>left</b>.", LONG)
        assert "&lt;script&gt;" in story.body_html
        assert "<script" not in story.body_html

    def test_of_another_script_knows_its_language_and_direction(self):
        story = read_string("כותרת\n\nמאת דנה לוי\n\n" + "הנהר עלה בלילה. " * 20)
        assert (story.language, story.direction) == ("he", "rtl")
        assert page(LONG, LONG).direction == "ltr"


class TestClosingBox:
    def test_is_not_made_of_a_last_paragraph_about_somebody_else(self):
        for last in (
            "My neighbor, Tom Alder, lives in Fargo now.",
            "Tom Alder lives in Fargo, Minnesota.",
            "Tom Alder lives in Fargo. “I am the author of it,” he said.",
            "He lives in Fargo now, and can be reached by nobody.",
        ):
            story = page(LONG, LONG, last)
            assert paragraphs(story)[-1] == last
            assert story.boxes == []

    def test_is_not_made_of_what_is_not_the_end(self):
        story = page(LONG, "Jane Hill lives in Boise.", LONG, LONG)
        assert "Jane Hill lives in Boise." in paragraphs(story)
        assert story.boxes == []

    def test_of_a_stranger_counts_after_a_rule(self):
        story = page(LONG, "-----", "Tom Alder is a columnist in Fargo.")
        assert [box.name for box in story.boxes] == ["Tom Alder"]
        assert "Alder" not in story.body_html

    def test_names_the_author_where_no_byline_does(self):
        box = "Jane Hill lives in Boise. She can be reached at jh@example.com."
        story = read_string(f"A Title\n\n{LONG}\n\n{LONG}\n\n{box}")
        assert [credit.name for credit in story.credits] == ["Jane Hill"]
        assert "byline-from-box" in kinds(story)
        assert "Boise" not in story.body_html

    def test_is_followed_by_notices_which_are_no_body_either(self):
        story = page(
            LONG,
            "Jane Hill lives in Boise.",
            "Copyright 2006 Jane Hill. All rights reserved.",
            "Reprinted with permission.",
            "Back to top",
        )
        assert story.boxes[0].lives_in == "Boise"
        assert paragraphs(story) == [LONG]
        assert [line.kind for line in story.chrome] == ["other", "other", "back"]

    def test_leaves_a_copyright_year_as_a_doubt_and_no_date(self):
        story = page(LONG, "Copyright 1998 Jane Hill", head="A Title\n\nBy Jane Hill")
        (problem,) = story.problems
        assert problem.kind == "no-date"
        assert "1998" in problem.reason
        assert story.published is None


class TestAnyText:
    @given(st.text(max_size=1500))
    def test_becomes_a_story_or_a_problem(self, text):
        found = read_bytes(text.encode())
        assert isinstance(found, Story | Problem)
        if isinstance(found, Story):
            assert found.headline
            assert len(found.headline) <= 300
            assert "\x00" not in found.body_html

    @given(
        st.lists(
            st.text(
                st.characters(
                    whitelist_categories=["Lu", "Ll", "Nd", "Po"], codec="utf-8"
                ),
                min_size=1,
                max_size=40,
            ),
            min_size=3,
            max_size=60,
        )
    )
    def test_loses_no_word_that_no_part_was_recognised_in(self, words):
        text = "\n".join(" ".join(words[at : at + 5]) for at in range(0, len(words), 5))
        story = read_bytes(f"A Title\n\n{LONG}\n\n{text}\n\n{LONG}".encode())
        kept = " ".join(
            [
                visible(story.body_html),
                story.headline,
                story.standfirst,
                *(line.text for line in story.chrome),
                *(box.text for box in story.boxes),
            ]
        )
        letters = "".join(one for one in kept if one.isalnum())
        for word in words:
            bare = "".join(one for one in word if one.isalnum())
            assert bare in letters
