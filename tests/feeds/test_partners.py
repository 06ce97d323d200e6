"""Feeds for partners: what their records say, and nobody else's business."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from newsroom.feeds.models import PartnerFeed
from newsroom.pagecache.addresses import address_of
from tests.articles.test_admin_form import filled_form
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_section,
    make_tag,
    make_user,
)
from tests.feeds.test_feeds import items, titles
from tests.feeds.validity import CONTENT, FAULTS

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SECRET = "s3cret-s3cret-s3cret"


def make_feed(**fields):
    return PartnerFeed.objects.create(name="Courier", slug="courier", **fields)


def test_a_story_must_pass_all_three_choices(client):
    section, tag, author = make_section("News"), make_tag("Water"), make_author()
    below = make_section("Courts", parent=section)
    make_article("All", section=below, tags=[tag, make_tag()], authors=[author])
    make_article("No tag", section=section, authors=[author])
    make_article("No author", section=section, tags=[tag])
    make_article("Elsewhere", section=make_section(), tags=[tag], authors=[author])
    feed = make_feed()
    assert len(titles(client.get("/feeds/partner/courier/"))) == 4
    feed.sections.set([section])
    feed.tags.set([tag, make_tag("Bread")])
    feed.authors.set([author])
    assert titles(client.get("/feeds/partner/courier/")) == ["All"]


def test_a_story_comes_as_late_as_the_record_says(client):
    now = timezone.now()
    make_article("Old", published_at=now - 2 * HOUR)
    make_article("New", published_at=now - HOUR / 2)
    feed = make_feed(delay=60, count=1)
    assert titles(client.get(feed.get_absolute_url())) == ["Old"]
    feed.delay = 0
    feed.save()
    assert titles(client.get(feed.get_absolute_url())) == ["New"]


def test_a_full_text_names_the_original_where_the_record_says_so(client, settings):
    settings.SITE_URL = "https://news.example"
    article = make_article(body="<p>Marzipan</p>")
    feed = make_feed()
    text = items(client.get(feed.get_absolute_url()))[0].findtext(f"{CONTENT}encoded")
    line = f'<a rel="canonical" href="https://news.example{article.path}">'
    assert text.startswith("<p>Marzipan</p>") and line in text
    feed.names_original = False
    feed.save()
    assert line not in client.get(feed.get_absolute_url()).content.decode()
    feed.is_full = False
    feed.save()
    assert b"Marzipan" not in client.get(feed.get_absolute_url()).content


@pytest.mark.parametrize("kind", FAULTS)
def test_it_is_valid_in_each_format_and_in_no_index(client, kind):
    make_article("Fish & chips", body="<p>Text</p>")
    page = client.get(make_feed(format=kind, token=SECRET).get_absolute_url())
    assert FAULTS[kind](page.content) == []
    assert page["X-Robots-Tag"] == "noindex"
    assert "noindex" not in client.get("/feed/").headers.get("X-Robots-Tag", "")


def test_only_the_whole_address_opens_it(client):
    feed = make_feed(token=SECRET)
    assert client.get(f"/feeds/partner/courier/{SECRET}/").status_code == 200
    for path in ("", "s3cret-s3cret-s3cre/", f"{SECRET}x/"):
        assert client.get(f"/feeds/partner/courier/{path}").status_code == 404
    assert client.get("/feeds/partner/nobody/").status_code == 404
    feed.is_active = False
    feed.save()
    assert client.get(f"/feeds/partner/courier/{SECRET}/").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [{"count": 0}, {"count": 101}, {"token": "short"}, {"token": "a/b/c/d/e/f/g/h"},
     {"delay": 10**6}, {"slug": "a b"}],
)  # fmt: skip
def test_what_makes_no_feed_is_refused(fields):
    with pytest.raises(ValidationError):
        PartnerFeed(**{"name": "A", "slug": "a", **fields}).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_feed(count=101)


def test_a_publisher_makes_one_with_a_secret_and_sees_its_address(client):
    client.force_login(make_user("pub", "publisher"))
    add = reverse("admin:feeds_partnerfeed_add")
    form = filled_form(client, add, "partnerfeed_form")
    assert len(form["token"]) == 24
    client.post(add, form | {"name": "The Courier", "slug": "courier"})
    feed = PartnerFeed.objects.get()
    listed = client.get(reverse("admin:feeds_partnerfeed_changelist"))
    assert feed.get_absolute_url() in listed.content.decode()
    page = client.post(add, form | {"name": "Other", "slug": "courier"})
    assert "already exists" in page.content.decode()
    client.force_login(make_user("ed", "editor"))
    assert client.get(add).status_code == 403


@pytest.mark.django_db(transaction=True)
class TestKept:
    def kept(self, store, path):
        return store.read(address_of(RequestFactory().get(path).environ), "")

    def test_a_changed_record_or_choice_throws_it_away(self, client, store):
        store.follow()
        make_article(section=make_section("News"), published_at=NOON)
        feed = make_feed(token=SECRET)
        old = feed.get_absolute_url()
        changes = [
            lambda: feed.sections.set([make_section("Sport")]),
            lambda: feed.tags.add(make_tag()),
            lambda: setattr(feed, "token", SECRET[::-1]) or feed.save(),
        ]
        for change in changes:
            client.get(old)
            assert self.kept(store, old)
            change()
            assert self.kept(store, old) is None
        assert client.get(old).status_code == 404

    def test_a_kept_feed_ends_when_a_delayed_story_is_due(self, client, store):
        store.follow()
        published_at = timezone.now() - timedelta(minutes=30)
        make_article("Delayed", published_at=published_at)
        path = make_feed(delay=60).get_absolute_url()
        client.get(path)
        due = (published_at + timedelta(minutes=60)).timestamp()
        assert store.next_moment() == pytest.approx(due, abs=1)
