"""A hub is told of each change, later if it is away, and spoils nothing."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from articles import publishing
from articles.models import Article
from newsroom import clock
from newsroom.feeds import websub
from newsroom.feeds.models import Ping
from newsroom.models import Publication
from tests.factories import make_article, make_author, make_section, make_tag, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub():
    """A real server that notes what it is told, and answers with `hub.status`."""
    told = []

    class Hub(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            told.append(parse_qs(self.rfile.read(length).decode()))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Hub)
    server.status, server.told = 204, told
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def publication(hub, settings):
    settings.SITE_URL = "https://news.example"
    address = f"http://127.0.0.1:{hub.server_address[1]}/"
    publication = Publication(name="The Weir", hub=address)
    publication.save()
    return publication


def publish(**fields):
    article = make_article(**fields)
    publishing.announce(article)
    return article


def topics(hub):
    return {topic for told in hub.told for topic in told["hub.url"]}


def test_a_hub_hears_of_all_feeds_of_a_story_and_of_no_other(hub, publication):
    make_tag("Bread")
    publish(
        section=make_section("News", slug="news"),
        tags=[make_tag("Water", slug="water")],
        authors=[make_author("Ann Ash", slug="ann")],
    )
    assert hub.told == []
    websub.send()
    assert {told["hub.mode"][0] for told in hub.told} == {"publish"}
    assert {
        *("https://news.example/feed/", "https://news.example/feed/atom/"),
        "https://news.example/sections/news/feed/json/summary/",
        *(
            "https://news.example/tags/water/feed/",
            "https://news.example/authors/ann/feed/",
        ),
    } <= topics(hub)
    assert not any("bread" in topic for topic in topics(hub))
    assert not Ping.objects.exists()
    websub.send()
    assert len(topics(hub)) == 24


def test_published_changes_are_told(
    hub, publication, django_capture_on_commit_callbacks
):
    user = make_user("pat", "publisher")
    article = make_article("Old")
    copy = publishing.open_working_copy(article, user)
    copy.headline = "New"
    copy.save()
    with django_capture_on_commit_callbacks(execute=True):
        publishing.publish_changes(article, user)
    websub.send()
    assert "https://news.example/feed/" in topics(hub)


def test_a_retraction_is_told_with_the_feed_of_corrections(
    hub, publication, django_capture_on_commit_callbacks
):
    article = make_article("Flour", published_at=timezone.now())
    make_article("Bread", section=make_section("News", slug="news"))
    with django_capture_on_commit_callbacks(execute=True):
        publishing.retract(article, make_user("pat", "publisher"), "It was rye.")
    websub.send()
    corrections = "https://news.example/feeds/corrections/"
    kinds = {corrections, f"{corrections}atom/", f"{corrections}json/"}
    assert kinds | {"https://news.example/feed/"} <= topics(hub)
    assert not any("news/feed" in topic for topic in topics(hub))


def in_news(**fields):
    section = make_section("News", slug="news")
    return make_article(section=section, tags=[make_tag("Water")], **fields)


NEWS, WATER = (
    f"https://news.example/{page}/feed/" for page in ("sections/news", "tags/water")
)


def test_a_withdrawal_is_told_and_what_readers_never_saw_is_not(hub, publication):
    user, article = make_user("pat", "publisher"), in_news()
    copy = publishing.open_working_copy(article, user)
    copy.tags.add(make_tag("Plan"))
    publishing.withdraw(Article.objects.get(pk=article.pk), user)
    websub.send()
    assert {"https://news.example/feed/", NEWS, WATER} <= topics(hub)
    assert not any("plan" in topic for topic in topics(hub))


@pytest.mark.parametrize("verb", [publishing.withdraw, publishing.move_to_trash])
def test_of_what_was_not_out_nothing_is_told(verb, hub, publication):
    now = timezone.now()
    for fields in (
        {"status": Article.Status.DRAFT, "published_at": None},
        {"published_at": now + timedelta(days=1)},
        {"expires_at": now - timedelta(days=1)},
    ):
        verb(make_article(**fields), None)
    websub.send()
    assert hub.told == []


def test_what_goes_to_the_trash_and_comes_back_is_told_both_times(hub, publication):
    user, article = make_user("pat", "publisher"), in_news()
    for change in (
        lambda: publishing.move_to_trash(article, user),
        lambda: publishing.take_from_trash(article, as_it_was=True),
    ):
        change()
        websub.send()
        assert {"https://news.example/feed/", NEWS, WATER} <= topics(hub)
        hub.told.clear()
    publishing.move_to_trash(article, user)
    websub.send()
    hub.told.clear()
    publishing.take_from_trash(article, as_it_was=False)
    websub.send()
    assert hub.told == []


def test_an_end_is_told_by_the_clock_once(hub, publication):
    now = timezone.now()
    in_news(expires_at=now - timedelta(seconds=5), announced_at=now)
    clock.tick()
    websub.send()
    assert {"https://news.example/feed/", NEWS, WATER} <= topics(hub)
    hub.told.clear()
    clock.tick()
    websub.send()
    assert hub.told == []


def test_nobody_is_told_without_a_hub(hub):
    publish()
    assert not Ping.objects.exists()
    websub.send()
    assert hub.told == []


def test_a_hub_that_is_away_is_asked_again_ever_later(hub, publication):
    hub.status = 503
    article = publish()
    assert article in Article.objects.live()
    assert Article.objects.get(pk=article.pk).announced_at
    now = timezone.now()
    assert websub.send(now) == 0
    tries = len(hub.told)
    websub.send(now + timedelta(seconds=30))
    assert len(hub.told) == tries
    hub.status = 202
    assert websub.send(now + timedelta(seconds=61)) == 6
    assert not Ping.objects.exists()


def test_a_hub_that_never_answers_is_given_up(publication):
    publication.hub = "http://127.0.0.1:1/"
    publication.save()
    publish()
    at = timezone.now()
    for _ in range(websub.TRIES):
        websub.send(at)
        at += timedelta(days=2)
    assert not Ping.objects.exists()


def test_feeds_name_the_hub(client, publication):
    address = publication.hub.encode()
    for path in ("/feed/", "/feed/atom/", "/feed/json/"):
        assert address in client.get(path).content
    assert address not in client.get("/robots.txt").content
