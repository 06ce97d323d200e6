"""Rows as records: with natural keys in the place of the database's own."""

import re
from collections import defaultdict

from articles.fields import BodyField
from articles.models import Picture
from newsroom.backup.rows import Names, to_json
from newsroom.transfer.kinds import BY_MODEL, Keys

PICTURE_IN_BODY = re.compile(r'data-picture="(\d{1,18})"')
_names = Names()


def describe(kind, pks):
    """Return the records of rows of a kind, in the order of their database keys.

    The `id` in each is a hint: on a site where it is free, the row gets it again.
    """
    keys = Keys()
    rows = list(
        kind.model._base_manager.filter(pk__in=pks)
        .order_by("pk")
        .values("pk", *(f.attname for f in kind.fields))
    )
    own = keys.of(kind.model, [row["pk"] for row in rows])
    inside = {part.name: parts_of(part, own, keys) for part in kind.parts}
    records = []
    for row, values in zip(rows, _described(kind.fields, rows, keys), strict=True):
        pk = row["pk"]
        record = {"type": kind.type, "key": own[pk], "id": pk, **values}
        record |= {name: parts[pk] for name, parts in inside.items()}
        records.append(record)
    _name_pictures_in_bodies(kind, records, keys)
    return records


def parts_of(part, parents, keys):
    """Return {parent: [what belongs to it, in its order]} of some parents."""
    rows = list(
        part.model._base_manager.filter(**{f"{part.parent}__in": list(parents)})
        .order_by("pk")
        .values(part.parent, *(f.attname for f in part.fields))
    )
    found = defaultdict(list)
    for row, values in zip(rows, _described(part.fields, rows, keys), strict=True):
        if part.is_list_of_keys:
            (values,) = values.values()
        found[row[part.parent]].append(values)
    return defaultdict(list, found)


def _described(fields, rows, keys):
    """Yield each row's values as JSON holds them, under the fields' names."""
    named = {
        f: keys.of(f.related_model, {row[f.attname] for row in rows})
        for f in fields
        if f.related_model in BY_MODEL
    }
    for row in rows:
        yield {
            f.name: named[f].get(row[f.attname])
            if f in named
            else to_json(f, row[f.attname], _names)
            for f in fields
        }


def _name_pictures_in_bodies(kind, records, keys):
    """Say which pictures the numbers in bodies mean, under "pictures"."""
    bodies = [f.name for f in kind.fields if isinstance(f, BodyField)]
    for body in bodies:
        numbers = {int(n) for r in records for n in PICTURE_IN_BODY.findall(r[body])}
        named = keys.of(Picture, numbers)
        for record in records:
            found = map(int, PICTURE_IN_BODY.findall(record[body]))
            record["pictures"] = {str(n): named[n] for n in found if n in named}
