"""The history of a simple page: the articles' own, with a restoring that is simpler."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from articles import pages
from articles.admin import history
from articles.models import Page, Picture


def urls(desk):
    """Return the articles' pages of a history, with a restoring of its own."""
    return history.urls(desk, restore)


def restore(desk, request, pk, number):
    """Ask, showing what will change; then write an old version into the page."""
    page = desk.get_row(request, pk)
    if not desk.has_change_permission(request, page):
        raise PermissionDenied
    revision = history.get_version(page, number)
    names = [name for name in pages.RESTORED if name in revision.snapshot]
    now = pages.take(page)
    losses = _losses(now, revision.snapshot)
    if request.method == "POST":
        with transaction.atomic():
            # The row is held from here on, so that nobody saves in between.
            page = Page.objects.select_for_update().get(pk=page.pk)
            is_restored = pages.restore(page, revision, request.user)
        if not is_restored:
            messages.info(request, _("The page reads like this version already."))
            return history.back_to_history(page, request)
        told = _("Version %(number)s is back.") % {"number": revision.number}
        messages.success(request, told)
        for sentence in losses:
            messages.warning(request, sentence)
        address = reverse("admin:articles_page_change", args=[page.pk])
        return HttpResponseRedirect(address)
    context = {
        **history.surroundings(desk, request, page),
        "title": _("Restore version %s") % revision.number,
        "revision": revision,
        "fields": history.compare_snapshots(
            now, revision.snapshot, names, running=True, label_of=pages.label_of
        ),
        "losses": losses,
        "leaves": _(
            "That makes a new version: what stands there now stays in the history. The "
            "address stays, and so does whether readers see the page."
        ),
        "query": "all" if "all" in request.GET else "",
    }
    return render(request, "admin/articles/article/restore.html", context)


def _losses(now, snapshot):
    picture = snapshot.get("lead_picture")
    if not picture or now["lead_picture"] == picture:
        return []
    if Picture.objects.filter(pk=picture["id"]).exists():
        return []
    return [
        _("%(what)s: “%(name)s” no longer exists; the field is left empty.")
        % {"what": pages.label_of("lead_picture"), "name": picture["name"]}
    ]
