"""The trash: thrown away with an undo, brought back, destroyed by whoever may.

Nothing in the admin deletes an article, but `destroy` here.
"""

from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from articles import publishing
from articles.admin import article_list
from articles.admin.verbs import STATES
from articles.models import Article
from articles.trash import bound_to_stay, destroy

Status = Article.Status
PER_PAGE = 50
# So many headlines are named; the rest is counted.
NAMED = 10


def urls(desk):
    def view(function, only=require_safe):
        return desk.admin_site.admin_view(only(partial(function, desk)))

    either = require_http_methods(["GET", "HEAD", "POST"])

    return [
        path("trash/", view(trash), name="articles_article_trash"),
        path(
            "trash/restore/",
            view(restore_many, require_POST),
            name="articles_article_restore",
        ),
        path(
            "trash/delete/",
            view(destroy_many, require_POST),
            name="articles_article_destroy",
        ),
        path(
            "<int:pk>/restore/",
            view(restore_one, require_POST),
            name="articles_article_restore_one",
        ),
        # Django's own view of this address would destroy the article.
        path(
            "<path:object_id>/delete/",
            view(throw_away, either),
            name="articles_article_delete",
        ),
    ]


def context(desk, request, article):
    return {}


def may_trash(user, article):
    """Whether throwing it away is this user's to do: it takes it from readers."""
    return article.status != Status.PUBLISHED or user.has_perm(
        "articles.publish_article"
    )


# Into the trash.


def throw_away(desk, request, object_id):
    """Move one article to the trash, from its form; a page asks where it was a link."""
    with transaction.atomic():
        article = desk.get_object(request, unquote(object_id))
    if article is None:
        return desk._get_obj_does_not_exist_redirect(request, desk.opts, object_id)
    if not desk.has_delete_permission(request, article):
        raise PermissionDenied
    if request.method != "POST":
        return _page(
            desk, request, "throw_away", _("Move to the trash"), article=article
        )
    _move(desk, request, Article.objects.filter(pk=article.pk))
    return HttpResponseRedirect(_list_address())


# Named like Django's own, whose place in the list's menu it takes.
@admin.action(description=gettext_lazy("Move to the trash"), permissions=["delete"])
def delete_selected(desk, request, articles):
    _move(desk, request, articles)


def _move(desk, request, articles):
    """Move what this user may, and say how many, with an undo, and what was left."""
    at = timezone.now()
    with transaction.atomic():
        keys = list(articles.order_by().values_list("pk", flat=True))
        held = Article.objects.originals().filter(pk__in=keys).order_by("pk")
        held = held.select_for_update().defer("body")
        ready, others = [], []
        for article in held:
            (ready if may_trash(request.user, article) else others).append(article)
        for article in ready:
            publishing.move_to_trash(article, request.user, at)
            desk.log_change(request, article, "Moved to the trash.")
    if ready:
        desk.message_user(request, _moved(request, ready, at), messages.SUCCESS)
    if others:
        told = ngettext(
            "%(count)d was left, because only who may publish takes a published "
            "article from readers: %(names)s",
            "%(count)d were left, because only who may publish takes a published "
            "article from readers: %(names)s",
            len(others),
        ) % {"count": len(others), "names": _names(others)}
        desk.message_user(request, told, messages.WARNING)


def _moved(request, articles, at):
    """Return what is said, with a button that brings all of them back."""
    if len(articles) == 1:
        said = _("“%(headline)s” is in the trash.") % {"headline": articles[0].headline}
    else:
        said = ngettext(
            "%(count)d article is in the trash.",
            "%(count)d articles are in the trash.",
            len(articles),
        ) % {"count": len(articles)}
    return format_html(
        '{} <form method="post" action="{}" class="undo">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="trashed_at" value="{}">'
        "<button>{}</button></form>",
        said,
        reverse("admin:articles_article_restore"),
        get_token(request),
        at.isoformat(),
        _("Undo"),
    )


# Out of it.


def restore_many(desk, request):
    """Bring back what is ticked, or everything that an undo stands for."""
    if not desk.has_change_permission(request):
        raise PermissionDenied
    articles = Article.objects.in_trash_for(request.user)
    is_undo = "trashed_at" in request.POST
    if is_undo:
        at = _moment(request.POST["trashed_at"])
        articles = articles.filter(trashed_at=at, trashed_by=request.user)
    else:
        articles = articles.filter(pk__in=_ticked(request))
    restored = _restore(desk, request, articles)
    if is_undo and len(restored) == 1:
        return HttpResponseRedirect(_form_address(restored[0]))
    return HttpResponseRedirect(_list_address() if is_undo else _trash_address())


def restore_one(desk, request, pk):
    """Bring one back; then, if asked, let the browser send its form once more."""
    if not desk.has_change_permission(request):
        raise PermissionDenied
    article = get_object_or_404(Article, pk=pk)
    if article.status == Status.TRASHED:
        _restore(
            desk, request, Article.objects.in_trash_for(request.user).filter(pk=pk)
        )
    response = HttpResponseRedirect(_form_address(article))
    if "save" in request.GET:
        # What was typed is in this request. 307 keeps method and body (RFC 9110,
        # 15.4.8), so the form's own view gets it as if it came from the form.
        response.status_code = 307
    return response


def _restore(desk, request, articles):
    """Bring them back as far as this user may, and say what became of them."""
    may_publish = desk.has_publish_permission(request)
    changed, missed = [], []
    with transaction.atomic():
        keys = list(articles.order_by().values_list("pk", flat=True))
        held = Article.objects.in_trash().filter(pk__in=keys).order_by("pk")
        restored = list(held.select_for_update().defer("body"))
        for article in restored:
            before = article.trashed_from
            publishing.take_from_trash(article, as_it_was=may_publish)
            desk.log_change(request, article, "Taken from the trash.")
            if article.status == Status.DRAFT != before:
                missed.append(article)
            elif article.status != before:
                changed.append(article)
    if len(restored) == 1:
        state = STATES.get(restored[0].state(), restored[0].state())
        told = _("“%(headline)s” is back: %(state)s.") % {
            "headline": restored[0].headline,
            "state": str(state).lower(),
        }
        desk.message_user(request, told, messages.SUCCESS)
    elif restored:
        told = ngettext(
            "%(count)d article is back.", "%(count)d articles are back.", len(restored)
        )
        told %= {"count": len(restored)}
        desk.message_user(request, told, messages.SUCCESS)
    else:
        told = _("Nothing was brought back: it is in the trash no longer.")
        desk.message_user(request, told, messages.WARNING)
    if changed:
        told = ngettext(
            "%(count)d was published before; it is withdrawn now, because "
            "publishing is not yours to do: %(names)s",
            "%(count)d were published before; they are withdrawn now, because "
            "publishing is not yours to do: %(names)s",
            len(changed),
        ) % {"count": len(changed), "names": _names(changed)}
        desk.message_user(request, told, messages.WARNING)
    if missed:
        told = _(
            "It was to go out while it was in the trash, so it is a draft now: publish "
            "or schedule it anew. %(names)s"
        ) % {"names": _names(missed)}
        desk.message_user(request, told, messages.WARNING)
    return restored


# The trash itself.


def trash(desk, request):
    """List what was thrown away, the latest first."""
    if not desk.has_view_permission(request):
        raise PermissionDenied
    typed = request.GET.get("q", "").strip()
    articles = Article.objects.in_trash_for(request.user).order_by("-trashed_at", "-pk")
    if typed:
        articles = article_list.search(articles, typed)
    articles = articles.select_related("trashed_by").defer("body")
    page = Paginator(articles, PER_PAGE).get_page(request.GET.get("page"))
    for article in page:
        article.was = Status(article.trashed_from or Status.DRAFT)
    return _page(
        desk,
        request,
        "trash",
        _("Trash"),
        page=page,
        typed=typed,
        checkbox=ACTION_CHECKBOX_NAME,
        may_restore=desk.has_change_permission(request),
        may_destroy=_may_destroy(request),
    )


def destroy_many(desk, request):
    """Name what will go and what cannot, ask, and destroy it.

    "Everything" means what the asking page counted, not what came since.
    """
    if not _may_destroy(request):
        raise PermissionDenied
    articles = Article.objects.in_trash_for(request.user).order_by("-trashed_at", "-pk")
    until = None
    if "all" in request.POST:
        until = _moment(request.POST["until"]) if "until" in request.POST else None
        until = until or timezone.now()
        articles = articles.filter(trashed_at__lte=until)
    else:
        articles = articles.filter(pk__in=_ticked(request))
    staying = bound_to_stay(articles)
    going = articles.exclude(pk__in=staying.order_by().values("pk"))
    if "_do" in request.POST:
        return _destroy(desk, request, going, staying)
    return _page(
        desk,
        request,
        "destroy",
        _("Delete for good"),
        going=going.defer("body")[:NAMED],
        going_count=going.count(),
        staying=staying.defer("body")[:NAMED],
        staying_count=staying.count(),
        until=until.isoformat() if until else "",
        ticked=_ticked(request),
        checkbox=ACTION_CHECKBOX_NAME,
    )


def _destroy(desk, request, going, staying):
    kept = list(staying.defer("body"))
    desk.log_deletions(request, going.defer("body"))
    done = destroy(going)
    told = ngettext(
        "%(count)d article was deleted for good.",
        "%(count)d articles were deleted for good.",
        done,
    )
    desk.message_user(request, told % {"count": done}, messages.SUCCESS)
    if kept:
        told = ngettext(
            "%(count)d was kept, because corrections are never deleted: %(names)s",
            "%(count)d were kept, because corrections are never deleted: %(names)s",
            len(kept),
        ) % {"count": len(kept), "names": _names(kept)}
        desk.message_user(request, told, messages.WARNING)
    return HttpResponseRedirect(_trash_address())


def _may_destroy(request):
    return request.user.has_perm("articles.empty_trash")


# The form's address of an article that is in the trash.


def find(request, object_id):
    """Return the trashed article that this user may see under a key, or None."""
    key = unquote(object_id)
    if not key.isascii() or not key.isdecimal():
        return None
    return Article.objects.in_trash_for(request.user).filter(pk=key).first()


def explain(request, article):
    """Answer, in the place of the form, that the article is in the trash.

    What a form sent here is kept in the page: one button brings the article back
    and sends it again. The answer to such a form is 409 Conflict.
    """
    desk = admin.site._registry[Article]
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    response = _page(
        desk,
        request,
        "trashed",
        article.headline,
        article=article,
        was=Status(article.trashed_from or Status.DRAFT),
        typed=typed,
        may_restore=desk.has_change_permission(request),
        may_destroy=_may_destroy(request),
        may_publish=desk.has_publish_permission(request),
        checkbox=ACTION_CHECKBOX_NAME,
    )
    response.status_code = 409 if typed else 200
    return response


# What the pages share.


def _page(desk, request, name, title, **shown):
    shown |= {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": title,
    }
    return TemplateResponse(request, f"admin/articles/article/{name}.html", shown)


def _ticked(request):
    return [
        key
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME)
        if key.isascii() and key.isdecimal() and len(key) < 19
    ]


def _moment(text):
    """Read a moment that a page of ours wrote; BadRequest where it did not."""
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise BadRequest("There is no such moment.") from error
    if moment is None or timezone.is_naive(moment):
        raise BadRequest("This is no moment.")
    return moment


def _names(articles):
    named = ", ".join(f"“{article.headline}”" for article in articles[:3])
    return named + (" …" if len(articles) > 3 else "")


def _list_address():
    return reverse("admin:articles_article_changelist")


def _trash_address():
    return reverse("admin:articles_article_trash")


def _form_address(article):
    return reverse("admin:articles_article_change", args=[article.pk])
