"""Making a backup: the database as it is at one moment, then the media files.

The file (newsroom/backup/archive.py) holds, in this order:

    tables/articles.article/0001.jsonl.gz   rows (newsroom/backup/rows.py)
    media/pictures/ab/ab12….jpg             files, as they are
    media-lists/0001.jsonl.gz               name, size and SHA-256 of the files above
    manifest.json                           versions, and what the parts must be
    manifest.sha256                         of the manifest

Memory does not grow with the site: a part is a few megabytes, a list 10,000 files.
"""

import fcntl
import gzip
import json
import os
import tempfile
from array import array
from bisect import bisect_left
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b, sha256

import django
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from articles.models import Picture
from newsroom.backup.archive import Writer, fits
from newsroom.backup.rows import Names, rows_of, tables

FORMAT = 1
PART = 8_000_000  # bytes of JSON
LIST = 10_000  # files
LEVEL = 3  # of gzip: half the time of 6, a tenth larger (measured in 2026)
PARTIAL = ".partial"


@dataclass
class Report:
    """What a backup holds, and what it could not hold."""

    rows: int = 0
    files: int = 0
    bytes: int = 0  # of media
    missing: list[str] = field(default_factory=list)


@contextmanager
def snapshot():
    """Let all queries see the database as it was at the first of them.

    Nobody who writes waits for it. Inside a transaction that is open already, that
    one has to do.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Django would begin with IMMEDIATE, which is the writers' turn.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                )
            yield


def make(path, on_step=lambda what, count: None):
    """Write a backup to a Path, which is there when it is whole; return a Report.

    `on_step` hears of "rows" and "files" that were written. Raises OSError where
    the disk is full or a media file cannot be read; nothing is left behind then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_partials(path.parent)
    partial = path.with_name(f".{path.name}{PARTIAL}")
    # Passwords' hashes are in it.
    handle = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            report = _write(file, on_step)
            file.flush()
            os.fsync(file.fileno())
            os.replace(partial, path)
        _sync_folder(path.parent)
    # Ctrl-C, too: half a backup is none.
    except BaseException:
        with suppress(FileNotFoundError):
            partial.unlink()
        raise
    return report


def remove_partials(folder):
    """Delete what backups left that were killed; one that still runs holds its own."""
    for partial in folder.glob(f".*.tar{PARTIAL}"):
        with suppress(OSError), partial.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            partial.unlink()


def _sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(file, on_step):
    made_at = timezone.now()
    writer, report, parts = Writer(file, made_at.timestamp()), Report(), []
    with tempfile.TemporaryFile("w+", encoding="utf-8") as named:
        with snapshot():
            names = Names()
            counts = {
                model._meta.label_lower: _write_table(
                    writer, model, names, parts, on_step
                )
                for model in tables()
            }
            migrations = _migrations()
            _write_names(named)
        report.rows = sum(counts.values())
        copied = _write_media(writer, parts, report, on_step)
        named.seek(0)
        looked_for = map(json.loads, named)
        report.missing = sorted({n for n in looked_for if not _is_in(copied, n)})
    manifest = {
        "newsroom backup": FORMAT,
        "made_at": made_at.isoformat(),
        "database": connection.vendor,
        "django": django.get_version(),
        "migrations": migrations,
        "tables": counts,
        "media": {"files": report.files, "bytes": report.bytes},
        "missing": report.missing[:1000],
        "parts": parts,
    }
    text = json.dumps(manifest, indent=1).encode()
    digest = writer.add("manifest.json", text)
    writer.add("manifest.sha256", f"{digest}  manifest.json\n".encode())
    writer.end()
    return report


def _migrations():
    """Return {app: [names of the migrations that made the tables]}."""
    applied = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        applied.setdefault(app, []).append(name)
    return applied


class _Lines:
    """Lines of JSON, compressed, that become parts as they grow."""

    def __init__(self, writer, folder, parts):
        self.writer, self.folder, self.parts = writer, folder, parts
        self.lines, self.size, self.number = [], 0, 0

    def add(self, line):
        # PostgreSQL puts the names in its JSON into an order of its own.
        line = json.dumps(
            line, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        )
        self.lines.append(line.encode("utf-8", "surrogatepass") + b"\n")
        self.size += len(self.lines[-1])
        if self.size > PART:
            self.end()

    def end(self):
        if not self.lines:
            return
        content = gzip.compress(b"".join(self.lines), LEVEL, mtime=0)
        self.number += 1
        name = f"{self.folder}/{self.number:04}.jsonl.gz"
        self.parts.append(
            {
                "name": name,
                "rows": len(self.lines),
                "bytes": len(content),
                "sha256": self.writer.add(name, content),
            }
        )
        self.lines, self.size = [], 0


def _write_table(writer, model, names, parts, on_step):
    """Write a table's rows; return how many."""
    lines, count = _Lines(writer, f"tables/{model._meta.label_lower}", parts), 0
    for count, row in enumerate(rows_of(model, names), start=1):
        lines.add(row)
        if count % 100 == 0:
            on_step("rows", 100)
    lines.end()
    on_step("rows", count % 100)
    return count


def _write_names(file):
    """Note, a line each, the media files that rows name."""
    for name in named_files():
        file.write(json.dumps(name) + "\n")


def named_files():
    """Yield the name of every file in the media storage that a row names."""
    for model in tables():
        fields = [
            field.name
            for field in model._meta.local_concrete_fields
            if isinstance(field, models.FileField) and field.storage == default_storage
        ]
        for field_name in fields:
            rows = model._base_manager.order_by().exclude(**{field_name: ""})
            yield from rows.values_list(field_name, flat=True).iterator(2000)
    for files in Picture._base_manager.values_list("renditions", flat=True).iterator():
        yield from (file["name"] for file in files)


def stored_files(folder=""):
    """Yield the name of every file in the media storage, folder by folder."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    inside = f"{folder}/" if folder else ""
    yield from (f"{inside}{name}" for name in sorted(files))
    for name in sorted(folders):
        yield from stored_files(f"{inside}{name}")


def _write_media(writer, parts, report, on_step):
    """Write the media files and their lists; return the copied names, to look up.

    Files are named by their content and never change; one that goes while we are
    at it belongs to a row that was deleted meanwhile.
    """
    copied = array("Q")
    lines = _Lines(writer, "media-lists", parts)
    for name in stored_files():
        try:
            file = default_storage.open(name)
        except FileNotFoundError:
            continue
        with file:
            size = file.size
            inside = f"media/{name}"
            if not fits(inside):
                inside = f"media/@{sha256(name.encode()).hexdigest()}"
            digest = writer.copy(inside, file, size)
        lines.add({"name": name, "in": inside, "bytes": size, "sha256": digest})
        copied.append(_number(name))
        report.files += 1
        report.bytes += size
        on_step("files", 1)
        if len(lines.lines) == LIST:
            lines.end()
    lines.end()
    return array("Q", sorted(copied))


def _number(name):
    """Return eight bytes that stand for a name: millions of them fit in memory."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest())


def _is_in(numbers, name):
    number = _number(name)
    place = bisect_left(numbers, number)
    return place < len(numbers) and numbers[place] == number
