"""The one place that hears of changes, and writes them into the purge journal."""

from django.db.models.signals import (
    m2m_changed,
    post_delete,
    post_save,
    pre_delete,
    pre_save,
)

from articles import signals
from articles.models import (
    Article,
    ArticleTag,
    Byline,
    Correction,
    Page,
    Picture,
    RelatedStory,
    Section,
    Series,
    Tag,
)
from authors.models import Author, AuthorLink
from authors.shown import EVERYTHING, are_many, change, changed
from newsroom.blocks.models import (
    AdvertiseBlock,
    ShareBlock,
    ShareBlockNetwork,
    ShareNetwork,
)
from newsroom.models import MenuItem, Publication
from newsroom.pagecache import changes, journal, node

# Of more articles that were written at once nobody asks which lists they are in: half
# a dozen queries each.
MANY = 50
BLOCKS = (AdvertiseBlock, ShareBlock)


def _of_article(row):
    """Return the keys of what belongs to an article; nothing of a working copy's."""
    article = row.article
    if article.status == Article.Status.WORKING or not article.is_live():
        return set()
    return {f"article-{article.pk}"}


def _of_byline(byline):
    keys = _of_article(byline)
    if keys:
        keys |= {
            f"card-{byline.article_id}",
            f"by-author-{byline.author_id}",
            "authors",
        }
    return keys


def _of_tagging(tagging):
    article = tagging.content_object
    if not article.is_live():
        return set()
    return {f"article-{article.pk}", f"tagged-{tagging.tag_id}", "tags"}


def _of_block(block):
    """Return the keys of the pages that show a block, and of those that may now.

    What it is limited to decides: a block of one section concerns its pages only.
    """
    kind = block._meta.model_name
    keys = {f"{kind}-{block.pk}"}
    if block.pk and block.is_active:
        sections = block.sections.values_list("pk", flat=True)
        tags = block.tags.values_list("pk", flat=True)
        place = f"blocks-{block.placement}"
        keys |= (
            {f"{place}-s{pk}" for pk in sections}
            or {f"{place}-t{pk}" for pk in tags}
            or {place}
        )
    return keys


# What menus show of a row: when it changes, every page does.
IN_MENUS = {
    Section: ("name", "slug"),
    Page: ("title", "path", "language", "is_published", "trashed_at"),
}

# What a saved or deleted row concerns. Articles stand below: theirs depends on what
# they said before.
KEYS = {
    Byline: _of_byline,
    ArticleTag: _of_tagging,
    Correction: _of_article,
    RelatedStory: _of_article,
    Author: lambda author: {f"author-{author.pk}", "authors"},
    AuthorLink: lambda link: {f"author-{link.author_id}"},
    Section: lambda section: {f"section-{section.pk}"},
    Series: lambda series: {f"series-{series.pk}"},
    Tag: lambda tag: {f"tag-{tag.pk}", "tags"},
    Picture: lambda picture: {f"picture-{picture.pk}"},
    Page: lambda page: {f"page-{page.pk}"},
    Publication: lambda publication: {"furniture"},
    MenuItem: lambda line: {"furniture"},
    AdvertiseBlock: _of_block,
    ShareBlock: _of_block,
    ShareBlockNetwork: lambda row: {f"shareblock-{row.block_id}"},
    ShareNetwork: lambda network: {"blocks"},
}


def before(sender, instance, update_fields=None, raw=False, **_):
    """Remember what readers saw of a row that is about to be saved or deleted."""
    if are_many():
        return
    if sender is Article:
        instance._seen_before = changes.stored(instance, update_fields)
    elif sender in BLOCKS or sender in IN_MENUS:
        instance._seen_before = sender.objects.filter(pk=instance.pk).first()


def after_save(sender, instance, created, update_fields=None, **_):
    if are_many():
        if sender is Article or sender in KEYS:
            change(EVERYTHING)
    elif sender is Article:
        old = instance.__dict__.pop("_seen_before", None)
        if created or old is not None:
            change(*changes.keys_of_save(old, instance))
    elif sender in KEYS:
        change(*KEYS[sender](instance), *_of_old(sender, instance))


def _of_old(sender, instance):
    """Return the keys of what a row said before, where that counts."""
    old = instance.__dict__.pop("_seen_before", None)
    if sender in BLOCKS and old is not None:
        return _of_block(old)
    if sender is Section and old and old.parent_id != instance.parent_id:
        parents = {old.parent_id, instance.parent_id} - {None}
        return {f"in-section-{pk}" for pk in (instance.pk, *parents)}
    names = IN_MENUS.get(sender, ())
    if any(old is None or getattr(old, n) != getattr(instance, n) for n in names):
        return {"furniture"}
    return set()


def after_delete(sender, instance, **_):
    if are_many():
        if sender is Article or sender in KEYS:
            change(EVERYTHING)
    elif sender is Article:
        old = instance.__dict__.pop("_seen_before", None)
        if old is not None and old.status != Article.Status.WORKING:
            change(*changes.whole(old))
    elif sender in KEYS:
        change(*KEYS[sender](instance), *({"furniture"} if sender in IN_MENUS else ()))
        if sender in (Section, Tag):
            # A block that was limited to it stands elsewhere now, or nowhere.
            for model in BLOCKS:
                for block in model.objects.all():
                    change(*_of_block(block))


def block_scope(sender, instance, action, **_):
    if isinstance(instance, BLOCKS) and action.startswith(("pre_", "post_")):
        change(*_of_block(instance))


def article_moment(sender, article, **_):
    change(*changes.whole(article))


def articles_changed(sender, articles, **_):
    if len(articles) > MANY:
        change(EVERYTHING)
        return
    for article in Article.objects.filter(pk__in=articles):
        if article.status != Article.Status.WORKING:
            change(*changes.whole(article))


def write(sender, keys, **_):
    journal.write(keys)


def connect():
    uid = {"dispatch_uid": "pagecache"}
    pre_save.connect(before, **uid)
    pre_delete.connect(before, **uid)
    post_save.connect(after_save, **uid)
    post_delete.connect(after_delete, **uid)
    m2m_changed.connect(block_scope, **uid)
    signals.article_went_out.connect(article_moment, **uid)
    signals.article_ended.connect(article_moment, **uid)
    signals.articles_changed.connect(articles_changed, **uid)
    changed.connect(write, **uid)
    journal.on_change(node.follow)
