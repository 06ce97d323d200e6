"""The list of articles: its columns, filters and search.

Everything here is measured at 100,000 articles: a filter asks an index, counts
nothing beside the list itself, and reads no body.
"""

from datetime import datetime

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth import get_user_model
from django.db.models import Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from articles.admin.verbs import STATES
from articles.models import Article, Byline, Section
from articles.models.articles import ArticleTag
from authors.models import Author

Status = Article.Status


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        # The trash has a list of its own.
        return [item for item in STATES.items() if item[0] != "trashed"]

    def queryset(self, request, articles):
        match self.value():
            case "changed":
                # By their keys: SQLite begins with the statuses otherwise, and reads
                # 100,000 rows (330 ms of CPU beside 1, in 2026).
                changed = Article.objects.filter(has_unpublished_changes=True)
                return articles.filter(pk__in=changed.order_by().values("pk"))
            case "live":
                return articles.live()
            case "scheduled":
                return articles.scheduled()
            case "expired":
                return articles.expired()
            case "draft" | "review" | "withdrawn" as status:
                return articles.filter(status=status)
        return articles


class SectionFilter(admin.SimpleListFilter):
    """Choosing a section shows those that stand under it too."""

    title = _("section")
    parameter_name = "section"
    template = "admin/articles/article/filter_select.html"

    def lookups(self, request, model_admin):
        self.sections = list(Section.objects.select_related("parent"))
        return [
            (str(section.pk), f"{section.parent} › {section}")
            if section.parent
            else (str(section.pk), section.name)
            for section in self.sections
        ]

    def queryset(self, request, articles):
        chosen = self.value()
        if not chosen or not chosen.isdecimal():
            return articles
        # Their keys, because an index answers those without a look at any row.
        keys = [
            section.pk
            for section in self.sections
            if int(chosen) in (section.pk, section.parent_id)
        ]
        return articles.filter(section__in=keys)


class LanguageFilter(admin.SimpleListFilter):
    title = _("language")
    parameter_name = "language"
    template = "admin/articles/article/filter_select.html"

    def lookups(self, request, model_admin):
        tags = Article.objects.order_by("language").values_list("language", flat=True)
        return [(tag, language_name(tag)) for tag in tags.distinct()]

    def queryset(self, request, articles):
        return articles.filter(language=self.value()) if self.value() else articles


def language_name(tag):
    try:
        return get_language_info(tag.lower())["name_local"]
    except KeyError:
        return tag


class YearFilter(admin.SimpleListFilter):
    """The year of publication, from the first article's to the last one's.

    Stands in for `date_hierarchy`, which reads every date of the table.
    """

    title = _("year")
    parameter_name = "year"
    template = "admin/articles/article/filter_select.html"

    def lookups(self, request, model_admin):
        published = Article.objects.filter(status=Status.PUBLISHED)
        # Asked for together by aggregate(), SQLite reads every date for them (70 ms
        # at 100,000); each alone is one step in the index.
        ends = {
            name: Subquery(published.order_by(order).values("published_at")[:1])
            for name, order in (("first", "published_at"), ("last", "-published_at"))
        }
        me = get_user_model().objects.filter(pk=request.user.pk)
        dates = me.values(**ends).get()
        if not dates["first"]:
            return []
        first = timezone.localtime(dates["first"]).year
        last = timezone.localtime(dates["last"]).year
        years = range(last, first - 1, -1)
        return [(str(year), str(year)) for year in years]

    def queryset(self, request, articles):
        if self.value() and self.value().isdecimal():
            year = int(self.value())
            if 1 <= year <= 9998:
                zone = timezone.get_current_timezone()
                return articles.filter(
                    published_at__gte=datetime(year, 1, 1, tzinfo=zone),
                    published_at__lt=datetime(year + 1, 1, 1, tzinfo=zone),
                )
        return articles


class ChosenFilter(admin.SimpleListFilter):
    """A filter by one of very many: chosen by typing, not from a list."""

    template = "admin/articles/article/filter_autocomplete.html"
    field = None  # the foreign key whose choices are offered

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.other_params = [
            (key, value)
            for key, values in request.GET.lists()
            if key not in (self.parameter_name, "p", "e")
            for value in values
        ]
        chooser = forms.ModelChoiceField(
            self.field.related_model._default_manager.all(),
            required=False,
            widget=AutocompleteSelect(
                self.field,
                model_admin.admin_site,
                attrs={"id": f"filter-{self.field.name}", "aria-label": self.title},
            ),
        )
        self.chosen = self.value() if (self.value() or "").isdecimal() else ""
        self.widget = chooser.widget.render(self.parameter_name, self.chosen)

    def lookups(self, request, model_admin):
        return [("", "")]

    def has_output(self):
        return True

    def choices(self, changelist):
        return [
            {
                "query_string": changelist.get_query_string(
                    remove=[self.parameter_name]
                ),
                "selected": bool(self.chosen),
            }
        ]


class AuthorFilter(ChosenFilter):
    title = _("author")
    parameter_name = "author"
    field = Byline._meta.get_field("author")

    def queryset(self, request, articles):
        if self.chosen:
            written = Byline.objects.filter(author=self.chosen).values("article_id")
            return articles.filter(pk__in=written)
        return articles


class TagFilter(ChosenFilter):
    title = _("tag")
    parameter_name = "tag"
    field = ArticleTag._meta.get_field("tag")

    def queryset(self, request, articles):
        if self.chosen:
            tagged = ArticleTag.objects.filter(tag=self.chosen)
            return articles.filter(pk__in=tagged.values("content_object_id"))
        return articles


def search(articles, typed):
    """Articles with every word in headline, address or an author's name.

    Each part of the union reads one index from end to end, and no article.
    """
    for word in typed.split():
        authors = Author.objects.filter(name__icontains=word)
        found = Article.objects.filter(headline__icontains=word).order_by()
        at = Article.objects.filter(path__icontains=word).order_by()
        written = Byline.objects.filter(author__in=authors).order_by()
        articles = articles.filter(
            pk__in=found.values("pk").union(
                at.values("pk"), written.values("article_id")
            )
        )
    return articles


# Columns.


@admin.display(description="")
def thumbnail(article):
    if not article.lead_picture:
        return mark_safe('<span class="thumb thumb-none"></span>')
    return format_html(
        '<img class="thumb" src="{}" alt="" width="60" height="40" loading="lazy">',
        article.lead_picture.url_near(120),
    )


@admin.display(description=_("state"))
def state(article):
    name = article.state()
    label = STATES[name]
    if article.has_unpublished_changes and name != "changed":
        label = _("%(state)s, with changes") % {"state": label}
    return format_html('<span class="state state-{}">{}</span>', name, label)


@admin.display(description=_("authors"))
def authors(article):
    return article.byline_text() or "–"


@admin.display(description=_("published"), ordering="published_at", empty_value="–")
def published(article):
    if article.published_at:
        return date_format(timezone.localtime(article.published_at), "j M Y, H:i")
    return None
