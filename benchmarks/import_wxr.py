"""What an import of a large WordPress export takes: time, memory, and whether it slows.

    export DATA_DIR=/tmp/bench DATABASE_URL=…        # an empty site
    python manage.py migrate; python benchmarks/import_wxr.py [posts]

The export is written by this script: posts of 10 kB with categories, tags, authors
and block markup, 1 GB at 100,000 posts. The clock runs beside, as on a live site. In
the same run a plain loop of Article.objects.create() makes rows of the same words,
nothing read and nothing matched: the ratio is to that. Ends with exit code 1 where a
bound is missed: 300 MB, 500 posts a second on PostgreSQL, 300 on SQLite, the last
1,000 within 20 % of the CPU of the first (of the process that saves, and the database's
for it: other work on the machine comes and goes meanwhile), a second run five times as
fast. Of the processes that read beside the one that saves, the largest counts.
"""

import os
import random
import resource
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

from benchmarks.lists import ns  # noqa: E402

WORDS = [
    "harbour",
    "council",
    "bridge",
    "ferry",
    "orchard",
    "ledger",
    "winter",
    "lantern",
    "parish",
    "railway",
    "meadow",
    "vote",
    "budget",
    "school",
    "captain",
    "engine",
    "letter",
    "garden",
    "tower",
    "river",
    "market",
]
HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Old Gazette</title><link>http://old.example</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>http://old.example</wp:base_site_url>
"""
ITEM = """<item><title>{title}</title><link>http://old.example/{path}/</link>
<dc:creator><![CDATA[author{author}]]></dc:creator>
<guid isPermaLink="false">http://old.example/?p={n}</guid>
<content:encoded><![CDATA[{body}]]></content:encoded>
<excerpt:encoded><![CDATA[{excerpt}]]></excerpt:encoded>
<wp:post_id>{n}</wp:post_id><wp:post_date_gmt>{date}</wp:post_date_gmt>
<wp:post_name>{slug}</wp:post_name><wp:status>publish</wp:status>
<wp:post_type>post</wp:post_type>
<category domain="category" nicename="desk-{desk}"><![CDATA[Desk {desk}]]></category>
<category domain="post_tag" nicename="tag-{tag}"><![CDATA[Tag {tag}]]></category>
<category domain="post_tag" nicename="tag-{other}"><![CDATA[Tag {other}]]></category>
<wp:postmeta><wp:meta_key>_edit_last</wp:meta_key><wp:meta_value>1</wp:meta_value></wp:postmeta>
</item>
"""


def write_export(path, posts, size=10_000, seed=1):
    """Write a WordPress export of so many posts, of about `size` bytes each."""
    chance = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD)
        for number in range(200):
            file.write(
                f"<wp:author><wp:author_login>author{number}</wp:author_login>"
                f"<wp:author_display_name>Writer Number{number}"
                "</wp:author_display_name></wp:author>\n"
            )
        for n in range(1, posts + 1):
            title = " ".join(chance.choices(WORDS, k=6)).capitalize()
            slug = f"{title.lower().replace(' ', '-')}-{n}"
            day = f"{2005 + n % 20}-{1 + n % 12:02}-{1 + n % 28:02}"
            file.write(
                ITEM.format(
                    n=n,
                    title=escape(title),
                    slug=slug,
                    path=f"{day[:4]}/{day[5:7]}/{slug}",
                    date=f"{day} {n % 24:02}:{n % 60:02}:00",
                    author=n % 200,
                    desk=n % 12,
                    tag=chance.randrange(5000),
                    other=chance.randrange(5000),
                    excerpt=" ".join(chance.choices(WORDS, k=20)),
                    body=body(chance, size),
                )
            )
        file.write("</channel></rss>\n")


def body(chance, size):
    """Return block markup of about so many bytes."""
    pieces = []
    while size > 0:
        words = " ".join(chance.choices(WORDS, k=70)).capitalize()
        piece = (
            f"<!-- wp:paragraph -->\n<p>{words}, <em>they</em> said.</p>\n"
            "<!-- /wp:paragraph -->\n\n"
        )
        if not len(pieces) % 8:
            quote = " ".join(chance.choices(WORDS, k=30))
            piece += (
                f'<!-- wp:quote -->\n<blockquote class="wp-block-quote"><p>{quote}</p>'
                "<cite>The harbour master</cite></blockquote>\n<!-- /wp:quote -->\n\n"
                '<!-- wp:paragraph -->\n<p>See <a href="http://old.example/2007/01/x/">'
                "this</a>.</p>\n<!-- /wp:paragraph -->\n\n"
            )
        pieces.append(piece)
        size -= len(piece)
    return "".join(pieces)


def peak_megabytes():
    """Return the most memory this process and its children ever had."""
    own, theirs = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return max(own, theirs) / 1024


def main(posts):
    import django

    django.setup()

    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from articles.importers.running import run_for, run_import
    from articles.importers.saving import Choices
    from articles.importers.sources import Asked
    from articles.models import Article
    from newsroom.search.indexing import waiting

    path = Path(settings.DATA_DIR) / f"export-{posts}.xml"
    if not path.exists():
        write_export(path, posts)
    print(f"{connection.vendor}: {posts:,} posts, {path.stat().st_size / 1e6:,.0f} MB")
    run = run_for("bench", [str(path)], {})
    choices = Choices(zone=timezone.get_default_timezone(), run=run)
    marks, cpu = [], cpu_of(connection)
    with clock():
        begun = time.perf_counter()
        run_import(
            [path], choices, Asked(source="bench"),
            on_found=lambda *told: marks.append((time.perf_counter(), cpu())),
        )  # fmt: skip
        took = time.perf_counter() - begun
    rate, peak = posts / took, peak_megabytes()
    few = min(1000, posts // 4)
    slower, dearer = (
        (column[-1] - column[-few]) / (column[few] - column[0])
        for column in zip(*marks, strict=True)
    )
    loop = plain_loop(Article, min(posts, 1000))
    print(f"{rate:,.0f} posts a second, {rate / loop:.2f} of a loop of create()")
    print(
        f"the last {few:,} take {dearer:.2f} of the CPU of the first, "
        f"{slower:.2f} of the time"
    )
    print(f"{peak:,.0f} MB at the peak, {waiting():,} wait to be indexed")
    begun = time.perf_counter()
    choices = Choices(zone=choices.zone, run=run_for("bench", [str(path)], {}))
    again = run_import([path], choices, Asked(source="bench"))
    times = took / (time.perf_counter() - begun)
    print(f"again: {times:.1f} times as fast, {again.counts['unchanged']} unchanged")
    bound = 500 if connection.vendor == "postgresql" else 300
    if rate < bound or peak > 300 or dearer > 1.2 or times < 5:
        sys.exit("Over the bounds.")


def cpu_of(connection):
    """Return what tells the CPU of this process and of its PostgreSQL's, in seconds."""
    server = cpu_of_server(connection)
    return lambda: time.process_time() + server()


def cpu_of_server(connection):
    """Return what tells the CPU of PostgreSQL's process for us, in seconds."""
    backend = None
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: ns(backend) / 1e9


@contextmanager
def clock():
    """Run the clock beside, which indexes and purges as on a live site."""
    process = subprocess.Popen([sys.executable, ROOT / "manage.py", "tick", "--loop"])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def plain_loop(Article, count):
    """Return how many rows a second a plain loop of create() makes."""
    from django.utils import timezone

    chance, begun = random.Random(2), time.perf_counter()
    for number in range(count):
        Article.objects.create(
            headline=f"Loop {number}",
            path=f"/loop/{number}/",
            body=body(chance, 10_000),
            status="published",
            published_at=timezone.now(),
        )
    return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
