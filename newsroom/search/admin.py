from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from authors.addresses import address_of
from authors.desk import DeskAdmin
from newsroom.search.models import Pick, QueryCount


@admin.register(Pick)
class PickAdmin(DeskAdmin):
    list_display = ["query", "leads_to", "position"]
    search_fields = ["query", "title", "article__headline"]
    autocomplete_fields = ["article"]
    fieldsets = [
        (None, {"fields": ["query"]}),
        (_("Leads to"), {"fields": ["article", "address", "title", "text"]}),
        (None, {"fields": ["position"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("article")

    @admin.display(description=_("leads to"))
    def leads_to(self, pick):
        return pick.title or pick.article or pick.address

    def view_on_site(self, pick):
        return f"{address_of('search:page')}?{urlencode({'q': pick.query})}"


class FoundFilter(admin.SimpleListFilter):
    title = _("results")
    parameter_name = "found"

    def lookups(self, request, model_admin):
        return [("none", _("found nothing"))]

    def queryset(self, request, queries):
        return queries.filter(results=0) if self.value() == "none" else queries


@admin.register(QueryCount)
class QueryCountAdmin(DeskAdmin):
    """What readers looked for: to be read, and answered with a pick."""

    list_display = ["query", "day", "times", "found", "pick"]
    list_display_links = None
    list_filter = [FoundFilter, "day"]
    search_fields = ["query"]
    sortable_by = ["day", "times", "found"]
    ordering = ["-day", "-times", "-pk"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, query=None):
        return False

    def has_delete_permission(self, request, query=None):
        return False

    @admin.display(description="")
    def pick(self, query):
        add = reverse("admin:search_pick_add")
        return format_html(
            '<a href="{}?{}">{}</a>',
            add,
            urlencode({"query": query.query}),
            _("Pick a story"),
        )

    @admin.display(description=_("results"), ordering="results")
    def found(self, query):
        if query.results > 1000:
            return _("more than 1,000")
        if not query.results:
            return format_html('<span class="state state-off">{}</span>', _("none"))
        return query.results
