"""What an import of a large tree of static HTML takes: time, CPU, memory.

    export DATA_DIR=/tmp/bench DATABASE_URL=…        # an empty site
    python manage.py migrate; python benchmarks/import_tree.py [pages]

The tree is written by this script: pages in twelve layouts of 1995 to 2006 in folders
by year and month, with an index of links in each. The clock runs beside, as on a live
site. Pages a second and core are counted by processor time: of this process, of those
that read beside it, and of PostgreSQL's for it. In the same run the extractor alone
reads some of the pages: the ratio is to that. Ends with exit code 1 where a bound is
missed: 100 pages a second and core, 300 MB, a second run five times as fast.
"""

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

from benchmarks.import_wxr import clock, cpu_of_server, peak_megabytes  # noqa: E402

LEAST = 100  # pages a second and core
SAMPLE = 400  # pages that the extractor alone reads


def main(number):
    import django

    django.setup()

    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from articles.importers.running import run_for, run_import
    from articles.importers.saving import Choices
    from articles.importers.sources import Asked
    from articles.models import Article
    from benchmarks.read_pages import extractor_alone, grow, spent

    folder = Path(settings.DATA_DIR) / f"tree-{number}"
    pages = grow(folder, number)
    alone = extractor_alone(pages[:SAMPLE]) / SAMPLE
    print(f"{connection.vendor}: {len(pages):,} pages")

    def imported():
        run = run_for("bench", [str(folder)], {})
        choices = Choices(zone=timezone.get_default_timezone(), run=run)
        server = cpu_of_server(connection)
        began, before = time.perf_counter(), spent() + server()
        report = run_import([folder], choices, Asked(source="bench"))
        return report, time.perf_counter() - began, spent() + server() - before

    with clock():
        _report, took, cpu = imported()
    stories = Article.objects.count()
    rate, peak = stories / cpu, peak_megabytes()
    each = cpu / stories / alone
    print(f"{stories:,} stories, {stories / took:,.0f} a second, {rate:.0f} and core")
    print(f"{each:.2f} times the extractor alone, {peak:,.0f} MB at the peak")
    again, retook, _cpu = imported()
    times = took / retook
    print(f"again: {times:.1f} times as fast, {again.counts['unchanged']} unchanged")
    if rate < LEAST or peak > 300 or times < 5:
        sys.exit("Over the bounds.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
