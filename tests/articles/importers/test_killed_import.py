"""An import that is killed at any moment, and run again, is as if never killed."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from benchmarks.import_wxr import write_export
from tests.articles.importers.test_import_articles import CLASSIC
from tests.processes import postgres_url

# Its own processes see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)
TELL = (
    "import json; from tests.articles.importers.importing import dump; "
    "print(json.dumps(dump(), default=str, sort_keys=True))"
)


def write_ghost(path, posts):
    tags = [{"id": f"t{n}", "name": f"Topic {n}", "slug": f"topic-{n}"} for n in "abc"]
    users = [{"id": "u1", "name": "Lena Holt", "slug": "lena", "bio": "Sails."}]
    rows, ties = [], []
    for n in range(posts):
        rows.append(
            {
                "id": f"p{n}",
                "uuid": f"uuid-{n}",
                "title": f"Lantern {n}",
                "slug": f"lantern-{n}",
                "html": f'<p>Light {n}, <a href="/lantern-{n // 2}/">before</a>.</p>',
                "status": "published",
                "published_at": f"2019-03-{1 + n % 28:02}T08:00:00.000Z",
            }
        )
        ties.append({"post_id": f"p{n}", "tag_id": f"t{'abc'[n % 3]}"})
    own = [{"post_id": row["id"], "author_id": "u1"} for row in rows]
    tables = {"posts": rows, "tags": tags, "users": users}
    tables |= {"posts_tags": ties, "posts_authors": own}
    path.write_text(json.dumps({"db": [{"meta": {}, "data": tables}]}), "utf-8")


def write_tree(folder, pages):
    folder.mkdir()
    for number in range(pages):
        text = CLASSIC.replace("Cold Harbour", f"Harbour {number}")
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")


class Site:
    """A copy of the tests' empty database, and commands on it, each a process."""

    def __init__(self, folder, stack):
        folder.mkdir()
        self.environment = os.environ | {"DATA_DIR": str(folder), "PAGE_CACHE": "true"}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        if connection.vendor == "sqlite":
            self.environment.pop("DATABASE_URL", None)
            with sqlite3.connect(folder / "newsroom.sqlite3") as copy:
                connection.ensure_connection()
                connection.connection.backup(copy)
            copy.close()
            return
        own = connection.settings_dict["NAME"]
        name = f"{own}_{folder.name}".lower()
        place = connection.get_connection_params() | {"dbname": "postgres"}
        connection.close()  # a copy is made of what nobody uses
        server = stack.enter_context(psycopg.connect(**place, autocommit=True))
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{own}"')
        stack.callback(server.execute, f'DROP DATABASE "{name}" WITH (FORCE)')
        self.environment["DATABASE_URL"] = postgres_url(name)

    def start(self, *arguments, **options):
        command = [sys.executable, settings.BASE_DIR / "manage.py", *arguments]
        return subprocess.Popen(
            command, env=self.environment, cwd=settings.BASE_DIR, **options
        )

    def run(self, *arguments):
        process = self.start(*arguments, stdout=subprocess.PIPE)
        said = process.communicate()[0]
        assert process.returncode == 0, said.decode()
        return said


def imports(folder):
    """The command's arguments for each of the sources."""
    yield ["import_articles", str(folder / "old.xml"), "--new-paths"]
    yield ["import_articles", str(folder / "lantern.json")]
    yield ["import_articles", str(folder / "tree")]


def kill_and_compare(folder, kills, seed, posts):
    """Kill imports so often; return what a whole one made, and what these made."""
    write_export(folder / "old.xml", posts, size=900)
    write_ghost(folder / "lantern.json", posts)
    write_tree(folder / "tree", posts // 8)
    dice = random.Random(seed)
    with ExitStack() as stack:
        whole, killed = Site(folder / "whole", stack), Site(folder / "killed", stack)
        for number, arguments in enumerate(imports(folder)):
            begun = time.monotonic()
            whole.run(*arguments)
            took = time.monotonic() - begun
            for _ in range(kills // 3 + (number < kills % 3)):
                process = killed.start(
                    *arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                time.sleep(dice.uniform(took * 0.4, took))
                process.send_signal(signal.SIGKILL)
                process.wait()
            killed.run(*arguments)
        made = [
            json.loads(site.run("shell", "-v0", "-c", TELL)) for site in (whole, killed)
        ]
    return made


def test_killed_three_times_and_run_again_nothing_is_lost_or_doubled(tmp_path):
    whole, killed = kill_and_compare(tmp_path, kills=3, seed=2026, posts=240)
    for name, rows in whole.items():
        assert killed[name] == rows, name
    assert len(whole["articles"]) == 240 * 2 + 30
    # Links of the export lead to where its stories stand now.
    assert whole["redirects"]


TABLES = (
    "import json; from tests.articles.importers.importing import counts; "
    "print(json.dumps(counts()))"
)
# What an import that was undone leaves: its record, and a line for the kept pages.
LEFT = {"articles_import", "articles_importproblem", "pagecache_purge"}


def kill_the_undoing(folder, kills, seed, posts):
    """Undo an import, killed so often; return {table: rows} before and after all."""
    write_export(folder / "old.xml", posts, size=900)
    dice = random.Random(seed)
    with ExitStack() as stack:
        site = Site(folder / "undone", stack)
        before = json.loads(site.run("shell", "-v0", "-c", TABLES))
        site.run("import_articles", str(folder / "old.xml"), "--new-paths")
        number = site.run("import_articles", "--runs").split(b":")[0].decode()
        undo = ["import_articles", "--undo", number]
        for _ in range(kills):
            process = site.start(
                *undo, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            # From its start, which takes a second or more, into its batches.
            time.sleep(dice.uniform(0.9, 1.8))
            process.send_signal(signal.SIGKILL)
            if process.wait() == 0:
                break  # It was faster.
        site.start(*undo, stderr=subprocess.DEVNULL).wait()
        return before, json.loads(site.run("shell", "-v0", "-c", TABLES))


def test_an_undoing_that_is_killed_is_ended_by_the_next(tmp_path):
    before, after = kill_the_undoing(tmp_path, kills=2, seed=6, posts=300)
    assert {name for name in after if after[name] != before.get(name)} <= LEFT


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(8))
def test_killed_at_200_random_moments_nothing_is_lost_or_doubled(
    tmp_path, seed, record_property
):
    whole, killed = kill_and_compare(tmp_path, kills=25, seed=seed, posts=900)
    for name, rows in whole.items():
        assert killed[name] == rows, name
    record_property("figure", "25 kills, 0 differences")
