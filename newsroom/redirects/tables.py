"""The table of redirects, as CSV and Excel show it."""

from copy import copy

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from authors.table_plans import CHUNK, Column, Draft, Table, YesNoColumn
from newsroom.redirects import addresses
from newsroom.redirects.addresses import digest, folders, normal, spellings
from newsroom.redirects.making import make_many
from newsroom.redirects.models import HOPS, Redirect
from newsroom.redirects.refusing import page_stands_there, wrong_old, wrong_target
from newsroom.redirects.standing import standing

EXACT = Redirect.Match.EXACT


class ChoiceColumn(Column):
    """One of a field's choices, by its value or by its words."""

    def read(self, cell, draft):
        for value, label in self.field.choices:
            if cell.casefold() in (str(value), str(label).casefold()):
                return value
        raise ValidationError(
            _("“%(cell)s” is none of these: %(choices)s."),
            params={
                "cell": cell,
                "choices": ", ".join(str(value) for value, _l in self.field.choices),
            },
        )


class OutColumn(Column):
    """What the site knows itself; never read back."""

    only_out = True

    def as_text(self, value):
        if value is None:
            return ""
        if hasattr(value, "date"):
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
        return str(value)

    def text(self, row):
        return self.as_text(getattr(row, self.name))


class RedirectTable(Table):
    model = Redirect
    identified_by = ("old",)
    identified_as = gettext_lazy("“old address”")
    rule = gettext_lazy(
        "Each row is about the redirect of its old address, however that is spelled; "
        "if there is none, it becomes a new one. “Covers” is exact, prefix or pattern, "
        "exact where nothing is said; the answer is 301, 302 or 410."
    )

    def __init__(self):
        self.columns = [
            Column("old", gettext_lazy("old address")),
            Column("target", gettext_lazy("leads to")),
            ChoiceColumn("match", gettext_lazy("covers")),
            ChoiceColumn("answer", gettext_lazy("answer")),
            YesNoColumn("keeps_rest", gettext_lazy("keep what follows")),
            Column("note", gettext_lazy("note")),
            OutColumn("made_by", gettext_lazy("made by")),
            OutColumn("created_at", gettext_lazy("made")),
            OutColumn("hits", gettext_lazy("hits")),
            OutColumn("last_used_at", gettext_lazy("last used")),
        ]
        super().__init__()

    def match_rows(self, numbered):
        drafts, places, first = [], {}, {}
        for number, cells in numbered:
            draft = Draft(number, Redirect(), cells, called=cells.get("old", ""))
            drafts.append(draft)
            if "old" not in cells:
                draft.complain(self.columns[0].label, _("There is no old address."))
                continue
            place = places[number] = place_of(self.columns[2], draft)
            earlier = first.setdefault(place, draft)
            if earlier is not draft:
                draft.complain(
                    self.columns[0].label,
                    _("Row %(row)s is about the same.") % {"row": earlier.number},
                )
        digests = {each for each, _match in first}
        stored = {
            (row.digest, row.match): row for row in self.stored("digest", digests)
        }
        for draft in drafts:
            if not draft.problems and (row := stored.get(places[draft.number])):
                draft.row = row
                draft.cells["old"] = row.old
        return drafts

    def check(self, drafts):
        """Complain of what cannot be, of rings in the table too."""
        rows = []
        for draft in drafts:
            if draft.problems:
                continue
            row = copy(draft.row)
            for column in self.columns:
                if column.name in draft.values:
                    column.put(row, draft.values[column.name])
            if row.answer == Redirect.Answer.GONE and "target" not in draft.cells:
                row.target = ""
            for column, check in zip(
                self.columns, (wrong_old, wrong_target), strict=False
            ):
                if sentence := check(row):
                    draft.complain(column.label, sentence)
            if not draft.problems:
                row.old = addresses.at_home(row.old)
                row.fill()
                rows.append((draft, row))
        self._check_pages(rows)
        self._check_rings(rows)

    def _check_pages(self, rows):
        exact = [row.key for draft, row in rows if draft.is_new and row.match == EXACT]
        live = standing(exact)
        for draft, row in rows:
            if draft.is_new and row.match == EXACT and row.key in live:
                draft.complain(self.columns[0].label, page_stands_there())

    def _check_rings(self, rows):
        exact = {row.key: row for _draft, row in rows if row.match == EXACT}
        others = [row for _draft, row in rows if row.match != EXACT]
        near = near_stored([row for _draft, row in rows])
        for draft, row in rows:
            if draft.problems:
                continue
            if is_ring(row, exact, others):
                sentence = _("With other rows of the table this leads in a ring.")
                draft.complain(self.columns[1].label, sentence)
            elif row.digest in near:
                try:
                    copy(row).shorten()
                    list(row.shortened())
                except ValidationError as error:
                    draft.complain(self.columns[1].label, " ".join(error.messages))

    def store(self, drafts, is_new):
        for draft in drafts:
            draft.row.old = addresses.at_home(draft.row.old)
        make_many([draft.row for draft in drafts if is_new(draft)])
        for draft in drafts:
            if not is_new(draft):
                draft.row.save()


def place_of(column, draft):
    """Return (digest, match) of the redirect that a draft is about."""
    try:
        match = (
            column.read(draft.cells["match"], draft)
            if "match" in draft.cells
            else EXACT
        )
    except ValidationError:
        match = EXACT
    key = normal(addresses.at_home(draft.cells["old"]))
    if match == Redirect.Match.PREFIX and not key.endswith("/"):
        key += "/"
    return digest(key), match


def is_ring(row, exact, others):
    """Say whether rules that are not stored yet lead from this one back to it."""
    target = row.target
    for _hop in range(HOPS):
        if not target or not addresses.is_ours(target):
            return False
        key = normal(target)
        if row.lead(key) is not None:
            return row.is_open or not standing([key])
        found = next((exact[each] for each in spellings(key) if each in exact), None)
        found = found or next((r for r in others if r.lead(key) is not None), None)
        if found is None:
            return False
        target = found.lead(key)
    return True


def near_stored(rows):
    """Return the digests of those rows that stored ones may lead on, or lead to.

    Most of a table has nothing to do with what is stored: it need not be asked for row
    by row.
    """
    places, near = {}, set()
    for row in rows:
        if row.match != EXACT:
            near.add(row.digest)
        if addresses.is_ours(row.target):
            key = normal(row.target)
            for each in {*spellings(key), *folders(key)}:
                places.setdefault(digest(each), []).append(row.digest)
    for place in _stored("place", list(places)):
        near.update(places[place])
    own = [row.digest for row in rows]
    return near | set(_stored("target_digest", own))


def _stored(name, values):
    for start in range(0, len(values), CHUNK):
        some = {f"{name}__in": values[start : start + CHUNK]}
        yield from (
            Redirect.objects.filter(**some).order_by().values_list(name, flat=True)
        )
