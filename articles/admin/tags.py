import taggit.admin
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Lower
from django.http import JsonResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from articles.admin.in_use import KeptWhileUsed, delete_selected
from articles.admin.subjects import count_of
from articles.models import Article, ArticleTag, Tag, TagSynonym
from articles.tables import TagTable
from authors.desk import DeskAdmin, DeskTabularInline
from authors.table_pages import TablePages

SUGGESTIONS = 8

# taggit's own tags are not used here; a second "Tags" in the menu would mislead.
admin.site.unregister(taggit.admin.Tag)


class SynonymInline(DeskTabularInline):
    model = TagSynonym
    verbose_name_plural = _("synonyms: typed for an article, they become this tag")


@admin.register(Tag)
class TagAdmin(TablePages, KeptWhileUsed, DeskAdmin):
    table = TagTable
    choice = ArticleTag._meta.get_field("tag")
    article_filter = "tag"
    actions = [delete_selected]
    consequence = _(
        "Its articles get the tag you choose. This name, and the synonyms it has, "
        "become synonyms of that one. Advertisements that are aimed at it are aimed at "
        "the other one."
    )
    list_display = ["name", "articles", "slug"]
    search_fields = ["name", "synonyms__name"]
    inlines = [SynonymInline]
    autocomplete_fields = ["picture"]
    thumbnail_fields = ["picture"]
    fieldsets = [
        (None, {"fields": ["name", "description", "picture"]}),
        (_("Address"), {"fields": ["slug"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request):
        tags = super().get_queryset(request)
        tagged = ArticleTag.objects.filter(content_object__status__in=Article.LISTED)
        return tags.annotate(article_count=count_of(tagged, "tag"))

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "slug":
            field.required = False
            field.help_text = _("The last part of the page’s address.")
        return field

    @admin.display(description=_("articles"))
    def articles(self, tag):
        return tag.article_count

    def get_urls(self):
        suggest = path(
            "suggest/",
            self.admin_site.admin_view(self.suggest),
            name="articles_tag_suggest",
        )
        return [suggest, *super().get_urls()]

    def suggest(self, request):
        """Answer what the chip field asks while somebody types: ?q=cli."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return JsonResponse({"tags": suggestions(request.GET.get("q", ""))})


def suggestions(typed):
    """Return [{"name": …, "synonym": …}] for what begins as typed, a few of them.

    Both queries walk the index of names in its order and stop at the limit.
    """
    typed = " ".join(typed.split())
    if not typed:
        return []
    tags = Tag.objects.filter(name__istartswith=typed).order_by(Lower("name"))
    synonyms = TagSynonym.objects.filter(name__istartswith=typed).select_related("tag")
    found = {
        name: {"name": name, "synonym": ""}
        for name in tags.values_list("name", flat=True)[:SUGGESTIONS]
    }
    for synonym in synonyms.order_by("name")[:SUGGESTIONS]:
        found.setdefault(
            synonym.tag.name, {"name": synonym.tag.name, "synonym": synonym.name}
        )
    return list(found.values())[:SUGGESTIONS]
