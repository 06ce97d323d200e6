"""What of a static site is made, in a small database beside it: memory stays small."""

import sqlite3

from newsroom.static_site.places import Address

NAME = ".export.sqlite3"
TABLES = """
CREATE TABLE IF NOT EXISTS run (number INTEGER PRIMARY KEY, is_done INTEGER);
CREATE TABLE IF NOT EXISTS address (
    path TEXT, query TEXT, asked_by TEXT, found_in INTEGER, done_in INTEGER DEFAULT 0,
    trouble TEXT, leads_to TEXT, PRIMARY KEY (path, query));
CREATE INDEX IF NOT EXISTS waiting ON address (done_in, found_in);
CREATE TABLE IF NOT EXISTS file (
    name TEXT PRIMARY KEY, run INTEGER, path TEXT, query TEXT);
"""


class Progress:
    """Addresses that were found, files that were written, in this run and before."""

    def __init__(self, folder, *, resumes):
        self.database = sqlite3.connect(folder / NAME, isolation_level=None)
        # Survives a kill; a power cut may forget the last pages, which are made anew.
        self.database.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + TABLES
        )
        last = self.database.execute(
            "SELECT number, is_done FROM run ORDER BY number DESC LIMIT 1"
        ).fetchone()
        self.is_resumed = bool(resumes and last and not last[1])
        self.run = last[0] if self.is_resumed else (last[0] if last else 0) + 1
        self.database.execute("INSERT OR IGNORE INTO run VALUES (?, 0)", [self.run])

    def find(self, addresses, asked_by=""):
        """Note addresses that are to be asked for, each once."""
        self.database.execute("BEGIN")
        self.database.executemany(
            "INSERT INTO address (path, query, asked_by, found_in) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET found_in = excluded.found_in,"
            " asked_by = excluded.asked_by WHERE found_in < excluded.found_in",
            [(a.path, a.query, asked_by, self.run) for a in addresses],
        )
        self.database.execute("COMMIT")

    def waiting(self, size=200):
        """Return some addresses that were found and not asked for in this run."""
        rows = self.database.execute(
            "SELECT path, query FROM address WHERE done_in < ?1 AND found_in = ?1"
            " LIMIT ?2",
            [self.run, size],
        )
        return [Address(*row) for row in rows]

    def done(self, address, *, trouble=None, leads_to=None):
        self.database.execute(
            "UPDATE address SET done_in = ?, trouble = ?, leads_to = ?"
            " WHERE path = ? AND query = ?",
            [self.run, trouble, leads_to, address.path, address.query],
        )

    def claim(self, name, address):
        """Say that a file is this address's; return another's that has it already."""
        row = self.database.execute(
            "SELECT path, query FROM file WHERE name = ? AND run = ?", [name, self.run]
        ).fetchone()
        if row and Address(*row) != address:
            return Address(*row)
        self.database.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)",
            [name, self.run, address.path, address.query],
        )
        return None

    def left_over(self):
        """Yield the files of earlier runs that this one did not make."""
        rows = self.database.execute("SELECT name FROM file WHERE run < ?", [self.run])
        yield from (name for (name,) in rows.fetchall())

    def forget(self, name):
        self.database.execute("DELETE FROM file WHERE name = ?", [name])

    def troubles(self):
        """Yield (sentence, the page that leads there) of this run."""
        yield from self.database.execute(
            "SELECT trouble, asked_by FROM address WHERE done_in = ?"
            " AND trouble IS NOT NULL ORDER BY path, query",
            [self.run],
        )

    def redirects(self):
        """Yield (old path, where it leads, "" where a notice stands) of this run."""
        yield from self.database.execute(
            "SELECT path, leads_to FROM address WHERE done_in = ?"
            " AND leads_to IS NOT NULL AND query = '' ORDER BY path",
            [self.run],
        )

    def pages(self):
        """Yield the Addresses with a query that have a file of this run."""
        rows = self.database.execute(
            "SELECT DISTINCT path, query FROM file WHERE run = ? AND query != ''"
            " ORDER BY path, length(query), query",
            [self.run],
        )
        yield from (Address(*row) for row in rows)

    def has_page(self, path):
        """Say whether a page of this run stands at a path, and leads nowhere on."""
        row = self.database.execute(
            "SELECT 1 FROM address WHERE path = ? AND query = '' AND done_in = ?"
            " AND trouble IS NULL AND leads_to IS NULL",
            [path, self.run],
        ).fetchone()
        return row is not None

    def end(self):
        self.database.execute("UPDATE run SET is_done = 1 WHERE number = ?", [self.run])
        self.database.execute("DELETE FROM address WHERE done_in < ?", [self.run])
        self.database.close()
