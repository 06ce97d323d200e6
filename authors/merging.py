"""Forms that lose nobody's text when two people change one row.

A form carries, in a hidden input, a digest of every field as it was when the form
was opened. When it comes back, each field has three states: the base (what the
digest tells), theirs (what is stored now) and mine (what was sent). Where only one
side moved from the base, that side counts. Where both did, nothing is saved: both
are shown, with a choice, and what was typed stays in the form. One person's two
tabs are two sides like any other two. A form without the hidden input (a script's)
writes what it sends.

The row must be locked from reading theirs to writing: see DeskAdmin.get_object.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db.models import Model, QuerySet
from django.forms.formsets import (
    DELETION_FIELD_NAME,
    INITIAL_FORM_COUNT,
    TOTAL_FORM_COUNT,
    ManagementForm,
)
from django.forms.models import BaseInlineFormSet, InlineForeignKeyField
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

BASE = "_base"
CHOICE = "_choice"
MINE, THEIRS = "mine", "theirs"
# In a base: the fields whose two sides were shown and wait for a choice.
ASKED = "?"


def spelled(value):
    """Return a field's value, initial or cleaned, as one text or list of texts.

    The two sides of a field reach a form in different shapes: a key or its row, a
    queryset or a list, a second more or less. Equal values are spelled alike.
    """
    if value is None or value is False:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, datetime):
        moment = value.replace(second=0, microsecond=0)
        return moment.astimezone(UTC).isoformat() if moment.tzinfo else str(moment)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, File):
        return value.name or ""
    if isinstance(value, list | tuple | set | QuerySet):
        return sorted(map(spelled, value))
    return "\n".join(str(value).splitlines()).strip()


def mark(value):
    """Return what a base holds of a spelled value: a list itself, a text's digest."""
    if isinstance(value, list):
        return value
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def read_base(data, name):
    """Return the base that was sent under this name; {} if none, or if garbled."""
    try:
        base = json.loads(data.get(name) or "{}")
    except ValueError:
        return {}
    if not isinstance(base, dict) or not isinstance(base.get(ASKED, []), list | str):
        return {}
    return base


def hidden(name, base):
    return format_html(
        '<input type="hidden" name="{}" value="{}">', name, json.dumps(base)
    )


@dataclass(frozen=True)
class Clash:
    """A field that both sides changed, as the page shows it."""

    name: str  # of the inputs that choose
    label: str
    theirs: str
    mine: str
    difference: str = ""  # HTML of a form that knows better than the two texts
    is_text: bool = False  # told word by word


def verdict(base, theirs, mine, *, was_asked=False, choice=None):
    """Return which of two spelled values stands: MINE, THEIRS, or None for a clash.

    `base` is the mark of what both began with. Where the page asked, it is that of
    what the page showed as theirs, and `choice` is the answer: it counts as long as
    that is what is stored.
    """
    if theirs == mine:
        return MINE
    if was_asked:
        return choice if choice in (MINE, THEIRS) and mark(theirs) == base else None
    if mark(theirs) == base:
        return MINE
    return THEIRS if mark(mine) == base else None


class MergingForm(forms.ModelForm):
    """A row's form; see the module's text.

    `merged` names the fields taken from the other side, `clashes` those to choose.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.merged = []
        self.clashes = []
        self.settled = {}

    @cached_property
    def base_name(self):
        return self.add_prefix(BASE)

    @cached_property
    def base(self):
        """What was stored when the form was opened: {field: mark}."""
        return read_base(self.data, self.base_name) if self.is_bound else self.stored

    @cached_property
    def stored(self):
        """What is stored now: {field: mark}."""
        if self.instance.pk is None:
            return {}
        own = self.instance._meta.pk.name
        return {
            name: mark(self.theirs(name))
            for name, field in self.fields.items()
            if name not in (own, DELETION_FIELD_NAME)
            and not isinstance(field, InlineForeignKeyField)
        }

    @property
    def base_input(self):
        """The hidden inputs: the base, and what was chosen where more is to choose."""
        if not self.base:
            return ""
        chosen = [
            format_html('<input type="hidden" name="{}" value="{}">', name, choice)
            for name, choice in self.settled.items()
        ]
        return mark_safe("".join([hidden(self.base_name, self.base), *chosen]))

    def theirs(self, name):
        field = self.fields[name]
        return self.spell(name, self.get_initial_for_field(field, name))

    def spell(self, name, value):
        field = self.fields[name]
        return field.spelled(value) if hasattr(field, "spelled") else spelled(value)

    def _clean_fields(self):
        super()._clean_fields()
        if self.instance.pk is not None:
            self._merge()
            self._leave_untouched()

    def _merge(self):
        for name in list(self.cleaned_data):
            field = self.fields.get(name)
            if field is None or field.disabled or name not in self.base:
                continue
            base, stored = self.base[name], self.theirs(name)
            typed = self.spell(name, self.cleaned_data[name])
            was_asked = name in self.base.get(ASKED, [])
            input_name = self.add_prefix(f"{CHOICE}-{name}")
            choice = self.data.get(input_name)
            stands = verdict(base, stored, typed, was_asked=was_asked, choice=choice)
            if was_asked and stands and stored != typed:
                self.settled[input_name] = stands
            if stands == THEIRS:
                self._take_theirs(name)
            elif stands is None and isinstance(stored, list) and isinstance(base, list):
                self._take_both(name, base)
            elif stands is None:
                self._ask(name, input_name, stored, typed)
        if self.merged:
            changed = self.changed_data
            self.__dict__["changed_data"] = [n for n in changed if n not in self.merged]

    def _leave_untouched(self):
        """Keep what is stored of a field as it is, where the form only shortens it.

        A form shows a moment to the minute; its seconds are not to get lost.
        """
        stored = {field.name for field in self.instance._meta.concrete_fields}
        for name in stored & self.cleaned_data.keys() - set(self.changed_data):
            self.cleaned_data[name] = getattr(self.instance, name)

    def _take_theirs(self, name):
        self.merged.append(name)
        if name in {field.name for field in self.instance._meta.concrete_fields}:
            self.cleaned_data[name] = getattr(self.instance, name)
        else:
            initial = self.get_initial_for_field(self.fields[name], name)
            self.cleaned_data[name] = initial

    def _take_both(self, name, base):
        """Of a set of rows: theirs, with what I added and without what I removed."""
        initial = self.get_initial_for_field(self.fields[name], name) or []
        theirs = {self._key(name, row): row for row in initial}
        mine = {self._key(name, row): row for row in self.cleaned_data[name]}
        both = {
            key: row for key, row in theirs.items() if key in mine or key not in base
        }
        both |= {key: row for key, row in mine.items() if key not in base}
        rows = list(both.values())
        if isinstance(self.cleaned_data[name], QuerySet):
            keys = [row.pk for row in rows]
            rows = self.cleaned_data[name].model._default_manager.filter(pk__in=keys)
        self.cleaned_data[name] = rows
        if both.keys() != mine.keys():
            self.merged.append(name)

    def _key(self, name, row):
        return self.spell(name, [row])[0]

    def _ask(self, name, input_name, stored, typed):
        self.clashes.append(
            Clash(
                name=input_name,
                label=str(self.fields[name].label or name),
                theirs=self.told(name, stored),
                mine=self.told(name, typed),
                difference=self.difference(name, stored, typed),
                is_text=isinstance(self.fields[name], forms.CharField),
            )
        )
        self.base[name] = mark(stored)
        self.base[ASKED] = sorted({*self.base.get(ASKED, []), name})
        self.add_error(
            name,
            _("Somebody else changed this too: choose at the top of the page."),
        )

    def told(self, name, value):
        """Return a spelled value in words for the page of a clash."""
        field = self.fields[name]
        if hasattr(field, "told"):
            return field.told(value)
        if isinstance(field, forms.ModelChoiceField) and value:
            values = value if isinstance(value, list) else [value]
            return ", ".join(str(row) for row in field.queryset.filter(pk__in=values))
        if isinstance(field, forms.BooleanField):
            return str(_("yes") if value else _("no"))
        if choices := getattr(field, "choices", None):
            return str(dict(choices).get(value, value))
        return ", ".join(value) if isinstance(value, list) else value

    def difference(self, name, stored, typed):
        """Return safe HTML that shows the two word by word, or "".

        A form that can compare texts does it here.
        """
        return ""


class BaseForm(ManagementForm):
    """The numbers that every formset sends, and the base of its rows."""

    def __init__(self, *args, base=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.row_base = base

    def render(self, *args, **kwargs):
        base = hidden(f"{self.prefix}-{BASE}", self.row_base)
        return mark_safe(super().render(*args, **kwargs) + base)

    __str__ = render
    __html__ = render


def management_form(formset):
    """Return a formset's management form with its `row_base`, as a BaseForm.

    Django's own where that was garbled: it says so itself.
    """
    plain = BaseInlineFormSet.management_form.func(formset)
    if formset.is_bound and not plain.is_valid():
        return plain
    form = BaseForm(
        *((formset.data,) if formset.is_bound else ()),
        base=formset.row_base,
        auto_id=formset.auto_id,
        prefix=formset.prefix,
        initial=plain.initial,
        renderer=formset.renderer,
    )
    form.full_clean()
    return form


class MergingFormSet(BaseInlineFormSet):
    """The rows of an inline, each merged like a form of its own.

    A row that somebody else deleted stays deleted, unless it was changed here: then
    it is made again. A row that somebody else changed is not deleted unseen.
    """

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        if data is not None:
            self.row_base = read_base(data, f"{self.prefix}-{BASE}")
            self.data = self._without_gone(data)

    @cached_property
    def management_form(self):
        if not self.is_bound:
            self.row_base = {
                str(form.instance.pk): form.stored
                for form in self.initial_forms
                if isinstance(form, MergingForm)
            }
        return management_form(self)

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        if self.is_bound and isinstance(form, MergingForm):
            form.base = self.row_base.get(str(form.instance.pk), {})
        return form

    def _without_gone(self, data):
        """Return the data without the rows that are gone from the database.

        What was changed of them here comes back as a new row.
        """
        numbers = BaseInlineFormSet.management_form.func(self)
        if not numbers.is_valid() or not self.row_base:
            return data
        total, first_new = (
            numbers.cleaned_data[name]
            for name in (TOTAL_FORM_COUNT, INITIAL_FORM_COUNT)
        )
        total = min(total, self.absolute_max)
        pk_name = self.model._meta.pk.name
        here = {str(row.pk) for row in self.get_queryset()}
        stay, new = [], list(range(first_new, total))
        for i in range(first_new):
            pk = data.get(f"{self.prefix}-{i}-{pk_name}", "")
            if pk in here or pk not in self.row_base:
                stay.append(i)
            elif self._was_changed(data, i, self.row_base[pk]):
                new.append(i)
        if len(stay) == first_new:
            return data
        return self._renumbered(data, stay, new, pk_name)

    def _was_changed(self, data, i, base):
        prefix = f"{self.prefix}-{i}"
        if data.get(f"{prefix}-DELETE"):
            return False
        form = self.form(data, prefix=prefix, instance=self.model())
        if not form.is_valid():
            return True
        return any(
            mark(form.spell(name, value)) != base[name]
            for name, value in form.cleaned_data.items()
            if name in base
        )

    def _renumbered(self, data, stay, new, pk_name):
        renumbered = data.copy()
        for key in data:
            if (
                key.startswith(f"{self.prefix}-")
                and key[len(self.prefix) + 1].isdigit()
            ):
                del renumbered[key]
        for row, i in enumerate([*stay, *new]):
            before = f"{self.prefix}-{i}-"
            for key in data:
                if key.startswith(before):
                    name = key[len(before) :]
                    renumbered.setlist(f"{self.prefix}-{row}-{name}", data.getlist(key))
            if i in new:
                renumbered[f"{self.prefix}-{row}-{pk_name}"] = ""
        renumbered[f"{self.prefix}-{TOTAL_FORM_COUNT}"] = len(stay) + len(new)
        renumbered[f"{self.prefix}-{INITIAL_FORM_COUNT}"] = len(stay)
        return renumbered

    def clean(self):
        super().clean()
        changed = []
        for form in self.initial_forms:
            if not (self.can_delete and self._should_delete_form(form)):
                continue
            base = self.row_base.get(str(form.instance.pk), {})
            stored = form.stored
            if any(stored[name] != base[name] for name in base if name in stored):
                self.row_base[str(form.instance.pk)] = stored
                changed.append(str(form.instance))
        if changed:
            raise ValidationError(
                _(
                    "Somebody else changed “%(rows)s” while you had this open. To "
                    "delete it all the same, save again."
                ),
                params={"rows": "”, “".join(changed)},
            )

    @property
    def clashes(self):
        return [clash for form in self.forms for clash in getattr(form, "clashes", [])]
