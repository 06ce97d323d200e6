"""What a beacon costs, and the lists of what is read most at a million rows.

    export DATA_DIR=/tmp/bench DEBUG=true
    python manage.py migrate; python manage.py demo --articles 100000
    python benchmarks/most_read.py

Beacons go through Django's whole stack, and are written by the buffer as on a site.
Everything it writes is rolled back. Times are the best of five.
"""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["DEBUG"] = "false"
os.environ["HTTPS"] = "false"

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles import reads  # noqa: E402
from articles.models import Article, ReadCount  # noqa: E402

BEACONS, ROUNDS = 5_000, 5
ROWS = 1_000_000
HERE = {
    "HTTP_SEC_FETCH_SITE": "same-origin",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
}


def best(work, rounds=ROUNDS):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def fill(keys, now):
    """A million rows as a busy site has them: hours for two days, then days."""
    hour = reads.hour_of(now)
    today = hour.replace(hour=0)
    moments = [hour - timedelta(hours=n) for n in range(48)]
    moments += [today - timedelta(days=n) for n in range(3, 400)]
    per_moment = ROWS // len(moments)
    for place, moment in enumerate(moments):
        rows = [
            ReadCount(
                article_id=keys[(place * 37 + n) % len(keys)],
                hour=moment,
                count=1 + (n * 7919) % 97,
            )
            for n in range(min(per_moment, len(keys)))
        ]
        ReadCount.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def beacons(client, keys):
    reads.buffer = reads.Buffer(flushed_after=None)
    start = time.perf_counter()
    for number in range(BEACONS):
        address = f"192.0.{number // 250}.{number % 250}"
        body = str(keys[number % 500])
        client.post("/read/", body, "text/plain", REMOTE_ADDR=address, **HERE)
    sent = time.perf_counter() - start
    start = time.perf_counter()
    reads.buffer.flush()
    flushed = time.perf_counter() - start
    print(f"a beacon: {sent / BEACONS * 1000:.3f} ms")
    print(f"writing {BEACONS} reads of 500 articles: {flushed * 1000:.1f} ms")


def main():
    now = timezone.now()
    live = Article.objects.live().newest_first().values_list("pk", flat=True)
    keys = list(live[:20_000])
    print(f"{connection.vendor}: {Article.objects.count():,} articles")
    with transaction.atomic():
        fill(keys, now)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE articles_readcount")
        print(f"{ReadCount.objects.count():,} counts")
        beacons(Client(), keys)
        for window in reads.WINDOWS:
            took = best(lambda window=window: reads.ranking(window))
            print(f"ranking of a {window}: {took:.1f} ms")
        counts = ReadCount.objects.filter(hour__gte=reads.since(reads.DAY))
        print(counts.order_by().values_list("article").explain())
        print(f"the list, ranking kept: {best(reads.most_read_now):.2f} ms")
        article = Article.objects.get(pk=keys[0])
        print(f"reads of one article: {best(lambda: reads.reads_of(article)):.2f} ms")
        print(f"upkeep, nothing to do: {best(reads.tidy):.1f} ms")
        transaction.set_rollback(True)


main()
