"""Public lists of articles: their keys from one index, their cards from one query.

However long a list is, a page of it costs what it shows: the database skips to it
inside an index, and looks at no article that is not on the page.
"""

from functools import cache

from django.db import connection

from articles.fetching import columns, row_of
from articles.models import Article, Byline, Picture, Section
from articles.together import Together, given_all, numbered
from authors.models import Author
from authors.pagination import PER_PAGE, Listing

# Cards in one query: a list's page, or what the home page of many sections shows.
MOST = 3 * PER_PAGE
# What templates/readers/articles/_card.html shows.
ARTICLE = columns(
    Article,
    only=(
        *("id", "path", "headline", "front_headline", "standfirst", "language"),
        *("status", "published_at", "expires_at", "section_id", "lead_picture_id"),
    ),
)
SECTION = columns(Section, without=("description",))
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


def listing(rows):
    """Return the articles of a queryset that has `keys_newest_first`, for get_page."""
    return Listing(rows.keys_newest_first(), cards)


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


def _card(row):
    article = row_of(Article, ARTICLE, row)
    for name, (model, names) in BESIDE.items():
        article._state.fields_cache[name] = row_of(model, names, row, f"{name}__")
    article._prefetched_objects_cache = {"bylines": []}
    return article
