"""Statements that a database plans once for each connection.

PostgreSQL takes longer to plan what a page asks than to answer it, and psycopg longer
to read the statement than to send it. Django's own cursors write the values into the
statement, which is another one each time then.
"""

import re
from functools import lru_cache


def planned(connection):
    """Return a cursor for statements that are the same but for their parameters.

    They are written as for Django's cursors, with a "%s" for each parameter. How
    often one is asked before its plan is kept: settings, `prepare_threshold`.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return connection._prepare_cursor(_cursor_class()(connection.connection))


@lru_cache(maxsize=1)
def _cursor_class():
    # SQLite's sites need no driver of PostgreSQL's.
    from psycopg import RawCursor

    class PlannedCursor(RawCursor):
        """Hands statements on as PostgreSQL spells them: psycopg reads none again."""

        def execute(self, query, params=None, **options):
            return super().execute(_in_its_own(query), params, **options)

    return PlannedCursor


@lru_cache(maxsize=1024)
def _in_its_own(sql):
    """Return a statement with $1, $2, … for each "%s"."""
    count = 0

    def own(match):
        nonlocal count
        if match[0] == "%%":
            return "%"
        count += 1
        return f"${count}"

    return re.sub("%%|%s", own, sql).encode()
