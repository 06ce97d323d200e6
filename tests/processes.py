"""The test's own database, for processes that the test starts.

The tests' SQLite database lives in memory, where no other process finds it: it is
copied into a file. On PostgreSQL, the processes use the test's own database.
"""

import os
import sqlite3
import subprocess
import sys
import time

from django.conf import settings
from django.db import connection


def postgres_url(name):
    """Return the address of a database of that name on the tests' server."""
    is_at = connection.settings_dict
    login = is_at["USER"] + (f":{is_at['PASSWORD']}" if is_at["PASSWORD"] else "")
    place = f"{is_at['HOST']}:{is_at['PORT']}" if is_at["PORT"] else is_at["HOST"]
    # A server in a socket's folder is named in the options.
    folder = is_at.get("OPTIONS", {}).get("host")
    return f"postgres://{login}@{place}/{name}" + (f"?host={folder}" if folder else "")


class Processes:
    """Runs manage.py beside the test, on the same rows; `count` asks for a number."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = os.environ | {
            "DATA_DIR": str(folder),
            "DATABASE_URL": self._database(),
            "EMAIL_URL": "dummymail://",
            "ENV_FILE": os.devnull,
        }
        del self.environment["DJANGO_SETTINGS_MODULE"]

    def _database(self):
        if connection.vendor == "sqlite":
            file = self.folder / "newsroom.sqlite3"
            connection.ensure_connection()
            with sqlite3.connect(file) as copy:
                connection.connection.backup(copy)
            copy.close()
            return f"sqlite:///{file}"
        return postgres_url(connection.settings_dict["NAME"])

    def start(self, *arguments, **options):
        """Start manage.py; return the process, whose output is text."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def command(self, *arguments):
        return [sys.executable, settings.BASE_DIR / "manage.py", *arguments]

    def count(self, sql):
        """Return the number that a query's first column holds."""
        if connection.vendor == "sqlite":
            database = sqlite3.connect(self.folder / "newsroom.sqlite3", timeout=20)
            try:
                return database.execute(sql).fetchone()[0]
            finally:
                database.close()
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]


def wait_for(condition, seconds=90):
    """Return what the condition returns as soon as it is true; fail at the end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{condition} was not true within {seconds} seconds")
