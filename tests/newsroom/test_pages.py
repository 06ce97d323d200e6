import re
from datetime import timedelta
from unittest.mock import patch

from django.db import OperationalError, connection
from django.test import TestCase
from django.utils import timezone

from articles.models import Article
from newsroom.furniture import Furniture
from newsroom.models import MenuItem, Publication
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_menu,
    make_page,
    make_picture,
    make_section,
)

DAY = timedelta(days=1)
Status = Article.Status


class FrontPage(TestCase):
    def test_leads_with_the_newest_story(self):
        make_article("Older", published_at=NOON - DAY)
        newest = make_article("Newest", lead_picture=make_picture(60, 40))
        page = self.client.get("/")
        lead = page.content.decode().split('class="lead-story">')[1].split("</h2>")[0]
        self.assertIn(newest.headline, lead)
        self.assertNotIn("Older", lead)
        # The picture readers wait for is the one that is not loaded lazily.
        self.assertContains(page, "<img", count=1)
        self.assertNotContains(page, "lazy")

    def test_shows_each_section_of_the_menu_what_is_not_above(self):
        valley = make_section("Valley")
        schools = make_section("Schools", parent=valley)
        hidden = make_section("Hidden")
        make_menu(schools, valley)
        old = [
            make_article(f"Old {n}", section=section, published_at=NOON - n * DAY)
            for n, section in enumerate([valley, schools, valley, schools, valley], 1)
        ]
        make_article("Unlisted", section=hidden, published_at=NOON - 99 * DAY)
        for _ in range(10):
            make_article(section=valley)
        page = self.client.get("/")
        _, *bands = page.content.decode().split('<section class="band"')
        [band] = bands
        self.assertIn(">Valley</bdi></a></h2>", band)
        self.assertEqual(
            re.findall(r"Old \d", band), [article.headline for article in old[:4]]
        )
        self.assertNotContains(page, "Unlisted")

    def test_shows_live_stories_only(self):
        section = make_section()
        make_article("Merger", status=Status.DRAFT, section=section)
        make_article("Merger", section=section, published_at=timezone.now() + DAY)
        make_article("Merger", section=section, expires_at=NOON + DAY)
        self.assertNotContains(self.client.get("/"), "Merger")

    def test_works_before_there_is_anything(self):
        page = self.client.get("/")
        self.assertContains(page, "Newsroom")
        self.assertContains(page, "No stories yet.")

    def test_query_count_does_not_grow(self):
        for number in (6, 9):
            for _ in range(number):
                section = make_section()
                make_menu(section)
                for _ in range(3):
                    make_article(section=section, authors=[make_author()])
            # The header's sections and those under them; the keys of the newest; the
            # cards, sixty at a time; furniture. What is read most: in a day, a week,
            # a month, because nothing was. The pages that say who publishes it.
            with self.subTest(number=number), self.assertNumQueries(8):
                self.client.get("/")


class TheFurniture(TestCase):
    def test_is_one_query_at_the_first_question(self):
        site = Furniture()
        with self.assertNumQueries(1):
            self.assertEqual(site.publication.name, "Newsroom")
            self.assertEqual(site.header, [])

    def test_costs_nothing_where_nobody_asks(self):
        # the site's files, rules and programs for robots, nothing of the furniture
        with self.assertNumQueries(3):
            self.client.get("/robots.txt")

    def test_has_the_menus_in_order_without_what_is_hidden(self):
        Publication.objects.create(name="The Courier", description="Since 1911")
        first = make_section("First")
        make_section("Under", parent=first)
        make_section("Backroom")
        plans = make_page("Plans", is_published=False)
        binned = make_page("Binned", trashed_at=NOON)
        ads = make_page("Advertise", language="de")
        make_menu(ads, plans, first, ("Shop", "https://shop.example/"))
        MenuItem.objects.filter(menu="footer").delete()
        make_menu(binned, make_page("About"), ("Away", "javascript:x"), menu="footer")
        site = Furniture()
        self.assertEqual(
            [link.label for link in site.header], ["Advertise", "First", "Shop"]
        )
        self.assertEqual([link.label for link in site.footer], ["About"])
        page = self.client.get("/")
        self.assertContains(page, "Since 1911")
        self.assertContains(page, '<bdi lang="de">Advertise</bdi>')
        for hidden in ("Backroom", "Plans", "Under", "Binned", "Away"):
            self.assertNotContains(page, hidden)


class MissingPage(TestCase):
    def test_suggests_live_stories_by_the_words_of_the_address(self):
        rain = make_article("Rain returns to the valley", published_at=NOON - 99 * DAY)
        for number in range(6):
            make_article(f"Something else {number}")
        page = self.client.get("/2009/returns-valley-rain.html")
        self.assertEqual(page.status_code, 404)
        similar = page.content.decode().split("Were you looking")[1].split("</ol>")[0]
        self.assertEqual(similar.count("<li>"), 1)
        self.assertIn(rain.headline, similar)
        self.assertContains(page, "noindex", status_code=404)

    def test_suggests_nothing_that_is_not_live(self):
        make_article("Merger planned", status=Status.DRAFT)
        make_article("Merger coming", published_at=timezone.now() + DAY)
        make_article("Merger over", expires_at=NOON + DAY)
        page = self.client.get("/merger-planned-coming-over/")
        self.assertNotContains(page, "Merger", status_code=404)

    def test_offers_sections_and_the_latest(self):
        make_menu(make_section("River"))
        make_article("Fresh")
        page = self.client.get("/nothing/")
        self.assertContains(page, "River", status_code=404)
        self.assertContains(page, "Fresh", status_code=404)

    def test_does_not_repeat_what_it_was_asked(self):
        page = self.client.get("/<script>alert(1)</script>/")
        self.assertNotContains(page, "alert", status_code=404)

    def test_looks_at_no_more_than_the_newest(self):
        make_article("Rain returns", published_at=NOON - DAY)
        make_article("Snow")
        found = Article.objects.live().like_address("/rain-returns/", among=1)
        self.assertEqual(list(found), [])

    def test_strange_addresses_are_just_missing(self):
        for path in ("/wp-login.php", "/.env", "/a%27%22%28%29%25/", "/%E9%FF/"):
            with self.subTest(path=path):
                self.assertEqual(self.client.get(path).status_code, 404)


class Media(TestCase):
    def test_serves_a_file_for_ever(self):
        picture = make_picture(60, 40)
        page = self.client.get(picture.file.url)
        self.assertEqual(page.status_code, 200)
        self.assertEqual(page["Content-Type"], "image/png")
        made = self.client.get(picture.url_near(60))
        self.assertEqual(made["Content-Type"], "image/jpeg")
        self.assertEqual(page["Cache-Control"], "public, max-age=31536000, immutable")
        self.assertEqual(page["X-Content-Type-Options"], "nosniff")

    def test_lists_no_folder_and_leaves_its_own(self):
        make_picture(60, 40)
        for path in (
            "pictures/",
            "pictures",
            "",
            "../test.sqlite3",
            "%2e%2e/x",
            "%00",
            "a" * 300,
        ):
            with self.subTest(path=path):
                page = self.client.get(f"/media/{path}")
                self.assertIn(page.status_code, (400, 404))


class SmallThings(TestCase):
    def test_robots_are_kept_from_the_desk(self):
        self.assertContains(self.client.get("/robots.txt"), "Disallow: /admin/")

    def test_the_old_place_of_the_icon_leads_to_the_new(self):
        page = self.client.get("/favicon.ico")
        self.assertEqual(page["Location"], "/static/site/favicon.svg")

    def test_health_is_ok_while_the_database_answers(self):
        page = self.client.get("/health")
        self.assertEqual((page.status_code, page.content), (200, b"ok"))
        self.assertIn("no-store", page["Cache-Control"])

    def test_health_says_when_the_database_does_not_answer(self):
        with patch.object(connection, "cursor", side_effect=OperationalError):
            self.assertEqual(self.client.get("/health").status_code, 503)
