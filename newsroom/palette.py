"""The command palette: to any article, author, tag, section or page by typing.

What answers is what the user could open anyway: articles by `for_desk`, the others
by the right to look at them. At 100,000 articles an answer takes less than 100 ms.
"""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles.finding import holding, newest_keys
from articles.models import Article, Section, Tag
from authors.models import Author

# What the clock makes of "published", in a word.
STATES = {
    "scheduled": gettext_lazy("Scheduled"),
    "live": gettext_lazy("Live"),
    "changed": gettext_lazy("Live, with unpublished changes"),
    "expired": gettext_lazy("Expired"),
}
# Of each kind beside articles; the whole fits a dialog without much scrolling.
OTHERS = 4
# Words of a line typed; more only make the search slower.
WORDS = 6
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
