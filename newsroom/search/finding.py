"""What readers find: stories in pages, picks above them, words that were meant.

Only what ArticleQuerySet.live() has gets out of here: the index says where to look, and
what it says is asked of the articles again before it is shown.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.html import text_of
from articles.lists import cards
from articles.models import Article, ArticleTag, Byline, Section, Tag
from authors.models import Author
from authors.pagination import PER_PAGE
from newsroom.search.index import COUNTED, RANKED, Narrowed, index
from newsroom.search.models import Pick
from newsroom.search.slips import distance, near
from newsroom.search.snippets import Marker
from newsroom.search.words import Part, Question, ask

# As-you-type: lines of each kind.
HEADLINES, SUBJECTS = 6, 2
# Words near one that stands nowhere.
TRIED = 6
# A line of these letters is not looked for yet.
LEAST = 2


@dataclass
class Result:
    """A story that was found, with what is marked in it."""

    story: Article
    headline: str
    snippet: str


class Results:
    """The stories a Question finds, a page of them, at one moment."""

    def __init__(self, question, narrowed=None, number=1, at=None):
        self.question, self.narrowed = question, narrowed or Narrowed()
        self.number, self.at = number, at or timezone.now()
        self.index = index()

    def looked_up(self):
        """Ask for all of it now, not while the page is made. Raises TooLong."""
        for name in ("rows", "count"):
            getattr(self, name)
        return self

    @cached_property
    def _first(self):
        """(keys, the smallest key of those that were looked at, or None).

        First what has all words in the headline, the newest first; then by rank. None
        where all that match were looked at.
        """
        asked = (self.question, self.narrowed, self.at)
        heads = self.index.matches(*asked, limit=RANKED, headline=True)
        heads.sort(key=lambda row: (row[1], row[0]), reverse=True)
        keys = [key for key, _moment in heads]
        # Of a page behind them it does not matter in which order they are.
        is_ranked = self.start < 2 * RANKED
        rows = self.index.matches(*asked, limit=RANKED + 1, is_ranked=is_ranked)
        is_all, rows = len(rows) <= RANKED, rows[:RANKED]
        known = set(keys)
        rest = [(rank, -key) for key, rank in rows if key not in known]
        keys += [-key for _rank, key in sorted(rest)]
        return keys, None if is_all else min(key for key, _rank in rows)

    @property
    def start(self):
        return (self.number - 1) * PER_PAGE

    @cached_property
    def keys(self):
        """The keys of this page's stories, and of one more where there is one."""
        keys, below = self._first
        found = keys[self.start : self.start + PER_PAGE + 1]
        if below is None or len(found) > PER_PAGE:
            return found
        more = self.index.later(
            *(self.question, self.narrowed, self.at),
            below=below,
            without=[key for key in keys if key < below],
            skip=max(0, self.start - len(keys)),
            limit=PER_PAGE + 1 - len(found),
        )
        return found + more

    @cached_property
    def count(self):
        """How many there are; COUNTED + 1 stands for more."""
        keys, below = self._first
        if below is None:
            return len(keys)
        asked = (self.question, self.narrowed, self.at)
        return self.index.count(*asked, most=COUNTED + 1)

    @property
    def are_more(self):
        return self.count > COUNTED

    @cached_property
    def rows(self):
        """The Results of this page."""
        keys = self.keys[:PER_PAGE]
        if not keys:
            return []
        live = Article.objects.live(self.at).filter(pk__in=keys).order_by()
        bodies = dict(live.values_list("pk", "body"))
        found, marker = (
            cards([key for key in keys if key in bodies]),
            Marker(self.question),
        )
        return [
            self._row(found[key], bodies[key], marker) for key in keys if key in found
        ]

    @staticmethod
    def _row(story, body, marker):
        return Result(
            story,
            marker.mark(story.list_headline),
            marker.snippet(text_of(body)) or marker.mark(story.standfirst),
        )

    @property
    def has_next(self):
        return len(self.keys) > PER_PAGE

    @property
    def has_previous(self):
        return self.number > 1


def picks(question, at=None):
    """Return the live Picks for a question, in the editors' order."""
    found = Pick.objects.filter(key=question.key[:400])
    # Nearly all have none.
    if not question.key or not found.exists():
        return []
    return list(found.live(at).select_related("article").order_by("position", "pk"))


def meant(question, narrowed=None, at=None):
    """Return the Question that was meant where this one finds nothing, or None.

    Only words of live stories are offered, and only if they find something.
    """
    at, source = at or timezone.now(), index()

    def count(parts, most):
        asked = Question(tuple(parts), question.unwanted)
        return source.count(asked, narrowed or Narrowed(), at, most=most)

    changed, parts = False, list(question.wanted)
    for number, part in enumerate(parts):
        if len(part.words) > 1 or source.count(
            Question((part,)), Narrowed(), at, most=1
        ):
            continue
        others = [Part((word,), part.is_quoted) for word in near(source, *part.words)]
        counts = {
            other: source.count(Question((other,)), Narrowed(), at, most=200)
            for other in others[:TRIED]
        }
        # Of those that are as near as each other, the more frequent.
        others = [other for other in counts if counts[other]]
        if not others:
            return None
        [typed] = part.words
        nearest = min(others, key=lambda o: (distance(typed, *o.words), -counts[o]))
        parts[number], changed = nearest, True
    if not changed or not count(parts, 1):
        return None
    return Question(tuple(parts), question.unwanted)


def suggestions(typed, at=None):
    """Return [{"label", "detail", "address"}] for what is being typed."""
    question = ask(typed, as_typed=True)
    if len(question.key) < LEAST:
        return []
    at = at or timezone.now()
    rows = index().matches(question, Narrowed(), at, limit=4 * HEADLINES, headline=True)
    stories = Article.objects.live(at).filter(pk__in=[key for key, _rank in rows])
    stories = stories.order_by("-published_at", "-pk")
    fields = ("path", "headline", "front_headline", "published_at", "retracted_at")
    found = [
        {
            "label": story.marked_headline
            if story.retracted_at
            else story.list_headline,
            "detail": "",
            "address": story.get_absolute_url(),
        }
        for story in stories.only(*fields)[:HEADLINES]
    ]
    return [*_subjects(" ".join(typed.split()), at), *found]


def _subjects(typed, at):
    """Return lines of sections, tags and authors whose name begins so.

    Only of those that live stories have: a name could give a plan away.
    """
    if "\0" in typed or len(typed) > 100:
        return []
    found = []
    for model, ties, name, kind in (
        (Section, Article, "section", _("Section")),
        (Tag, ArticleTag, "tag", _("Subject")),
        (Author, Byline, "author", _("Author")),
    ):
        live = ties.objects.live(at).order_by().filter(**{name: OuterRef("pk")})
        rows = model.objects.filter(Exists(live), name__istartswith=typed)
        found += [
            {
                "label": row.name,
                "detail": kind,
                "address": row.get_absolute_url(),
            }
            for row in rows.order_by("name", "pk")[:SUBJECTS]
        ]
    return found
