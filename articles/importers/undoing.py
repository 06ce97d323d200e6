"""Taking a whole import back, as long as nobody worked on what it brought."""

import re
from functools import partial, reduce
from operator import or_

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, When

from articles import signals
from articles.importers import uploads
from articles.importers.values import FIELDS, digest
from articles.in_use import relations_to
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
)
from articles.paths import quoted
from articles.rendering import picture_ids
from authors.models import Author
from authors.shown import change, many_changes

CHUNK = 200
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
    origins = run.origins.select_related("article", "page").defer("source")
    work = [
        Exists(model.objects.filter(**{field: OuterRef("article_id")}))
        for model, field in WORK
    ]
    origins = origins.annotate(
        is_worked_on=Case(When(reduce(or_, map(Q, work)), then=True), default=False)
    )
    found = []
    for origin in origins.order_by("pk").iterator(chunk_size=CHUNK):
        row = origin.article or origin.page
        if origin.is_worked_on or _is_changed(row, origin.imported):
            found.append(row)
            if len(found) == most:
                break
    return found


def _is_changed(row, imported):
    if isinstance(row, Article) and row.status == Article.Status.TRASHED:
        return True
    names = (*FIELDS, "title", "status")
    return any(
        name in imported and digest(getattr(row, name)) != imported[name]
        for name in names
        if hasattr(row, name)
    )


def undo(run):
    """Delete what a run made; return {what: how many}. Raises CannotUndo.

    Articles it changed, and did not make, keep what it wrote; their versions are in
    their history. Authors, tags, sections and pictures go where nothing else has come
    to use them. An uploaded export is deleted.
    """
    if run.state not in UNDOABLE:
        raise CannotUndo(f"This import is {run.get_state_display()}.")
    if rows := edited(run):
        names = ", ".join(f"“{row}”" for row in rows[:5])
        more = " and more" if len(rows) > 5 else ""
        raise CannotUndo(
            f"Editors have worked on {names}{more} since; nothing was undone.", rows
        )
    counts = {}
    with transaction.atomic(), many_changes():
        change("stories")
        paths = _paths_of(run)
        counts["articles"], counts["pages"] = _delete_stories(run)
        in_bodies = {Picture: _pictures_in_bodies, Document: _documents_in_bodies}
        for model, kind in MODELS:
            keys = set(run.made.filter(model=kind).values_list("key", flat=True))
            if keys and model in in_bodies:
                keys -= in_bodies[model]()
            if model is Document:
                paths += _let_go(keys)
            counts[str(model._meta.verbose_name_plural)] = _delete_unused(model, keys)
        signals.import_undone.send(sender=Import, run=run, paths=paths)
        run.made.all().delete()
        run.state = Import.State.UNDONE
        run.save(update_fields=["state"])
    uploads.forget(run)
    return {what: count for what, count in counts.items() if count}


def _paths_of(run):
    paths = []
    for name in ("article", "page"):
        rows = run.origins.filter(**{f"{name}__path__isnull": False})
        paths += [quoted(path) for path in rows.values_list(f"{name}__path", flat=True)]
    return paths


def _let_go(keys):
    """Have the files of documents deleted with them; return their addresses."""
    documents = list(Document.objects.filter(pk__in=keys))
    for document in documents:
        name, storage = document.file.name, document.file.storage
        transaction.on_commit(partial(storage.delete, name))
    return [document.file.url for document in documents]


def _delete_stories(run):
    counts = []
    for model, name in ((Article, "article_id"), (Page, "page_id")):
        keys = run.origins.filter(**{f"{name}__isnull": False})
        keys = list(keys.values_list(name, flat=True))
        for start in range(0, len(keys), CHUNK):
            model.objects.filter(pk__in=keys[start : start + CHUNK]).delete()
        counts.append(len(keys))
    return counts


def _delete_unused(model, keys):
    """Delete those of the rows that nothing points at; return how many."""
    count, keys = 0, list(keys)
    for start in range(0, len(keys), CHUNK):
        rows = model.objects.filter(pk__in=keys[start : start + CHUNK])
        # A section under another goes first: it came later.
        for row in rows.order_by("-pk"):
            if not _is_used(row):
                row.delete()
                count += 1
    return count


def _is_used(row):
    return any(
        relation.related_model._base_manager.filter(
            **{relation.field.name: row}
        ).exists()
        for relation in relations_to(type(row))
    )


def _pictures_in_bodies():
    """Return the keys of all pictures that any text shows."""
    return set().union(*map(picture_ids, _bodies_with("data-picture=")))


def _documents_in_bodies():
    """Return the keys of all documents that any text leads to."""
    folder = Document._meta.get_field("file").upload_to
    found = re.compile(rf"{folder}/[\w.-]+")
    names = set().union(*map(found.findall, _bodies_with(f"{folder}/")))
    rows = Document.objects.values_list("pk", "file")
    return {key for key, name in rows if name in names}


def _bodies_with(words):
    for model in (Article, Page):
        bodies = model.objects.filter(body__contains=words)
        yield from bodies.values_list("body", flat=True).iterator()
