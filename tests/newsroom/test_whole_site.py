"""The sample site as a whole: every link leads somewhere, every story says all."""

import io
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import TestCase, override_settings

from articles.models import Article, Picture
from tests.articles.importers.importing import EXPORTS, GAZETTE, media_copy, run
from tests.crawling import Crawl
from tests.structured import things_of, wrong_with


def finish_pictures():
    for picture in Picture.objects.unfinished():
        picture.finish()


def incomplete(client):
    """Return {address of a live story: what its NewsArticle lacks}."""
    wrong = {}
    for article in Article.objects.live().for_page():
        page = client.get(article.get_absolute_url()).content.decode()
        if found := wrong_with(things_of(page)["NewsArticle"], article):
            wrong[article.path] = found
    return wrong


@override_settings(SITE_URL="http://testserver")
class TheSampleSite(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("demo", picture_width=60, stdout=io.StringIO())
        finish_pictures()

    def test_every_story_says_all_that_search_engines_ask_for(self):
        self.assertGreater(Article.objects.live().count(), 100)
        self.assertEqual(incomplete(self.client), {})

    def test_links_anchors_and_pictures_of_its_first_pages_lead_somewhere(self):
        crawl = Crawl(self.client, most=6).run("/", "/corrections/")
        self.assertEqual(crawl.wrong, [])
        self.assertGreater(len(crawl.pages), 150)


@pytest.mark.proof
@pytest.mark.django_db
def test_all_links_anchors_and_pictures_of_the_sample_site(
    client, settings, record_property
):
    settings.SITE_URL = "http://testserver"
    call_command("demo", picture_width=60, stdout=io.StringIO())
    finish_pictures()
    crawl = Crawl(client).run("/", "/robots.txt", "/sitemap.xml")
    told = f"{len(crawl.wrong)} broken of {crawl.links} links on {crawl.followed} pages"
    record_property("figure", told)
    assert crawl.wrong == []
    assert crawl.followed > 300


class AnImportedSite(TestCase):
    def test_every_story_says_all_that_search_engines_ask_for(self):
        with tempfile.TemporaryDirectory() as folder:
            media = media_copy(Path(folder))
            with override_settings(MEDIA_ROOT=Path(folder) / "media"):
                run(GAZETTE, media=str(media))
                run(EXPORTS / "lantern.ghost.json")
                finish_pictures()
                self.assertGreaterEqual(Article.objects.live().count(), 3)
                self.assertEqual(incomplete(self.client), {})
