"""Feeds of the site, of sections, tags, authors and series, of corrections, and for
partners. `feed/` after a page's address is its feed (newsroom/feeds/urls.py).
"""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from articles import lists
from articles.fetching import author_at, section_at, series_at, tag_at
from articles.models import Article, Correction
from authors.addresses import whole
from authors.pagination import PER_PAGE
from authors.shown import note, note_lasting, note_until
from newsroom.feeds import entries as loading
from newsroom.feeds import formats
from newsroom.feeds.addresses import ATOM, JSON, RSS, corrections_path, feed_path
from newsroom.feeds.models import PartnerFeed
from newsroom.furniture import Furniture

KINDS = {
    RSS: ("application/rss+xml; charset=utf-8", formats.rss),
    ATOM: ("application/atom+xml; charset=utf-8", formats.atom),
    JSON: ("application/feed+json", formats.json_feed),
}


# What a feed is about, by the first part of its address: how the subject is found at
# an address, and its stories.
SUBJECTS = {
    "": (None, lambda _site: lists.latest()),
    "sections": (section_at, lists.in_section),
    "tags": (tag_at, lists.tagged),
    "series": (series_at, lists.in_series),
    "authors": (author_at, lists.by),
}


@require_safe
def stories(request, about="", slug="", kind=None, is_summary=None):
    """Show the newest stories of the site, or of a section, a tag, a series …"""
    find, stories_of = SUBJECTS[about]
    subject = find(slug=slug) if about else None
    keys = stories_of(subject).newest()
    if about in ("tags", "series", "authors") and not keys:
        # Its very name could give a plan away, as on its page.
        raise Http404("There are no stories here yet.")
    publication = Furniture().publication
    page = subject.get_absolute_url() if subject else "/"
    path = feed_path(page, kind or RSS, is_summary=bool(is_summary))
    feed = head_of(publication, path, page)
    if subject:
        text = getattr(subject, "description", "") or getattr(subject, "bio", "")
        feed = replace(feed, title=f"{subject} · {publication.name}", about=text)
        if picture := getattr(subject, "picture", None):
            feed = replace(feed, icon=icon_of(picture))
    found = loading.entries(keys, namer(publication), is_full=not is_summary)
    return answer(replace(feed, entries=found), kind or RSS)


@require_safe
def corrections(request, kind=None):
    """Show what was corrected lately in stories that readers can see."""
    note("corrections", "latest")
    rows = (
        Correction.objects.filter(article__in=Article.objects.live())
        .order_by("-corrected_at", "-pk")
        .select_related("article")
        .defer("article__body")[:PER_PAGE]
    )
    publication = Furniture().publication
    feed = head_of(publication, corrections_path(kind or RSS), "/")
    with override(publication.language):
        title = _("Corrections")
        found = [loading.correction_entry(row, namer(publication)) for row in rows]
    feed = replace(feed, title=f"{title} · {publication.name}", entries=found)
    return answer(feed, kind or RSS)


@require_safe
def partner(request, slug, token=""):
    """Show a partner what their record says; nobody else learns that it exists."""
    feeds = PartnerFeed.objects.prefetch_related("sections", "tags", "authors")
    record = get_object_or_404(feeds, slug=slug)
    if not record.opens_for(token):
        raise Http404("There is no such feed.")
    note(*record.list_keys())
    now = timezone.now()
    chosen = record.chosen(Article.objects.live(now))
    delay = timedelta(minutes=record.delay)
    keys = chosen.filter(published_at__lte=now - delay).keys_newest_first()
    if record.delay:
        coming = chosen.filter(published_at__gt=now - delay).order_by("published_at")
        moment = coming.values_list("published_at", flat=True).first()
        note_until(moment and moment + delay)
    publication = Furniture().publication
    found = loading.entries(
        list(keys[: record.count]), namer(publication), is_full=record.is_full
    )
    if record.names_original and record.is_full:
        with override(publication.language):
            found = [with_original(entry, publication.name) for entry in found]
    feed = head_of(publication, record.get_absolute_url(), "/", hub="")
    title = f"{publication.name} · {record.name}"
    response = answer(replace(feed, title=title, entries=found), record.format)
    response["X-Robots-Tag"] = "noindex"
    return response


def with_original(entry, name):
    """Return an entry whose text ends with a link to the story itself."""
    told = _("First published by %(name)s") % {"name": name}
    address = entry.original or entry.address
    if entry.original:
        told = _("The original of this story")
    line = format_html('<p><a rel="canonical" href="{}">{}</a></p>', address, told)
    return replace(entry, markup=entry.markup + line)


def head_of(publication, path, page, hub=None):
    """Return a Feed without entries, with what the site says of itself."""
    return formats.Feed(
        id=namer(publication)(path),
        title=publication.name,
        about=publication.description or publication.tagline,
        address=whole(page),
        self_address=whole(path),
        language=publication.language,
        publisher=publication.name,
        rights=publication.copyright and f"© {publication.copyright}",
        hub=publication.hub if hub is None else hub,
    )


def icon_of(picture):
    """Return the whole address of a square cut, in the size that JSON Feed wants."""
    return whole(picture.url_near(512, "1:1"))


def namer(publication):
    """Return what makes ids that stay when the site moves (RFC 4151, tag URIs)."""
    host = urlsplit(settings.SITE_URL).hostname
    authority = publication.feed_authority or f"{host},2026"
    return lambda name: f"tag:{authority}:{name}"


def answer(feed, kind):
    content_type, write = KINDS[kind]
    return HttpResponse(write(feed), content_type=content_type)


@require_safe
def moved(request, kind=RSS):
    """Lead from a common address of feeds to ours; newsroom/feeds/old.py has others."""
    note_lasting()
    return HttpResponsePermanentRedirect(feed_path("/", kind))
