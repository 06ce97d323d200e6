"""The desk's own pages at many articles, beside the list of articles.

    export DATA_DIR=/tmp/bench DEBUG=true
    python manage.py migrate; python manage.py demo --articles 100000 --authors 5000
    python benchmarks/dashboard.py

Each page is asked for by an editor, by a contributor with about thirty articles and
by one whose byline stands on more articles than anybody's. Times are the best of
seven, in one process, on one machine; the ratio to the editor's article list of the
same run is what to compare. "CPU" is this process's own share, which a busy machine
changes least (on SQLite it is nearly all). Everything it writes is rolled back.
"""

import os
import sys
import time
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
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.models import Article, Byline  # noqa: E402
from authors.models import Author  # noqa: E402
from newsroom.clock import tick  # noqa: E402
from newsroom.faults import find_faults  # noqa: E402

ROUNDS = 7
PAGES = [
    ("article list", "/admin/articles/article/"),
    ("dashboard", "/admin/"),
    ("dashboard, 90 days", "/admin/?days=90"),
    ("calendar", "/admin/calendar/"),
    ("jump: nothing typed", "/admin/jump/?q="),
    ("jump: a frequent word", "/admin/jump/?q=the"),
    ("jump: a rare word", "/admin/jump/?q=zzzz"),
    ("jump: two words", "/admin/jump/?q=harbour+council"),
]


def make_people():
    """Return {who: user}; contributors are the busiest author, and an ordinary one."""
    busy = (
        Byline.objects.filter(author__user=None)
        .values("author")
        .annotate(count=Count("pk"))
    )
    busiest = busy.order_by("-count").first()
    ordinary = busy.filter(count__lte=30).order_by("-count").first()
    people = {"editor": make_user("bench-editor", "editor")}
    for who, row in (("contributor", ordinary), ("busiest", busiest)):
        people[who] = make_user(f"bench-{who}", "contributor")
        Author.objects.filter(pk=row["author"]).update(user=people[who])
        print(f"{who}: byline on {row['count']:,} articles")
    return people


def make_user(name, group):
    user = User.objects.create(username=name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def measure(client, address):
    """Return (milliseconds, those of the CPU, queries) of the fastest of a few."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
        queries = len(captured)
    times, used = [], []
    for _ in range(ROUNDS):
        start, begun = time.perf_counter(), time.process_time()
        response = client.get(address)
        times.append(time.perf_counter() - start)
        used.append(time.process_time() - begun)
        assert response.status_code == 200, f"{address}: {response.status_code}"
    return min(times) * 1000, min(used) * 1000, queries


def main():
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    print(
        f"{connection.vendor}, {Article.objects.count():,} articles, "
        f"{Author.objects.count():,} authors"
    )
    with transaction.atomic():
        people = make_people()
        tick()
        start = time.perf_counter()
        found = find_faults(timezone.now())
        took = time.perf_counter() - start
        print(f"looking for faults: {took:.2f} s, {len(found)} found\n")
        measured_list = None
        for who, user in people.items():
            client = Client()
            client.force_login(user)
            for name, address in PAGES:
                milliseconds, cpu, queries = measure(client, address)
                measured_list = measured_list or milliseconds
                ratio = milliseconds / measured_list
                print(
                    f"{who:<12} {name:<22} {milliseconds:>6.0f} ms "
                    f"({cpu:>4.0f} CPU) {queries:>3} queries "
                    f"{ratio:>6.2f} of the editor's list"
                )
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
