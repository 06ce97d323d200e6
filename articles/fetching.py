"""An article with all that its page shows of it, in one query.

`prefetch_related` would ask six, and build each anew: most of a cold page's time.
"""

from functools import cache

from django.db import connection
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from articles.models import (
    Article,
    ArticleTag,
    Byline,
    Correction,
    Picture,
    RelatedStory,
    Section,
    Series,
    Tag,
)
from articles.together import Given, Together, given_all, numbered
from authors.models import Author, AuthorLink

# Spellings of one address: articles.views.spellings.
SPELLINGS = 4
# Columns the page shows nothing of; asked for, they are fetched one by one.
UNSHOWN = {
    *("created_by", "created_at", "updated_at", "submitted_at", "approved_at"),
    *("approved_by", "planned_for", "embargo_until", "base", "changes_due_at"),
    *("trashed_at", "trashed_by", "trashed_from", "end_announced_at", "address_key"),
}


def columns(model, *, only=None, without=()):
    """Return names of a model's columns in its own order, as `from_db` wants them."""
    return tuple(
        field.attname
        for field in model._meta.concrete_fields
        if field.name not in without and (only is None or field.attname in only)
    )


PICTURE = columns(
    Picture,
    without=("digest", "likeness", "uploaded_name", "uploaded_by", "title", "licence"),
)
ARTICLE = columns(Article, without=UNSHOWN)
# One that stands beside the article, by its name there.
BESIDE = {
    "section": (Section, columns(Section, without=("description",))),
    "series": (Series, columns(Series, without=("description",))),
    "lead_picture": (Picture, PICTURE),
    "social_picture": (Picture, PICTURE),
}
BYLINE = columns(Byline, without=("published_at", "expires_at"))
AUTHOR = columns(Author, without=("user", "created_at"))
TAG = columns(Tag, without=("description",))
LINK, CORRECTION, PICK = map(columns, (AuthorLink, Correction, RelatedStory))


@cache
def _statement(vendor):
    paths = given_all("path", SPELLINGS, CharField())
    now = Given("now", DateTimeField())
    articles = Article.objects.live(now).filter(path__in=paths)
    beside = [f"{name}__{n}" for name, (_m, names) in BESIDE.items() for n in names]
    return Together(
        {
            Article: articles.order_by("-created_at", "-pk").values(*ARTICLE, *beside)[
                :1
            ],
            Byline: Byline.objects.filter(article__path__in=paths).values(
                *BYLINE, *(f"author__{name}" for name in AUTHOR)
            ),
            AuthorLink: AuthorLink.objects.filter(
                author__in=Author.objects.filter(
                    bylines__article__path__in=paths
                ).values("pk")
            ).values(*LINK),
            Tag: ArticleTag.objects.filter(content_object__path__in=paths)
            .order_by("pk")
            .values("content_object_id", *(f"tag__{name}" for name in TAG)),
            Correction: Correction.objects.filter(article__path__in=paths).values(
                *CORRECTION
            ),
            RelatedStory: RelatedStory.objects.filter(article__path__in=paths).values(
                *PICK
            ),
        }
    )


def article_at(paths):
    """Return the live article at one of these spellings of an address, or None.

    With its section, series, pictures, bylines, their authors and links, tags,
    corrections and picked stories.
    """
    if len(paths) > SPELLINGS:
        raise ValueError(f"{len(paths)} spellings are more than {SPELLINGS}.")
    given = numbered("path", paths, SPELLINGS, padding=paths[0])
    rows = _statement(connection.vendor).fetch(now=timezone.now(), **given)
    if not rows[Article]:
        return None
    row = rows[Article][0]
    article = row_of(Article, ARTICLE, row)
    for name, (model, names) in BESIDE.items():
        beside = row_of(model, names, row, f"{name}__")
        article._state.fields_cache[name] = beside
    own = {
        model: [row for row in rows[model] if row["article_id"] == article.pk]
        for model in (Byline, Correction, RelatedStory)
    }
    article._prefetched_objects_cache = {
        "bylines": _bylines(article, own[Byline], rows[AuthorLink]),
        "tags": [
            row_of(Tag, TAG, row, "tag__")
            for row in rows[Tag]
            if row["content_object_id"] == article.pk
        ],
        "corrections": [row_of(Correction, CORRECTION, r) for r in own[Correction]],
        "related_stories": [row_of(RelatedStory, PICK, r) for r in own[RelatedStory]],
    }
    return article


def row_of(model, names, row, prefix=""):
    """Return the model's instance in a row of a Together; None where it has no key."""
    if row[prefix + model._meta.pk.attname] is None:
        return None
    keys = _keys(prefix, names) if prefix else names
    return model.from_db(connection.alias, names, [row[key] for key in keys])


@cache
def _keys(prefix, names):
    return tuple(prefix + name for name in names)


def _bylines(article, rows, links):
    authors, bylines = {}, []
    for row in rows:
        byline = row_of(Byline, BYLINE, row)
        key = byline.author_id
        if key not in authors:
            author = authors[key] = row_of(Author, AUTHOR, row, "author__")
            author._prefetched_objects_cache = {
                "links": [
                    row_of(AuthorLink, LINK, link)
                    for link in links
                    if link["author_id"] == key
                ]
            }
        byline._state.fields_cache |= {"author": authors[key], "article": article}
        bylines.append(byline)
    return bylines
