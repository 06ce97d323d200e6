"""Moving what is planned or scheduled to another day. Knows nothing of pages.

A day is moved, the hour stays; what the clocks, an embargo or a colleague forbid is
refused with a sentence, and nothing is written.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles import revisions
from articles.models import Article, Revision
from authors.moments import MinuteField, in_utc, on_the_wall

Status = Article.Status


class CannotMove(Exception):
    """Why something stays where it is, as a sentence for the editor."""


def move_entry(user, kind, article, was, day, *, now=None):
    """Move what happens on one day to another; return a sentence about it.

    `was` is the day its page showed: who was slower than a colleague is told so
    and changes nothing. Raises CannotMove.
    """
    now = now or timezone.now()
    if kind != "plan" and not user.has_perm("articles.publish_article"):
        raise CannotMove(_("Only who may publish can move what is scheduled."))
    with transaction.atomic():
        article = Article.objects.select_for_update().get(pk=article.pk)
        return MOVES[kind](user, article, was, day, now)


def move_plan(user, article, was, day, now):
    if article.status not in (Status.DRAFT, Status.REVIEW, Status.WITHDRAWN):
        raise CannotMove(
            _("“%(headline)s” is published or scheduled by now: its plan is over.")
            % {"headline": article.headline}
        )
    check_day(article, article.planned_for, was)
    if day < timezone.localdate(now):
        raise CannotMove(_("A plan for a day that is over is none: nothing was moved."))
    revisions.record_before(article)
    article.planned_for = day
    article.save(update_fields=["planned_for", "updated_at"])
    revisions.record(article, user)
    return _("“%(headline)s” is now planned for %(day)s; it was %(was)s.") % {
        "headline": article.headline,
        "day": day_name(day),
        "was": day_name(was),
    }


def move_begin(user, article, was, day, now):
    if article.status != Status.PUBLISHED or article.published_at <= now:
        raise CannotMove(
            _("“%(headline)s” is not scheduled any more: nothing was moved.")
            % {"headline": article.headline}
        )
    moment = moved(article, article.published_at, was, day, now)
    check_embargo(article, moment)
    if article.expires_at and article.expires_at <= moment:
        raise CannotMove(
            _("“%(headline)s” would go out after its end, %(end)s: nothing was moved.")
            % {"headline": article.headline, "end": moment_name(article.expires_at)}
        )
    revisions.record_before(article)
    article.published_at = moment
    article.save(update_fields=["published_at", "updated_at"])
    revisions.record(article, user, Revision.Event.SCHEDULED)
    return _("“%(headline)s” now goes out on %(moment)s.") % {
        "headline": article.headline,
        "moment": moment_name(moment),
    }


def move_end(user, article, was, day, now):
    if article.status != Status.PUBLISHED or not article.expires_at:
        raise CannotMove(
            _("“%(headline)s” has no end to move.") % {"headline": article.headline}
        )
    if article.expires_at <= now:
        raise CannotMove(
            _("“%(headline)s” has ended already: nothing was moved.")
            % {"headline": article.headline}
        )
    moment = moved(article, article.expires_at, was, day, now)
    if moment <= article.published_at:
        raise CannotMove(
            _("“%(headline)s” would end before it goes out: nothing was moved.")
            % {"headline": article.headline}
        )
    revisions.record_before(article)
    article.expires_at = moment
    article.save(update_fields=["expires_at", "updated_at"])
    revisions.record(article, user)
    return _("“%(headline)s” now ends on %(moment)s.") % {
        "headline": article.headline,
        "moment": moment_name(moment),
    }


def move_change(user, article, was, day, now):
    """Move the publication of a working copy's changes. It is no part of a version."""
    copy = Article.objects.select_for_update().filter(copy_of=article.pk).first()
    if copy is None or not copy.changes_due_at:
        raise CannotMove(
            _("No changes of “%(headline)s” are scheduled any more.")
            % {"headline": article.headline}
        )
    moment = moved(copy, copy.changes_due_at, was, day, now)
    check_embargo(article, moment)
    check_embargo(copy, moment)
    copy.changes_due_at = moment
    copy.save(update_fields=["changes_due_at", "updated_at"])
    return _("The changes of “%(headline)s” now go out on %(moment)s.") % {
        "headline": copy.headline,
        "moment": moment_name(moment),
    }


MOVES = {
    "plan": move_plan,
    "begin": move_begin,
    "end": move_end,
    "change": move_change,
}


def moved(article, moment, was, day, now):
    """Return the moment at the same time of another day, as the clocks show it."""
    wall = on_the_wall(moment)
    check_day(article, wall.date(), was)
    wall = datetime.combine(day, wall.time())
    try:
        # Refuses what the clocks skip, and what they show twice.
        MinuteField().check_clock(wall)
    except ValidationError as error:
        text = _(
            "%(reason)s Nothing was moved; the article’s form can set another time."
        )
        raise CannotMove(text % {"reason": " ".join(error.messages)}) from error
    moved_to = in_utc(wall)
    if moved_to <= now:
        raise CannotMove(
            _("%(moment)s is over already: nothing was moved.")
            % {"moment": moment_name(moved_to)}
        )
    return moved_to


def check_day(article, is_on, was):
    if is_on != was:
        raise CannotMove(
            _("“%(headline)s” was moved to %(day)s meanwhile: it stays there.")
            % {
                "headline": article.headline,
                "day": day_name(is_on) if is_on else _("no day"),
            }
        )


def check_embargo(article, moment):
    if article.embargo_until and moment < article.embargo_until:
        raise CannotMove(
            _("“%(headline)s” is under embargo until %(moment)s: nothing was moved.")
            % {
                "headline": article.headline,
                "moment": moment_name(article.embargo_until),
            }
        )


def day_name(day):
    return date_format(day, "j F Y") if day else "–"


def moment_name(moment):
    return date_format(timezone.localtime(moment), "j F Y, H:i")
