"""The form of an article: its fields, its bylines, its corrections."""

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from articles import revisions
from articles.admin.moving import refuse_taken
from articles.admin.related_field import RelatedField
from articles.admin.tag_field import TagsField
from articles.compare import compare_values
from articles.models import Article
from authors.merging import MergingForm

MAIN = (None, {"fields": ["headline", "standfirst", "body"], "classes": ["main"]})
RELATED = (_("Related stories"), {"fields": ["related"], "classes": ["side"]})
# What a contributor fills in; the rest is the editors' business.
CONTRIBUTOR_FIELDSETS = [
    MAIN,
    (_("Filed under"), {"fields": ["section", "tags"], "classes": ["side"]}),
    (_("Lead picture"), {"fields": ["lead_picture"], "classes": ["side"]}),
    RELATED,
    (
        _("Sources and language"),
        {
            "fields": ["sources", "checked_by", "ai_use", "language"],
            "classes": ["side", "collapse"],
        },
    ),
]
# What readers get in its place.
WITHDRAWAL = ["withdrawal_notice", "withdrawal_answer"]
EDITOR_FIELDSETS = [
    MAIN,
    (_("Withdrawn"), {"fields": WITHDRAWAL, "classes": ["side"]}),
    (
        _("Filed under"),
        {
            "fields": ["section", "tags", ("series", "series_position")],
            "classes": ["side"],
        },
    ),
    (_("Lead picture"), {"fields": ["lead_picture"], "classes": ["side"]}),
    RELATED,
    (
        _("Dates"),
        {
            "fields": ["published_at", "expires_at", "changes_due_at"],
            "classes": ["side"],
        },
    ),
    (
        _("Planning"),
        {"fields": ["planned_for", "embargo_until"], "classes": ["side", "collapse"]},
    ),
    (
        _("Update for readers"),
        {
            "fields": ["material_update_at", "material_update_note"],
            "classes": ["side", "collapse"],
        },
    ),
    (
        _("Address and front page"),
        {
            "fields": ["path", "front_headline", "language"],
            "classes": ["side", "collapse"],
        },
    ),
    (
        _("Search engines and social media"),
        {
            "fields": ["seo_title", "seo_description", "social_picture"],
            "classes": ["side", "collapse"],
        },
    ),
    (
        _("Where it comes from"),
        {
            "fields": [
                *("sources", "checked_by", "ai_use"),
                *("first_published_in", "canonical_url"),
            ],
            "classes": ["side", "collapse"],
        },
    ),
    (
        _("Restrictions"),
        {"fields": ["has_no_ads", "is_no_index"], "classes": ["side", "collapse"]},
    ),
]


class ArticleForm(MergingForm):
    """Checks what only the form can know: which button was pressed.

    `verb` is the name of that button, set by ArticleAdmin. The row it edits may be
    the working copy of a live article.
    """

    verb = "save"
    related = RelatedField()

    class Meta:
        field_classes = {"tags": TagsField}
        widgets = {
            "headline": forms.Textarea(attrs={"rows": 1, "class": "headline"}),
            "standfirst": forms.Textarea(attrs={"rows": 2, "class": "standfirst"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "withdrawal_answer" in self.fields:
            self.fields["withdrawal_answer"].required = False
        if self.instance.pk is None:
            return
        picked = self.instance.related_stories.values_list("story", flat=True)
        self.initial["related"] = list(picked)
        field = self.fields.get("related")
        if field:
            field.stored = self.initial["related"]
            field.own = self.instance.original.pk

    def clean_related(self):
        """Leave the picks alone where a form was sent without the field."""
        is_sent = self._is_sent("related")
        return (
            self.cleaned_data["related"] if is_sent else self.initial.get("related", [])
        )

    def _is_sent(self, name):
        return not self.fields[name].widget.value_omitted_from_data(
            self.data, self.files, self.add_prefix(name)
        )

    def clean_withdrawal_notice(self):
        """Leave the notice alone where the form was opened before the withdrawal."""
        if self._is_sent("withdrawal_notice"):
            return self.cleaned_data["withdrawal_notice"]
        return self.instance.withdrawal_notice

    def clean_withdrawal_answer(self):
        return self.cleaned_data["withdrawal_answer"] or self.instance.withdrawal_answer

    def _save_m2m(self):
        super()._save_m2m()
        if "related" in self.cleaned_data:
            revisions.set_related(self.instance, self.cleaned_data["related"])

    def clean_headline(self):
        return " ".join(self.cleaned_data["headline"].split())

    def clean_path(self):
        if path := self.cleaned_data["path"]:
            refuse_taken(path, self.instance.original)
        return path

    def clean(self):
        super().clean()
        self._keep_embargo()
        if "published_at" not in self.fields:
            return
        published_at = self.cleaned_data.get("published_at")
        expires_at = self.cleaned_data.get("expires_at")
        is_published = self.instance.original.status == Article.Status.PUBLISHED
        if is_published and not published_at and "published_at" not in self.errors:
            self.add_error(
                "published_at",
                _("A published article has a date. To take it offline, withdraw it."),
            )
        now = timezone.now()
        if self.instance.original.is_live() and published_at and published_at > now:
            self.add_error(
                "published_at",
                _("It is out already. To take it offline, withdraw it."),
            )
        changes_due_at = self.cleaned_data.get("changes_due_at")
        if changes_due_at and changes_due_at <= now and self._is_new("changes_due_at"):
            self.add_error(
                "changes_due_at",
                _("This moment has passed. To publish the changes now, clear it."),
            )
        begins_at = published_at or now
        if expires_at and expires_at <= begins_at:
            self.add_error("expires_at", _("The end must be after the publication."))
        elif expires_at and self.verb == "publish" and expires_at <= now:
            self.add_error(
                "expires_at", _("This moment has passed: clear it, or choose a later.")
            )

    def _keep_embargo(self):
        """Refuse what would show it to readers before its embargo ends."""
        until, goes_out_at = self.cleaned_data.get("embargo_until"), self._goes_out_at()
        if until and goes_out_at and goes_out_at < until:
            when = date_format(timezone.localtime(until), "j F Y, H:i")
            self.add_error(
                "embargo_until",
                _(
                    "It cannot go out before the embargo ends (%(when)s): schedule it "
                    "for later, or change the embargo."
                )
                % {"when": when},
            )

    def _goes_out_at(self):
        """Return when readers would see what is sent here, None if not by itself."""
        now, original = timezone.now(), self.instance.original
        is_scheduled = original.state(now) == "scheduled"
        if original.is_live(now):
            planned = self.cleaned_data.get("changes_due_at")
        else:
            planned = self.cleaned_data.get("published_at", original.published_at)
        is_ahead = planned and planned > now
        if self.verb == "publish":
            return planned if is_ahead and not is_scheduled else now
        is_by_itself = is_scheduled or original.is_live(now)
        return planned if is_ahead and is_by_itself else None

    def _is_new(self, name):
        return name in self.changed_data

    def difference(self, name, stored, typed):
        """Show a clash of texts word by word."""
        field = self.fields[name]
        if isinstance(field, RelatedField):
            stories = (field.told(side).splitlines() for side in (stored, typed))
            return compare_values(name, *stories)
        if isinstance(field, forms.CharField) and not isinstance(field, TagsField):
            return compare_values(name, stored, typed)
        return ""
