"""The form of an article: its fields, its bylines, its corrections."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.admin.tag_field import TagsField
from articles.models import Article, Byline, Correction, Page
from authors.desk import DeskStackedInline, SortedInline

MAIN = (None, {"fields": ["headline", "standfirst", "body"], "classes": ["main"]})
# What a contributor fills in; the rest is the editors' business.
CONTRIBUTOR_FIELDSETS = [
    MAIN,
    (_("Filed under"), {"fields": ["section", "tags"], "classes": ["side"]}),
    (_("Lead picture"), {"fields": ["lead_picture"], "classes": ["side"]}),
    (
        _("Sources and language"),
        {"fields": ["sources", "ai_use", "language"], "classes": ["side", "collapse"]},
    ),
]
EDITOR_FIELDSETS = [
    MAIN,
    (
        _("Filed under"),
        {
            "fields": ["section", "tags", ("series", "series_position")],
            "classes": ["side"],
        },
    ),
    (_("Lead picture"), {"fields": ["lead_picture"], "classes": ["side"]}),
    (
        _("Dates"),
        {"fields": ["published_at", "expires_at"], "classes": ["side"]},
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
            "fields": ["sources", "ai_use", "first_published_in", "canonical_url"],
            "classes": ["side", "collapse"],
        },
    ),
    (
        _("Restrictions"),
        {"fields": ["has_no_ads", "is_no_index"], "classes": ["side", "collapse"]},
    ),
]


class ArticleForm(forms.ModelForm):
    """Checks what only the form can know: which button was pressed.

    `verb` is the name of that button, set by ArticleAdmin.
    """

    verb = "save"

    class Meta:
        field_classes = {"tags": TagsField}
        widgets = {
            "headline": forms.Textarea(attrs={"rows": 1, "class": "headline"}),
            "standfirst": forms.Textarea(attrs={"rows": 2, "class": "standfirst"}),
        }

    def clean_headline(self):
        return " ".join(self.cleaned_data["headline"].split())

    def clean_path(self):
        path = self.cleaned_data["path"]
        if path and Page.objects.filter(path=path).exists():
            raise ValidationError(_("A page stands at this address."))
        return path

    def clean(self):
        super().clean()
        if "published_at" not in self.fields:
            return
        published_at = self.cleaned_data.get("published_at")
        expires_at = self.cleaned_data.get("expires_at")
        is_published = self.instance.status == Article.Status.PUBLISHED
        if is_published and not published_at and "published_at" not in self.errors:
            self.add_error(
                "published_at",
                _("A published article has a date. To take it offline, withdraw it."),
            )
        begins_at = published_at or timezone.now()
        if expires_at and expires_at <= begins_at:
            self.add_error("expires_at", _("The end must be after the publication."))
        elif expires_at and self.verb == "publish" and expires_at <= timezone.now():
            self.add_error(
                "expires_at", _("This moment has passed: clear it, or choose a later.")
            )


class BylineInline(SortedInline):
    model = Byline
    fields = ["author", "role", "credit", "position"]
    autocomplete_fields = ["author"]
    verbose_name_plural = _("bylines")

    def get_extra(self, request, article=None, **kwargs):
        return 0 if article and article.bylines.exists() else 1


class CorrectionInline(DeskStackedInline):
    """Corrections are said openly: they can be added and reworded, not deleted."""

    model = Correction
    can_delete = False
    fields = [("kind", "place", "corrected_at"), "text"]
