"""Our stories for other sites to show."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

from django.test import TestCase
from django.utils import timezone

from articles.models import Article
from newsroom.models import Publication
from tests.factories import make_article, make_author, make_picture

Status = Article.Status


class OEmbed(TestCase):
    def setUp(self):
        Publication.objects.create(name="The Lantern")
        self.article = make_article(
            "Mills & <b>weirs",
            path="/mill/",
            standfirst="Why they stop.",
            authors=[make_author("Ada Lane"), make_author("Ben Hill")],
        )

    def ask(self, url="http://testserver/mill/", **more):
        return self.client.get("/oembed/", {"url": url, **more})

    def test_is_found_by_a_link_in_the_story(self):
        page = self.client.get("/mill/").content.decode()
        link = re.search(r'type="application/json\+oembed" href="([^"]+)"', page)[1]
        self.assertEqual(self.client.get(unescape(link)).json()["version"], "1.0")

    def test_quotes_a_story(self):
        said = self.ask().json()
        self.assertEqual(said["type"], "rich")
        self.assertEqual(said["title"], "Mills & <b>weirs")
        self.assertEqual(said["author_name"], "Ada Lane and Ben Hill")
        self.assertEqual(said["author_url"], "http://testserver/authors/ada-lane/")
        self.assertEqual(said["provider_name"], "The Lantern")
        self.assertIn('<a href="http://testserver/mill/">', said["html"])
        self.assertIn("Mills &amp; &lt;b&gt;weirs", said["html"])
        self.assertNotIn("<b>", said["html"])
        size = (said["thumbnail_width"], said["thumbnail_height"])
        self.assertEqual(size, (1200, 630))
        path = said["thumbnail_url"].removeprefix("http://testserver")
        self.assertEqual(self.client.get(path).status_code, 200)
        self.assertEqual(self.ask(maxwidth="320").json()["width"], 320)
        self.assertEqual(self.ask(maxwidth="x").json()["width"], 600)

    def test_knows_a_story_without_its_last_slash_as_its_page_does(self):
        for address in ("/mill", "/mill?utm_source=x", "/mill/?utm_source=x"):
            with self.subTest(address=address):
                self.assertEqual(
                    self.ask(f"http://testserver{address}").json(), self.ask().json()
                )
        make_article("Bare", path="/story.htm")
        make_article("Slashed", path="/story.htm/")
        said = self.ask("http://testserver/story.htm").json()
        self.assertEqual(said["title"], "Bare")
        for address in ("/mil", "", "/"):
            answer = self.ask(f"http://testserver{address}")
            self.assertEqual(answer.status_code, 404, address)

    def test_shows_its_picture(self):
        self.article.lead_picture = make_picture(900, 600)
        self.article.save(update_fields=["lead_picture"])
        self.assertIn("/media/", self.ask().json()["thumbnail_url"])

    def test_fits_into_the_room_that_another_site_has(self):
        for picture, wide in ((None, None), (make_picture(900, 600), 320)):
            self.article.lead_picture = picture
            self.article.save(update_fields=["lead_picture"])
            said = self.ask(maxwidth="400", maxheight="150").json()
            self.assertEqual((said["width"], said["height"]), (400, 150))
            self.assertNotIn("thumbnail_url", said)
            said = self.ask(maxwidth="400").json()
            self.assertEqual(said.get("thumbnail_width"), wide)
            said = self.ask(maxwidth="0", maxheight="-1").json()
            self.assertEqual((said["width"], said["height"]), (600, 220))

    def test_answers_for_old_addresses_and_counted_visits(self):
        make_article("Old", path="/?p=12")
        self.assertEqual(self.ask("http://testserver/?p=12").json()["title"], "Old")
        counted = "http://testserver/mill/?utm_source=x"
        self.assertEqual(self.ask(counted).status_code, 200)

    def test_knows_nothing_but_stories_of_ours_that_are_out(self):
        later = timezone.now() + timedelta(days=1)
        make_article("Secret", path="/draft/", status=Status.DRAFT)
        make_article("Secret", path="/later/", published_at=later)
        make_article("Secret", path="/gone/").withdraw("Secret")
        for url in (
            *("", "nonsense", "http://[", "http://testserver", "http://testserver/"),
            *("http://testserver/draft/", "http://testserver/later/"),
            *("http://testserver/gone/", "http://elsewhere.test/mill/"),
            *("javascript://testserver/mill/", "http://testserver/mill/\0"),
            "http://testserver/mill/" + "x" * 5000,
        ):
            with self.subTest(url=url[:60]):
                answer = self.ask(url)
                self.assertNotContains(answer, "Secret", status_code=404)

    def test_speaks_json_only(self):
        self.assertEqual(self.ask(format="xml").status_code, 501)
        self.assertEqual(self.ask(format="json").status_code, 200)

    def test_is_of_each_address_its_own(self):
        make_article("Another", path="/weir/")
        first = self.client.get(f"/oembed/?url={quote('http://testserver/mill/')}")
        second = self.client.get(f"/oembed/?url={quote('http://testserver/weir/')}")
        self.assertNotEqual(first.json()["title"], second.json()["title"])
