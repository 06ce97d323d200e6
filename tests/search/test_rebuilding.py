"""The index is made anew, whatever happened to it, and while the site is used."""

import os
import signal
import subprocess
import sys
import time
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from articles.models import Article
from newsroom.search import indexing, schema
from newsroom.search.finding import Results
from newsroom.search.words import ask
from tests.factories import NOON


def rebuild(*options):
    out = StringIO()
    call_command("rebuild_search", *options, verbosity=0, stdout=out)
    return out.getvalue()


def make_many(count):
    Article.objects.bulk_create(
        Article(
            headline=f"Flood {number}",
            body=f"<p>number{number}</p>",
            status="published",
            published_at=NOON,
            path=f"/{number}/",
        )
        for number in range(count)
    )


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.mark.django_db
class TestRebuilding:
    def test_says_how_many(self):
        make_many(3)
        assert rebuild() == "3 indexed.\n"
        assert Results(ask("flood")).count == 3
        assert rebuild() == "3 indexed.\n"
        assert Results(ask("flood")).count == 3

    def test_mends_what_is_wrong_and_forgets_what_is_gone(self):
        make_many(3)
        rebuild()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_change (article_id) VALUES (999999)")
        Article.objects.all()[0].delete()
        assert Results(ask("flood")).count == 2
        rebuild()
        assert rows("search_entry") == 2
        assert rows("search_change") == 0

    def test_readers_go_on_finding(self):
        make_many(1200)
        rebuild()
        for done, _total in indexing.rebuild():
            assert Results(ask("number7")).count == 1
            assert done
        assert indexing.waiting() == 0

    def test_what_is_edited_meanwhile_is_right_in_the_end(self):
        make_many(1200)
        rebuild()
        first = True
        for _done in indexing.rebuild():
            if first:
                Article.objects.filter(path="/7/").update(body="<p>edited</p>")
                first = False
        assert Results(ask("edited")).count == 1
        assert Results(ask("number7")).count == 0

    def test_waiting_ones_alone(self):
        make_many(3)
        assert rebuild("--waiting") == "3 indexed.\n"
        assert rebuild("--waiting") == "0 indexed.\n"

    def test_from_nothing(self):
        make_many(3)
        rebuild()
        assert rebuild("--from-nothing") == "3 indexed.\n"
        assert Results(ask("flood")).count == 3

    def test_from_nothing_leaves_readers_no_moment_without_an_index(self):
        make_many(3)
        rebuild()

        def killed(execute, sql, params, many, context):
            if "CREATE" in sql:
                raise KeyboardInterrupt
            return execute(sql, params, many, context)

        with connection.execute_wrapper(killed), pytest.raises(KeyboardInterrupt):
            rebuild("--from-nothing")
        assert Results(ask("flood")).count == 3
        assert rebuild() == "3 indexed.\n"

    def test_installing_again_changes_nothing(self):
        make_many(1)
        indexing.drain()
        schema.install()
        assert indexing.waiting() == 0
        # As a migration leaves it, which writes articles without triggers.
        schema.take_triggers_away()
        Article.objects.all().update(headline="Rain")
        schema.install()
        assert indexing.drain() == 1
        assert Results(ask("rain")).count == 1
        assert Results(ask("flood")).count == 0


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_it_ends_right(record_property, tmp_path):
    """Run `rebuild_search` as a process, kill it three times, run it again."""
    make_many(3000)
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DEBUG": "true",
        "DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "rebuild_search"]
    kills = 0
    for wait in (1.2, 1.5, 1.9):
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)
    assert indexing.waiting() == 0
    assert rows("search_entry") == 3000
    for number in (0, 1499, 2999):
        assert Results(ask(f"number{number}")).count == 1
    record_property("figure", f"killed {kills} times")


def database_url():
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    host = f"{values['HOST']}:{values['PORT'] or 5432}"
    return f"postgres://{values['USER']}@{host}/{values['NAME']}"
