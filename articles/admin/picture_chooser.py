"""What the editor's picture dialog asks: a page of the library, and an upload.

`PictureAdmin.get_urls` puts `urls(self)` before its own. Permissions, search and the
upload's form are that admin's, so the dialog allows what its pages allow.
"""

import re
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from articles.admin import picture_list, picture_uploads
from articles.models import Picture

PER_PAGE = 24
MOST_AT_ONCE = 100
# Pixels of the dialog's pictures, times two for dense screens.
THUMB_WIDTH = 400
PREVIEW_WIDTH = 800
RECENT = timedelta(days=7)
ALIKE = 3


def urls(picture_admin):
    """Return the addresses of the dialog, for members of staff only."""

    view = picture_admin.own_view
    return [
        path("choose/", view(require_GET(choose)), name="articles_picture_chooser"),
        path("upload/", view(require_POST(upload)), name="articles_picture_upload"),
    ]


def choose(request, picture_admin):
    """Answer {pictures, next, may_upload, total}: a page of what fits `q` and `only`.

    `ids` ("3,14") asks for these pictures instead, all at once.
    `only` is "mine" (uploaded by who asks), "recent" (of the last seven days) or
    "unused"; anything else is everything. `total` counts what fits.
    """
    if not picture_admin.has_view_permission(request):
        raise PermissionDenied
    pictures, _has_duplicates = picture_admin.get_search_results(
        request, picture_admin.get_queryset(request), request.GET.get("q", "")
    )
    pictures = _narrowed(pictures, request.GET.get("only"), request.user)
    per_page = PER_PAGE
    if wanted := re.findall(r"\d{1,18}", request.GET.get("ids", "")):
        per_page = MOST_AT_ONCE
        pictures = picture_admin.get_queryset(request).filter(pk__in=wanted[:per_page])
    page = Paginator(pictures, per_page).get_page(request.GET.get("page"))
    return JsonResponse(
        {
            "pictures": [as_json(picture) for picture in page],
            "next": page.next_page_number() if page.has_next() else None,
            "may_upload": picture_admin.has_add_permission(request),
            "total": page.paginator.count,
        }
    )


def _narrowed(pictures, only, user):
    if only == "mine":
        return pictures.filter(uploaded_by=user)
    if only == "recent":
        return pictures.filter(created_at__gte=timezone.now() - RECENT)
    if only == "unused":
        return picture_list.unused(pictures)
    return pictures


def upload(request, picture_admin):
    """Store a picture; only `upload` is required, the words may follow later.

    Answers 201 {picture, is_duplicate: false, alike, remarks}, `alike` being what looks
    nearly the same and `remarks` sentences for whoever uploaded it. A picture whose
    very content is in the library already is not stored again: 200 {picture: that
    one, is_duplicate: true}, with its own words. Refusals are 400 {errors: {field:
    sentences}}.
    """
    if not picture_admin.has_add_permission(request):
        raise PermissionDenied
    picture, is_duplicate, errors = picture_uploads.store(
        picture_admin, request, request.POST, request.FILES.get("upload")
    )
    if picture is None:
        return JsonResponse({"errors": errors}, status=400)
    alike = Picture.objects.like(likeness=picture.likeness).exclude(pk=picture.pk)
    answer = {
        "picture": as_json(picture),
        "is_duplicate": is_duplicate,
        "alike": [as_json(other) for other in alike[:ALIKE]],
        "remarks": list(picture.remarks),
    }
    return JsonResponse(answer, status=200 if is_duplicate else 201)


def as_json(picture):
    expires = picture.rights_expire_on
    return {
        "id": picture.pk,
        "name": str(picture),
        "title": picture.title,
        "alt": picture.alt_text,
        "is_described": bool(picture.alt or picture.is_decorative),
        "caption": picture.caption,
        "credit": picture.credit,
        "rights_expired": bool(expires and expires < timezone.localdate()),
        "url": picture.file.url,
        "thumb": picture.url_near(THUMB_WIDTH),
        "preview": picture.url_near(PREVIEW_WIDTH),
        "width": picture.width,
        "height": picture.height,
    }
