"""Public lists of articles: their keys from one index, their cards from one query.

However long a list is, a page of it costs what it shows: the database skips to it
inside an index, and looks at no article that is not on the page.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

from django.db import connection, models
from django.db.models import F
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.utils import timezone

from articles.fetching import SECTION, columns, row_of
from articles.models import Article, ArticleTag, Byline, Picture, Section
from articles.neighbours import SHOWN
from articles.querysets import day_of, month_of
from articles.together import Given, Together, given_all, numbered
from authors.models import Author
from authors.pagination import PER_PAGE, asked_page
from authors.shown import note

# Cards in one query: a list's page, or what the home page of many sections shows.
MOST = 3 * PER_PAGE
# Stories of a list that are counted: to count all took longer than to show a page.
COUNTED = 50 * PER_PAGE
# What templates/readers/articles/_card.html shows.
ARTICLE = columns(
    Article,
    only=(
        *("id", "path", "headline", "front_headline", "standfirst", "language"),
        *("status", "published_at", "expires_at", "section_id", "lead_picture_id"),
        "retracted_at",
    ),
)
PICTURE = columns(
    Picture,
    only=(
        *("id", "file", "width", "height", "renditions", "alt", "is_decorative"),
        *("focal_x", "focal_y"),
    ),
)
BYLINE = columns(Byline, without=("published_at", "expires_at"))
AUTHOR = columns(Author, only=("id", "name", "slug"))
BESIDE = {"section": (Section, SECTION), "lead_picture": (Picture, PICTURE)}


# Live rows that name a list's stories, for so many sections (else 1).


def _all(now, _count):
    return Article.objects.live(now)


def _tagged(now, _count):
    return ArticleTag.objects.filter(tag=Given("tag")).live(now)


def _by(now, _count):
    return Byline.objects.filter(author=Given("author")).live(now)


def _in_series(now, _count):
    return Article.objects.live(now).filter(series=Given("series"))


def _in_sections(now, count):
    live, sections = Article.objects.live(now), given_all("section", count)
    if count == 1:
        # An equal sign lets the database read the index in its order.
        return live.filter(section=sections[0])
    return live.filter(section__id__in=sections)


def _between(now, _count):
    begins, ends = (Given(name, models.DateTimeField()) for name in ("begins", "ends"))
    return Article.objects.all().between(begins, ends) & Article.objects.live(now)


def latest():
    """Return the site's Stories, whatever they are about."""
    note("latest")
    return Stories(_all)


def tagged(tag):
    note(f"tagged-{tag.pk}")
    return Stories(_tagged, tag=tag.pk)


def by(author):
    note(f"by-author-{author.pk}")
    return Stories(_by, author=author.pk)


def in_series(series):
    note(f"in-series-{series.pk}")
    return Stories(_in_series, series=series.pk)


def in_section(section):
    """Return the Stories of a section and of those that stand under it."""
    members = [member.pk for member in (section, *section.children.all())]
    note(*(f"in-section-{pk}" for pk in members))
    given = numbered("section", members, len(members))
    return Stories(_in_sections, len(members), **given)


def in_month(year, month):
    """Return the Stories of a month, in the newsroom's time."""
    note(f"in-month-{int(year)}-{int(month):02}")
    begins, ends = month_of(year, month)
    return Stories(_between, begins=begins, ends=ends)


def on_day(day):
    """Return the Stories of a date, in the newsroom's time."""
    note(f"in-month-{day:%Y-%m}")
    begins, ends = day_of(day)
    return Stories(_between, begins=begins, ends=ends)


class Stories:
    """The live stories of a list, the newest first: keys of them, or pages of cards."""

    per_page = PER_PAGE

    def __init__(self, rows, count=1, **given):
        self.rows, self.sections, self.given = rows, count, given

    def newest(self):
        """Return the keys on their first page."""
        return [row["key"] for row in self._fetch(1)[: self.per_page]]

    def page(self, request):
        """Return the StoriesPage asked for; Http404 as `get_page` raises it."""
        number = asked_page(request)
        found = self._fetch(number)
        if not found and number > 1:
            raise Http404(f"There is no page {number}.")
        keys = [row["key"] for row in found[: self.per_page]]
        rows = cards(keys)
        total = found[0]["total"] if found else 0
        return StoriesPage(
            number,
            # What went between the two is left out.
            [rows[key] for key in keys if key in rows],
            is_last=len(found) <= self.per_page,
            pages=-(-total // self.per_page) if total <= COUNTED else None,
        )

    def _fetch(self, number):
        """Return the rows of a page, and one more where there is a next page."""
        start = self.per_page * (number - 1)
        shown = (start, start + self.per_page + 1)
        statement = _keys(connection.vendor, self.rows, self.sections, shown)
        return statement.fetch(now=timezone.now(), **self.given)["keys"]


@dataclass(frozen=True)
class StoriesPage:
    """A page of a list, with what templates ask of Django's own Page."""

    number: int
    object_list: list  # of Articles, as cards show them
    is_last: bool
    pages: int | None  # how many there are, where that is cheap to say

    def __iter__(self):
        return iter(self.object_list)

    def has_next(self):
        return not self.is_last

    def has_previous(self):
        return self.number > 1

    def has_other_pages(self):
        return self.has_next() or self.has_previous()

    def next_page_number(self):
        return self.number + 1

    def previous_page_number(self):
        return self.number - 1


# The first pages of lists are what readers ask for; who reads on compiles anew.
@lru_cache(maxsize=128)
def _keys(vendor, rows, sections, shown):
    """Ask for the keys on a page and, up to COUNTED, how many stories there are."""
    live = rows(Given("now", models.DateTimeField()), sections)
    name = getattr(live.model, "ARTICLE", "pk")
    keys = live.keys_newest_first()
    if rows is _by:
        # Whoever wrote and photographed a story stands in its byline twice.
        keys = keys.distinct()
    # In their order, which is an index's, though it counts the same in any other.
    sql, params = keys[: COUNTED + 1].query.sql_with_params()
    total = RawSQL(f"(SELECT COUNT(*) FROM ({sql}) counted)", params)
    return Together({"keys": keys.values(key=F(name), total=total)[slice(*shown)]})


@cache
def _statement(vendor, count):
    keys = given_all("key", count)
    beside = [f"{name}__{n}" for name, (_m, names) in BESIDE.items() for n in names]
    articles = Article.objects.order_by().filter(pk__in=keys)
    return Together(
        {
            Article: articles.values(*ARTICLE, *beside),
            Byline: Byline.objects.filter(article__id__in=keys).values(
                *BYLINE, *(f"author__{name}" for name in AUTHOR)
            ),
        }
    )


def cards(keys):
    """Return {key: Article as cards show it} of these keys."""
    found = {}
    count = PER_PAGE if len(keys) <= PER_PAGE else MOST
    statement = _statement(connection.vendor, count)
    for start in range(0, len(keys), count):
        rows = statement.fetch(**numbered("key", keys[start : start + count], count))
        found |= {row["id"]: _card(row) for row in rows[Article]}
        for row in rows[Byline]:
            byline = row_of(Byline, BYLINE, row)
            article = found[byline.article_id]
            author = row_of(Author, AUTHOR, row, "author__")
            byline._state.fields_cache |= {"author": author, "article": article}
            article._prefetched_objects_cache["bylines"].append(byline)
    return found


@cache
def _lines(vendor, count):
    keys, now = given_all("key", count), Given("now", models.DateTimeField())
    live = Article.objects.live(now).filter(pk__in=keys)
    return Together({Article: live.order_by().values(*SHOWN)})


def lines(keys):
    """Return {key: live Article with the fields of SHOWN}, of MOST keys and no more."""
    given = numbered("key", keys, MOST)
    rows = _lines(connection.vendor, MOST).fetch(now=timezone.now(), **given)
    return {row["id"]: row_of(Article, SHOWN, row) for row in rows[Article]}


def _card(row):
    article = row_of(Article, ARTICLE, row)
    for name, (model, names) in BESIDE.items():
        article._state.fields_cache[name] = row_of(model, names, row, f"{name}__")
    article._prefetched_objects_cache = {"bylines": []}
    return article
