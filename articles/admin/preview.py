"""The preview: the reader's own page of what is being written, phone and desktop.

Three texts can be shown, and the page says which: the form's as it is typed in
another tab at this moment (its browser hands it over, nothing is stored), else what
the autosave kept of it, else the stored one.
"""

import json
import re
from functools import partial

from csp.constants import SELF
from csp.decorators import csp_replace
from django.core.exceptions import BadRequest, ValidationError
from django.forms.models import model_to_dict
from django.http import Http404, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from articles import publishing, revisions
from articles.html import clean
from articles.showing import Preview, as_told, render_article
from authors.models import Author

# What a page can show: the form's, the autosave's, the saved one, an older one.
TEXTS = {
    "typed": _("With what you typed and did not save yet."),
    "kept": _("With what you typed and did not save; it was kept automatically."),
    "stored": _("The text as it was saved last."),
    "version": _("An older version."),
}


def urls(desk):
    view = desk.admin_site.admin_view
    answering = require_http_methods(["GET", "HEAD", "POST"])
    return [
        path(
            "<int:pk>/preview/",
            view(require_safe(partial(preview, desk))),
            name="articles_article_preview",
        ),
        path(
            "<int:pk>/preview/page/",
            view(answering(partial(page, desk))),
            name="articles_article_preview_page",
        ),
    ]


def context(desk, request, article):
    return {}


def preview(desk, request, pk):
    """Show the page on a phone and on a desk, side by side."""
    article = desk.get_article(request, pk)
    version = request.GET.get("version", "")
    address = reverse("admin:articles_article_preview_page", args=[pk])
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": publishing.working_row(article).headline,
        "article": article,
        "is_nav_sidebar_enabled": False,
        "page_address": f"{address}?version={version}" if version else address,
        "version": version,
        "texts": TEXTS,
    }
    return TemplateResponse(request, "admin/articles/article/preview.html", context)


# The reader's page under the reader's policy, nothing of the desk: but the desk may
# frame it, which nobody may the public one.
@csp_replace({"frame-ancestors": [SELF]})
@xframe_options_sameorigin
def page(desk, request, pk):
    """Show the reader's page of the article as it is being written.

    Sent by POST, "typed" holds the fields of an open form, as JSON: [[name, value],
    …]. They are shown and not stored.
    """
    article = desk.get_article(request, pk)
    text = "stored"
    if "version" in request.GET:
        snapshot, text = _version(article, request.GET["version"]), "version"
    else:
        row = publishing.working_row(article)
        snapshot = revisions.take(row)
        kind, fields = typed_fields(request, article)
        if fields:
            typed = overlaid(desk, request, row, snapshot, fields)
            text = kind if typed != snapshot else text
            snapshot = typed
    told, gone = as_told(article, snapshot)
    response = render_article(
        request,
        told,
        "articles/article_preview.html",
        preview=Preview(text, TEXTS[text], gone=gone, is_alone="alone" in request.GET),
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def _version(article, key):
    revision = article.revisions.filter(pk=key).first() if key.isdecimal() else None
    if revision is None:
        raise Http404("There is no such version of this article.")
    return revision.snapshot


def typed_fields(request, article):
    """Return ("typed" or "kept", the fields of the form as a QueryDict or None)."""
    if request.method == "POST":
        try:
            return "typed", _fields(json.loads(request.POST.get("typed", "")))
        except (TypeError, ValueError) as error:
            raise BadRequest("These are no fields of a form.") from error
    kept = article.autosaves.filter(user=request.user).first()
    return "kept", _fields(kept.data) if kept else None


def _fields(pairs):
    """Raises TypeError or ValueError for what is no [[name, value], …]."""
    fields = QueryDict(mutable=True)
    for name, value in pairs:
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError("A field has a name and a text.")
        fields.appendlist(name, value)
    return fields


def overlaid(desk, request, row, snapshot, fields):
    """Return the snapshot with what was typed in its place, as far as it is valid.

    Corrections are shown when they are saved.
    """
    typed = dict(snapshot)
    form_fields = desk.get_form(request, row, change=True).base_fields
    stored = model_to_dict(row, form_fields)
    stored["related"] = [story["id"] for story in snapshot.get("related", [])]
    for name, field in form_fields.items():
        if name not in snapshot or field.widget.value_omitted_from_data(
            fields, {}, name
        ):
            continue
        value = field.widget.value_from_datadict(fields, {}, name)
        try:
            if field.has_changed(stored.get(name), value):
                typed[name] = _as_told(name, field.clean(value))
        except ValidationError:
            # Half a date, an empty headline: the stored one stands until it is right.
            continue
    if "bylines-TOTAL_FORMS" in fields:
        typed["bylines"] = _typed_bylines(fields)
    return typed


def _as_told(name, value):
    if name == "tags":
        return sorted(str(tag) for tag in value)
    if name == "related":
        return [{"id": key, "name": ""} for key in value]
    if name in revisions.REFERENCES:
        return {"id": value.pk, "name": str(value)} if value else None
    if name == "body":
        return str(clean(value))
    if name == "headline":
        return " ".join(value.split())
    return revisions.plain(value)


def _typed_bylines(fields):
    """Return the bylines of a form's rows, as a snapshot has them."""
    total = fields["bylines-TOTAL_FORMS"]
    rows = []
    for number in range(min(int(total), 1000) if total.isdecimal() else 0):
        row = {
            name: fields.get(f"bylines-{number}-{name}", "").strip()
            for name in ("author", "role", "credit", "position", "DELETE")
        }
        # 18 digits fit the databases' integers.
        if re.fullmatch(r"\d{1,18}", row["author"]) and not row["DELETE"]:
            rows.append(row)
    rows.sort(
        key=lambda row: int(row["position"]) if row["position"].isdecimal() else 0
    )
    authors = Author.objects.in_bulk([int(row["author"]) for row in rows])
    return [
        {
            "author": {"id": author.pk, "name": author.name},
            "role": row["role"][:100],
            "credit": row["credit"][:200],
        }
        for row in rows
        if (author := authors.get(int(row["author"])))
    ]
