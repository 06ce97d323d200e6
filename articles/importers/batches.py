"""What is to become of stories, told by what is here already, a batch at a time."""

import hashlib
import sqlite3
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import prefetch_related_objects

from articles.html import text_of
from articles.importers.story import Problem
from articles.importers.values import ALSO, MISSING, TEXT, digest_of
from articles.models import Article, Origin


class Outcome(StrEnum):
    """What became, or in a dry run would become, of a story."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


TO_READ = (Outcome.NEW, Outcome.CHANGED)
OTHER_PAGE = (
    "Another page was imported under this name; it was left alone. "
    "Name the source with --source."
)


class Seen:
    """Which names and which bytes a run met already; on disk, however many."""

    def __init__(self):
        self.index = sqlite3.connect("")
        self.index.execute("CREATE TABLE seen (what PRIMARY KEY) WITHOUT ROWID")

    def is_new(self, what):
        """Say whether this is the first time that the text is asked for."""
        statement = "INSERT OR IGNORE INTO seen VALUES (?)"
        return self.index.execute(statement, [what]).rowcount > 0


@dataclass
class Batch:
    """Records on their way: what is to become of each, and its text being read."""

    problems: list
    work: list  # [(Story, Outcome, Origin or None)]
    moved: list
    to_read: list  # of each in the work, whether its story is among the whole ones
    whole: Future  # the stories that are new or changed, or lack a file, read

    def settled(self):
        """Yield [Story, Outcome, Origin] with whole stories; or the Problem with one.

        A story that is another one under a known name is refused.
        """
        whole = iter(self.whole.result())
        for (story, outcome, origin), is_read in zip(
            self.work, self.to_read, strict=True
        ):
            unread = story
            story = next(whole) if is_read else story
            if isinstance(story, Problem) and outcome in TO_READ:
                yield story
                continue
            if isinstance(story, Problem):
                story = unread
            if outcome is Outcome.CHANGED and not _is_same_story(row_of(origin), story):
                story.note("other-page", OTHER_PAGE)
                outcome = Outcome.REFUSED
            yield story, outcome, origin


@dataclass(frozen=True)
class Known:
    """What is known of a file that was imported already, and did not change."""

    address: str
    other_addresses: tuple[str, ...]
    text_keys: tuple[str, ...]  # Story.text_keys
    missing: tuple[str, ...] = ()  # addresses of pictures that were nowhere


def known(files):
    """Return {(system, identifier): Known} of the files that did not change.

    `files` are {(system, identifier): bytes}.
    """
    rows = Origin.objects.filter(
        system__in={system[:50] for system, _identifier in files},
        identifier__in={identifier[:500] for _system, identifier in files},
    ).values_list("system", "identifier", "digest", "address", "imported")
    here = {row[:2]: row[2:] for row in rows}
    found = {}
    for name, content in files.items():
        system, identifier = name
        row = here.get((system[:50], identifier[:500]))
        if row is None or row[0] != hashlib.sha256(content).hexdigest():
            continue
        _digest, address, imported = row
        lists = (tuple(imported.get(key, ())) for key in (ALSO, TEXT, MISSING))
        found[name] = Known(address, *lists)
    return found


def row_of(origin):
    """Return the article or simple page of an Origin, None for none."""
    return (origin.article or origin.page) if origin else None


def origins_of(stories):
    """Return the origins of the batch: {(system, id) or digest: Origin}.

    Without the articles: nearly all of a second run's did not change.
    """
    if not stories:
        return {}
    origins = Origin.objects.defer("source")
    by_name = origins.filter(
        system__in={story.source_system[:50] for story in stories},
        identifier__in={story.source_id[:500] for story in stories},
    )
    found = {(origin.system, origin.identifier): origin for origin in by_name}
    new = [story for story in stories if name_of(story) not in found]
    by_digest = origins.filter(digest__in={digest_of(story) for story in new})
    return {origin.digest: origin for origin in by_digest} | found


def name_of(story):
    return story.source_system[:50], story.source_id[:500]


def load_rows(work):
    """Load the articles and simple pages of what is to be written, or looked into."""
    origins = [
        origin
        for _story, outcome, origin in work
        if origin and (outcome is Outcome.CHANGED or MISSING in origin.imported)
    ]
    prefetch_related_objects(origins, "article", "page")


def compare(story, origins, seen):
    """Return (Outcome, Origin or None) of a story against what is here already.

    The same bytes under another name are the same page, in this run too; of two
    stories of one name, the first counts.
    """
    digest = digest_of(story)
    name = name_of(story)
    origin = origins.get(name)
    is_known = not seen.is_new(digest)
    if not seen.is_new("\n".join(name)) and not is_known:
        story.note("same-name", "Another story before it has the same name.")
        return Outcome.REFUSED, origin
    if origin is None:
        origin = origins.get(digest)
        is_known = is_known or origin is not None
        return (Outcome.UNCHANGED if is_known else Outcome.NEW), origin
    if origin.digest == digest:
        return Outcome.UNCHANGED, origin
    return Outcome.CHANGED, origin


def _is_same_story(row, story):
    """Say whether a page is a later state of the article, not another story."""
    title = row.headline if isinstance(row, Article) else row.title
    if title.casefold() == story.headline.casefold():
        return True
    old, new = (set(text_of(body).split()) for body in (row.body, story.body_html))
    return len(old & new) * 2 >= min(len(old), len(new))
