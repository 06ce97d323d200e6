"""The other stories an article page leads to."""

from django.db.models import Count, OuterRef
from django.utils import timezone

from articles.models import Article, ArticleTag
from articles.together import Together
from authors.shown import note

SHOWN = ("pk", "path", "headline", "front_headline", "language", "published_at")
RELATED = 4
CANDIDATES = 200
# SQLite takes 500 arms in a UNION; an import may bring a story with more tags.
TAGS = 50
# The page of the series lists all of them.
PARTS = 50


def neighbours_of(article):
    """Return the live stories around an article, with one query.

    {"previous": …, "next": …} are Articles or None: of the same section, by date.
    "parts" are those of its series, itself included, in order; "related" share
    the most tags with it, the newest first among equals, without those that are
    neighbours already. Only the fields of SHOWN are loaded.
    """
    rows = Together(
        {
            "previous": _beside(article, newer=False),
            "next": _beside(article, newer=True),
            "parts": _parts(article),
            "related": _related(article),
        }
    ).fetch()
    found = {key: [Article(**row) for row in rows[key]] for key in rows}
    note(f"beside-{article.pk}")
    note(*(f"card-{story.pk}" for stories in found.values() for story in stories))
    note(*(f"tagged-{tag.pk}" for tag in article.tags.all()[:TAGS]))
    if article.series_id:
        note(f"in-series-{article.series_id}")
    previous, next_ = (next(iter(found[key]), None) for key in ("previous", "next"))
    beside = {previous, next_, *found["parts"]}
    return {
        "previous": previous,
        "next": next_,
        "parts": found["parts"],
        "related": [a for a in found["related"] if a not in beside][:RELATED],
    }


def _beside(article, *, newer):
    at, pk = article.published_at or timezone.now(), article.pk or 0
    stories = Article.objects.live().filter(section=article.section_id)
    # A plain comparison beside the exception, because no index serves an OR.
    if newer:
        order = ("published_at", "pk")
        stories = stories.filter(published_at__gte=at)
        stories = stories.exclude(published_at=at, pk__lte=pk)
    else:
        order = ("-published_at", "-pk")
        stories = stories.filter(published_at__lte=at)
        stories = stories.exclude(published_at=at, pk__gte=pk)
    return stories.order_by(*order).values(*SHOWN)[:1]


def _parts(article):
    if not article.series_id:
        return Article.objects.none().values(*SHOWN)
    # Asked by key, because SQLite takes the index on the state of articles for
    # the better one, and reads them all.
    members = Article.objects.filter(series=article.series_id).values("pk")
    parts = Article.objects.live().filter(pk__in=members)
    return parts.in_series_order().values(*SHOWN)[:PARTS]


def _related(article):
    tags = [tag.pk for tag in article.tags.all()[:TAGS]]
    if not tags:
        return Article.objects.none().values(*SHOWN)
    shared = (
        ArticleTag.objects.filter(tag__in=tags, content_object=OuterRef("pk"))
        .values("content_object")
        .values(count=Count("pk"))
    )
    first, *others = [_tagged_last(tag) for tag in tags]
    return (
        Article.objects.live()
        .filter(pk__in=first.union(*others, all=True))
        .exclude(pk=article.pk)
        .annotate(shared=shared)
        .order_by("-shared", "-published_at", "-pk")
        # Two more, in the place of those that stand beside it anyway.
        .values(*SHOWN)[: RELATED + 2]
    )


def _tagged_last(tag):
    """Return the articles that got a tag last: all of them for a usual tag.

    A tag on a third of 100,000 articles made the page wait 250 ms for all.
    """
    last = ArticleTag.objects.filter(tag=tag).order_by("-pk").values("pk")[:CANDIDATES]
    # One level deeper, because SQLite takes no LIMIT in the arms of a UNION.
    return ArticleTag.objects.filter(pk__in=last).values("content_object")
