"""How often articles are read: counted by the hour, without knowing who reads.

A read is a number in memory until it is written, together with the others of the
last few seconds, into the row of its article and hour (docs/reading-counts.md).
"""

import hashlib
import logging
import secrets
from collections import Counter
from datetime import UTC, datetime, time, timedelta

from django.core.cache import cache
from django.db import Error, connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from articles.lists import lines
from articles.models import Article, ReadCount
from authors.shown import note, note_until
from authors.waiting import Waiting

logger = logging.getLogger(__name__)

DAY, WEEK, MONTH = "day", "week", "month"
WINDOWS = {DAY: timedelta(days=1), WEEK: timedelta(days=7), MONTH: timedelta(days=30)}
# How many a list shows. One that has fewer gives way to the next longer window.
LISTED = 5
# So many are asked for, because some may have been withdrawn since they were read.
CANDIDATES = 30
# Seconds for which a ranking is kept: adding up a month of a busy site takes a while.
FRESH = {DAY: 60, WEEK: 300, MONTH: 600}

# One address can add so many reads to an article in a day (and process): a household
# reads one story, a script that pushes it counts as a household.
REPEATS = 3
# Of addresses and articles that are remembered, about 100 bytes each.
REMEMBERED = 200_000
# Seconds from a read to the database; what is in memory then is lost by a crash.
FLUSHED_AFTER = 3
# Articles and hours in one process's memory: ten times what a busy site has.
MOST_WAITING = 20_000
ROWS = 300  # in one statement: SQLite takes 32,766 parameters, older ones 999

# Hours are added up to days when they are so old, and deleted when they are so old.
HOURS_KEPT = timedelta(days=2)
KEPT = timedelta(days=400)
# Days that are looked at for hours left: more than a clock stands still.
LOOKED_AT = 14


def hour_of(at):
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def since(window, at=None):
    """Return the moment a window begins: the last 24 hours, or so many days with today.

    Days are those of UTC, because older hours are added up to such days.
    """
    at = at or timezone.now()
    if window == DAY:
        return hour_of(at) - timedelta(hours=23)
    first = at.astimezone(UTC).date() - WINDOWS[window] + timedelta(days=1)
    return datetime.combine(first, time(), UTC)


# Counting.


class Repeats:
    """Remembers for a day who read what, as numbers that nobody can turn back.

    A number is a hash of address and article under a random key, which is in no file
    and is thrown away every day (of UTC), or after so many seconds as it `lasts`. It
    never leaves the memory of this process.
    """

    def __init__(self, most=REPEATS, remembered=REMEMBERED, lasts=86_400):
        self.most, self.remembered, self.lasts = most, remembered, lasts
        self.period, self.key, self.seen = None, b"", {}

    def is_too_many(self, address, article, at):
        """Note a read from this address; say whether it is one too many."""
        period = at.timestamp() // self.lasts
        if period != self.period:
            self.period, self.key, self.seen = period, secrets.token_bytes(16), {}
        words = f"{address} {article}".encode()
        number = hashlib.blake2b(words, key=self.key, digest_size=8).digest()
        count = self.seen.get(number, 0)
        if count >= self.most:
            return True
        if not count and len(self.seen) >= self.remembered:
            del self.seen[next(iter(self.seen))]  # the one that came first
        self.seen[number] = count + 1
        return False


class Buffer(Waiting):
    """Reads that wait to be written, those of one article and hour as one number."""

    def __init__(self, flushed_after=FLUSHED_AFTER):
        super().__init__(flushed_after)
        self.waiting = Counter()
        self.repeats = Repeats()

    def add(self, article, address, at=None):
        """Count a read of the article with this key, unless there are too many."""
        at = at or timezone.now()
        with self.lock:
            if self.repeats.is_too_many(address, article, at):
                return
            key = (hour_of(at), article)
            if key not in self.waiting and len(self.waiting) >= MOST_WAITING:
                return
            self.waiting[key] += 1
            self._start_if_idle()

    def flush(self):
        """Write what waits. What the database refuses waits for the next time."""
        with self.lock:
            taken, self.waiting = self.waiting, Counter()
        if not taken:
            return
        try:
            write(taken)
        except Error as error:
            logger.warning("Reads could not be written yet: %s", error)
            with self.lock:
                self.waiting.update(taken)
                self._start_if_idle()


buffer = Buffer()


def write(counts):
    """Add {(hour, key of an article): reads} to the table; live articles only."""
    keys = sorted({article for _hour, article in counts})
    live = set()
    for start in range(0, len(keys), ROWS):
        rows = Article.objects.live().filter(pk__in=keys[start : start + ROWS])
        live.update(rows.order_by().values_list("pk", flat=True))
    # In one order everywhere, so that two processes do not wait for each other.
    rows = sorted((key, count) for key, count in counts.items() if key[1] in live)
    for start in range(0, len(rows), ROWS):
        _add(rows[start : start + ROWS])


def _add(rows):
    """Add to each row's count, in one statement; Django's own upsert only replaces."""
    table = connection.ops.quote_name(ReadCount._meta.db_table)
    values = ", ".join(["(%s, %s, %s)"] * len(rows))
    params = []
    for (hour, article), count in rows:
        params += [article, connection.ops.adapt_datetimefield_value(hour), count]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (article_id, hour, count) VALUES {values} "
            f"ON CONFLICT (hour, article_id) "
            f"DO UPDATE SET count = {table}.count + excluded.count",
            params,
        )


# Lists.


def ranking(window, at=None, limit=CANDIDATES):
    """Return [(key of an article, reads)] of a window, the most read first."""
    counts = ReadCount.objects.filter(hour__gte=since(window, at)).order_by()
    totals = counts.values_list("article").annotate(total=Sum("count"))
    return list(totals.order_by("-total", "-article")[:limit])


def kept_ranking(window):
    """Return a ranking that may be some minutes old (FRESH)."""
    note_until(timezone.now() + timedelta(seconds=FRESH[window]))
    name = f"most-read-{window}"
    found = cache.get(name)
    if found is None:
        found = ranking(window)
        cache.set(name, found, FRESH[window])
    return found


def most_read(window, limit=LISTED):
    """Return the live articles most read in a window, with the fields of SHOWN.

    Whoever was withdrawn a second ago is not among them, however old the ranking.
    """
    keys = [key for key, _total in kept_ranking(window)]
    if not keys:
        return []
    # Those that are not live now may be again.
    note(*(f"article-{key}-line" for key in keys))
    found = lines(keys)
    return [found[key] for key in keys if key in found][:limit]


def most_read_now():
    """Return (window, articles) of the shortest window that fills a list.

    ("month", fewer) where none does.
    """
    for window in WINDOWS:
        stories = most_read(window)
        if len(stories) >= LISTED:
            break
    return window, stories


def reads_of(article, at=None):
    """Return {"day", "week", "month", "total": reads} of an article, in one query."""
    sums = {
        window: Sum("count", filter=Q(hour__gte=since(window, at)), default=0)
        for window in WINDOWS
    }
    return article.read_counts.aggregate(**sums, total=Sum("count", default=0))


# Upkeep.


def tidy(at=None):
    """Add old hours up to days, and delete what is older than KEPT.

    Cheap where there is nothing to do: a few looks into an index.
    """
    at = at or timezone.now()
    today = datetime.combine((at - HOURS_KEPT).astimezone(UTC).date(), time(), UTC)
    for days in range(1, LOOKED_AT + 1):
        _add_up(today - timedelta(days=days))
    return prune(KEPT, at)


@transaction.atomic
def _add_up(day):
    hours = ReadCount.objects.filter(hour__gt=day, hour__lt=day + timedelta(days=1))
    sums = list(hours.order_by().values_list("article").annotate(Sum("count")))
    if not sums:
        return
    hours.delete()
    rows = sorted(((day, article), total) for article, total in sums)
    for start in range(0, len(rows), ROWS):
        _add(rows[start : start + ROWS])


def prune(older_than, at=None):
    """Delete the counts that are older than this timedelta; return how many."""
    before = (at or timezone.now()) - older_than
    return ReadCount.objects.filter(hour__lt=before).delete()[0]
