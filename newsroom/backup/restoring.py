"""Putting a backup in the place of what is here, in one transaction."""

import hashlib
from itertools import islice

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connection, transaction

from articles.planner import analyze
from authors.shown import EVERYTHING, change
from newsroom.backup.archive import CHUNK, Damaged
from newsroom.backup.reading import files_of, lines_of
from newsroom.backup.rows import (
    MADE_BY_MIGRATING,
    Decoder,
    Names,
    Unreadable,
    insert,
    tables,
)
from newsroom.models import Heartbeat
from newsroom.pagecache import node

AT_ONCE = 200


class Refused(Exception):
    """The database would not take the rows; nothing was changed."""


def in_use():
    """Return the label of a table that holds rows of somebody's, or None."""
    for model in tables():
        label = model._meta.label_lower
        if label not in MADE_BY_MIGRATING and model._base_manager.exists():
            return label
    return None


def restore(backup, on_step=lambda count: None):
    """Replace all rows by those of a backup that was checked, and add its files.

    Files that are here and not in the backup stay (`sweep_media` removes them).
    Raises Refused, Damaged and OSError; everything is then as it was before.
    """
    added = []
    try:
        for entry, part in files_of(backup, set()):
            _put_file(entry, part, added)
            on_step(entry["bytes"])
        with transaction.atomic():
            _empty()
            _load(backup, on_step)
            _number_on()
            connection.check_constraints()
            change(EVERYTHING)
    # Whatever ends it, Ctrl-C too: files that no row names are not left behind.
    except BaseException as error:
        for name in added:
            default_storage.delete(name)
        if isinstance(error, (IntegrityError, DataError, Unreadable)):
            reason = str(error).partition("\n")[0]
            raise Refused(f"The database refused a row: {reason}") from error
        raise
    ContentType.objects.clear_cache()
    if node.store is not None:
        node.store.clear()
    analyze()


def _put_file(entry, part, added):
    """Store a media file, unless it is here already, byte for byte."""
    name = entry["name"]
    if default_storage.exists(name):
        if _is_same(name, entry):
            return
        default_storage.delete(name)  # its writing was cut short
    added.append(name)  # before it is there: a full disk leaves the half of it
    stored = default_storage.save(name, _Upload(part, entry["bytes"]))
    if stored != name:
        added.append(stored)
        raise Damaged(f"Its media file {name} cannot be stored under this name.")


class _Upload(File):
    """A Part as Django's storages take files: in chunks, from the beginning."""

    def __init__(self, part, size):
        super().__init__(part, name="part")
        self.size = size

    def chunks(self, chunk_size=None):
        while chunk := self.file.read(CHUNK):
            yield chunk


def _is_same(name, entry):
    if default_storage.size(name) != entry["bytes"]:
        return False
    digest = hashlib.sha256()
    with default_storage.open(name) as file:
        for chunk in file.chunks(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == entry["sha256"]


def _empty():
    """Delete all rows but those that belong to the database itself.

    Who is logged in may be somebody else in the backup; kept pages' journal stays.
    """
    kept = (ContentType, Permission)
    models = [*reversed([m for m in tables() if m not in kept]), Session, Heartbeat]
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(
                f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}"
            )


def _load(backup, on_step):
    names = Names()
    decoders = {model: Decoder(model, names) for model in backup.models.values()}
    for member in backup.members("tables"):
        model = backup.models[member.name.split("/")[1]]
        decoder = decoders[model]
        rows = map(decoder.values, lines_of(backup, member))
        while some := list(islice(rows, AT_ONCE)):
            if model in (ContentType, Permission):
                _add_missing(decoder, some)
                names.forget()
            else:
                insert(model, decoder.fields, some)
        on_step(member.size)


def _add_missing(decoder, rows):
    """Make content types and permissions that this database has not yet."""
    for values in rows:
        given = {
            field.attname: value
            for field, value in zip(decoder.fields, values, strict=True)
        }
        if decoder.model is Permission:
            named = {name: given.pop(name) for name in ("content_type_id", "codename")}
            Permission.objects.get_or_create(**named, defaults=given)
        else:
            ContentType.objects.get_or_create(**given)


def _number_on():
    """Let new rows get keys behind those that were loaded."""
    statements = connection.ops.sequence_reset_sql(no_style(), tables())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
