import logging

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.forms.widgets import Script
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from articles import in_use
from articles.admin import picture_chooser, picture_duplicates, picture_uploads
from articles.admin.in_use import KeptWhileUsed, delete_selected, shown_uses
from articles.admin.picture_actions import set_words
from articles.admin.picture_list import (
    FILTERS,
    PictureChangeList,
    cards,
    marks,
)
from articles.models import Article, Page, Picture
from authors.desk import DeskAdmin
from authors.images import content_name, read_image
from authors.merging import MergingForm

logger = logging.getLogger(__name__)

FOCAL_LABELS = {"focal_x": _("From the left"), "focal_y": _("From the top")}
NO_ROOM = _(
    "The site could not keep this file: its disk may be full. Please tell whoever runs "
    "the site; nothing is wrong with your picture."
)
# Pictures that look like one, named beside it.
ALIKE = 6


class PictureForm(MergingForm):
    """A picture's words and file. `twin` is the row that holds the same file already.

    A twin is an error beside the file, unless `takes_twins`.
    """

    takes_twins = False
    upload = forms.FileField(
        label=_("file"),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("JPEG, PNG, WebP, GIF or AVIF, at most 40 MB."),
    )
    keeps_focal_point = forms.BooleanField(
        label=_("The new file has the same focal point"), required=False, initial=True
    )

    class Media:
        js = [Script("admin_desk/focus.js", type="module")]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.image = self.twin = None
        for name, label in FOCAL_LABELS.items():
            if name in self.fields:
                self.fields[name].label = label
        if self.instance.pk and "upload" in self.fields:
            self.fields["upload"].required = False
            self.fields["upload"].label = _("Another file instead")
        elif not self.instance.pk:
            self.fields.pop("keeps_focal_point", None)

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if upload:
            self.image = read_image(upload)
        return upload

    def clean(self):
        super().clean()
        if not self.image:
            return
        # Before anything is stored.
        digest = content_name(self.image.as_original()[0], "").rstrip(".")
        same = Picture.objects.filter(digest=digest).exclude(pk=self.instance.pk)
        self.twin = same.order_by("pk").first()
        if self.twin and not self.takes_twins:
            self.add_error("upload", picture_uploads.already_here(self.twin))
        was_moved = {"focal_x", "focal_y"} & set(self.changed_data)
        keeps = self.cleaned_data.get("keeps_focal_point") or was_moved
        if self.instance.pk and digest != self.instance.digest and not keeps:
            self.cleaned_data |= {"focal_x": 0.5, "focal_y": 0.5}

    def _post_clean(self):
        """Store the files last, while what is wrong can still be said in the form."""
        super()._post_clean()
        if not self.image or self.twin or self.errors:
            return
        try:
            self.instance.take_image(self.image)
        except OSError:
            logger.exception("A picture could not be stored")
            self.add_error("upload", NO_ROOM)
            return
        self.instance.uploaded_name = self.cleaned_data["upload"].name[-200:]


@admin.register(Picture)
class PictureAdmin(KeptWhileUsed, DeskAdmin):
    """The library. Whoever uploaded a picture may change it until readers see it."""

    choice = Article._meta.get_field("lead_picture")
    successor_label = _("Show instead of it")
    actions = [set_words, delete_selected]
    consequence = _(
        "Articles, pages and advertisements show the picture you choose, also in the "
        "text. Captions stay as they were written there; what was copied from this "
        "picture’s own caption and credit is replaced by the other one’s."
    )
    form = PictureForm
    list_display = ["thumbnail", "named", "care", "credit", "size", "uploaded"]
    list_display_links = ["thumbnail", "named"]
    list_filter = FILTERS
    search_fields = ["title", "alt", "caption", "credit", "uploaded_name"]
    search_help_text = _("Title, description, caption, credit, file")
    sortable_by = []
    ordering = ["-pk"]
    readonly_fields = ["preview", "origin"]
    fieldsets = [
        (None, {"fields": ["preview", "upload", "keeps_focal_point"]}),
        (None, {"fields": [("alt", "is_decorative")]}),
        (_("Printed with it"), {"fields": ["caption", "credit"]}),
        (_("Rights"), {"fields": [("licence", "rights_expire_on")]}),
        (
            _("Focal point"),
            {
                "fields": [("focal_x", "focal_y")],
                "description": _(
                    "What must stay visible where the picture is cut: click on it "
                    "above, move the mark with the arrow keys, or give the place from "
                    "the left and from the top, 0 to 1."
                ),
            },
        ),
        (_("For the desk"), {"fields": ["title", "origin"]}),
    ]

    class Media:
        js = [
            Script(f"admin_desk/{name}.js", type="module")
            for name in ("library", "uploads", "describe", "filters")
        ]
        css = {"all": ["admin_desk/library.css"]}

    # Who may.

    def has_change_permission(self, request, picture=None):
        if super().has_change_permission(request, picture):
            return True
        return (
            picture is not None
            and picture.uploaded_by_id == request.user.pk
            and self.has_add_permission(request)
            and not _is_seen(picture)
        )

    # The list.

    def get_changelist(self, request, **kwargs):
        return PictureChangeList

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and (changelist := context.get("cl")) and changelist.is_grid:
            context["cards"] = cards(changelist, timezone.localdate())
        return response

    @admin.display(description="")
    def thumbnail(self, picture):
        return format_html(
            '<img class="thumb" src="{}" alt="" width="60" height="40" loading="lazy">',
            picture.url_near(120),
        )

    @admin.display(description=_("picture"))
    def named(self, picture):
        return str(picture)

    @admin.display(description=_("to look after"))
    def care(self, picture):
        line = '<span class="picture-mark is-{}">{}</span>'
        return format_html_join(" ", line, marks(picture, timezone.localdate()))

    @admin.display(description=_("pixels"))
    def size(self, picture):
        return f"{picture.width} × {picture.height}"

    @admin.display(description=_("uploaded"))
    def uploaded(self, picture):
        return date_format(timezone.localtime(picture.created_at), "j M Y")

    # The form.

    def add_view(self, request, form_url="", extra_context=None):
        key = request.POST.get("_use", "")
        if key.isdecimal() and self.has_view_permission(request):
            twin = get_object_or_404(Picture, pk=key)
            if IS_POPUP_VAR in request.POST:
                return self.response_add(request, twin)
            return HttpResponseRedirect(
                reverse("admin:articles_picture_change", args=[twin.pk])
            )
        return super().add_view(request, form_url, extra_context)

    def get_fieldsets(self, request, picture=None):
        fieldsets = super().get_fieldsets(request, picture)
        if picture is not None:
            return fieldsets
        # What asks about a file that is there already.
        hidden = {"preview", "keeps_focal_point", "origin"}
        return [
            (name, {**options, "fields": fields})
            for name, options in fieldsets
            if name != FOCAL_TITLE
            and (fields := [f for f in options["fields"] if f not in hidden])
        ]

    @admin.display(description=_("picture"))
    def preview(self, picture):
        if not picture.pk:
            return ""
        return format_html(
            '<span class="focus" data-focus data-width="{}" data-height="{}">'
            '<img src="{}" alt="{}"></span>',
            picture.width,
            picture.height,
            picture.url_near(800),
            picture.alt_text,
        )

    @admin.display(description=_("file"))
    def origin(self, picture):
        who = picture.uploaded_by
        parts = [
            picture.uploaded_name,
            f"{picture.width} × {picture.height}",
            date_format(timezone.localtime(picture.created_at), "j F Y, H:i"),
            (who.get_full_name() or who.get_username()) if who else "",
        ]
        return " · ".join(part for part in parts if part)

    def save_model(self, request, picture, form, change):
        if not change:
            picture.uploaded_by = request.user
        super().save_model(request, picture, form, change)
        for remark in picture.remarks:
            self.message_user(request, remark, messages.WARNING)
        if not picture.alt and not picture.is_decorative:
            told = _(
                "“%(name)s” is not described yet. Before it is published, say what it "
                "shows, or mark it as decorative."
            )
            name = {"name": str(picture)}
            self.message_user(request, told % name, messages.WARNING)

    def render_change_form(self, request, context, **kwargs):
        if picture := kwargs.get("obj"):
            context["uses"] = shown_uses(self.admin_site, request, picture)
            alike = Picture.objects.like(picture.digest, picture.likeness)
            context["alike"] = alike.exclude(pk=picture.pk)[:ALIKE]
        return super().render_change_form(request, context, **kwargs)

    # The other pages, and what forms ask that choose a picture.

    def get_urls(self):
        thumbnail = path(
            "<int:picture_id>/thumbnail/",
            self.admin_site.admin_view(self.thumbnail_view),
            name="articles_picture_thumbnail",
        )
        return [
            thumbnail,
            *picture_chooser.urls(self),
            *picture_uploads.urls(self),
            *picture_duplicates.urls(self),
            *super().get_urls(),
        ]

    def thumbnail_view(self, request, picture_id):
        if not self.has_view_permission(request):
            raise PermissionDenied
        picture = get_object_or_404(Picture, pk=picture_id)
        return HttpResponseRedirect(picture.url_near(400))


FOCAL_TITLE = PictureAdmin.fieldsets[4][0]


def _is_seen(picture):
    """Say whether readers see a picture now, or whether something else shows it.

    An article that shows it was written after it was uploaded, so that the bodies of
    an old archive are not read.
    """
    for relation in in_use.relations_to(Picture):
        rows = relation.related_model._default_manager
        if relation.related_model is Article:
            rows = rows.live()
        if rows.filter(**{relation.field.name: picture}).exists():
            return True
    in_text = Q(body__contains=in_use.in_figure(picture.pk))
    since = Q(updated_at__gte=picture.created_at)
    return (
        Article.objects.live().filter(since, in_text).exists()
        or Page.objects.filter(in_text).exists()
    )
