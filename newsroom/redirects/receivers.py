"""The one place that hears of addresses that change, and leaves redirects.

Slugs and paths are compared when a row is saved; merging and importing say what they
moved (articles.signals.addresses_moved); emptying the trash deletes.
"""

from django.db.models.signals import post_delete, post_save, pre_save
from django.utils import timezone

from articles import signals
from articles.models import Article, Page, Section, Series, Tag
from authors.models import Author
from newsroom.redirects.addresses import normal
from newsroom.redirects.making import forget, leave
from newsroom.redirects.models import Redirect
from newsroom.redirects.serving import led

Maker, Match = Redirect.Maker, Redirect.Match
# The column that the address is made of.
NAMED_BY = {
    **dict.fromkeys((Article, Page), "path"),
    **dict.fromkeys((Section, Series, Tag, Author), "slug"),
}
WAS = "_address_before"
# States in which readers may know an article's address.
KNOWN = (Article.Status.PUBLISHED, Article.Status.WITHDRAWN, Article.Status.TRASHED)


def before(sender, instance, update_fields=None, raw=False, **_):
    """Remember the address of a row that is about to be saved."""
    name = NAMED_BY.get(sender)
    if name is None or raw or instance._state.adding:
        return
    if update_fields is not None and name not in update_fields:
        return
    names = ["pk", name]
    if sender is Article:
        names += ["status", "published_at"]
    elif sender is Page:
        names += ["is_published"]
    setattr(instance, WAS, sender.objects.filter(pk=instance.pk).only(*names).first())


def after(sender, instance, **_):
    """Leave a redirect where readers may have known another address."""
    old = instance.__dict__.pop(WAS, None)
    if old is None or not was_known(old):
        return
    before, now = old.get_absolute_url(), instance.get_absolute_url()
    if now and before != now:
        leave([(before, now)], made_by=Maker.MOVE, match=match_of(sender))


def match_of(model):
    """Of a list's page there are more below it: feeds."""
    return Match.EXACT if NAMED_BY[model] == "path" else Match.PREFIX


def was_known(row):
    """Say whether readers may have this row's address."""
    if isinstance(row, Page):
        return row.is_published
    if not isinstance(row, Article):
        return True
    return bool(
        row.path
        and row.status in KNOWN
        and row.published_at
        and row.published_at <= timezone.now()
    )


def deleted(sender, instance, **_):
    """Say "gone" where a story lay in the trash that was emptied."""
    if instance.status == Article.Status.TRASHED and was_known(instance):
        leave([(instance.get_absolute_url(), "")], made_by=Maker.TRASH)


def moved(sender, moves, reason, **_):
    leave(moves, made_by=Maker(reason), match=match_of(sender))


def asked(sender, addresses, **_):
    """Say where these addresses lead, at which nothing stands."""
    keys = {address: normal(address) for address in addresses}
    rows = Redirect.objects.leading_each(sorted(set(keys.values())))
    ends = {key: led(row, key) for key, row in rows.items()}
    return {
        address: end
        for address, key in keys.items()
        if (end := ends.get(key)) is not None
    }


def import_undone(sender, paths, **_):
    """Take away what led to the stories of an import, which are gone."""
    forget(paths, made_by=Maker.IMPORT)


def connect():
    once = {"dispatch_uid": "redirects"}
    pre_save.connect(before, **once)
    post_save.connect(after, **once)
    post_delete.connect(deleted, sender=Article, **once)
    signals.addresses_moved.connect(moved, **once)
    signals.addresses_asked.connect(asked, **once)
    signals.import_undone.connect(import_undone, **once)
