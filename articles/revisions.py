"""Whole articles as values: taken, told apart field by field, put back.

A snapshot is a dict that JSON can hold, one key per name in CONTENT:

- a plain field: its value; moments as ISO 8601 in UTC, days as YYYY-MM-DD
- a reference (section, series, pictures): None or {"id": …, "name": …}
- "tags": [name, …] in alphabetical order
- "bylines": [{"author": {"id", "name"}, "role", "credit"}, …] in their order
- "related": the picked stories, [{"id", "name"}, …] in their order
- "corrections": [{"key", "kind", "text", "corrected_at", "place"}, …]

The names are there for the day when what they name has been deleted.
"""

import hashlib
import json
from datetime import UTC, date, datetime

from django.db.models import Max
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from articles.models import (
    Article,
    Byline,
    Correction,
    Picture,
    RelatedStory,
    Revision,
    Section,
    Series,
    Tag,
    TagSynonym,
)
from authors.models import Author, AuthorAlias

PLAIN = (
    *("headline", "front_headline", "standfirst", "body", "language"),
    *("series_position", "published_at", "expires_at"),
    *("material_update_at", "material_update_note"),
    *("canonical_url", "first_published_in", "seo_title", "seo_description"),
    *("has_no_ads", "is_no_index", "ai_use", "sources", "checked_by"),
    *("planned_for", "embargo_until"),
)
REFERENCES = {
    "section": Section,
    "series": Series,
    "lead_picture": Picture,
    "social_picture": Picture,
}
CONTENT = (*PLAIN, *REFERENCES, "tags", "bylines", "related", "corrections")
# Restoring brings back what was written, not when it was to be seen; and what was
# said to be wrong stays said.
RESTORED = tuple(
    name
    for name in CONTENT
    if name
    not in ("published_at", "expires_at", "planned_for", "embargo_until", "corrections")
)


# Parts that older snapshots know nothing of: what an article had of them then.
SINCE = {"related": [], "checked_by": ""}


def label_of(name):
    """Return what the desk calls a field of a snapshot."""
    if name == "bylines":
        return capfirst(Byline._meta.verbose_name_plural)
    if name == "related":
        return _("Related stories")
    if name == "corrections":
        return capfirst(Correction._meta.verbose_name_plural)
    return capfirst(Article._meta.get_field(name).verbose_name)


def take(article):
    """Return the snapshot of an article's row, or of a working copy's."""
    snapshot = {name: plain(getattr(article, name)) for name in PLAIN}
    for name in REFERENCES:
        row = getattr(article, name)
        snapshot[name] = {"id": row.pk, "name": str(row)} if row else None
    snapshot["tags"] = sorted(article.tags.values_list("name", flat=True))
    snapshot["bylines"] = [
        {
            "author": {"id": author, "name": name},
            "role": role,
            "credit": credit,
        }
        for author, name, role, credit in article.bylines.values_list(
            "author", "author__name", "role", "credit"
        )
    ]
    snapshot["related"] = [
        {"id": story, "name": headline}
        for story, headline in article.related_stories.values_list(
            "story", "story__headline"
        )
    ]
    snapshot["corrections"] = [
        {
            "key": str(correction.key),
            "kind": correction.kind,
            "text": correction.text,
            "corrected_at": plain(correction.corrected_at),
            "place": correction.place,
        }
        for correction in article.corrections.all()
    ]
    return snapshot


def plain(value):
    """Return a field's value as JSON holds it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int) else str(value)


def digest(value):
    """Return 16 hexadecimal digits that tell one value of a snapshot from another.

    A new headline of a picked story is no change of the pick, nor is a new name of a
    section or an author one of what refers to it.
    """
    text = json.dumps(_without_names(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _without_names(value):
    if isinstance(value, list):
        return [_without_names(part) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"id", "name"}:
        return value["id"]
    return {key: _without_names(part) for key, part in value.items()}


def digests(snapshot):
    """Return {name: digest} of a snapshot."""
    return {name: digest(snapshot.get(name, SINCE.get(name))) for name in CONTENT}


def put(article, snapshot, names=CONTENT):
    """Write the named parts of a snapshot into an article; return what was missing.

    What was deleted since cannot be put back: its name is in the list returned,
    and its place stays empty. Only what differs is written. Corrections are added
    and changed, never taken away.
    """
    now, snapshot = take(article), SINCE | snapshot
    changed = [name for name in names if now[name] != snapshot.get(name)]
    missing, columns = [], []
    for name in changed:
        value = snapshot.get(name)
        if name in PLAIN:
            field = Article._meta.get_field(name)
            setattr(article, name, field.to_python(value))
            columns.append(name)
        elif name in REFERENCES:
            row = (
                REFERENCES[name].objects.filter(pk=value["id"]).first()
                if value
                else None
            )
            if value and row is None:
                missing.append(value["name"])
            setattr(article, name, row)
            columns.append(name)
    if columns:
        article.save(update_fields=[*columns, "updated_at"])
    if "tags" in changed:
        put_tags(article, snapshot["tags"])
    if "bylines" in changed:
        missing += _put_bylines(article, snapshot["bylines"])
    if "related" in changed:
        missing += _put_related(article, snapshot["related"])
    if "corrections" in changed:
        _put_corrections(article, snapshot["corrections"])
    return missing


def put_tags(article, names):
    """Give an article exactly these tags.

    One that was merged since is the tag it became; one that is gone is made again.
    """
    rows = {
        synonym.name: synonym.tag
        for synonym in TagSynonym.objects.filter(name__in=names).select_related("tag")
    }
    rows |= {tag.name: tag for tag in Tag.objects.filter(name__in=names)}
    article.tags.set([rows.get(name) or name for name in names])


def _put_bylines(article, wanted):
    """Make the byline read as wanted; return the names of authors who are gone.

    An author who was merged since is the one whose other spelling the name is now.
    """
    authors = Author.objects.in_bulk([line["author"]["id"] for line in wanted])
    gone = {
        line["author"]["name"] for line in wanted if line["author"]["id"] not in authors
    }
    merged = {
        alias.name: alias.author
        for alias in AuthorAlias.objects.filter(name__in=gone).select_related("author")
    }
    lines = {}
    for line in wanted:
        named = line["author"]
        author = authors.get(named["id"]) or merged.get(named["name"])
        if author:
            # Two who became one stand in the byline once.
            key = (author.pk, line["role"])
            lines.setdefault(key, (author, line["role"], line["credit"]))
    set_bylines(article, list(lines.values()))
    return sorted(gone - merged.keys())


def set_bylines(article, lines):
    """Make the byline read: [(author, role, credit), …], touching only what differs."""
    kept = {(line.author_id, line.role): line for line in article.bylines.all()}
    for position, (author, role, credit) in enumerate(lines):
        line = kept.pop((author.pk, role), None)
        if line is None:
            Byline.objects.create(
                article=article,
                author=author,
                role=role,
                credit=credit,
                position=position,
            )
        elif (line.credit, line.position) != (credit, position):
            line.credit, line.position = credit, position
            line.save(update_fields=["credit", "position"])
    for line in kept.values():
        line.delete()


def _put_related(article, wanted):
    """Pick these stories; return the headlines of those that are gone."""
    there = set(
        Article.objects.filter(pk__in=[row["id"] for row in wanted])
        .order_by()
        .values_list("pk", flat=True)
    )
    set_related(article, [row["id"] for row in wanted if row["id"] in there])
    return [row["name"] for row in wanted if row["id"] not in there]


def set_related(article, keys):
    """Pick the stories with these keys, in this order, touching only what differs."""
    kept = {row.story_id: row for row in article.related_stories.all()}
    for position, key in enumerate(dict.fromkeys(keys)):
        row = kept.pop(key, None)
        if row is None:
            RelatedStory.objects.create(
                article=article, story_id=key, position=position
            )
        elif row.position != position:
            row.position = position
            row.save(update_fields=["position"])
    for row in kept.values():
        row.delete()


def _put_corrections(article, wanted):
    for correction in wanted:
        Correction.objects.update_or_create(
            article=article,
            key=correction["key"],
            defaults={
                "kind": correction["kind"],
                "text": correction["text"],
                "corrected_at": datetime.fromisoformat(correction["corrected_at"]),
                "place": correction["place"],
            },
        )


def record(article, user, event=Revision.Event.SAVED, **fields):
    """Make a revision of what a row, or a working copy, holds now.

    It belongs to the live row. A plain save that changed nothing makes none, and
    returns the newest one. Call it inside the transaction of the change, which
    holds the article's row: that is what keeps the numbers apart.
    """
    original = article.copy_of or article
    snapshot = take(article)
    if event == Revision.Event.SAVED:
        newest = original.revisions.first()
        if newest and says(newest, snapshot):
            if fields.get("name"):
                newest.name = fields["name"]
                newest.save(update_fields=["name"])
            return newest
    fields.setdefault("was_public", article.is_live())
    number = original.revisions.aggregate(last=Max("number"))["last"] or 0
    return Revision.objects.create(
        article=original,
        number=number + 1,
        snapshot=snapshot,
        event=event,
        created_by=user,
        created_by_name=name_of(user),
        **fields,
    )


def record_before(article):
    """Keep what stood here before the first change that is recorded.

    An imported article has no revisions; call this before it is changed.
    """
    if not article.revisions.exists():
        record(article, None, Revision.Event.BEFORE, created_at=article.updated_at)


def record_unseen(article):
    """Keep what readers saw until now, where no revision of it was made.

    An import or a merge changes live articles without one.
    """
    newest = article.revisions.filter(was_public=True).first()
    if newest is None or not says(newest, take(article)):
        record(article, None, Revision.Event.BEFORE, created_at=article.updated_at)


def says(revision, snapshot):
    """Say whether a revision holds just this.

    One from before stories could be picked says the same as one without any.
    """
    return SINCE | revision.snapshot == json.loads(json.dumps(snapshot))


def restore(article, revision, user):
    """Write an older version into the row (or working copy); return what is missing.

    Makes a new revision: nothing that was written since is lost.
    """
    missing = put(article, revision.snapshot, RESTORED)
    record(article, user, Revision.Event.RESTORED, restored_from=revision)
    return missing


def name_of(user):
    """Return a member of staff's name as the history keeps it."""
    return (user.get_full_name() or user.get_username())[:150] if user else ""
