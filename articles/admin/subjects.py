from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from articles.admin.in_use import KeptWhileUsed, delete_selected
from articles.models import Article, Section, Series
from articles.tables import SectionTable
from authors.desk import DeskAdmin
from authors.table_pages import TablePages


def count_of(rows, key):
    """Count the rows of each one listed, for the fifty on the page only.

    A join and GROUP BY would count the whole archive before it cuts the page.
    """
    counted = rows.filter(**{key: OuterRef("pk")}).order_by().values(key)
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)


@admin.register(Section)
class SectionAdmin(TablePages, KeptWhileUsed, DeskAdmin):
    table = SectionTable
    choice = Article._meta.get_field("section")
    article_filter = "section"
    actions = [delete_selected]
    consequence = _(
        "Its articles and the sections under it move to the one you choose, or, where "
        "that stands under another, the sections move beside it. Advertisements that "
        "are aimed at it are aimed at the other one."
    )
    list_display = ["name", "parent", "menus", "position", "articles"]
    list_editable = ["position"]
    list_select_related = ["parent"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["picture"]
    thumbnail_fields = ["picture"]
    fieldsets = [
        (None, {"fields": ["name", "parent", "description", "picture"]}),
        (_("Place"), {"fields": ["position", "back_label"]}),
        (_("Address"), {"fields": ["slug"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request):
        sections = super().get_queryset(request)
        return sections.annotate(
            article_count=count_of(Article.objects.originals(), "section")
        ).prefetch_related("menu_items")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "parent":
            kwargs["queryset"] = Section.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("in menus"))
    def menus(self, section):
        return ", ".join(item.get_menu_display() for item in section.menu_items.all())

    @admin.display(description=_("articles"))
    def articles(self, section):
        return section.article_count


@admin.register(Series)
class SeriesAdmin(KeptWhileUsed, DeskAdmin):
    choice = Article._meta.get_field("series")
    actions = [delete_selected]
    consequence = _(
        "Its parts move to the series you choose and keep their numbers there."
    )
    list_display = ["name", "articles"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["picture"]
    thumbnail_fields = ["picture"]
    fieldsets = [
        (None, {"fields": ["name", "description", "picture"]}),
        (_("Address"), {"fields": ["slug"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request):
        series = super().get_queryset(request)
        return series.annotate(
            article_count=count_of(Article.objects.originals(), "series")
        )

    @admin.display(description=_("parts"))
    def articles(self, series):
        return series.article_count
