"""However much is changed at once, the journal holds one line of it."""

from datetime import UTC, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from articles.importers import saving
from articles.importers.saving import Choices, save_stories
from articles.importers.story import Story, When
from articles.models import Article
from authors.shown import EVERYTHING, change
from newsroom.demo.bulk import make_bulk
from newsroom.pagecache import journal
from newsroom.pagecache.models import Purge
from newsroom.pagecache.store import Store
from tests.factories import NOON, make_article, make_section

pytestmark = pytest.mark.django_db(transaction=True)


def lines():
    return [line.keys for line in Purge.objects.order_by("pk")]


def stories(count, published=None):
    for number in range(count):
        name = f"story{number}"
        yield Story(
            source_system="test", source_id=name, source=name.encode(), headline=name,
            body_html="<p>Words.</p>", published=published or When(NOON),
        )  # fmt: skip


class TestOneLine:
    def test_of_an_import_of_many_batches(self, monkeypatch, store):
        monkeypatch.setattr(saving, "BATCH", 3)
        section = make_section("News")
        Purge.objects.all().delete()
        places = [journal.place()]
        for _saved in save_stories(stories(10), Choices(zone=UTC, section=section)):
            places.append(journal.place())
        assert Article.objects.count() == 10
        assert lines() == [[EVERYTHING]]
        # Whoever read the journal before any of the batches hears of the last.
        assert all(journal.since(place)[0] == {EVERYTHING} for place in places[:9])
        assert journal.since(journal.place())[0] == set()

    def test_of_generated_articles(self):
        make_section("News")
        Purge.objects.all().delete()
        assert sum(make_bulk(9, authors=2, tags=2, batch=2)) == 9
        assert lines() == [[EVERYTHING]]

    def test_of_more_saves_in_one_transaction_than_anybody_looks_for(self, monkeypatch):
        monkeypatch.setattr(journal, "LINES", 20)
        articles = [make_article() for _ in range(30)]
        Purge.objects.all().delete()
        journal.write({"article-0"})
        with transaction.atomic():
            for article in articles:
                article.headline += "!"
                article.save(update_fields=["headline"])
        # What somebody else wrote before stays.
        assert lines() == [["article-0"], [EVERYTHING]]

    def test_none_is_lost_where_a_savepoint_undoes_it(self):
        with transaction.atomic():
            change("article-1")
            try:
                with transaction.atomic():
                    change(EVERYTHING)
                    change("article-2")
                    raise LookupError
            except LookupError:
                assert lines() == [["article-1"]]
            change("article-3")
        assert lines() == [["article-1"], ["article-3"]]

    def test_a_line_ahead_is_not_covered_by_one_of_now(self):
        later = timezone.now() + timedelta(hours=1)
        journal.write({"latest"}, later)
        journal.write({EVERYTHING})
        journal.write({EVERYTHING})
        assert lines() == [["latest"], [EVERYTHING]]

    def test_an_import_of_what_is_to_come_tells_of_its_moments(self, store):
        store.follow()
        later = timezone.now().replace(microsecond=0) + timedelta(hours=1)
        section = make_section("News")
        found = stories(2, When(later))
        list(save_stories(found, Choices(zone=UTC, section=section)))
        (line,) = Purge.objects.filter(at=later)
        assert {"latest", f"in-section-{section.pk}"} <= set(line.keys)


def test_who_was_away_during_an_import_throws_everything_away(client, store, tmp_path):
    store.follow()
    client.get("/")
    for _ in range(3):
        change(EVERYTHING)
    other = Store(store.folder)
    other.follow()
    assert other.entries() == []


class TestAnotherDatabase:
    """A folder of pages that outlived its database holds none of its pages."""

    def kept(self, client, store):
        story = make_article("Rain")
        store.follow()
        client.get(story.path)
        assert store.totals()[0] == 1
        return story

    def put(self, store, name, value):
        with store._locked() as index:
            store._put(index, name, value)

    @pytest.mark.parametrize("name", ["sqlite 1", "postgresql 1"])
    def test_of_another_name(self, client, store, name):
        self.kept(client, store)
        # As an SQLite's place is to PostgreSQL: no place at all.
        self.put(store, "place", "x")
        self.put(store, "source", name)
        store.follow()
        assert store.totals()[0] == 0
        assert store.follow() == 0

    def test_that_was_restored_by_hand(self, client, store):
        story = self.kept(client, store)
        ahead = 10 + journal.source()[1]
        self.put(store, "place", {"sqlite": f"{ahead}"}.get(
            connection.vendor, f"{ahead}:{ahead}:"
        ))  # fmt: skip
        store.follow()
        assert store.totals()[0] == 0
        client.get(story.path)
        assert store.follow() == 0
        assert store.totals()[0] == 1
