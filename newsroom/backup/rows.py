"""Rows of every table as JSON that either database can take.

A row is one JSON object: the columns by name, moments as ISO 8601 with their zone,
bytes as base64, what JSON knows as it is. Rows keep their keys, except content types
and permissions: every database numbers those itself when it migrates, so that they
are named (`["articles", "article"]`, `["articles", "article", "publish_article"]`),
also where another row points to them.
"""

import base64
import binascii
import json
from functools import cached_property

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection, models

# True of one machine or for one moment: who is logged in or looking, when the clock
# ran, which kept pages are to go.
LEFT_OUT = {
    "sessions.session",
    "pagecache.purge",
    "newsroom.heartbeat",
    "articles.presence",
    "feeds.ping",
}
# What migrating makes in an empty database.
MADE_BY_MIGRATING = {
    "contenttypes.contenttype",
    "auth.permission",
    "auth.group",
    "auth.group_permissions",
    "crawlers.agent",
    "newsroom.menuitem",
}
AT_ONCE = 200
# A row with bytes in it may have megabytes of them.
AT_ONCE_WITH_BYTES = 20


def tables():
    """Return the models of all tables that are kept, what is pointed to first.

    By name among equals, so that the order is the same on every machine.
    """
    found = {
        model._meta.label_lower: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    ordered = {}

    def put(label, above=()):
        if label in ordered or label in above or label in LEFT_OUT:
            return
        for field in found[label]._meta.local_concrete_fields:
            if field.remote_field:
                put(field.remote_field.model._meta.label_lower, (*above, label))
        ordered[label] = found[label]

    for label in sorted(found):
        put(label)
    return list(ordered.values())


def columns(model):
    """Return the fields that a row holds: all, or what names it instead of its key."""
    fields = model._meta.local_concrete_fields
    if model in (ContentType, Permission):
        fields = [field for field in fields if not field.primary_key]
    return [field for field in fields if not field.generated]


class Names:
    """Content types and permissions by name, as this database has them."""

    @cached_property
    def types(self):
        """{key: (app, model)}."""
        rows = ContentType.objects.order_by("pk")
        return {pk: (app, model) for pk, app, model in rows.values_list()}

    @cached_property
    def permissions(self):
        """{key: (app, model, codename)}."""
        rows = Permission.objects.order_by("pk").values_list(
            "pk", "content_type", "codename"
        )
        return {pk: (*self.types[kind], codename) for pk, kind, codename in rows}

    @cached_property
    def keys(self):
        """{ContentType: {name: key}, Permission: {name: key}}."""
        return {
            model: {name: pk for pk, name in names.items()}
            for model, names in (
                (ContentType, self.types),
                (Permission, self.permissions),
            )
        }

    def __init__(self):
        # Names that a backup brings along, before its rows are loaded.
        self.coming = {ContentType: set(), Permission: set()}

    def of(self, model):
        return self.types if model is ContentType else self.permissions

    def forget(self):
        """Ask the database again at the next question."""
        for name in ("types", "permissions", "keys"):
            self.__dict__.pop(name, None)


def rows_of(model, names):
    """Yield every row as a dict that JSON can hold, in the order of the keys."""
    fields = columns(model)
    has_bytes = any(isinstance(field, models.BinaryField) for field in fields)
    size = AT_ONCE_WITH_BYTES if has_bytes else AT_ONCE
    rows = model._base_manager.order_by("pk")
    some = rows
    while batch := list(
        some.values_list("pk", *(field.attname for field in fields))[:size]
    ):
        for _key, *values in batch:
            yield {
                field.attname: to_json(field, value, names)
                for field, value in zip(fields, values, strict=True)
            }
        some = rows.filter(pk__gt=batch[-1][0])


def to_json(field, value, names):
    """Return a column's value as JSON holds it; `names` are the Names."""
    if value is None or isinstance(field, models.JSONField):
        return value
    if named := _named(field):
        return list(names.of(named)[value])
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    if isinstance(value, (bool, int, float, str)):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


def _named(field):
    """Return the model whose rows are named instead of numbered, or None."""
    target = field.remote_field.model if field.remote_field else None
    return target if target in (ContentType, Permission) else None


class Unreadable(Exception):
    """A row that this database cannot take; the message is a sentence."""


class Decoder:
    """Makes values for the database of the rows of one table.

    Raises Unreadable for what the table has no place for. Columns that a row does
    not have, because it is older than they are, get their default.
    """

    def __init__(self, model, names):
        self.model, self.names = model, names
        self.fields = columns(model)
        self.by_name = {field.attname: field for field in self.fields}
        self.ranges = {
            field: connection.ops.integer_field_range(
                getattr(field, "target_field", field).get_internal_type()
            )
            for field in self.fields
            if isinstance(getattr(field, "target_field", field), models.IntegerField)
        }

    def values(self, line):
        """Return the values of a line of JSON, in the order of `fields`."""
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unreadable("it is no JSON") from error
        if not isinstance(row, dict):
            raise Unreadable("it is no JSON object")
        if unknown := row.keys() - self.by_name.keys():
            raise Unreadable(f"there is no column {min(unknown)!r} for it")
        return [self.value(field, row) for field in self.fields]

    def expect(self, line):
        """Note the name in a line of content types or permissions, before its rows."""
        row = json.loads(line)
        names = ("app_label", "model", "codename")
        found = tuple(row[name] for name in names if name in row)
        if self.model is Permission:
            found = (*row["content_type_id"], *found)
        self.names.coming[self.model].add(found)

    def value(self, field, row):
        """Return what the database gets for a field of a row, given as JSON."""
        if field.attname not in row:
            if field.primary_key:
                raise Unreadable("it has no key")
            return field.get_default()
        value = row[field.attname]
        if value is None:
            if not field.null:
                raise Unreadable(f"its {field.attname} is empty")
            return None
        try:
            return self._of(field, value)
        except (ValidationError, ValueError, TypeError, OverflowError) as error:
            said = str(value)[:40]
            raise Unreadable(f"its {field.attname} cannot be {said!r}") from error

    def _of(self, field, value):
        if named := _named(field):
            name = tuple(value)
            if name in self.names.coming[named]:
                return self.names.keys[named].get(name, name)
            if name not in self.names.keys[named]:
                raise ValueError(value)
            return self.names.keys[named][name]
        if isinstance(field, models.BinaryField):
            try:
                return base64.b64decode(value, validate=True)
            except binascii.Error as error:
                raise ValueError(value) from error
        if isinstance(field, models.JSONField):
            self._check_text(json.dumps(value), nul="\\u0000")
            return value
        if isinstance(field, (models.CharField, models.TextField, models.FileField)):
            if not isinstance(value, str):
                raise TypeError(value)
            self._check_text(value)
            is_long = field.max_length and len(value) > field.max_length
            # SQLite holds more than it was told; PostgreSQL refuses.
            if is_long and connection.vendor != "sqlite":
                raise ValueError(value)
            return value
        value = getattr(field, "target_field", field).to_python(value)
        if field in self.ranges:
            least, most = self.ranges[field]
            if not (least is None or least <= value) or not (
                most is None or value <= most
            ):
                raise ValueError(value)
        return value

    def _check_text(self, text, nul="\x00"):
        text.encode()  # half a character raises UnicodeEncodeError, a ValueError
        if connection.vendor == "postgresql" and nul in text:
            raise ValueError(text)


def insert(model, fields, rows):
    """Write rows as they are: no signals, no times of today, their own keys.

    Bodies are sanitised on the way, as always (articles/fields.py).
    """
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quoted(model._meta.db_table)} ({names}) VALUES ({places})"
    with connection.cursor() as cursor:
        cursor.executemany(
            sql,
            [
                [
                    field.get_db_prep_save(value, connection)
                    for field, value in zip(fields, row, strict=True)
                ]
                for row in rows
            ],
        )
