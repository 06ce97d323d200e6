"""What the readers' search costs in a large archive.

    export DATA_DIR=/tmp/bench
    python benchmarks/search.py                                # SQLite in DATA_DIR
    DATABASE_URL=postgres://…/large python benchmarks/search.py
    python benchmarks/search.py --build                        # makes the index anew

The database is made by `manage.py migrate; manage.py demo --articles 100000`, static
files by `manage.py collectstatic`. Each
line is a page through the whole site (search and count, snippets, template), or what
the box suggests: medians of the clock on the wall, and of CPU, of this process and of
the PostgreSQL process that works for it where that runs on this machine. The bounds
are 50 ms for a search, 30 ms while typing, 2 minutes for the build, and twice page 1
for page 1,000.
"""

import os
import re
import sys
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "x" * 60)
os.environ.setdefault("ALLOWED_HOSTS", "localhost")
os.environ.setdefault("HTTPS", "false")
# One connection throughout, whose process can be watched.
os.environ.setdefault("CONN_MAX_AGE", "36000")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402

from articles.models import Article, Section, Tag  # noqa: E402
from authors.models import Author  # noqa: E402
from newsroom.search import counting, indexing, limits  # noqa: E402

ROUNDS = 15
counting.buffer.flushed_after = None
limits.questions.most = limits.suggested.most = sys.maxsize


def main():
    print(f"{Article.objects.count():,} articles, {connection.vendor}")
    if "--build" in sys.argv:
        build()
    backend = backend_of(connection)
    client = Client(headers={"host": "localhost"})
    print(f"{'':<34}{'wall ms':>9}{'cpu ms':>9}{'+ db':>9}   found")
    medians = {}
    for group, lines in pages().items():
        for query in lines:
            name = " ".join(f"{k}={v}" if k != "q" else v for k, v in query.items())
            medians[group, name] = line(client, "/search/", query, name, backend)
        print(f"{group:<34}{median(m[0] for g, m in of(medians, group)):>9.1f}\n")
    for typed in ("co", "flo", "counc", "the r", "council res", "river lev"):
        row = line(client, "/search/suggest/", {"q": typed}, typed, backend)
        medians["typing", typed] = row
    print(f"{'typing':<34}{median(m[0] for g, m in of(medians, 'typing')):>9.1f}\n")
    for word in ("the", "river"):
        first = sum(medians["frequent", word][1:])
        far = sum(medians["far", f"{word} page=1000"][1:])
        print(f"{word}: page 1,000 costs {far / first:.2f} of page 1 (CPU)")


def pages():
    """Return {group: [query]} of what is asked for."""
    author = Author.objects.annotate(n=Count("bylines")).order_by("-n")[0]
    tag = Tag.objects.annotate(n=Count("articletag_items")).order_by("-n")[0]
    section = Section.objects.annotate(n=Count("articles")).order_by("-n")[0]
    usual = ("ferry strike", "flood", "harbour board", "library")
    return {
        "usual": [{"q": words} for words in usual],
        "rare": [{"q": word} for word in ("cockle", "sluicegate", "nowheretobefound")],
        "frequent": [{"q": word} for word in ("the", "river", "said council")],
        "phrases": [{"q": f'"{w}"'} for w in ("harbour board", "of the", "the river")],
        "minus": [{"q": "river -flood"}, {"q": "flood -the"}],
        "narrowed": [
            {"q": "flood", "section": section.slug},
            {"q": "river", "author": author.slug},
            {"q": "river", "tag": tag.slug},
            {"q": "river", "from": "2020-01-01", "to": "2020-12-31"},
        ],
        "slips": [{"q": "goverment"}, {"q": "libary"}],
        "far": [{"q": "the", "page": 1000}, {"q": "river", "page": 1000}],
    }


def of(medians, group):
    return [(key, row) for key, row in medians.items() if key[0] == group]


def line(client, path, query, name, backend):
    address = f"{path}?{urlencode(query)}"
    rows = []
    for _round in range(ROUNDS + 2):
        wall, cpu, db = time.perf_counter(), time.process_time(), ns(backend)
        answer = client.get(address)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        rows.append((wall * 1e3, cpu * 1e3, (ns(backend) - db) / 1e6))
        assert answer.status_code == 200, address
    row = [median(column) for column in zip(*rows[2:], strict=True)]
    found = re.search(r'class="found">(.*?)</', answer.text)
    found = found[1] if found else ""
    figures = "".join(f"{figure:>9.1f}" for figure in row)
    print(f"  {name:<32}{figures}   {found}", flush=True)
    return row


def build():
    began, cpu, shown = time.monotonic(), time.process_time(), 0
    for done, total in indexing.rebuild():
        if done - shown >= 20_000:
            shown = done
            print(f"  {done:,} of {total:,}, {time.monotonic() - began:.0f} s")
    print(
        f"built in {time.monotonic() - began:.0f} s, "
        f"{time.process_time() - cpu:.0f} s of CPU in this process\n"
    )


def backend_of(connection):
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def ns(backend):
    """Return the nanoseconds of CPU a process has had (proc(5), schedstat)."""
    try:
        return int(backend.read_text().split()[0]) if backend else 0
    except OSError:
        return 0


if __name__ == "__main__":
    main()
