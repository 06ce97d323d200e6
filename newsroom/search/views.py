"""The readers' search. Nothing here is kept: not by us, not by anybody between."""

from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from articles.models import Article, ArticleTag, Byline, Section, Tag
from authors.models import Author
from authors.pagination import asked_page
from newsroom.most_read import is_reader
from newsroom.search import counting, limits
from newsroom.search.finding import Results, meant, picks, suggestions
from newsroom.search.index import Narrowed, TooLong
from newsroom.search.words import LONGEST, ask

FILTERS = ("section", "author", "tag", "from", "to")
# What a filter takes of what was typed.
LONGEST_NAME = 200


@require_safe
def search(request):
    """Show a page of what was found, and nothing but the form at first."""
    form = Form(request)
    number = asked_page(request)
    context = {"form": form, "results": None, "picks": (), "meant": None}
    if form.is_filled_in and (seconds := limits.questions.wait(request)):
        return too_many(request, context, seconds)
    form.look_up()
    question = ask(form.typed)
    if form.is_filled_in and not question:
        form.troubles["q"] = _("Write a word to look for.")
    if question and not form.troubles:
        try:
            context |= answer(request, form, question, number)
        except TooLong:
            form.troubles["q"] = _(
                "This takes too long to look for: say it in fewer or longer words."
            )
    return private(render(request, "newsroom/search.html", context))


def too_many(request, context, seconds):
    """Show the form as it was filled in, and ask its reader to wait."""
    context["form"].troubles["q"] = ngettext(
        "There were very many questions from your network. Please ask again in "
        "%(count)d second.",
        "There were very many questions from your network. Please ask again in "
        "%(count)d seconds.",
        seconds,
    ) % {"count": seconds}
    response = render(request, "newsroom/search.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return private(response)


def answer(request, form, question, number):
    """Return what the page shows of a Question. Raises TooLong, Http404."""
    results = Results(question, form.narrowed, number).looked_up()
    if number > 1 and not results.rows:
        raise Http404(f"There is no page {number}.")
    if number > 1:
        return {"results": results}
    if is_reader(request):
        counting.buffer.add(form.typed, results.count)
    return {
        "results": results,
        "picks": picks(question),
        "meant": None if results.count else meant(question, form.narrowed),
    }


@require_safe
def suggest(request):
    """Answer {"found": [{"label", "detail", "address"}]} for what is being typed."""
    typed = request.GET.get("q", "")[:LONGEST_NAME]
    if seconds := limits.suggested.wait(request):
        response = private(JsonResponse({"found": []}, status=429))
        response["Retry-After"] = str(seconds)
        return response
    try:
        found = suggestions(typed)
    except TooLong:
        found = []
    return private(JsonResponse({"found": found}))


def private(response):
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, no_cache=True)
    return response


class Form:
    """What a reader filled in, and what of it cannot be right.

    Every name of the form stands in the address, so that a search can be sent on.
    """

    def __init__(self, request):
        # Lone halves of signs, which Django has replaced, and NUL, which is no text.
        given = {
            name: request.GET.get(name, "").replace("\0", " ").strip()
            for name in ("q", *FILTERS)
        }
        self.typed = given["q"][:LONGEST]
        self.values = {name: given[name][:LONGEST_NAME] for name in FILTERS}
        self.troubles = {}
        self.narrowed = None

    @property
    def is_filled_in(self):
        return bool(self.typed or self.is_narrowed)

    def look_up(self):
        """Find what the search is narrowed to, or say what there is not."""
        self.narrowed = self._narrowed()

    @property
    def is_narrowed(self):
        return any(self.values.values())

    @property
    def sections(self):
        """The sections that have live stories, or whose sections have."""
        # Each is one look into an index; to ask which all of them are took 20 ms.
        live = Article.objects.live().order_by().filter(section=OuterRef("pk"))
        found = set(Section.objects.filter(Exists(live)).select_related("parent"))
        found |= {section.parent for section in found if section.parent}
        return sorted(found, key=lambda section: (section.position, section.name))

    def query(self, **changes):
        """Return the query string of this form, with some values changed."""
        values = {"q": self.typed, **self.values, **changes}
        return urlencode({name: value for name, value in values.items() if value})

    def _narrowed(self):
        begins, ends = self._day("from"), self._day("to")
        if begins and ends and begins > ends:
            self.troubles["from"] = _(
                "The day in “From” is after the one in “Until”: no story lies between."
            )
        return Narrowed(
            sections=self._sections(),
            author=self._key("author", Author, Byline, _("There is no such author.")),
            tag=self._key("tag", Tag, ArticleTag, _("There is no such subject.")),
            begins=begins and midnight(begins),
            ends=ends and midnight(ends + timedelta(days=1)),
        )

    def _sections(self):
        if not (slug := self.values["section"]):
            return ()
        found = Section.objects.filter(Q(slug=slug) | Q(parent__slug=slug))
        keys = tuple(found.order_by("pk").values_list("pk", flat=True))
        if not keys:
            self.troubles["section"] = _("There is no such section.")
        return keys

    def _key(self, name, model, ties, trouble):
        """Return the key of the row that is called so, or has this slug."""
        if not (value := self.values[name]):
            return None
        rows = model.objects.filter(Q(slug=value) | Q(name__iexact=value))
        keys = rows.order_by("pk").values_list("pk", flat=True)
        # A name without live stories could give a plan away.
        live = ties.objects.live().order_by()
        for key in keys[:5]:
            if live.filter(**{name: key}).exists():
                return key
        self.troubles[name] = trouble
        return None

    def _day(self, name):
        if not (value := self.values[name]):
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        # A day and its zone must have a moment before and after it.
        if day is None or not 2 < day.year < 9998:
            self.troubles[name] = _("Write a day as 2026-11-30.")
            return None
        return day


def midnight(day):
    return datetime.combine(day, time(), timezone.get_current_timezone())
