"""The publish gate on the desk: the checklist beside the form, and what it stops."""

from functools import partial

from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from articles import gate, publishing


def urls(desk):
    return [
        path(
            "<int:pk>/gate/",
            desk.admin_site.admin_view(require_safe(partial(checklist, desk))),
            name="articles_article_gate",
        )
    ]


def context(desk, request, article):
    if article is None:
        return {}
    return {"gate": _panel(article)}


def _panel(article):
    """Return what _gate.html shows: of the stored row, or of its changes."""
    lines = gate.checklist(publishing.working_row(article))
    return {
        "lines": sorted(lines, key=lambda line: ORDER.index(line.state)),
        "blocking": sum(line.state == gate.BLOCKING for line in lines),
        "advice": sum(line.state == gate.ADVISORY for line in lines),
    }


ORDER = (gate.BLOCKING, gate.ADVISORY, "ok")


def checklist(desk, request, pk):
    """Answer with the checklist as it is now, for "Check again"."""
    article = desk.get_article(request, pk)
    return TemplateResponse(
        request,
        "admin/articles/article/_gate.html",
        {"article": article, "gate": _panel(article)},
    )


def told(found):
    """Return what stopped a publication, each finding with a link to its place."""
    places = format_html_join(
        "",
        '<li><a href="#{}" data-field="{}" data-anchor="{}">{}</a></li>',
        (
            (place_of(finding), finding.field, finding.anchor, finding.message)
            for finding in found
        ),
    )
    sentence = _("Saved, but not published:")
    return format_html('{} <ul class="gate-told">{}</ul>', sentence, places)


def place_of(finding):
    """Return the id of the form's field that a finding is about."""
    return "bylines-group" if finding.field == "bylines" else f"id_{finding.field}"
