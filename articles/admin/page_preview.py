"""The preview of a simple page, on a phone and a desktop, as typed and not saved."""

from functools import partial

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from articles import pages
from articles.admin.preview import TEXTS, overlaid, typed_fields
from articles.showing import Preview, render_page


def urls(desk):
    view = desk.admin_site.admin_view
    answering = require_http_methods(["GET", "HEAD", "POST"])
    return [
        path(
            "<int:pk>/preview/",
            view(require_safe(partial(preview, desk))),
            name="articles_page_preview",
        ),
        path(
            "<int:pk>/preview/page/",
            view(answering(partial(page, desk))),
            name="articles_page_preview_page",
        ),
    ]


@csp_update({"frame-src": [SELF]})
def preview(desk, request, pk):
    """Show the page on a phone and on a desk, side by side."""
    simple_page = desk.get_row(request, pk)
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": simple_page.title,
        "simple_page": simple_page,
        "is_nav_sidebar_enabled": False,
        "page_address": reverse("admin:articles_page_preview_page", args=[pk]),
        "texts": TEXTS,
    }
    return TemplateResponse(request, "admin/articles/page/preview.html", context)


@csp_replace({"frame-ancestors": [SELF]})
@xframe_options_sameorigin
def page(desk, request, pk):
    """Show the reader's page as it is being written; see articles.admin.preview."""
    simple_page = desk.get_row(request, pk)
    text, snapshot = "stored", pages.take(simple_page)
    kind, fields = typed_fields(request, simple_page)
    if fields:
        typed = overlaid(desk, request, simple_page, snapshot, fields)
        text = kind if typed != snapshot else text
        snapshot = typed
    response = render_page(
        request,
        pages.told(simple_page, snapshot),
        "articles/page_preview.html",
        preview=Preview(text, TEXTS[text], is_alone="alone" in request.GET),
    )
    response["X-Robots-Tag"] = "noindex"
    return response
