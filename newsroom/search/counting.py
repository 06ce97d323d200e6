"""What readers search for: words, days and numbers, and nobody who did.

Counted in memory and written together, some seconds later. What looks like an address
or a number that belongs to a person is not counted (docs/search.md).
"""

import logging
import re
import unicodedata
from collections import Counter
from datetime import timedelta

from django.db import Error, connection
from django.utils import timezone

from authors.waiting import Waiting
from newsroom.search.models import LONGEST_QUERY, QueryCount

logger = logging.getLogger(__name__)

FLUSHED_AFTER = 3  # seconds
MOST_WAITING = 1_000
# Rows of a day: who floods the search fills no disk.
MOST_A_DAY = 5_000
KEPT = timedelta(days=90)
# An e-mail address, a handle, or six digits and more as of telephones and cards.
PERSONAL = re.compile(r"@|(?:\d[\s().+/-]*){6,}")


def as_counted(typed):
    """Return a query as it is counted, "" for one that is not."""
    # As one, wide and narrow signs: "＠" stands in addresses, too.
    query = unicodedata.normalize("NFKC", typed.replace("\0", " "))
    query = " ".join(query.split()).lower()
    if len(query) > LONGEST_QUERY or PERSONAL.search(query):
        return ""
    return query


class Buffer(Waiting):
    """Queries that wait to be written, those of one day as one number."""

    def __init__(self, flushed_after=FLUSHED_AFTER):
        super().__init__(flushed_after)
        self.waiting, self.results = Counter(), {}

    def add(self, typed, results, day=None):
        """Count a query that found so many."""
        if not (query := as_counted(typed)):
            return
        key = (day or timezone.localdate(), query)
        with self.lock:
            if key not in self.waiting and len(self.waiting) >= MOST_WAITING:
                return
            self.waiting[key] += 1
            self.results[key] = results
            self._start_if_idle()

    def flush(self):
        """Write what waits. What the database refuses waits for the next time."""
        with self.lock:
            taken, self.waiting = self.waiting, Counter()
            results, self.results = self.results, {}
        if not taken:
            return
        try:
            write(taken, results)
        except Error as error:
            logger.warning("Searches could not be written yet: %s", error)
            with self.lock:
                self.waiting.update(taken)
                self.results = results | self.results
                self._start_if_idle()


buffer = Buffer()


def write(times, results):
    """Add {(day, query): times} to the table, with {…: results} of the last time."""
    table = connection.ops.quote_name(QueryCount._meta.db_table)
    room = {
        day: MOST_A_DAY - QueryCount.objects.filter(day=day).count()
        for day in {day for day, _query in times}
    }
    # In one order everywhere, so that two processes do not wait for each other.
    rows = [(*key, count, results[key]) for key, count in sorted(times.items())]
    known = set(
        QueryCount.objects.filter(day__in=room, query__in={row[1] for row in rows})
        .order_by()
        .values_list("day", "query")
    )
    with connection.cursor() as cursor:
        for day, query, count, found in rows:
            if (day, query) not in known:
                if room[day] <= 0:
                    continue
                room[day] -= 1
            cursor.execute(
                f"INSERT INTO {table} (day, query, times, results) "
                "VALUES (%s, %s, %s, %s) ON CONFLICT (day, query) DO UPDATE SET "
                f"times = {table}.times + excluded.times, results = excluded.results",
                [connection.ops.adapt_datefield_value(day), query, count, found],
            )


def prune(at=None):
    """Delete what is older than KEPT; return how many rows."""
    before = timezone.localdate(at) - KEPT
    return QueryCount.objects.filter(day__lt=before).delete()[0]
