"""What all pages of the desk share, whichever app they belong to.

It stands in this app because imports point `newsroom → articles → authors`.
"""

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.widgets import (
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.db import models, transaction
from django.forms.widgets import Script
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from authors.merging import MergingForm, MergingFormSet
from authors.moments import DayField, MinuteField

FORMFIELDS = {
    # Django 5.2 warns that a bare "example.org" will mean https from 6.0 on; it
    # means that here already.
    models.URLField: {"assume_scheme": "https", "widget": forms.URLInput},
    models.DateTimeField: {"form_class": MinuteField, "widget": MinuteField.widget},
    models.DateField: {"form_class": DayField, "widget": DayField.widget},
    models.TextField: {"widget": forms.Textarea(attrs={"rows": 3})},
}


class KeysOnly:
    """Lets the page of a choice by typing survive a key that is none.

    Django asks the database for what was sent before it says that it is wrong.
    """

    def optgroups(self, name, value, attrs=None):
        keys = [
            key
            for key in value
            # No database holds a key of nineteen digits.
            if not key or (str(key).isdecimal() and len(str(key)) < 19)
        ]
        return super().optgroups(name, keys, attrs)


class TypedSelect(KeysOnly, AutocompleteSelect):
    pass


class TypedSelectMultiple(KeysOnly, AutocompleteSelectMultiple):
    pass


class ThumbnailSelect(TypedSelect):
    """A choice by typing that shows what is chosen.

    The page of the chosen model has a view `admin:<app>_<model>_thumbnail`.
    """

    class Media:
        js = [Script("admin_desk/thumbnails.js", type="module")]

    def build_attrs(self, base_attrs, extra_attrs=None):
        attrs = super().build_attrs(base_attrs, extra_attrs)
        meta = self.field.related_model._meta
        name = f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_thumbnail"
        return attrs | {"data-thumbnail": reverse(name, args=[0])}


class DeskFields:
    """Form fields as the desk shows them, in pages and in their inlines."""

    formfield_overrides = FORMFIELDS
    # Foreign keys to pictures; also named in autocomplete_fields.
    thumbnail_fields = ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.thumbnail_fields:
            kwargs["widget"] = ThumbnailSelect(db_field, self.admin_site)
        elif db_field.name in self.autocomplete_fields:
            kwargs["widget"] = TypedSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = TypedSelectMultiple(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # "New" without leaving the form is needed daily. Changing, deleting
            # and looking are three more icons beside every choice.
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field


def typed_in(request):
    """Return [(name, value)] of what somebody filled in of the form that was sent."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not name.startswith(("_", "csrf", "initial-"))
        and "_FORMS" not in name
        and "-_base" not in name
        and value.strip()
    ]


class DeskAdmin(DeskFields, admin.ModelAdmin):
    """The base of every page of the desk."""

    list_per_page = 50
    # "Show counts" and "5 of 100,000" would count the whole table per page.
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    form = MergingForm

    def get_object(self, request, object_id, from_field=None):
        """Return the row; where something is sent, locked until it is written.

        What is stored is read, merged with what was sent, and written: nobody may
        write in between. SQLite lets one transaction write at a time anyway.
        """
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST":
            self.model._base_manager.select_for_update().filter(pk=row.pk).first()
            row = super().get_object(request, object_id, from_field)
        return row

    def own_view(self, function):
        """Return a view, for staff, of `function(request, this admin, …)`."""

        def view(request, *args, **kwargs):
            return function(request, self, *args, **kwargs)

        # One that takes files of any size checks the token itself, later.
        view.csrf_exempt = getattr(function, "csrf_exempt", False)
        return self.admin_site.admin_view(view)

    def get_row(self, request, pk):
        """Return a row that this user may look at; raises Http404."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404("There is no such row for you.")
        return row

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Write everything or nothing: a form that is shown again wrote nothing."""
        view = super().changeform_view
        if request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            response = view(request, object_id, form_url, extra_context)
            # What closes the window of a "new" row is a page as well, of a saved row.
            if (
                isinstance(response, TemplateResponse)
                and "popup_response_data" not in response.context_data
            ):
                transaction.set_rollback(True)
        return response

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Show what was typed for a row that is gone, instead of losing it."""
        if request.method != "POST":
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("This no longer exists"),
            "opts": opts,
            "typed": typed_in(request),
        }
        return TemplateResponse(request, "admin/gone.html", context, status=410)

    def changelist_view(self, request, extra_context=None):
        """Call the list what it lists, not "Select … to change"."""
        title = {}
        if IS_POPUP_VAR not in request.GET:
            title["title"] = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, title | (extra_context or {}))

    def response_action(self, request, queryset):
        """Refuse keys that no row can have, which Django hands to the database."""
        if not all(
            key.isdecimal() for key in request.POST.getlist(ACTION_CHECKBOX_NAME)
        ):
            raise BadRequest("A chosen row has no such key.")
        return super().response_action(request, queryset)

    def view_on_site(self, row):
        """Return the row's page itself: no detour that answers for any row."""
        return row.get_absolute_url() if hasattr(row, "get_absolute_url") else None

    def render_change_form(self, request, context, **kwargs):
        # The editor's import map is an inline script, which runs only with the
        # nonce of this response. The nonce is lazy, and falsy until it is used.
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        context["clashes"] = self.clashes_of(context)
        if context["clashes"]:
            context["last_saved"] = (
                LogEntry.objects.filter(
                    content_type=ContentType.objects.get_for_model(self.model),
                    object_id=context["object_id"],
                )
                .select_related("user")
                .first()
            )
        return super().render_change_form(request, context, **kwargs)

    def clashes_of(self, context):
        """Return the Clash of every field of the form and its inlines."""
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        forms = [context["adminform"].form, *formsets]
        return [clash for form in forms for clash in getattr(form, "clashes", [])]


class SortedForm(MergingForm):
    """A row of an inline that editors put in order.

    The browser numbers every row, the empty one too, so a position alone does
    not make a new row.
    """

    def has_changed(self):
        if self.instance.pk is None:
            return any(name != "position" for name in self.changed_data)
        return super().has_changed()

    def clean_position(self):
        return self.cleaned_data["position"] or 0

    def _ask(self, name, *args):
        # An order holds no text: of two, the later one counts.
        if name != "position":
            super()._ask(name, *args)


class DeskTabularInline(DeskFields, admin.TabularInline):
    extra = 0
    form = MergingForm
    formset = MergingFormSet


class DeskStackedInline(DeskFields, admin.StackedInline):
    extra = 0
    form = MergingForm
    formset = MergingFormSet


class SortedInline(DeskTabularInline):
    """Rows with a `position`: moved by dragging, by buttons, or by numbers.

    Without JavaScript the numbers are ordinary fields.
    """

    form = SortedForm
    classes = ["sorted"]

    class Media:
        js = [Script("admin_desk/sorting.js", type="module")]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "position":
            kwargs["widget"] = forms.NumberInput(attrs={"class": "position", "min": 0})
            kwargs["label"] = _("order")
            kwargs["required"] = False
        return super().formfield_for_dbfield(db_field, request, **kwargs)
