"""A page never outlives the moment at which it changes, though no clock runs."""

import time
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from articles.models import Article
from newsroom.blocks.models import AdvertiseBlock
from newsroom.blocks.placing import BlocksOfSite
from newsroom.pagecache import journal
from newsroom.pagecache.addresses import address_of
from newsroom.pagecache.models import Purge
from newsroom.pagecache.store import Store
from tests.factories import make_article, make_author, make_section, make_tag

pytestmark = pytest.mark.django_db(transaction=True)
Status = Article.Status
HOUR = timedelta(hours=1)


def until(store, path):
    (page,) = store.entries(path=path)
    address = address_of(RequestFactory().get(path).environ)
    found = store.read(address, "")
    assert found.until == page.until, "the index and the file differ"
    return page.until


@pytest.fixture
def section(store):
    store.follow()
    return make_section("News")


@pytest.fixture
def article(section):
    return make_article("Rain", section=section, tags=[make_tag("river")])


def sleep_until(moment):
    time.sleep(max(0, (moment - timezone.now()).total_seconds()) + 0.01)


class TestWithoutAClock:
    def test_a_scheduled_story_appears_at_its_moment(self, client, article, store):
        elsewhere = make_article("Sun", section=make_section("Sport"))
        author, tag = make_author("Ann Ash"), make_tag("flood")
        lists = ["/", article.section.get_absolute_url()]
        lists += [author.get_absolute_url(), tag.get_absolute_url()]
        for path in (*lists, article.path, elsewhere.path):
            client.get(path)
        soon = timezone.now() + timedelta(seconds=4)
        story = make_article(
            "The tide", section=article.section, published_at=soon,
            authors=[author], tags=[tag],
        )  # fmt: skip
        for path in (*lists, article.path, elsewhere.path):
            assert "The tide" not in client.get(path).content.decode()
        assert until(store, article.path) == soon.timestamp()
        assert until(store, elsewhere.path) is None
        assert client.get(story.path).status_code == 404
        sleep_until(soon)
        for path in (*lists, article.path, story.path):
            assert "The tide" in client.get(path).content.decode()
        assert "The tide" not in client.get(elsewhere.path).content.decode()

    def test_a_page_made_while_a_flight_begins_is_not_kept(
        self, client, article, monkeypatch
    ):
        soon = timezone.now() + timedelta(seconds=1)
        AdvertiseBlock.objects.create(
            name="House", placement="sidebar", headline="Here", link_url="/about/",
            starts_at=soon,
        )  # fmt: skip
        find = BlocksOfSite.at

        def find_late(blocks, *args, **kwargs):
            sleep_until(soon)
            return find(blocks, *args, **kwargs)

        with monkeypatch.context() as patched:
            patched.setattr(BlocksOfSite, "at", find_late)
            assert ">Here<" not in client.get(article.path).content.decode()
        assert ">Here<" in client.get(article.path).content.decode()

    def test_a_story_that_ends_is_gone_at_its_moment(self, client, article, store):
        other = make_article("Sun", section=article.section)
        paths = ["/", article.section.get_absolute_url(), other.path]
        soon = timezone.now() + timedelta(seconds=3)
        article.expires_at = soon
        article.save(update_fields=["expires_at"])
        for path in paths:
            assert "Rain" in client.get(path).content.decode()
        sleep_until(soon)
        for path in paths:
            assert "Rain" not in client.get(path).content.decode()
        assert client.get(article.path).status_code != 200

    def test_a_page_kept_after_the_journal_was_read_learns_of_the_moment(
        self, client, article, store
    ):
        soon = timezone.now() + HOUR
        make_article("The tide", section=article.section, published_at=soon)
        client.get(article.path)
        assert until(store, article.path) == soon.timestamp()
        again = Store(store.folder)
        again.follow()
        assert until(again, article.path) == soon.timestamp()

    def test_a_page_that_was_being_made_at_the_moment_is_not_kept(
        self, client, article, store, monkeypatch
    ):
        soon = timezone.now() + timedelta(milliseconds=700)
        make_article("The tide", section=article.section, published_at=soon)
        keep = Store.keep

        def late(self, *args):
            sleep_until(soon)
            return keep(self, *args)

        monkeypatch.setattr(Store, "keep", late)
        client.get(article.path)
        assert store.entries() == []
        monkeypatch.setattr(Store, "keep", keep)
        client.get(article.path)
        assert until(store, article.path) is None

    def test_a_node_that_was_away_at_the_moment_heals_at_its_start(
        self, client, article, store, monkeypatch
    ):
        other = make_article("Sun", section=make_section("Weather"))
        monkeypatch.setattr(journal, "_listeners", [])
        client.get(article.path)
        client.get(other.path)
        soon = timezone.now() + timedelta(milliseconds=500)
        make_article("The tide", section=article.section, published_at=soon)
        sleep_until(soon)
        again = Store(store.folder)
        again.follow()
        again.sweep()
        assert [page.address for page in again.entries()] == [f"testserver{other.path}"]


class TestTheLine:
    def test_is_written_once_for_a_moment_however_often_a_story_is_saved(self, article):
        soon = timezone.now() + HOUR
        story = make_article("The tide", section=article.section, published_at=soon)
        lines = Purge.objects.filter(at=soon)
        count = lines.count()
        story.body = "<p>More words.</p>"
        story.save(update_fields=["body"])
        assert lines.count() == count == 1
        assert not Purge.objects.filter(at__isnull=False).exclude(at=soon).exists()

    def test_stays_until_its_moment_is_long_over(self, article):
        soon = timezone.now() + 60 * 24 * HOUR
        make_article("The tide", section=article.section, published_at=soon)
        journal.prune(soon - HOUR)
        assert Purge.objects.get().at == soon
        journal.prune(soon + journal.KEPT_FOR + HOUR)
        assert not Purge.objects.exists()

    def test_of_a_draft_or_a_withdrawn_story_there_is_none(self, article):
        later = timezone.now() + HOUR
        make_article("Draft", status=Status.DRAFT, published_at=later)
        make_article("Gone", status=Status.WITHDRAWN, published_at=later, path="/g/")
        assert not Purge.objects.filter(at__isnull=False).exists()
