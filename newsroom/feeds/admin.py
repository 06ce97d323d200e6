import secrets

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from authors.addresses import whole
from authors.desk import DeskAdmin
from newsroom.feeds.models import PartnerFeed


@admin.register(PartnerFeed)
class PartnerFeedAdmin(DeskAdmin):
    list_display = [
        *("name", "link", "format", "count", "is_full", "delay", "is_secret"),
        "is_active",
    ]
    list_filter = ["is_active", "format", "is_full"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["sections", "tags", "authors"]
    readonly_fields = ["link"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "token", "link", "is_active"]}),
        (
            _("Which stories"),
            {
                "description": _(
                    "A story is in the feed if it is in one of the sections, has one "
                    "of the tags and is by one of the authors. What is left empty "
                    "lets every story through."
                ),
                "fields": ["sections", "tags", "authors", ("count", "delay")],
            },
        ),
        (_("What of them"), {"fields": ["format", "is_full", "names_original"]}),
    ]

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        return {"token": secrets.token_urlsafe(18), **initial}

    @admin.display(description=_("address"))
    def link(self, feed):
        if not feed.pk:
            return _("Save it first.")
        address = whole(feed.get_absolute_url())
        return format_html('<a href="{}">{}</a>', feed.get_absolute_url(), address)

    @admin.display(description=_("secret"), boolean=True)
    def is_secret(self, feed):
        return bool(feed.token)
