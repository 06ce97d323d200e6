"""What is kept, under which address, and what never is."""

import sqlite3
import threading
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.test import RequestFactory
from django.utils import timezone

from articles import lists, translations
from articles.models import Article
from newsroom.blocks.models import AdvertiseBlock
from newsroom.pagecache.addresses import address_of
from newsroom.pagecache.store import Store
from tests.factories import (
    make_article,
    make_picture,
    make_section,
    make_tag,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)


def address(path, **headers):
    return address_of(RequestFactory().get(path, **headers).environ)


def is_kept(store, path):
    return store.read(address(path), "") is not None


def kept(store):
    return sorted(entry.address for entry in store.entries())


@pytest.fixture
def article(store):
    store.follow()
    return make_article("Rain", section=make_section("News"), tags=[make_tag("river")])


class TestAddresses:
    @pytest.mark.parametrize(
        "query", ["?utm_source=x", "?fbclid=1&gclid=2", "?anything", "?page=2", "?&&"]
    )
    def test_what_views_ignore_makes_no_copy(self, query):
        assert address(f"/a/{query}") == address("/a/")

    @pytest.mark.parametrize(
        ("query", "known"),
        [
            ("?page=2", "page=2"),
            ("?utm_source=x&page=2", "page=2"),
            ("?plain", "plain"),
            ("?plain=1&page=3", "page=3&plain"),
        ],
    )
    def test_known_parameters_have_one_spelling(self, query, known):
        assert address(f"/tags/a/{query}").query == known

    @pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=2&page=3"])
    def test_pages_that_are_none_are_not_kept(self, query):
        assert address(f"/tags/a/{query}") is None

    @pytest.mark.parametrize(
        "path",
        ["/admin/", "/preview/x/", "/health", "/media/x.jpg", "/search/?q=x", "/read/"],
    )
    def test_what_differs_by_reader_has_none(self, path):
        assert address(path) is None

    @pytest.mark.parametrize("path", ["/administration/", "/previewing/", "/readers/"])
    def test_what_only_begins_alike_has_one(self, path):
        assert address(path) is not None

    @pytest.mark.parametrize("host", ["elsewhere.example", "testserver:81", ""])
    def test_other_hosts_have_none(self, host):
        if host:
            assert address("/a/", headers={"host": host}) is None

    @pytest.mark.parametrize(
        "path", ["/a/../../etc/passwd", "/x@y/", "/" + "ä" * 150 + "/", "/a//b", "/.."]
    )
    def test_odd_paths_stay_inside_the_folder(self, path, tmp_path):
        environ = RequestFactory().get("/").environ
        environ["PATH_INFO"] = path.encode().decode("latin-1")
        file = (tmp_path / address_of(environ).file).resolve()
        assert file.is_relative_to(tmp_path.resolve() / "testserver")
        assert all(len(name.encode()) <= 255 for name in file.parts)


class TestPages:
    def test_staff_get_and_make_the_same_page_as_anybody(self, client, article, store):
        client.force_login(make_user("ann", "publisher"))
        page = client.get(article.path)
        assert not page.cookies
        assert kept(store) == [f"testserver{article.path}"]

    def test_the_desk_previews_and_posts_are_not_kept(self, client, article, store):
        client.force_login(make_user("ann", "publisher"))
        client.get("/admin/")
        client.post(article.path)
        client.get("/health")
        assert kept(store) == []

    def test_what_never_was_is_not_kept(self, client, article, store):
        assert client.get("/nothing/here/").status_code == 404
        assert kept(store) == []

    def test_what_was_never_out_cannot_be_told_from_what_never_was(
        self, client, article, store
    ):
        make_article("Plan", path="/plan/", status="draft", published_at=None)
        later = timezone.now() + timedelta(days=1)
        make_article("Embargo", path="/embargo/", published_at=later)
        nothing = client.get("/nothing/")
        for path in ("/plan/", "/embargo/"):
            page = client.get(path)
            assert (page.status_code, page.headers) == (404, nothing.headers)
        assert kept(store) == []

    def test_the_notice_of_what_was_withdrawn_is_kept_until_it_is_back(
        self, client, article, store
    ):
        article.withdraw()
        assert client.get(article.path).status_code == 410
        assert kept(store) == [f"testserver{article.path}"]
        article.publish()
        assert client.get(article.path).status_code == 200

    def test_a_story_goes_when_search_engines_are_told_of_its_translation_no_more(
        self, client, article, store
    ):
        german, other = make_article("Regen", language="de"), make_article("Wind")
        translations.link(article, german)
        store.follow()
        for path in (article.path, other.path):
            assert (b"hreflang" in client.get(path).content) is (path == article.path)
        german.is_no_index = True
        german.save(update_fields=["is_no_index"])
        store.follow()
        assert not is_kept(store, article.path)
        assert is_kept(store, other.path)

    def test_a_redirect_is_kept(self, client, article, store):
        bare = article.path.rstrip("/")
        assert client.get(bare).status_code == 301
        assert store.read(address(bare), "").status.startswith("301")
        assert client.get(bare)["Location"] == article.path

    def test_a_redirect_goes_with_its_story(self, client, article, store):
        bare = article.path.rstrip("/")
        client.get(bare)
        article.withdraw()
        assert store.read(address(bare), "") is None
        assert client.get(bare).status_code == 410

    def test_plain_gzip_and_brotli_are_ready(self, client, article, store):
        client.get(article.path)
        for accepted in ("br", "gzip", ""):
            assert store.read(address(article.path), accepted).encoding == accepted
        page = client.get(article.path, headers={"accept-encoding": "gzip, br"})
        assert page["Content-Encoding"] == "br"
        assert "Accept-Encoding" in page["Vary"]

    def test_a_head_request_says_what_a_get_says(self, client, article):
        head = client.head(article.path)
        page = client.get(article.path)
        assert not head.content
        assert head["Content-Length"] == str(len(page.content))

    def test_a_block_switched_off_leaves_the_pages_it_was_on(
        self, client, article, store
    ):
        elsewhere = make_article("Sun", section=make_section("Sport"))
        block = AdvertiseBlock.objects.create(
            name="x", placement="sidebar", headline="Buy", link_url="/"
        )
        block.sections.set([article.section])
        for path in (article.path, elsewhere.path):
            client.get(path)
        block.is_active = False
        block.save()
        assert kept(store) == [f"testserver{elsewhere.path}"]

    def test_a_picture_of_a_section_goes_from_where_it_is_shown(
        self, client, store, monkeypatch
    ):
        monkeypatch.setattr(lists.Stories, "per_page", 1)
        store.follow()
        section = make_section("News", picture=make_picture())
        stories = [make_article(section=section) for _ in range(2)]
        stay = ["/sections/news/?page=2", stories[0].path, "/feed/"]
        go = ["/sections/news/", "/sections/news/feed/"]

        def change_words():
            section.picture.alt = "A weir"
            section.picture.save()

        def choose_another():
            section.picture = make_picture(50, 40)
            section.save()

        for edit in (change_words, choose_another, lambda: section.picture.delete()):
            for path in (*stay, *go):
                client.get(path)
            edit()
            assert [path for path in go if is_kept(store, path)] == []
            assert [path for path in stay if not is_kept(store, path)] == []

    def test_a_page_ages_at_the_moment_it_shows(self, client, article, store):
        AdvertiseBlock.objects.create(
            name="x",
            placement="sidebar",
            headline="Buy",
            link_url="/",
            ends_at="2096-01-01T00:00:00Z",
        )
        client.get(article.path)
        (page,) = store.entries()
        assert page.until == 3976214400
        assert store.sweep(page.until - 1) == 0
        assert store.sweep(page.until) == 1


class TestForCDNs:
    TOLD = ("Surrogate-Key", "Cache-Tag", "CDN-Cache-Control", "Surrogate-Control")

    def test_readers_are_told_no_keys_neither_of_a_cold_page_nor_of_a_kept_one(
        self, client, article
    ):
        for _ in "cold", "kept":
            page = client.get(article.path)
            assert not set(self.TOLD) & set(page.headers)

    @pytest.mark.parametrize(
        "header", ["cdn-loop", "fastly-ff", "surrogate-capability", None]
    )
    def test_a_cdn_is_told_by_what_it_says_or_the_settings(
        self, header, client, article, settings
    ):
        if header is None:
            settings.PURGE_URL = "https://cdn.example/purge"
        for _ in "cold", "kept":
            page = client.get(article.path, headers={header: "x"} if header else {})
            assert f"article-{article.pk}" in page["Surrogate-Key"].split()
            assert page["Cache-Tag"] == page["Surrogate-Key"].replace(" ", ",")
            assert page["Surrogate-Control"] == "max-age=31536000"

    def test_a_cdn_keeps_a_page_no_longer_than_we_do(self, client, article):
        ends_at = timezone.now() + timedelta(seconds=90)
        AdvertiseBlock.objects.create(
            name="x", placement="sidebar", headline="Buy", link_url="/", ends_at=ends_at
        )
        for _ in "cold", "kept":
            page = client.get(article.path, headers={"cdn-loop": "cdn.example"})
            seconds = int(page["CDN-Cache-Control"].removeprefix("max-age="))
            assert 30 < seconds <= 90


class TestManyAtOnce:
    def test_a_page_that_began_before_a_purge_is_served_and_not_kept(
        self, client, article, store, monkeypatch
    ):
        keep = Store.keep

        def change_meanwhile(self, *args):
            Article.objects.get(pk=article.pk).withdraw()
            return keep(self, *args)

        monkeypatch.setattr(Store, "keep", change_meanwhile)
        page = client.get(article.path, headers={"cdn-loop": "cdn.example"})
        assert page.status_code == 200
        assert page["CDN-Cache-Control"] == "max-age=0"
        assert "Surrogate-Key" not in page
        assert kept(store) == []


class TestWhatAnybodyMayAsk:
    def test_a_parameter_no_view_looks_at_makes_no_copy(self, client, article, store):
        for path in ("/feed/", "/robots.txt", "/archive/", "/corrections/"):
            assert client.get(path, {"page": "5"}).status_code == 200
            assert client.get(path, {"plain": ""}).status_code == 200
        assert kept(store) == []
        assert client.get(article.path, {"plain": ""}).status_code == 200
        assert client.get("/sections/news/", {"page": "1"}).status_code == 200
        assert kept(store) == [
            f"testserver{article.path}?plain",
            "testserver/sections/news/",
        ]

    def test_however_the_host_is_written_readers_get_one_page(self, client, article):
        page = client.get("/sections/news/", headers={"host": "TestServer"})
        assert b"TestServer" not in page.content
        assert b"http://testserver/sections/news/" in page.content

    def test_nobody_keeps_what_is_not_kept_here(self, client, article):
        for path in ("/nothing/", "/search/?q=zq", "/sections/news/?page=7"):
            assert "no-cache" in client.get(path)["Cache-Control"], path


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left"), sqlite3.OperationalError("disk is full")]
)
class TestAFullDisk:
    def test_readers_get_their_page(self, error, client, article, store):
        with patch.object(Store, "_put_files", side_effect=error):
            assert client.get(article.path).status_code == 200
        assert kept(store) == []
        assert client.get(article.path).status_code == 200
        assert kept(store) == [f"testserver{article.path}"]

    def test_no_lock_stays_and_no_save_is_spoiled(self, error, client, article, store):
        client.get(article.path)
        with patch.object(Store, "_forget", side_effect=error):
            article.headline = "Snow"
            article.save()
        thread = threading.Thread(target=store.totals, daemon=True)
        thread.start()
        thread.join(5)
        assert not thread.is_alive()
        store.follow()
        assert b"Snow" in client.get(article.path).content
