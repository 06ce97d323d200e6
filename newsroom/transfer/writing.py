"""Writing an export: JSON Lines with the files beside it (docs/export.md)."""

import json
import os
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils import timezone

from newsroom.backup.making import named_files, snapshot
from newsroom.transfer.describing import describe, parts_of
from newsroom.transfer.kinds import KINDS, TIES, Keys, batches

VERSION = 1
AT_ONCE = 100
CHUNK = 1024 * 1024


def write_export(folder, on_step=lambda count: None):
    """Write everything into a Path; return {type: how many records}, files that lack.

    The same content gives the same bytes. Files that are there already are not
    written again. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = dict.fromkeys([*KINDS, *TIES], 0)
    partial = folder / "content.jsonl.partial"
    with snapshot():
        with partial.open("w", encoding="utf-8") as file:
            for record in records():
                line = json.dumps(record, ensure_ascii=False, sort_keys=True)
                # What is half a character in JSON's escapes stays an escape.
                file.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
                counts[record["type"]] += 1
                on_step(1)
        names = folder / "names.partial"
        with names.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(name) + "\n" for name in named_files())
    with names.open(encoding="utf-8") as file:
        missing = [n for n in map(json.loads, file) if not _copy(n, folder / "media")]
    names.unlink()
    partial.replace(folder / "content.jsonl")
    about = {
        "newsroom export": VERSION,
        "exported_at": timezone.now().isoformat(),
        "records": counts,
    }
    replace(folder / "export.json", (json.dumps(about, indent=1) + "\n").encode())
    return counts, missing


def records():
    """Yield every record, what others point to before them."""
    for kind in KINDS.values():
        for pks in batches(_in_order(kind), AT_ONCE):
            yield from describe(kind, pks)
    for type, (part, parents) in TIES.items():
        for some in batches(_parents(part, parents), AT_ONCE):
            yield from ties(type, some)


def _in_order(kind):
    """Yield a kind's database keys; rows that point into the table come last."""
    rows = kind.model._base_manager.order_by("pk").values_list("pk", flat=True)
    if kind.itself is None:
        yield from rows.iterator(2000)
        return
    for is_first in (True, False):
        chosen = rows.filter(**{f"{kind.itself.name}__isnull": is_first})
        yield from chosen.iterator(2000)


def _parents(part, parents):
    if isinstance(parents, list):
        return parents
    rows = part.model._base_manager.order_by(part.parent)
    return rows.values_list(part.parent, flat=True).distinct().iterator(2000)


def ties(type, parents):
    """Return the records that tie some parents (database keys) to others."""
    part, model = TIES[type]
    keys = Keys()
    is_list = isinstance(model, list)
    named = {p: p for p in parents} if is_list else keys.of(model, parents)
    found = parts_of(part, parents, keys)
    return [
        {"type": type, "key": named[parent], part.name: found[parent]}
        for parent in parents
        if found[parent]
    ]


def _copy(name, folder):
    """Copy a media file, unless it is there; tell whether there is one."""
    target = folder / name
    try:
        size = default_storage.size(name)
        if target.is_file() and target.stat().st_size == size:
            return True
        with default_storage.open(name) as source:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(target.name + ".partial")
            with partial.open("wb") as file:
                for chunk in source.chunks(CHUNK):
                    file.write(chunk)
            partial.replace(target)
    except FileNotFoundError:
        return False
    return True


def replace(path: Path, content: bytes):
    """Write a file that is there whole or, if anything happens, as it was."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        file.write(content)
    os.replace(partial, path)
