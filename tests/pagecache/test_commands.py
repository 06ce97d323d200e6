"""`manage.py pagecache` and `manage.py warm`, as an operator runs them."""

import io

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article
from newsroom.pagecache import node
from tests.factories import make_article, make_author, make_page, make_section, make_tag

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def story(store):
    store.follow()
    return make_article(
        "Rain",
        section=make_section("News"),
        tags=[make_tag("Water")],
        authors=[make_author("Ann Ash")],
        body="<p>It rained.</p>",
    )


def kept(store):
    return {entry.as_address().path for entry in store.entries()}


def test_warm_renders_what_readers_are_likely_to_ask_for(store, story):
    make_page(path="/about/")
    said = run("warm")
    assert kept(store) >= {
        *("/", "/feed/", "/about/", "/archive/", "/tags/", "/authors/"),
        *(story.path, "/sections/news/", "/tags/water/", "/authors/ann-ash/"),
    }
    count = len(kept(store))
    assert said == f"{count} of {count} pages were rendered.\n"
    assert run("warm") == f"0 of {count} pages were rendered.\n"


def test_warm_asks_for_nothing_that_is_not_there(store, story):
    make_tag("A plan")
    make_author("Nobody Yet")
    make_page(path="/later/", is_published=False)
    make_article("Draft", status=Article.Status.DRAFT, tags=[make_tag("Secret")])
    run("warm")
    assert {entry.address for entry in store.entries()} == {
        f"testserver{path}" for path in kept(store)
    }
    assert all(
        store.read(e.as_address(), "").status == "200 OK" for e in store.entries()
    )


def test_warm_renders_so_many_articles(store, story):
    older = make_article("Older", published_at=story.published_at.replace(year=2001))
    run("warm", "--articles", "1")
    assert story.path in kept(store)
    assert older.path not in kept(store)
    with pytest.raises(CommandError, match="takes a number of articles"):
        run("warm", "--articles", "-1")


def test_what_is_kept_is_listed_and_shown_with_its_keys(client, store, story):
    client.get(story.path)
    client.get("/")
    assert run("pagecache", "list").startswith("2 pages, ")
    assert run("pagecache") == run("pagecache", "list")
    shown = run("pagecache", "show", story.path)
    assert shown.startswith(f"testserver{story.path}: ")
    assert {f"article-{story.pk}", "furniture"} <= set(shown.split())
    holding = run("pagecache", "key", f"article-{story.pk}")
    assert holding == (f"testserver{story.path}\n1 pages hold 'article-{story.pk}'.\n")
    with pytest.raises(CommandError, match="No page is kept of /nowhere/"):
        run("pagecache", "show", "/nowhere/")


def test_verify_finds_what_was_changed_behind_its_back(client, store, story):
    for path in (story.path, "/", "/sections/news/"):
        client.get(path)
    assert run("pagecache", "verify") == ("3 pages are what a fresh rendering is.\n")
    Article.objects.filter(pk=story.pk).update(body="<p>Snow.</p>")
    with pytest.raises(CommandError, match="1 of 3 pages are stale"):
        run("pagecache", "verify")
    with pytest.raises(CommandError, match="takes a number of pages"):
        run("pagecache", "verify", "--sample", "0")


def test_purge_and_clear_throw_away(client, store, story):
    for path in (story.path, "/tags/"):
        client.get(path)
    run("pagecache", "purge", f"article-{story.pk}")
    assert kept(store) == {"/tags/"}
    run("pagecache", "clear")
    assert kept(store) == set()


def test_a_site_that_keeps_none_says_so(monkeypatch):
    monkeypatch.setattr(node, "store", None)
    for command in ("warm", "pagecache"):
        with pytest.raises(CommandError, match="PAGE_CACHE is false"):
            run(command)
