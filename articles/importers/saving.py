"""Making articles of stories, so that a second run changes nothing twice.

An article is found again by its origin: (source system, source id), or the very
same bytes under another name. What an editor changed since the last import stays;
everything else follows the source.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from enum import StrEnum
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from articles import revisions
from articles.html import clean, text_of
from articles.importers.bylines import name_key
from articles.importers.local_pictures import place_pictures, read_pictures
from articles.importers.matching import People, Subjects
from articles.importers.story import Problem, Story
from articles.models import (
    Article,
    ArticleTag,
    Byline,
    Origin,
    Page,
    Revision,
    Section,
)
from articles.models.articles import default_language
from articles.paths import validate_path
from authors.models import AuthorLink
from authors.shown import many_changes

BATCH = 200
# What a later import may change again, unless an editor did.
FIELDS = (
    *("headline", "standfirst", "body", "language"),
    *("canonical_url", "published_at", "section_id"),
)


class Outcome(StrEnum):
    """What became, or in a dry run would become, of a story."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Choices:
    """What the operator asked for."""

    zone: tzinfo
    section: Section | None = None
    tags: tuple[str, ...] = ()
    status: str = Article.Status.PUBLISHED
    is_dry_run: bool = False


@dataclass(frozen=True)
class Saved:
    """A story and what became of it."""

    story: Story
    outcome: Outcome
    article: Article | None = None
    kept: tuple[str, ...] = ()  # fields in which an editor's word was kept


@dataclass
class _Directory:
    people: People = field(default_factory=People)
    subjects: Subjects = field(default_factory=Subjects)


def save_stories(
    stories: Iterable[Story | Problem], choices: Choices
) -> Iterator[Saved | Problem]:
    """Save stories in batches, one transaction each; yield what became of each.

    Problems among the stories are passed through. In a dry run nothing is
    written, neither rows nor files.
    """
    stories = iter(stories)
    directory = _Directory()
    seen = set()  # digests of this run
    while batch := list(islice(stories, BATCH)):
        found = [story for story in batch if isinstance(story, Story)]
        yield from (story for story in batch if isinstance(story, Problem))
        origins = _origins_of(found)
        work = [(story, *_compare(story, origins, seen)) for story in found]
        if choices.is_dry_run:
            for story, outcome, origin in work:
                _look_ahead(story, choices, directory)
                yield Saved(story, outcome, origin.article if origin else None)
            continue
        pictures = {
            (story.source_system, story.source_id): read_pictures(story)
            for story, outcome, _ in work
            if outcome in (Outcome.NEW, Outcome.CHANGED)
        }
        with transaction.atomic(), many_changes():
            saved = [
                _save(story, outcome, origin, pictures, choices, directory)
                for story, outcome, origin in work
            ]
        yield from saved


def _save(story, outcome, origin, pictures, choices, directory):
    """Save one story inside its batch; a story the database refuses is a problem."""
    kept = ()
    article = origin.article if origin else None
    try:
        with transaction.atomic():
            if outcome is Outcome.NEW:
                found = pictures[story.source_system, story.source_id]
                article = _make(story, found, choices, directory)
            elif outcome is Outcome.CHANGED:
                found = pictures[story.source_system, story.source_id]
                kept = _update(origin, story, found, choices, directory)
    except (DataError, IntegrityError) as error:
        # Authors and tags made for it are gone with it.
        directory.people, directory.subjects = People(), Subjects()
        reason = str(error).partition("\n")[0]
        return Problem(
            story.source_id, "unreadable", f"The database refused it: {reason}"
        )
    return Saved(story, outcome, article, kept)


def digest_of(story):
    return hashlib.sha256(story.source).hexdigest()


def _origins_of(stories):
    """Return the origins of the batch: {(system, id) or digest: Origin}."""
    origins = Origin.objects.select_related("article").defer("source")
    by_digest = origins.filter(digest__in={digest_of(story) for story in stories})
    by_name = origins.filter(
        system__in={story.source_system for story in stories},
        identifier__in={story.source_id for story in stories},
    )
    found = {origin.digest: origin for origin in by_digest}
    return found | {(origin.system, origin.identifier): origin for origin in by_name}


def _compare(story, origins, seen):
    """Return (Outcome, Origin or None) of a story against what is here already.

    The same bytes under another name are the same page, in this run (`seen`) too.
    """
    digest = digest_of(story)
    origin = origins.get((story.source_system, story.source_id))
    if origin is None:
        origin = origins.get(digest)
        is_known = origin is not None or digest in seen
        seen.add(digest)
        return (Outcome.UNCHANGED if is_known else Outcome.NEW), origin
    if origin.digest == digest:
        return Outcome.UNCHANGED, origin
    if not _is_same_story(origin.article, story):
        story.note(
            "other-page",
            "Another page was imported under this name; it was left alone. "
            "Name the source with --source.",
        )
        return Outcome.REFUSED, origin
    return Outcome.CHANGED, origin


def _is_same_story(article, story):
    """Say whether a page is a later state of the article, not another story."""
    if article.headline.casefold() == story.headline.casefold():
        return True
    old, new = (set(text_of(body).split()) for body in (article.body, story.body_html))
    return len(old & new) * 2 >= min(len(old), len(new))


def _look_ahead(story, choices, directory):
    """Note what saving the story would note, without writing anything."""
    _values(story, choices, directory)
    if story.address:
        _free_path(story)


def _values(story, choices, directory):
    """Return the article's fields that the story decides, all but the body."""
    section = choices.section
    if section is None and story.section_name:
        section = directory.subjects.section(story.section_name)
        if section is None:
            story.note(
                "unknown-section",
                "There is no section of this name.",
                sample=story.section_name,
            )
    return {
        "headline": story.headline[:300],
        "standfirst": story.standfirst,
        "language": (story.language or default_language())[:35],
        "canonical_url": story.canonical_url[:500],
        "published_at": _moment(story, choices),
        "section_id": section.pk if section else None,
    }


def _moment(story, choices):
    """Return when the story was published, or None.

    Noon stands for a day without an hour: it is the same day in most zones.
    """
    if story.published is None:
        if choices.status != Article.Status.PUBLISHED:
            return None
        moment = min(story.file_date or timezone.now(), timezone.now())
        story.problems = [p for p in story.problems if p.kind != "no-date"]
        story.note(
            "no-date",
            f"The page names no date; it got the day of its file, {moment:%Y-%m-%d}.",
        )
        return moment
    moment = story.published.moment
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(12))
    return moment if moment.tzinfo else moment.replace(tzinfo=choices.zone)


def _free_path(story):
    """Return the story's old address if an article can stand there, else None."""
    try:
        validate_path(story.address)
    except ValidationError as error:
        story.note("address", error.messages[0], sample=story.address)
        return None
    for model in (Article, Page):
        if model.objects.filter(path=story.address).exists():
            story.note(
                "address-taken",
                "Something stands at this address already; it got a new one.",
                sample=story.address,
            )
            return None
    return story.address


def _body(story, pictures):
    for picture in pictures.values():
        if picture.pk is None:
            picture.save()
    return clean(place_pictures(story, pictures))


def _make(story, pictures, choices, directory):
    values = _values(story, choices, directory)
    values["body"] = _body(story, pictures)
    article = Article(**values, status=choices.status)
    leads = [n for n, note in enumerate(story.pictures) if note.is_lead]
    article.lead_picture = next((pictures[n] for n in leads if n in pictures), None)
    if story.address:
        article.path = _free_path(story)
    if article.status == Article.Status.PUBLISHED:
        article.assign_path()
        # Its news is old: nobody is to be mailed about fifteen years of stories.
        article.announced_at = timezone.now()
    article.save(force_insert=True)
    bylines = _set_bylines(article, story, directory)
    tags = _set_tags(article, story, choices, directory)
    _fill_authors(story, bylines, directory)
    Origin.objects.create(
        article=article,
        system=story.source_system[:50],
        identifier=story.source_id[:500],
        source=story.source,
        encoding=story.encoding[:40],
        digest=digest_of(story),
        imported=_snapshot(article, bylines, tags),
    )
    return article


def _update(origin, story, pictures, choices, directory):
    """Bring the article up to the source; return the fields an editor's word kept."""
    article = origin.article
    values = _values(story, choices, directory)
    values["body"] = _body(story, pictures)
    if values["published_at"] is None:
        values["published_at"] = article.published_at
    kept, changed = [], []
    for name in FIELDS:
        if values[name] == getattr(article, name):
            continue
        if _digest(getattr(article, name)) != origin.imported.get(name):
            kept.append(name.removesuffix("_id"))
            continue
        setattr(article, name, values[name])
        changed.append(name.removesuffix("_id"))
    if changed:
        article.save(update_fields=[*changed, "updated_at"])
    bylines = list(article.bylines.select_related("author"))
    tags = sorted(article.tags.names())
    if _digest([str(byline) for byline in bylines]) == origin.imported.get("bylines"):
        article.bylines.all().delete()
        bylines = _set_bylines(article, story, directory)
    else:
        kept.append("bylines")
    if _digest(tags) == origin.imported.get("tags"):
        ArticleTag.objects.filter(content_object=article).delete()
        tags = _set_tags(article, story, choices, directory)
    else:
        kept.append("tags")
    _fill_authors(story, bylines, directory)
    if changed and article.revisions.exists():
        revisions.record(article, None, Revision.Event.IMPORTED)
    was = origin.imported
    origin.imported = _snapshot(article, bylines, tags) | {
        name: was.get(name) for name in (_stored(name) for name in kept)
    }
    origin.digest = digest_of(story)
    origin.source, origin.encoding = story.source, story.encoding[:40]
    origin.imported_at = timezone.now()
    origin.save()
    return tuple(kept)


def _stored(name):
    return "section_id" if name == "section" else name


def _snapshot(article, bylines, tags):
    """Return digests of what was imported, to tell later what an editor changed."""
    values = {name: _digest(getattr(article, name)) for name in FIELDS}
    values["bylines"] = _digest([str(byline) for byline in bylines])
    values["tags"] = _digest(tags)
    return values


def _digest(value):
    if isinstance(value, datetime):
        value = value.timestamp()
    return hashlib.sha256(str(value).encode()).hexdigest()[:16]


def _set_bylines(article, story, directory):
    bylines = {}
    for credit in story.credits:
        author = directory.people.find_or_make(credit.name)
        printed = (
            credit.printed
            if credit.printed.casefold() != author.name.casefold()
            else ""
        )
        key = (author.pk, credit.role)
        bylines.setdefault(
            key,
            Byline(
                article=article,
                author=author,
                role=credit.role[:100],
                credit=printed[:200],
                position=len(bylines),
            ),
        )
    return Byline.objects.bulk_create(bylines.values())


def _set_tags(article, story, choices, directory):
    """Put the page's and the operator's tags on the article; return their names."""
    names = [name for name in (*story.tags, *choices.tags) if name.strip()]
    tags = {tag.pk: tag for tag in map(directory.subjects.tag, names)}
    ArticleTag.objects.bulk_create(
        ArticleTag(content_object=article, tag=tag) for tag in tags.values()
    )
    return sorted(tag.name for tag in tags.values())


def _fill_authors(story, bylines, directory):
    """Write the closing boxes into the authors' records, where those are empty."""
    authors = [byline.author for byline in bylines if not byline.role]
    for box in story.boxes:
        author = directory.people.find(box.name) if box.name else None
        if author is None and len(authors) == 1:
            author = authors[0]
        if author is None and box.name:
            family = name_key(box.name).split()[-1:]
            same = [a for a in authors if name_key(a.name).split()[-1:] == family]
            author = same[0] if len(same) == 1 else None
        if author is None:
            story.note(
                "author-box", "It is not clear whose box this is.", sample=box.text
            )
            continue
        fill_author(author, box)


def fill_author(author, box):
    """Write a closing box into an author's record, only where it says nothing yet.

    An address printed on the page was public; it is shown again.
    """
    filled = []
    for name, value in (
        ("lives_in", box.lives_in[:200]),
        ("email", box.email[:254]),
        ("contact", box.contact[:300]),
        ("bio", box.bio),
    ):
        if value and not getattr(author, name):
            setattr(author, name, value)
            filled.append(name)
    if "email" in filled:
        author.is_email_public = True
        filled.append("is_email_public")
    if filled:
        author.save(update_fields=filled)
    if box.links and not author.links.exists():
        AuthorLink.objects.bulk_create(
            AuthorLink(
                author=author,
                kind=link.kind,
                title=link.title[:300],
                role=link.role[:200],
                publisher=link.publisher[:200],
                url=link.url[:500],
                position=position,
            )
            for position, link in enumerate(box.links)
            if link.title or link.url
        )
