"""The one place that hears of changes, and writes them into the purge journal."""

from django.db.models import Q
from django.db.models.signals import (
    m2m_changed,
    post_delete,
    post_save,
    pre_delete,
    pre_save,
)
from django.utils import timezone

from articles import signals
from articles.models import Article
from authors.shown import EVERYTHING, are_many, at_the_end, change, changed
from newsroom.pagecache import cdn, changes, journal, node

# Of more articles that were written at once nobody asks which pages show them.
MANY = 500


def before(sender, instance, update_fields=None, **_):
    """Remember what readers saw of a row that is about to be saved or deleted."""
    if sender in changes.COMPARED and not are_many():
        instance._seen_before = changes.stored(instance, update_fields)


def before_delete(sender, instance, **_):
    before(sender, instance)
    if not are_many() and (blocks := changes.limited_to(instance)):
        # They stand elsewhere after it, or nowhere.
        instance._blocks_before = blocks
        change(*changes.keys_of_blocks(blocks))


def after_save(sender, instance, created, **_):
    if sender not in changes.KEYS:
        return
    if are_many():
        change(EVERYTHING)
        look_ahead(instance)
        return
    old = instance.__dict__.pop("_seen_before", None)
    # Of a row that is compared and was there, nothing readers see was saved.
    if created or old is not None or sender not in changes.COMPARED:
        # First: a moment that comes between the two is past for the second then.
        look_ahead(instance)
        change(*changes.keys_of(old, instance))


def after_delete(sender, instance, origin=None, **_):
    if sender not in changes.KEYS:
        return
    old = instance.__dict__.pop("_seen_before", None)
    change(*({EVERYTHING} if are_many() else changes.keys_of_gone(old, instance)))
    change(*changes.keys_of_blocks(instance.__dict__.pop("_blocks_before", ())))
    # What belongs to an article that goes has nothing ahead. `origin` is the row, or
    # the query, that was asked to go.
    if sender is not Article and getattr(origin, "model", type(origin)) is not Article:
        look_ahead(instance)


def look_ahead(row):
    """Write down what time will change of the article that a row is, or belongs to."""
    if (article := changes.article_of(row)) and changes.moments_ahead(article):
        if are_many():
            at_the_end(article.pk)
        else:
            write_ahead([article])


def write_ahead(articles):
    for moment, keys in changes.ahead(articles).items():
        journal.write_ahead(keys, moment)


def choice(sender, instance, action, **_):
    """Before and after: pages that lose a block are others than those that get it."""
    if isinstance(instance, changes.CHOOSING):
        change(*changes.keys_of(None, instance))


def article_went_out(sender, article, **_):
    change(*changes.whole(article))


def article_ended(sender, article, **_):
    change(*changes.gone(article))


def articles_changed(sender, articles, **_):
    if are_many() or len(articles) > MANY:
        change(EVERYTHING)
    else:
        change(*changes.of_many(rows_of(articles)))
    for start in range(0, len(articles), MANY):
        write_ahead(ahead_among(articles[start : start + MANY]))


def rows_of(articles):
    return Article.objects.filter(pk__in=articles).defer("body")


def ahead_among(articles):
    """Return those of the articles, keys, that time alone will change."""
    now = timezone.now()
    moments = Q(published_at__gt=now) | Q(expires_at__gt=now)
    return rows_of(articles).filter(moments, status=Article.Status.PUBLISHED)


def write(sender, keys, rows=(), **_):
    journal.write(keys)
    rows = sorted(rows)
    for start in range(0, len(rows), MANY):
        write_ahead(ahead_among(rows[start : start + MANY]))


def connect():
    once = {"dispatch_uid": "pagecache"}
    pre_save.connect(before, **once)
    pre_delete.connect(before_delete, **once)
    post_save.connect(after_save, **once)
    post_delete.connect(after_delete, **once)
    m2m_changed.connect(choice, **once)
    signals.article_went_out.connect(article_went_out, **once)
    signals.article_ended.connect(article_ended, **once)
    signals.articles_changed.connect(articles_changed, **once)
    changed.connect(write, **once)
    journal.on_change(node.follow)
    journal.on_change(cdn.sender.wake)
