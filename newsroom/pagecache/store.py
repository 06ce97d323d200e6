"""The pages of one node: files of ready bytes, and an index of what they show.

A page is one file per encoding, which nginx serves by `try_files`, and a `.head` with
status and headers for our own process. An index in SQLite says which pages hold which
key. One lock, a file's, stands between keeping and purging: a purge finds either the
page that was kept before it, or a journal that forbids to keep it.
"""

import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
import sqlite3
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import brotli

from authors.shown import EVERYTHING
from newsroom.pagecache import journal
from newsroom.pagecache.addresses import Address

SUFFIXES = {"br": ".br", "gzip": ".gz", "": ""}
# Of whole pages; the likeliest first. 'gzip -6' and 'brotli -5' cost about 1 ms and
# 1.5 ms for 40 kB, and what readers save is a fifth of the gzip.
GZIP, BROTLI = 6, 5
# Of long ones, as feeds and sitemaps are: half the time for a twentieth more bytes.
LONG = 48_000  # bytes
GZIP_LONG, BROTLI_LONG = 4, 4
# What nginx serves, which takes the Content-Type, letter by letter, from the name
# (deploy/nginx.conf).
KINDS = {
    "text/html; charset=utf-8": "html",
    "application/rss+xml; charset=utf-8": "rss",
    "application/atom+xml; charset=utf-8": "atom",
    "application/feed+json": "jsonfeed",
    "application/json": "json",
    "application/xml": "xml",
    "text/plain; charset=utf-8": "txt",
}
# All other pages, which only our own process serves.
OTHER = "kept"
# Bytes of pages that a process remembers; one stat() says whether they still hold.
REMEMBERED = 16 * 1024 * 1024
SCHEMA = """
    CREATE TABLE page (
        id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, file TEXT NOT NULL,
        kind TEXT NOT NULL, kept_at REAL NOT NULL, until REAL, bytes INTEGER NOT NULL
    );
    CREATE INDEX page_until ON page (until) WHERE until IS NOT NULL;
    CREATE TABLE key (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE shows (
        key INTEGER NOT NULL, page INTEGER NOT NULL, PRIMARY KEY (key, page)
    ) WITHOUT ROWID;
    CREATE INDEX shows_page ON shows (page);
    CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
VERSION = 1
# So many waiting requests find a page made meanwhile; the others make it themselves.
PATIENCE = 10  # seconds
FOLLOWED_EVERY = 600  # seconds; how exactly a node knows when it last read the journal
STRIPES = 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it is sent: status line, headers, bytes in the encoding chosen."""

    status: str
    headers: list  # [(name, value)], without Content-Length
    etag: str
    body: bytes
    encoding: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index says of a page."""

    id: int
    address: str
    kept_at: float  # seconds since the epoch
    until: float | None
    bytes: int  # of all encodings

    def as_address(self):
        host, slash, rest = self.address.partition("/")
        path, mark, query = rest.rpartition("?")
        if mark and (query == "plain" or query.startswith("page=")):
            return Address(host, slash + path, query)
        return Address(host, slash + rest, "")


class Store:
    """The pages in one folder. Any number of processes may use it at once."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.pages = self.folder / "pages"
        self._local = threading.local()
        self._remembered, self._room = {}, REMEMBERED

    # Reading: no lock, no index.

    def read(self, address, accepted):
        """Return the Kept page of an Address, or None.

        `accepted` is the request's Accept-Encoding.
        """
        base = f"{self.pages}/{address.file}"
        try:
            found = os.stat(f"{base}.head")
            version = (found.st_mtime_ns, found.st_ino)
            remembered = self._remembered.get(base)
            if remembered is None or remembered[0] != version:
                remembered = self._remember(base, version)
            _version, head, variants = remembered
            if head["until"] and time.time() >= head["until"]:
                return None
            encoding = choose(accepted, head["encodings"])
            if (kept := variants.get(encoding)) is None:
                kept = variants[encoding] = self._variant(base, head, encoding)
        except (OSError, ValueError, KeyError):
            return None
        return kept

    def _remember(self, base, version):
        with open(f"{base}.head", "rb") as file:
            head = json.loads(file.read())
        # Servers insist on tuples.
        head["headers"] = [tuple(header) for header in head["headers"]]
        if self._room < 0 or len(self._remembered) > 5_000:
            self._remembered, self._room = {}, REMEMBERED
        # What was kept anew between the two is found out by its stamp.
        remembered = self._remembered[base] = (version, head, {})
        return remembered

    def _variant(self, base, head, encoding):
        """Read a page's bytes. Raises ValueError where another page is kept by now."""
        with open(f"{base}.{head['kind']}{SUFFIXES[encoding]}", "rb") as file:
            if os.fstat(file.fileno()).st_mtime_ns != head["stamp"]:
                raise ValueError("Another page was kept meanwhile.")
            body = file.read()
        self._room -= len(body)
        return Kept(
            head["status"], head["headers"], etag(head["stamp"], body), body, encoding
        )

    # Keeping

    def keep(self, address, page, keys, begun_at, until=None):
        """Keep a Page that was rendered with the journal at `begun_at`; say whether.

        It is not kept where one of its keys was purged since.
        """
        variants = page.variants
        stamp, kind = page.stamp, page.kind
        head = {
            "status": page.status,
            "headers": page.headers,
            "kind": kind,
            "encodings": [name for name in SUFFIXES if name in variants],
            "until": until,
            "stamp": stamp,
        }
        base = f"{self.pages}/{address.file}"
        with self._locked() as index:
            changed, _end = journal.since(begun_at)
            if EVERYTHING in changed or changed & keys:
                return False
            self._forget(index, "address = ?", [str(address)])
            size = sum(map(len, variants.values()))
            row = index.execute(
                "INSERT INTO page (address, file, kind, kept_at, until, bytes)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [str(address), address.file, kind, time.time(), until, size],
            )
            names = [[key] for key in keys]
            index.executemany("INSERT OR IGNORE INTO key (name) VALUES (?)", names)
            index.executemany(
                "INSERT INTO shows SELECT id, ? FROM key WHERE name = ?",
                [[row.lastrowid, key] for key in keys],
            )
            # The index first: after a crash it may know of files that are not there,
            # and never the other way round.
            index.commit()
            try:
                os.makedirs(os.path.dirname(base), exist_ok=True)
                for encoding, body in variants.items():
                    _write(f"{base}.{kind}{SUFFIXES[encoding]}", body, stamp)
                _write(f"{base}.head", json.dumps(head).encode(), stamp)
            except OSError:
                # A file where a folder should be, or a full disk.
                self._forget(index, "address = ?", [str(address)])
                index.commit()
                return False
        return True

    @contextlib.contextmanager
    def rendering(self, address):
        """Let one request render a cold page while others wait for what it makes."""
        stripe = int(hashlib.md5(str(address).encode()).hexdigest()[:8], 16) % STRIPES
        folder = self.folder / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / str(stripe), "ab") as file:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(0.01)
            yield

    # Purging

    def follow(self):
        """Read what is new in the journal and throw away what shows it.

        Returns how many pages went.
        """
        with self._locked() as index:
            state = dict(index.execute("SELECT name, value FROM state"))
            now, followed_at = time.time(), float(state.get("followed_at", 0))
            if now - followed_at > journal.KEPT_FOR.total_seconds():
                # Nobody has read the journal for this folder, or not for so long that
                # lines are gone: what is kept may be old by now.
                self._clear(index)
                keys, end = set(), journal.place(journal.writing())
            else:
                keys, end = journal.since(state["place"])
            gone = self._purge(index, keys)
            if end != state.get("place"):
                self._put(index, "place", end)
            if now - followed_at > FOLLOWED_EVERY:
                self._put(index, "followed_at", str(now))
        return gone

    def sweep(self, at=None):
        """Throw away what is no longer true at this moment; return how many."""
        with self._locked() as index:
            gone = self._forget(index, "until <= ?", [at or time.time()])
            index.commit()
        return gone

    def next_moment(self):
        """Return the first `until` of a page kept, in seconds, or None."""
        with self._locked() as index:
            return index.execute("SELECT min(until) FROM page").fetchone()[0]

    def clear(self):
        """Throw all pages away."""
        with self._locked() as index:
            self._clear(index)

    def _purge(self, index, keys):
        if EVERYTHING in keys:
            return self._clear(index)
        gone, keys = 0, sorted(keys)
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            marks = ",".join("?" * len(some))
            gone += self._forget(
                index,
                "id IN (SELECT page FROM shows WHERE key IN"
                f" (SELECT id FROM key WHERE name IN ({marks})))",
                some,
            )
        index.commit()
        return gone

    def _forget(self, index, where, parameters):
        """Delete the files of these pages, then their rows; return how many."""
        rows = index.execute(
            f"SELECT id, file, kind FROM page WHERE {where}", parameters
        )
        pages = rows.fetchall()
        for _id, file, kind in pages:
            for suffix in (
                "head",
                *(f"{kind}{suffix}" for suffix in SUFFIXES.values()),
            ):
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    os.unlink(f"{self.pages}/{file}.{suffix}")
        numbers = [[number] for number, _file, _kind in pages]
        index.executemany("DELETE FROM shows WHERE page = ?", numbers)
        index.executemany("DELETE FROM page WHERE id = ?", numbers)
        return len(pages)

    def _clear(self, index):
        count = index.execute("SELECT count(*) FROM page").fetchone()[0]
        # Out of sight at once, deleted at leisure.
        old = self.folder / f"old-{time.time_ns()}"
        with contextlib.suppress(FileNotFoundError):
            self.pages.rename(old)
        for table in ("shows", "page", "key"):
            index.execute(f"DELETE FROM {table}")
        index.commit()
        shutil.rmtree(old, ignore_errors=True)
        return count

    # Looking

    def totals(self):
        """Return (number of pages, their bytes in all encodings)."""
        with self._locked() as index:
            return index.execute(
                "SELECT count(*), coalesce(sum(bytes), 0) FROM page"
            ).fetchone()

    def entries(self, *, path=None, key=None, sample=None, newest=None):
        """Return the Entry of each page: of one path, of one key, or some of all."""
        where, parameters = "", []
        if path is not None:
            # Of every host, with any query.
            where = "WHERE substr(address, instr(address, '/')) IN (?, ?)"
            where += " OR substr(address, instr(address, '/')) LIKE ? ESCAPE '!'"
            plain = re.sub(r"([!%_])", r"!\1", path)
            parameters = [path, f"{path}?plain", f"{plain}?page=%"]
        if key is not None:
            where = "WHERE id IN (SELECT page FROM shows JOIN key ON key.id = shows.key"
            where += " WHERE key.name = ?)"
            parameters = [key]
        order = "random()" if sample else "kept_at DESC"
        with self._locked() as index:
            rows = index.execute(
                "SELECT id, address, kept_at, until, bytes FROM page"
                f" {where} ORDER BY {order} LIMIT ?",
                [*parameters, sample or newest or -1],
            ).fetchall()
        return [Entry(*row) for row in rows]

    def keys_of(self, entry):
        """Return the surrogate keys of an Entry, in alphabetical order."""
        with self._locked() as index:
            rows = index.execute(
                "SELECT name FROM key JOIN shows ON shows.key = key.id"
                " WHERE page = ? ORDER BY name",
                [entry.id],
            )
            return [name for (name,) in rows]

    # The index

    @contextlib.contextmanager
    def _locked(self):
        """Hold the node's one lock; yields the index, with no transaction open."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            index = self._index()
            try:
                yield index
            finally:
                if index.in_transaction:
                    index.rollback()

    def _index(self):
        """Return this thread's connection, opened under the lock."""
        index = getattr(self._local, "index", None)
        if index is not None and self._local.pid == os.getpid():
            return index
        index = sqlite3.connect(self.folder / "index.sqlite3", timeout=30)
        # What the machine loses in a crash is asked for below, by its boot.
        index.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;")
        if index.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            index.close()
            self._begin_anew()
            return self._index()
        self._local.index, self._local.pid = index, os.getpid()
        boot = index.execute("SELECT value FROM state WHERE name = 'boot'").fetchone()
        if boot is None or boot[0] != _boot():
            # The last writes of a machine that lost its power may be missing here.
            self._clear(index)
            self._put(index, "boot", _boot())
        return index

    def close(self):
        """Close this thread's index; it is opened again when it is asked."""
        if index := getattr(self._local, "index", None):
            index.close()
            self._local.index = None

    def _begin_anew(self):
        for name in ("index.sqlite3", "index.sqlite3-wal", "index.sqlite3-shm"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.rmtree(self.pages, ignore_errors=True)
        index = sqlite3.connect(self.folder / "index.sqlite3")
        index.executescript(
            f"PRAGMA journal_mode=WAL; {SCHEMA} PRAGMA user_version={VERSION};"
        )
        index.close()

    def _put(self, index, name, value):
        index.execute(
            "INSERT INTO state VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )
        index.commit()


@dataclass(frozen=True)
class Page:
    """A rendered page that is to be kept."""

    status: str  # "200 OK"
    headers: list  # [(name, value)]
    body: bytes
    kind: str  # of KINDS, or OTHER

    @cached_property
    def stamp(self):
        """The files' time of change, in ns. Its seconds say what the page says.

        nginx makes a page's ETag of the seconds and the size of its file. Were they
        the clock's, a page kept twice in one second would answer 304 for its elder.
        31 bits, as not every file system has more; the rest of it is the clock's,
        and tells one file from the next.
        """
        says = int.from_bytes(hashlib.sha256(self.body).digest()[:4], "big") >> 1
        return says * 10**9 + time.time_ns() % 10**9

    @cached_property
    def variants(self):
        """The body by encoding; short ones are not worth compressing."""
        variants = {"": self.body}
        if len(self.body) > 200:
            is_long = len(self.body) > LONG
            level = GZIP_LONG if is_long else GZIP
            variants["gzip"] = gzip.compress(self.body, level, mtime=0)
            quality = BROTLI_LONG if is_long else BROTLI
            variants["br"] = brotli.compress(self.body, quality=quality)
        return variants

    def as_kept(self, accepted):
        """Return it as it will be read, for a request's Accept-Encoding."""
        encoding = choose(
            accepted, [name for name in SUFFIXES if name in self.variants]
        )
        body = self.variants[encoding]
        return Kept(self.status, self.headers, etag(self.stamp, body), body, encoding)


def etag(stamp, body):
    """Return the ETag that nginx makes of the file that holds these bytes."""
    return f'"{stamp // 10**9:x}-{len(body):x}"'


def choose(accepted, encodings):
    """Return the encoding to send: the first of ours that the reader takes."""
    for encoding in encodings:
        if encoding and encoding in accepted and f"{encoding};q=0" not in accepted:
            return encoding
    return ""


def _boot():
    """Return what is different after the machine was started again."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"


def _write(path, content, stamp):
    """Put a whole file in its place at once."""
    aside = f"{path}~{os.getpid()}"
    with open(aside, "wb") as file:
        file.write(content)
    os.utime(aside, ns=(stamp, stamp))
    os.replace(aside, path)
