"""The field that takes the stories an editor picks to stand below an article.

What is sent is one line of keys, "12, 7", in the order of the page. In a browser
they are a list that is put in order by dragging or with buttons
(static/admin_desk/related.js); stories are found by words of their headline, or by
an address that is pasted.
"""

from functools import partial
from urllib.parse import unquote, urlsplit

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.widgets import Script
from django.http import JsonResponse
from django.urls import path, reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles.admin.verbs import STATES
from articles.finding import FOUND, newest_among, newest_keys
from articles.languages import direction_of
from articles.models import Article
from articles.neighbours import PICKED
from articles.paths import quoted

WORDS = 6
MAX_LENGTH = 1000


def urls(desk):
    return [
        path(
            "related/",
            desk.admin_site.admin_view(
                never_cache(require_safe(partial(suggest, desk)))
            ),
            name="articles_article_related",
        )
    ]


def context(desk, request, article):
    return {}


def suggest(desk, request):
    """Answer {"stories": […]} as `described` has them.

    ?q=… finds stories by what is typed, ?keys=1,2 tells of known ones.
    """
    if not desk.has_view_permission(request):
        raise PermissionDenied
    if "keys" in request.GET:
        keys = parse_keys(request.GET["keys"][:MAX_LENGTH])[:PICKED]
    else:
        keys = find(request.user, request.GET.get("q", "")[:MAX_LENGTH])
    return JsonResponse({"stories": described(keys, request.user)})


def find(user, typed):
    """Return keys of stories with these words, or at this address, newest first."""
    if typed.strip().startswith(("/", "http://", "https://")):
        return at_address(user, typed.strip())
    words = typed.split()[:WORDS]
    if not words:
        return []
    keys = newest_keys(user, words)
    if not user.has_perm("articles.edit_all_articles"):
        # Whoever sees their own only may pick what every reader sees too.
        live = newest_among(Article.objects.live(), words)
        keys = list(dict.fromkeys([*keys, *live]))
    return keys[:FOUND]


def at_address(user, address):
    try:
        path = urlsplit(address).path
    except ValueError:
        return []
    paths = {path, unquote(path), quoted(path)}
    paths |= {f"{path}/" for path in paths}
    paths = [path for path in paths if "\0" not in path]
    found = Article.objects.originals().filter(path__in=paths)
    keys = list(found.order_by().values_list("pk", flat=True)[:FOUND])
    visible = visible_to(user, keys)
    return [key for key in keys if key in visible]


def visible_to(user, keys):
    """Return those of the keys whose articles this user may know of."""
    rows = Article.objects.filter(pk__in=keys).order_by()
    if user.has_perm("articles.edit_all_articles"):
        return set(rows.exclude(copy_of__isnull=False).values_list("pk", flat=True))
    return {
        *rows.live().values_list("pk", flat=True),
        *Article.objects.for_desk(user)
        .filter(pk__in=keys)
        .order_by()
        .values_list("pk", flat=True),
    }


def described(keys, user=None):
    """Return [{"key", "headline", "direction", "language", "state", "label", "day"}].

    In the order of the keys, without those that are gone. What this user may not
    know of has no headline.
    """
    if not keys:
        return []
    names = ("headline", "language", "status", "published_at", "expires_at")
    stories = Article.objects.only(*names, "has_unpublished_changes").in_bulk(keys)
    visible = visible_to(user, keys) if user else set(keys)
    rows = []
    for key in keys:
        story = stories.get(key)
        if story is None:
            continue
        state = "live" if story.state() == "changed" else story.state()
        row = {
            "key": key,
            "headline": _("A story that you cannot see"),
            "direction": "auto",
            "language": "",
            "state": state,
            "label": str(STATES.get(state, state)),
            "day": "",
        }
        if key in visible:
            row["headline"] = story.headline
            row["direction"] = direction_of(story.language)
            row["language"] = story.language
            if story.published_at:
                moment = timezone.localtime(story.published_at)
                row["day"] = date_format(moment, "j M Y")
        rows.append(row)
    return rows


def parse_keys(line):
    """Return the keys of a line, in order, each once; what is no key is left out."""
    words = line.replace(",", " ").split()
    # Eighteen digits fit the databases' integers.
    keys = [int(w) for w in words if w.isascii() and w.isdecimal() and len(w) < 19]
    return list(dict.fromkeys(keys))


class RelatedWidget(forms.TextInput):
    """A line of keys that related.js turns into a list with a search."""

    template_name = "admin/widgets/related.html"
    user = None

    class Media:
        js = [Script("admin_desk/related.js", type="module")]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        keys = parse_keys(context["widget"]["value"] or "")
        context["widget"] |= {
            "stories": described(keys, self.user),
            "suggest_url": reverse_lazy("admin:articles_article_related"),
            "most": PICKED,
        }
        return context

    def format_value(self, value):
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        return super().format_value(value)


class RelatedField(forms.CharField):
    """Keys of articles in their order: cleans to a list of them.

    A key that is in the stored value is kept, even where this user may not see the
    story. `stored` and `own` (the article's own key) are set by the form.
    """

    widget = RelatedWidget

    def __init__(self, *, user=None, **kwargs):
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", gettext_lazy("Related stories"))
        kwargs.setdefault("max_length", MAX_LENGTH)
        kwargs.setdefault(
            "help_text",
            gettext_lazy(
                "Shown first below the article, in this order, as soon as readers "
                "can see them. Others with the same tags follow by themselves."
            ),
        )
        super().__init__(**kwargs)
        self.user = self.widget.user = user
        self.stored, self.own = [], None

    def __deepcopy__(self, memo):
        copied = super().__deepcopy__(memo)
        copied.stored = list(self.stored)
        return copied

    def clean(self, value):
        line = super().clean(value)
        keys = parse_keys(line)
        if len(keys) != len(set(line.replace(",", " ").split())):
            raise ValidationError(_("Choose stories from those suggested."))
        new = [key for key in keys if key not in self.stored]
        unknown = set(new) - (visible_to(self.user, new) if self.user else set(new))
        if unknown:
            raise ValidationError(
                _("There is no article of number %(numbers)s that you can pick."),
                params={"numbers": ", ".join(map(str, sorted(unknown)))},
            )
        if self.own in keys:
            raise ValidationError(_("An article cannot be related to itself."))
        if len(keys) > PICKED:
            raise ValidationError(
                _("Pick %(most)d stories at most."), params={"most": PICKED}
            )
        # A stored one may have been deleted while the form was open.
        there = Article.objects.filter(pk__in=keys).order_by()
        there = set(there.values_list("pk", flat=True))
        return [key for key in keys if key in there]

    def has_changed(self, initial, data):
        return (initial or []) != parse_keys(data or "")

    # What authors.merging and the autosave ask.

    def spelled(self, value):
        return ", ".join(map(str, value or ()))

    def told(self, value):
        """Return the headlines of a line of keys, one in a line."""
        keys = parse_keys(value or "")
        return "\n".join(row["headline"] for row in described(keys, self.user))
