"""Preview links of an article: made, looked after and revoked by who may change it."""

from datetime import timedelta
from functools import partial

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from articles.models import PreviewLink, Revision

HOURS = [
    (1, _("1 hour")),
    (8, _("8 hours")),
    (24, _("1 day")),
    (3 * 24, _("3 days")),
    (7 * 24, _("7 days")),
    (14 * 24, _("14 days")),
    (30 * 24, _("30 days")),
    (90 * 24, _("90 days")),
]
USUAL_HOURS = 7 * 24
# Whoever pins a version means a recent one; the list stays short enough to choose.
VERSIONS = 50
CLOSED = {
    "revoked": _("revoked"),
    "expired": _("expired"),
    "published": _("closed, because it was published"),
    "trashed": _("closed, because the article is in the trash"),
}


def urls(desk):
    view = desk.admin_site.admin_view
    answering = require_http_methods(["GET", "HEAD", "POST"])
    return [
        path(
            "<int:pk>/preview-links/",
            view(answering(partial(preview_links, desk))),
            name="articles_article_preview_links",
        ),
        path(
            "<int:pk>/preview-links/<int:link>/revoke/",
            view(require_POST(partial(revoke, desk))),
            name="articles_article_preview_revoke",
        ),
    ]


def context(desk, request, article):
    """Return what stands beside the form: the links that open."""
    if article is None or not desk.has_change_permission(request, article):
        return {}
    return {"preview_links": open_links(article), "may_share_preview": True}


def open_links(article):
    """Return the article's links that somebody could open now."""
    links = list(article.preview_links.filter(revoked_at=None))
    for link in links:
        link.article = article
    return [link for link in links if not link.why_closed()]


class PinnedVersion(forms.ModelChoiceField):
    def label_from_instance(self, revision):
        saved = date_format(timezone.localtime(revision.created_at), "j F Y, H:i")
        parts = [f"{revision.number}", revision.name, revision.get_event_display()]
        return " · ".join([*filter(None, parts), saved, revision.created_by_name])


class LinkForm(forms.Form):
    label = forms.CharField(
        label=_("For whom"),
        max_length=100,
        required=False,
        help_text=_("Only the newsroom sees this: “our lawyer”, “Ms Lindqvist”."),
    )
    hours = forms.TypedChoiceField(
        label=_("It opens for"), choices=HOURS, coerce=int, initial=USUAL_HOURS
    )
    revision = PinnedVersion(
        Revision.objects.none(),
        label=_("Version"),
        required=False,
        empty_label=_("Always the newest text"),
    )

    def __init__(self, *args, article, **kwargs):
        super().__init__(*args, **kwargs)
        newest = article.revisions.values("pk")[:VERSIONS]
        self.fields["revision"].queryset = article.revisions.filter(
            pk__in=list(newest.values_list("pk", flat=True))
        ).defer("snapshot")


def _article(desk, request, pk):
    """Return the article; only who may change it shows it to others."""
    article = desk.get_article(request, pk)
    if not desk.has_change_permission(request, article):
        raise PermissionDenied
    return article


def nothing_to_show(article):
    """Say whether readers see all there is, so that a link would show nothing new."""
    return article.is_live() and not article.has_unpublished_changes


def preview_links(desk, request, pk):
    """List an article's links, and make a new one."""
    article = _article(desk, request, pk)
    is_public = nothing_to_show(article)
    form = LinkForm(request.POST or None, article=article)
    if request.method == "POST" and not is_public and form.is_valid():
        link = PreviewLink.objects.create(
            article=article,
            label=form.cleaned_data["label"],
            revision=form.cleaned_data["revision"],
            expires_at=timezone.now() + timedelta(hours=form.cleaned_data["hours"]),
            made_by=request.user,
        )
        until = date_format(timezone.localtime(link.expires_at), "j F Y, H:i")
        message = _("The link is made. It opens until %(until)s.") % {"until": until}
        desk.message_user(request, message, messages.SUCCESS)
        return _back(article)
    links = list(article.preview_links.select_related("revision", "made_by"))
    for link in links:
        link.article = article
        link.address = request.build_absolute_uri(
            reverse("articles:preview", args=[link.token])
        )
        link.closed = CLOSED.get(link.why_closed(), "")
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Preview links"),
        "article": article,
        "form": form,
        "links": links,
        "is_public": is_public,
    }
    return TemplateResponse(
        request, "admin/articles/article/preview_links.html", context
    )


def revoke(desk, request, pk, link):
    """Close a link for good; whoever opens it is told so."""
    article = _article(desk, request, pk)
    found = article.preview_links.filter(pk=link)
    if not found.exists():
        raise Http404("This article has no such preview link.")
    found.filter(revoked_at=None).update(revoked_at=timezone.now())
    desk.message_user(request, _("The link no longer opens."), messages.SUCCESS)
    return _back(article)


def _back(article):
    address = reverse("admin:articles_article_preview_links", args=[article.pk])
    return HttpResponseRedirect(address)
