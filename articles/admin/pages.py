"""Simple pages on the desk: an article's form without byline, and a trash."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles import page_starters, pages
from articles.admin import autosave, page_history, page_preview
from articles.admin.telling import tell_merged, warn_of_loss
from articles.compare import compare_values
from articles.models import Article, Page
from authors.desk import DeskAdmin
from authors.merging import MergingForm
from authors.slugs import make_slug

STATES = {
    "live": _("visible to readers"),
    "draft": _("draft"),
    "trashed": _("in the trash"),
}
# The buttons beside the form, by the page's state: (name, label), the main one first.
BUTTONS = {
    "live": [("save", _("Save")), ("withdraw", _("Withdraw"))],
    "draft": [("publish", _("Publish")), ("save", _("Save draft"))],
    "trashed": [],
}


class PageForm(MergingForm):
    """Checks what only the form can know; fills an address that was left empty."""

    is_small_change = forms.BooleanField(
        label=_("Small change: the date that readers see stays"), required=False
    )

    class Meta:
        widgets = {
            "title": forms.Textarea(attrs={"rows": 1, "class": "headline"}),
            "standfirst": forms.Textarea(attrs={"rows": 2, "class": "standfirst"}),
        }
        error_messages = {
            "path": {
                "unique": _("A page stands at this address, perhaps in the trash.")
            }
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "path" in self.fields:
            self.fields["path"].required = False

    def clean_title(self):
        return " ".join(self.cleaned_data["title"].split())

    def clean_path(self):
        path = self.cleaned_data["path"]
        slug = make_slug(self.cleaned_data.get("title", ""))
        if not path and not slug:
            raise ValidationError(_("A page has an address, as /about/."))
        path = path or f"/{slug}/"
        Page._meta.get_field("path").run_validators(path)
        if Article.objects.filter(path=path).exists():
            raise ValidationError(_("An article stands at this address."))
        return path

    def difference(self, name, stored, typed):
        """Show a clash of texts word by word."""
        kind = autosave.KINDS.get(name)
        return compare_values(kind, stored, typed) if kind else ""


class StateFilter(admin.SimpleListFilter):
    """What the trash holds is listed only where somebody asks for it."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, desk):
        return list(STATES.items())

    def queryset(self, request, rows):
        if self.value() == "trashed":
            return rows.exclude(trashed_at=None)
        rows = rows.filter(trashed_at=None)
        if self.value() in ("live", "draft"):
            rows = rows.filter(is_published=self.value() == "live")
        return rows


@admin.action(permissions=["delete"], description=_("Move to the trash"))
def trash_selected(desk, request, rows):
    with transaction.atomic():
        chosen = list(rows.select_for_update().filter(trashed_at=None))
        for page in chosen:
            pages.trash(page, request.user)
            desk.log_change(request, page, "Moved to the trash.")
    told = _("In the trash: %(names)s. The filter “in the trash” brings them back.")
    names = ", ".join(f"“{page}”" for page in chosen)
    desk.message_user(request, told % {"names": names}, messages.SUCCESS)


@admin.register(Page)
class PageAdmin(DeskAdmin):
    form = PageForm
    snapshots = pages
    autocomplete_fields = ["lead_picture"]
    thumbnail_fields = ["lead_picture"]
    list_display = ["title", "path", "state", "menus", "updated"]
    list_filter = [StateFilter]
    search_fields = ["title", "path"]
    actions = [trash_selected]
    fieldsets = [
        (None, {"fields": ["title", "standfirst", "body"], "classes": ["main"]}),
        (
            _("Address"),
            {"fields": ["path", "language", "purpose"], "classes": ["side"]},
        ),
        (_("Lead picture"), {"fields": ["lead_picture"], "classes": ["side"]}),
        (_("Last updated"), {"fields": ["is_small_change"], "classes": ["side"]}),
        (
            _("Search engines and social media"),
            {"fields": ["seo_description"], "classes": ["side", "collapse"]},
        ),
    ]

    # The list.

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("menu_items")

    def get_actions(self, request):
        """Without Django's: a page goes through the trash."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.display(description=_("state"))
    def state(self, page):
        label = STATES[page.state()]
        shown = {"live": "live", "draft": "draft", "trashed": "withdrawn"}[page.state()]
        return format_html('<span class="state state-{}">{}</span>', shown, label)

    @admin.display(description=_("in menus"))
    def menus(self, page):
        return ", ".join(item.get_menu_display() for item in page.menu_items.all())

    @admin.display(description=_("last updated"), ordering="updated_at")
    def updated(self, page):
        return page.updated_at

    def changelist_view(self, request, extra_context=None):
        """Offer the pages that every publication should have, as long as one lacks."""
        offered = page_starters.missing() if self.has_add_permission(request) else []
        return super().changelist_view(
            request, {**(extra_context or {}), "offered": offered}
        )

    # The form.

    def get_changeform_initial_data(self, request):
        asked = page_starters.starter(request.GET.get("purpose", ""))
        return asked or super().get_changeform_initial_data(request)

    def view_on_site(self, page):
        return page.get_absolute_url() if page.is_live() else None

    def get_fieldsets(self, request, page=None):
        if page is not None and page.is_live():
            return self.fieldsets
        # What readers do not see is no update to them.
        return [
            fieldset
            for fieldset in self.fieldsets
            if "is_small_change" not in fieldset[1]["fields"]
        ]

    def render_change_form(self, request, context, add=False, obj=None, **kwargs):
        page = obj
        may_change = (
            self.has_change_permission(request, page)
            if page
            else self.has_add_permission(request)
        )
        state = page.state() if page else "draft"
        context |= {
            "simple_page": page,
            "state": state,
            "state_label": STATES[state],
            "buttons": BUTTONS[state] if may_change else [],
            "menu_items": page.menu_items.all() if page else [],
            **autosave.context(self, request, page if page and page.pk else None),
        }
        context["media"] = context["media"] + autosave.MEDIA
        return super().render_change_form(request, context, add=add, obj=page, **kwargs)

    def save_model(self, request, page, form, change):
        """Save what was changed only, and note when readers got another text."""
        changed = set(form.changed_data) & {f.name for f in Page._meta.concrete_fields}
        was_published = page.is_published if change else False
        if change:
            pages.record_before(Page.objects.get(pk=page.pk))
        page.is_published = "_withdraw" not in request.POST and (
            was_published or "_publish" in request.POST
        )
        is_new_to_readers = page.is_published and not was_published
        is_update = changed & set(pages.READ) and not form.cleaned_data.get(
            "is_small_change"
        )
        if is_new_to_readers or is_update or not was_published:
            page.updated_at = timezone.now()
            changed.add("updated_at")
        if page.is_published != was_published:
            changed.add("is_published")
        if not change:
            page.save()
        elif changed:
            page.save(update_fields=changed)
        warn_of_loss(self, request, page, form)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        name = request.POST.get("revision_name", "").replace("\0", "").strip()[:100]
        page, event = form.instance, pages.Event.SAVED
        if "is_published" in _moved(page):
            event = pages.Event.WITHDRAWN
            if page.is_published:
                event = pages.Event.PUBLISHED
        pages.record(page, request.user, event, name=name)
        tell_merged(self, request, form)

    def response_add(self, request, page, post_url_continue=None):
        if IS_POPUP_VAR in request.POST:
            return super().response_add(request, page, post_url_continue)
        return self._stay(request, page)

    def response_change(self, request, page):
        return self._stay(request, page)

    def _stay(self, request, page):
        """Come back to the form, saying what readers see of it now."""
        autosave.drop(self, request, page)
        told = {
            "live": _("Saved. Readers see it now."),
            "draft": _("Saved as a draft: readers do not see it."),
            "trashed": _("Saved. It is in the trash."),
        }[page.state()]
        self.message_user(request, told, messages.SUCCESS)
        address = reverse("admin:articles_page_change", args=[page.pk])
        return HttpResponseRedirect(address)

    # The trash.

    def delete_view(self, request, object_id, extra_context=None):
        """Move a page to the trash, after saying what it takes along; then delete.

        Only what is in the trash already is deleted for good, by Django's page.
        """
        with transaction.atomic():
            page = self.get_object(request, object_id)
            if page is None or page.trashed_at:
                return super().delete_view(request, object_id, extra_context)
            if not self.has_delete_permission(request, page):
                raise PermissionDenied
            if request.method == "POST":
                pages.trash(page, request.user)
                self.log_change(request, page, "Moved to the trash.")
        if request.method == "POST":
            address = reverse("admin:articles_page_change", args=[page.pk])
            told = format_html(
                '{} <a href="{}">{}</a>',
                _("“%(page)s” is in the trash.") % {"page": page},
                address,
                _("Open it to bring it back."),
            )
            self.message_user(request, told, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:articles_page_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Move “%(page)s” to the trash?") % {"page": page},
            "simple_page": page,
            "menu_items": page.menu_items.all(),
        }
        return TemplateResponse(request, "admin/articles/page/trash.html", context)

    def bring_back_view(self, request, pk):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with transaction.atomic():
            page = Page.objects.select_for_update().filter(pk=pk).first()
            if page is None:
                raise Http404("There is no such page.")
            if not self.has_change_permission(request, page):
                raise PermissionDenied
            if page.trashed_at:
                pages.bring_back(page, request.user)
                self.log_change(request, page, "Brought back from the trash.")
        told = _("“%(page)s” is back, as a draft. Its places in the menus are kept.")
        self.message_user(request, told % {"page": page}, messages.SUCCESS)
        address = reverse("admin:articles_page_change", args=[page.pk])
        return HttpResponseRedirect(address)

    def get_urls(self):
        bring_back = path(
            "<int:pk>/bring-back/",
            self.admin_site.admin_view(self.bring_back_view),
            name="articles_page_bring_back",
        )
        parts = [page_history, page_preview, autosave]
        urls = [url for part in parts for url in part.urls(self)]
        return [bring_back, *urls, *super().get_urls()]


def _moved(page):
    """Return which fields tell another state than the newest version does."""
    newest = page.revisions.first()
    was = newest.snapshot["is_published"] if newest else False
    return {"is_published"} if was != page.is_published else set()
