from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms.widgets import Script
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.admin import picture_chooser
from articles.models import Article, Page, Picture
from authors.desk import DeskAdmin
from authors.images import read_image
from authors.merging import MergingForm

# So many uses are named; the rest is counted.
NAMED = 10
FOCAL_LABELS = {"focal_x": _("From the left"), "focal_y": _("From the top")}


class PictureForm(MergingForm):
    upload = forms.FileField(
        label=_("file"),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("JPEG, PNG, WebP, GIF or AVIF, at most 40 MB."),
    )

    class Media:
        js = [Script("admin_desk/focus.js", type="module")]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.image = None
        for name, label in FOCAL_LABELS.items():
            if name in self.fields:
                self.fields[name].label = label
        if self.instance.pk and "upload" in self.fields:
            self.fields["upload"].required = False
            self.fields["upload"].label = _("Another file instead")

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if upload:
            self.image = read_image(upload)
        return upload

    def clean(self):
        super().clean()
        described = self.cleaned_data.get("alt") or self.cleaned_data.get(
            "is_decorative"
        )
        if not described and "alt" in self.fields:
            self.add_error(
                "alt", _("Say what the picture shows, or mark it as decorative.")
            )

    def save(self, commit=True):
        if self.image:
            self.instance.take_image(self.image)
        return super().save(commit)


@admin.register(Picture)
class PictureAdmin(DeskAdmin):
    form = PictureForm
    list_display = ["thumbnail", "named", "credit", "size", "created_at"]
    list_display_links = ["thumbnail", "named"]
    list_filter = ["is_decorative"]
    search_fields = ["title", "alt", "caption", "credit"]
    sortable_by = ["created_at"]
    readonly_fields = ["preview"]
    fieldsets = [
        (None, {"fields": ["preview", "upload", ("alt", "is_decorative")]}),
        (_("Printed with it"), {"fields": ["caption", "credit"]}),
        (_("Rights"), {"fields": [("licence", "rights_expire_on")]}),
        (
            _("Focal point"),
            {
                "fields": [("focal_x", "focal_y")],
                "description": _(
                    "What must stay visible where the picture is cut: click on it "
                    "above, or give the place from the left and from the top, 0 to 1."
                ),
            },
        ),
        (_("For the desk"), {"fields": ["title"]}),
    ]

    @admin.display(description="")
    def thumbnail(self, picture):
        return format_html(
            '<img class="thumb" src="{}" alt="" width="60" height="40" loading="lazy">',
            picture.url_near(120),
        )

    @admin.display(description=_("picture"))
    def named(self, picture):
        return str(picture)

    @admin.display(description=_("pixels"))
    def size(self, picture):
        return f"{picture.width} × {picture.height}"

    @admin.display(description=_("picture"))
    def preview(self, picture):
        if not picture.pk:
            return ""
        return format_html(
            '<span class="focus" data-focus><img src="{}" alt="{}"></span>',
            picture.url_near(800),
            picture.alt_text,
        )

    # Where it is used.

    def uses_of(self, request, picture):
        """Return ([(what, where, its address or ""), …], how many more).

        Named is only what this user may see; the rest is in the number.
        """
        named, others = [], 0
        for what, rows in users_of(picture):
            page = self.admin_site._registry.get(rows.model)
            keys = list(rows.values_list("pk", flat=True))
            shown = []
            if keys and page and page.has_view_permission(request):
                shown = list(page.get_queryset(request).filter(pk__in=keys)[:NAMED])
            named += [(what, str(row), _change_address(row), row) for row in shown]
            others += len(keys) - len(shown)
        return named, others

    def render_change_form(self, request, context, **kwargs):
        picture = kwargs.get("obj")
        if picture:
            context["uses"], context["other_uses"] = self.uses_of(request, picture)
        return super().render_change_form(request, context, **kwargs)

    def get_deleted_objects(self, pictures, request):
        """Say what shows the picture, and keep it until nothing does.

        The database protects what advertisements use. It would take a lead
        picture off its article silently, and knows nothing of bodies.
        """
        deleted, counts, perms_needed, protected = super().get_deleted_objects(
            pictures, request
        )
        said = []
        for picture in pictures:
            named, others = self.uses_of(request, picture)
            said += [
                format_html('{}: <a href="{}">{}</a>', what, address, where)
                if address
                else f"{what}: {where}"
                for what, where, address, row in named
                if row not in protected
            ]
            if others:
                said.append(
                    ngettext(
                        "%(count)d more place that you cannot see",
                        "%(count)d more places that you cannot see",
                        others,
                    )
                    % {"count": others}
                )
        return deleted, counts, perms_needed, said or protected

    # Thumbnails for forms that choose a picture.

    def get_urls(self):
        thumbnail = path(
            "<int:picture_id>/thumbnail/",
            self.admin_site.admin_view(self.thumbnail_view),
            name="articles_picture_thumbnail",
        )
        return [thumbnail, *picture_chooser.urls(self), *super().get_urls()]

    def thumbnail_view(self, request, picture_id):
        if not self.has_view_permission(request):
            raise PermissionDenied
        picture = get_object_or_404(Picture, pk=picture_id)
        return HttpResponseRedirect(picture.url_near(400))


def users_of(picture):
    """Yield (what it is there, the rows that show the picture), kind by kind."""
    for relation in Picture._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.auto_created:
            rows = relation.related_model._default_manager
            model = relation.related_model._meta.verbose_name
            label = f"{capfirst(model)}, {relation.field.verbose_name}"
            yield label, rows.filter(**{relation.field.name: picture})
    shown = f'data-picture="{picture.pk}"'
    yield _("Article, in the text"), Article.objects.filter(body__contains=shown)
    yield _("Page, in the text"), Page.objects.filter(body__contains=shown)


def _change_address(row):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(name, args=[row.pk])
