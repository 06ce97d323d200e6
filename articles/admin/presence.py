"""Who else has an article open: told, never locked.

Every open form is a row that static/admin_desk/presence.js keeps fresh. The answer
to that beat says who else is there, who asks to take over, and whether the article
was saved by somebody meanwhile.
"""

from datetime import timedelta

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles.admin.autosave import (
    article_of,
    clock,
    in_json,
    read,
    stamp,
    uuid_of,
)
from articles.models import Presence
from articles.publishing import working_row
from articles.revisions import name_of

BEAT = timedelta(seconds=10)
# Three beats: one may get lost in a tunnel.
GONE = timedelta(seconds=30)
TYPING = timedelta(seconds=15)
KEPT = timedelta(days=1)


def urls(desk):
    views = {"beat": beat, "leave": leave, "ask": ask, "answer": answer}
    return [
        path(
            f"<int:pk>/presence/{name}/",
            require_POST(in_json(desk, view)),
            name=f"articles_article_presence_{name}",
        )
        for name, view in views.items()
    ]


def context(desk, request, article):
    return {"presence_beat": int(BEAT.total_seconds())}


def prune(at=None):
    """Delete what nobody has had open for a day. Returns how many rows."""
    at = at or timezone.now()
    return Presence.objects.filter(seen_at__lt=at - KEPT).delete()[0]


def there(article, at=None):
    """Return the open forms of an article, whoever came first at the top."""
    at = at or timezone.now()
    return (
        Presence.objects.filter(
            article=article, seen_at__gte=at - GONE, handed_over_at=None
        )
        .select_related("user", "asked_by")
        .order_by("opened_at", "pk")
    )


def beat(desk, request, pk):
    """Note that a form is open; answer who else is there and what happened."""
    sent = read(request) or {}
    article = article_of(desk, request, {"article": pk})
    tab = _tab(sent)
    now = timezone.now()
    _note(article, request.user, tab, now, bool(sent.get("typed")))
    _forget_answers(article, request.user, sent.get("heard"))
    open_forms = list(there(article, now))
    own = [form for form in open_forms if form.tab == tab]
    return JsonResponse(
        {
            "others": [
                _told(form, request.user, now) for form in open_forms if form.tab != tab
            ],
            "asked": _asked(own),
            "answers": _answers(article, request.user),
            "state": article.state(),
            "stamp": stamp(working_row(article)),
            "saved": _last_saved(article),
            "csrf": get_token(request),
        }
    )


def leave(desk, request, pk):
    """Take a closed form from the list, unless somebody waits for its answer."""
    Presence.objects.filter(
        article_id=pk, user=request.user, tab=uuid_of(request.POST.get("tab"))
    ).exclude(handed_over_at__isnull=False).delete()
    return JsonResponse({})


def ask(desk, request, pk):
    """Ask a person to hand over, in whichever tabs they have the article open."""
    sent = read(request) or {}
    article = article_of(desk, request, {"article": pk})
    person = sent.get("person")
    if not isinstance(person, int) or person == request.user.pk:
        raise Http404
    asked = there(article).filter(user=person)
    Presence.objects.filter(pk__in=[form.pk for form in asked]).update(
        asked_by=request.user, asked_at=timezone.now()
    )
    return JsonResponse({"asked": bool(asked)})


def answer(desk, request, pk):
    """Say yes or no to who asked. Yes is said when the form has been saved."""
    sent = read(request) or {}
    article = article_of(desk, request, {"article": pk})
    asked = Presence.objects.filter(
        article=article, user=request.user, asked_at__isnull=False
    )
    asker = asked.select_related("asked_by").first()
    if sent.get("yes") is not True:
        # A question without a moment is one that was answered with no.
        asked.update(asked_at=None)
        return JsonResponse({})
    asked.update(handed_over_at=timezone.now())
    if asker and asker.asked_by:
        messages.success(
            request,
            _("“%(article)s” is saved and handed over to %(name)s.")
            % {"article": article, "name": name_of(asker.asked_by)},
        )
    return JsonResponse({})


def _tab(sent):
    tab = uuid_of(sent.get("tab"))
    if not tab:
        raise Http404
    return tab


def _note(article, user, tab, now, has_typed):
    """Keep a form's row fresh, in one UPDATE but for the first time."""
    rows = Presence.objects.filter(article=article, tab=tab, user=user)
    fresh = {"seen_at": now} | ({"typed_at": now} if has_typed else {})
    if rows.update(**fresh):
        return
    prune(now)
    try:
        with transaction.atomic():
            Presence.objects.create(
                article=article, tab=tab, user=user, opened_at=now, **fresh
            )
    except IntegrityError:
        # Two beats of one tab at once; or a tab whose user changed meanwhile.
        Presence.objects.filter(article=article, tab=tab).update(user=user, **fresh)


def _told(form, user, now):
    return {
        "person": form.user_id,
        "name": name_of(form.user),
        "is_you": form.user_id == user.pk,
        "since": clock(form.opened_at),
        "is_typing": bool(form.typed_at and form.typed_at >= now - TYPING),
        "was_asked": form.asked_by_id == user.pk and form.asked_at is not None,
    }


def _asked(own):
    for form in own:
        if form.asked_by and form.asked_at:
            return name_of(form.asked_by)
    return None


def _answered(article, user):
    """Return the forms whose people have answered what this user asked them."""
    return Presence.objects.filter(
        Q(handed_over_at__isnull=False) | Q(asked_at=None),
        article=article,
        asked_by=user,
    )


def _answers(article, user):
    return [
        {
            "key": form.pk,
            "name": name_of(form.user),
            "yes": form.handed_over_at is not None,
        }
        for form in _answered(article, user).select_related("user")
    ]


def _forget_answers(article, user, heard):
    """Forget answers once the browser has shown them, but no question asked since."""
    if isinstance(heard, list) and heard and all(isinstance(k, int) for k in heard):
        _answered(article, user).filter(pk__in=heard).update(
            asked_by=None, asked_at=None
        )


def _last_saved(article):
    """Return who saved it last, and when, as the history tells it."""
    revision = article.revisions.defer("snapshot").first()
    if revision is None:
        return {"name": "", "at": clock(article.updated_at)}
    return {"name": revision.created_by_name, "at": clock(revision.created_at)}
