"""The purge journal: written with a change, read by whoever keeps pages.

A *place* in the journal is a short text: everything up to it has been read. On
SQLite, where one writes at a time, it is the key of the last line. On PostgreSQL keys
are given out before the commit, so that a later one may be seen first; there it is
the snapshot of the reading statement, and what that could not see comes after it
(PostgreSQL's documentation, "Transaction ID and Snapshot Information Functions").

A line may be written ahead of its moment (`at`): what a scheduled story will change.
Whoever keeps pages then lets those that show it end at that moment, whether or not
anybody is there to throw them away.
"""

import json
import os
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections, router, transaction
from django.db.models import Q
from django.utils import timezone

from articles.planned import planned
from authors.shown import EVERYTHING
from newsroom.pagecache.models import Purge

# A line with more keys than this throws all pages away: to look for the pages of each
# key costs more than to render what readers ask for.
MANY = 5_000
KEPT_FOR = timedelta(days=7)
NEVER = datetime(9999, 1, 1, tzinfo=UTC).timestamp()

# So many lines of one transaction are one line that says: everything.
LINES = 1_000

INSERT = {
    "sqlite": "INSERT INTO pagecache_purge (keys, xid, created_at, at)"
    " VALUES (%s, 0, %s, %s) RETURNING id",
    "postgresql": "INSERT INTO pagecache_purge (keys, xid, created_at, at)"
    " VALUES (%s, pg_current_xact_id()::text::bigint, %s, %s) RETURNING id",
}
# Lines that one of EVERYTHING takes the place of. A line that is being sent to a CDN is
# locked, and left: no save waits for the network.
COVERED = {
    "sqlite": "DELETE FROM pagecache_purge WHERE at IS NULL AND id <> %(id)s"
    " AND (keys = '[\"everything\"]' OR id >= %(since)s)",
    "postgresql": """
        DELETE FROM pagecache_purge WHERE id IN (
            SELECT id FROM pagecache_purge WHERE at IS NULL AND id <> %(id)s
            AND (keys = '["everything"]'
                OR id >= %(since)s AND xid = pg_current_xact_id()::text::bigint)
            FOR UPDATE SKIP LOCKED)
    """,
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
    "sqlite": """
        SELECT max(id, CAST(%s AS INTEGER)), keys, at FROM pagecache_purge
        WHERE id > %s OR at > %s ORDER BY id
    """,
    "postgresql": """
        SELECT pg_current_snapshot()::text, keys, at FROM pagecache_purge
        WHERE xid >= pg_snapshot_xmin(%s::pg_snapshot)::text::bigint
        AND NOT pg_visible_in_snapshot(xid::text::xid8, %s::pg_snapshot)
        UNION ALL SELECT '', keys, at FROM pagecache_purge WHERE at > %s
        UNION ALL SELECT pg_current_snapshot()::text, NULL, NULL
    """,
}

# Which database this is, and the end of its journal. One that was restored by hand, or
# made anew, has another name or has gone back.
SOURCE = {
    "sqlite": "SELECT '', coalesce((SELECT seq FROM sqlite_sequence"
    " WHERE name = 'pagecache_purge'), 0)",
    "postgresql": "SELECT oid, pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    " FROM pg_database WHERE datname = current_database()",
}


def write(keys, at=None):
    """Write what changed into the journal, in the transaction of the change.

    With `at`, what will change at that moment. Whoever reads the journal is told after
    the commit. However much a transaction changes, it leaves no more than LINES lines;
    and however many transactions throw all pages away, they leave one. Returns the
    line's key; None where there is nothing to write.
    """
    keys = set(keys)
    connection = writing()
    if not keys:
        return None
    line = [EVERYTHING] if EVERYTHING in keys or len(keys) > MANY else sorted(keys)
    calls = (call[1] for call in connection.run_on_commit)
    written = next((call for call in calls if isinstance(call, _Written)), None)
    if written is not None:
        return written.write(connection, line, at)
    written = _Written()
    number = written.write(connection, line, at)
    transaction.on_commit(written, robust=True)
    return number


class _Written:
    """What one transaction has written; called after its commit, it tells everybody."""

    def __init__(self):
        self.first, self.count, self.everything = None, 0, None

    def __call__(self):
        for listener in _listeners:
            listener()

    def write(self, connection, line, at):
        with connection.cursor() as cursor:
            if at is None and self._says_everything(cursor):
                return self.everything
            self.count += 1
            if at is None and self.count > LINES:
                line = [EVERYTHING]
            as_stored = connection.ops.adapt_datetimefield_value
            values = [json.dumps(line), as_stored(timezone.now()), as_stored(at)]
            cursor.execute(INSERT[connection.vendor], values)
            number = cursor.fetchone()[0]
            self.first = self.first or number
            if at is None and line == [EVERYTHING]:
                # Who has not read a line that goes has not read this one either: it
                # was written after that one could be seen.
                covered = {"id": number, "since": self.first}
                cursor.execute(COVERED[connection.vendor], covered)
                self.everything = number
        return number

    def _says_everything(self, cursor):
        """Say whether a line of this transaction does, which a savepoint may undo."""
        if self.everything is None:
            return False
        row = "SELECT 1 FROM pagecache_purge WHERE id = %s"
        cursor.execute(row, [self.everything])
        return cursor.fetchone() is not None


def writing():
    """Return the connection on which the journal is written."""
    return connections[DEFAULT_DB_ALIAS]


_listeners = []


def on_change(listener):
    """Call the function, without arguments, after each commit that wrote a line."""
    _listeners.append(listener)


def place(connection=None):
    """Return the end of the journal as rows read now are up to date with it.

    Of the connection that the page's rows come from: a replica may be behind.
    """
    connection = connection or connections[router.db_for_read(Purge)]
    with planned(connection) as cursor:
        cursor.execute(PLACE[connection.vendor])
        return str(cursor.fetchone()[0])


def source():
    """Return (a name of the database that the journal is in, the journal's end)."""
    connection = writing()
    with planned(connection) as cursor:
        cursor.execute(SOURCE[connection.vendor])
        name, end = cursor.fetchone()
    if connection.vendor == "sqlite":
        with suppress(OSError):
            name = os.stat(connection.settings_dict["NAME"]).st_ino
    return f"{connection.vendor} {name}", end


def is_ahead(place, end):
    """Say whether a place comes after a journal's end: it is not of this journal."""
    return int(place.partition(":")[0]) > end


def since(place, ahead_of=None):
    """Return what was committed after this place: (keys, coming, the journal's end).

    `coming` is {key: seconds since the epoch} of lines whose moment is still to come;
    those that are due are among the keys. With `ahead_of`, in seconds as well, it has
    every line of the journal whose moment comes after that, though it be over by now.
    """
    connection = writing()
    keys, coming = set(), {}
    now = time.time()
    ahead = connection.ops.adapt_datetimefield_value(
        datetime.fromtimestamp(NEVER if ahead_of is None else ahead_of, UTC)
    )
    over = now if ahead_of is None else min(now, ahead_of)
    with planned(connection) as cursor:
        cursor.execute(SINCE[connection.vendor], [place, place, ahead])
        for end, line, at in cursor.fetchall():
            place = str(end or place)
            line = json.loads(line) if isinstance(line, str) else line or ()
            if at is None or (seconds := _seconds(at)) <= over:
                keys.update(line)
            else:
                coming |= {key: min(seconds, coming.get(key, seconds)) for key in line}
    return keys, coming, place


def write_ahead(keys, at):
    """Write what will change at a moment, unless the journal says so already."""
    lines = Purge.objects.using(writing().alias).filter(at=at)
    if set(keys).difference(*lines.values_list("keys", flat=True)):
        write(keys, at)


def _seconds(at):
    if isinstance(at, str):  # SQLite's, in UTC
        at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return at.timestamp()


def prune(at=None):
    """Delete the lines that every node must have read by now."""
    old = (at or timezone.now()) - KEPT_FOR
    lines = Purge.objects.filter(created_at__lt=old)
    lines.filter(Q(at=None) | Q(at__lt=old)).delete()
