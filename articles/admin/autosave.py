"""What somebody typed and has not saved: kept beside the article, never in it.

Of simple pages too: `article` is a Page where the desk is that of pages. While the
form is open, static/admin_desk/autosave.js sends its fields to
`keep` (one row per article and user) and writes them to a journal in the browser.
Opening the form again offers what was kept. A real save calls `drop`.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from functools import wraps

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.forms import ModelChoiceField
from django.http import Http404, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from js_asset import ImportMap, Media, Script

from articles.compare import compare_values
from articles.models import Article
from articles.publishing import working_row
from articles.revisions import name_of

# Some 800,000 words. The same text in a form is at most three times as long (three
# characters say one byte), which DATA_UPLOAD_MAX_MEMORY_SIZE lets pass: whatever
# can be kept can be saved.
LIMIT = 5 * 1024 * 1024
MOST_FIELDS = 5000  # as DATA_UPLOAD_MAX_NUMBER_FIELDS
# Texts of articles that have no row yet, offered where a new one begins.
OFFERED = 10
# In the session: the pages whose form was saved. Their journals are done with.
SAVED_PAGES = "saved_pages"
# In the session too: [[token, digest, article's key], …] of the last new articles.
MADE = "made_articles"
ADD = "articles_article_add"
# How articles.compare shows these; whole values elsewhere.
KINDS = {
    "headline": "headline",
    "title": "headline",
    "standfirst": "standfirst",
    "body": "body",
}

DESK = "admin_desk"
MEDIA = Media(
    importmap=ImportMap(
        {
            f"desk/{name}": f"{DESK}/{name}.js"
            for name in ("form_data", "journal", "login_here", "recover", "server")
        }
    ),
    css={"all": [f"{DESK}/compare.css", f"{DESK}/autosave.css"]},
    js=[Script(f"{DESK}/autosave.js", type="module")],
)
PRESENCE_MEDIA = Media(js=[Script(f"{DESK}/presence.js", type="module")])


def urls(desk):
    views = {
        "check": require_GET(in_json(desk, check)),
        "keep": require_POST(in_json(desk, keep)),
        "kept": require_GET(in_json(desk, kept)),
        "compare": require_POST(in_json(desk, compare)),
        "drop": require_POST(in_json(desk, throw_away)),
    }
    patterns = [
        path(
            f"autosave/{name}/",
            view,
            name=_view_name(desk, name),
        )
        for name, view in views.items()
    ]
    login_path = path(
        "autosave/login/",
        log_in(desk),
        name=_view_name(desk, "login"),
    )
    return [*patterns, login_path]


def _view_name(desk, name):
    return f"articles_{desk.opts.model_name}_autosave_{name}"


def context(desk, request, article):
    """Return what the form's script needs to know; nothing where nobody may write."""
    may_change = (
        desk.has_change_permission(request, article)
        if article
        else desk.has_add_permission(request)
    )
    if not may_change or IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST:
        return {"saving": None}
    was_sent = request.method == "POST"
    is_article = desk.model is Article
    return {
        "saving": {
            "kind": desk.opts.model_name,
            "views": {
                name: f"{desk.admin_site.name}:{_view_name(desk, name)}"
                for name in ("check", "keep", "kept", "compare", "drop", "login")
            },
            "article": article.pk if article else "",
            "user": request.user.pk,
            "username": request.user.get_username(),
            "token": uuid_of(request.POST.get("autosave_token")) or str(uuid.uuid4()),
            # The form comes back with errors: what it shows is saved nowhere.
            "sent_page": uuid_of(request.POST.get("autosave_page")) if was_sent else "",
            "was_sent": was_sent,
            "saved_pages": " ".join(_take_saved_pages(request)),
            "has_kept": _buffers(desk, request.user, article).exists(),
            "now": int(timezone.now().timestamp() * 1000),
            "limit": LIMIT,
            "too_large": too_large(),
            # What presence tells of; simple pages have none.
            "stamp": stamp(working_row(article)) if is_article and article else "",
        }
    }


def drop(desk, request, article):
    """Forget what was kept of the form that `request` has just saved.

    Call it inside the transaction of the save: the next page of a form then tells
    the browser which journal it may drop.
    """
    token = uuid_of(request.POST.get("autosave_token"))
    of_row = Q(**{desk.opts.model_name: article})
    of_token = Q(**{desk.opts.model_name: None}, token=token)
    _buffer_model(desk).objects.filter(of_row | of_token, user=request.user).delete()
    if request.resolver_match.url_name == ADD:
        made = request.session.get(MADE, [])
        request.session[MADE] = [*made[-20:], [token, _digest(request), article.pk]]
    if page := uuid_of(request.POST.get("autosave_page")):
        pages = request.session.get(SAVED_PAGES, [])
        request.session[SAVED_PAGES] = [*pages[-20:], page]


@dataclass
class Made:
    """The article that was made of this very form before."""

    article: int
    is_same: bool  # nothing in the form was changed since


def made_of(request):
    """Return what was Made of the form of a new article that is sent, or None."""
    token = uuid_of(request.POST.get("autosave_token"))
    for known, digest, article in reversed(request.session.get(MADE, [])):
        if token and known == token:
            return Made(article, digest == _digest(request))
    return None


def _digest(request):
    """Return what tells one sending of a form from another with other words."""
    sent = {
        name: values
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "autosave_page")
    }
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()[:16]


def _take_saved_pages(request):
    if request.method == "GET" and SAVED_PAGES in request.session:
        return request.session.pop(SAVED_PAGES)
    return []


def stamp(row):
    """Return what changes whenever the row that the form edits is saved."""
    return f"{row.pk}.{row.version}"


# Views. They answer a script, which cannot follow a redirect to the login page.


def in_json(desk, view):
    """Say in JSON who may not, and pass the desk to the view.

    401: nobody is logged in. 409: somebody else is, in another tab of the same
    browser; nothing that one person typed is ever kept in another's name. Both
    bring the CSRF token of today.
    """

    @never_cache
    @wraps(view)
    def inner(request, *args, **kwargs):
        if not desk.admin_site.has_permission(request):
            return refuse(request, 401, _("Your session has expired."))
        # A beacon brings no headers; it only takes its own page's presence away.
        owner = request.headers.get("X-Desk-User", str(request.user.pk))
        if owner != str(request.user.pk):
            return refuse(request, 409, name_of(request.user))
        try:
            return view(desk, request, *args, **kwargs)
        except (Http404, PermissionDenied):
            return refuse(
                request, 404, _("This article is no longer on the desk for you.")
            )

    return inner


def refuse(request, status, message):
    return JsonResponse({"message": message, "csrf": get_token(request)}, status=status)


def check(desk, request):
    """Say that the server is there, who is logged in, and the CSRF token of today."""
    return JsonResponse({"csrf": get_token(request)})


def keep(desk, request):
    """Put the form's fields into this user's buffer of the article."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LIMIT:
        return refuse(request, 413, too_large())
    sent = read(request) or {}
    data = _pairs(sent.get("data"))
    token, page = uuid_of(sent.get("token")), uuid_of(sent.get("page"))
    if data is None or not token:
        return refuse(request, 400, _("The form did not arrive as it was sent."))
    if len(data) > MOST_FIELDS:
        return refuse(request, 413, too_large())
    article = article_of(desk, request, sent)
    now = timezone.now()
    values = {"token": token, "tab": page, "data": data, "saved_at": now}
    rows = _buffer(desk, request.user, article, token)
    if not rows.update(**values):
        try:
            with transaction.atomic():
                _buffer_model(desk).objects.create(
                    user=request.user, **{desk.opts.model_name: article}, **values
                )
        except IntegrityError:
            # Another tab was faster.
            rows.update(**values)
    return JsonResponse({"at": clock(now), "csrf": get_token(request)})


def too_large():
    size = LIMIT // (1024 * 1024)
    return _(
        "This is too large to be saved: an article may have %(size)s MB. Divide it, "
        "or take out what was pasted by mistake."
    ) % {"size": size}


def kept(desk, request):
    """Return what this user's buffers of an article hold, or those of new ones."""
    article = article_of(desk, request, request.GET)
    return JsonResponse(
        {
            "buffers": [
                {
                    "token": buffer.token,
                    "page": buffer.tab,
                    "data": buffer.data,
                    "at": int(buffer.saved_at.timestamp() * 1000),
                }
                for buffer in _buffers(desk, request.user, article)[:OFFERED]
            ]
        }
    )


def throw_away(desk, request):
    """Drop a buffer, if it still is the one that the browser knows."""
    sent = read(request) or {}
    article = article_of(desk, request, sent)
    rows = _buffer(desk, request.user, article, uuid_of(sent.get("token")))
    rows.filter(tab=uuid_of(sent.get("page"))).delete()
    return JsonResponse({})


def compare(desk, request):
    """Show how a kept form differs from the one that is open, both sent along."""
    sent = read(request) or {}
    stored, kept = _pairs(sent.get("stored")), _pairs(sent.get("kept"))
    if stored is None or kept is None:
        return refuse(request, 400, _("The form did not arrive as it was sent."))
    article = article_of(desk, request, sent)
    stored, kept = _query(stored), _query(kept)
    names = _Names()
    differences = [
        *_field_differences(desk.get_form(request, article), stored, kept, names),
        *_row_differences(desk, request, article, stored, kept, names),
    ]
    html = render_to_string(
        "admin/articles/article/_kept_differences.html", {"differences": differences}
    )
    return JsonResponse({"html": html, "options": names.options})


def log_in(desk):
    """Return the view that logs in from within the form, as the login page would.

    The same form checks the password, so whatever counts or slows down tries there
    does so here. Only the person whose form it is can log in.
    """

    @never_cache
    @sensitive_post_parameters()
    @require_POST
    def view(request):
        form_class = desk.admin_site.login_form or AdminAuthenticationForm
        form = form_class(request, request.POST)
        if not form.is_valid():
            errors = [error for errors in form.errors.values() for error in errors]
            return refuse(request, 400, " ".join(errors))
        user = form.get_user()
        if str(user.pk) != request.POST.get("user"):
            told = _("This form is somebody else’s: log in as its owner.")
            return refuse(request, 400, told)
        login(request, user)
        return JsonResponse({"csrf": get_token(request)})

    return view


# What the views share.


def clock(moment):
    return date_format(timezone.localtime(moment), "H:i")


def uuid_of(text):
    """Return a UUID in its one spelling, and nothing for anything else."""
    try:
        return str(uuid.UUID(text))
    except (ValueError, TypeError, AttributeError):
        return ""


def read(request):
    try:
        sent = json.loads(request.body)
    except ValueError:
        return None
    return sent if isinstance(sent, dict) else None


def _pairs(data):
    """Return [[name, value], …] as both databases can hold it, None if it is not."""
    if not isinstance(data, list) or not all(
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(text, str) for text in pair)
        for pair in data
    ):
        return None
    return [[_storable(name), _storable(value)] for name, value in data]


def _storable(text):
    """Leave out what PostgreSQL's JSON refuses: NUL, and halves of a character."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def article_of(desk, request, sent):
    """Return the article that a request is about, None for one without a row."""
    pk = str(sent.get("article") or "")
    if not pk:
        if not desk.has_add_permission(request):
            raise PermissionDenied
        return None
    if not pk.isdecimal() or len(pk) > 18:
        raise Http404
    article = desk.get_row(request, int(pk))
    if not desk.has_change_permission(request, article):
        raise PermissionDenied
    return article


def _buffer_model(desk):
    """Return Autosave or PageAutosave: whose buffers a form's are."""
    return desk.model.autosaves.rel.related_model


def _buffers(desk, user, article):
    """Return a user's buffers of an article or page, the newest first."""
    rows = _buffer_model(desk).objects.filter(user=user)
    return rows.filter(**{desk.opts.model_name: article}).order_by("-saved_at")


def _buffer(desk, user, article, token):
    rows = _buffers(desk, user, article).order_by()
    return rows if article else rows.filter(token=token)


# The comparison.


@dataclass
class Difference:
    label: str
    shown: str  # HTML


class _Names:
    """Names what a form holds by key, and keeps it for the browser's lists."""

    def __init__(self):
        self.options = {}

    def of(self, field, name, value):
        """Return the text of a choice; `name` is where the form holds it."""
        if not value or not str(value).isdecimal() or len(str(value)) > 18:
            return str(value or "")
        row = field.queryset.filter(pk=value).first()
        shown = str(row) if row else _("deleted meanwhile")
        if row:
            self.options[name] = [str(value), shown]
        return shown


def _query(pairs):
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return query


def _field_differences(form_class, stored, kept, names):
    for name, field in form_class.base_fields.items():
        old, new = (
            field.widget.value_from_datadict(sent, {}, name) for sent in (stored, kept)
        )
        # A field that the form did not have then, or has not now, says nothing.
        is_missing = any(
            field.widget.value_omitted_from_data(sent, {}, name)
            for sent in (stored, kept)
        )
        if old == new or is_missing:
            continue
        old = _text(field, name, old, names)
        new = _text(field, name, new, names)
        kind = KINDS.get(name, "value")
        if name == "related":
            kind, old, new = name, old.splitlines(), new.splitlines()
        yield Difference(field.label, compare_values(kind, old, new, running=True))


def _text(field, name, value, names):
    if isinstance(field, ModelChoiceField):
        return names.of(field, name, value)
    if hasattr(field, "told"):
        return field.told(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if choices := getattr(field, "choices", None):
        return str(dict(choices).get(value, value or ""))
    return str(value or "")


def _row_differences(desk, request, article, stored, kept, names):
    for formset, inline in desk.get_formsets_with_inlines(request, article):
        prefix = formset.get_default_prefix()
        old = _rows(formset, prefix, stored, names)
        new = _rows(formset, prefix, kept, names)
        if old != new:
            label = inline.opts.verbose_name_plural
            if inline.verbose_name_plural:
                label = inline.verbose_name_plural
            yield Difference(label, compare_values("bylines", old, new))


def _rows(formset, prefix, sent, names):
    """Return a line of text for each row that says something, in the rows' order."""
    fields = formset.form.base_fields
    rows = []
    total = str(sent.get(f"{prefix}-TOTAL_FORMS", ""))
    for number in range(min(int(total), MOST_FIELDS) if total.isdecimal() else 0):
        if f"{prefix}-{number}-DELETE" in sent:
            continue
        parts = []
        for name, field in fields.items():
            full = f"{prefix}-{number}-{name}"
            if name == "position" or field.widget.is_hidden:
                continue
            value = field.widget.value_from_datadict(sent, {}, full)
            parts.append((name, value, _text(field, full, value, names)))
        if any(
            value and not _is_initial(fields[name], value) for name, value, _t in parts
        ):
            position = str(sent.get(f"{prefix}-{number}-position", ""))
            line = ", ".join(text for _name, _value, text in parts if text)
            place = int(position) if position.isdecimal() else number
            rows.append((place, number, line))
    return [line for _place, _number, line in sorted(rows)]


def _is_initial(field, value):
    initial = field.initial() if callable(field.initial) else field.initial
    return str(initial) == str(value)
