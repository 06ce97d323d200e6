import re
from datetime import date
from itertools import groupby
from operator import attrgetter
from urllib.parse import quote

from django.db.models import Count, Exists, OuterRef, Subquery
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import resolve
from django.views.decorators.http import require_safe

from articles.fetching import article_at, author_at, section_at, series_at, tag_at
from articles.lists import by, in_month, in_section, on_day, tagged
from articles.models import Article, ArticleTag, Page, Tag
from articles.paths import quoted
from articles.showing import (
    path_bytes,
    render_page,
    show_article,
    show_by_key,
    show_old_address,
)
from articles.withdrawn import SHOWN, raise_withdrawn
from authors.models import Author
from authors.pagination import asked_page, get_page
from authors.shown import note, note_lasting


@require_safe
def page_or_article(request, path):
    """Show what stands at any address that is not the site's own.

    Only for an address that leads nowhere is it tried with a slash at its end.
    """
    if old := show_old_address(request):
        return old
    paths = spellings(request)
    if article := article_at(paths):
        return show_article(request, article)
    slashed = [f"{path}/" for path in paths]
    pages = {
        page.path: page
        for page in Page.objects.live()
        .select_related("lead_picture")
        .filter(path__in=paths + slashed)
    }
    if page := next((pages[path] for path in paths if path in pages), None):
        return render_page(request, page)
    if old := show_by_key(request):
        return old
    # As rows, which note themselves: the redirect goes when its story does. And when a
    # story may get this very address.
    articles = Article.objects.live().filter(path__in=slashed).only("path")
    note("headlines")
    found_paths = (*pages, *(article.path for article in articles))
    for found in (*found_paths, *site_address(slashed[0])):
        query = request.META.get("QUERY_STRING")
        if not query:
            note_lasting()
        return HttpResponsePermanentRedirect(
            quoted(found) + (f"?{query}" if query else "")
        )
    rows = Article.objects.filter(path__in=paths + slashed).only(*SHOWN)
    # The one at this very address before one that has a slash more.
    gone = min(rows, key=lambda article: article.path in slashed, default=None)
    if gone and (gone.withdrawn_at or gone.announced_at):
        # Withdrawn, over or in the trash: readers have its address, and may ask often.
        # Of one that was never out nothing may differ from an address without any.
        note_lasting()
        raise_withdrawn(gone)
    raise Http404(f"Nothing stands at {request.path}.")


def site_address(path):
    """Return [path] where it is an address of the site's own, such as /tags/."""
    is_other = path.endswith("//") or resolve(path).view_name == "articles:detail"
    return [] if is_other else [path]


def spellings(request):
    """Return the request's path in the ways in which most articles have stored it.

    Django decodes what it is given; the original comes from the proxy in front
    (newsroom/wsgi.py: RAW_URI). Any other way is found by `show_by_key`.
    """
    decoded = path_bytes(request)
    raw = request.META.get("RAW_URI", "").partition("?")[0]
    capitals = quote(decoded, safe="/:@!$&'()*+,;=~-._")
    small = re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), capitals)
    plain = request.path
    # Bytes that are no text; a "?" of the path, which as stored begins a query.
    if plain.encode() != decoded or "?" in plain:
        plain = capitals
    return list(dict.fromkeys([plain, raw or capitals, capitals, small]))


@require_safe
def section_detail(request, slug):
    section = section_at(slug, is_whole=asked_page(request) == 1)
    page = in_section(section).page(request)
    context = {"section": section, "subject": section, "page": page}
    return render(request, "articles/section_detail.html", context)


@require_safe
def tag_list(request):
    note("tags")
    live = ArticleTag.objects.filter(tag=OuterRef("pk")).live().order_by()
    count = live.values("tag").values(count=Count("pk"))
    tags = Tag.objects.filter(Exists(live)).annotate(story_count=Subquery(count))
    tags = tags.select_related("picture").order_by("name", "pk")
    page = get_page(request, tags, per_page=200)
    return render(request, "articles/tag_list.html", {"page": page})


@require_safe
def tag_detail(request, slug):
    tag = tag_at(slug, is_whole=asked_page(request) == 1)
    page = tagged(tag).page(request)
    not_before_its_first_story(page)
    context = {"tag": tag, "subject": tag, "page": page}
    return render(request, "articles/tag_detail.html", context)


@require_safe
def series_detail(request, slug):
    series = series_at(slug, is_whole=asked_page(request) == 1)
    note(f"in-series-{series.pk}")
    parts = series.articles.live().in_series_order()
    page = get_page(request, parts.for_cards())
    not_before_its_first_story(page)
    context = {"series": series, "subject": series, "page": page}
    return render(request, "articles/series_detail.html", context)


def not_before_its_first_story(page):
    """Raise Http404 for an empty list whose very name could give a plan away."""
    if not page.object_list:
        raise Http404("There are no stories here yet.")


@require_safe
def archive_index(request):
    months = groupby(Article.objects.live().months(), key=attrgetter("year"))
    years = [(year, list(those)) for year, those in months]
    return render(request, "articles/archive_index.html", {"years": years})


def is_ours(year):
    """Raise Http404 for the last year there is.

    It ends after Python's last moment in every zone behind Greenwich.
    """
    if int(year) >= date.max.year:
        raise Http404(f"There are no stories of {year}.")


@require_safe
def archive_year(request, year):
    is_ours(year)
    months = Article.objects.live().filter(published_at__year=year).counted_by_month()
    if not months:
        raise Http404(f"There are no stories of {year}.")
    context = {"year": int(year), "months": months}
    return render(request, "articles/archive_year.html", context)


@require_safe
def archive_month(request, year, month):
    is_ours(year)
    page = in_month(year, month).page(request)
    not_before_its_first_story(page)
    days = Article.objects.live().days(year, month) if page.number == 1 else []
    context = {"month": date(int(year), int(month), 1), "page": page, "days": days}
    return render(request, "articles/archive_month.html", context)


@require_safe
def archive_day(request, year, month, day):
    is_ours(year)
    try:
        day = date(int(year), int(month), int(day))
    except ValueError as error:
        raise Http404(str(error)) from error
    page = on_day(day).page(request)
    not_before_its_first_story(page)
    return render(request, "articles/archive_day.html", {"day": day, "page": page})


@require_safe
def author_list(request):
    page = get_page(request, Author.objects.published(), per_page=200)
    return render(request, "authors/author_list.html", {"page": page})


@require_safe
def author_detail(request, slug):
    author = author_at(slug)
    page = by(author).page(request)
    # Somebody's first story may be a secret until it is out.
    not_before_its_first_story(page)
    context = {"author": author, "page": page}
    return render(request, "authors/author_detail.html", context)
