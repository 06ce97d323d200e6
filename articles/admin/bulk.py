"""Doing one thing to many articles, and telling what became of each.

Each article is locked, changed and recorded in a transaction of its own: one that
cannot be changed, or that breaks, leaves the others done. At the end the editor is
told how many were changed, and which ones were left for which reason.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import notices, publishing, revisions
from articles.models import Article, Revision

logger = logging.getLogger(__name__)

# An article takes 10 to 15 ms (benchmarks/desk.py), and a server in front of this one
# gives up after half a minute or a whole one.
MOST = 2000
# So many reasons, and headlines of each, are read. Messages travel in a cookie.
REASONS, HEADLINES, LETTERS = 6, 8, 60


class Left(Exception):
    """Raised by a change: this article stays as it was, for the reason given.

    The reason completes "2 articles were left – …".
    """

    def __init__(self, reason):
        super().__init__(str(reason))
        self.reason = str(reason)


@dataclass
class Tally:
    """How many articles were changed, and which were left: {reason: [headline]}.

    Of those done, `waiting` were changed in their working copies alone.
    """

    done: int = 0
    waiting: int = 0
    left: dict = field(default_factory=lambda: defaultdict(list))


def change_each(desk, request, articles, change, note, event=Revision.Event.BULK):
    """Call `change(article)` for each of the articles; return a Tally.

    It gets the live row, locked, and raises Left to leave it. What it returns are
    the rows to record as `event`: None for the article itself, [] for none. Only
    the keys of all are held in memory, never their texts.
    """
    tally = Tally()
    keys = list(articles.values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        desk.message_user(
            request,
            _("Nothing was changed: choose at most %(most)d articles at a time.")
            % {"most": MOST},
            messages.ERROR,
        )
        return tally
    # One mail per person, not one per article.
    with notices.together():
        for key in keys:
            _change_one(desk, request, key, tally, change, note, event)
    return tally


def _change_one(desk, request, key, tally, change, note, event):
    article = None
    try:
        with transaction.atomic():
            article = lock(key)
            revisions.record_before(article)
            rows = change(article)
            rows = [article] if rows is None else rows
            for row in rows:
                revisions.record(row, request.user, event)
            desk.log_change(request, article, note)
    except Left as left:
        tally.left[left.reason].append(article.headline if article else "–")
    # A receiver, a file or a row that only this article has: the others go on.
    except Exception:
        logger.exception("Article %s was left by a change of many.", key)
        reason = _("something went wrong (the site’s log says what)")
        tally.left[reason].append(article.headline if article else "–")
    else:
        tally.done += 1
        tally.waiting += bool(rows) and all(row.copy_of_id for row in rows)


def lock(key):
    """Return the live row, held until the transaction ends, as the desk lists it."""
    article = (
        Article.objects.originals()
        # What most articles have and a snapshot names; joining what few have takes
        # longer than asking for it.
        .select_related("section", "lead_picture")
        # The rows joined may be missing, which PostgreSQL cannot lock.
        .select_for_update(of=("self",))
        .filter(pk=key)
        .first()
    )
    if article is None:
        raise Left(_("gone, or in the trash"))
    return article


def change_rows(article, user, name, change):
    """Change one field in an article and in its working copy, if it has one.

    Who may not publish changes what is published in its working copy alone.
    `change(row)` says whether it changed anything; returns the rows it changed.
    """
    if article.status == Article.Status.PUBLISHED and not user.has_perm(
        "articles.publish_article"
    ):
        copy = publishing.open_working_copy(article, user)
        if copy.changes_due_at:
            raise Left(_("their changes are scheduled, as they are"))
        return [copy] if change(copy) else []
    copy = publishing.working_row(article)
    if copy is article:
        return [article] if change(article) else []
    return _change_both(article, copy, name, change)


def _change_both(article, copy, name, change):
    """Change both rows; the copy's base moves along, so that this is no clash."""
    rows = [article, copy]
    before = [revisions.digest(revisions.take(row)[name]) for row in rows]
    changed = [row for row in rows if change(row)]
    base = copy.base[name]
    if changed and base in before:
        side = rows[before.index(base)]
        copy.base[name] = revisions.digest(revisions.take(side)[name])
        copy.save(update_fields=["base"])
    return changed


def report(desk, request, tally, sentence):
    """Tell the editor how many were changed, and which were left why."""
    if tally.done:
        desk.message_user(request, sentence % {"count": tally.done}, messages.SUCCESS)
    if tally.waiting:
        text = ngettext(
            "In %(count)d of them, which is published, readers see nothing of it "
            "until its changes are published.",
            "In %(count)d of them, which are published, readers see nothing of it "
            "until their changes are published.",
            tally.waiting,
        )
        desk.message_user(request, text % {"count": tally.waiting}, messages.INFO)
    reasons = sorted(tally.left.items(), key=lambda line: -len(line[1]))
    for reason, headlines in reasons[:REASONS]:
        told = {
            "count": len(headlines),
            "reason": reason,
            "names": _names(headlines),
        }
        text = ngettext(
            "%(count)d article was left – %(reason)s: %(names)s",
            "%(count)d articles were left – %(reason)s: %(names)s",
            len(headlines),
        )
        desk.message_user(request, text % told, messages.WARNING)
    if rest := sum(len(headlines) for _reason, headlines in reasons[REASONS:]):
        text = ngettext(
            "%(count)d more was left for another reason: do it again with that alone.",
            "%(count)d more were left for other reasons: do it again with those alone.",
            rest,
        )
        desk.message_user(request, text % {"count": rest}, messages.WARNING)


def _names(headlines):
    names = ", ".join(
        f"“{headline[:LETTERS]}…”" if len(headline) > LETTERS else f"“{headline}”"
        for headline in headlines[:HEADLINES]
    )
    more = len(headlines) - HEADLINES
    return names + (" " + _("and %(count)d more") % {"count": more} if more > 0 else "")
