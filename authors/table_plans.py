"""What a table of authors, tags or sections says, and what importing it would do.

`make_plan(table, sheet, user)` compares a sheet with what is stored and writes
nothing; `carry_out(plan, user)` writes it, all or nothing. A cell is a change only
if it differs from what an export would write there, so export and import change
nothing. An empty cell leaves the stored value as it is.
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from authors.sheets import BadSheet, Sheet, tidy

# SQLite takes no more than 999 values in a query in its older builds.
CHUNK = 500
YES = {"yes", "y", "true", "1", "x", "on"}
NO = {"no", "n", "false", "0", "off"}


class Column:
    """One column: a field of the model, written and read as text.

    Subclasses say otherwise. `needs` are the permissions to change it; a column
    `for_editors` is only exported to those who may change the rows; one that is
    `only_out` is not read at all.
    """

    only_out = False

    def __init__(self, name, label, *, needs=(), for_editors=False):
        self.name = name
        self.label = label
        self.needs = needs
        self.for_editors = for_editors

    def bind(self, model):
        self.field = model._meta.get_field(self.name)

    def words(self):
        """Return what the column may be called: here, in English, in the code."""
        with override(None):
            english = str(self.label)
        return {word.casefold() for word in (str(self.label), english, self.name)}

    def text(self, row) -> str:
        return self.as_text(getattr(row, self.name))

    def as_text(self, value) -> str:
        return self.plain(str(value))

    def plain(self, text) -> str:
        text = tidy(text)
        # A field of one line has no line breaks, whatever an import brought.
        return text if self.is_long else " ".join(text.split())

    @property
    def is_long(self):
        return isinstance(self.field, models.TextField)

    def read(self, cell, draft):
        """Return the value of a cell that is not empty; raises ValidationError."""
        return self.field.clean(self.plain(cell), None)

    def text_after(self, draft, value) -> str:
        """Return what an export would write once the value is stored."""
        return self.as_text(value)

    def put(self, row, value):
        setattr(row, self.name, value)

    def save(self, row, value):
        """Write what is not in the row itself, once the row is saved."""


class NameColumn(Column):
    def read(self, cell, draft):
        if not any(letter.isprintable() and not letter.isspace() for letter in cell):
            raise ValidationError(_("The name is blank."))
        return super().read(cell, draft)


class SlugColumn(Column):
    """Finds the row. A new row may bring its own; nothing changes a stored one."""


class YesNoColumn(Column):
    def as_text(self, value):
        return _("yes") if value else _("no")

    def read(self, cell, draft):
        word = cell.casefold()
        if word in YES or word == _("yes").casefold():
            return True
        if word in NO or word == _("no").casefold():
            return False
        raise ValidationError(
            _("Say yes or no, not “%(cell)s”."), params={"cell": cell}
        )


class NumberColumn(Column):
    # PostgreSQL's smallint; SQLite would take any number.
    largest = 32_767

    def read(self, cell, draft):
        if not re.fullmatch(r"\d{1,9}", cell, re.ASCII) or int(cell) > self.largest:
            raise ValidationError(
                _("Say a whole number from 0 to 32767, not “%(cell)s”."),
                params={"cell": cell},
            )
        return int(cell)


class WordsColumn(Column):
    """Other names that lead to the row, by semicolons. They are only ever added."""

    def bind(self, model):
        self.related = getattr(model, self.name).rel.related_model
        self.field = self.related._meta.get_field("name")

    def stored(self, row):
        return [other.name for other in getattr(row, self.name).all()] if row.pk else []

    def text(self, row):
        return join([self.as_text(name) for name in self.stored(row)], "; ")

    def read(self, cell, draft):
        """Return the names that are new; what is missing is told, and stays."""
        stored = {self.as_text(name).lower() for name in self.stored(draft.row)}
        named = {}
        for name in split(cell, ";"):
            named.setdefault(self.as_text(name).lower(), self.field.clean(name, None))
        for name in self.stored(draft.row):
            if self.as_text(name).lower() not in named:
                draft.remarks.append(
                    _("“%(name)s” stays: an import adds names and takes none away.")
                    % {"name": name}
                )
        return [name for lower, name in named.items() if lower not in stored]

    def text_after(self, draft, value):
        return join([*map(self.as_text, self.stored(draft.row)), *value], "; ")

    def put(self, row, value):
        pass

    def save(self, row, value):
        for name in value:
            getattr(row, self.name).create(name=name)


def join(parts, mark):
    """Return the parts in one text; a mark inside one of them gets a backslash."""
    sign = mark.strip()
    return mark.join(
        part.replace("\\", "\\\\").replace(sign, f"\\{sign}") for part in parts
    )


def split(text, sign):
    """Return the parts that `join` joined, without empty ones."""
    parts = [""]
    for piece in re.findall(r"\\.|.", text, re.DOTALL):
        if piece == sign:
            parts.append("")
        else:
            parts[-1] += piece[1:] if len(piece) == 2 else piece
    return [part.strip() for part in parts if part.strip()]


@dataclass
class Change:
    column: Column
    before: str
    after: str


@dataclass
class Draft:
    """A row of the file: the stored row it is about, or a new one."""

    number: int
    row: models.Model
    cells: dict[str, str]
    values: dict[str, object] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    called: str = ""  # what the preview calls it, where it has no name

    @property
    def is_new(self):
        return self.row.pk is None

    @property
    def label(self):
        name = self.called or self.cells.get("name") or self.row.name
        return name or self.cells.get("slug", "")

    def complain(self, label, sentence):
        self.problems.append((str(label), str(sentence)))


@dataclass
class Plan:
    """What an import would do, and everything it found on the way."""

    table: "Table"
    drafts: list[Draft]
    remarks: list[str]

    @property
    def wrong(self):
        return [draft for draft in self.drafts if draft.problems]

    @property
    def new(self):
        return [draft for draft in self.drafts if draft.is_new and not draft.problems]

    @property
    def changed(self):
        return [
            draft
            for draft in self.drafts
            if draft.changes and not draft.is_new and not draft.problems
        ]

    @property
    def same(self):
        return [
            draft
            for draft in self.drafts
            if not (draft.changes or draft.is_new or draft.problems)
        ]

    @property
    def is_ready(self):
        return not self.wrong and bool(self.new or self.changed)

    def digest(self):
        """Return what tells whether somebody saw this very plan."""
        told = [
            [
                *(draft.number, draft.row.pk, draft.problems),
                *([c.column.name, c.before, c.after] for c in draft.changes),
            ]
            for draft in self.drafts
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


class Table:
    """Rows of one model as a table. Subclasses name the model and its columns."""

    model = None
    columns = ()
    prefetch = ()
    # Hold the rows that a plan is about until the transaction ends.
    locks = False
    # Columns that say which row is meant: one of them must be there.
    identified_by = ("name", "slug")
    identified_as = gettext_lazy("“name” or “slug”")
    rule = gettext_lazy(
        "Each row is about the one with its slug; without a slug, about the one with "
        "exactly its name. If there is none, it becomes a new one."
    )

    def __init__(self):
        for column in self.columns:
            if not column.only_out:
                column.bind(self.model)

    def columns_for(self, may_change):
        return [c for c in self.columns if may_change or not c.for_editors]

    def export(self, rows, *, may_change):
        """Return (header, rows of text) of a queryset."""
        columns = self.columns_for(may_change)
        self.prepare_export(may_change)
        rows = rows.prefetch_related(*self.prefetch)
        header = [str(column.label) for column in columns]
        return header, ([column.text(row) for column in columns] for row in rows)

    def prepare_export(self, may_change):
        """Look up at once what the columns need for every row."""

    def check(self, drafts):
        """Complain of what only shows when all rows are seen together."""

    def saving_order(self, drafts):
        return drafts

    def match_rows(self, numbered):
        """Return the drafts of [(number, {column's name: text})]."""
        return _match_rows(self, numbered)

    def store(self, drafts, is_new):
        """Save the rows of drafts whose values have been put into them."""
        for draft in drafts:
            if is_new(draft):
                draft.row.save()
            elif own := [name for name in draft.values if _is_own(self, name)]:
                draft.row.save(update_fields=own)
            self.store_parts(draft)

    def store_parts(self, draft):
        for column in self.columns:
            if column.name in draft.values:
                column.save(draft.row, draft.values[column.name])

    def stored(self, lookup, values):
        """Yield the stored rows whose field is one of the values."""
        values = sorted(values)
        for start in range(0, len(values), CHUNK):
            found = self.model.objects.filter(
                **{f"{lookup}__in": values[start : start + CHUNK]}
            )
            if self.locks:
                found = found.select_for_update()
            yield from found.prefetch_related(*self.prefetch)


def make_plan(table, sheet: Sheet, user) -> Plan:
    """Return what importing the sheet would do. Writes nothing.

    Raises BadSheet where the table as a whole cannot be read.
    """
    places, remarks = _match_columns(table, sheet, user)
    drafts = table.match_rows(_cells(sheet, places))
    by_number = {draft.number: draft for draft in drafts}
    labels = {place: column.label for place, column in places.items()}
    for number, place, sentence in sheet.problems:
        if number in by_number:
            by_number[number].complain(labels.get(place, ""), sentence)
    columns = [column for column in places.values() if not column.only_out]
    for draft in drafts:
        if not draft.problems:
            _read_row(draft, columns)
    table.check(drafts)
    return Plan(table, drafts, [*sheet.remarks, *remarks])


def _match_columns(table, sheet, user):
    """Return {place: column} and what to say about the others."""
    known = {word: column for column in table.columns for word in column.words()}
    places, unknown, forbidden = {}, [], []
    for place, name in enumerate(sheet.header):
        column = known.get(" ".join(name.casefold().split()))
        if column in places.values():
            raise BadSheet(
                _("The column “%(name)s” stands in the table twice.") % {"name": name}
            )
        if column is None:
            unknown.append(f"“{name}”" if name else _("the %dth") % (place + 1))
        elif not user.has_perms(column.needs):
            forbidden.append(f"“{name}”")
        else:
            places[place] = column
    if not any(column.name in table.identified_by for column in places.values()):
        names = ", ".join(str(c.label) for c in table.columns if not c.only_out)
        raise BadSheet(
            _(
                "The first row must name the columns, %(wanted)s among them. "
                "These are known: %(names)s."
            )
            % {"wanted": table.identified_as, "names": names}
        )
    remarks = []
    if unknown:
        text = _("Columns that are not known here and are left out: %s.")
        remarks.append(text % ", ".join(unknown))
    if forbidden:
        text = _("Columns that you may not change and that are left out: %s.")
        remarks.append(text % ", ".join(forbidden))
    return places, remarks


def _cells(sheet, places):
    """Yield (number, {column's name: text}) with the cells that are not empty."""
    for number, cells in sheet.rows:
        named = {column.name: cells[place] for place, column in places.items()}
        # A NUL is kept, to be complained of; tidy() would take it away.
        yield (
            number,
            {
                name: "\0" if "\0" in text else tidied
                for name, text in named.items()
                if (tidied := tidy(text)) or "\0" in text
            },
        )


def _match_rows(table, numbered):
    """Return drafts: each row finds its stored one by slug, else by exact name."""
    numbered = list(numbered)
    slugs = {cells["slug"] for _number, cells in numbered if "slug" in cells}
    names = {cells["name"] for _number, cells in numbered if "name" in cells}
    by_slug = {row.slug: row for row in table.stored("slug", slugs - {"\0"})}
    by_name = {}
    for row in table.stored("name", names - {"\0"}):
        by_name.setdefault(row.name, []).append(by_slug.get(row.slug, row))
    drafts = []
    for number, cells in numbered:
        slug, namesakes = cells.get("slug"), by_name.get(cells.get("name"), [])
        draft = Draft(number, table.model(), cells)
        if slug in by_slug:
            draft.row = by_slug[slug]
        elif slug is None and len(namesakes) == 1:
            draft.row = namesakes[0]
        elif namesakes:
            _say_namesakes(draft, namesakes)
        if draft.is_new and "name" not in cells:
            draft.complain(gettext_lazy("name"), _missing_name(slug))
        drafts.append(draft)
    _refuse_doubles(drafts)
    return drafts


def _missing_name(slug):
    if slug:
        return _("Nothing has the slug “%(slug)s”, and something new needs a name.") % {
            "slug": slug
        }
    return _("The name is blank.")


def _say_namesakes(draft, namesakes):
    slugs = ", ".join(f"“{row.slug}”" for row in namesakes)
    if "slug" in draft.cells:
        draft.remarks.append(
            _("There is one of this name already, with the slug %(slugs)s.")
            % {"slugs": slugs}
        )
    else:
        draft.complain(
            gettext_lazy("name"),
            _("Several have this name: say which by the slug (%(slugs)s).")
            % {"slugs": slugs},
        )


def _refuse_doubles(drafts):
    """Complain of rows about the same as an earlier one."""
    seen = {}
    for draft in drafts:
        if not draft.is_new:
            key = ("pk", draft.row.pk)
        elif "slug" in draft.cells:
            key = ("slug", draft.cells["slug"])
        else:
            key = ("name", draft.cells.get("name", "").casefold() or draft.number)
        first = seen.setdefault(key, draft)
        if first is not draft:
            draft.complain(
                gettext_lazy("name") if key[0] == "name" else gettext_lazy("slug"),
                _(
                    "Row %(row)s is about the same. Keep one of the two, or give "
                    "each its own slug."
                )
                % {"row": first.number},
            )


def _read_row(draft, columns):
    """Note what the cells change, and what is wrong with them."""
    for column in columns:
        cell = draft.cells.get(column.name)
        if cell is None:
            continue
        if cell == "\0":
            draft.complain(column.label, _("There is a NUL in it, which is no text."))
            continue
        before = "" if draft.is_new else column.text(draft.row)
        if column.plain(before) == column.plain(cell):
            continue
        try:
            value = column.read(cell, draft)
        except ValidationError as error:
            draft.complain(column.label, " ".join(error.messages))
            continue
        after = column.text_after(draft, value)
        if after != before:
            draft.values[column.name] = value
            draft.changes.append(Change(column, before, after))


def carry_out(plan: Plan, user) -> Counter:
    """Write what the plan says, in one transaction, and return how many of what.

    The caller holds a transaction in which it made the plan of a table that locks,
    so that nobody comes between.
    """
    columns = {column.name: column for column in plan.table.columns}
    new, changed = plan.new, plan.changed
    is_new = {id(draft) for draft in new}
    with transaction.atomic():
        for draft in [*new, *changed]:
            for name, value in draft.values.items():
                columns[name].put(draft.row, value)
        drafts = plan.table.saving_order([*new, *changed])
        plan.table.store(drafts, lambda draft: id(draft) in is_new)
        _log(user, plan.table, new, ADDITION, _("Added by a table."))
        _log(user, plan.table, changed, CHANGE, _("Changed by a table."))
    return Counter(new=len(new), changed=len(changed), same=len(plan.same))


def _is_own(table, name):
    return any(f.name == name for f in table.model._meta.concrete_fields)


def _log(user, table, drafts, flag, message):
    if drafts:
        rows = [draft.row for draft in drafts]
        LogEntry.objects.log_actions(user.pk, rows, flag, change_message=message)
