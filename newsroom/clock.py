"""What must happen once when a moment has come.

Whether readers see an article is a query (ArticleQuerySet.live) and needs no clock.
The clock tells those who hang on it: it announces what went live, what ended, and
publishes the changes that were scheduled. Any number of clocks may tick at once.
"""

import logging
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import gate, notices, publishing, reads, revisions
from articles.models import Article, Autosave, Notice, Picture, Presence
from articles.planner import analyze
from newsroom import faults
from newsroom.feeds import websub
from newsroom.models import Heartbeat
from newsroom.pagecache import cdn, journal
from newsroom.pagecache import node as pagecache
from newsroom.search import counting, indexing

logger = logging.getLogger(__name__)

CLOCK, UPKEEP = "clock", "upkeep"  # names of heartbeats
LATE_AFTER = timedelta(seconds=60)
BEAT_EVERY = timedelta(seconds=4)
UPKEEP_EVERY = timedelta(hours=1)
# In the loop, what could not be done is left alone this long: its receiver may write
# a log, and a second is too short for whatever broke to be mended.
REST = timedelta(minutes=1)
# Articles read at once: what another clock did since is not read at all.
PORTION = 50


def last_beat():
    """Return the Heartbeat of the clock's last run, or None if it never ran."""
    return Heartbeat.objects.filter(name=CLOCK).first()


def is_late(at=None):
    """Say whether the clock ought to have run since its last beat."""
    beat = last_beat()
    return beat is None or (at or timezone.now()) - beat.beat_at > LATE_AFTER


class Left(Exception):
    """Scheduled changes that a person must look at before they can go out."""


@dataclass
class Report:
    """What a tick did: how many articles, and [(article, sentence)] of what it left.

    Of scheduled changes, `article` is the working copy.
    """

    announced: int = 0
    ended: int = 0
    changed: int = 0
    troubles: list = field(default_factory=list)
    beaten_at: object = None


def tick(at=None, resting=None):
    """Do what is due at the given moment (now, unless told). Returns a Report.

    Each article is a transaction of its own, oldest first: one that fails is put
    into the report, stays due and does not stop the others. `resting` is {key of a
    row that failed lately: sentence}: those are left alone, and still told of.
    """
    at = at or timezone.now()
    resting = resting or {}
    report = Report()
    announce, end, change = (
        lambda article: publishing.announce(article, at),
        lambda article: publishing.announce_end(article, at),
        lambda copy: _publish_changes(copy, at),
    )
    due = Article.objects
    with notices.together():
        report.announced = _each(due.unannounced(at), announce, report, resting)
        report.ended = _each(due.end_unannounced(at), end, report, resting)
        report.changed = _each(due.with_changes_due(at), change, report, resting)
    _keep_up()
    _beat(report, resting)
    return report


def is_due(at=None, resting=()):
    """Say in one query whether a tick would find anything to do."""
    at = at or timezone.now()
    rows = [
        articles.order_by().exclude(pk__in=list(resting)).values("pk")
        for articles in (
            Article.objects.unannounced(at),
            Article.objects.end_unannounced(at),
            Article.objects.with_changes_due(at),
        )
    ]
    return rows[0].union(*rows[1:], all=True).exists()


class PictureFinisher:
    """Starts `finish_pictures` when pictures wait for it, in a process of its own.

    So no moment is late for it, and the memory that pictures take is given back. It
    runs at the lowest priority, and ends with the clock.
    """

    def __init__(self):
        self.process = None
        self.rests_until = timezone.now()

    def look(self):
        """Start it, unless it is at work, has just been, or nothing waits for it."""
        if self.process and self.process.poll() is None:
            return
        if self.process and self.process.returncode:
            logger.error("finish_pictures ended with %s.", self.process.returncode)
            self.rests_until = timezone.now() + REST
        self.process = None
        if timezone.now() < self.rests_until:
            return
        if Picture.objects.unfinished().exists():
            command = [sys.executable, str(settings.BASE_DIR / "manage.py")]
            command += ["finish_pictures", "--gently", "--parent", str(os.getpid())]
            self.process = subprocess.Popen(
                [*command, "-v0"], stdout=subprocess.DEVNULL
            )
            self.rests_until = timezone.now() + BEAT_EVERY

    def stop(self):
        """End it: it goes on with the same picture when it is started again."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


def run(stopped, every=1, parent=None, finisher=None, starter=None):
    """Tick until `stopped` (a threading.Event) is set, or the parent is gone.

    Asks every second whether something is due, when a page that is kept ends, and
    whether the `starter` (an ImportStarter) has something to start; beats every few
    seconds; then the `finisher` (a PictureFinisher) has a look as well.
    """
    resting, next_beat = {}, timezone.now()
    while not stopped.is_set() and (parent is None or os.getppid() == parent):
        now = timezone.now()
        resting = {key: rest for key, rest in resting.items() if rest[1] > now}
        try:
            pagecache.follow()
            cdn.sender.wake()
            if now >= next_beat or is_due(now, resting):
                told = {key: sentence for key, (sentence, _until) in resting.items()}
                report = tick(now, told)
                for article, sentence in report.troubles:
                    resting[article.pk] = (sentence, timezone.now() + REST)
                next_beat = now + BEAT_EVERY
                websub.sender.look()
                if finisher:
                    finisher.look()
            if starter:
                starter.look()
            # Some of the time, so that no moment is late, and no import waits long.
            indexing.drain(seconds=every / 4)
        except Error as error:
            # The database is away, or being restarted; the next round asks anew.
            logger.error("The clock cannot use the database: %s", error)
            connection.close()
        stopped.wait(min(every, pagecache.until_next()))
    for beside in (starter, finisher):
        if beside:
            beside.stop()


def _each(articles, verb, report, resting):
    """Do the verb to each article, oldest first; return how often it was done."""
    keys = [pk for pk in articles.values_list("pk", flat=True) if pk not in resting]
    done = 0
    for start in range(0, len(keys), PORTION):
        for article in articles.filter(pk__in=keys[start : start + PORTION]):
            done += _tried(verb, article, report)
        if report.beaten_at and timezone.now() - report.beaten_at < BEAT_EVERY:
            continue
        _beat(report, resting)
    return done


def _tried(verb, article, report):
    try:
        return verb(article)
    except Left as error:
        sentence = _("The changes of “%(headline)s” did not go out: %(reason)s")
        reason = str(error)
        notices.change_failed(article, reason)
    # What hangs on an article's going out may raise anything, and must not keep a
    # thousand others waiting.
    except Exception as error:
        logger.exception("The clock failed at “%s” (article %s)", article, article.pk)
        sentence = _("“%(headline)s” could not be announced: %(reason)s")
        reason = f"{type(error).__name__}: {error}"
    told = sentence % {"headline": article.headline, "reason": reason}
    report.troubles.append((article, told))
    return False


@transaction.atomic
def _publish_changes(copy, at):
    """Publish scheduled changes; the live row's lock lets one of eight clocks do it.

    Raises Left where a person has to look first. The copy is left as it is.
    """
    article = Article.objects.select_for_update().get(pk=copy.copy_of_id)
    copy = Article.objects.with_changes_due(at).filter(pk=copy.pk).first()
    if copy is None:
        return False
    if article.status != Article.Status.PUBLISHED:
        raise Left(_("the article is “%s”.") % article.get_status_display())
    if findings := gate.blocking(copy, at):
        raise Left(" ".join(finding.message for finding in findings))
    try:
        publishing.publish_changes(article, copy.created_by, by_clock=True)
    except publishing.Clash as clash:
        names = ", ".join(map(revisions.label_of, clash.fields))
        raise Left(
            _("the same was changed in the live article: %s.") % names
        ) from clash
    return True


def _beat(report, resting):
    """Note that the clock runs, and what it could not do."""
    told = [*resting.values(), *(sentence for _article, sentence in report.troubles)]
    report.beaten_at = timezone.now()
    _note(CLOCK, report.beaten_at, "\n".join(told))


def _note(name, at, trouble=""):
    # One statement, so that eight clocks do not trip over each other.
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, beat_at=at, trouble=trouble)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["beat_at", "trouble"],
    )


def _keep_up():
    """Once an hour: fresh statistics for SQLite's planner, and what nobody needs."""
    now = timezone.now()
    Heartbeat.objects.get_or_create(
        name=UPKEEP, defaults={"beat_at": now - 2 * UPKEEP_EVERY}
    )
    is_ours = Heartbeat.objects.filter(
        name=UPKEEP, beat_at__lt=now - UPKEEP_EVERY
    ).update(beat_at=now)
    if not is_ours:
        return
    faults.find_faults()
    journal.prune(now)
    Presence.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
    # Text that somebody typed and never saved is kept for a year, not for ever.
    Autosave.objects.filter(saved_at__lt=now - timedelta(days=365)).delete()
    Notice.objects.filter(seen_at__lt=now - timedelta(days=90)).delete()
    reads.tidy(now)
    counting.prune(now)
    if connection.vendor == "sqlite":
        analyze()
