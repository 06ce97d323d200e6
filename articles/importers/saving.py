"""Making articles of stories, so that a second run changes nothing twice.

An article is found again by its origin: (source system, source id), or the very
same bytes under another name. What an editor changed since the last import stays;
everything else follows the source.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from itertools import compress, islice

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from articles import signals
from articles.importers import crediting, refilling, updating
from articles.importers.batches import (
    TO_READ,
    Batch,
    Outcome,
    Seen,
    compare,
    load_rows,
    origins_of,
    row_of,
)
from articles.importers.bodies import body_of, save_pictures
from articles.importers.linking import Links
from articles.importers.matching import People, Subjects
from articles.importers.media import Media
from articles.importers.placing import page_path, place
from articles.importers.portraits import take_portraits
from articles.importers.readers import Readers
from articles.importers.story import Moved, Person, Problem, Story, Term, without_zeros
from articles.importers.values import digest_of, snapshot, status_of, values_of
from articles.models import (
    Article,
    Import,
    ImportMade,
    Origin,
    Page,
    Section,
)
from articles.storing import compress_fast, store
from authors.shown import change, many_changes

BATCH = 200


@dataclass(frozen=True)
class Choices:
    """What the operator asked for."""

    zone: tzinfo
    section: Section | None = None
    tags: tuple[str, ...] = ()
    status: str = Article.Status.PUBLISHED
    is_dry_run: bool = False
    has_new_paths: bool = False  # new addresses, and redirects from the old ones
    hosts: frozenset = frozenset()  # of the old site, without "www."
    media: Media = field(default_factory=Media)
    run: Import | None = None


@dataclass(frozen=True)
class Saved:
    """A story and what became of it."""

    story: Story
    outcome: Outcome
    row: Article | Page | None = None  # of what is new or changed
    kept: tuple[str, ...] = ()  # fields in which an editor's word was kept


class Directory:
    """What is here already, by the names that stories use, for one run."""

    def __init__(self, run=None):
        self.run, self.rows = run, []
        self.people, self.subjects = People(self.made), Subjects(self.made)

    def made(self, model, row):
        self.rows.append(ImportMade(run=self.run, model=model, key=row.pk))

    def write(self):
        """Note what the batch made, so that the run can be undone."""
        rows, self.rows = self.rows, []
        if self.run is not None:
            store(rows)

    def again(self):
        """Read the database anew: what a batch made is gone with it."""
        told = self.people.told, self.subjects.told
        self.__init__(self.run)
        self.people.told, self.subjects.told = told


def save_stories(
    records: Iterable[Story | Problem | Person | Term | Moved], choices: Choices
) -> Iterator[Saved | Problem]:
    """Save stories in batches, one transaction each; yield what became of each.

    Problems among the records are passed through. In a dry run nothing is
    written, neither rows nor files. While one batch is saved, the next are read.
    """
    records, waiting = iter(records), deque()
    directory, seen = Directory(choices.run), Seen()
    links = Links(choices, directory)
    with Readers(least=BATCH) as readers:
        while batch := list(islice(records, BATCH)):
            waiting.append(_begin(batch, choices, directory, links, seen, readers))
            if len(waiting) > readers.count:
                yield from _end(waiting.popleft(), choices, directory, links)
        while waiting:
            yield from _end(waiting.popleft(), choices, directory, links)
    yield from links.finish()
    yield from take_portraits(directory, choices)


def _begin(records, choices, directory, links, seen, readers):
    """Tell what is to become of records, and have their stories read."""
    stories = []
    records = [without_zeros(record) for record in records]
    for record in records:
        if isinstance(record, Person):
            directory.people.tell(record)
        elif isinstance(record, Term):
            directory.subjects.tell(record)
        elif isinstance(record, Moved):
            links.note_led(record.old, record.new)
        elif isinstance(record, Story):
            stories.append(record)
            links.note(record)
    origins = origins_of(stories)
    work = [(story, *compare(story, origins, seen)) for story in stories]
    load_rows(work)
    links.note_known(origin for _story, _outcome, origin in work if origin)
    to_read = [
        outcome in TO_READ or refilling.may_be_filled(story, origin, choices)
        for story, outcome, origin in work
    ]
    return Batch(
        problems=[record for record in records if isinstance(record, Problem)],
        work=work,
        moved=[record for record in records if isinstance(record, Moved)],
        to_read=to_read,
        whole=readers.read([one[0] for one in compress(work, to_read)]),
    )


def _end(batch, choices, directory, links):
    """Save a batch; yield what became of it."""
    yield from batch.problems
    work = []
    for one in batch.settled():
        if isinstance(one, Problem):
            yield one
        else:
            work.append(one)
    for story, outcome, _origin in work:
        if outcome in TO_READ:
            links.note(story)
    if not choices.is_dry_run:
        yield from _save(work, batch.moved, choices, directory, links)
        return
    for story, outcome, origin in work:
        if outcome in TO_READ:
            _look_ahead(story, choices, directory, links)
        yield Saved(story, outcome, _changed_row(outcome, origin))


def _changed_row(outcome, origin):
    return row_of(origin) if outcome is Outcome.CHANGED else None


def _look_ahead(story, choices, directory, links):
    """Note what saving the story would note, without writing anything."""
    if story.kind == "article":
        values_of(story, choices, directory.subjects)
        place([Article(status=status_of(story, choices))], [story], choices)
    choices.media.look(story)
    links.look(story)


def _save(work, moved, choices, directory, links):
    """Save a batch; yield what became of each story.

    Whole where the database takes it; else one by one, so that what it refuses is
    known by name.
    """
    # Encoding pictures takes long, and an editor's save must not wait for it.
    known = {}
    pictures = {
        id(story): choices.media.read_pictures(story, known)
        for story, outcome, _ in work
        if outcome in TO_READ
    }
    unsaved = [picture for picture in known.values() if picture and not picture.pk]
    unchanged = [one for one in work if one[1] is Outcome.UNCHANGED]
    missing = refilling.find(unchanged, choices.media)
    with transaction.atomic(), many_changes():
        compress_fast()
        try:
            with transaction.atomic():
                saved = list(_write(work, moved, pictures, choices, directory, links))
                directory.write()
        except (DataError, IntegrityError):
            directory.again()
            _forget_rows(unsaved)
            saved = []
            for one in work:
                saved += _alone(one, pictures, choices, directory, links)
            _tell(moved)
        filled = refilling.fill(missing, directory, links)
        directory.write()
    for one in saved:
        is_filled = isinstance(one, Saved) and id(one.story) in filled
        yield replace(one, outcome=Outcome.CHANGED) if is_filled else one
    for story, _outcome, _origin in unchanged:
        if id(story) not in filled:
            yield from (p for p in story.problems if p.kind == "picture-not-fetched")


def _forget_rows(pictures):
    """Make pictures new again whose rows went with their transaction."""
    for picture in pictures:
        picture.pk, picture._state.adding = None, True


def _alone(one, pictures, choices, directory, links):
    own = pictures.get(id(one[0]), {}).values()
    unsaved = [picture for picture in own if not picture.pk]
    try:
        with transaction.atomic():
            saved = list(_write([one], [], pictures, choices, directory, links))
            directory.write()
            return saved
    except (DataError, IntegrityError) as error:
        directory.again()
        _forget_rows(unsaved)
        reason = str(error).partition("\n")[0]
        file = one[0].source_id
        return [Problem(file, "unreadable", f"The database refused it: {reason}")]


def _write(work, moved, pictures, choices, directory, links):
    new = [story for story, outcome, _ in work if outcome is Outcome.NEW]
    articles = [story for story in new if story.kind == "article"]
    directory.subjects.make_tags(
        name
        for story, outcome, _ in work
        if outcome in TO_READ and story.kind == "article"
        for name in (*story.tags, *choices.tags)
    )
    made = _make(articles, pictures, choices, directory, links)
    for story in new:
        if story.kind == "page":
            made[id(story)] = _make_page(story, pictures, choices, directory, links)
    changed = 0
    for story, outcome, origin in work:
        kept, row = (), made.get(id(story)) or _changed_row(outcome, origin)
        if outcome is Outcome.CHANGED:
            changed += 1
            kept = updating.update(
                origin, story, pictures[id(story)], choices, directory, links
            )
        yield Saved(story, outcome, row, kept)
    _tell(moved)
    if made or changed:
        change("stories")


def _tell(moves):
    """Tell whoever keeps redirects of addresses that lead elsewhere."""
    moves = [(moved.old, moved.new) for moved in moves]
    if moves:
        signals.addresses_moved.send(sender=Article, moves=moves, reason="import")


def _make(stories, pictures, choices, directory, links):
    """Make articles of stories, whole tables at a time: {id(story): Article}."""
    now = timezone.now()
    articles = []
    for story in stories:
        found = pictures[id(story)]
        lead = save_pictures(story, found, directory)
        article = Article(
            **values_of(story, choices, directory.subjects),
            body=body_of(story, found, links),
            status=status_of(story, choices),
            lead_picture=lead,
        )
        is_out = article.status == Article.Status.PUBLISHED
        if is_out and article.published_at <= now:
            # Its news is old: nobody is to be mailed about fifteen years of stories.
            article.announced_at = now
        articles.append(article)
    moves = place(articles, stories, choices)
    store(articles)
    _tie(articles, stories, choices, directory)
    moves = [(old, article.path) for old, article in moves if article.path]
    _tell([Moved(old, new) for old, new in moves])
    if articles:
        signals.articles_changed.send(
            sender=Article, articles=[article.pk for article in articles]
        )
    return {id(s): article for s, article in zip(stories, articles, strict=True)}


def _tie(articles, stories, choices, directory):
    """Write bylines, tags and origins of new articles."""
    bylines, ties, origins = [], [], []
    for article, story in zip(articles, stories, strict=True):
        own = crediting.bylines_of(article, story, directory.people)
        tags, names = crediting.ties_of(article, story, choices, directory.subjects)
        for tie in (*own, *tags):
            tie.follow(article)
        bylines += own
        ties += tags
        crediting.fill_authors(story, own, directory.people)
        imported = snapshot(article, story, own, names)
        origin = origin_of(story, choices, imported)
        origin.article = article
        origins.append(origin)
    for rows in (bylines, ties, origins):
        store(rows)


def origin_of(story, choices, imported):
    """Return the Origin of a story, not saved, without what it is the origin of."""
    return Origin(
        run=choices.run,
        system=story.source_system[:50],
        identifier=story.source_id[:500],
        address=story.address[:500],
        source=story.source,
        encoding=story.encoding[:40],
        digest=digest_of(story),
        imported=imported,
    )


def _make_page(story, pictures, choices, directory, links):
    """Make a simple page of a story."""
    found = pictures[id(story)]
    lead = save_pictures(story, found, directory)
    body = body_of(story, found, links)
    values = values_of(story, choices, directory.subjects)
    page = Page(
        path=page_path(story),
        title=story.headline,
        standfirst=story.standfirst,
        body=body,
        language=values["language"],
        lead_picture=lead,
        seo_description=story.seo_description[:300],
        is_published=status_of(story, choices) == Article.Status.PUBLISHED,
    )
    page.save()
    imported = snapshot(page, story)
    origin = origin_of(story, choices, imported)
    origin.page = page
    origin.save()
    moves = [*story.other_addresses]
    if story.address and story.address != page.path:
        moves.append(story.address)
    _tell([Moved(old, page.path) for old in moves])
    return page
