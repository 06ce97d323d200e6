"""An article with all that its page shows of it, in one query.

`prefetch_related` would ask six, and build each anew: most of a cold page's time.
"""

from functools import cache

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import CharField, DateTimeField, Exists, OuterRef
from django.db.models.base import ModelState
from django.http import Http404
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
from articles.models.translations import Translation
from articles.together import Given, Together, given_all, numbered
from articles.translations import group_key
from authors.models import Author, AuthorLink
from authors.shown import Shown, note

# Spellings of one address: articles.views.spellings.
SPELLINGS = 4
# Columns the page shows nothing of; asked for, they are fetched one by one.
UNSHOWN = {
    *("created_by", "created_at", "updated_at", "submitted_at", "approved_at"),
    *("approved_by", "planned_for", "embargo_until", "base", "changes_due_at"),
    *("trashed_at", "trashed_by", "trashed_from", "end_announced_at", "address_key"),
    *("withdrawn_at", "withdrawal_notice", "withdrawal_answer"),
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
# What only the top of a subject's own page shows.
OPENING = ("description", "picture")
SECTION, SERIES, TAG = (
    columns(model, without=OPENING) for model in (Section, Series, Tag)
)
# One that stands beside the article, by its name there.
BESIDE = {
    "section": (Section, SECTION),
    "series": (Series, SERIES),
    "lead_picture": (Picture, PICTURE),
    "social_picture": (Picture, PICTURE),
}
BYLINE = columns(Byline, without=("published_at", "expires_at"))
AUTHOR = columns(Author, without=("user", "created_at"))
TRANSLATION = (
    *("group", "article_id", "article__path", "article__language"),
    *("article__is_no_index", "article__canonical_url"),
)
LINK, CORRECTION, PICK = map(columns, (AuthorLink, Correction, RelatedStory))
CARDS = {Section: SECTION, Series: SERIES, Tag: TAG}


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
            Translation: Translation.objects.filter(
                # Asked of the few rows that are found: SQLite would go through
                # everything that is live for a list of keys.
                Exists(Article.objects.live(now).filter(pk=OuterRef("article"))),
                group__in=Translation.objects.filter(article__path__in=paths).values(
                    "group"
                ),
            )
            .order_by("article__language", "pk")
            .values(*TRANSLATION),
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
    article.live_translations = _translations(article, rows[Translation])
    return article


def _translations(article, rows):
    """Return the other articles of the group, as `live_translations` does."""
    if not rows:
        return []
    note(f"translations-{group_key(rows[0]['group'])}")
    note(*(f"article-{row['article_id']}-place" for row in rows))
    return [
        Article(
            pk=row["article_id"],
            path=row["article__path"],
            language=row["article__language"],
            is_no_index=row["article__is_no_index"],
            canonical_url=row["article__canonical_url"],
        )
        for row in rows
        if row["article_id"] != article.pk
    ]


# What a list is of, by its address.


def author_at(slug):
    """Return the author at an address, with their links, or raise Http404."""
    rows = _by_slug(connection.vendor, Author).fetch(slug=slug)
    author = row_of(Author, AUTHOR, _one(rows[Author], Author, slug))
    links = [row_of(AuthorLink, LINK, row) for row in rows[AuthorLink]]
    author._prefetched_objects_cache = {"links": links}
    return author


def section_at(slug, *, is_whole=True):
    """Return the section at an address, with what it stands under and over it.

    This and the two below: with introduction and picture only where it is `is_whole`.
    """
    rows = _by_slug(connection.vendor, Section, is_whole).fetch(slug=slug)
    row = _one(rows[Section], Section, slug)
    section = _subject(Section, row, is_whole)
    parent = row_of(Section, SECTION, row, "parent__")
    children = [row_of(Section, SECTION, row) for row in rows["children"]]
    section._state.fields_cache["parent"] = parent
    section._prefetched_objects_cache = {"children": children}
    return section


def series_at(slug, *, is_whole=True):
    """Return the series at an address, or raise Http404."""
    rows = _by_slug(connection.vendor, Series, is_whole).fetch(slug=slug)
    return _subject(Series, _one(rows[Series], Series, slug), is_whole)


def tag_at(slug, *, is_whole=True):
    """Return the tag at an address, or raise Http404."""
    rows = _by_slug(connection.vendor, Tag, is_whole).fetch(slug=slug)
    return _subject(Tag, _one(rows[Tag], Tag, slug), is_whole)


def _subject(model, row, is_whole):
    if not is_whole:
        return row_of(model, CARDS[model], row)
    subject = row_of(model, columns(model), row)
    picture = row_of(Picture, PICTURE, row, "picture__")
    subject._state.fields_cache["picture"] = picture
    return subject


@cache
def _by_slug(vendor, model, is_whole=True):
    slug = Given("slug", CharField())
    at = model.objects.filter(slug=slug)
    if model is Author:
        links = AuthorLink.objects.filter(author__slug=slug)
        return Together({model: at.values(*AUTHOR), AuthorLink: links.values(*LINK)})
    names = CARDS[model]
    if is_whole:
        names = (*columns(model), *(f"picture__{name}" for name in PICTURE))
    if model is Section:
        parent = (f"parent__{name}" for name in SECTION)
        children = Section.objects.filter(parent__slug=slug)
        children = children.values(*SECTION)
        return Together({model: at.values(*names, *parent), "children": children})
    return Together({model: at.values(*names)})


def _one(rows, model, slug):
    if not rows:
        raise Http404(f"There is no {model._meta.verbose_name} {slug!r}.")
    return rows[0]


def row_of(model, names, row, prefix=""):
    """Return the model's instance in a row of a Together; None where it has no key."""
    if row[prefix + model._meta.pk.attname] is None:
        return None
    keys = _keys(prefix, names) if prefix else names
    made = unnoted(model, names, [row[key] for key in keys])
    if issubclass(model, Shown):
        made.note_with(names)
    return made


def unnoted(model, names, values):
    """Return a model's instance of some of its columns, which notes nothing.

    What `from_db` returns, in a fifth of its time: it goes through all fields there
    are, and tells whoever listens. Values are as the fields have them in Python.
    """
    made = model.__new__(model)
    state = made.__dict__["_state"] = ModelState()
    state.db, state.adding = DEFAULT_DB_ALIAS, False
    made.__dict__.update(zip(names, values, strict=True))
    return made


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
