"""The purge journal: written with a change, read by whoever keeps pages.

A *place* in the journal is a short text: everything up to it has been read. On
SQLite, where one writes at a time, it is the key of the last line. On PostgreSQL keys
are given out before the commit, so that a later one may be seen first; there it is
the snapshot of the reading statement, and what that could not see comes after it
(PostgreSQL's documentation, "Transaction ID and Snapshot Information Functions").
"""

import json
from datetime import timedelta

from django.db import DEFAULT_DB_ALIAS, connections, router, transaction
from django.utils import timezone

from authors.shown import EVERYTHING
from newsroom.pagecache.models import Purge

# A line with more keys than this throws all pages away: to look for the pages of each
# key costs more than to render what readers ask for.
MANY = 5_000
KEPT_FOR = timedelta(days=7)

# A line that grows stands in place of the one it was (`together`).
INSERT = {
    "sqlite": "INSERT INTO pagecache_purge (keys, xid, created_at)"
    " VALUES (%s, 0, %s) RETURNING id",
    "postgresql": "INSERT INTO pagecache_purge (keys, xid, created_at)"
    " VALUES (%s, pg_current_xact_id()::text::bigint, %s) RETURNING id",
}
PLACE = {
    # AUTOINCREMENT never gives a key twice, so that pruned lines do not come back.
    "sqlite": "SELECT coalesce(max(id), 0) FROM pagecache_purge",
    # On a replica the snapshot's text leaves out what is not committed yet: there,
    # nothing from the oldest of those on counts as seen (PostgreSQL's procarray.c,
    # GetSnapshotData: in recovery they stand in another list).
    "postgresql": """
        SELECT CASE WHEN pg_is_in_recovery()
            THEN pg_snapshot_xmin(now)::text || ':' || pg_snapshot_xmin(now) || ':'
            ELSE now::text END FROM pg_current_snapshot() AS now
    """,
}
SINCE = {
    "sqlite": "SELECT id, keys FROM pagecache_purge WHERE id > %(place)s ORDER BY id",
    "postgresql": """
        SELECT pg_current_snapshot()::text, keys FROM pagecache_purge
        WHERE xid >= pg_snapshot_xmin(%(place)s::pg_snapshot)::text::bigint
        AND NOT pg_visible_in_snapshot(xid::text::xid8, %(place)s::pg_snapshot)
        UNION ALL SELECT pg_current_snapshot()::text, NULL
    """,
}


def write(keys):
    """Write what changed into the journal, in the transaction of the change.

    Whoever reads the journal is told after the commit.
    """
    keys = set(keys)
    connection = writing()
    if not keys:
        return
    line = [EVERYTHING] if EVERYTHING in keys or len(keys) > MANY else sorted(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT[connection.vendor],
            [
                json.dumps(line),
                connection.ops.adapt_datetimefield_value(timezone.now()),
            ],
        )
        number = cursor.fetchone()[0]
    # Once per transaction, however many lines it writes.
    if not any(call[1] is _tell for call in connection.run_on_commit):
        transaction.on_commit(_tell, robust=True)
    return number


def writing():
    """Return the connection on which the journal is written."""
    return connections[DEFAULT_DB_ALIAS]


_listeners = []


def on_change(listener):
    """Call the function, without arguments, after each commit that wrote a line."""
    _listeners.append(listener)


def _tell():
    for listener in _listeners:
        listener()


def place(connection=None):
    """Return the end of the journal as rows read now are up to date with it.

    Of the connection that the page's rows come from: a replica may be behind.
    """
    connection = connection or connections[router.db_for_read(Purge)]
    with connection.cursor() as cursor:
        cursor.execute(PLACE[connection.vendor])
        return str(cursor.fetchone()[0])


def since(place):
    """Return (the keys written after this place, the journal's end), as committed."""
    connection = writing()
    keys = set()
    with connection.cursor() as cursor:
        cursor.execute(SINCE[connection.vendor], {"place": place})
        for end, line in cursor.fetchall():
            place = str(end)
            keys.update(json.loads(line) if isinstance(line, str) else line or ())
    return keys, place


def prune(at=None):
    """Delete the lines that every node must have read by now."""
    Purge.objects.filter(created_at__lt=(at or timezone.now()) - KEPT_FOR).delete()
