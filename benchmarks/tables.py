"""Seconds for the table of authors: export, preview, apply, beside the bare minimum.

    python benchmarks/tables.py [authors]

Makes a database of its own (or uses the empty one of DATABASE_URL), fills it, exports
it as CSV and Excel, previews a table that changes every author, and applies it. The
ratio is to reading, or saving, the same rows one after the other with Django alone, in
the same run. The work is undone at the end.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "localhost")
if "DATABASE_URL" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="newsroom-bench-")

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from authors.models import Author, AuthorAlias, AuthorLink  # noqa: E402
from authors.sheets import read_sheet, write_csv, write_xlsx  # noqa: E402
from authors.table_plans import carry_out, make_plan  # noqa: E402
from authors.tables import AuthorTable  # noqa: E402

WRITERS = {
    "CSV": write_csv,
    "Excel": lambda header, rows: write_xlsx(header, rows, "Authors"),
}


class Seconds(NamedTuple):
    """By the wall's clock, and of this process: what an idle machine would take."""

    wall: float
    cpu: float


def timed(work):
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    return Seconds(time.perf_counter() - start, time.process_time() - cpu), result


def fill(count):
    authors = Author.objects.bulk_create(
        Author(
            name=f"Ada Writer{n}",
            sort_name=f"Writer{n}, Ada",
            slug=f"ada-writer{n}",
            tagline="Columnist",
            bio="She writes about the river, the harbour and the town. " * 8,
            lives_in="Port Ansel",
            email=f"ada{n}@example.org",
        )
        for n in range(count)
    )
    AuthorAlias.objects.bulk_create(
        AuthorAlias(author=a, name=f"A. Writer{a.pk}") for a in authors
    )
    AuthorLink.objects.bulk_create(
        AuthorLink(author=a, kind="book", title="Ice", url="https://x.example/")
        for a in authors
    )


def show(name, seconds, least):
    print(
        f"{name:28} {seconds.wall:6.2f} s, {seconds.cpu:6.2f} s of CPU, "
        f"ratio {seconds.cpu / least.cpu:5.1f}"
    )


def read_all():
    return list(Author.objects.prefetch_related("links", "aliases"))


def save_all():
    with transaction.atomic():
        for author in Author.objects.all():
            author.save(update_fields=["tagline", "lives_in"])


def measure(count):
    fill(count)
    user = User.objects.create(username="benchmark", is_superuser=True)
    table = AuthorTable()
    least, _rows = timed(read_all)
    show("read by Django alone", least, least)
    for kind, write in WRITERS.items():

        def export(write=write):
            return write(*table.export(Author.objects.all(), may_change=True))

        seconds, _content = timed(export)
        show(f"export, {kind}", seconds, least)
        text = list(table.export(Author.objects.all(), may_change=True)[1])
        header = [str(column.label) for column in table.columns]
        for row in text:
            row[3], row[5] = "Sailor", "Bergen"
        changed = ContentFile(write(header, text), name="authors")

        def preview(changed=changed):
            changed.seek(0)
            return make_plan(AuthorTable(), read_sheet(changed), user)

        seconds, plan = timed(preview)
        assert len(plan.changed) == count
        show(f"preview, {kind}, all changed", seconds, least)
    saved, _nothing = timed(save_all)
    show("save by Django alone", saved, saved)
    seconds, counts = timed(lambda: carry_out(plan, user))
    assert counts["changed"] == count
    show("apply", seconds, saved)


def main(count):
    call_command("migrate", verbosity=0)
    if Author.objects.exists():
        sys.exit("This database has authors: name an empty one.")
    with transaction.atomic():
        measure(count)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
