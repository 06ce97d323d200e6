"""What readers get at old addresses."""

import pytest
from django.urls import reverse

from articles import merging, publishing, trash
from articles.models import Article
from newsroom.redirects import counting
from newsroom.redirects.models import Redirect
from newsroom.redirects.serving import FRESH
from tests.factories import (
    make_article,
    make_author,
    make_page,
    make_section,
    make_series,
    make_tag,
    make_user,
)
from tests.redirects.test_redirects import make_redirect

pytestmark = pytest.mark.django_db


def leads(client, path, **more):
    """Return (status, where it leads) of what is asked for, as it is spelled."""
    response = client.get(path, **more)
    return response.status_code, response.get("Location", "")


class TestAnswers:
    def test_an_old_address_leads_on_for_good(self, client):
        make_redirect("/old/story.htm", "/new/")
        response = client.get("/old/story.htm")
        assert (response.status_code, response["Location"]) == (301, "/new/")
        assert response["Cache-Control"] == FRESH
        assert not response.cookies
        assert client.get("/old/story.html").status_code == 404

    def test_or_for_now(self, client):
        make_redirect("/a", "https://other.example/b?c=d", answer=302)
        assert leads(client, "/a") == (302, "https://other.example/b?c=d")

    def test_what_is_gone_says_so(self, client):
        make_redirect("/old/")
        response = client.get("/old/")
        assert response.status_code == 410
        assert "This page is gone" in response.content.decode()
        assert "noindex" in response.content.decode()

    def test_only_who_looks_is_led(self, client):
        make_redirect("/old/", "/new/")
        assert client.head("/old/").status_code == 301
        assert client.post("/old/").status_code == 405

    @pytest.mark.parametrize(
        ("old", "raw"),
        [
            ("/~ann/", "/%7Eann/"),
            ("/%7Eann/", "/~ann/"),
            ("/café.htm", "/caf%C3%A9.htm"),
            ("/caf%C3%A9.htm", "/caf%c3%a9.htm"),
            ("/caf%E9.htm", "/caf%e9.htm"),
            ("/a b", "/a%20b"),
            ("/a%2Fb", "/a%2fb"),
            ("/a", "/a?utm_source=x&fbclid=y"),
            ("/a/", "/a"),
            ("/x?id=7", "/x?id=7"),
            ("/x?id=7", "/x?id=7&utm_source=x"),
            ("/x?q=%7Ea", "/x?q=~a"),
        ],
    )
    def test_escapes_are_compared_by_what_they_mean(self, old, raw, client):
        make_redirect(old, "/new/")
        _path, _, query = raw.partition("?")
        assert leads(client, raw, RAW_URI=raw, QUERY_STRING=query) == (301, "/new/")

    def test_an_address_with_a_query_is_another_one(self, client):
        article = make_article()
        make_redirect("/?p=12", article.path)
        make_redirect("/index.php?id=7", "/seven/")
        make_redirect("/index.php?id=*", "/number/$1/", match="pattern")
        assert leads(client, "/?p=12") == (301, article.path)
        assert leads(client, "/?p=12&utm_source=x") == (301, article.path)
        assert leads(client, "/index.php?id=7") == (301, "/seven/")
        assert leads(client, "/index.php?id=8") == (301, "/number/8/")
        assert client.get("/").status_code == 200
        assert client.get("/?p=13").status_code == 200
        assert client.get("/index.php").status_code == 404

    def test_the_page_of_a_list_is_kept(self, client):
        make_redirect("/old/", "/new/")
        assert leads(client, "/old/?page=2&utm_source=x") == (301, "/new/?page=2")
        assert leads(client, "/old/?page=x") == (301, "/new/")

    def test_a_page_wins(self, client):
        make_redirect("/old/", "/new/", match="prefix")
        page = make_page(path="/old/here/")
        assert client.get(page.path).status_code == 200
        assert leads(client, "/old/there/") == (301, "/new/there/")

    def test_the_longest_prefix_then_the_pattern_that_says_most(self, client):
        make_redirect("/a/", "/one/", match="prefix")
        make_redirect("/a/b/", "/two/", match="prefix", keeps_rest=False)
        make_redirect("/c/*.htm", "/three/$1/", match="pattern")
        make_redirect("/c/x*.htm", "/four/$1/", match="pattern")
        make_redirect("/a/b/c", "/five/")
        assert leads(client, "/a/x/y?z=1") == (301, "/one/x/y")
        assert leads(client, "/a") == (301, "/one/")
        assert leads(client, "/a/b/x") == (301, "/two/")
        assert leads(client, "/a/b/c") == (301, "/five/")
        assert leads(client, "/c/2004/y.htm") == (301, "/three/2004/y/")
        assert leads(client, "/c/xy.htm") == (301, "/four/y/")
        assert client.get("/ab").status_code == 404

    def test_folders_that_moved_twice_are_one_step(self, client):
        make_redirect("/a/", "/b/", match="prefix")
        make_redirect("/b/", "/c/", match="prefix")
        make_page(path="/b/here/")
        assert leads(client, "/a/x") == (301, "/c/x")
        assert leads(client, "/a/here/") == (301, "/b/here/")

    @pytest.mark.parametrize(
        "path", ["/go//evil.example/", "/go/%2Fevil.example", "/go/%5Cevil.example"]
    )
    @pytest.mark.parametrize(
        ("old", "match", "target"),
        [("/go/", "prefix", "/"), ("/go/*", "pattern", "/$1")],
    )
    def test_nobody_is_led_elsewhere(self, path, old, match, target, client):
        make_redirect(old, target, match=match)
        _status, location = leads(client, path, RAW_URI=path)
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))

    def test_no_line_end_gets_into_a_header(self, client):
        make_redirect("/go/*", "/x?y=$1", match="pattern")
        raw = "/go/a%0d%0aSet-Cookie:%20b=c"
        status, location = leads(client, raw, RAW_URI=raw)
        assert (status, "\n" in location) == (301, False)

    def test_the_desk_and_files_are_nobodys_old_address(self, client):
        make_redirect("/*.php", "/x/", match="pattern")
        client.force_login(make_user("erin", "editor"))
        assert leads(client, "/wp.php") == (301, "/x/")
        assert client.get("/admin/nothing.php/").status_code == 404
        assert client.get("/media/nothing.php").status_code == 404

    def test_a_developer_is_led_too(self, client, settings):
        settings.DEBUG = True
        make_redirect("/old/", "/new/")
        assert leads(client, "/old/") == (301, "/new/")

    def test_costs_one_query(self, client, django_assert_num_queries):
        make_redirect("/old/", "/new/")
        # an article, a page, one spelled in another way, one with a slash, one that was
        # withdrawn (articles.views); the redirect
        with django_assert_num_queries(6):
            client.get("/old/")

    def test_known_queries_ask_nothing(self, client, django_assert_num_queries):
        make_redirect("/?p=1", "/new/")
        with django_assert_num_queries(1):
            assert leads(client, "/?p=1&utm_source=x") == (301, "/new/")


def test_hits_are_counted_exactly_and_when(client):
    redirect = make_redirect("/old/", "/new/")
    for _ in range(3):
        client.get("/old/")
    counting.hits.flush()
    client.get("/old/")
    counting.hits.flush()
    redirect.refresh_from_db()
    assert redirect.hits == 4
    assert redirect.last_used_at
    assert not counting.missing.waiting


class TestWhatMoves:
    def test_an_article_at_another_address(self, client):
        article = make_article(path="/a.htm")
        article.path = "/b/"
        article.save(update_fields=["path"])
        assert leads(client, "/a.htm") == (301, "/b/")
        article.path = "/c/"
        article.save()
        assert leads(client, "/a.htm") == leads(client, "/b/") == (301, "/c/")
        article.path = "/a.htm"
        article.save()
        assert client.get("/a.htm").status_code == 200
        assert leads(client, "/b/") == leads(client, "/c/") == (301, "/a.htm")
        assert Redirect.objects.filter(old="/a.htm").count() == 0

    def test_a_draft_leaves_nothing(self):
        article = make_article(status="draft", path="/a/")
        article.path = "/b/"
        article.save()
        page = make_page(path="/x/", is_published=False)
        page.path = "/y/"
        page.save()
        assert not Redirect.objects.exists()

    def test_through_the_desk(self, client):
        article = make_article(path="/a/")
        user = make_user("pat", "publisher")
        copy = publishing.open_working_copy(article, user)
        copy.headline = "Changed"
        copy.save()
        publishing.publish_changes(Article.objects.get(pk=article.pk), user)
        assert not Redirect.objects.exists()

    def test_a_simple_page(self, client):
        page = make_page(path="/about/")
        page.path = "/us/"
        page.save()
        assert leads(client, "/about/") == (301, "/us/")

    @pytest.mark.parametrize("make", [make_section, make_tag, make_author, make_series])
    def test_a_list_under_another_slug_with_what_is_below_it(self, make, client):
        row = make("Old name")
        before = row.get_absolute_url()
        row.slug = "new-name"
        row.save()
        now = row.get_absolute_url()
        assert leads(client, before) == (301, now)
        assert leads(client, f"{before}feed/") == (301, f"{now}feed/")
        assert leads(client, f"{before}?page=2") == (301, f"{now}?page=2")

    @pytest.mark.parametrize("make", [make_section, make_tag, make_author, make_series])
    def test_what_is_merged(self, make, client):
        old, new = make("Old name"), make("New name")
        before = old.get_absolute_url()
        merging.merge(old, new)
        assert leads(client, before) == (301, new.get_absolute_url())
        assert Redirect.objects.get().made_by == "merge"

    def test_the_trash_is_missing_until_it_is_emptied(self, client):
        article = make_article(path="/a/")
        user = make_user("pat", "publisher")
        make_redirect("/older/", "/a/")
        publishing.move_to_trash(article, user)
        assert client.get("/a/").status_code == 404
        publishing.take_from_trash(article, as_it_was=True)
        assert client.get("/a/").status_code == 200
        publishing.move_to_trash(article, user)
        trash.destroy(Article.objects.filter(pk=article.pk))
        assert client.get("/a/").status_code == 410
        assert client.get("/older/").status_code == 410

    def test_a_new_story_where_one_is_gone_is_seen(self, client):
        make_redirect("/a/")
        make_article(path="/a/")
        assert client.get("/a/").status_code == 200

    def test_who_merges_is_told(self, client):
        old, _new = make_tag("old"), make_tag("new")
        make_article(tags=[old])
        client.force_login(make_user("pat", "publisher"))
        page = client.get(reverse("admin:articles_tag_delete", args=[old.pk]))
        assert "leads to the other one" in page.content.decode()
        assert "not redirected" not in page.content.decode()
