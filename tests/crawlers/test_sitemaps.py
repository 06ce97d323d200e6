"""Sitemaps hold what search engines may list, and follow the public schemas' rules."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from lxml import etree

from articles.models import Article
from newsroom.crawlers import sitemaps
from newsroom.pagecache.addresses import address_of
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_tag,
)
from tests.sitemaps import I, N, S, faults

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def get(client, path):
    page = client.get(path)
    assert (page.status_code, page["Content-Type"]) == (200, "application/xml")
    assert faults(page.content) == [], path
    return etree.fromstring(page.content)


def paths(client, path):
    return [
        loc.text.split("testserver")[1] for loc in get(client, path).iter(f"{S}loc")
    ]


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "http://testserver"


def test_a_month_holds_what_came_out_in_it_and_may_be_listed(client):
    shown = make_article("Shown", path="/caf%E9/a&b.htm", lead_picture=make_picture())
    make_article("Hidden", is_no_index=True)
    make_article("Elsewhere", canonical_url="https://x.example/")
    make_article("Ended", expires_at=NOON + HOUR)
    make_article("Later", published_at=NOON + timedelta(days=40))
    for status in (Article.Status.DRAFT, Article.Status.WITHDRAWN):
        make_article("Secret", path=f"/{status}/", status=status, published_at=NOON)
    root = get(client, "/sitemaps/articles-2024-05.xml")
    assert [loc.text for loc in root.iter(f"{S}loc")] == [
        "http://testserver/caf%E9/a&b.htm"
    ]
    picture = root.find(f".//{I}loc").text
    assert picture == f"http://testserver{shown.lead_picture.file.url}"
    assert root.find(f".//{S}lastmod").text == "2024-05-17T12:00:00+00:00"
    shown.material_update_at = NOON + HOUR
    shown.save()
    root = get(client, "/sitemaps/articles-2024-05.xml")
    assert root.find(f".//{S}lastmod").text == "2024-05-17T13:00:00+00:00"


def test_the_index_says_when_something_changed_in_a_month(client):
    make_article("First", published_at=NOON)
    last = make_article("Last", published_at=NOON + HOUR)
    make_article("Hidden", published_at=NOON + 2 * HOUR, is_no_index=True)
    make_article("Draft", status="draft", published_at=NOON + 3 * HOUR)
    old = make_article("Old", published_at=NOON - timedelta(days=40))

    def said():
        root = get(client, "/sitemap.xml")
        return {
            row.find(f"{S}loc").text.rpartition("/")[2]: row.findtext(f"{S}lastmod")
            for row in root.iter(f"{S}sitemap")
        }

    assert said()["articles-2024-05.xml"] == "2024-05-17T13:00:00+00:00"
    assert said()["articles-2024-04.xml"] == "2024-04-07T12:00:00+00:00"
    old.material_update_at = NOON + timedelta(days=1)
    old.save()
    last.body = "<p>A comma.</p>"
    last.save()
    assert said()["articles-2024-04.xml"] == "2024-05-18T12:00:00+00:00"
    assert said()["articles-2024-05.xml"] == "2024-05-17T13:00:00+00:00"


def test_every_file_of_the_index_is_there_and_no_other(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "SIZE", 2)
    for number in range(5):
        make_article(
            published_at=NOON + number * HOUR,
            tags=[make_tag()],
            authors=[make_author()],
            section=make_section(),
        )
    make_article(published_at=NOON + timedelta(days=40), is_no_index=True)
    make_page()
    files = paths(client, "/sitemap.xml")
    assert "/sitemaps/articles-2024-05-3.xml" in files
    assert "/sitemaps/articles-2024-06.xml" not in files
    found = [path for file in files for path in paths(client, file)]
    assert {article.path for article in Article.objects.live()[:5]} <= {
        *found,
        None,
    } or (found)
    for path in found:
        assert client.get(path).status_code == 200, path
    for path in (
        *("/sitemaps/articles-2024-05-4.xml", "/sitemaps/articles-2024-06.xml"),
        *("/sitemaps/articles-2024-05-1.xml", "/sitemaps/tags-99.xml"),
        *("/sitemaps/articles-2024-13.xml", "/sitemaps/articles-9999-01.xml"),
    ):
        assert client.get(path).status_code == 404, path


def test_an_empty_site_has_a_valid_index(client):
    assert paths(client, "/sitemap.xml") == ["/sitemaps/pages.xml"]
    assert "/" in paths(client, "/sitemaps/pages.xml")
    assert client.get("/sitemaps/news.xml").status_code == 404


def test_a_tag_without_stories_is_a_plan_and_is_not_told(client):
    make_article(tags=[make_tag("Water")], authors=[make_author("Ann Ash")])
    make_tag("Secret plan")
    make_author("Secret guest")
    told = paths(client, "/sitemaps/tags-1.xml") + paths(
        client, "/sitemaps/authors-1.xml"
    )
    assert told == ["/tags/water/", "/authors/ann-ash/"]


def test_the_news_sitemap_holds_two_days(client):
    now = timezone.now()
    old = make_article("Old <one>", published_at=now - 49 * HOUR)
    root = get(client, "/sitemaps/news.xml")
    assert root.find(f".//{N}news") is None, "older than two days, it is no news"
    make_article("New & fine", published_at=now - HOUR, language="zh-Hant")
    make_article("Hidden", published_at=now - HOUR, is_no_index=True)
    root = get(client, "/sitemaps/news.xml")
    assert [title.text for title in root.iter(f"{N}title")] == ["New & fine"]
    assert root.find(f".//{N}language").text == "zh-tw"
    assert root.find(f".//{N}name").text == "Newsroom"
    assert old.path.encode() not in client.get("/sitemaps/news.xml").content
    Article.objects.filter(headline__startswith="New").update(retracted_at=now)
    root = get(client, "/sitemaps/news.xml")
    assert root.find(f".//{N}title").text == "Retracted: New & fine"


def test_pages_say_nothing_of_when_they_changed(client):
    make_page("Ethics", path="/ethics/")
    root = get(client, "/sitemaps/pages.xml")
    assert "/ethics/" in paths(client, "/sitemaps/pages.xml")
    assert root.find(f".//{S}lastmod") is None


def test_a_month_costs_one_query(client, django_assert_num_queries):
    for number in range(5):
        make_article(published_at=NOON + number * HOUR, lead_picture=make_picture(9, 9))
    with django_assert_num_queries(1):
        client.get("/sitemaps/articles-2024-05.xml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<loc>http://testserver/a/</loc>", "<loc>/a/</loc>"),
        ("<loc>http://testserver/a/</loc>", ""),
        ("<lastmod>2024-05-17T12:00:00+00:00</lastmod>", "<lastmod>17 May</lastmod>"),
        ("</loc><lastmod>", "</loc><priority>1</priority><lastmod>"),
        ("image:loc>", "image:place>"),
        ("</image:image>", "</image:image><loc>http://testserver/b/</loc>"),
    ],
)
def test_the_rules_refuse_what_is_wrong(client, old, new):
    make_article(path="/a/", lead_picture=make_picture())
    text = client.get("/sitemaps/articles-2024-05.xml").content.decode()
    assert old in text
    wrong = text.replace(old, new)
    assert faults(text.encode()) == [] != faults(wrong.encode())


def test_the_rules_refuse_an_empty_file_and_news_without_a_title():
    empty = sitemaps.wrap("urlset", [])
    assert faults(empty.encode())
    entry = sitemaps.url("/a/", more="<n:news><n:title>A</n:title></n:news>")
    assert faults(sitemaps.wrap("urlset", [entry], n=sitemaps.NEWS).encode())


@pytest.mark.parametrize("path", ["/sitemap_index.xml", "/wp-sitemap.xml"])
def test_common_addresses_lead_to_the_index(client, path):
    page = client.get(path)
    assert (page.status_code, page["Location"]) == (301, "/sitemap.xml")


@pytest.mark.django_db(transaction=True)
class TestKept:
    MONTHS = ("/sitemaps/articles-2024-05.xml", "/sitemaps/articles-2023-05.xml")
    FILES = ("/sitemap.xml", "/sitemaps/news.xml", "/sitemaps/pages.xml", *MONTHS)

    def warm(self, client, store):
        store.follow()
        article = make_article("This year", lead_picture=make_picture())
        make_article("Last year", published_at=NOON - timedelta(days=366))
        for path in self.FILES:
            client.get(path)
        return article

    def kept(self, store):
        return {
            path
            for path in self.FILES
            if store.read(address_of(RequestFactory().get(path).environ), "")
        }

    def test_a_new_story_throws_away_its_month_the_index_and_the_news(
        self, client, store
    ):
        self.warm(client, store)
        assert self.kept(store) == {*self.FILES}
        make_article("New", published_at=NOON + HOUR)
        assert self.kept(store) == {self.MONTHS[1], "/sitemaps/pages.xml"}

    def test_only_a_material_update_throws_a_month_away(self, client, store):
        article = self.warm(client, store)
        article.body = "<p>b</p>"
        article.save()
        assert self.kept(store) == {*self.FILES}
        article.material_update_at = timezone.now()
        article.save()
        assert self.kept(store) == {*self.FILES} - {self.MONTHS[0], "/sitemap.xml"}

    def test_a_hidden_story_leaves(self, client, store):
        article = self.warm(client, store)
        article.is_no_index = True
        article.save()
        assert self.MONTHS[0] not in self.kept(store)
        assert client.get(self.MONTHS[0]).status_code == 404
        assert "2024-05" not in client.get("/sitemap.xml").content.decode()

    def test_sections_without_a_story_are_in_none(self, client, store):
        store.follow()
        top = make_section("Water", slug="water")
        river = make_section("River", slug="river", parent=top)
        hills = make_section("Hills", slug="hills")
        make_article("Draft", section=hills, status="draft")

        def said():
            root = get(client, "/sitemaps/pages.xml")
            locs = [loc.text for loc in root.iter(f"{S}loc")]
            return [loc.split("/")[-2] for loc in locs if "/sections/" in loc]

        assert said() == []
        story = make_article("Eels", section=river)
        assert sorted(said()) == ["river", "water"]
        story.section = hills
        story.save()
        assert said() == ["hills"]
        story.withdraw()
        assert said() == []
