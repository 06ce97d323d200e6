"""What readers' pages show of a row, as surrogate keys.

Pages note keys while they are rendered (authors/shown.py); this module says which of
them a change concerns. An article has two: `article-12` is on its own page, `card-12`
on every page that shows its headline. Lists have their own, so that what could enter
a list throws away the pages of that list and no others:

`latest months in-month-2026-11 in-section-2 in-series-1 tagged-5 by-author-3 tags
authors`, and `beside-12`, the page whose previous or next story changed.
"""

from django.utils import timezone

from articles import neighbours
from articles.models import Article, ArticleTag, Byline

# Columns readers see nothing of. A new column counts as seen until it stands here.
UNSEEN = {
    *("id", "version", "created_at", "created_by", "updated_at", "copy_of", "base"),
    *("has_unpublished_changes", "changes_due_at", "planned_for", "embargo_until"),
    *("submitted_at", "approved_at", "approved_by", "trashed_at", "trashed_by"),
    *("trashed_from", "announced_at", "end_announced_at"),
}
SEEN = [f.attname for f in Article._meta.concrete_fields if f.name not in UNSEEN]
NAMES = {f.name for f in Article._meta.concrete_fields if f.name not in UNSEEN}
# What templates/articles/_card.html and _headline.html show.
CARD = {
    *("path", "headline", "front_headline", "standfirst", "language"),
    *("section_id", "lead_picture_id", "published_at"),
}
# What decides which lists an article is in, and where.
PLACE = {"section_id", "series_id", "series_position", "published_at", "path"}


def stored(article, update_fields=None):
    """Return the Article as the database has it, before it is saved.

    None for a new one, and where `update_fields` names nothing that readers see.
    """
    if article._state.adding or not article.pk:
        return None
    if update_fields is not None and not NAMES & set(update_fields):
        return None
    return Article.objects.order_by().only(*SEEN).filter(pk=article.pk).first()


def keys_of_save(old, article, at=None):
    """Return the keys of what a save changed; `old` is what `stored` returned."""
    at = at or timezone.now()
    if article.status == Article.Status.WORKING:
        return set()
    was_live = old is not None and old.is_live(at)
    is_live = article.is_live(at)
    different = {
        name
        for name in SEEN
        if old is None or getattr(old, name) != getattr(article, name)
    }
    if not different:
        return set()
    if not (was_live or is_live):
        # Its address may be kept as the page of something gone.
        return {f"article-{article.pk}", f"card-{article.pk}"} if old else set()
    keys = {f"article-{article.pk}"}
    if was_live != is_live or different & CARD:
        keys.add(f"card-{article.pk}")
    if was_live != is_live or different & PLACE:
        keys |= lists_of(article)
        if old is not None:
            keys |= lists_of(old)
    return keys


def whole(article):
    """Return the keys of an article and of every list it may be in."""
    return {f"article-{article.pk}", f"card-{article.pk}", *lists_of(article)}


def lists_of(article):
    """Return the keys of the lists an article is in, or would be if it were live."""
    if not article.published_at:
        return set()
    day = timezone.localtime(article.published_at)
    keys = {"latest", "months", f"in-month-{day:%Y-%m}", *beside(article)}
    if article.section_id:
        keys.add(f"in-section-{article.section_id}")
    if article.series_id:
        keys.add(f"in-series-{article.series_id}")
    tags = ArticleTag.objects.filter(content_object=article.pk)
    keys |= {f"tagged-{pk}" for pk in tags.values_list("tag_id", flat=True)}
    keys |= {
        f"by-author-{pk}"
        for pk in Byline.objects.filter(article=article.pk)
        .order_by()
        .values_list("author_id", flat=True)
    }
    return keys | {"tags", "authors"}


def beside(article):
    """Return the keys of the pages whose previous or next story it is, or becomes."""
    pages = [
        *neighbours.beside(article, newer=False).values_list("pk")[:1],
        *neighbours.beside(article, newer=True).values_list("pk")[:1],
    ]
    return {f"beside-{pk}" for (pk,) in pages}
