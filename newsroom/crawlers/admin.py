from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from authors.desk import DeskAdmin
from newsroom.crawlers.models import Agent, CrawlRule, SiteFiles


@admin.register(CrawlRule)
class CrawlRuleAdmin(DeskAdmin):
    list_display = ["agent", "path", "is_allowed", "note"]
    list_filter = ["is_allowed"]
    search_fields = ["agent", "path", "note"]
    fieldsets = [(None, {"fields": ["agent", "path", "is_allowed", "note"]})]


@admin.register(Agent)
class AgentAdmin(DeskAdmin):
    list_display = ["name", "maker", "purpose", "note"]
    list_filter = ["purpose"]
    search_fields = ["name", "maker", "note"]
    fieldsets = [(None, {"fields": ["name", "maker", "purpose", "note"]})]


@admin.register(SiteFiles)
class SiteFilesAdmin(DeskAdmin):
    """There is one row: the list is its form."""

    fieldsets = [
        ("robots.txt", {"fields": ["machines"]}),
        (
            "security.txt",
            {
                "fields": [
                    *("security_contacts", "security_expires_on", "security_policy"),
                    *("security_encryption", "security_thanks", "security_languages"),
                ]
            },
        ),
        (_("Other files"), {"fields": ["humans", "ads"]}),
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, files=None):
        return False

    def changelist_view(self, request, extra_context=None):
        if not SiteFiles.objects.exists():
            SiteFiles().save()
        return HttpResponseRedirect(
            reverse("admin:crawlers_sitefiles_change", args=[1])
        )
