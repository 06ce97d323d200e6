"""Reading an export into a site: what is not there is added, what is there stays."""

import json
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connection, models, transaction

from articles.fields import BodyField
from articles.models import Article
from articles.planner import analyze
from authors.shown import EVERYTHING, change
from newsroom.backup.reading import LINE_MAX, MEDIA_NAME
from newsroom.backup.rows import Decoder, Names, Unreadable, insert
from newsroom.crawlers.models import Agent
from newsroom.models import MenuItem, Publication
from newsroom.search import indexing
from newsroom.transfer.describing import PICTURE_IN_BODY, describe
from newsroom.transfer.kinds import (
    BY_MODEL,
    KINDS,
    TIES,
    Keys,
    batches,
    own_fields,
    without_number,
)
from newsroom.transfer.writing import VERSION, ties

AT_ONCE = 100
MOST = 1000  # problems that are told one by one
# The menu that an empty site is born with (newsroom/migrations/0004).
BORN_WITH = {"/archive/", "/authors/", "/tags/"}


class NoExport(Exception):
    """The folder holds no export that can be read; the message is a sentence."""


@dataclass
class Report:
    """What became of the records of an export."""

    new: int = 0
    unchanged: int = 0
    # "article /2026/11/slug/": is here already and says something else.
    kept: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # sentences, with the line
    problem_count: int = 0
    lines: int = 0

    def tell(self, number, sentence):
        self.problem_count += 1
        if len(self.problems) < MOST:
            self.problems.append(f"content.jsonl, line {number}: {sentence}")


def load_export(folder, on_step=lambda count: None):
    """Add to the site what an export (a Path) holds and is not here; return a Report.

    Safe to run again, also after a crash: a batch is one transaction, and a record
    that is here is not touched. Database keys are taken over where they are free,
    as on an empty site. Raises NoExport and OSError.
    """
    told = _about(folder)
    report, loader = Report(), _Loader(folder)
    _give_way(told["records"])
    with (folder / "content.jsonl").open("rb") as file:
        for type, lines in groupby(_records(file, report), itemgetter(0)):
            for some in batches(lines, AT_ONCE):
                with transaction.atomic():
                    loader.load(type, [line[1:] for line in some], report)
                on_step(len(some))
    missing = sum(told["records"].values()) - report.lines
    if missing > 0:
        report.tell("last", f"The file is cut short: {missing} records are missing.")
    # The clock would, too; so readers find all of it where none runs yet.
    indexing.drain()
    if report.new:
        analyze()
    return report


def count_records(folder):
    """Return how many records an export says it has. Raises NoExport and OSError."""
    return sum(_about(folder)["records"].values())


def _about(folder):
    try:
        told = json.loads((folder / "export.json").read_bytes())
        version, counts = told["newsroom export"], told["records"]
        sum(counts.values())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoExport(f"There is no export.json in {folder}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoExport(f"{folder}/export.json cannot be read.") from error
    if version != VERSION:
        raise NoExport(f"The export has version {version}; this site reads {VERSION}.")
    if not (folder / "content.jsonl").is_file():
        raise NoExport(f"There is no content.jsonl in {folder}.")
    return told


def _give_way(told):
    """Take what migrating put into an empty site away, where the export has its own.

    Else a line of a menu that somebody took out there would be here again. `told` is
    how many records there are of each type, 0 of what the other site had none of.
    """
    born = {"menu": MenuItem, "agent": Agent}
    # Its name is often the first that a new site is given.
    others = [m for m in BY_MODEL if m not in (Publication, *born.values())]
    if any(model._base_manager.exists() for model in others):
        return
    with transaction.atomic():
        for model in (model for type, model in born.items() if type in told):
            model.objects.all().delete()
        change(EVERYTHING)


def _records(file, report):
    """Yield (type, number of the line, record) of every line that is a record."""
    while line := file.readline(LINE_MAX):
        report.lines = number = report.lines + 1
        try:
            record = json.loads(line)
            is_record = isinstance(record["type"], str) and isinstance(
                record["key"], str
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            is_record = False
        if not is_record:
            report.tell(number, "This is no record.")
        elif record["type"] not in KINDS and record["type"] not in TIES:
            report.tell(number, f"This site has no {record['type'][:60]!r}.")
        else:
            yield record["type"], number, record


class _Wrong(Exception):
    """A record that cannot be loaded; the message is a sentence."""


class _Loader:
    def __init__(self, folder):
        self.folder = folder
        self.keys, self.names, self.decoders = Keys(), Names(), {}

    def load(self, type, lines, report):
        """Load some records of one type, inside a transaction."""
        before = report.new
        if type in TIES:
            self._load_ties(type, lines, report)
        else:
            kind = KINDS[type]
            # What another of the same batch points to comes first.
            own = kind.itself.name if kind.itself else None
            for _, some in groupby(lines, lambda line: bool(own and line[1].get(own))):
                self._load_rows(kind, list(some), report)
        if report.new > before:
            change(EVERYTHING)

    def _load_rows(self, kind, lines, report):
        found = self.keys.rows(kind.model, [record["key"] for _, record in lines])
        here = {
            record["key"]: record for record in describe(kind, list(found.values()))
        }
        added = []
        for number, record in lines:
            try:
                record = self._with_pictures_of_here(kind, record)
                if record["key"] in here:
                    _compare(record, here[record["key"]], report)
                    continue
                with transaction.atomic():
                    added.append(self._add(kind, record))
            except _Wrong as error:
                report.tell(number, f"{kind.type} {record['key'][:100]}: {error}")
                continue
            here[record["key"]] = record
            report.new += 1
        if kind.model is Article and added:
            Article.keep_ties_in_step(added)
        if added:
            _number_on(kind.model)

    def _with_pictures_of_here(self, kind, record):
        """Give the pictures in a body the numbers they have on this site."""
        named = record.get("pictures")
        if not named or not any(isinstance(f, BodyField) for f in kind.fields):
            return record
        if not isinstance(named, dict):
            raise _Wrong("Its pictures are no names.")
        model = KINDS["picture"].model
        here = self.keys.rows(model, map(str, named.values()))
        numbers = {old: str(here[key]) for old, key in named.items() if key in here}
        record = {
            **record,
            "pictures": {numbers.get(n, n): k for n, k in named.items()},
        }
        for body in (f.name for f in kind.fields if isinstance(f, BodyField)):
            record[body] = PICTURE_IN_BODY.sub(
                lambda m: f'data-picture="{numbers.get(m[1], m[1])}"',
                str(record.get(body) or ""),
            )
        return record

    def _add(self, kind, record):
        """Write a record that is not here; return its database key. Raises _Wrong."""
        values = self._values(kind.model, kind.fields, [record])[0]
        given = dict(zip((f.attname for f in kind.fields), values, strict=True))
        named = [given.get(name) for name in (kind.key, *kind.columns)]
        if kind.key != "id" and kind.text(*named) != without_number(record["key"]):
            raise _Wrong("It calls itself by another key.")
        row = kind.model(**given)
        self._check(kind, row)
        for name in files_in(kind, record):
            self._store(name)
        fields, pk_field = kind.fields, kind.model._meta.pk
        if kind.derived:
            row.fill()
            fields = own_fields(kind.model)
            values = [getattr(row, f.attname) for f in fields]
        pk = _free_key(kind.model, record.get("id"))
        try:
            insert(kind.model, [pk_field, *fields], [[pk, *values]])
            for part in kind.parts:
                self._add_parts(part, pk, record.get(part.name) or [])
        except (IntegrityError, DataError) as error:
            reason = str(error).partition("\n")[0]
            raise _Wrong(f"The database refused it: {reason}") from error
        return pk

    def _add_parts(self, part, parent, rows):
        if not isinstance(rows, list):
            raise _Wrong(f"Its {part.name} are no list.")
        if part.is_list_of_keys:
            rows = [{part.fields[0].name: key} for key in rows]
        if not all(isinstance(row, dict) for row in rows):
            raise _Wrong(f"Its {part.name} cannot be read.")
        column = next(
            f for f in part.model._meta.concrete_fields if f.attname == part.parent
        )
        values = self._values(part.model, part.fields, rows)
        insert(part.model, [column, *part.fields], [[parent, *v] for v in values])

    def _values(self, model, fields, rows):
        """Return what the database gets for rows whose references are keys."""
        decoder = self.decoders.get(model)
        if decoder is None:
            decoder = self.decoders[model] = Decoder(model, self.names)
        pointing = [f for f in fields if f.related_model in BY_MODEL]
        targets = {
            f: self.keys.rows(
                f.related_model, {str(row[f.name]) for row in rows if row.get(f.name)}
            )
            for f in pointing
        }
        found = []
        for row in rows:
            row = {f.attname: row[f.name] for f in fields if f.name in row}
            for f in pointing:
                key = row.get(f.attname)
                if key is not None and str(key) not in targets[f]:
                    raise _Wrong(f"There is no {f.name} {str(key)[:100]!r}.")
                row[f.attname] = targets[f].get(str(key))
            try:
                found.append([decoder.value(f, row) for f in fields])
            except Unreadable as error:
                raise _Wrong(f"In {model._meta.verbose_name}, {error}.") from error
        return found

    def _check(self, kind, row):
        """Refuse what no form would take, such as a path that hides the desk."""
        unchecked = {
            f.name
            for f in kind.fields
            if f.remote_field or isinstance(f, (BodyField, models.JSONField))
        }
        try:
            row.clean_fields(exclude={*unchecked, *kind.derived, "id"})
        except ValidationError as error:
            name, sentences = next(iter(error.message_dict.items()))
            raise _Wrong(f"Its {name}: {sentences[0]}") from error

    def _store(self, name):
        """Bring a media file in, unless it is here. Raises _Wrong."""
        if not _is_safe(name):
            raise _Wrong(f"A file cannot be called {str(name)[:100]!r}.")
        path = self.folder / "media" / name
        try:
            if path.is_symlink() or not path.is_file():
                raise _Wrong(f"Its file media/{name} is missing.")
            if default_storage.exists(name):
                if default_storage.size(name) == path.stat().st_size:
                    return
                default_storage.delete(name)  # its writing was cut short
            with path.open("rb") as file:
                default_storage.save(name, File(file))
        except OSError as error:
            raise _Wrong(f"media/{name}: {error.strerror or error}.") from error

    def _load_ties(self, type, lines, report):
        part, parents = TIES[type]
        is_list = isinstance(parents, list)
        keys = [record["key"] for _, record in lines]
        rows = (
            {key: key for key in keys if key in parents}
            if is_list
            else self.keys.rows(parents, keys)
        )
        here = {record["key"]: record for record in ties(type, list(rows.values()))}
        for number, record in lines:
            key = record["key"]
            try:
                if key not in rows:
                    raise _Wrong("There is nothing of this name.")
                stands = here.get(key)
                if record != stands and _is_as_born(type, stands):
                    MenuItem.objects.filter(menu=key).delete()
                elif stands is not None:
                    _compare(record, stands, report)
                    continue
                with transaction.atomic():
                    self._add_parts(part, rows[key], record.get(part.name) or [])
            except _Wrong as error:
                report.tell(number, f"{type} {key[:100]}: {error}")
                continue
            except (IntegrityError, DataError) as error:
                reason = str(error).partition("\n")[0]
                report.tell(number, f"{type} {key[:100]}: {reason}")
                continue
            report.new += 1


def _is_as_born(type, record):
    """Say whether a menu is the one that an empty site is born with."""
    if type != "menu" or record is None:
        return False
    lines = record["lines"]
    return (
        len(lines) == len(BORN_WITH)
        and {line["address"] for line in lines} == BORN_WITH
    )


def _compare(record, here, report):
    told = ({k: v for k, v in r.items() if k != "id"} for r in (record, here))
    if next(told) == next(told):
        report.unchanged += 1
    else:
        report.kept.append(f"{record['type']} {record['key']}")


def files_in(kind, record):
    """Return the names of the media files a record needs."""
    names = [
        record[f.name]
        for f in kind.fields
        if isinstance(f, models.FileField) and record.get(f.name)
    ]
    renditions = record.get("renditions") if kind.type == "picture" else None
    return [*names, *(f.get("name") for f in renditions or [] if isinstance(f, dict))]


def _is_safe(name):
    return (
        isinstance(name, str)
        and MEDIA_NAME.fullmatch(name)
        and not name.startswith("/")
        and not {"", ".", ".."} & set(name.split("/"))
    )


def _free_key(model, wanted):
    """Return the wanted database key if no row has it, else one that none will get."""
    rows = model._base_manager
    is_key = isinstance(wanted, int) and 0 < wanted < 2**62
    if is_key and not rows.filter(pk=wanted).exists():
        return wanted
    if connection.vendor == "sqlite":
        # One writes at a time: the next one is ours.
        return (rows.aggregate(last=models.Max("pk"))["last"] or 0) + 1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s))",
                [model._meta.db_table, model._meta.pk.column],
            )
            (pk,) = cursor.fetchone()
        if not rows.filter(pk=pk).exists():
            return pk


def _number_on(model):
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
