"""Saved web pages: what is found, what is mapped, what is left behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.html import clean
from articles.importers import Problem, Story
from articles.importers.wordlists import words

from .reading import kinds, paragraphs, read_bytes, read_fixture, read_string, visible

LONG = (
    "The ferry at Quill Harbor leaves at ten past six, and it has left at ten past six"
    " since before my grandfather was old enough to miss it, or so we were told."
)
BODY = f"<p>{LONG}</p><p>“No,” she said.</p><p>{LONG}</p>"


def page(body=BODY, head="<title>A Title</title>", **options):
    text = f"<html><head>{head}</head><body><div id=story>{body}</div></body></html>"
    return read_string(text, **options)


class TestShapes:
    def test_1990s_table_layout(self):
        story = read_fixture("archive/1997/table_layout.htm")
        assert story.headline == "The Pear Tree on Gantry Street"
        assert [credit.name for credit in story.credits] == ["Lionel Ashby-Crewe"]
        assert str(story.published.moment) == "1997-09-14"
        assert paragraphs(story)[0].startswith("There was a pear tree on Gantry Street")
        assert "<em>materials</em>" in story.body_html
        assert "everyone’s" in story.body_html
        assert [line.kind for line in story.chrome if line.kind != "other"] == [
            "back",
            "advertise",
            "share",
        ]
        for word in ("<font", "<td", "<br><br>", "Classified", "Siding Press"):
            assert word not in story.body_html

    def test_1990s_closing_box_in_markup(self):
        (box,) = read_fixture("archive/1997/table_layout.htm").boxes
        assert box.lives_in == "Ashgrove, Ohio"
        book, blog, show = box.links
        assert (book.title, book.role) == ("At Our Own Risk", "editor and contributor")
        assert blog.url == "http://www.thirdward.example.com/log/"
        assert (show.title, show.publisher) == ("Third Ward Radio", "WAGO 1370 AM")
        assert box.bio == ""

    def test_headline_in_one_block_with_its_byline(self):
        top = "<p><b>Who Rings It?</b><br>By Ann Lee<br>March 4, 1998</p>"
        story = page(top + BODY, head="<title>Harbor Post: Who Rings It?</title>")
        assert story.headline == "Who Rings It?"
        assert [credit.name for credit in story.credits] == ["Ann Lee"]
        assert paragraphs(story) == [LONG, "“No,” she said.", LONG]

    @pytest.mark.parametrize("title", ["main", "Harbor Post Online"])
    def test_headline_of_a_frame_with_no_title_of_its_own(self, title):
        top = "<p>Harbor Post Online</p><p>Who Rings It?</p><p>By Ann Lee</p>"
        story = page(top + BODY, head=f"<title>{title}</title>")
        assert story.headline == "Who Rings It?"
        assert paragraphs(story) == [LONG, "“No,” she said.", LONG]

    def test_json_ld(self):
        story = read_fixture("archive/json_ld.html")
        assert story.headline == "Night Shift at the Lighthouse Museum"
        assert [credit.name for credit in story.credits] == [
            "Morag Tulloch-Deng",
            "Iain Vass",
        ]
        assert story.published.moment.isoformat() == "2019-11-08T21:30:00+00:00"
        assert story.updated.moment.isoformat() == "2019-11-09T08:00:00+00:00"
        assert story.section_name == "Features"
        assert story.tags == ["lighthouses", "volunteering", "Skerry Sound"]
        assert story.language == "en-GB"
        assert story.address == "/features/2019/11/night-shift-lighthouse"
        assert story.standfirst.startswith("What a volunteer guard learned")
        for word in ("never read", "Thermal socks", "slippers well", "Harbour dues"):
            assert word not in story.body_html

    def test_json_ld_page_keeps_its_structure(self):
        body = read_fixture("archive/json_ld.html").body_html
        assert "<h2>Nothing happens, and then it does</h2>" in body
        assert (
            '<blockquote cite="https://archive.skerryhead.example.org/logs/1954">'
            in body
        )
        assert "<footer><cite>Keeper’s log, 3 February 1954</cite></footer>" in body
        assert '<aside class="pullquote"><p>There is a kind' in body
        assert "<th>Visitors</th>" in body
        assert '<a href="https://www.skerrypost.example.com/glossary#door">' in body
        assert "<p>“Nothing,” I say.</p>" in body
        assert "class=" not in body.replace('class="pullquote"', "")

    def test_blog_export_page(self):
        story = read_fixture("archive/blog_export.html")
        assert story.headline == "What the Bread Knows"
        assert [credit.name for credit in story.credits] == ["Clementine Arrowood"]
        assert str(story.published.moment) == "2008-03-22"
        assert story.address == "/2008/03/22/what-the-bread-knows/"
        assert story.tags == ["Bread", "Patience"]
        assert paragraphs(story)[-1].endswith("waits to see what you will do.")
        for word in ("filed under", "My grandmother", "Blogroll", "Rain, a Complaint"):
            assert word not in story.body_html

    def test_right_to_left(self):
        story = read_fixture("archive/right_to_left.html")
        assert (story.language, story.direction) == ("he", "rtl")
        assert story.headline == "הספסל ליד הים"
        assert [credit.name for credit in story.credits] == ["תמר אלון-ברק"]
        assert str(story.published.moment) == "2011-05-12"
        assert "מתוך יומנו של שומר המגדלור" in story.body_html
        assert "דעות" not in story.body_html

    def test_typed_text_in_a_pre(self):
        story = read_fixture("archive/typed_page.html")
        assert story.headline == "THE QUIET END OF THE PARADE"
        assert story.boxes[0].email == "afell@parade.example.com"
        assert [line.text for line in story.chrome] == ["Back to Opinion"]
        assert paragraphs(story)[3] == '"They live there," I said.'
        assert "<pre" not in story.body_html


class TestPagesOfManyMakers:
    def test_in_one_form_as_servers_of_the_2000s_made_them(self):
        story = read_string(
            "<title>A Title</title><body><form action=story.aspx><input type=hidden>"
            f"<div><h1>Who Rings It?</h1><span>By Ann Lee</span>{BODY}</div></form>"
        )
        assert story.headline == "Who Rings It?"
        assert paragraphs(story) == [LONG, "“No,” she said.", LONG]
        assert "<input" not in story.body_html

    def test_verses_are_a_story_though_a_notice_has_the_only_sentence(self):
        verses = "<br>".join(["The bell goes round at five,", "the books lie down"] * 6)
        notice = f"<div class=cp>Copyright Credit: {LONG}</div>"
        menu = "<nav><a href=/>Quarto</a></nav>"
        story = read_string(
            f"<title>Closing Time</title>{menu}<main><h1>Closing Time</h1>"
            f"<div><p>{verses}</p></div>{notice}</main>"
        )
        assert story.body_html.count("the books lie down") == 6

    def test_a_very_short_story_is_its_article_and_not_the_page(self):
        words = "The dog was found on Friday, in good spirits, beyond the motorway."
        aside = "<h2>Most read</h2><ul><li><a href=a>The Bell of Cold Ford</a></ul>"
        story = read_string(
            f"<title>Dog found</title><article><h1>Dog found</h1><p>{words}</p>"
            f"</article><aside>{aside}</aside><footer>Some words of the paper.</footer>"
        )
        assert paragraphs(story) == [words]
        assert "Most read" not in story.body_html

    def test_a_name_with_its_portrait_over_the_date_is_the_byline(self):
        head = "<img src=a.png alt='Kofi Bright'><div>Kofi Bright</div>"
        story = read_string(
            "<title>Where They Went</title><div><h1>Where They Went</h1>"
            f"<div>{head}<div>Aug 30, 2022 · 6 min read</div></div>"
            f"<div>{BODY}</div></div>"
        )
        assert [credit.name for credit in story.credits] == ["Kofi Bright"]
        assert str(story.published.moment) == "2022-08-30"
        assert "Kofi" not in story.body_html

    def test_a_title_that_ends_with_its_author_is_the_headline_alone(self):
        head = (
            "<title>Site</title><meta property=og:title content='Who Rings It? | Ann"
            " Lee'><meta name=author content='Ann Lee'>"
        )
        story = page(f"<h1>Who Rings It?</h1><p>Ann Lee</p>{BODY}", head=head)
        assert story.headline == "Who Rings It?"

    def test_a_page_that_only_says_when_it_was_changed_has_that_day_and_a_doubt(self):
        story = page(f"<h1>A Title</h1><p>Updated April 9, 2019</p>{BODY}")
        assert str(story.published.moment) == "2019-04-09"
        assert story.updated is None
        assert "date-of-change" in kinds(story)

    def test_a_line_below_a_post_goes_where_a_heading_of_comments_follows(self):
        foot = "<p>Posted by Ann Lee at May 11, 2004 11:32 PM</p><h2>Comments</h2>"
        story = page(BODY + foot)
        assert [credit.name for credit in story.credits] == ["Ann Lee"]
        assert str(story.published.moment.date()) == "2004-05-11"
        assert paragraphs(story) == [LONG, "“No,” she said.", LONG]

    def test_a_caption_that_begins_file_photo_is_no_credit(self):
        figure = (
            "<figure><img src=i.jpg><figcaption>FILE PHOTO: The pier, March 3, 2018."
            "</figcaption></figure>"
        )
        story = page(f"<p>{LONG}</p>{figure}<p>{LONG}</p>")
        assert story.pictures[0].caption.startswith("FILE PHOTO: The pier")
        assert story.pictures[0].credit == ""

    @pytest.mark.parametrize(
        "head",
        [
            "<meta name=citation_author content='Lee, Ann'>",
            "<meta name=twitter:label1 content='Written by'>"
            "<meta name=twitter:data1 content='Ann Lee'>",
        ],
    )
    def test_an_author_of_lists_and_of_cards_is_named(self, head):
        story = page(head=f"<title>A Title</title>{head}")
        assert [credit.name for credit in story.credits] == ["Ann Lee"]

    def test_a_byline_s_day_counts_and_not_that_of_a_card_below(self):
        cards = "".join(
            f"<article><a href={n}><h2>The other {n}</h2></a><p>{n} May 2015</p>"
            "</article>"
            for n in range(1, 5)
        )
        story = read_string(
            "<title>Who Rings It?</title><main><article><h1>Who Rings It?</h1>"
            f"<span>5 May 2015 by Ann Lee</span>{BODY}</article>{cards}</main>"
        )
        assert str(story.published.moment) == "2015-05-05"
        assert "The other" not in story.body_html

    def test_two_links_above_the_text_are_no_headline(self):
        menu = "<p align=center><a href=m>Main</a> - <a href=a>Archive</a></p>"
        top = "<p><b>The Clerk and the Clock</b></p><p>By Ann Lee</p>"
        story = page(menu + top + BODY, head="<title>gazette - article</title>")
        assert story.headline == "The Clerk and the Clock"
        assert paragraphs(story) == [LONG, "“No,” she said.", LONG]

    def test_a_line_without_letters_is_read(self):
        found = read_string("<html><body>&quot;<br><i>")
        assert isinstance(found, (Problem, Story))

    def test_two_names_in_a_marked_line_are_two_authors(self):
        story = page(f"<div class=byline><span>Ann Lee, Tom Reed</span></div>{BODY}")
        assert [credit.name for credit in story.credits] == ["Ann Lee", "Tom Reed"]


class TestMetadata:
    @pytest.mark.parametrize(
        "head",
        [
            '<meta name="author" content="Jane Hill">',
            '<meta name="author" content="By Jane Hill">',
            '<meta name="DC.creator" content="Jane Hill">',
            '<meta property="article:author" content="Jane Hill">',
            '<meta name="parsely-author" content="Jane Hill">',
            '<script type="application/ld+json">{"@type":"Article",'
            '"author":"Jane Hill"}</script>',
            '<script type="application/ld+json">[{"@type":["X","BlogPosting"],'
            '"author":[{"@id":"#a"}]},{"@id":"#a","name":"Jane Hill"}]</script>',
            '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle",'
            '"author":{"@type":"Person","name":"Jane Hill"}}]}</script>',
        ],
    )
    def test_gives_the_author(self, head):
        story = page(head=f"<title>A Title</title>{head}")
        assert [credit.name for credit in story.credits] == ["Jane Hill"]
        assert "Jane Hill" not in story.body_html

    @pytest.mark.parametrize(
        "body",
        [
            '<p class="byline">By Jane Hill</p>',
            '<a rel="author" href="/jane">Jane Hill</a>',
            '<span itemprop="author"><span itemprop="name">Jane Hill</span></span>',
            "<p>By Jane Hill</p>",
            "<p><b>By JANE HILL</b></p>",
        ],
    )
    def test_author_is_found_in_the_page_else(self, body):
        story = page(f"<h1>A Title</h1>{body}{BODY}")
        assert [credit.name for credit in story.credits] == ["Jane Hill"]
        assert "jane hill" not in story.body_html.lower()

    def test_a_printed_byline_with_roles_beats_a_bare_name(self):
        body = f"<h1>A Title</h1><p>By Jane Hill, photographs by Ann Lee</p>{BODY}"
        story = page(
            body, head='<title>A Title</title><meta name=author content="Jane Hill">'
        )
        assert [(credit.name, credit.role) for credit in story.credits] == [
            ("Jane Hill", ""),
            ("Ann Lee", "Photographs"),
        ]

    @pytest.mark.parametrize(
        "head",
        [
            '<meta property="article:published_time" content="2006-03-12T10:00:00Z">',
            '<meta name="DC.date.issued" content="2006-03-12">',
            '<meta name="pubdate" content="March 12, 2006">',
            '<script type="application/ld+json">{"@type":"Article",'
            '"datePublished":"2006-03-12"}</script>',
        ],
    )
    def test_gives_the_date(self, head):
        story = page(head=f"<title>A Title</title>{head}")
        assert str(story.published.moment).startswith("2006-03-12")

    def test_broken_json_ld_is_passed_over(self):
        for broken in ("{", "[" * 100_000, '{"@type": 7, "author": [[[]]]}', "null"):
            script = f'<script type="application/ld+json">{broken}</script>'
            story = page(head=f"<title>A Title</title>{script}")
            assert story.headline == "A Title"
            assert story.credits == []

    @pytest.mark.parametrize(
        ("title", "headline"),
        [
            ("The Long Road | The Harbor Post", "The Long Road"),
            ("The Long Road - The Harbor Post", "The Long Road"),
            ("The Harbor Post :: Opinion :: The Long Road", "The Long Road"),
            ("The Long Road - And What It Costs Us All Now", None),
        ],
    )
    def test_title_loses_the_name_of_the_site(self, title, headline):
        assert page(head=f"<title>{title}</title>").headline == (headline or title)

    def test_title_on_the_page_is_the_headline_as_printed(self):
        story = page(
            f"<h1>The “Long” Road</h1>{BODY}",
            head='<title>The "Long" Road | Post</title>',
        )
        assert story.headline == "The “Long” Road"
        assert "Road" not in story.body_html

    def test_headline_beside_the_name_of_the_site_is_the_one_nearer_to_the_story(self):
        story = page(
            f"<h1>Porch Light</h1><h3>On Ladders</h3>{BODY}",
            head="<title>Porch Light: On Ladders</title>",
        )
        assert story.headline == "On Ladders"
        assert "Ladders" not in story.body_html

    def test_a_generic_title_is_no_headline(self):
        story = page(f"<h2>The Long Road</h2>{BODY}", head="<title>Untitled</title>")
        assert story.headline == "The Long Road"

    def test_of_a_very_long_title_is_cut(self):
        story = page(head=f"<title>{'x' * 10_000}</title>")
        assert len(story.headline) == 300
        assert "long-headline" in kinds(story)

    def test_canonical_address_gives_path_and_base(self):
        head = (
            '<title>T</title><link rel=canonical href="https://a.example.com/2/x.htm">'
        )
        story = page(f'<p>{LONG} <a href="../y.htm">There</a></p>{BODY}', head=head)
        assert story.address == "/2/x.htm"
        assert '<a href="https://a.example.com/y.htm">' in story.body_html

    def test_without_one_a_page_in_a_folder_keeps_its_place(self):
        assert page(source_id="1/x.htm", is_in_folder=True).address == "/1/x.htm"
        assert page(source_id="x.htm").address == ""

    def test_canonical_address_that_is_no_web_address_is_dropped(self):
        for href in ("javascript:alert(1)", "file:///etc/passwd", "//", "http://[x"):
            story = page(head=f'<title>T</title><link rel=canonical href="{href}">')
            assert story.canonical_url == ""
            assert story.address == ""


class TestOldMarkup:
    def test_a_list_without_entries_is_a_margin(self):
        story = page(f"<ul><ul><b>By Ann Lee</b><p>{LONG}<p>{LONG} Again.</ul></ul>")
        assert paragraphs(story) == [LONG, f"{LONG} Again."]
        assert [credit.name for credit in story.credits] == ["Ann Lee"]

    def test_a_list_beside_its_entry_stays(self):
        lists = "<ul><li>Tar</li><ul><li>Wool</li></ul><li>Rope</li></ul>"
        story = page(BODY.replace("</p><p>“", f"</p>{lists}<p>“"))
        assert "<li>Tar<ul><li>Wool</li></ul></li><li>Rope</li>" in story.body_html

    @pytest.mark.parametrize(
        "end",
        [
            "<p align=right><i>Ann Lee</i></p><p>March 4, 1998</p><p>Page 1 of 3</p>",
            "<p>-- Ann Lee</p><p>March 4, 1998</p>",
            "<p>posted by Ann Lee @ 3/14/1998 10:12:00 AM | 3 comments</p>",
        ],
    )
    def test_a_signature_is_no_text(self, end):
        story = page(BODY + end)
        assert [credit.name for credit in story.credits] == ["Ann Lee"]
        assert story.published.moment.year == 1998
        assert paragraphs(story)[-1] == LONG

    def test_a_short_last_line_of_a_story_stays(self):
        story = page(f"<p>By Ann Lee</p>{BODY}<p>Goodbye, Tom.</p>")
        assert paragraphs(story)[-1] == "Goodbye, Tom."


class TestWeakHints:
    @pytest.mark.parametrize(
        "name", ["1998/03/12/x.htm", "news/19980312.htm", "a/1998-3-12/x.htm"]
    )
    def test_a_day_in_the_address_is_the_date(self, name):
        story = page(source_id=name, is_in_folder=True)
        assert str(story.published.moment) == "1998-03-12"
        assert "date-from-address" in kinds(story)

    def test_a_number_in_the_address_is_none(self):
        story = page(source_id="a/19981399.htm", is_in_folder=True)
        assert story.published is None

    def test_a_copyright_line_gives_the_year_and_says_so(self):
        story = page(BODY + "</div><p>Copyright 1998 The Harbor Post</p>")
        assert (story.published.moment.year, story.published.precision) == (
            1998,
            "year",
        )
        assert "date-from-copyright" in kinds(story)
        assert "1998" not in story.body_html

    @pytest.mark.parametrize("years", ["1996-2006", "1996 – 2006", "1996, 1997"])
    def test_years_of_a_site_give_none(self, years):
        story = page(BODY + f"</div><p>Copyright {years} The Harbor Post</p>")
        assert story.published is None

    @pytest.mark.parametrize(
        ("language", "day"), [("fr", "2006-12-03"), ("en-GB", "2006-12-03"),
                              ("en", "2006-03-12"), ("en-US", "2006-03-12")]
    )  # fmt: skip
    def test_the_language_says_which_number_is_the_day(self, language, day):
        text = f"<html lang={language}><title>A Title</title><h1>A Title</h1>"
        story = read_string(f"{text}<p>3/12/2006</p><div>{BODY}</div>")
        assert str(story.published.moment) == day


class TestHeadlines:
    def test_the_largest_letters_near_the_story_where_the_title_says_nothing(self):
        text = (
            "<html><title>Gazette Online</title><body><font size=7>Gazette</font><br>"
            "<a href=/n>News</a> | <a href=/s>Sport</a> | <a href=/o>Obits</a><br>"
            f"<font size=5>Who Rings It?</font><br>By Ann Lee<br>{BODY}"
        )
        story = read_string(text)
        assert story.headline == "Who Rings It?"
        assert "Sport" not in story.body_html

    def test_a_first_heading_that_leads_home_is_the_site_s_name(self):
        text = (
            "<html><title>Porch Light</title><h1><a href=/>Porch Light</a></h1>"
            f"<div id=post><h3>On Ladders</h3>{BODY}</div>"
        )
        story = read_string(text)
        assert story.headline == "On Ladders"
        assert "Ladders" not in story.body_html


class TestPictures:
    def test_beside_the_page_are_noted_with_their_place_in_the_folder(self):
        figure = (
            '<figure><img src="x_files/a%20b.jpg" alt="A boat">'
            "<figcaption>A boat, leaving. Photo by Tom Reed</figcaption></figure>"
        )
        story = page(
            f"<p>{LONG}</p>{figure}<p>{LONG}</p>",
            source_id="1/x.htm",
            is_in_folder=True,
        )
        (picture,) = story.pictures
        assert picture.path == "1/x_files/a b.jpg"
        assert (picture.alt, picture.caption) == ("A boat", "A boat, leaving.")
        assert picture.credit == "Photo by Tom Reed"
        assert 'data-picture="import-0"' in story.body_html
        assert not picture.is_lead

    @pytest.mark.parametrize(
        "src",
        [
            "../../../etc/passwd",
            "..%2f..%2fetc%2fpasswd",
            "/etc/passwd",
            "\\\\server\\share\\x.jpg",
            "http://a.example.com/x.jpg",
            "a/../../x.jpg",
            "x\x00.jpg",
        ],
    )
    def test_elsewhere_get_no_path(self, src):
        story = page(f'<p>{LONG}</p><img src="{src}" alt=x><p>{LONG}</p>')
        assert [picture.path for picture in story.pictures] in ([""], ["x.jpg"], [])
        assert all(".." not in picture.path for picture in story.pictures)

    @pytest.mark.parametrize(
        "markup",
        [
            '<img src="spacer.gif">',
            '<img src="x.jpg" width=1 height=1>',
            '<img src="data:image/gif;base64,R0lGOD">',
            '<img src="file:///etc/passwd">',
            "<img>",
        ],
    )
    def test_that_are_no_pictures_are_dropped(self, markup):
        story = page(f"<p>{LONG}</p>{markup}<p>{LONG}</p>")
        assert story.pictures == []
        assert "<img" not in story.body_html

    def test_above_the_first_words_lead(self):
        story = page(f'<img src="a.jpg" alt=a>{BODY}')
        assert [picture.is_lead for picture in story.pictures] == [True]
        assert "<img" not in story.body_html


class TestSafety:
    @pytest.mark.parametrize(
        "markup",
        [
            "<script>alert(1)</script>",
            '<a href="javascript:alert(1)">x</a>',
            '<a href="java\tscript:alert(1)">x</a>',
            '<a href=" &#106;avascript:alert(1)">x</a>',
            '<a href="data:text/html,alert(1)">x</a>',
            '<a href="vbscript:alert(1)">x</a>',
            '<p onclick="alert(1)">x</p>',
            '<iframe src="javascript:alert(1)"></iframe>',
            '<iframe src="http://evil.example.com/alert(1)"></iframe>',
            "<svg><script>alert(1)</script></svg>",
            "<style>@import 'alert(1)'</style>",
            '<object data="alert(1)"></object>',
            "<noscript><p>alert(1)</p></noscript>",
            '<blockquote cite="javascript:alert(1)"><p>x y z.</p></blockquote>',
        ],
    )
    def test_nothing_that_runs_comes_through(self, markup):
        story = page(f"<p>{LONG}</p>{markup}<p>{LONG}</p>")
        assert "alert" not in story.body_html
        assert paragraphs(story)[0] == LONG

    def test_an_entity_expands_to_nothing(self):
        text = (
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE html ['
            '<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;&a;&a;">]>'
            f"<html><body><p>{LONG} &a;&b;</p><p>{LONG}</p></body></html>"
        )
        story = read_string(text)
        assert "root:" not in story.body_html
        assert LONG in visible(story.body_html)

    @pytest.mark.parametrize(
        "text",
        [
            "<html>" + "<div>" * 100_000 + "x",
            "<html>" + "<table><tr><td>" * 20_000 + "x",
            "<html>" + "<ul><li>" * 5_000 + "x",
            "<html>" + "<blockquote>" * 200 + "x",
        ],
    )
    def test_depth_is_a_problem_and_no_crash(self, text):
        found = read_string(text)
        assert isinstance(found, Problem)
        assert found.kind == "too-deep"
        assert found.is_broken

    def test_font_tags_left_open_are_no_depth(self):
        body = "".join(f"<font size=2><p>{LONG} {n}.</p>" for n in range(300))
        story = page(body)
        assert len(paragraphs(story)) == 300
        assert "<font" not in story.body_html

    def test_nothing_is_fetched(self, monkeypatch):
        def refuse(*args, **options):
            raise AssertionError("A reader opened a connection.")

        monkeypatch.setattr("socket.socket.connect", refuse)
        monkeypatch.setattr("socket.getaddrinfo", refuse)
        text = (
            '<!DOCTYPE html PUBLIC "x" "http://evil.example.com/x.dtd">'
            '<html><head><link rel=stylesheet href="http://evil.example.com/x.css">'
            '<base href="http://evil.example.com/"></head><body>'
            f'<img src="http://evil.example.com/x.png">{BODY}</body></html>'
        )
        assert isinstance(read_string(text), Story)


class TestMapping:
    @pytest.mark.parametrize(
        ("markup", "expected"),
        [
            ("<b>x</b> y", "<p><strong>x</strong> y</p>"),
            ("<i>a<br><br>b</i>", "<p><em>a</em></p>\n<p><em>b</em></p>"),
            ("a\n  b&nbsp;c", "<p>a b\xa0c</p>"),
            ("<q>a</q>", "<p>“a”</p>"),
            ("<h5>A heading</h5><p>b.</p>", "<h4>A heading</h4>\n<p>b.</p>"),
            ("<p>* * *</p><p>b.</p>", "<hr>\n<p>b.</p>"),
            ("<ul><li>a<ul><li>b</li></ul></li></ul>",
             "<ul><li>a<ul><li>b</li></ul></li></ul>"),
            ("<p>a<p>&nbsp;<p>b", "<p>a</p>\n<p>b</p>"),
            ("<center>a</center>b", "<p>a</p>\n<p>b</p>"),
            ("<p><b>The Gate</b></p><p>It does not close.</p>",
             "<h2>The Gate</h2>\n<p>It does not close.</p>"),
            ("<p>5 &lt; 6 &amp; 7</p>", "<p>5 &lt; 6 &amp; 7</p>"),
        ],
    )  # fmt: skip
    def test_of_markup_to_the_vocabulary(self, markup, expected):
        story = page(f"<p>{LONG}</p><div>{markup}</div><p>{LONG}</p>")
        assert expected in story.body_html
        assert "<div" not in story.body_html

    @pytest.mark.parametrize(
        "name",
        ["archive/1997/table_layout.htm", "archive/blog_export.html",
         "archive/json_ld.html", "archive/right_to_left.html", "two_authors.txt",
         "classic_wrapped.txt", "verse_and_letters.txt"],
    )  # fmt: skip
    def test_speaks_the_sanitisers_language(self, name):
        story = read_fixture(name)
        body = story.body_html.replace('"import-', '"1')
        assert visible(clean(body)).split() == visible(body).split()
        assert clean(body).count("<figure") == body.count("<figure")
        assert clean(body).count("data-picture") == body.count("data-picture")


PIECES = words(
    "<p> <div> </div> <table> <tr> <td> <b> </b> <i> </i> <br> <hr> <a> </a> <ul> <li>"
    " </ul> <h1> </h1> <blockquote> </blockquote> <pre> <img/src=a.jpg> <figure>"
    ' </figure> <!-- --> <title> <script> </script> <body> <html> &amp; &bogus; < > "'
)


class TestAnyMarkup:
    @given(
        st.lists(
            st.one_of(
                st.sampled_from(sorted(PIECES)),
                st.text(max_size=30),
            ),
            max_size=60,
        )
    )
    def test_becomes_a_story_or_a_problem(self, pieces):
        found = read_bytes(("<html><body>" + "".join(pieces)).encode())
        assert isinstance(found, Story | Problem)
        if isinstance(found, Story):
            assert found.headline
            assert "<script" not in found.body_html
