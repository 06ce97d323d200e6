from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms.widgets import Script
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles.admin import picture_chooser
from articles.admin.in_use import KeptWhileUsed, delete_selected, shown_uses
from articles.models import Article, Picture
from authors.desk import DeskAdmin
from authors.images import read_image
from authors.merging import MergingForm

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

    def save(self, commit=True):
        if self.image:
            self.instance.take_image(self.image)
        return super().save(commit)


@admin.register(Picture)
class PictureAdmin(KeptWhileUsed, DeskAdmin):
    choice = Article._meta.get_field("lead_picture")
    successor_label = _("Show instead of it")
    actions = [delete_selected]
    consequence = _(
        "Articles, pages and advertisements show the picture you choose, also in the "
        "text. Captions stay as they were written there; what was copied from this "
        "picture’s own caption and credit is replaced by the other one’s."
    )
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

    def render_change_form(self, request, context, **kwargs):
        if picture := kwargs.get("obj"):
            context["uses"] = shown_uses(self.admin_site, request, picture)
        return super().render_change_form(request, context, **kwargs)

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
