"""The page behind a preview link: an article early, for somebody without a login."""

from django.db.models import F
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles import publishing, revisions
from articles.models import PreviewLink
from articles.robots import is_robot
from articles.showing import Preview, as_told, render_article


@require_safe
def preview(request, token):
    """Show the article as it is being written, or as it was when it was pinned."""
    links = PreviewLink.objects.select_related("article", "revision")
    link = links.filter(token=token).first()
    if link is None:
        raise Http404("There is no such preview.")
    if reason := link.why_closed():
        context = {"reason": reason, "article": link.article}
        response = render(request, "articles/preview_closed.html", context, status=410)
    else:
        response = _show(request, link)
        _count(request, link)
    return _unlisted(response)


def _show(request, link):
    if link.revision:
        snapshot = link.revision.snapshot
    else:
        snapshot = revisions.take(publishing.working_row(link.article))
    article, gone = as_told(link.article, snapshot)
    return render_article(
        request,
        article,
        "articles/article_preview.html",
        preview=Preview("link", until=link.expires_at, gone=gone),
    )


def _count(request, link):
    # Robots are answered like anybody, and no opening is counted.
    if request.method == "HEAD" or is_robot(request.headers.get("User-Agent", "")):
        return
    PreviewLink.objects.filter(pk=link.pk).update(
        openings=F("openings") + 1, last_opened_at=timezone.now()
    )


def _unlisted(response):
    """Keep the address from search engines, other sites, caches and proxies."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
