"""The pages of one node: files of ready bytes, and an index of what they show.

A page is one file per encoding, which nginx serves by `try_files`, and a `.head` with
status and headers for our own process. An index in SQLite says which pages hold which
key. One lock, a file's, stands between keeping and purging: a purge finds either the
page that was kept before it, or a journal that forbids to keep it. Nothing is rendered
or compressed under it.
"""

import contextlib
import errno
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
from functools import cached_property, lru_cache
from pathlib import Path

import brotli

from authors.shown import EVERYTHING
from newsroom.pagecache import journal
from newsroom.pagecache.addresses import Address

SUFFIXES = {"br": ".br", "gzip": ".gz", "": ""}
# Milliseconds of CPU and bytes of a story of 37 kB, in a loop; amid the making of a
# page it is twice the time (2026):
#   gzip 1  0.26  12,682    brotli 3  0.28  11,559
#   gzip 4  0.42  11,324    brotli 4  0.51  11,073
#   gzip 6  0.66  10,988    brotli 5  0.66  10,363
# All of them fit into what a server sends before it waits (RFC 6928: 14,600 bytes).
# The small window has brotli look for repetitions in a smaller table. gzip is for the
# few readers who take no brotli.
GZIP, BROTLI, WINDOW = 1, 3, 16
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
        kind TEXT NOT NULL, kept_at REAL NOT NULL, until REAL, bytes INTEGER NOT NULL,
        keys TEXT NOT NULL
    );
    CREATE INDEX page_until ON page (until) WHERE until IS NOT NULL;
    CREATE TABLE shows (
        key INTEGER NOT NULL, page INTEGER NOT NULL, PRIMARY KEY (key, page)
    ) WITHOUT ROWID;
    CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
VERSION = 2
# So many waiting requests find a page made meanwhile; the others make it themselves.
PATIENCE = 10  # seconds
FOLLOWED_EVERY = 600  # seconds; how exactly a node knows when it last read the journal
STRIPES = 1024
# What a disk that is full, or another user's, answers with.
DISK = (OSError, sqlite3.Error)


@dataclass(frozen=True)
class Kept:
    """A page as it is sent: status line, headers, bytes in the encoding chosen."""

    status: str
    page_headers: list  # [(name, value)]
    etag: str
    body: bytes
    encoding: str
    keys: str  # separated by spaces
    until: float | None  # seconds since the epoch

    @cached_property
    def headers(self):
        """All its headers, [(name, value)]."""
        body = [("Content-Length", str(len(self.body)))]
        if self.encoding:
            body.append(("Content-Encoding", self.encoding))
        return [*self.unchanged_headers, *body]

    @cached_property
    def unchanged_headers(self):
        """The headers, [(name, value)], for a reader who has these bytes already."""
        return [*self.page_headers, ("ETag", self.etag)]


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
        # No path that is kept has a "?" of its own.
        path, _, query = rest.partition("?")
        return Address(host, slash + path, query)


class Store:
    """The pages in one folder. Any number of processes may use it at once."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.pages = self.folder / "pages"
        self._base = f"{self.pages}/"
        self._local = threading.local()
        self._remembered, self._room = {}, REMEMBERED

    # Reading: no lock, no index.

    def read(self, address, accepted):
        """Return the Kept page of an Address, or None.

        `accepted` is the request's Accept-Encoding.
        """
        base = self._base + address.file
        try:
            found = os.stat(base + ".head")
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
            head["status"],
            head["headers"],
            etag(head["stamp"], body),
            body,
            encoding,
            head["keys"],
            head["until"],
        )

    # Keeping

    def keep(self, address, page, noted, place):
        """Keep a Page with what was Noted while it was rendered.

        `place` is the journal's before it was. Returns (its keys, until when it is
        kept); None where one of its keys was purged since, or became due, and where
        the disk refuses it.
        """
        try:
            return self._keep(address, page, noted, place)
        except DISK:
            return None

    def _keep(self, address, page, noted, place):
        variants, keys = page.variants, sorted(noted.keys)
        head = {
            "status": page.status,
            "headers": page.headers,
            "kind": page.kind,
            "encodings": [name for name in SUFFIXES if name in variants],
            "stamp": page.stamp,
            "keys": " ".join(keys),
        }
        size = sum(map(len, variants.values()))
        shown = [[number_of(key)] for key in keys]
        with self._locked() as index:
            changed, coming, _end = journal.since(place, noted.begun_at)
            if EVERYTHING in changed or changed & noted.keys:
                return None
            now, until = time.time(), soonest(coming, noted.keys, noted.until)
            if until is not None and until <= now:
                return None
            self._forget(index, "address = ?", [str(address)])
            row = index.execute(
                "INSERT INTO page (address, file, kind, kept_at, until, bytes, keys)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    *(str(address), address.file, page.kind),
                    *(now, until, size, head["keys"]),
                ],
            ).lastrowid
            index.executemany(f"INSERT OR IGNORE INTO shows VALUES (?, {row})", shown)
            # The index first: after a crash it may know of files that are not there,
            # and never the other way round.
            index.commit()
            try:
                self._put_files(address.file, variants, head | {"until": until})
            except DISK:
                # A file where a folder should be, or a full disk.
                self._forget(index, "address = ?", [str(address)])
                index.commit()
                return None
        return head["keys"], until

    def _put_files(self, file, variants, head):
        """Put a page's whole files in their places, the head last; under the lock."""
        folder, name = os.path.split(f"{self.pages}/{file}")
        aside = f"{self.folder}/new"
        try:
            os.mkdir(aside)
        except FileExistsError:
            # What a crash left is no part of this page.
            for left in os.listdir(aside):
                os.unlink(f"{aside}/{left}")
        names = []
        for encoding, body in variants.items():
            names.append(f"{name}.{head['kind']}{SUFFIXES[encoding]}")
            _write(f"{aside}/{names[-1]}", body, head["stamp"])
        names.append(f"{name}.head")
        _write_head(f"{aside}/{names[-1]}", head)
        # Most pages have a folder of their own, which comes with all that is in it.
        for _ in range(2):
            try:
                os.rename(aside, folder)
                return
            except FileNotFoundError:
                os.makedirs(os.path.dirname(folder), exist_ok=True)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
                break
        for name in names:
            os.replace(f"{aside}/{name}", f"{folder}/{name}")

    @contextlib.contextmanager
    def rendering(self, address):
        """Let one request render a cold page while others wait for what it makes.

        Where the disk refuses the lock, each makes it.
        """
        stripe = int(hashlib.md5(str(address).encode()).hexdigest()[:8], 16) % STRIPES
        with contextlib.ExitStack() as stack:
            end = time.monotonic() + PATIENCE
            with contextlib.suppress(OSError):
                path = f"{self.folder}/locks/{stripe}"
                file = stack.enter_context(_lock_file(path))
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

        Pages that show what is to come are told until when. Returns how many went.
        """
        with self._locked() as index:
            state = dict(index.execute("SELECT name, value FROM state"))
            now, followed_at = time.time(), float(state.get("followed_at", 0))
            source, last = journal.source()
            if (
                now - followed_at > journal.KEPT_FOR.total_seconds()
                or state.get("source") != source
                or journal.is_ahead(state["place"], last)
            ):
                # Nobody has read the journal for this folder, or not for so long that
                # lines are gone; or it is another database's: what is kept may be old.
                self._clear(index)
                keys, coming = set(), {}
                end = journal.place(journal.writing())
            else:
                keys, coming, end = journal.since(state["place"])
            gone = self._purge(index, keys)
            self._shorten(index, coming)
            if end != state.get("place"):
                self._put(index, "place", end)
            # After the place: who is killed between the two throws all away again.
            if source != state.get("source"):
                self._put(index, "source", source)
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
            return index.execute(
                "SELECT min(until) FROM page WHERE until IS NOT NULL"
            ).fetchone()[0]

    def clear(self):
        """Throw all pages away."""
        with self._locked() as index:
            self._clear(index)

    def _purge(self, index, keys):
        if EVERYTHING in keys:
            return self._clear(index)
        gone = 0
        for some in _portions(keys):
            gone += self._forget(index, f"id IN ({_showing(some)})", some)
        index.commit()
        return gone

    def _shorten(self, index, coming):
        """Let pages that show {key: seconds} be true no longer than until then.

        Index and heads are written before the journal's place is, and after a crash
        once more.
        """
        for moment in sorted(set(coming.values())):
            keys = {key for key in coming if coming[key] == moment}
            for some in [[]] if EVERYTHING in keys else _portions(keys):
                which = f"AND id IN ({_showing(some)})" if some else ""
                rows = index.execute(
                    "UPDATE page SET until = ? WHERE (until IS NULL OR until > ?)"
                    f" {which} RETURNING file",
                    [moment, moment, *some],
                ).fetchall()
                for (file,) in rows:
                    path = f"{self.pages}/{file}.head"
                    with contextlib.suppress(FileNotFoundError):
                        head = json.loads(Path(path).read_bytes())
                        _write_head(f"{self.folder}/head", head | {"until": moment})
                        os.replace(f"{self.folder}/head", path)
        index.commit()

    def _forget(self, index, where, parameters):
        """Delete the files of these pages, then their rows; return how many."""
        rows = index.execute(
            f"SELECT id, file, kind, keys FROM page WHERE {where}", parameters
        )
        pages = rows.fetchall()
        for _id, file, kind, _keys in pages:
            for suffix in (
                "head",
                *(f"{kind}{suffix}" for suffix in SUFFIXES.values()),
            ):
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    os.unlink(f"{self.pages}/{file}.{suffix}")
        shown = ([number_of(key), page[0]] for page in pages for key in page[3].split())
        index.executemany("DELETE FROM shows WHERE key = ? AND page = ?", shown)
        index.executemany(
            "DELETE FROM page WHERE id = ?", [[page[0]] for page in pages]
        )
        return len(pages)

    def _clear(self, index):
        count = index.execute("SELECT count(*) FROM page").fetchone()[0]
        # Out of sight at once, deleted at leisure.
        old = self.folder / f"old-{time.time_ns()}"
        with contextlib.suppress(FileNotFoundError):
            self.pages.rename(old)
        for table in ("shows", "page"):
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
            parameters = [number_of(key)]
            where = f"WHERE id IN ({_showing(parameters)})"
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
            row = index.execute(
                "SELECT keys FROM page WHERE id = ?", [entry.id]
            ).fetchone()
        return row[0].split() if row else []

    # The index

    @contextlib.contextmanager
    def _locked(self):
        """Hold the node's one lock; yields the index, with no transaction open."""
        local = self._of_thread()
        fcntl.flock(local.lock, fcntl.LOCK_EX)
        try:
            index = local.index = local.index or self._open_index()
            yield index
        finally:
            try:
                if local.index is not None and local.index.in_transaction:
                    local.index.rollback()
            finally:
                fcntl.flock(local.lock, fcntl.LOCK_UN)

    def _of_thread(self):
        """Return what this thread of this process keeps open: `lock` and `index`.

        A folder that somebody deleted meanwhile has another lock, and another index.
        """
        local = self._local
        is_ours = getattr(local, "pid", None) == os.getpid()
        if not is_ours or not os.fstat(local.lock.fileno()).st_nlink:
            local.lock, local.index = _lock_file(f"{self.folder}/lock"), None
            local.pid = os.getpid()
        return local

    def _open_index(self):
        """Return a connection, opened under the lock."""
        index = sqlite3.connect(self.folder / "index.sqlite3", timeout=30)
        # What the machine loses in a crash is asked for below, by its boot.
        # Its log is copied by 16 MB: the keys of many pages stand together there.
        index.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
            " PRAGMA wal_autocheckpoint=4000;"
        )
        if index.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            index.close()
            self._begin_anew()
            return self._open_index()
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
            variants["gzip"] = gzip.compress(self.body, GZIP, mtime=0)
            variants["br"] = brotli.compress(self.body, quality=BROTLI, lgwin=WINDOW)
        return variants

    def as_kept(self, accepted, keys, until):
        """Return it as it will be read, for a request's Accept-Encoding."""
        encoding = choose(
            accepted, [name for name in SUFFIXES if name in self.variants]
        )
        body = self.variants[encoding]
        tag = etag(self.stamp, body)
        return Kept(self.status, self.headers, tag, body, encoding, keys, until)


@lru_cache(maxsize=4096)
def number_of(key):
    """Return the number by which the index knows a key.

    Two keys that shared one would purge each other's pages: of four million, as a
    million articles have, one pair in 30 such sites does.
    """
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=6).digest(), "big")


def soonest(coming, keys, until):
    """Return the first of `until` and the moments of {key: seconds} of these keys."""
    moments = [coming[key] for key in coming.keys() & keys]
    if EVERYTHING in coming:
        moments.append(coming[EVERYTHING])
    if until is not None:
        moments.append(until)
    return min(moments, default=None)


def _portions(keys):
    """Yield lists of up to 500 keys' numbers: SQLite takes so many in a statement."""
    numbers = sorted(map(number_of, keys))
    for start in range(0, len(numbers), 500):
        yield numbers[start : start + 500]


def _showing(numbers):
    """Return the SELECT of the pages that show keys of these numbers."""
    return f"SELECT page FROM shows WHERE key IN ({','.join('?' * len(numbers))})"


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


def _lock_file(path):
    """Open a file that is only locked; its folder is made the first time."""
    try:
        return open(path, "ab", 0)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return open(path, "ab", 0)


def _write(path, content, stamp):
    with open(path, "wb", 0) as file:
        if file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        os.utime(file.fileno(), ns=(stamp, stamp))


def _write_head(path, head):
    # Never two heads of one time: a process that remembers one looks at it.
    _write(path, json.dumps(head).encode(), time.time_ns())
