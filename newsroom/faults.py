"""What is stale or broken: looked for once an hour, kept for the dashboard.

Looking means reading bodies, which no page may wait for; the clock does it hourly
(`find_faults`). What it found is kept in the row of its own heartbeat, so that the
desk also knows when it last looked. Django's cache would not do: by default each
process has its own, and the clock's is not the one that serves the desk.
"""

import json
from collections import defaultdict
from datetime import timedelta

from django.utils import timezone
from lxml import html

from articles import gate
from articles.models import Article, Picture
from articles.rendering import picture_ids
from newsroom.models import Heartbeat

NAME = "faults"
# Live articles whose bodies are read: the newest, which readers look at most.
NEWEST = 300
# So many of each kind are kept; who has more to repair begins with these.
MOST = 50
RIGHTS_END_SOON = timedelta(days=30)
DRAFT_IS_STALE = timedelta(days=30)
COPY_IS_STALE = timedelta(days=14)
# The worst first: what readers see, then what waits.
KINDS = ("rights_over", "missing", "link", "alt", "rights_end", "copy", "draft")
# Of a picture: what it is called by, and what is looked at.
NAMED = ("title", "alt", "is_decorative", "uploaded_name", "file", "rights_expire_on")
# Paths of one query: each is asked for in up to six spellings.
AT_ONCE = 400


def find_faults(at=None):
    """Look for faults, keep them for the desk and return them, the worst first.

    Each is {"kind": one of KINDS, "article": key of the live row, "what": str}:
    the link that leads nowhere, the picture's name, or a day as YYYY-MM-DD. Takes
    about half a second; the clock calls it once an hour.
    """
    at = at or timezone.now()
    found = sorted(
        [*_of_live_articles(at), *_of_stale_ones(at)],
        key=lambda fault: KINDS.index(fault["kind"]),
    )
    kept, counts = [], defaultdict(int)
    for fault in found:
        counts[fault["kind"]] += 1
        if counts[fault["kind"]] <= MOST:
            kept.append(fault)
    Heartbeat.objects.update_or_create(
        name=NAME, defaults={"beat_at": at, "trouble": json.dumps(kept)}
    )
    return kept


def kept_faults(beat):
    """Return the faults that a heartbeat's row holds; none where there is no row."""
    return json.loads(beat.trouble or "[]") if beat else []


def _fault(kind, article, what):
    return {"kind": kind, "article": article, "what": str(what)}


def _of_stale_ones(at):
    drafts = Article.objects.filter(
        status=Article.Status.DRAFT, updated_at__lt=at - DRAFT_IS_STALE
    )
    for pk, touched in drafts.order_by("-updated_at").values_list("pk", "updated_at")[
        :MOST
    ]:
        yield _fault("draft", pk, timezone.localdate(touched))
    copies = Article.objects.filter(
        status=Article.Status.WORKING, created_at__lt=at - COPY_IS_STALE
    )
    for pk, begun in copies.order_by("created_at").values_list("copy_of", "created_at")[
        :MOST
    ]:
        yield _fault("copy", pk, timezone.localdate(begun))


def _of_live_articles(at):
    live = Article.objects.live(at).newest_first()
    newest = list(live.only("path", "body", "lead_picture", "copy_of")[:NEWEST])
    yield from _of_pictures(newest, timezone.localdate(at))
    yield from _of_rights(at, {article.pk for article in newest})
    yield from _of_links(newest, at)


def _of_pictures(articles, today):
    """Pictures that say nothing to the blind, are gone, or may not be shown."""
    shown = {
        article.pk: picture_ids(article.body) | ({article.lead_picture_id} - {None})
        for article in articles
    }
    pictures = Picture.objects.only(*NAMED).in_bulk(set().union(*shown.values()))
    for article in articles:
        for image in html.fromstring(f"<div>{article.body}</div>").iter("img"):
            if not image.get("alt", "").strip() and not _says_it(image, pictures):
                yield _fault("alt", article.pk, image.get("src", "").rpartition("/")[2])
        for key in sorted(shown[article.pk]):
            yield from _of_picture(article, key, pictures.get(key), today)


def _of_rights(at, looked_at):
    """Rights to what articles show above and beside their texts, however old these are.

    Of the articles that were `looked_at`, the lead pictures are told already.
    """
    today = timezone.localdate(at)
    ending = Picture.objects.filter(rights_expire_on__lte=today + RIGHTS_END_SOON)
    for name in ("lead_picture", "social_picture"):
        shown = Article.objects.live(at).filter(**{f"{name}__in": ending.order_by()})
        rows = shown.newest_first().select_related(name)
        fields = [f"{name}__{each}" for each in NAMED]
        for article in rows.only("copy_of", name, *fields)[:MOST]:
            if name == "social_picture" or article.pk not in looked_at:
                yield from _of_end(article, getattr(article, name), today)


def _of_picture(article, key, picture, today):
    if picture is None:
        yield _fault("missing", article.pk, key)
        return
    if key == article.lead_picture_id and not _is_told(picture):
        yield _fault("alt", article.pk, picture)
    yield from _of_end(article, picture, today)


def _of_end(article, picture, today):
    ends = picture.rights_expire_on
    if ends and ends < today:
        yield _fault("rights_over", article.pk, picture)
    elif ends and ends <= today + RIGHTS_END_SOON:
        yield _fault("rights_end", article.pk, picture)


def _is_told(picture):
    return picture.is_decorative or bool(picture.alt.strip())


def _says_it(image, pictures):
    """Say whether an image's record has its words, or says that it needs none."""
    for figure in image.iterancestors("figure"):
        number = figure.get("data-picture", "")
        picture = pictures.get(int(number)) if number.isdecimal() else None
        # A picture that is gone is a fault of its own.
        return _is_told(picture) if picture else bool(number)
    return False


def _of_links(articles, at):
    """Links to stories and pages of our own that readers do not find.

    What counts as one is the publish gate's to say (articles/gate.py).
    """
    links = {article.pk: sorted(gate.linked_paths(article)) for article in articles}
    wanted = sorted({path for paths in links.values() for path in paths})
    found = set()
    for start in range(0, len(wanted), AT_ONCE):
        found |= gate.readable(wanted[start : start + AT_ONCE], at)
    for pk, paths in links.items():
        for path in paths:
            if path not in found:
                yield _fault("link", pk, path)
