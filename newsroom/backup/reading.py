"""Reading a backup and believing nothing of it: every part, row and file is checked."""

import gzip
import hashlib
import json
import re
import zlib
from array import array
from bisect import bisect_left
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

from newsroom.backup.archive import Damaged, Part, members
from newsroom.backup.making import FORMAT
from newsroom.backup.rows import Decoder, Names, Unreadable, columns, tables

MANIFEST_MAX = 64_000_000  # bytes
# A part is 8 MB of JSON and one row more; a row may have a saved page in it.
LINE_MAX = 256_000_000
PART_MAX = 2 * LINE_MAX
LIST_MAX = 20_000  # files
PART_NAME = re.compile(r"(tables/[a-z0-9_.]+|media-lists)/[0-9]{4,}\.jsonl\.gz")
# No way out of the folder, nothing a shell or a page would take for something else.
MEDIA_NAME = re.compile(r"[^\x00-\x1f\x7f\\]{1,1000}")


@dataclass
class Backup:
    """A backup that was opened: its manifest is whole, its parts not looked at yet."""

    file: object  # binary, can be sought in
    manifest: dict
    parts: dict  # {name: {"rows", "bytes", "sha256"}}

    def members(self, *folders):
        """Yield the Members in these folders, in the file's order."""
        for member in members(self.file):
            if member.name.partition("/")[0] in folders:
                yield member

    @cached_property
    def models(self):
        """{label: model} of the tables there are here."""
        return {model._meta.label_lower: model for model in tables()}


@contextmanager
def opened(path):
    """Open a backup; yields the Backup. Raises Damaged and OSError."""
    with path.open("rb") as file:
        found = {m.name: m for m in members(file) if m.name.startswith("manifest.")}
        if "manifest.json" not in found or "manifest.sha256" not in found:
            raise Damaged("It is cut short, or no backup: it has no manifest.")
        if max(member.size for member in found.values()) > MANIFEST_MAX:
            raise Damaged("Its manifest is too large to be one.")
        text = Part(file, found["manifest.json"]).read()
        told = Part(file, found["manifest.sha256"]).read(64)
        if hashlib.sha256(text).hexdigest().encode() != told:
            raise Damaged("It is damaged: its manifest has another checksum.")
        manifest = _manifest(text)
        yield Backup(file, manifest, {part["name"]: part for part in manifest["parts"]})


def _manifest(text):
    try:
        manifest = json.loads(text)
        if manifest["newsroom backup"] != FORMAT:
            raise Damaged(
                f"It has format {str(manifest['newsroom backup'])[:20]}, which this "
                "version of newsroom does not know."
            )
        migrations, counts = manifest["migrations"], manifest["tables"]
        is_right = (
            all(isinstance(names, list) for names in migrations.values())
            and all(isinstance(count, int) for count in counts.values())
            and all(isinstance(manifest["media"][n], int) for n in ("files", "bytes"))
            and all(
                PART_NAME.fullmatch(part["name"])
                and isinstance(part["rows"], int)
                and isinstance(part["bytes"], int)
                for part in manifest["parts"]
            )
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged("Its manifest cannot be read.") from error
    if not is_right:
        raise Damaged("Its manifest cannot be read.")
    return manifest


def check_versions(backup):
    """Raise Damaged where this code cannot hold what the backup holds."""
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations)
    made = {
        (app, name)
        for app, names in backup.manifest["migrations"].items()
        for name in names
    }
    for app, name in sorted(made - known - set(loader.replacements)):
        raise Damaged(
            f"It was made by a newer newsroom: its migration {app[:60]} {name[:80]} "
            "is not known here. Update newsroom first."
        )
    if waiting := known - set(loader.applied_migrations):
        app, name = min(waiting)
        raise Damaged(
            f"This database is not up to date ({app} {name}). Run manage.py migrate."
        )
    for app, name in sorted(known - made):
        if any(
            isinstance(operation, (RunPython, RunSQL))
            for operation in loader.disk_migrations[app, name].operations
        ):
            raise Damaged(
                f"It was made by an older newsroom, and {app} {name} changes what it "
                "holds. Restore it with the version that made it, then update."
            )
    unknown = backup.manifest["tables"].keys() - backup.models.keys()
    if filled := [name for name in unknown if backup.manifest["tables"][name]]:
        raise Damaged(f"There is no table here for its {min(filled)[:60]}.")


def lines_of(backup, member):
    """Yield the lines of a part; check it at its end. Raises Damaged."""
    told = backup.parts.get(member.name)
    if told is None:
        raise Damaged(f"It holds {member.name[:100]!r}, which its manifest lacks.")
    part, count, size = Part(backup.file, member), 0, 0
    try:
        with gzip.GzipFile(fileobj=part) as unpacked:
            while line := unpacked.readline(LINE_MAX):
                count, size = count + 1, size + len(line)
                if size > PART_MAX or not line.endswith(b"\n"):
                    raise Damaged(f"{member.name} is larger than any part can be.")
                yield line
    except (OSError, EOFError, zlib.error) as error:
        raise Damaged(f"{member.name} is damaged.") from error
    if part.hexdigest() != told["sha256"] or count != told["rows"]:
        raise Damaged(f"{member.name} is damaged: it has another checksum.")


def check(backup, on_step=lambda count: None):
    """Read everything, write nothing. Raises Damaged for the first thing wrong.

    `on_step` hears of every megabyte or so, in bytes.
    """
    seen, counts = set(), dict.fromkeys(backup.manifest["tables"], 0)
    rows, keys = _Rows(), _Keys()
    for member in backup.members("tables"):
        seen.add(member.name)
        if not PART_NAME.fullmatch(member.name):
            raise Damaged(f"It holds {member.name[:100]!r}, which belongs nowhere.")
        label = member.name.split("/")[1]
        if label not in counts or label not in backup.models:
            raise Damaged(f"It holds rows of {label[:60]}, which its manifest lacks.")
        for line in lines_of(backup, member):
            counts[label] += 1
            model = backup.models[label]
            values = rows.read(model, line, member, counts[label])
            keys.note(model, values, counts[label])
        on_step(member.size)
    keys.end()
    if counts != backup.manifest["tables"]:
        wrong = next(n for n in counts if counts[n] != backup.manifest["tables"][n])
        raise Damaged(
            f"It holds {counts[wrong]} rows of {wrong}; its manifest says "
            f"{backup.manifest['tables'][wrong]}."
        )
    files = size = 0
    for entry, part in files_of(backup, seen):
        if part.hexdigest() != entry["sha256"]:
            raise Damaged(f"The file {entry['name']} is damaged.")
        files, size = files + 1, size + entry["bytes"]
        on_step(entry["bytes"])
    if {"files": files, "bytes": size} != backup.manifest["media"]:
        raise Damaged("It does not hold all media files of its manifest.")
    if missing := backup.parts.keys() - seen:
        raise Damaged(f"It lacks {min(missing)[:100]}.")


class _Rows:
    """Decodes rows of any table; the Decoders are made once."""

    def __init__(self):
        self.names, self.decoders = Names(), {}

    def read(self, model, line, member, number):
        decoder = self.decoders.get(model)
        if decoder is None:
            decoder = self.decoders[model] = Decoder(model, self.names)
        try:
            values = decoder.values(line)
            if model in self.names.coming:
                decoder.expect(line)
            return values
        except Unreadable as error:
            label = model._meta.label_lower
            raise Damaged(
                f"Row {number} of {label} ({member.name}) cannot be loaded: {error}."
            ) from error


class _Keys:
    """The keys of the rows so far, in a few bytes each: what rows point to is there."""

    def __init__(self):
        self.keys = {}  # {model: ascending array of whole numbers, or a set}
        self.waiting = []  # what points into its own table: (model, key, where)
        self.pointers = {}

    def note(self, model, values, number):
        where = f"Row {number} of {model._meta.label_lower}"
        for index, field, target in self._pointers(model):
            value = values[index]
            if field is None:
                self._add(model, value, where)
            elif value is not None and target is model:
                self.waiting.append((model, value, where))
            elif value is not None and not self._has(target, value):
                raise Damaged(f"{where} points to a {target.__name__} that is missing.")

    def end(self):
        for model, value, where in self.waiting:
            if not self._has(model, value):
                raise Damaged(f"{where} points to another that is missing.")

    def _pointers(self, model):
        """Return [(index, field, its target)]; the row's own key has no field."""
        if model not in self.pointers:
            found = []
            for index, field in enumerate(columns(model)):
                if field.primary_key:
                    found.append((index, None, None))
                elif field.remote_field and field.target_field.primary_key:
                    found.append((index, field, field.remote_field.model))
            self.pointers[model] = found
        return self.pointers[model]

    def _add(self, model, key, where):
        is_number = isinstance(key, int)
        keys = self.keys.setdefault(model, array("q") if is_number else set())
        if isinstance(keys, set):
            keys.add(key)
        elif is_number and (not keys or keys[-1] < key):
            keys.append(key)
        else:
            raise Damaged(f"{where} has the key of another, or stands in disorder.")

    def _has(self, model, key):
        keys = self.keys.get(model, ())
        if not isinstance(keys, array):
            # Content types and permissions have no keys here: they are named.
            return key in keys or not any(f.primary_key for f in columns(model))
        place = bisect_left(keys, key)
        return place < len(keys) and keys[place] == key


def files_of(backup, seen):
    """Yield ({"name", "bytes", "sha256"}, Part) of every media file, in turn.

    A list stands behind its files: it is read ahead. Adds the lists to `seen`.
    Raises Damaged for a list that does not tell of its files.
    """
    waiting = []
    for member in backup.members("media", "media-lists"):
        if member.name.startswith("media/"):
            waiting.append(member)
            if len(waiting) > LIST_MAX:
                raise Damaged("It has media files that no list tells of.")
            continue
        seen.add(member.name)
        entries = [_entry(line, member) for line in lines_of(backup, member)]
        told = [(entry["in"], entry["bytes"]) for entry in entries]
        if told != [(m.name, m.size) for m in waiting]:
            raise Damaged(f"{member.name} tells of other files than there are.")
        for entry, file in zip(entries, waiting, strict=True):
            yield entry, Part(backup.file, file)
        waiting = []
    if waiting:
        raise Damaged("It has media files that no list tells of.")


def _entry(line, member):
    try:
        entry = json.loads(line)
        name = entry["name"]
        is_right = (
            MEDIA_NAME.fullmatch(name)
            and not name.startswith("/")
            and not {"", ".", ".."} & set(name.split("/"))
            and isinstance(entry["bytes"], int)
        )
        entry["in"], entry["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged(f"{member.name} cannot be read.") from error
    if not is_right:
        raise Damaged(f"It names a media file {str(name)[:100]!r}, which cannot be.")
    return entry
