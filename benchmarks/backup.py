"""A backup beside the database's own copy of itself, in one run.

    DATA_DIR=… python benchmarks/backup.py

on a site of your own (`manage.py demo --articles 10000 --picture-width 400`). Prints
seconds of processor time, without a PostgreSQL server's own, and the ratio to SQLite's
`.backup` with gzip, or to `pg_dump -Z1`.
"""

import gzip
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from articles.models import Article  # noqa: E402
from newsroom.backup.making import make  # noqa: E402
from newsroom.backup.reading import check, opened  # noqa: E402


def seconds(function, *arguments):
    """Return the processor time of a function, and of the programs it runs."""
    start = sum(os.times()[:4])
    function(*arguments)
    return sum(os.times()[:4]) - start


def copy_sqlite(target):
    """Do what `.backup` does, and compress it."""
    connection.ensure_connection()
    plain = f"{target}.plain"
    with sqlite3.connect(plain) as copy:
        connection.connection.backup(copy)
    copy.close()
    with open(plain, "rb") as source, gzip.open(target, "wb", 3) as file:
        shutil.copyfileobj(source, file)


def dump_postgresql(target):
    is_at = connection.settings_dict
    url = f"postgres://{is_at['USER']}@{is_at['HOST']}:{is_at['PORT'] or 5432}"
    subprocess.run(
        ["pg_dump", "-Fc", "-Z1", "-f", target, f"{url}/{is_at['NAME']}"], check=True
    )


def check_whole(path):
    with opened(path) as backup:
        check(backup)


def main():
    print(f"{Article.objects.count():,} articles, {connection.vendor}")
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        folder = Path(folder)
        own = copy_sqlite if connection.vendor == "sqlite" else dump_postgresql
        base = seconds(own, str(folder / "own"))
        ours = seconds(make, folder / "b.tar")
        checked = seconds(check_whole, folder / "b.tar")
        size, own_size = ((folder / n).stat().st_size for n in ("b.tar", "own"))
        print(f"the database's own: {base:.1f} s, {own_size / 1e6:.1f} MB, no media")
        print(f"backup: {ours:.1f} s ({ours / base:.1f} times), {size / 1e6:.1f} MB")
        print(f"restore --check: {checked:.1f} s ({checked / base:.1f} times)")


if __name__ == "__main__":
    main()
