"""Verbs that write more than one article's row: working copies, trash, going out.

They check nothing about who asks. What must happen once at a moment (mail, purge,
index) hangs on the signals in articles/signals.py, which `announce…` send.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import revisions, signals
from articles.models import Article, Correction, Revision

Status = Article.Status
Event = Revision.Event


class Clash(Exception):
    """The live article and its working copy both changed the same fields.

    `fields` names them. Nothing was written; a person has to choose.
    """

    def __init__(self, fields):
        super().__init__(", ".join(fields))
        self.fields = fields


def working_row(article):
    """Return the row that editors change: the working copy, if there is one."""
    if article.has_unpublished_changes:
        return Article.objects.get(copy_of=article)
    return article


def open_working_copy(article, user):
    """Return the working copy of a live article, made if there is none."""
    if article.has_unpublished_changes:
        return Article.objects.get(copy_of=article)
    snapshot = revisions.take(article)
    copy = Article(
        status=Status.WORKING,
        copy_of=article,
        created_by=user,
        headline=article.headline,
        base=revisions.digests(snapshot),
    )
    copy.save()
    revisions.put(copy, snapshot)
    article.has_unpublished_changes = True
    article.save(update_fields=["has_unpublished_changes"])
    return copy


def changed_on_both_sides(copy):
    """Return (names changed in the live row only, names changed on both sides)."""
    live, own = revisions.take(copy.copy_of), revisions.take(copy)
    moved, both = [], []
    for name in revisions.CONTENT:
        # A working copy from before stories could be picked began without any.
        base = copy.base.get(name, revisions.digest(revisions.SINCE.get(name)))
        if live[name] == own[name] or revisions.digest(live[name]) == base:
            continue
        (moved if revisions.digest(own[name]) == base else both).append(name)
    return moved, both


def rebase(copy):
    """Take into a working copy what changed in the live row alone.

    An import or a merge of authors may change the live row under it. Returns the
    names of the fields that both changed, which only a person can settle.
    """
    moved, both = changed_on_both_sides(copy)
    live = revisions.take(copy.copy_of)
    if moved:
        revisions.put(copy, live, moved)
        copy.base |= {name: revisions.digest(live[name]) for name in moved}
        copy.save(update_fields=["base"])
    return both


def accept_own_side(copy, names):
    """Note that the live row's values of these fields were seen and are to go."""
    live = revisions.take(copy.copy_of)
    copy.base |= {name: revisions.digest(live[name]) for name in names}
    copy.save(update_fields=["base"])


def drop_unchanged(row):
    """Throw away a working copy that says what the live row says; tell whether."""
    article = row.copy_of
    if article is None or row.submitted_at or row.changes_due_at:
        return False
    if revisions.take(row) != revisions.take(article):
        return False
    _drop(row)
    article.has_unpublished_changes = False
    article.save(update_fields=["has_unpublished_changes"])
    return True


@transaction.atomic
def publish_changes(article, user, by_clock=False, name=""):
    """Move the working copy onto the live article. Returns the revision.

    Raises Clash where the live row changed in the same fields meanwhile. Changes
    that the clock publishes are in the history as `user`'s all the same.
    """
    article = Article.objects.select_for_update().get(pk=article.pk)
    copy = Article.objects.get(copy_of=article)
    if both := rebase(copy):
        raise Clash(both)
    revisions.record_unseen(article)
    revisions.put(article, revisions.take(copy))
    _drop(copy)
    article.has_unpublished_changes = False
    article.save(update_fields=["has_unpublished_changes"])
    revision = revisions.record(article, user, Event.PUBLISHED, name=name)
    by = None if by_clock else user
    transaction.on_commit(
        lambda: signals.changes_went_out.send(Article, article=article, user=by),
        robust=True,  # readers see the changes: no save may look as if it had failed
    )
    return revision


@transaction.atomic
def discard_changes(article, user):
    """Throw the working copy away; the history keeps what it said."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    copy = Article.objects.get(copy_of=article)
    revisions.record(copy, user, Event.SAVED)
    _drop(copy)
    article.has_unpublished_changes = False
    article.save(update_fields=["has_unpublished_changes"])
    revisions.record(article, user, Event.DISCARDED)


def withdraw(article, user, notice="", answer=Article.Withdrawal.GONE):
    """Take an article from readers; its working copy becomes what stands in it.

    Nobody sees the row any more, so there is nothing to work beside. Readers get the
    notice in its place.
    """
    revisions.record_before(article)
    if article.has_unpublished_changes:
        revisions.record_unseen(article)
    was_live = article.is_live()
    article.withdraw(notice, answer)
    if was_live:
        # Before the working copy's text is in it, which readers never saw.
        signals.article_taken.send(Article, article=article)
    if article.has_unpublished_changes:
        fold(article)
    revisions.record(article, user, Event.WITHDRAWN)


@transaction.atomic
def retract(article, user, notice):
    """Say above a live article that it should not have been published.

    It stays where it was read, with the notice; lists mark it. The notice is a
    correction, which nobody deletes. Returns it.
    """
    article = Article.objects.select_for_update().get(pk=article.pk)
    revisions.record_before(article)
    correction = Correction.objects.create(
        article=article,
        kind=Correction.Kind.RETRACTION,
        place=Correction.Place.TOP,
        text=notice,
    )
    revisions.record(article, user, Event.PUBLISHED, name=_("Retracted"))
    transaction.on_commit(
        lambda: signals.article_retracted.send(Article, article=article), robust=True
    )
    return correction


def fold(article):
    """Put the working copy's text into an article that readers do not see."""
    copy = Article.objects.get(copy_of=article)
    rebase(copy)
    revisions.put(article, revisions.take(copy))
    _drop(copy)
    article.has_unpublished_changes = False
    article.save(update_fields=["has_unpublished_changes"])


def _drop(copy):
    copy.corrections.all().delete()
    copy.delete()


def move_to_trash(article, user, at=None):
    """Take an article from the desk and from readers. The address stays its own.

    Articles that are thrown away together share the moment `at`.
    """
    was_live = article.is_live()
    article.trashed_from = article.status
    article.status = Status.TRASHED
    article.trashed_at, article.trashed_by = at or timezone.now(), user
    article.save(
        update_fields=[
            *("status", "trashed_from", "trashed_at", "trashed_by", "updated_at")
        ]
    )
    if was_live:
        signals.article_taken.send(Article, article=article)


def take_from_trash(article, *, as_it_was):
    """Bring an article back: as it was, or, where readers would see it, withdrawn.

    What was to go out while it lay there does not go out by coming back: somebody
    may have thrown it away for that. It is a draft again, or its changes wait.
    """
    now = timezone.now()
    status = article.trashed_from or Status.DRAFT
    if status == Status.PUBLISHED and not as_it_was:
        status = Status.WITHDRAWN
        if article.published_at <= now:
            article.withdrawn_at = now
    if status == Status.PUBLISHED and article.trashed_at < article.published_at <= now:
        status = Status.DRAFT
    article.status, article.trashed_from = status, ""
    article.trashed_at = article.trashed_by = None
    article.save(
        update_fields=[
            *("status", "trashed_from", "trashed_at", "trashed_by", "updated_at"),
            "withdrawn_at",
        ]
    )
    if article.has_unpublished_changes and status != Status.PUBLISHED:
        revisions.record_unseen(article)
        fold(article)
    elif article.has_unpublished_changes:
        late = Article.objects.filter(copy_of=article, changes_due_at__lte=now)
        late.update(changes_due_at=None)
    if article.is_live():
        signals.article_brought_back.send(Article, article=article)


def announce(article, at=None, user=None):
    """Do once what follows when readers can see an article. Returns whether it did.

    The conditional UPDATE is the claim: of eight that ask at once, one gets it. A
    receiver that raises gives the claim back, so that the next try does it again.
    `user` is whoever published it by hand; the clock names nobody.
    """
    unclaimed = Article.objects.unannounced(at).filter(pk=article.pk)
    with transaction.atomic():
        if not unclaimed.update(announced_at=timezone.now()):
            return False
        signals.article_went_out.send(Article, article=article, user=user)
    return True


def announce_end(article, at=None):
    """Do once what follows when an article's end has come; like `announce`."""
    unclaimed = Article.objects.end_unannounced(at).filter(pk=article.pk)
    with transaction.atomic():
        if not unclaimed.update(end_announced_at=timezone.now()):
            return False
        signals.article_ended.send(Article, article=article)
    return True


def announce_by_hand(article, user):
    """Announce what somebody published just now, as soon as that is saved.

    A receiver that fails is logged and spoils no save: the clock tries again.
    """
    if article.is_live():
        transaction.on_commit(
            lambda: announce(article, user=user),
            robust=True,
        )
