"""The other stories an article page leads to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.db import connection, models
from django.db.models import Case, DateTimeField, F, Q, When
from django.db.models.expressions import RawSQL
from django.utils import timezone

from articles.fetching import columns, unnoted
from articles.models import Article, ArticleTag
from articles.together import Given, Together, given_all, numbered
from authors.shown import note

SHOWN = columns(
    Article,
    only=(
        *("id", "path", "headline", "front_headline", "language", "published_at"),
        "retracted_at",
    ),
)
PART = columns(Article, only=(*SHOWN, "series_position"))
# So many stand below an article, unless an editor picked more.
RELATED = 4
PICKED = 20
CANDIDATES = 200
# SQLite takes 500 arms in a UNION; an import may bring a story with more tags.
TAGS = 50
# The page of the series lists all of them.
PARTS = 50


def neighbours_of(article):
    """Return the live stories around an article, with one query.

    {"previous": …, "next": …} are Articles or None: of the same section, by date.
    "parts" are those of its series, itself included, in order, "previous_part" and
    "next_part" stand before and after it there, and "part_number" counts from 1: None
    for a part that is not live, or where not all are listed. "related" are those an
    editor picked, in their order, then those that share the most tags with it, the
    newest first among equals, without those that are neighbours already. Only the
    fields of SHOWN are loaded.
    """
    picks = _picks(article)
    tags = [tag.pk for tag in article.tags.all()[:TAGS]]
    statement = _statement(
        connection.vendor,
        has_section=article.section_id is not None,
        has_series=article.series_id is not None,
        picks=PICKED if picks else 0,
        tags=len(tags),
        parts=PARTS,
    )
    now = timezone.now()
    rows = statement.fetch(
        pk=article.pk or 0,
        section=article.section_id,
        series=article.series_id,
        at=article.published_at or now,
        now=now,
        **numbered("pick", picks, PICKED),
        **numbered("tag", tags, len(tags)),
    )
    found = {key: [_line(row) for row in rows[key]] for key in rows}
    previous, next_ = (next(iter(found[key]), None) for key in ("previous", "next"))
    nearby = {previous, next_, *found["parts"]}
    picked = found["picked"]
    others = [story for story in found["tagged"] if story not in nearby]
    around = {
        "previous": previous,
        "next": next_,
        "parts": found["parts"],
        **_parts_beside(article, found["parts"]),
        "related": picked + others[: max(0, RELATED - len(picked))],
    }
    _note(article, picks, around)
    return around


def _line(row):
    """Return the Article of a row, which notes nothing of itself (see `_note`)."""
    names = PART if "series_position" in row else SHOWN
    values = [row[name] for name in names]
    return unnoted(Article, names, values)


@dataclass(frozen=True)
class _Any:
    """What the statement asks of an article, whichever it is."""

    pk: Given
    published_at: Given
    section_id: Given | None
    series_id: Given | None


# One for each number of tags that stories have.
@lru_cache(maxsize=256)
def _statement(vendor, *, has_section, has_series, picks, tags, parts):
    article = _Any(
        Given("pk"),
        Given("at", DateTimeField()),
        Given("section") if has_section else None,
        Given("series") if has_series else None,
    )
    now = Given("now", DateTimeField())
    picks, tags = given_all("pick", picks), given_all("tag", tags)
    return Together(
        {
            "previous": beside(article, newer=False, now=now).values(*SHOWN)[:1],
            "next": beside(article, newer=True, now=now).values(*SHOWN)[:1],
            "parts": _parts(article, now, parts),
            "picked": _picked(article, picks, now),
            "tagged": _tagged(article, tags, picks, now),
        }
    )


def _note(article, picks, around):
    """Say what the page shows, and what could come to stand there."""
    note(f"beside-{article.pk}", "stories")
    note(*(f"related-{tag.pk}" for tag in article.tags.all()[:TAGS]))
    if article.series_id:
        note(f"in-series-{article.series_id}")
    if around["next"] is None:
        note(newest_key(article))
    # Also those that are still to come.
    note(*(f"article-{pick}-line" for pick in picks))
    for shown in around.values():
        stories = shown if isinstance(shown, list) else [shown]
        note(*(s.line_key() for s in stories if isinstance(s, Article)))


def newest_key(article):
    """Return the surrogate key of the story that nothing follows in its section."""
    return f"newest-in-section-{article.section_id or 'none'}"


def beside(article, *, newer, now=None):
    """The live stories of its section after an article, or before it, nearest first."""
    at, pk = article.published_at or timezone.now(), article.pk or 0
    stories = Article.objects.live(now).filter(section=article.section_id)
    stories = stories.exclude(pk=pk)
    # A plain comparison beside the exception, because no index serves an OR.
    if newer:
        order = ("published_at", "pk")
        stories = stories.filter(published_at__gte=at)
        stories = stories.exclude(published_at=at, pk__lte=pk)
    else:
        order = ("-published_at", "-pk")
        stories = stories.filter(published_at__lte=at)
        stories = stories.exclude(published_at=at, pk__gte=pk)
    return stories.order_by(*order)


# The series.


def _parts(article, now, limit):
    if not article.series_id:
        return Article.objects.none().values(*PART)
    parts = _live_parts(article, now).in_series_order()
    return parts.values(*PART)[:limit]


def _live_parts(article, now=None):
    # Asked by key, because SQLite takes the index on the state of articles for
    # the better one, and reads them all.
    members = Article.objects.filter(series=article.series_id).values("pk")
    return Article.objects.live(now).filter(pk__in=members)


def _parts_beside(article, parts):
    """Return the parts before and after an article, which may not be live itself.

    A second query is made for series longer than the list alone.
    """
    here = _place(article)
    before = [part for part in parts if _place(part) < here]
    after = [part for part in parts if _place(part) > here]
    if len(parts) == PARTS and not after:
        return _parts_far_down(article)
    is_listed = article in parts and len(parts) < PARTS
    return {
        "part_number": len(before) + 1 if is_listed else None,
        "previous_part": before[-1] if before else None,
        "next_part": after[0] if after else None,
    }


def _place(part):
    """Return where a part stands: numbered ones first, then the others by date."""
    number = part.series_position
    at = part.published_at or datetime.max.replace(tzinfo=UTC)
    return (number is None, number or 0, at, part.pk or 0)


def _parts_far_down(article):
    order = (F("series_position").asc(nulls_last=True), "published_at", "pk")
    here = _live_parts(article).order_by(*order).values_list("pk", flat=True)
    keys = list(here)
    if article.pk not in keys:
        return {"part_number": None, "previous_part": None, "next_part": None}
    place = keys.index(article.pk)
    wanted = {
        "previous_part": keys[place - 1] if place else None,
        "next_part": keys[place + 1] if place + 1 < len(keys) else None,
    }
    stories = Article.objects.only(*SHOWN).in_bulk(filter(None, wanted.values()))
    beside = {name: stories.get(key) for name, key in wanted.items()}
    return {"part_number": None, **beside}


# Related stories.


def _picks(article):
    """Return the keys of the stories an editor picked, in order."""
    return [pick.story_id for pick in article.related_stories.all()][:PICKED]


def _picked(article, picks, now):
    if not picks:
        return Article.objects.none().values(*SHOWN)
    places = [When(pk=key, then=place) for place, key in enumerate(picks)]
    stories = Article.objects.live(now).exclude(pk=article.pk).filter(pk__in=picks)
    return stories.order_by(Case(*places, default=PICKED)).values(*SHOWN)


def _tagged(article, tags, picks, now):
    if not tags:
        return Article.objects.none().values(*SHOWN)
    keys = _kindred(article, tags, picks, now)
    stories = Article.objects.live(now).filter(pk__in=keys)
    shared = _shared(tags, models.OuterRef("pk"))
    return (
        stories.annotate(shared=shared)
        .order_by("-shared", "-published_at", "-pk")
        .values(*SHOWN)
    )


def _kindred(article, tags, picks, now):
    """Return the keys of the stories that share most, asked of the tags' index alone.

    As SQL in the place of a list: a database that joins hundreds of candidates with
    the articles reads all of either (PostgreSQL 15, 40 ms of 10,000 articles).
    """
    others = ArticleTag.objects.live(now).exclude(content_object=article.pk)
    if picks:
        others = others.exclude(_any("content_object", picks))
    if article.series_id:
        # The parts of its series stand in a list of their own.
        parts = Article.objects.filter(series=article.series_id).order_by()
        others = others.exclude(content_object__in=parts.values("pk"))
    first, *more = [_newest(others.filter(tag=tag), tags) for tag in tags]
    sql, params = first.union(*more).query.sql_with_params()
    # Two more, in the place of those that stand beside it anyway.
    order = 'kindred."shared" DESC, kindred."at" DESC, kindred."key" DESC'
    return RawSQL(
        f'SELECT kindred."key" FROM ({sql}) kindred ORDER BY {order}'
        f" LIMIT {RELATED + 2}",
        params,
    )


def _newest(ties, tags):
    """Return the newest stories of a tag: all of them for a usual tag.

    A tag on a third of 100,000 articles made the page wait 250 ms for all.
    """
    newest = ties.keys_newest_first().values("pk")[:CANDIDATES]
    if not connection.features.supports_slicing_ordering_in_compound:
        # One level deeper, because SQLite takes no LIMIT in the arms of a UNION.
        newest = ArticleTag.objects.filter(pk__in=newest)
    return newest.values(
        key=F("content_object"),
        at=F("published_at"),
        shared=_shared(tags, models.OuterRef("content_object")),
    )


def _shared(tags, article):
    """Return how many of the tags an article of the query around has."""
    ties = ArticleTag.objects.filter(_any("tag", tags), content_object=article)
    # No aggregate of Django's, which would group by something.
    count = models.Func("pk", function="COUNT", output_field=models.IntegerField())
    return models.Subquery(ties.order_by().values(count=count))


def _any(name, keys):
    # Not `__in`, which takes no expressions of a foreign key.
    return Q(*((name, key) for key in keys), _connector=Q.OR)
