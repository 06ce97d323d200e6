"""Taking a whole import back, as long as nobody worked on what it brought.

That is asked of all its stories first. Then it goes batch by batch, each in a
transaction that also says how far the undoing is, so that editors can save meanwhile,
and one that was killed is ended by asking for it again.
"""

import re
from contextlib import contextmanager
from datetime import datetime
from functools import partial, reduce
from operator import or_

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils import timezone

from articles import signals
from articles.importers import uploads
from articles.importers.holding import holding
from articles.importers.values import EDITED, digest
from articles.in_use import used_by_rows
from articles.models import (
    Article,
    Autosave,
    Correction,
    Document,
    Import,
    Note,
    Page,
    Picture,
    RelatedStory,
    Revision,
    Section,
    Series,
    Tag,
    Translation,
)
from articles.paths import quoted
from articles.rendering import picture_ids
from authors.models import Author
from authors.shown import change, many_changes

CHUNK = 200
# So many rows go at once: an editor who saves waits for a batch, half a second.
BATCH = 50
KEPT = "Editors worked on some of its stories while it was being undone; those stay."
# What an import makes beside stories, in the order in which it can go.
MODELS = (
    (Picture, "picture"),
    (Document, "document"),
    (Tag, "tag"),
    (Author, "author"),
    (Series, "series"),
    (Section, "section"),
)


# Rows that somebody's work on an article leaves.
WORK = (
    *((m, "article") for m in (Revision, Note, Autosave, Correction, RelatedStory)),
    (Translation, "article"),
    (Article, "copy_of"),
)


# How a run may stand that is undone: it began, or the desk asked for this.
State = Import.State
UNDOABLE = (State.SEEN, State.DONE, State.STOPPED, State.FAILED, State.UNDOING)


class CannotUndo(Exception):
    """Why an import stays, as a sentence for the operator.

    `rows` are the first articles and pages that somebody has worked on.
    """

    def __init__(self, reason, rows=()):
        super().__init__(reason)
        self.rows = rows


def edited(run, most=20):
    """Return the articles and pages of a run that somebody has worked on since."""
    found = []
    for origin in _with_work(run.origins).order_by("pk").iterator(chunk_size=CHUNK):
        if _is_edited(origin):
            found.append(_row_of(origin))
            if len(found) == most:
                break
    return found


def _with_work(origins):
    origins = origins.select_related("article", "page").defer("source")
    work = [
        Exists(model.objects.filter(**{field: OuterRef("article_id")}))
        for model, field in WORK
    ]
    return origins.annotate(
        is_worked_on=Case(When(reduce(or_, map(Q, work)), then=True), default=False)
    )


def _row_of(origin):
    return origin.article or origin.page


def _is_edited(origin):
    row = _row_of(origin)
    if isinstance(row, Article) and row.status == Article.Status.TRASHED:
        return True
    return origin.is_worked_on or any(
        name in origin.imported and digest(getattr(row, name)) != origin.imported[name]
        for name in EDITED
        if hasattr(row, name)
    )


def undo(run, told=None):
    """Delete what a run made; return {what: how many}. Raises CannotUndo and Held.

    Articles it changed, and did not make, keep what it wrote; their versions are in
    their history. Authors, tags, sections and pictures go where nothing else has come
    to use them. An uploaded export is deleted. A story that somebody works on while
    this goes on stays, and is named in `run.counts["undone"]`. `told(done, total)`
    hears of each batch; what it raises ends the undoing there, and it goes on later.
    """
    with holding(run):
        run.refresh_from_db()
        if not has_begun(run):
            _check(run)
            _begin(run)
        for _ in _batches(run):
            if told:
                told(run.counts["undone"]["done"], run.counts["undone"]["total"])
        _end(run)
    return run.counts["undone"]["gone"]


def has_begun(run):
    """Say whether some of what the run made is gone already."""
    return run.state == State.UNDOING and "undone" in run.counts


def _check(run):
    if run.state not in UNDOABLE and not run.is_lost():
        raise CannotUndo(f"This import is {run.get_state_display()}.")
    if rows := edited(run):
        names = ", ".join(f"“{row}”" for row in rows[:5])
        more = " and more" if len(rows) > 5 else ""
        raise CannotUndo(
            f"Editors have worked on {names}{more} since; nothing was undone.", rows
        )


def _begin(run):
    kinds = [kind for _model, kind in MODELS]
    total = run.origins.count() + run.made.filter(model__in=kinds).count()
    begun = {"done": 0, "total": total, "gone": {}, "kept": []}
    counts, now = run.counts | {"undone": begun}, timezone.now()
    is_ours = Import.objects.filter(pk=run.pk, state=run.state).update(
        state=State.UNDOING, counts=counts, began_at=now, beat_at=now, ended_at=None
    )
    if not is_ours:
        raise CannotUndo("Somebody else began something with this import just now.")
    run.refresh_from_db()


def _end(run):
    kept = run.counts["undone"]["kept"]
    run.counts["edited"] = kept
    run.message = KEPT if kept else ""
    run.state, run.ended_at = State.UNDONE, timezone.now()
    run.save(update_fields=["state", "counts", "message", "ended_at"])
    # What is left is no row that it made: photos of authors who were here before.
    run.made.all().delete()
    uploads.forget(run)


def kept_rows(run):
    """Return the stories that stayed because somebody worked on them meanwhile."""
    models = {model._meta.model_name: model for model in (Article, Page)}
    keys = run.counts["undone"]["kept"]
    rows = [models[name].objects.filter(pk=key).first() for name, key in keys]
    return [row for row in rows if row]


@contextmanager
def _batch(run, size):
    """Do a part of it in a transaction, which also counts it in the row."""
    with transaction.atomic(), many_changes():
        yield
        run.counts["undone"]["done"] += size
        run.beat_at = timezone.now()
        run.save(update_fields=["counts", "beat_at"])


def _batches(run):
    yield from _delete_stories(run)
    for model, kind in MODELS:
        yield from _delete_made(run, model, kind)


def _count(run, model, count):
    gone = run.counts["undone"]["gone"]
    if count:
        name = str(model._meta.verbose_name_plural)
        gone[name] = gone.get(name, 0) + count


def _delete_stories(run):
    last, origins = 0, run.origins.order_by("pk")
    while keys := list(
        origins.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]
    ):
        last = keys[-1]
        with _batch(run, len(keys)):
            some = origins.filter(pk__in=keys)
            for model, name in ((Article, "article"), (Page, "page")):
                # Whoever saves one of them just now is waited for, and seen below.
                rows = model.objects.filter(pk__in=some.values(name)).order_by("pk")
                list(rows.select_for_update().values_list("pk"))
            _delete_some(run, list(_with_work(some)))
        yield


def _delete_some(run, origins):
    """Delete the stories of these origins, but those that somebody works on."""
    rows, kept = [], run.counts["undone"]["kept"]
    for origin in origins:
        row = _row_of(origin)
        named = [row._meta.model_name, row.pk]
        if not _is_edited(origin):
            rows.append(row)
        elif named not in kept:
            kept.append(named)
    _tell_of(run, [quoted(row.path) for row in rows if row.path])
    for model in (Article, Page):
        keys = [row.pk for row in rows if isinstance(row, model)]
        model.objects.filter(pk__in=keys).delete()
        _count(run, model, len(keys))


def _tell_of(run, paths):
    change("stories")
    if paths:
        signals.import_undone.send(sender=Import, run=run, paths=paths)


def _delete_made(run, model, kind):
    """Delete the rows of a kind that nothing uses; what is used is nobody's then."""
    made = run.made.filter(model=kind).order_by("-key")
    find = IN_BODIES.get(model)
    # Of the bodies that are written from now on, each batch asks again.
    begun = timezone.now()
    shown = find() if find and made.exists() else set()
    # A section under another goes first: it came later.
    while some := list(made[:BATCH]):
        with _batch(run, len(some)):
            used = shown | find(since=begun) if find else shown
            keys = {one.key for one in some} - used
            if model is Section:
                for key in sorted(keys, reverse=True):
                    _delete(run, model, {key} - used_by_rows(model, {key}))
            else:
                _delete(run, model, keys - used_by_rows(model, keys))
            run.made.filter(pk__in=[one.pk for one in some]).delete()
        yield


def _delete(run, model, keys):
    rows = model.objects.filter(pk__in=keys)
    if model is Document:
        # Their files go with them, and what led there.
        for row in rows:
            transaction.on_commit(partial(row.file.storage.delete, row.file.name))
        _tell_of(run, [row.file.url for row in rows])
    _count(run, model, rows.delete()[1].get(model._meta.label, 0))


def _pictures_in_bodies(since=None):
    """Return the keys of all pictures that any text shows; of those written since."""
    return set().union(*map(picture_ids, _bodies_with("data-picture=", since)))


def _documents_in_bodies(since=None):
    """Return the keys of all documents that any text leads to."""
    folder = Document._meta.get_field("file").upload_to
    found = re.compile(rf"{folder}/[\w.-]+")
    names = set().union(*map(found.findall, _bodies_with(f"{folder}/", since)))
    rows = Document.objects.values_list("pk", "file")
    return {key for key, name in rows if name in names}


def _bodies_with(words, since: datetime | None):
    for model in (Article, Page):
        bodies = model.objects.filter(body__contains=words)
        if since:
            bodies = bodies.filter(updated_at__gte=since)
        yield from bodies.values_list("body", flat=True).iterator()


IN_BODIES = {Picture: _pictures_in_bodies, Document: _documents_in_bodies}
