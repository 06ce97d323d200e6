"""Pictures that are in the library twice, and making one of them.

The same content is found by its digest. What only looks alike (another size, another
compression) is found by its likeness, and offered: whoever sees both decides.
"""

from collections import defaultdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import in_use, merging
from articles.admin.picture_list import card
from articles.models import Picture

GROUPS_PER_PAGE = 20
# Pieces of a likeness of 64 bits: of two that differ in fewer bits than there are
# pieces, one piece at least is the same.
PIECES = 8


def urls(picture_admin):
    """Return the address of the page of duplicates."""
    return [
        path(
            "duplicates/",
            picture_admin.own_view(duplicates),
            name="articles_picture_duplicates",
        )
    ]


def same():
    """Return the keys of pictures with one content, as a list of lists."""
    twice = (
        Picture.objects.exclude(digest="")
        .order_by()
        .values("digest")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    )
    groups = defaultdict(list)
    rows = Picture.objects.filter(digest__in=twice.values("digest")).order_by("pk")
    for key, digest in rows.values_list("pk", "digest"):
        groups[digest].append(key)
    return list(groups.values())


def alike():
    """Return the keys of pictures that look nearly the same, as a list of lists.

    Compares only those that share a piece of their likeness: 20,000 pictures take
    about a second, where all pairs would take a minute.
    """
    near = Picture.objects.all().NEAR
    rows = Picture.objects.exclude(likeness="").order_by("pk")
    likenesses = [
        (key, int(likeness, 16))
        for key, likeness in rows.values_list("pk", "likeness").iterator()
    ]
    first = {key: key for key, _likeness in likenesses}

    def find(key):
        while first[key] != key:
            first[key] = first[first[key]]
            key = first[key]
        return key

    for piece in range(PIECES):
        buckets = defaultdict(list)
        for key, likeness in likenesses:
            buckets[likeness >> piece * 8 & 255].append((key, likeness))
        for bucket in buckets.values():
            for place, (key, likeness) in enumerate(bucket):
                for other, its in bucket[place + 1 :]:
                    if (likeness ^ its).bit_count() <= near:
                        low, high = sorted((find(key), find(other)))
                        first[high] = low
    groups = defaultdict(list)
    for key, _likeness in likenesses:
        groups[find(key)].append(key)
    return [keys for keys in groups.values() if len(keys) > 1]


def duplicates(request, picture_admin):
    """Show the groups; a post keeps one picture of a group in the place of others."""
    if not picture_admin.has_view_permission(request):
        raise PermissionDenied
    may_replace = picture_admin.has_change_permission(
        request
    ) and picture_admin.has_delete_permission(request)
    if request.method == "POST":
        if not may_replace:
            raise PermissionDenied
        return _replace(request, picture_admin)
    is_alike = request.GET.get("kind") == "alike"
    page = Paginator(alike() if is_alike else same(), GROUPS_PER_PAGE).get_page(
        request.GET.get("p")
    )
    shown = Picture.objects.in_bulk([key for keys in page for key in keys])
    used = in_use.used_among(Picture, shown) if shown else set()
    groups = [
        [{**card(shown[key]), "is_used": key in used} for key in keys if key in shown]
        for keys in page
    ]
    context = {
        **picture_admin.admin_site.each_context(request),
        "opts": picture_admin.opts,
        "title": _("Duplicates"),
        "groups": groups,
        "page": page,
        "is_alike": is_alike,
        "may_replace": may_replace,
        "media": picture_admin.media,
    }
    return TemplateResponse(request, "admin/articles/picture/duplicates.html", context)


def _group(pictures, used):
    """Return the cards of a group, first the one that is likely to be kept."""
    cards = [{**card(picture), "is_used": picture.pk in used} for picture in pictures]
    return sorted(
        cards,
        key=lambda each: (
            not each["is_used"],
            not each["picture"].alt,
            -each["picture"].width * each["picture"].height,
        ),
    )


@transaction.atomic
def _replace(request, picture_admin):
    here = f"{reverse('admin:articles_picture_duplicates')}?{request.GET.urlencode()}"
    keys = [
        int(key)
        for key in [request.POST.get("keep", ""), *request.POST.getlist("drop")]
        if key.isdecimal() and len(key) < 19
    ]
    pictures = Picture.objects.in_bulk(keys)
    kept = pictures.pop(keys[0], None) if keys else None
    if kept is None or not pictures:
        told = _("Choose the one to keep, and at least one that it replaces.")
        picture_admin.message_user(request, told, messages.ERROR)
        return HttpResponseRedirect(here)
    rows = Picture.objects.filter(pk__in=pictures)
    picture_admin.log_deletions(request, rows)
    for picture in pictures.values():
        note = f"“{picture}” ({picture.pk}) was merged into it."
        picture_admin.log_change(request, kept, note)
        merging.merge(picture, kept)
    told = ngettext(
        "“%(kept)s” stands where %(count)d other stood, which is deleted.",
        "“%(kept)s” stands where %(count)d others stood, which are deleted.",
        len(pictures),
    ) % {"kept": kept, "count": len(pictures)}
    picture_admin.message_user(request, told, messages.SUCCESS)
    return HttpResponseRedirect(here)
