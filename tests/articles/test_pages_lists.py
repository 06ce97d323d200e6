from datetime import UTC, datetime, timedelta
from unittest import skipUnless
from unittest.mock import patch

from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import lists
from articles.models import Article
from tests.factories import (
    NOON,
    image_file,
    make_article,
    make_author,
    make_picture,
    make_section,
    make_series,
    make_tag,
)

DAY = timedelta(days=1)
Status = Article.Status


def make_unseen(**fields):
    """A draft, a withdrawn, a scheduled and an expired story."""
    make_article("Merger drafted", status=Status.DRAFT, **fields)
    make_article("Merger withdrawn", status=Status.WITHDRAWN, **fields)
    now = timezone.now()
    make_article("Merger to come", **{**fields, "published_at": now + DAY})
    make_article("Merger over", expires_at=NOON + DAY, **fields)


def headlines(response):
    return [article.headline for article in response.context["page"]]


class EveryList(TestCase):
    """What all lists of stories promise."""

    @classmethod
    def setUpTestData(cls):
        cls.section = make_section("River")
        cls.tag = make_tag("salmon")
        cls.series = make_series("The Drawdown")
        cls.author = make_author("Ada Byron")
        cls.lists = [
            cls.section.get_absolute_url(),
            cls.tag.get_absolute_url(),
            cls.series.get_absolute_url(),
            cls.author.get_absolute_url(),
            "/archive/2024/05/",
        ]

    def make(self, headline=None, **fields):
        return make_article(
            headline,
            section=self.section,
            tags=[self.tag],
            series=self.series,
            authors=[self.author],
            **fields,
        )

    def each_list(self):
        for address in self.lists:
            with self.subTest(list=address):
                yield address

    def test_shows_live_stories_only(self):
        self.make("Rain at last")
        make_unseen(
            section=self.section,
            tags=[self.tag],
            series=self.series,
            authors=[self.author],
        )
        for address in self.each_list():
            page = self.client.get(address)
            self.assertEqual(headlines(page), ["Rain at last"])
            self.assertNotContains(page, "Merger")

    def test_has_twenty_to_a_page_without_a_gap_or_a_repeat(self):
        # Equal moments, so that only the key can tell them apart.
        made = {self.make().headline for _ in range(45)}
        for address in self.each_list():
            pages = [
                headlines(self.client.get(address, {"page": number} if number else {}))
                for number in (None, 2, 3)
            ]
            self.assertEqual([len(page) for page in pages], [20, 20, 5])
            self.assertEqual({h for page in pages for h in page}, made)

    def test_has_no_page_but_its_own(self):
        self.make()
        wrong = ["0", "2", "-1", "01", "1.0", "last", "", "٢", "9" * 40, "1 "]
        for address in self.each_list():
            for number in wrong:
                page = self.client.get(address, {"page": number})
                self.assertEqual(page.status_code, 404, number)

    def test_pages_point_to_each_other(self):
        for _ in range(41):
            self.make()
        for address in self.each_list():
            url = f"http://testserver{address}"
            first, second = (
                self.client.get(address),
                self.client.get(f"{address}?page=2"),
            )
            self.assertContains(first, f'<link rel="canonical" href="{url}">')
            self.assertContains(first, f'<link rel="next" href="{url}?page=2">')
            self.assertNotContains(first, '<link rel="prev"')
            self.assertContains(second, f'<link rel="canonical" href="{url}?page=2">')
            self.assertContains(second, f'<link rel="prev" href="{url}">')
            self.assertContains(second, f'<link rel="next" href="{url}?page=3">')

    def test_a_long_list_does_not_say_how_long_it_is(self):
        for _ in range(5):
            self.make()
        with patch.object(lists.Stories, "per_page", 2):
            for address in self.each_counted():
                page = self.client.get(address, {"page": "2"})
                self.assertContains(page, "<span>Page 2 of 3</span>", html=True)
        lists._keys.cache_clear()
        with (
            patch.object(lists.Stories, "per_page", 2),
            patch.object(lists, "COUNTED", 4),
        ):
            for address in self.each_counted():
                page = self.client.get(address, {"page": "2"})
                self.assertContains(page, "<span>Page 2</span>", html=True)
                last = self.client.get(address, {"page": "3"})
                self.assertNotContains(last, 'rel="next"')
                beyond = self.client.get(address, {"page": "4"})
                self.assertEqual(beyond.status_code, 404)
        lists._keys.cache_clear()

    def each_counted(self):
        # A series is never long.
        return (a for a in self.each_list() if a != self.series.get_absolute_url())

    def test_the_first_page_by_number_is_the_same_page(self):
        self.make()
        for address in self.each_list():
            page = self.client.get(address, {"page": "1"})
            url = f"http://testserver{address}"
            self.assertContains(page, f'<link rel="canonical" href="{url}">')

    def test_query_count_does_not_grow_with_the_list(self):
        # The subject of the list, the stories' keys with their count, their cards,
        # furniture. A month names its days; a series is asked for in Django's way.
        wanted = dict(zip(self.lists, [4, 4, 5, 4, 4], strict=True))
        picture = make_picture(60, 40)
        for number in (2, 6):
            for _ in range(number):
                article = self.make(lead_picture=picture)
                article.bylines.create(author=make_author(), position=1)
            for address in self.each_list():
                with self.assertNumQueries(wanted[address]):
                    self.client.get(address)

    def test_nobody_gets_a_cookie(self):
        self.make()
        for address in [*self.lists, "/", "/tags/", "/authors/", "/archive/"]:
            page = self.client.get(address)
            self.assertFalse(page.cookies)
            self.assertNotIn("Cookie", page.get("Vary", ""))


class TheIndexes(TestCase):
    @skipUnless(connection.vendor == "sqlite", "PostgreSQL may scan a table so small")
    def test_a_section_is_read_in_the_order_of_its_index(self):
        articles = Article.objects.live().filter(section=1).newest_first()
        plan = articles.values("pk").explain()
        self.assertIn("article_section_in_order", plan)
        self.assertNotIn("TEMP B-TREE", plan)


class SectionPage(TestCase):
    def test_shows_stories_of_the_sections_under_it(self):
        valley = make_section("Valley", description="Both banks")
        schools = make_section("Schools", parent=valley)
        make_article("Old", section=schools, published_at=NOON - DAY)
        make_article("New", section=valley)
        make_article("Elsewhere", section=make_section())
        page = self.client.get("/sections/valley/")
        self.assertEqual(headlines(page), ["New", "Old"])
        self.assertContains(page, "Both banks")
        self.assertContains(
            page, '<a href="/sections/schools/"><bdi>Schools</bdi></a>', html=True
        )

    def test_a_section_under_another_leads_up_and_shows_its_own(self):
        valley = make_section("Valley")
        make_section("Schools", parent=valley)
        make_article("Above", section=valley)
        page = self.client.get("/sections/schools/")
        self.assertEqual(headlines(page), [])
        self.assertContains(page, '<a href="/sections/valley/"><bdi>Valley</bdi></a>')

    def test_isolates_a_headline_in_another_script(self):
        section = make_section("Valley")
        make_article("مطر", path="/r/", language="ar", section=section)
        page = self.client.get("/sections/valley/")
        self.assertContains(page, '<bdi lang="ar">مطر</bdi>', html=True)

    def test_an_unknown_section_is_not_found(self):
        self.assertEqual(self.client.get("/sections/nowhere/").status_code, 404)


class WhatASubjectSaysOfItself(TestCase):
    """Introduction and picture of sections, tags and series."""

    @classmethod
    def setUpTestData(cls):
        cls.picture = make_picture(1500, 1000, alt="A weir", credit="Ada Lane")
        own = {"description": "Both banks.", "picture": cls.picture}
        cls.section = make_section("River", parent=make_section("Water"), **own)
        cls.tag, cls.series = make_tag("salmon", **own), make_series("Flood", **own)
        for _ in range(21):
            make_article(section=cls.section, tags=[cls.tag], series=cls.series)

    def each(self):
        for row in (self.section, self.tag, self.series):
            with self.subTest(row=str(row)):
                yield row.get_absolute_url()

    def test_stands_on_the_first_page_alone(self):
        for address in self.each():
            first = self.client.get(address).content.decode()
            second = self.client.get(f"{address}?page=2").content.decode()
            whole = f"http://testserver{self.picture.largest('1.91:1')[0]}"
            for said in (
                *('class="of-subject"', 'alt="A weir"', "Ada Lane", "Both banks."),
                f'<meta property="og:image" content="{whole}">',
                '<meta name="twitter:card" content="summary_large_image">',
            ):
                self.assertIn(said, first)
                self.assertNotIn(said, second)

    def test_costs_no_query(self):
        for address in self.each():
            with CaptureQueriesContext(connection) as second:
                self.client.get(f"{address}?page=2")
            with self.assertNumQueries(len(second)):
                self.client.get(address)

    def test_is_gone_with_its_picture(self):
        self.picture.delete()
        for address in self.each():
            page = self.client.get(address)
            self.assertContains(page, "Both banks.")
            self.assertNotContains(page, 'class="of-subject"')
            self.assertNotContains(page, "og:image")


class Tags(TestCase):
    def test_a_tag_without_a_live_story_shows_not_even_its_name(self):
        tag = make_tag("merger")
        make_unseen(tags=[tag])
        page = self.client.get("/tags/merger/")
        self.assertNotContains(page, "merger</h1>", status_code=404)

    def test_the_index_counts_live_stories(self):
        salmon, merger = make_tag("salmon"), make_tag("merger")
        make_article(tags=[salmon])
        make_article(tags=[salmon])
        make_unseen(tags=[salmon, merger])
        page = self.client.get("/tags/")
        self.assertContains(
            page,
            '<li><span class="named"><a href="/tags/salmon/"><bdi>salmon</bdi></a>'
            "</span> "
            '<span class="count">2</span></li>',
            html=True,
        )
        self.assertNotContains(page, "merger")


class SeriesPage(TestCase):
    def test_shows_the_parts_in_order(self):
        series = make_series("Drawdown")
        make_article("Epilogue", series=series, published_at=NOON - DAY)
        make_article("Two", series=series, series_position=2, published_at=NOON - DAY)
        make_article("One", series=series, series_position=1)
        page = self.client.get("/series/drawdown/")
        self.assertEqual(headlines(page), ["One", "Two", "Epilogue"])

    def test_a_series_without_a_live_part_is_not_found(self):
        make_unseen(series=make_series("Merger"))
        self.assertEqual(self.client.get("/series/merger/").status_code, 404)


class Archive(TestCase):
    def test_counts_live_stories_by_month(self):
        make_unseen(published_at=NOON)
        make_article(published_at=NOON)
        make_article(published_at=NOON)
        make_article(published_at=NOON - 60 * DAY)
        make_article(published_at=NOON - 400 * DAY)
        may = '<a href="/archive/2024/05/">May</a>'
        year = self.client.get("/archive/2024/")
        counted = f'<li>{may} <span class="count">2</span></li>'
        self.assertContains(year, counted, html=True)
        # All months there are, and none without a story.
        index = self.client.get("/archive/")
        self.assertContains(index, f"<li>{may}</li>", html=True)
        self.assertContains(index, "/archive/2023/04/")
        self.assertNotContains(index, "/archive/2024/04/")
        self.assertNotContains(self.client.get("/archive/2024/"), "/archive/2023/04/")

    @override_settings(TIME_ZONE="America/Los_Angeles")
    def test_a_month_ends_at_the_newsrooms_midnight(self):
        make_article("In May", published_at=datetime(2024, 6, 1, 3, tzinfo=UTC))
        self.assertContains(self.client.get("/archive/2024/05/"), "In May")
        self.assertEqual(self.client.get("/archive/2024/06/").status_code, 404)

    def test_a_time_without_stories_is_not_found(self):
        make_unseen()
        for address in ("2024/", "2024/05/", "0000/", "2024/13/", "2024/5/", "99999/"):
            with self.subTest(address=address):
                page = self.client.get(f"/archive/{address}")
                self.assertEqual(page.status_code, 404)

    @override_settings(TIME_ZONE="America/Los_Angeles")
    def test_a_day_has_its_stories_from_midnight_to_midnight(self):
        make_article("Late", published_at=datetime(2024, 6, 1, 6, 59, tzinfo=UTC))
        make_article("Early", published_at=datetime(2024, 6, 1, 7, tzinfo=UTC))
        make_article("Later", published_at=datetime(2024, 6, 3, 7, tzinfo=UTC))
        make_article(status="draft", published_at=datetime(2024, 6, 4, 8, tzinfo=UTC))
        self.assertEqual(headlines(self.client.get("/archive/2024/05/31/")), ["Late"])
        self.assertEqual(headlines(self.client.get("/archive/2024/06/01/")), ["Early"])
        for none in ("06/02", "06/04", "06/31", "02/30", "06/00"):
            page = self.client.get(f"/archive/2024/{none}/")
            self.assertEqual(page.status_code, 404, none)
        june = self.client.get("/archive/2024/06/")
        self.assertEqual([f"{day:%d}" for day in june.context["days"]], ["01", "03"])
        self.assertContains(june, 'href="/archive/2024/06/03/"')

    @override_settings(TIME_ZONE="America/Los_Angeles")
    def test_the_years_at_either_end_are_just_missing(self):
        make_article()
        for address in ("9999/", "9999/12/", "1000/", "1000/01/"):
            with self.subTest(address=address):
                page = self.client.get(f"/archive/{address}")
                self.assertEqual(page.status_code, 404)

    def test_takes_four_queries(self):
        make_article()
        # The first and the last moment, the months, furniture.
        for address in ("/archive/", "/archive/2024/"):
            with self.subTest(address=address), self.assertNumQueries(4):
                self.client.get(address)


class PicturesInIndexes(TestCase):
    def test_subjects_and_authors_show_a_picture_and_a_line(self):
        tag = make_tag("salmon", description="Upstream.", picture=make_picture(60, 40))
        author = make_author("Ada Lane", tagline="Columnist")
        author.photo.save("ada.png", image_file(50, 50))
        make_article(tags=[tag], authors=[author])
        page = self.client.get("/tags/")
        self.assertContains(page, "Upstream.")
        self.assertContains(page, '<img class="face" src="/media/pictures/')
        page = self.client.get("/authors/")
        self.assertContains(page, "Columnist")
        self.assertContains(page, '<img class="face" src="/media/authors/')
        self.assertContains(self.client.get("/tags/salmon/"), "of-subject")

    def test_cost_the_same_however_many(self):
        for number in (2, 6):
            for _ in range(number):
                tag = make_tag(picture=make_picture(60, 40))
                make_article(tags=[tag], authors=[make_author(tagline="Writes")])
            # the count, the rows, furniture
            for address in ("/tags/", "/authors/"):
                with self.assertNumQueries(3):
                    self.client.get(address)
