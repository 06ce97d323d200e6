"""Articles in any number, for measuring: generated, plausible, quickly saved."""

import gc
import itertools
import random
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import reset_queries, transaction
from django.utils import timezone

from articles.models import Article, ArticleTag, Byline, Origin, Picture, Section, Tag
from articles.paths import path_for
from authors.models import Author, sort_name_of
from authors.shown import EVERYTHING, change
from authors.slugs import make_slug
from newsroom.demo.fill import BULK, BULK_SLUG, SYSTEM
from newsroom.demo.stories import YEARS, read_background, read_table

# Rows of one INSERT and of one transaction: 2,000 articles hold about 15 MB of
# Python objects, and an interrupted run loses at most so many.
BATCH = 2000


def default_authors(articles):
    return min(5000, articles // 20)


def default_tags(articles):
    return min(2000, articles // 100)


def make_bulk(missing, *, authors=0, tags=0, now=None, batch=BATCH):
    """Make so many articles more; yield how many each batch has made.

    `authors` and `tags` say how many there shall be in all. Every batch is a
    transaction of its own; a later run goes on numbering where this one ended.
    """
    with transaction.atomic():
        _make_authors(authors)
        _make_tags(tags)
    press = Press(now or timezone.now())
    numbers = itertools.islice(_free_numbers(), missing)
    while chunk := list(itertools.islice(numbers, batch)):
        with transaction.atomic(), _no_garbage_collection():
            press.print(chunk)
            change(EVERYTHING)
        reset_queries()  # with DEBUG on, Django keeps the text of every INSERT
        yield len(chunk)


@contextmanager
def _no_garbage_collection():
    """A batch makes 20,000 rows and no cycles; looking for some costs a seventh."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _free_numbers():
    """Count on from the highest number that a generated article has."""
    last = Origin.objects.filter(system=SYSTEM, identifier__startswith=BULK)
    names = last.values_list("identifier", flat=True).iterator()
    highest = max((int(name.removeprefix(BULK)) for name in names), default=0)
    return itertools.count(highest + 1)


def _make_authors(wanted):
    here = Author.objects.count()
    words = read_table("patterns")
    rows = []
    for number in range(here + 1, wanted + 1):
        chance = random.Random(f"author {number}")
        first, family = chance.choice(words["firsts"]), chance.choice(words["families"])
        initial = chance.choice(["", *(f"{c}. " for c in "ABCDEFGHJKLMNPRSTW")])
        name = f"{first} {initial}{family}"
        rows.append(
            Author(
                name=name,
                sort_name=sort_name_of(name),
                slug=f"{BULK_SLUG}{make_slug(name)}-{number}",
                lives_in=chance.choice(words["places"]),
                bio=f"{name} writes for the Courier from time to time.",
            )
        )
    Author.objects.bulk_create(rows, batch_size=BATCH)


def _make_tags(wanted):
    here = Tag.objects.count()
    words = read_table("patterns")
    pairs = list(itertools.product(words["tag_subjects"], words["tag_angles"]))
    rows = []
    for number in range(here + 1, wanted + 1):
        subject, angle = pairs[number % len(pairs)]
        turn = number // len(pairs)
        name = f"{subject} {angle} {turn}" if turn else f"{subject} {angle}"
        rows.append(Tag(name=name, slug=make_slug(name)))
    # A name that an editor has taken meanwhile is left out.
    Tag.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


class _Lot:
    """Rows to draw from, the first ones far more often than the last (Zipf)."""

    def __init__(self, keys, chance):
        self.keys = list(keys)
        chance.shuffle(self.keys)
        self.weights = list(
            itertools.accumulate(1 / rank for rank in range(1, len(self.keys) + 1))
        )

    def draw(self, chance, count):
        """Return up to `count` different keys, in the order drawn."""
        drawn = chance.choices(self.keys, cum_weights=self.weights, k=count)
        return list(dict.fromkeys(drawn))


@dataclass(frozen=True)
class Draft:
    """An article that is not saved yet, with the keys of what belongs to it."""

    article: Article
    number: int
    authors: list[int]
    tags: list[int]


class Press:
    """What generated articles are made of, loaded once."""

    def __init__(self, now):
        self.now = now
        self.paragraphs = list(read_background())
        self.words = read_table("patterns")
        chance = random.Random("press")
        self.sections = _Lot(_keys(Section), chance)
        self.tags = _Lot(_keys(Tag), chance)
        self.authors = _Lot(_keys(Author), chance)
        self.pictures = [None, *_keys(Picture)]

    def print(self, numbers):
        """Save the articles of these numbers: four INSERTs, whatever their count."""
        drafts = [self.article(number) for number in numbers]
        Article.objects.bulk_create(draft.article for draft in drafts)
        Byline.objects.bulk_create(
            Byline(article_id=draft.article.pk, author_id=author, position=position)
            for draft in drafts
            for position, author in enumerate(draft.authors)
        )
        ArticleTag.objects.bulk_create(
            ArticleTag(content_object_id=draft.article.pk, tag_id=tag)
            for draft in drafts
            for tag in draft.tags
        )
        Origin.objects.bulk_create(
            Origin(
                article_id=draft.article.pk,
                system=SYSTEM,
                identifier=f"{BULK}{draft.number}",
            )
            for draft in drafts
        )

    def article(self, number):
        """Return the draft of this number: the same words in every run."""
        chance = random.Random(f"article {number}")
        headline = chance.choice(self.words["headlines"]).format(
            who=chance.choice(self.words["whos"]),
            what=chance.choice(self.words["whats"]),
            place=chance.choice(self.words["places"]),
        )
        headline = headline[0].upper() + headline[1:]
        published_at = self.now - timedelta(days=chance.random() * YEARS * 365)
        article = Article(
            headline=headline,
            standfirst=f"A report from {chance.choice(self.words['places'])}.",
            body="\n".join(chance.choices(self.paragraphs, k=chance.randint(14, 23))),
            section_id=(self.sections.draw(chance, 1) or [None])[0],
            lead_picture_id=chance.choice(self.pictures),
            language="en",
            status=Article.Status.PUBLISHED,
            published_at=published_at,
            announced_at=self.now,
            created_at=published_at,
            path=f"{path_for(headline, published_at)[:-1]}-{number}/",
        )
        return Draft(
            article,
            number,
            self.authors.draw(chance, chance.choices([1, 2, 3], [85, 12, 3])[0]),
            self.tags.draw(chance, chance.randint(2, 5)),
        )


def _keys(model):
    return list(model.objects.order_by("pk").values_list("pk", flat=True))
