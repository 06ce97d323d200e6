"""A member of staff's own notices: what happened to articles while they were away."""

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles import notices

PER_PAGE = 50


def urls(desk):
    view = desk.admin_site.admin_view
    return [
        path(
            "notices/",
            view(partial(notice_list, desk)),
            name="articles_article_notices",
        ),
        path("notices/seen/", view(mark_seen), name="articles_article_notices_seen"),
    ]


def context(desk, request, article):
    """Whoever opens an article has seen what there was to say of it."""
    if article and request.method == "GET":
        unseen = request.user.notices.filter(article=article, seen_at=None)
        if unseen.exists():
            unseen.update(seen_at=timezone.now())
    return {}


def notice_list(desk, request):
    mine = notices.of(request.user).select_related("article")
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    context = desk.admin_site.each_context(request) | {
        "title": _("Notices"),
        "opts": desk.opts,
        "page": page,
    }
    return TemplateResponse(request, "admin/articles/article/notices.html", context)


@require_POST
def mark_seen(request):
    """Mark one notice as seen (`notice`), or all up to the newest shown (`until`)."""
    unseen = request.user.notices.filter(seen_at=None)
    notice, until = request.POST.get("notice", ""), request.POST.get("until", "")
    if notice.isdecimal():
        unseen.filter(pk=notice).update(seen_at=timezone.now())
    elif until.isdecimal():
        # What came since the page was made has not been seen by anybody.
        unseen.filter(pk__lte=until).update(seen_at=timezone.now())
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = reverse("admin:articles_article_notices")
    return HttpResponseRedirect(back)
