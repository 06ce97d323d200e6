"""The rows that belong to an article's form: its bylines and its corrections.

Their rows in the database change under an open form: a live article's are copied
for its working copy and thrown away when that is published. So the form sends them
as values, not by their keys, and what they say is compared.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet, InlineForeignKeyField
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from articles import revisions
from articles.models import Byline, Correction
from authors.desk import DeskStackedInline, SortedForm, SortedInline
from authors.merging import (
    BASE,
    CHOICE,
    MINE,
    THEIRS,
    Clash,
    management_form,
    mark,
    read_base,
    spelled,
    verdict,
)
from authors.shown import change


class AnyParent(InlineForeignKeyField):
    """Belongs to the row the form edits now, whichever it was when it was opened."""

    def clean(self, value):
        return self.parent_instance


class ValuesForm(forms.ModelForm):
    """A row that is checked alone: its place in the database is found later."""

    def validate_unique(self):
        pass

    def _get_validation_exclusions(self):
        # The database's own rules are about rows that this one will replace.
        return {*super()._get_validation_exclusions(), "article"}


class ValuesFormSet(BaseInlineFormSet):
    """Rows as values. Subclasses say what they are, now and as sent.

    `row_base` is what the page was opened with: {key of a value: mark of it}.
    """

    def __init__(self, data=None, files=None, instance=None, **kwargs):
        kwargs.pop("queryset", None)
        self.clashes = []
        self.is_merged = False  # something stands here that the page did not show
        super().__init__(
            data, files, instance, queryset=self.model._default_manager.none(), **kwargs
        )
        self.row_base = (
            {key: mark(text) for key, text in self.theirs().items()}
            if data is None
            else read_base(data, f"{self.prefix}-_base")
        )

    @cached_property
    def management_form(self):
        return management_form(self)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields[self.fk.name] = AnyParent(self.instance, label="")

    def initial_form_count(self):
        """Return 0: every row is a new one to Django."""
        return 0

    def theirs(self):
        """Return what is stored now: {key: text}."""
        raise NotImplementedError

    def settle(self, key, label, theirs, mine):
        """Return which of two texts stands: MINE, THEIRS, or None for a clash."""
        base = self.row_base.get(key)
        if base is None:
            return MINE
        asked, name = f"?{key}", f"{CHOICE}-{self.prefix}-{key}"
        was_asked = asked in self.row_base
        choice = self.data.get(name)
        stands = verdict(base, theirs, mine, was_asked=was_asked, choice=choice)
        if stands:
            self.is_merged = self.is_merged or (stands == THEIRS and not was_asked)
            return stands
        self.clashes.append(Clash(name, str(label), theirs, mine, is_text=True))
        self.row_base[key] = mark(theirs)
        self.row_base[asked] = ""
        return None

    def filled(self):
        """Return the rows that say something, in the order they were sent."""
        return [
            form
            for form in self.forms
            if form.has_changed()
            and form.cleaned_data
            and not form.cleaned_data.get(DELETION_FIELD_NAME)
        ]

    def refuse_clashes(self):
        if self.clashes:
            raise ValidationError(
                _("Somebody else changed this too: choose at the top of the page.")
            )

    def save(self, commit=True):
        """Write the rows that stand; tell the history that they changed."""
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        before = self.theirs()
        self.write()
        self.has_written = before != self.theirs()
        return []


class BylineForm(SortedForm, ValuesForm):
    pass


class BylineFormSet(ValuesFormSet):
    """The byline as one value: who stands in it, in which order."""

    lines = None  # [(author, role, credit), …], or None to leave what is stored

    def theirs(self):
        stored = (
            self.instance.bylines.select_related("author") if self.instance.pk else ()
        )
        return {"lines": told(_line(b.author, b.role, b.credit) for b in stored)}

    def clean(self):
        if any(self.errors):
            return
        rows = sorted(self.filled(), key=lambda form: form.cleaned_data["position"])
        lines = [
            tuple(form.cleaned_data[name] for name in ("author", "role", "credit"))
            for form in rows
        ]
        if len({(author, role) for author, role, _credit in lines}) < len(lines):
            raise ValidationError(_("This author stands in the byline already."))
        mine = told(_line(*line) for line in lines)
        verdict = self.settle("lines", _("Bylines"), self.theirs()["lines"], mine)
        self.refuse_clashes()
        self.lines = lines if verdict == MINE else None

    def write(self):
        if self.lines is not None:
            revisions.set_bylines(self.instance, self.lines)


def _line(author, role, credit):
    name = f"{credit} ({author.name})" if credit else author.name
    return f"{role}: {name}" if role else name


def told(lines):
    return "\n".join(lines)


class CorrectionForm(ValuesForm):
    # Correction.key, which no form may change.
    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)


class CorrectionFormSet(ValuesFormSet):
    """Corrections by their keys: added and reworded, never taken away."""

    def theirs(self):
        if not self.instance.pk:
            return {}
        return {
            str(c.key): _correction(c.kind, c.place, c.corrected_at, c.text)
            for c in self.instance.corrections.all()
        }

    def clean(self):
        self.standing = []
        if any(self.errors):
            return
        theirs = self.theirs()
        for form in self.filled():
            row = form.cleaned_data
            key = str(row.get("uid") or "")
            mine = _correction(
                *(row[n] for n in ("kind", "place", "corrected_at", "text"))
            )
            if key not in theirs and self.row_base.get(key) == mark(mine):
                # Discarded with other changes, while this page still showed it.
                continue
            if (
                key not in theirs
                or self.settle(key, _("Correction"), theirs[key], mine) == MINE
            ):
                self.standing.append(row)
        if f"{self.prefix}-{BASE}" in self.data:
            sent = {str(form.cleaned_data.get("uid") or "") for form in self.filled()}
            self.is_merged = self.is_merged or not theirs.keys() <= sent
        self.refuse_clashes()

    def write(self):
        theirs = self.theirs()
        for row in self.standing:
            values = {n: row[n] for n in ("kind", "place", "corrected_at", "text")}
            key = str(row.get("uid") or "")
            if theirs.get(key) == _correction(
                *(row[n] for n in ("kind", "place", "corrected_at", "text"))
            ):
                continue
            if key in theirs:
                self.instance.corrections.filter(key=key).update(**values)
                change(self.instance.shown_key())
            else:
                Correction.objects.create(article=self.instance, **values)


def _correction(kind, place, corrected_at, text):
    label = Correction.Kind(kind).label
    day = spelled(corrected_at)
    return f"{label}, {Correction.Place(place).label}, {day}\n{spelled(text)}"


class BylineInline(SortedInline):
    model = Byline
    form = BylineForm
    formset = BylineFormSet
    fields = ["author", "role", "credit", "position"]
    autocomplete_fields = ["author"]
    verbose_name_plural = _("bylines")

    def get_extra(self, request, article=None, **kwargs):
        return max(1, article.bylines.count()) if article else 1

    def initial(self, article):
        return [
            {
                "author": line.author_id,
                "role": line.role,
                "credit": line.credit,
                "position": line.position,
            }
            for line in article.bylines.all()
        ]


class CorrectionInline(DeskStackedInline):
    """Corrections are said openly: they can be added and reworded, not deleted."""

    model = Correction
    form = CorrectionForm
    formset = CorrectionFormSet
    can_delete = False
    fields = [("kind", "place", "corrected_at"), "text", "uid"]

    def get_extra(self, request, article=None, **kwargs):
        return article.corrections.count() if article else 0

    def initial(self, article):
        return [
            {
                "kind": correction.kind,
                "place": correction.place,
                "corrected_at": correction.corrected_at,
                "text": correction.text,
                "uid": correction.key,
            }
            for correction in article.corrections.all()
        ]
