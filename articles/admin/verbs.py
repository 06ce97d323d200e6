"""The buttons of an article's form: what may happen to it next, and by whom."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

STATES = {
    "draft": _("Draft"),
    "review": _("In review"),
    "scheduled": _("Scheduled"),
    "live": _("Live"),
    "expired": _("Ended"),
    "withdrawn": _("Withdrawn"),
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


def verbs_for(article, user):
    """Return the verbs of the form, the usual one first.

    Correcting a published article is an editor's work and needs no further
    right; showing it to readers, or taking it from them, needs
    `publish_article`. An article that has no row yet counts as a draft.
    """
    state = article.state()
    may_publish = user.has_perm("articles.publish_article")
    if state == "live":
        verbs = [
            Verb("save", _("Publish changes"), _("Readers see the changes now."), True)
        ]
    elif state == "draft":
        verbs = [Verb("save", _("Save draft"), _("Saved as a draft."), True)]
    else:
        verbs = [Verb("save", _("Save"), _("Saved."), True)]
    if state == "draft":
        submitted = _("Saved and submitted for review.")
        verbs.append(Verb("submit", _("Submit for review"), submitted))
    if state == "review" and user.has_perm("articles.edit_all_articles"):
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
    if state in ("live", "expired"):
        taken = _("Withdrawn: readers no longer see it.")
        verbs.append(Verb("withdraw", _("Withdraw"), taken))
    if state in ("scheduled", "withdrawn"):
        back = _("It is a draft again.")
        verbs.append(Verb("send_back", _("Back to draft"), back))
    return verbs


def perform(verb, article, *, now):
    """Do to the saved article what the verb says, by the model's own methods."""
    if verb == "submit":
        article.submit()
    elif verb == "send_back":
        article.send_back()
    elif verb == "withdraw":
        article.withdraw()
    elif verb == "publish":
        # A date in the future is a plan, unless "Publish now" was pressed.
        is_planned = article.published_at and article.published_at > now
        was_scheduled = article.state(now) == "scheduled"
        article.publish(
            at=article.published_at if is_planned and not was_scheduled else None
        )
