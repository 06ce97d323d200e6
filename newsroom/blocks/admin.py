from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from articles.markup import web_address
from authors.desk import DeskAdmin, SortedInline
from authors.merging import MergingForm
from newsroom.blocks.models import (
    AdvertiseBlock,
    ShareBlock,
    ShareBlockNetwork,
    ShareNetwork,
)

STATES = {
    "running": _("Running"),
    "planned": _("Planned"),
    "ended": _("Ended"),
    "off": _("Off"),
}
PLACE = (
    _("Place and time"),
    {"fields": [("placement", "position"), ("starts_at", "ends_at"), "is_active"]},
)
SCOPE = (
    _("Where it shows"),
    {
        "fields": ["sections", "not_sections", "tags", "not_tags"],
        "classes": ["collapse"],
    },
)


def state_of(block, at=None):
    """Return "off", "ended", "planned" or "running": what `live()` says, and why."""
    at = at or timezone.now()
    if not block.is_active:
        return "off"
    if block.ends_at and block.ends_at <= at:
        return "ended"
    if block.starts_at and block.starts_at > at:
        return "planned"
    return "running"


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return list(STATES.items())

    def queryset(self, request, blocks):
        now = timezone.now()
        match self.value():
            case "running":
                return blocks.live(now)
            case "off":
                return blocks.filter(is_active=False)
            case "ended":
                return blocks.filter(is_active=True, ends_at__lte=now)
            case "planned":
                not_ended = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
                return blocks.filter(not_ended, is_active=True, starts_at__gt=now)
        return blocks


class BlockForm(MergingForm):
    """Refuses a link that the templates would silently leave out."""

    def clean_link_url(self):
        address = self.cleaned_data["link_url"]
        if address and not web_address(address):
            raise ValidationError(
                _("Begin with https://, or with / for a page of this site.")
            )
        return address


class BlockAdmin(DeskAdmin):
    """What the pages of share and advertise blocks have in common."""

    form = BlockForm
    list_filter = [StateFilter, "placement"]
    autocomplete_fields = ["sections", "not_sections", "tags", "not_tags"]
    ordering = ["placement", "position", "pk"]

    @admin.display(description=_("state"))
    def state(self, block):
        name = state_of(block)
        return format_html('<span class="state state-{}">{}</span>', name, STATES[name])


class NetworkInline(SortedInline):
    model = ShareBlockNetwork
    fields = ["network", "position"]
    verbose_name = _("network")
    verbose_name_plural = _("networks, in this order")


@admin.register(ShareBlock)
class ShareBlockAdmin(BlockAdmin):
    list_display = ["name", "state", "placement", "position", "starts_at", "ends_at"]
    search_fields = ["name", "call", "text"]
    inlines = [NetworkInline]
    fieldsets = [
        (None, {"fields": ["name", "call", "text", ("link_url", "link_label")]}),
        (
            _("Ways to share"),
            {"fields": [("has_native", "has_copy", "has_email")]},
        ),
        PLACE,
        SCOPE,
    ]


@admin.register(ShareNetwork)
class ShareNetworkAdmin(DeskAdmin):
    list_display = ["name", "url_pattern", "position", "is_active"]
    list_editable = ["position", "is_active"]
    search_fields = ["name"]


@admin.register(AdvertiseBlock)
class AdvertiseBlockAdmin(BlockAdmin):
    list_display = [
        "thumbnail",
        "name",
        "state",
        "advertiser",
        "placement",
        "starts_at",
        "ends_at",
    ]
    list_display_links = ["thumbnail", "name"]
    list_select_related = ["picture"]
    search_fields = ["name", "advertiser", "headline", "text"]
    autocomplete_fields = [*BlockAdmin.autocomplete_fields, "picture"]
    thumbnail_fields = ["picture"]
    fieldsets = [
        (None, {"fields": ["name", ("advertiser", "label")]}),
        (
            _("What readers see"),
            {"fields": ["picture", "headline", "text", ("link_url", "link_label")]},
        ),
        PLACE,
        SCOPE,
    ]

    @admin.display(description="")
    def thumbnail(self, block):
        if not block.picture:
            return mark_safe('<span class="thumb thumb-none"></span>')
        return format_html(
            '<img class="thumb" src="{}" alt="" width="60" height="40" loading="lazy">',
            block.picture.url_near(120),
        )
