"""The command palette: to any article, author, tag, section or page by typing.

What answers is what the user could open anyway: articles by `for_desk`, the others
by the right to look at them. At 100,000 articles an answer takes less than 100 ms.
"""

import re
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db.models.functions import Lower
from django.http import JsonResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles.models import Article, Section, Tag
from authors.models import Author

# What the clock makes of "published", in a word.
STATES = {
    "scheduled": gettext_lazy("Scheduled"),
    "live": gettext_lazy("Live"),
    "changed": gettext_lazy("Live, with unpublished changes"),
    "expired": gettext_lazy("Expired"),
}
# Of each kind; the whole fits a dialog without much scrolling.
ARTICLES, OTHERS = 8, 4
# Words of a line typed; more only make the search slower.
WORDS = 6
# The newest articles are looked through first, newest first. Only what is not
# among them is asked of the index on all headlines, which knows no dates: what it
# finds first, up to so many, is put in order afterwards. Both, because a frequent
# word is soon found among the newest, and a rare one has few matches in all.
NEWEST, FOUND = 1500, 200
# Of a contributor's own, so many are looked at for the better ones.
RANKED = 60
# Pages that other parts of the desk bring; those that are not there are left out.
EXTRA_PAGES = [
    ("admin:articles_article_trash", "articles.delete_article"),
]


def urls(site):
    return [path("jump/", site.admin_view(partial(jump, site=site)), name="jump")]


@never_cache
@require_safe
def jump(request, site):
    """Answer {"groups": [{"name", "found": [{"label", "detail", "address"}]}]}."""
    if not request.user.is_staff:
        raise PermissionDenied
    words = request.GET.get("q", "")[:200].split()[:WORDS]
    user = request.user
    groups = [
        (_("Articles"), find_articles(user, words)),
        (_("Pages of the desk"), find_pages(site, request, words)),
        (_("Authors"), find_others(user, Author, "sort_name", words)),
        (_("Sections"), find_others(user, Section, "position", words)),
        (_("Tags"), find_others(user, Tag, "name", words)),
    ]
    found = [{"name": name, "found": rows} for name, rows in groups if rows]
    return JsonResponse({"groups": found})


def holding(rows, column, words):
    """Rows whose column holds every word, in whatever case.

    Not by `icontains`: PostgreSQL turns to capitals at half the speed (111 ms for
    100,000 headlines beside 69).
    """
    rows = rows.alias(in_small_letters=Lower(column))
    for word in words:
        rows = rows.filter(in_small_letters__contains=word.lower())
    return rows


def find_articles(user, words):
    if not user.has_perm("articles.view_article"):
        return []
    keys = newest_keys(user, words)
    articles = (
        Article.objects.filter(pk__in=keys)
        .only(
            *("headline", "status", "published_at", "expires_at", "created_at"),
            "has_unpublished_changes",
        )
        .order_by()
        .in_bulk()
    )
    return [
        {
            "label": articles[key].headline,
            "detail": detail_of(articles[key]),
            "address": reverse("admin:articles_article_change", args=[key]),
        }
        for key in keys
        if key in articles
    ]


def newest_keys(user, words):
    """Return keys of this user's articles with these words, the newest first."""
    own = Article.objects.for_desk(user).order_by("-created_at", "-pk")
    if not words:
        return list(own.values_list("pk", flat=True)[:ARTICLES])
    if not user.has_perm("articles.edit_all_articles"):
        # Even 12,000 own articles are read in 60 ms; no index knows whose they are.
        rows = holding(own, "headline", words).values_list("pk", "headline")
        return best(rows[:RANKED], words)
    newest = own.values_list("pk", "headline")[:NEWEST]
    keys = best([row for row in newest if _holds(row[1], words)], words)
    if len(keys) == ARTICLES:
        return keys
    # Asked apart, which SQLite answers from the index on headlines alone.
    everywhere = holding(Article.objects.order_by(), "headline", words).values("pk")
    rows = Article.objects.originals().filter(pk__in=everywhere).order_by()
    found = rows.exclude(pk__in=keys).values_list("pk", "created_at")[:FOUND]
    rest = sorted(found, key=lambda row: (row[1], row[0]), reverse=True)
    return [*keys, *(key for key, _created in rest)][:ARTICLES]


def best(rows, words):
    """Return keys of (key, headline): those where words begin so, then the rest."""
    starts = [re.compile(rf"(?<!\w){re.escape(word)}", re.I) for word in words]

    def is_other(row):
        return not all(start.search(row[1]) for start in starts)

    # Sorting keeps the order, the newest first, of what is equally good.
    return [key for key, _headline in sorted(rows, key=is_other)][:ARTICLES]


def _holds(text, words):
    text = text.lower()
    return all(word.lower() in text for word in words)


def detail_of(article):
    state = article.state()
    day = timezone.localtime(article.published_at or article.created_at)
    word = STATES.get(state) or capfirst(Article.Status(state).label)
    return f"{word} · {date_format(day, 'j M Y')}"


def find_others(user, model, order, words):
    """Return authors, sections or tags whose name holds every word."""
    meta = model._meta
    rights = (
        f"{meta.app_label}.{right}_{meta.model_name}" for right in ("view", "change")
    )
    if not words or not any(user.has_perm(right) for right in rights):
        return []
    rows = holding(model.objects.all(), "name", words)
    # Names that begin with what was typed come first.
    first = rows.filter(name__istartswith=" ".join(words)).order_by(order, "pk")
    rows = [*first[:OTHERS], *rows.order_by(order, "pk")[: 2 * OTHERS]]
    change = f"admin:{meta.app_label}_{meta.model_name}_change"
    return [
        {
            "label": row.name,
            "detail": capfirst(meta.verbose_name),
            "address": reverse(change, args=[row.pk]),
        }
        for row in list(dict.fromkeys(rows))[:OTHERS]
    ]


# Pages of the desk


def find_pages(site, request, words):
    pages = [
        {"label": str(label), "detail": "", "address": address}
        for label, address in pages_of(site, request)
        if all(word.lower() in str(label).lower() for word in words)
    ]
    return pages if not words else pages[: 2 * OTHERS]


def pages_of(site, request):
    """Return [(label, address)] of the pages this user may open, daily ones first."""
    user = request.user
    pages = []
    if user.has_perm("articles.add_article"):
        pages.append((_("Write an article"), reverse("admin:articles_article_add")))
    pages.append((_("The desk"), reverse("admin:index")))
    if user.has_perm("articles.view_article"):
        pages.append((_("Calendar"), reverse("admin:calendar")))
    lists, forms = [], []
    for group in site.get_app_list(request):
        for model in group["models"]:
            if model["admin_url"]:
                lists.append((capfirst(model["name"]), model["admin_url"]))
            if model["add_url"] and model["object_name"] != "Article":
                name = model["model"]._meta.verbose_name
                forms.append((_("New: %(what)s") % {"what": name}, model["add_url"]))
    pages += lists
    for name, right in EXTRA_PAGES:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        if user.has_perm(right):
            pages.append((_("Trash"), address))
    pages += forms
    pages.append((_("View site"), site.site_url))
    pages.append((_("Change password"), reverse("admin:password_change")))
    return pages
