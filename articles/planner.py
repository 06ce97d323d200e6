"""Telling the database what its tables hold now."""

from django.db import connection


def analyze():
    """Refresh the statistics the database plans its queries by.

    PostgreSQL does so by itself, but only some time after a bulk change. SQLite
    never does, and without statistics it chose an index that made the home page of
    100,000 articles take 675 ms instead of 26 (measured in 2026; ANALYZE itself
    takes 0.2 s there). A partial one (`PRAGMA analysis_limit=1000`) did not help.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
