"""What pages of lists cost in a small archive and in a large one.

    export DATA_DIR=/tmp/bench
    python benchmarks/lists.py sqlite:////tmp/small.sqlite3 sqlite:////tmp/large.sqlite3
    python benchmarks/lists.py postgres://…/small postgres://…/large

Both databases are made by `manage.py migrate; manage.py demo --articles N`: 1,000 and
100,000 for the figures of docs/figures.md. Milliseconds of CPU: of this process, and of
the PostgreSQL process that works for it, where that runs on this machine. They are
medians, taken in turns. Each page goes through the whole site and is not kept.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

ROUNDS = 15
HERE = Path(__file__).resolve()


def work():
    """Answer each line of standard input, a page's name, with what it cost."""
    import cold
    from django.db import connection
    from django.db.models import Count
    from django.urls import reverse

    from articles.models import Article, Section, Tag
    from authors.models import Author
    from newsroom.pagecache import node
    from newsroom.wsgi import application

    tag = Tag.objects.annotate(n=Count("articletag_items")).order_by("-n")[0]
    author = Author.objects.annotate(n=Count("bylines")).order_by("-n")[0]
    section = Section.objects.annotate(n=Count("articles")).order_by("-n")[0]
    months = Article.objects.live().counted_by_month()
    month = max(months, key=lambda row: row["count"])["month"]
    last = -(-tag.n // 20)
    pages = {
        "tag": tag.get_absolute_url(),
        "tag, page 2": f"{tag.get_absolute_url()}?page=2",
        f"tag, page {min(450, last - 1)}": (
            f"{tag.get_absolute_url()}?page={min(450, last - 1)}"
        ),
        "author": author.get_absolute_url(),
        "section": section.get_absolute_url(),
        "month": reverse("articles:month", args=[f"{month:%Y}", f"{month:%m}"]),
        "archive": reverse("articles:archive"),
        "tags": reverse("articles:tags"),
        "authors": reverse("authors:list"),
        "home": "/",
    }
    sizes = {"articles": Article.objects.count(), "tagged": tag.n}
    print(json.dumps({"pages": list(pages), **sizes}), flush=True)
    backend = None
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    for line in sys.stdin:
        node.store.clear()
        before = ns(backend)
        cpu, _wall, queries, _size = cold.ask(application, pages[line.strip()])
        print(json.dumps([cpu, (ns(backend) - before) / 1e6, queries]), flush=True)


def ns(backend):
    """Return the nanoseconds of CPU a process has had (proc(5), schedstat)."""
    try:
        return int(backend.read_text().split()[0]) if backend else 0
    except OSError:
        return 0


class Site:
    def __init__(self, url):
        self.process = subprocess.Popen(
            [sys.executable, HERE, "--work"],
            # One connection throughout, whose process can be watched.
            env={**os.environ, "DATABASE_URL": url, "CONN_MAX_AGE": "36000"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.about = json.loads(self.process.stdout.readline())

    def ask(self, page):
        self.process.stdin.write(f"{page}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main(urls):
    small, large = map(Site, urls)
    for site in (small, large):
        print(f"{site.about['articles']:,} articles, {site.about['tagged']:,} tagged")
    print(
        f"{'':<16}{'small':>8}{'+ db':>8}{'large':>8}{'+ db':>8}{'ratio':>8}{'all':>8}"
    )
    totals = {}
    for one, other in zip(small.about["pages"], large.about["pages"], strict=True):
        for _warm in range(2):
            small.ask(one), large.ask(other)
        rows = [(small.ask(one), large.ask(other)) for _round in range(ROUNDS)]
        a, a_db = (median(row[0][n] for row in rows) for n in (0, 1))
        b, b_db = (median(row[1][n] for row in rows) for n in (0, 1))
        totals[other] = b + b_db
        print(
            f"{other:<16}{a:>8.2f}{a_db:>8.2f}{b:>8.2f}{b_db:>8.2f}"
            f"{b / a:>8.2f}{(b + b_db) / (a + a_db):>8.2f}"
        )
    far = next(
        page for page in totals if page.startswith("tag, page") and "450" in page
    )
    print(f"tag, page 450 of page 1: {totals[far] / totals['tag']:.2f}")
    for site in (small, large):
        site.close()


if __name__ == "__main__":
    if "--work" in sys.argv:
        sys.path.insert(0, str(HERE.parent))
        work()
    else:
        main(sys.argv[1:3])
