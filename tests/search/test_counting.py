"""What is known of what readers search for, and what is not."""

from datetime import timedelta

import pytest
from django.test import TestCase
from django.utils import timezone

from newsroom.search import counting, indexing
from newsroom.search.models import QueryCount
from tests.factories import make_article, make_user

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Counting(TestCase):
    def ask(self, query, agent=BROWSER, **parameters):
        self.client.get(
            "/search/", {"q": query, **parameters}, headers={"user-agent": agent}
        )
        counting.buffer.flush()

    def rows(self):
        return list(
            QueryCount.objects.order_by("query").values_list(
                "query", "times", "results"
            )
        )

    def test_words_day_times_and_results(self):
        make_article("Flood")
        indexing.drain()
        self.ask("Flood")
        self.ask("  FLOOD ")
        self.ask("rain")
        self.assertEqual(self.rows(), [("flood", 2, 1), ("rain", 1, 0)])
        self.assertEqual(QueryCount.objects.first().day, timezone.localdate())
        names = {field.name for field in QueryCount._meta.get_fields()}
        self.assertEqual(names, {"id", "day", "query", "times", "results"})

    def test_what_may_be_a_persons_is_not_counted(self):
        for query in (
            "ada@example.org",
            "ada＠example.org",
            "030 123 4567",
            "4111-1111-1111",
            "x" * 101,
        ):
            self.ask(query)
        self.assertEqual(self.rows(), [])
        self.ask("budget 2026")
        self.assertEqual(self.rows(), [("budget 2026", 1, 0)])

    def test_robots_staff_and_further_pages_are_not_counted(self):
        for number in range(25):
            make_article(f"Flood {number}")
        indexing.drain()
        self.ask("flood", agent="Googlebot/2.1")
        self.ask("flood", page=2)
        self.client.force_login(make_user())
        self.ask("flood")
        self.assertEqual(self.rows(), [])

    def test_a_flood_of_queries_fills_no_table(self):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "MOST_A_DAY", 2)
            for query in ("one", "two", "three", "one"):
                self.ask(query)
        self.assertEqual([row[:2] for row in self.rows()], [("one", 2), ("two", 1)])

    def test_old_days_are_deleted(self):
        today = timezone.localdate()
        for days in (0, 90, 91):
            QueryCount.objects.create(day=today - timedelta(days=days), query="q")
        self.assertEqual(counting.prune(), 1)
        self.assertEqual(QueryCount.objects.count(), 2)
