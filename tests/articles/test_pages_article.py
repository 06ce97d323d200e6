import gzip
import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256

from django.test import RequestFactory, TestCase
from django.utils import timezone

from articles.models import Article, Byline, Correction
from articles.showing import render_article
from authors.models import AuthorLink
from newsroom.blocks.models import AdvertiseBlock, ShareBlock
from newsroom.models import Publication
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_series,
    make_tag,
)

DAY = timedelta(days=1)
Status = Article.Status
# Every state in which readers must not see a trace of a story.
UNSEEN = [
    {"status": Status.DRAFT, "path": "/hidden/"},
    {"status": Status.REVIEW, "path": "/hidden/"},
    {"status": Status.WITHDRAWN, "path": "/hidden/", "published_at": NOON},
    {"path": "/hidden/", "published_at": timezone.now() + DAY},
    {"path": "/hidden/", "published_at": NOON, "expires_at": NOON + DAY},
]


def get_text(client, address):
    return client.get(address).content.decode()


def make_full_article(number_of_each=1):
    """An article with every part a page can have, so many of each."""
    numbers = range(number_of_each)
    authors = [make_author(lives_in="Marcus") for _ in numbers]
    for author in authors:
        AuthorLink.objects.create(author=author, kind="book", title="A book")
    tags = [make_tag() for _ in numbers]
    section, series = make_section(), make_series()
    pictures = [make_picture(60, 40) for _ in numbers]
    body = "<p>One</p><p>Two</p><p>Three</p><p>Four</p>" + "".join(
        f'<figure data-picture="{picture.pk}"><img src="x.png" alt=""></figure>'
        for picture in pictures
    )
    article = make_article(
        authors=authors,
        tags=tags,
        section=section,
        series=series,
        body=body,
        lead_picture=make_picture(60, 40),
        social_picture=make_picture(60, 40),
    )
    for _ in numbers:
        Correction.objects.create(article=article, text="It was a Tuesday.")
        make_article(section=section, series=series, published_at=NOON - DAY)
        make_article(tags=tags, section=section, published_at=NOON + DAY)
        AdvertiseBlock.objects.create(
            placement="sidebar", headline="Boots", picture=pictures[0]
        ).tags.set(tags)
        ShareBlock.objects.create(placement="above_article").sections.add(section)
    return article


class ThePageInOrder(TestCase):
    def test_has_every_part_in_the_order_of_the_design(self):
        section = make_section("Commentary", back_label="Back to Commentary")
        series = make_series("The Drawdown")
        ada = make_author("Ada Byron", lives_in="Kettle Falls")
        bo, cy, dee = make_author("Bo"), make_author("Cy"), make_author("Dee")
        salmon = make_tag("salmon")
        article = make_article(
            "The ferry",
            standfirst="It stopped.",
            authors=[ada, bo, cy],
            tags=[salmon],
            section=section,
            series=series,
            body="<p>The body</p>",
            lead_picture=make_picture(caption="The landing", credit="D. Eye"),
            material_update_at=NOON + DAY,
            material_update_note="with the county’s answer",
            first_published_in="Inland Quarterly",
            sources="County minutes",
            ai_use="A machine transcribed",
        )
        Byline.objects.create(article=article, author=dee, role="Photographs")
        for place in ("top", "bottom"):
            Correction.objects.create(article=article, text=f"At {place}", place=place)
        make_article("Before", section=section, published_at=NOON - DAY)
        make_article("After", section=section, published_at=NOON + DAY)
        make_article("Kindred", tags=[salmon])
        for placement in ("above_article", "after_body"):
            AdvertiseBlock.objects.create(
                placement=placement, headline=f"Boots {placement}", link_url="/a/"
            )
            ShareBlock.objects.create(placement=placement, call=f"Share {placement}")

        page = re.sub(r"<[^>]+>|\s+", " ", get_text(self.client, article.path))
        page = re.sub(r"\s+", " ", page[page.index("Skip to the text") :])
        page = re.sub(r"^.*?Back to Commentary", "Back to Commentary", page)
        parts = [
            "Back to Commentary",
            "Boots above_article",
            "Share above_article",
            "Commentary The Drawdown",
            "The ferry",
            "It stopped.",
            "By Ada Byron , Bo and Cy",
            "Photographs by Dee",
            "May 17, 2024",
            "Updated",
            "May 18, 2024",
            "with the county’s answer",
            "The landing",
            "D. Eye",
            "At top",
            "The body",
            "At bottom",
            "First published in Inland Quarterly",
            "County minutes",
            "A machine transcribed",
            "About the authors",
            "Kettle Falls",
            "salmon",
            "Boots after_body",
            "Share after_body",
            "Related stories",
            "Kindred",
            "Before",
            "After",
            "Series: The Drawdown",
            "Archive",
        ]
        position = 0
        for part in parts:
            with self.subTest(part=part):
                self.assertIn(part, page[position:])
                position = page.index(part, position) + len(part)

    def test_leads_back_to_the_section_by_its_name_else_home(self):
        in_section = make_article(section=make_section("River"))
        self.assertContains(
            self.client.get(in_section.path),
            '<p class="back"><a href="/sections/river/"><bdi>River</bdi></a></p>',
            html=True,
        )
        self.assertContains(
            self.client.get(make_article().path),
            '<p class="back"><a href="/">Newsroom</a></p>',
            html=True,
        )

    def test_says_updated_only_when_an_editor_said_so(self):
        article = make_article()
        article.save()
        self.assertNotContains(self.client.get(article.path), "Updated")

    def test_takes_the_name_of_the_site_from_its_record(self):
        Publication.objects.create(name="The Courier")
        page = get_text(self.client, make_article("Rain").path)
        self.assertIn("<title>Rain · The Courier</title>", page)
        self.assertNotIn("Newsroom", page)

    def test_shows_an_author_with_two_roles_one_box(self):
        ada = make_author("Ada Byron")
        article = make_article(authors=[ada])
        Byline.objects.create(article=article, author=ada, role="Photographs")
        self.assertContains(
            self.client.get(article.path), '<div class="author">', count=1
        )

    def test_an_author_box_says_what_the_record_says(self):
        ada = make_author("Ada", email="ada@example.org", contact="P. O. Box 9")
        AuthorLink.objects.create(
            author=ada,
            kind="book",
            title="River",
            role="editor and contributor",
            publisher="Lantern",
            url="https://books.example/river",
        )
        AuthorLink.objects.create(
            author=ada, kind="show", title="Porch", publisher="KC"
        )
        page = get_text(self.client, make_article(authors=[ada]).path)
        self.assertInHTML(
            '<dd><cite><a href="https://books.example/river" rel="external noopener">'
            "<bdi>River</bdi></a></cite> (<bdi>Lantern</bdi>), "
            "<bdi>editor and contributor</bdi></dd>",
            page,
        )
        self.assertInHTML("<dt>Radio show or podcast</dt>", page)
        self.assertInHTML("<dd><bdi>P. O. Box 9</bdi></dd>", page)
        self.assertNotIn("ada@example.org", page)

    def test_shows_an_e_mail_address_its_author_made_public(self):
        ada = make_author(email="ada@example.org", is_email_public=True)
        page = self.client.get(make_article(authors=[ada]).path)
        self.assertContains(page, 'href="mailto:ada@example.org"')

    def test_escapes_what_editors_type(self):
        mark = "<script>x</script>"
        ada = make_author(mark, bio=mark, lives_in=mark, contact=mark)
        AuthorLink.objects.create(author=ada, kind="blog", title=mark)
        article = make_article(
            mark,
            path="/mark/",
            standfirst=mark,
            authors=[ada],
            tags=[make_tag(mark)],
            section=make_section(mark, back_label=mark),
            series=make_series(mark),
            material_update_at=NOON,
            material_update_note=mark,
            sources=mark,
            ai_use=mark,
            first_published_in=mark,
        )
        Correction.objects.create(article=article, text=mark)
        self.assertNotContains(self.client.get("/mark/"), "<script>x")

    def test_links_no_address_that_runs_a_script(self):
        ada = make_author()
        AuthorLink.objects.create(author=ada, kind="blog", url="javascript:x()")
        article = make_article(
            authors=[ada], canonical_url="javascript:x()", first_published_in="There"
        )
        self.assertNotContains(self.client.get(article.path), '="javascript:')


class TheAddress(TestCase):
    def test_finds_old_addresses_however_they_were_written(self):
        cases = [
            ("/old/RAIN.HTM", "/old/RAIN.HTM"),
            ("/caf%C3%A9.htm", "/caf%C3%A9.htm"),
            ("/caf%c3%a9/", "/caf%c3%a9/"),
            ("/2024/05/café/", "/2024/05/caf%C3%A9/"),
            ("/latin%E9.htm", "/latin%E9.htm"),
            ("/عودة/", "/%D8%B9%D9%88%D8%AF%D8%A9/"),
        ]
        for stored, asked in cases:
            with self.subTest(stored=stored):
                article = make_article(path=stored)
                page = self.client.get(asked)
                self.assertContains(page, f"<h1>{article.headline}</h1>", html=True)
                article.delete()

    def test_an_address_in_other_letters_is_another_address(self):
        make_article(path="/old/RAIN.HTM")
        self.assertEqual(self.client.get("/old/rain.htm").status_code, 404)

    def test_a_missing_slash_is_added_where_that_finds_something(self):
        make_article(path="/2024/05/rain/")
        make_page(path="/about/")
        for path in ("/2024/05/rain", "/about"):
            with self.subTest(path=path):
                page = self.client.get(path, {"from": "mail"})
                self.assertRedirects(page, f"{path}/?from=mail", status_code=301)

    def test_a_missing_slash_is_added_to_the_sites_own_addresses(self):
        section = make_section().get_absolute_url()
        for path in ("/tags", "/authors", "/archive", "/archive/2024", section[:-1]):
            with self.subTest(path=path):
                page = self.client.get(path, {"page": "2"})
                self.assertEqual(page.status_code, 301)
                self.assertEqual(page["Location"], f"{path}/?page=2")

    def test_never_leads_to_another_host(self):
        for path in ("//evil.example", "//evil.example/tags", "/\\evil.example"):
            with self.subTest(path=path):
                page = self.client.generic("GET", "/", PATH_INFO=path)
                self.assertEqual(page.status_code, 404)
                self.assertNotContains(page, "//evil.example", status_code=404)

    def test_no_slash_is_added_where_that_finds_nothing(self):
        make_article(path="/rain/", status=Status.DRAFT)
        make_page(path="/plans/", is_published=False)
        for path in ("/rain", "/plans", "/nothing"):
            with self.subTest(path=path):
                self.assertEqual(self.client.get(path).status_code, 404)

    def test_shows_nothing_of_a_story_that_is_not_live(self):
        for fields in UNSEEN:
            with self.subTest(fields=fields):
                article = make_article(
                    "Merger planned", standfirst="Shh", body="<p>Secret</p>", **fields
                )
                page = self.client.get("/hidden/")
                for words in ("Merger planned", "Shh", "Secret"):
                    self.assertNotContains(page, words, status_code=404)
                article.delete()

    def test_a_nul_is_answered_like_any_missing_page(self):
        for path in ("/%00", "/tags/%00/", "/sections/a%00/", "/authors/%00/"):
            with self.subTest(path=path):
                self.assertEqual(self.client.get(path).status_code, 404)

    def test_takes_no_posts(self):
        self.assertEqual(self.client.post(make_article().path).status_code, 405)


class SimplePages(TestCase):
    def test_shows_a_published_page(self):
        make_page("About us", path="/about/", body="<p>Since 1911</p>", language="ar")
        page = self.client.get("/about/")
        self.assertContains(page, "<h1>About us</h1>", html=True)
        self.assertContains(page, "<p>Since 1911</p>", html=True)
        self.assertContains(page, 'lang="ar" dir="rtl"')

    def test_hides_a_page_that_is_not_published(self):
        make_page("Plans", path="/plans/", is_published=False)
        self.assertNotContains(self.client.get("/plans/"), "Plans", status_code=404)


class Neighbours(TestCase):
    def test_are_the_ones_beside_it_in_the_same_section(self):
        section, other = make_section(), make_section()
        dates = [NOON - 2 * DAY, NOON - DAY, NOON, NOON + DAY, NOON + 2 * DAY]
        stories = [make_article(section=section, published_at=date) for date in dates]
        make_article("Elsewhere", section=other, published_at=NOON)
        page = self.client.get(stories[2].path)
        self.assertEqual(page.context["previous"], stories[1])
        self.assertEqual(page.context["next"], stories[3])
        self.assertNotContains(page, "Elsewhere")

    def test_of_equal_moments_are_told_apart_by_their_keys(self):
        first, second, third = (make_article() for _ in range(3))
        page = self.client.get(second.path)
        self.assertEqual(page.context["previous"], first)
        self.assertEqual(page.context["next"], third)

    def test_are_never_stories_that_are_not_live(self):
        section, series, tag = make_section(), make_series(), make_tag()
        around = {"section": section, "series": series, "tags": [tag]}
        article = make_article(**around)
        for number, fields in enumerate(UNSEEN):
            make_article("Merger", **around, **{**fields, "path": f"/hidden-{number}/"})
        self.assertNotContains(self.client.get(article.path), "Merger")

    def test_parts_of_a_series_stand_in_its_order_with_this_one_marked(self):
        series = make_series()
        third = make_article("Part three", series=series, series_position=3)
        first = make_article("Part one", series=series, series_position=1)
        loose = make_article("Epilogue", series=series)
        page = self.client.get(first.path)
        self.assertEqual(page.context["parts"], [first, third, loose])
        self.assertInHTML(
            '<span aria-current="page"><bdi lang="en">Part one</bdi></span>',
            page.content.decode(),
        )

    def test_related_stories_share_most_tags_then_are_newest(self):
        tags = [make_tag() for _ in range(3)]
        article = make_article(tags=tags, section=make_section())
        one_old = make_article(tags=tags[:1], published_at=NOON - DAY)
        one_new = make_article(tags=tags[:1], published_at=NOON + DAY)
        two = make_article(tags=tags[:2], published_at=NOON - 9 * DAY)
        make_article("Unrelated", tags=[make_tag()])
        page = self.client.get(article.path)
        self.assertEqual(page.context["related"], [two, one_new, one_old])
        self.assertNotContains(page, "Unrelated")

    def test_a_story_may_have_any_number_of_tags(self):
        tags = [make_tag(f"tag {number:04}") for number in range(600)]
        article = make_article(tags=tags)
        kin = make_article(tags=tags[:1], section=make_section())
        page = self.client.get(article.path)
        self.assertContains(page, "tag 0599")
        self.assertEqual(page.context["related"], [kin])


class ThePageForMachines(TestCase):
    def test_head_says_what_the_article_is(self):
        article = make_article(
            "Rain",
            standfirst="At last.",
            tags=[make_tag("weather")],
            section=make_section("River"),
            lead_picture=make_picture(),
        )
        page = get_text(self.client, article.path)
        for markup in (
            "<title>Rain · Newsroom</title>",
            '<meta name="description" content="At last.">',
            '<link rel="canonical" href="http://testserver/2024/05/rain/">',
            '<meta property="og:type" content="article">',
            '<meta property="og:title" content="Rain">',
            '<meta property="og:url" content="http://testserver/2024/05/rain/">',
            '<meta property="article:section" content="River">',
            '<meta property="article:tag" content="weather">',
        ):
            with self.subTest(markup=markup):
                self.assertInHTML(markup, page)
        self.assertIn('property="og:image" content="http://testserver/media/', page)
        self.assertNotIn("noindex", page)

    def test_a_description_is_cut_between_letters(self):
        page = self.client.get(make_article(standfirst="a" * 298 + "&&&").path)
        cut = f'content="{"a" * 298}&amp;…"'
        self.assertContains(page, f'<meta name="description" {cut}>')
        self.assertContains(page, f'<meta property="og:description" {cut}>')

    def test_a_republished_piece_points_to_the_original(self):
        article = make_article(canonical_url="https://quarterly.example/river")
        self.assertContains(
            self.client.get(article.path),
            '<link rel="canonical" href="https://quarterly.example/river">',
            html=True,
        )

    def test_asks_search_engines_to_stay_away_where_told(self):
        page = self.client.get(make_article(is_no_index=True).path)
        self.assertContains(page, '<meta name="robots" content="noindex">', html=True)

    def test_a_right_to_left_story_says_so_and_the_site_stays_as_it_is(self):
        page = get_text(
            self.client, make_article("مطر", path="/r/", language="ar").path
        )
        self.assertIn('<html lang="en" dir="ltr">', page)
        self.assertIn('<article class="story" lang="ar" dir="rtl">', page)

    def test_words_of_the_site_in_a_story_of_another_language_say_so(self):
        article = make_article(
            path="/r/",
            language="ar",
            sources="مصدر",
            body='<p>مطر<sup class="footnote" data-footnote="مطر">1</sup></p>',
        )
        Correction.objects.create(article=article, text="مطر")
        page = get_text(self.client, article.path)
        for words in ('id="notes" lang="en">Notes', '<p lang="en"><b>Correction'):
            with self.subTest(words=words):
                self.assertIn(words, page)
        self.assertIn('<dt lang="en">Sources', page)

    def test_has_nothing_inline_but_by_its_hash_and_asks_nobody_else(self):
        article = make_full_article()
        response = self.client.get(article.path)
        page, policy = response.content.decode(), response["Content-Security-Policy"]
        self.assertNotRegex(page, r"<[^>]+\sstyle=|<[^>]+\son\w+=|<iframe")
        for name in ("style", "script"):
            (text,) = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
            digest = b64encode(sha256(text.encode()).digest()).decode()
            self.assertRegex(policy, rf"{name}-src [^;]*'sha256-{re.escape(digest)}'")
        self.assertNotIn("unsafe", policy)
        # Data for machines are no script: no browser runs them.
        self.assertEqual(
            re.findall(r"<script(?!>| src=| type=\"application/ld)", page), []
        )
        for address in re.findall(r'<(?:img|script|source)[^>]* src="([^"]+)"', page):
            self.assertRegex(address, r"^/(static|media)/")

    def test_has_no_cookie_and_is_the_same_for_everybody(self):
        page = self.client.get(make_full_article().path)
        self.assertFalse(page.cookies)
        self.assertNotIn("Cookie", page.get("Vary", ""))

    def test_is_small_with_1200_words(self):
        words = " ".join(f"word{number * 7919 % 1200}" for number in range(60))
        article = make_full_article(3)
        article.body = f"<p>{words}</p>" * 20 + article.body
        article.save()
        page = self.client.get(article.path).content
        self.assertLess(len(gzip.compress(page)), 14 * 1024)


class TheCostOfThePage(TestCase):
    def test_query_count_does_not_grow_with_what_the_page_shows(self):
        for number in (1, 4):
            article = make_full_article(number)
            # The article with all that belongs to it; pictures in the body;
            # neighbours; furniture: publication, menus, blocks.
            with self.subTest(number=number), self.assertNumQueries(4):
                self.client.get(article.path)

    def test_a_story_of_nothing_but_words_costs_less(self):
        article = make_article(body="<p>Rain.</p>")
        # The article, neighbours, furniture.
        with self.assertNumQueries(3):
            self.client.get(article.path)


class ThePreview(TestCase):
    def test_shows_an_article_in_any_state(self):
        for status in Article.LISTED:
            with self.subTest(status=status):
                article = make_article("Rain", status=status)
                page = render_article(RequestFactory().get("/preview/"), article)
                self.assertContains(page, "<h1>Rain</h1>", html=True)

    def test_a_story_without_an_address_gives_search_engines_none(self):
        article = make_article(status=Status.DRAFT)
        page = render_article(RequestFactory().get("/preview/"), article)
        self.assertContains(page, '<meta name="robots" content="noindex">', html=True)
        self.assertNotContains(page, "canonical")
