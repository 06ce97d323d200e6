"""What a feed tells of each article, loaded for twenty articles at once.

As articles/lists.py does it for cards: one statement, compiled once.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache

from django.db import connection
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from articles.fetching import columns, row_of
from articles.languages import direction_of
from articles.models import Article, ArticleTag, Byline, Correction, Picture, Tag
from articles.rendering import picture_ids
from articles.together import Together, given_all, numbered
from authors.addresses import whole
from authors.models import Author
from authors.pagination import PER_PAGE
from authors.shown import note
from newsroom.feeds.texts import markup_for_feeds

SUMMARY = columns(
    Article,
    only=(
        *("id", "path", "headline", "standfirst", "language", "status"),
        *("published_at", "expires_at", "material_update_at", "canonical_url"),
        *("section_id", "lead_picture_id", "retracted_at"),
    ),
)
FULL = tuple(
    f.attname for f in Article._meta.concrete_fields if f.attname in (*SUMMARY, "body")
)
PICTURE = columns(
    Picture,
    only=(
        *("id", "file", "width", "height", "renditions", "alt", "is_decorative"),
        *("caption", "credit", "focal_x", "focal_y"),
    ),
)
CORRECTION = columns(Correction)
# Of the JPEG that a feed offers as a story's picture, in pixels.
PICTURE_WIDTH = 1200


@dataclass(frozen=True)
class Person:
    name: str
    address: str = ""  # whole, of the author's page


@dataclass(frozen=True)
class Image:
    """A story's picture, at a whole address."""

    address: str
    width: int  # of the original; only their ratio is the file's
    height: int
    alt: str
    credit: str


@dataclass(frozen=True)
class Entry:
    """One thing a feed tells of. Addresses are whole, texts without markup."""

    id: str
    address: str
    title: str
    published_at: datetime
    updated_at: datetime
    summary: str = ""
    markup: str = ""  # the full text; "" in feeds of summaries
    language: str = ""
    people: list = field(default_factory=list)  # of Person
    subjects: list = field(default_factory=list)  # names of section and tags
    image: Image | None = None
    original: str = ""  # where it was published first, if elsewhere


def entries(keys, name_of, *, is_full):
    """Return the Entry of each article, in the order of these keys.

    `name_of("article-12")` returns the id that never changes.
    """
    stories = _stories(list(keys), is_full)
    pictures = {}
    if is_full:
        shown = set().union(*(picture_ids(s.article.body) for s in stories.values()))
        pictures = Picture.objects.in_bulk(shown) if shown else {}
    return [
        _entry(stories[key], name_of, pictures, is_full=is_full)
        for key in keys
        if key in stories
    ]


@cache
def _statement(vendor, is_full):
    keys = given_all("key", PER_PAGE)
    beside = ["section__name", *(f"lead_picture__{name}" for name in PICTURE)]
    articles = Article.objects.order_by().filter(pk__in=keys)
    parts = {
        Article: articles.values(*(FULL if is_full else SUMMARY), *beside),
        Byline: Byline.objects.filter(article__id__in=keys).values(
            *("article_id", "author_id", "role", "credit"),
            *("author__name", "author__slug"),
        ),
        Tag: ArticleTag.objects.filter(content_object__id__in=keys)
        .order_by("pk")
        .values("content_object_id", "tag_id", "tag__name"),
    }
    if is_full:
        parts[Correction] = Correction.objects.filter(article__id__in=keys).values(
            *CORRECTION
        )
    return Together(parts)


def _stories(keys, is_full):
    """Return {key: _Story} of these articles.

    Only articles and pictures become rows of their models: of sections, tags and
    authors no more than a name stands in a feed, and making 150 rows of those takes
    as long as all the rest.
    """
    found = {}
    for start in range(0, len(keys), PER_PAGE):
        some = keys[start : start + PER_PAGE]
        statement = _statement(connection.vendor, is_full)
        rows = statement.fetch(**numbered("key", some, PER_PAGE))
        for row in rows[Article]:
            article = row_of(Article, FULL if is_full else SUMMARY, row)
            picture = row_of(Picture, PICTURE, row, "lead_picture__")
            # A summary tells more than a card does: tags, and when it was updated.
            note(article.shown_key())
            found[article.pk] = _Story(article, picture)
            if article.section_id:
                note(f"section-{article.section_id}-card")
                found[article.pk].subjects.append(row["section__name"])
        for row in rows[Byline]:
            note(f"author-{row['author_id']}-card")
            found[row["article_id"]].bylines.append(row)
        for row in rows[Tag]:
            note(f"tag-{row['tag_id']}-card")
            found[row["content_object_id"]].subjects.append(row["tag__name"])
        for row in rows.get(Correction, ()):
            correction = row_of(Correction, CORRECTION, row)
            found[row["article_id"]].corrections.append(correction)
    return found


@dataclass
class _Story:
    """An article with what stands beside it, as the statement has it."""

    article: Article
    picture: Picture | None
    subjects: list = field(default_factory=list)  # names of section and tags
    bylines: list = field(default_factory=list)  # rows, in their order
    corrections: list = field(default_factory=list)


def _entry(story, name_of, pictures, *, is_full):
    article, picture = story.article, story.picture
    address = whole(article.get_absolute_url())
    published_at = article.published_at
    image = image_of(picture) if picture else None
    return Entry(
        id=name_of(f"article-{article.pk}"),
        address=address,
        title=article.marked_headline,
        published_at=published_at,
        updated_at=max(published_at, article.material_update_at or published_at),
        summary=article.standfirst,
        markup=_markup(story, image, pictures, address) if is_full else "",
        language=article.language,
        people=_people(story.bylines),
        subjects=list(dict.fromkeys(story.subjects)),
        image=image,
        original=article.canonical_url,
    )


def _people(bylines):
    """Return each Person of the byline once: writers first, as pages name them."""
    people = {}
    for byline in sorted(bylines, key=lambda byline: byline["role"] != ""):
        name = byline["credit"] or byline["author__name"]
        person = Person(name, whole(_author_path(byline["author__slug"])))
        people.setdefault(byline["author_id"], person)
    return list(people.values())


@lru_cache(maxsize=2048)
def _author_path(slug):
    return Author(slug=slug).get_absolute_url()


def image_of(picture):
    return Image(
        whole(picture.url_near(PICTURE_WIDTH)),
        picture.width,
        picture.height,
        picture.alt_text,
        picture.credit,
    )


def _markup(story, image, pictures, address):
    """Return all of a story: what is under its headline, corrections included."""
    article = story.article
    parts = dict.fromkeys(Correction.Place, "")
    for correction in story.corrections:
        parts[correction.place] += format_html(
            "<p><strong>{}:</strong> {}</p>",
            correction.get_kind_display(),
            correction.text,
        )
    lead = _figure(image, story.picture.caption) if image else ""
    standfirst = f"<p><strong>{escape(article.standfirst)}</strong></p>"
    text = "".join(
        (
            standfirst if article.standfirst else "",
            parts[Correction.Place.TOP],
            lead,
            markup_for_feeds(article.body, pictures, address),
            parts[Correction.Place.BOTTOM],
        )
    )
    if direction_of(article.language) == "rtl":
        return (
            format_html('<div dir="rtl" lang="{}">', article.language) + text + "</div>"
        )
    return text


def _figure(image, caption):
    caption = escape(caption)
    if image.credit:
        caption = f"{caption} <small>{escape(image.credit)}</small>".strip()
    return format_html(
        '<figure><img src="{}" alt="{}" width="{}" height="{}">',
        *(image.address, image.alt, image.width, image.height),
    ) + (f"<figcaption>{caption}</figcaption></figure>" if caption else "</figure>")


def correction_entry(correction, name_of):
    """Return the Entry of a correction, with its article's headline and address."""
    article = correction.article
    told = _("%(kind)s: %(headline)s") % {
        "kind": correction.get_kind_display(),
        "headline": article.headline,
    }
    return Entry(
        id=name_of(f"correction-{correction.key}"),
        address=f"{whole(article.get_absolute_url())}#{correction.anchor}",
        title=told,
        published_at=correction.corrected_at,
        updated_at=correction.corrected_at,
        summary=correction.text,
        markup=format_html("<p>{}</p>", correction.text),
        language=article.language,
    )
