"""Milliseconds and queries of the picture library with 20,000 pictures, for each role.

    export DATA_DIR=/tmp/bench DEBUG=true
    python manage.py migrate && python manage.py demo
    python benchmarks/library.py [rounds]

Adds rows, not files: 20,000 pictures that share the files of one, and 20,000 articles
that show half of them. An editor and a contributor ask for each page in turn, in one
process, through all of the middleware. All of it is rolled back.

What is printed: the fastest, this process's own CPU time (the least), the queries, and
the ratio of that CPU time to what the form of one's password takes, asked for in
between: that ratio is what to compare between machines. It ends with exit code 1 where
a bound is missed, by a query too many or by the CPU time, which a busy machine
falsifies least. With PostgreSQL, the server's own time comes on top.
"""

import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
# Not setdefault: the client below asks for this host.
os.environ["ALLOWED_HOSTS"] = "testserver"
# Its log of queries would be measured too.
os.environ["DEBUG"] = "false"
os.environ["HTTPS"] = "false"

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.models import Article, Picture  # noqa: E402
from articles.planner import analyze  # noqa: E402

ROUNDS = 7
PICTURES = ARTICLES = 20_000
# Milliseconds and queries. The texts of all articles are read for "not used" at most
# once a minute, and for the page of duplicates the likeness of every picture.
LIST, TEXTS, DUPLICATES = (150, 14), (1000, 16), (2500, 20)
GRID = reverse("admin:articles_picture_changelist")
PAGES = [
    ("grid", GRID, LIST),
    ("list", f"{GRID}?view=list", LIST),
    ("page 400", f"{GRID}?view=grid&p=400", LIST),
    ("192 per page", f"{GRID}?per=192", (300, 14)),
    ("by name", f"{GRID}?sort=name", LIST),
    ("search", f"{GRID}?q=river+4711", (250, 14)),
    ("not described", f"{GRID}?words=missing", LIST),
    ("rights expired", f"{GRID}?rights=over", LIST),
    ("a month", f"{GRID}?month={timezone.localdate():%Y-%m}", LIST),
    ("uploaded by me", f"{GRID}?by=me", LIST),
    ("not used", f"{GRID}?use=unused", LIST),
    ("not used, first", f"{GRID}?use=unused", TEXTS),
    ("describe", reverse("admin:articles_picture_describe"), (400, 80)),
    ("editor’s dialog", reverse("admin:articles_picture_chooser"), LIST),
    (
        "looks alike",
        f"{reverse('admin:articles_picture_duplicates')}?kind=alike",
        DUPLICATES,
    ),
]
PLAIN = reverse("admin:password_change")


def fill():
    """Add the rows: every tenth picture undescribed, every twentieth with an end."""
    chance = random.Random(4711)
    model = Picture.objects.exclude(renditions=[]).first()
    now, day = timezone.now(), timezone.localdate()
    users = list(User.objects.all())
    rows = [
        Picture(
            title=f"River {number}",
            alt="" if number % 10 == 0 else f"Water at mark {number}",
            caption="The river in its bed, as it was seen from the bridge.",
            credit=f"Photograph: Person {number % 300}",
            licence=f"Licence {number % 9}" if number % 3 else "",
            rights_expire_on=day + timedelta(days=number % 700 - 100)
            if number % 20 == 0
            else None,
            file=model.file.name,
            width=model.width,
            height=model.height,
            renditions=model.renditions,
            is_unfinished=False,
            digest=f"{chance.getrandbits(80):020x}",
            likeness=f"{chance.getrandbits(64):016x}",
            uploaded_by=users[number % len(users)],
        )
        for number in range(PICTURES)
    ]
    for start in range(0, PICTURES, 1000):
        Picture.objects.bulk_create(rows[start : start + 1000])
    keys = list(
        Picture.objects.filter(title__startswith="River ")
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    # Uploads of five years, in the order of their keys.
    for month in range(60):
        part = keys[month * PICTURES // 60 : (month + 1) * PICTURES // 60]
        at = now - timedelta(days=30 * (59 - month))
        Picture.objects.filter(pk__in=part).update(created_at=at)
    text = (
        "<p>" + "A town council meets on the first Monday of the month. " * 40 + "</p>"
    )
    articles = [
        Article(
            headline=f"Story {number}",
            status=Article.Status.PUBLISHED,
            published_at=now - timedelta(hours=number),
            path=f"/library/{number}/",
            lead_picture_id=keys[number // 2],
            body=f'{text}<figure data-picture="{keys[number // 4 + 5000]}">'
            '<img src="/media/x.jpg" alt=""></figure>',
        )
        for number in range(ARTICLES)
    ]
    for start in range(0, ARTICLES, 1000):
        Article.objects.bulk_create(articles[start : start + 1000])
    analyze()


def clients():
    for name in ("editor", "contributor"):
        user = User.objects.create_user(f"bench-{name}", is_staff=True)
        user.groups.add(Group.objects.get(name=name))
        client = Client()
        client.force_login(user)
        yield name, client


def measure(client, address, rounds, is_first):
    """Return (least seconds, least CPU seconds, queries) of so many rounds."""
    times, works = [], []
    for _ in range(rounds):
        if is_first:
            cache.clear()
        with CaptureQueriesContext(connection) as queries:
            begin, work = time.perf_counter(), time.process_time()
            answer = client.get(address)
            works.append(time.process_time() - work)
            times.append(time.perf_counter() - begin)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answers {answer.status_code}")
    return min(times), min(works), len(queries)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    # Names of static files without a manifest: they cost the same on every page.
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    is_missed = False
    fill()
    sys.stdout.write(f"{connection.vendor}, {PICTURES:,} pictures\n")
    for role, client in clients():
        for name, address, (bound, most) in PAGES:
            measure(client, address, 1, False)
            fastest, work, count = measure(client, address, rounds, "first" in name)
            _fastest, plain, _count = measure(client, PLAIN, rounds, False)
            over = work * 1000 > bound or count > most
            is_missed |= over
            mark = "  MISSED" if over else ""
            sys.stdout.write(
                f"{role:12} {name:16} {fastest * 1000:6.0f} ms"
                f"  CPU {work * 1000:6.0f} ms {count:4} queries"
                f" {work / plain:6.1f} ×{mark}\n"
            )
            sys.stdout.flush()
    return is_missed


if __name__ == "__main__":
    with transaction.atomic():
        is_missed = main()
        transaction.set_rollback(True)
    sys.exit(is_missed)
