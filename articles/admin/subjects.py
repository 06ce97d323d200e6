from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Section, Series
from authors.desk import DeskAdmin


def count_of(rows, key):
    """Count the rows of each one listed, for the fifty on the page only.

    A join and GROUP BY would count the whole archive before it cuts the page.
    """
    counted = rows.filter(**{key: OuterRef("pk")}).order_by().values(key)
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)


@admin.register(Section)
class SectionAdmin(DeskAdmin):
    list_display = ["name", "parent", "is_in_menu", "position", "articles"]
    list_editable = ["is_in_menu", "position"]
    list_select_related = ["parent"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "parent", "description"]}),
        (_("Menu"), {"fields": [("is_in_menu", "position"), "back_label"]}),
        (_("Address"), {"fields": ["slug"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request):
        sections = super().get_queryset(request)
        return sections.annotate(article_count=count_of(Article.objects, "section"))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "parent":
            kwargs["queryset"] = Section.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("articles"))
    def articles(self, section):
        return section.article_count


@admin.register(Series)
class SeriesAdmin(DeskAdmin):
    list_display = ["name", "articles"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "description"]}),
        (_("Address"), {"fields": ["slug"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request):
        series = super().get_queryset(request)
        return series.annotate(article_count=count_of(Article.objects, "series"))

    @admin.display(description=_("parts"))
    def articles(self, series):
        return series.article_count
