"""The buttons of an article's form: what may happen to it next, and by whom."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import gate, notices, publishing, revisions
from articles.admin import notes
from articles.admin.gate import told
from articles.models import Article, Revision

Event = Revision.Event
STATES = {
    "draft": _("Draft"),
    "review": _("In review"),
    "scheduled": _("Scheduled"),
    "live": _("Live"),
    "changed": _("Live, with unpublished changes"),
    "expired": _("Expired"),
    "withdrawn": _("Withdrawn"),
    "trashed": _("In the trash"),
}


@dataclass(frozen=True)
class Verb:
    """A button of the form. The form is saved first, then this happens."""

    name: str  # of the button, and what it does: see `perform`
    label: str
    done: str  # what the editor is told afterwards
    is_main: bool = False  # the button that Enter and Ctrl+S press

    @property
    def button(self):
        return "_save" if self.name == "save" else f"_{self.name}"


def needs_copy(article, user):
    """Say whether this user's changes wait for "Publish changes".

    A live article's always; a scheduled or ended one's only from those who may not
    publish, because readers would see them without another look.
    """
    return article.is_live() or (
        article.status == Article.Status.PUBLISHED
        and not user.has_perm("articles.publish_article")
    )


def situation(article):
    """Return what the words on the buttons depend on. The page sends it with them.

    One name stands for "Publish", "Publish now" and "Publish changes": who pressed
    the last did not ask to show again what a colleague withdrew meanwhile.
    """
    state = article.state()
    is_changed = state in ("live", "changed") or article.has_unpublished_changes
    return "changes" if is_changed else state


def is_stale(verb, article, sent):
    """Say whether a button meant something else on the page it was pressed on.

    `sent` is its value; what names no situation (a script's) is taken as it is.
    """
    return (
        verb.name in ("publish", "approve", "send_back")
        and sent in {*STATES, "changes"}
        and sent != situation(article)
    )


@dataclass(frozen=True)
class Ending:
    """How an article leaves its readers: what they are told, and what stays there."""

    kind: str = "gone"  # one of ENDINGS
    notice: str = ""

    @classmethod
    def of(cls, posted):
        """Return what was chosen beside the button; what nobody offers counts as gone.

        A script that sends no more than the button withdraws as ever.
        """
        kind = posted.get("ending", "")
        notice = posted.get("ending_notice", "").replace("\0", "").strip()
        return cls(kind if kind in ENDINGS else "gone", notice[:NOTICE_MOST])


ENDINGS = {
    "gone": _("It goes. Readers get the notice; search engines forget it (410)."),
    "notice": _("It goes. The notice stays in its place and can be found (200)."),
    "retracted": _("It stays readable, as retracted: with the notice above it."),
}
NOTICE_MOST = 5000


class Refused(Exception):
    """What a button asked for cannot be done; the text is saved all the same."""


def verbs_for(article, user, row=None):
    """Return the verbs of the form, the usual one first.

    `row` is what the form edits: the article or its working copy. Writing needs no
    further right; showing it to readers, or taking it from them, needs
    `publish_article`. An article that has no row yet counts as a draft.
    """
    state = article.state()
    if state in ("live", "changed") or article.has_unpublished_changes:
        return _verbs_of_changes(article, user, row, state)
    may_publish = user.has_perm("articles.publish_article")
    if state == "draft":
        verbs = [Verb("save", _("Save draft"), _("Saved as a draft."), True)]
    else:
        verbs = [Verb("save", _("Save"), _("Saved."), True)]
    if state == "draft":
        submitted = _("Saved and submitted for review.")
        verbs.append(Verb("submit", _("Submit for review"), submitted))
    if state == "review" and user.has_perm("articles.edit_all_articles"):
        if not may_publish and not article.approved_at:
            verbs.append(Verb("approve", _("Approve"), APPROVED))
        returned = _("Saved and sent back to its author as a draft.")
        verbs.append(Verb("send_back", _("Send back"), returned))
    if not may_publish:
        return verbs
    if state in ("draft", "review", "scheduled", "withdrawn"):
        label = {
            "scheduled": _("Publish now"),
            "withdrawn": _("Publish again"),
        }.get(state, _("Publish"))
        verbs.append(Verb("publish", label, _("Published.")))
    if state == "expired":
        verbs.append(Verb("withdraw", _("Withdraw"), WITHDRAWN))
    if state in ("scheduled", "withdrawn"):
        back = _("It is a draft again.")
        verbs.append(Verb("send_back", _("Back to draft"), back))
    return verbs


WITHDRAWN = _("Withdrawn: readers no longer see it.")
RETRACTED = _("Retracted: readers see the notice above it, lists mark it.")
APPROVED = _("Approved. It waits for somebody who may publish.")


def _verbs_of_changes(article, user, row, state):
    """Return the verbs of an article whose changes wait in a working copy."""
    kept = _("Saved. Readers still see the published text.")
    verbs = [Verb("save", _("Save changes"), kept, True)]
    was_submitted = row is not None and row.submitted_at
    if user.has_perm("articles.publish_article"):
        seen = _("Readers see the changes now.")
        verbs.append(Verb("publish", _("Publish changes"), seen))
    elif not was_submitted:
        asked = _("Saved, and the changes were submitted for review.")
        verbs.append(Verb("submit", _("Submit changes for review"), asked))
    if was_submitted and user.has_perm("articles.edit_all_articles"):
        if not user.has_perm("articles.publish_article") and not row.approved_at:
            verbs.append(Verb("approve", _("Approve"), APPROVED))
        returned = _("Saved, and the changes were sent back.")
        verbs.append(Verb("send_back", _("Send back"), returned))
    if article.has_unpublished_changes:
        gone = _("The changes were discarded. The history keeps them.")
        verbs.append(Verb("discard", _("Discard changes"), gone))
    if state in ("live", "changed") and user.has_perm("articles.publish_article"):
        verbs.append(Verb("withdraw", _("Withdraw"), WITHDRAWN))
    return verbs


def perform(verb, row, user, *, note="", name="", ending=Ending()):
    """Do to the saved row what the verb says; return the sentence for the editor.

    `name` is the revision's, `note` what is said when sending back, `ending` how it is
    withdrawn. Raises Refused.
    """
    article = row.original
    match verb.name:
        case "save":
            keep(row, user, name)
        case "submit":
            row.submit()
            revisions.record(row, user, Event.SUBMITTED, name=name)
            notices.submitted(row, user)
        case "approve":
            refuse_blocked(row)
            row.approve(user)
            revisions.record(row, user, Event.APPROVED, name=name)
            notices.approved(row, user)
        case "send_back":
            row.send_back()
            notes.send_back(row, user, note)
            revisions.record(row, user, Event.SENT_BACK, name=name)
            notices.sent_back(row, user, note)
        case "withdraw":
            return _withdraw(verb, row, user, name, ending)
        case "discard":
            publishing.discard_changes(article, user)
        case "publish" if row != article:
            return _publish_changes(verb, row, user, name)
        case "publish":
            return _publish(verb, row, user, name)
    if verb.name == "save" and row == article and article.state() == "scheduled":
        return SCHEDULED
    return verb.done


SCHEDULED = _("Scheduled: readers see it from the date you gave.")


def keep(row, user, name):
    """Record a save; a working copy that says what readers see is none."""
    if not publishing.drop_unchanged(row):
        revisions.record(row, user, name=name)


def _publish(verb, article, user, name):
    """Publish an article, now or at the moment its date says."""
    now = timezone.now()
    # A date in the future is a plan, unless "Publish now" was pressed.
    is_planned = article.published_at and article.published_at > now
    was_scheduled = article.state(now) == "scheduled"
    at = article.published_at if is_planned and not was_scheduled else None
    refuse_blocked(article, at or now)
    article.publish(at=at)
    is_live = article.is_live()
    event = Event.PUBLISHED if is_live else Event.SCHEDULED
    revisions.record(article, user, event, name=name)
    publishing.announce_by_hand(article, user)
    return verb.done if is_live else SCHEDULED


def _withdraw(verb, row, user, name, ending):
    """Take an article from readers, or retract it: then it stays."""
    article = row.original
    if ending.kind == "retracted" and not ending.notice:
        raise Refused(_("Say in a notice why it is retracted: readers get it above."))
    if not publishing.drop_unchanged(row):
        revisions.record(row, user, name=name)
    if ending.kind == "retracted" and article.is_live():
        publishing.retract(article, user, ending.notice)
        notices.retracted(article, user)
        return RETRACTED
    answer = Article.Withdrawal.NOTICE if ending.kind == "notice" else None
    publishing.withdraw(article, user, ending.notice, answer or Article.Withdrawal.GONE)
    notices.withdrawn(article, user)
    return verb.done


def _publish_changes(verb, copy, user, name):
    """Publish a working copy, now or when it says."""
    article = copy.copy_of
    if publishing.drop_unchanged(copy):
        return _("There is nothing to publish: readers see this text already.")
    refuse_blocked(copy)
    if copy.changes_due_at and copy.changes_due_at > timezone.now():
        revisions.record(copy, user, Event.SCHEDULED, name=name)
        return _("Scheduled: readers see the changes from the moment you gave.")
    try:
        publishing.publish_changes(article, user, name=name)
    except publishing.Clash as clash:
        revisions.record(copy, user, name=name)
        publishing.accept_own_side(copy, clash.fields)
        labels = ", ".join(str(revisions.label_of(name)) for name in clash.fields)
        raise Refused(
            _(
                "The published text was changed meanwhile, by an import or a merge, "
                "in: %s. The history shows both. Press “Publish changes” again to "
                "put yours in its place."
            )
            % labels
        ) from clash
    return verb.done if article.is_live() else SCHEDULED


def refuse_blocked(row, at=None):
    """Raise Refused with what the publish gate finds that blocks."""
    if found := gate.blocking(row, at):
        raise Refused(told(found))
