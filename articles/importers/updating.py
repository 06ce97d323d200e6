"""Bringing an article up to a source that changed, around what editors changed."""

from django.utils import timezone

from articles import revisions
from articles.importers import crediting
from articles.importers.bodies import body_of, save_pictures
from articles.importers.placing import place
from articles.importers.values import FIELDS, digest, digest_of, snapshot, values_of
from articles.models import Article, ArticleTag, Byline, Revision

# What a simple page calls the fields of an article.
OF_PAGE = {
    **{"headline": "title", "standfirst": "standfirst", "body": "body"},
    **{"lead_picture_id": "lead_picture_id"},
}
# A reference, by its column and by its field.
FIELDS_OF = {f"{name}_id": name for name in ("section", "series", "lead_picture")}
COLUMNS_OF = {name: column for column, name in FIELDS_OF.items()}


def update(origin, story, pictures, choices, directory, links):
    """Bring the article or simple page up to the source.

    Returns the names of the fields in which an editor's word was kept.
    """
    values = values_of(story, choices, directory.subjects)
    lead = save_pictures(story, pictures, directory)
    if lead or not any(note.is_lead for note in story.pictures):
        values["lead_picture_id"] = lead and lead.pk
    values["body"] = body_of(story, pictures, links)
    if origin.page is not None:
        kept, imported = _update_page(origin, story, values)
    else:
        kept, imported = _update_article(origin, story, values, choices, directory)
    was = origin.imported
    origin.imported = imported | {_stored(n): was.get(_stored(n)) for n in kept}
    # No import moves a story; one that had no address may have got it here.
    if was.get("path") not in (None, digest(None)):
        origin.imported["path"] = was["path"]
    origin.digest = digest_of(story)
    origin.source, origin.encoding = story.source, story.encoding[:40]
    origin.address = story.address[:500]
    origin.imported_at = timezone.now()
    origin.save()
    return tuple(kept)


def _update_page(origin, story, values):
    page = origin.page
    # Digests of a page stand under its own names.
    values = {own: values[n] for n, own in OF_PAGE.items() if n in values}
    changed, kept = _take(page, values, origin.imported)
    if changed:
        page.updated_at = timezone.now()
        page.save(update_fields=[*changed, "updated_at"])
    return kept, snapshot(page, story)


def _update_article(origin, story, values, choices, directory):
    article = origin.article
    if story.published is None:
        # The day of a file, or of the import, which is another one now.
        values["published_at"] = article.published_at
    values = {name: values[name] for name in FIELDS if name in values}
    changed, kept = _take(article, values, origin.imported)
    changed += _follow_status(article, story, origin.imported, choices)
    if changed:
        article.save(update_fields=[*changed, "updated_at"])
    bylines = list(article.bylines.select_related("author"))
    tags = sorted(article.tags.names())
    if digest([str(byline) for byline in bylines]) == origin.imported.get("bylines"):
        article.bylines.all().delete()
        bylines = crediting.bylines_of(article, story, directory.people)
        Byline.objects.bulk_create(bylines)
    else:
        kept.append("bylines")
    if digest(tags) == origin.imported.get("tags"):
        ArticleTag.objects.filter(content_object=article).delete()
        ties, tags = crediting.ties_of(article, story, choices, directory.subjects)
        ArticleTag.objects.bulk_create(ties)
    else:
        kept.append("tags")
    crediting.fill_authors(story, bylines, directory.people)
    if changed and article.revisions.exists():
        revisions.record(article, None, Revision.Event.IMPORTED)
    return kept, snapshot(article, story, bylines, tags)


def _take(row, values, imported):
    """Set what nobody changed since; return (fields changed, fields kept)."""
    changed, kept = [], []
    for name, value in values.items():
        if value == getattr(row, name):
            continue
        if digest(getattr(row, name)) != imported.get(name):
            kept.append(FIELDS_OF.get(name, name))
            continue
        setattr(row, name, value)
        changed.append(FIELDS_OF.get(name, name))
    return changed, kept


def _follow_status(article, story, imported, choices):
    """Publish or withdraw as the source did; return the fields changed."""
    wanted, now = story.status, timezone.now()
    if wanted == Article.Status.DRAFT and article.status == Article.Status.PUBLISHED:
        wanted = Article.Status.WITHDRAWN
    is_draft = wanted != Article.Status.PUBLISHED
    if not wanted or wanted == article.status:
        return []
    if digest(article.status) != imported.get("status"):
        return []
    article.status = wanted
    if is_draft:
        if wanted == Article.Status.WITHDRAWN and article.published_at <= now:
            article.withdrawn_at = now
        return ["status", "withdrawn_at"]
    article.published_at = article.published_at or now
    article.withdrawn_at = None
    if not article.path:
        place([article], [story], choices)
    if article.published_at <= now:
        # Its news is old: nobody is to be mailed about it.
        article.announced_at = now
    return ["status", "published_at", "path", "announced_at", "withdrawn_at"]


def _stored(name):
    return COLUMNS_OF.get(name, name)
