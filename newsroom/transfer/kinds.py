"""What an export holds, and by what names its records point to each other.

A record has a key that means the same on every site: a slug, a path, a picture's
digest. A new model that readers see something of gets its line in `KINDS`.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from django.conf import settings
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from articles.models import (
    Article,
    ArticleTag,
    Byline,
    Correction,
    Document,
    Origin,
    Page,
    Picture,
    ReadCount,
    RelatedStory,
    Section,
    Series,
    Tag,
    TagSynonym,
    Translation,
)
from articles.models.articles import Tie
from authors.models import Author, AuthorAlias, AuthorLink
from newsroom.blocks.models import (
    AdvertiseBlock,
    ShareBlock,
    ShareBlockNetwork,
    ShareNetwork,
)
from newsroom.crawlers.models import Agent, CrawlRule, SiteFiles
from newsroom.feeds.models import PartnerFeed
from newsroom.models import MenuItem, Publication
from newsroom.redirects.models import Redirect
from newsroom.search.models import Pick

SCOPES = ("sections", "not_sections", "tags", "not_tags")


@dataclass(frozen=True)
class Part:
    """Rows that belong to a record and have no name of their own, in their order.

    Where such a row says no more than which other record it means, the part is a
    list of keys.
    """

    name: str
    model: type
    parent: str  # the column that says whose it is
    without: tuple[str, ...] = ()

    @cached_property
    def fields(self):
        derived = (
            {f.name for f in Tie._meta.fields} if issubclass(self.model, Tie) else ()
        )
        return [
            f
            for f in own_fields(self.model)
            if f.attname != self.parent and f.name not in {*derived, *self.without}
        ]

    @property
    def is_list_of_keys(self):
        return len(self.fields) == 1


@dataclass(frozen=True)
class Kind:
    """A model whose rows are records of an export."""

    type: str
    model: type
    key: str  # the column that names it
    parts: tuple[Part, ...] = ()
    # Of the key's value, and back to a condition on rows.
    text: Callable = str
    among: Callable = None
    columns: tuple[str, ...] = ()  # more of them that `text` needs
    # Columns that the model's `fill` makes of the others.
    derived: tuple[str, ...] = ()

    @cached_property
    def fields(self):
        return [f for f in own_fields(self.model) if f.name not in self.derived]

    @cached_property
    def itself(self):
        """Return the field that points to another row of the same table, or None."""
        pointing = [f for f in self.fields if f.related_model is self.model]
        return pointing[0] if pointing else None


def own_fields(model):
    """Return the columns that go into an export: not the keys, not the logins."""
    return [
        f
        for f in model._meta.concrete_fields
        if not f.primary_key
        and not (
            f.remote_field and f.related_model._meta.label == settings.AUTH_USER_MODEL
        )
    ]


def article_key(path, created_at):
    """Return what names an article: its path, or the moment a draft was begun."""
    return path or f"@{created_at.isoformat()}"


MOMENT = re.compile(r"@[\d-]{10}T[\d:.]{8,15}[+-]\d\d:\d\d")


def moment_named(text):
    try:
        return parse_datetime(text[1:])
    except ValueError:  # the 99th of a month
        return None


def articles_named(texts):
    begun = [moment_named(text) for text in texts if MOMENT.fullmatch(text)]
    paths = [text for text in texts if not text.startswith("@")]
    return Q(path__in=paths) | Q(path=None, created_at__in=[m for m in begun if m])


def redirect_key(old, match):
    return f"{match} {old}"


def redirects_named(texts):
    return Q(old__in=[text.partition(" ")[2] for text in texts])


def rule_key(agent, path):
    return f"{agent} {path}"


def rules_named(texts):
    return Q(agent__in=[text.partition(" ")[0] for text in texts])


def _scopes(block):
    name = f"{block._meta.model_name}_id"
    return tuple(Part(s, getattr(block, s).through, name) for s in SCOPES)


def _kinds():
    yield Kind("publication", Publication, "id")
    yield Kind("picture", Picture, "digest")
    yield Kind("section", Section, "slug")
    yield Kind("tag", Tag, "slug", (Part("synonyms", TagSynonym, "tag_id"),))
    yield Kind("series", Series, "slug")
    yield Kind("document", Document, "digest")
    links = Part("links", AuthorLink, "author_id")
    aliases = Part("aliases", AuthorAlias, "author_id")
    yield Kind("author", Author, "slug", (links, aliases))
    # Not the run of the import: runs stay where they ran.
    origin = Part("origin", Origin, "page_id", without=("article", "run"))
    yield Kind("page", Page, "path", (origin,))
    yield Kind(
        "article",
        Article,
        "path",
        (
            Part("bylines", Byline, "article_id"),
            Part("tags", ArticleTag, "content_object_id"),
            Part("corrections", Correction, "article_id"),
            Part("origin", Origin, "article_id", without=("page", "run")),
            Part("reads", ReadCount, "article_id"),
            Part("translations", Translation, "article_id"),
        ),
        text=article_key,
        among=articles_named,
        columns=("created_at",),
    )
    yield Kind("share_network", ShareNetwork, "name")
    networks = Part("networks", ShareBlockNetwork, "block_id")
    yield Kind("share_block", ShareBlock, "name", (networks, *_scopes(ShareBlock)))
    yield Kind("advertise_block", AdvertiseBlock, "name", _scopes(AdvertiseBlock))
    chosen = tuple(
        Part(name, getattr(PartnerFeed, name).through, "partnerfeed_id")
        for name in ("sections", "tags", "authors")
    )
    yield Kind("partner_feed", PartnerFeed, "slug", chosen)
    yield Kind("pick", Pick, "query", derived=("key",))
    yield Kind(
        "crawl_rule",
        CrawlRule,
        "agent",
        text=rule_key,
        among=rules_named,
        columns=("path",),
    )
    yield Kind("agent", Agent, "name")
    yield Kind("site_files", SiteFiles, "id")
    yield Kind(
        "redirect",
        Redirect,
        "old",
        text=redirect_key,
        among=redirects_named,
        columns=("match",),
        derived=("key", "digest", "place", "target_digest"),
    )


KINDS = {kind.type: kind for kind in _kinds()}
BY_MODEL = {kind.model: kind for kind in KINDS.values()}
# What ties records to others that may come later, or stands in no table of its own:
# {type: (part, the model whose rows are the parents, or the parents themselves)}.
TIES = {
    "related": (Part("stories", RelatedStory, "article_id"), Article),
    "menu": (Part("lines", MenuItem, "menu"), [str(menu) for menu in MenuItem.Menu]),
}


def batches(rows, size):
    """Yield lists of so many rows (Python 3.12 has it as itertools.batched)."""
    rows = iter(rows)
    while some := list(islice(rows, size)):
        yield some


class Keys:
    """Which key a row has, and which row has a key, many at once."""

    def of(self, model, pks):
        """Return {pk: key}. Rows that are alike are numbered in the order they came."""
        kind, pks = BY_MODEL[model], {pk for pk in pks if pk is not None}
        rows = model._base_manager.filter(pk__in=pks).values_list(*_columns(kind))
        texts = {kind.text(*values) for _pk, *values in rows}
        return {pk: key for key, pk in self._numbered(kind, texts).items() if pk in pks}

    def rows(self, model, keys):
        """Return {key: pk} of those keys that some row has."""
        kind, keys = BY_MODEL[model], set(keys)
        found = self._numbered(kind, {without_number(key) for key in keys})
        return {key: found[key] for key in keys & found.keys()}

    def _numbered(self, kind, texts):
        values = [text for text in texts if "\x00" not in text]
        if not values:
            return {}
        if kind.among:
            condition = kind.among(values)
        else:
            condition = Q(**{f"{kind.key}__in": values})
        rows = kind.model._base_manager.filter(condition).order_by("pk")
        counts, found = defaultdict(int), {}
        for pk, *values in rows.values_list(*_columns(kind)):
            text = kind.text(*values)
            counts[text] += 1
            found[_with_number(text, counts[text])] = pk
        return found


def _columns(kind):
    return ("pk", kind.key, *kind.columns)


def _with_number(text, number):
    return f"{text}#{number}" if number > 1 or re.search(r"#\d+\Z", text) else text


def without_number(key):
    """Return what a key says but which of several that are alike it means."""
    return re.fullmatch(r"(.*?)(?:#\d+)?", key, re.DOTALL)[1]
