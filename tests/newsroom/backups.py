"""What tests of backups look into."""

import gzip
import json
import tarfile
from io import BytesIO


def tables_of(path):
    """Return {table: its rows as dicts} of a backup, as any tar program reads it."""
    tables = {}
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.startswith("tables/"):
                lines = gzip.decompress(archive.extractfile(member).read()).splitlines()
                rows = tables.setdefault(member.name.split("/")[1], [])
                rows.extend(map(json.loads, lines))
    return tables


def files_of(path):
    """Return {name: bytes} of the media files in a backup."""
    with tarfile.open(path) as archive:
        return {
            member.name.removeprefix("media/"): archive.extractfile(member).read()
            for member in archive
            if member.name.startswith("media/")
        }


def rewritten(path, new, change):
    """Copy a backup with its members changed: `change` gets and returns (info, bytes).

    None leaves a member out.
    """
    with tarfile.open(path) as archive, tarfile.open(new, "w") as copy:
        for member in archive:
            if found := change(member, archive.extractfile(member).read()):
                info, content = found
                info.size = len(content) if info.isfile() else 0
                copy.addfile(info, BytesIO(content))
    return new
