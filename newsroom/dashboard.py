"""The desk's first page: what waits for whom, what comes next, and what is broken.

At 100,000 articles it opens within 150 ms and with at most 22 queries: it reads no
body, each list asks an index, and names of authors are loaded once for all lists.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from articles import reads
from articles.models import Article, Byline, Note
from articles.notices import unseen
from newsroom import charts
from newsroom.blocks.models import AdvertiseBlock
from newsroom.clock import CLOCK, LATE_AFTER
from newsroom.faults import DRAFT_IS_STALE, KINDS, find_faults, kept_faults
from newsroom.faults import NAME as FAULTS
from newsroom.models import Heartbeat
from newsroom.redirects.models import MissingPage
from newsroom.reports.models import Report

Status = Article.Status
# How many of each the dashboard names.
NAMED = 6
NAMED_FAULTS = 8
LINE_OF_TEXT = 120  # letters of what somebody wrote
COUNTED, COUNTED_REPORTS = 1000, 100
# Of all that was sent back and is not settled, so many are looked through.
SENT_BACK = 500
# Long texts that no list shows.
UNREAD = ("body", "standfirst", "sources", "ai_use", "base")
DAYS = 30
SECTION_DAYS = (30, 90)


def urls(site):
    return [path("faults/", site.admin_view(look_for_faults), name="look_for_faults")]


@require_POST
def look_for_faults(request):
    """Look for faults now, for an editor who has just repaired some."""
    if not request.user.has_perm("articles.edit_all_articles"):
        raise PermissionDenied
    found = len(find_faults())
    told = ngettext("%(count)d fault was found.", "%(count)d faults were found.", found)
    messages.info(request, told % {"count": found})
    return HttpResponseRedirect(f"{reverse('admin:index')}#faults")


@dataclass
class Line:
    """A row of a card: an article, where it leads, and what is said of it."""

    article: Article
    said: str
    address: str = ""
    mark: str = ""  # a few words that stand out
    is_urgent: bool = False
    has_byline: bool = True

    def __post_init__(self):
        self.address = self.address or change_address(self.article)

    @property
    def words(self):
        names = self.article.byline_text() if self.has_byline else ""
        return " · ".join(filter(None, [names, self.said]))


def change_address(article):
    """Return where the desk edits an article, or the one it is a working copy of."""
    key = article.copy_of_id or article.pk
    return reverse("admin:articles_article_change", args=[key])


def dashboard(user, *, now=None, section_days=DAYS):
    """Return what the first page shows this user: {name of a card: its lines}.

    A card that is not this user's business is not in it.
    """
    now = now or timezone.now()
    shown = {}
    if user.has_perm("articles.view_article"):
        beats = Heartbeat.objects.in_bulk([CLOCK, FAULTS])
        shown = {
            "waiting": waiting_for(user, now),
            "mine": mine(user, now),
            "next": coming_next(user, now),
            "published": recently_published(now),
            "most_read": most_read_today(now),
            "clock": clock_line(beats.get(CLOCK), now),
            "sees_all": user.has_perm("articles.edit_all_articles"),
            "notices": new_notices(user),
        }
        if user.has_perm("articles.edit_all_articles"):
            lines = fault_lines(user, beats.get(FAULTS))
            shown["faults"] = lines
            shown["faults_named"] = lines[:NAMED_FAULTS]
            shown["faults_folded"] = lines[NAMED_FAULTS:]
            shown["looked_at"] = beats[FAULTS].beat_at if FAULTS in beats else None
        lists = ("waiting", "mine", "next", "published", "most_read")
        _load_bylines(line for name in lists for line in shown[name])
        shown |= _charts(now, section_days)
    if user.has_perm("reports.view_report"):
        shown["reports"] = reported(user, now)
    if user.has_perm("redirects.view_missingpage"):
        # No more than a card can say: the inbox itself is bounded, too.
        shown["missing"] = MissingPage.objects.waiting()[:COUNTED].count()
    if user.has_perm("blocks.view_advertiseblock"):
        ads = AdvertiseBlock.objects.live().select_related("picture")
        shown["ads"] = list(ads[:NAMED])
    return shown


def _load_bylines(lines):
    bylines = Byline.objects.select_related("author")
    prefetch_related_objects(
        [line.article for line in lines if line.has_byline],
        Prefetch("bylines", bylines),
    )


def _ago(moment, now):
    if now - moment < timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, now, depth=1)}


def new_notices(user):
    notices = unseen(user).select_related("article")
    return list(notices.defer(*(f"article__{name}" for name in UNREAD))[:NAMED])


# Waiting for me


def waiting_for(user, now):
    """What this user has to do next: sent back to them, then, for editors, reviews."""
    lines = [_sent_back(note, now) for note in sent_back_to(user)[:NAMED]]
    if user.has_perm("articles.edit_all_articles"):
        waiting = in_review().defer(*UNREAD)[: NAMED + 1]
        lines += [_submitted(article, now) for article in waiting]
    return lines


def sent_back_to(user):
    """Unresolved notes that sent this user's own articles back, the newest first.

    In two steps, because SQLite, given both at once, begins with the articles.
    """
    notes = list(
        Note.objects.filter(is_send_back=True, resolved_at=None).order_by(
            "-written_at", "-pk"
        )[:SENT_BACK]
    )
    if not notes:
        return []
    is_theirs_again = Q(status=Status.DRAFT) | Q(
        status=Status.PUBLISHED,
        has_unpublished_changes=True,
        working_copy__submitted_at__isnull=True,
    )
    own = Article.objects.by_looking(user).filter(is_theirs_again).defer(*UNREAD)
    articles = own.in_bulk({note.article_id for note in notes})
    notes = [note for note in notes if note.article_id in articles]
    for note in notes:
        note.article = articles[note.article_id]
    return notes


def in_review():
    """What was submitted, working copies of live articles too, the oldest first."""
    return Article.objects.filter(
        Q(status=Status.REVIEW)
        | Q(status=Status.WORKING, submitted_at__isnull=False)
        & ~Q(copy_of__status=Status.TRASHED)
    ).order_by("submitted_at", "pk")


def _sent_back(note, now):
    said = _("%(who)s, %(ago)s: “%(text)s”") % {
        "who": note.written_by_name or _("An editor"),
        "ago": _ago(note.written_at, now),
        "text": str(note),
    }
    return Line(
        note.article, said, mark=_("Sent back"), is_urgent=True, has_byline=False
    )


def _submitted(article, now):
    said = _("submitted %(ago)s") % {
        "ago": _ago(article.submitted_at or article.updated_at, now)
    }
    mark = _("Changes to a live article") if article.copy_of_id else ""
    return Line(article, said, mark=mark)


# My own


def mine(user, now):
    """This user's drafts and unpublished changes, the last touched first."""
    own = (
        Article.objects.by_looking(user)
        .filter(status__in=[Status.DRAFT, Status.WORKING])
        .exclude(copy_of__status=Status.TRASHED)
        .defer(*UNREAD)
        .order_by("-updated_at", "-pk")
    )
    lines = []
    for article in own[: NAMED + 1]:
        is_stale = article.updated_at < now - DRAFT_IS_STALE
        mark = _("Unpublished changes") if article.copy_of_id else ""
        if is_stale and not mark:
            mark = _("Untouched for long")
        said = _("changed %(ago)s") % {"ago": _ago(article.updated_at, now)}
        lines.append(Line(article, said, mark=mark, is_urgent=is_stale))
    return lines


# What comes next


def coming_next(user, now):
    """Publications, ends and scheduled changes to come, the next one first."""
    rows = Article.objects.defer(*UNREAD)
    if not user.has_perm("articles.edit_all_articles"):
        rows = rows.by_looking(user)
    begins = rows.scheduled(now).order_by("published_at", "pk")
    ends = rows.filter(status=Status.PUBLISHED, expires_at__gt=now)
    changes = rows.filter(status=Status.WORKING, changes_due_at__gt=now)
    changes = changes.exclude(copy_of__status=Status.TRASHED)
    events = [
        *((article.published_at, _("Goes out"), article) for article in begins[:NAMED]),
        *(
            (article.expires_at, _("Ends"), article)
            for article in ends.order_by("expires_at", "pk")[:NAMED]
        ),
        *(
            (article.changes_due_at, _("Changes go out"), article)
            for article in changes.order_by("changes_due_at", "pk")[:NAMED]
        ),
    ]
    events.sort(key=lambda event: event[0])
    return [
        Line(article, _moment(moment), mark=what, has_byline=False)
        for moment, what, article in events[:NAMED]
    ]


def _moment(moment):
    return date_format(timezone.localtime(moment), "D j M Y, H:i")


def clock_line(beat, now):
    """Return how the clock is: {"said", "is_late", "trouble"}."""
    if beat is None:
        said = _(
            "The publisher has never run: nothing is announced, no change goes out."
        )
        return {"said": said, "is_late": True, "trouble": ""}
    seconds = max(0, int((now - beat.beat_at).total_seconds()))
    if seconds < 120:
        time = ngettext("%(count)d second", "%(count)d seconds", seconds)
        time %= {"count": seconds}
    else:
        time = timesince(beat.beat_at, now)
    return {
        "said": _("The publisher last ran %(time)s ago.") % {"time": time},
        "is_late": now - beat.beat_at > LATE_AFTER,
        "trouble": beat.trouble,
    }


def recently_published(now):
    newest = Article.objects.live(now).newest_first().defer(*UNREAD)[:NAMED]
    return [
        Line(article, _moment(article.published_at), article.get_absolute_url())
        for article in newest
    ]


def most_read_today(now):
    """What was read most in the last 24 hours: read now, not the list readers see."""
    totals = dict(reads.ranking(reads.DAY, now, NAMED))
    articles = Article.objects.live(now).defer(*UNREAD).in_bulk(totals)
    return [
        Line(
            articles[key],
            ngettext("%(count)d read", "%(count)d reads", total) % {"count": total},
            has_byline=False,
        )
        for key, total in totals.items()
        if key in articles
    ]


# Stale and broken


def fault_sentences():
    """Return {kind of fault: (its few words, its sentence with %(what)s)}."""
    return {
        "rights_over": (_("Rights expired"), _("The rights to “%(what)s” are over.")),
        "rights_end": (_("Rights end soon"), _("The rights to “%(what)s” end soon.")),
        "missing": (_("Picture gone"), _("Picture %(what)s was deleted.")),
        "link": (_("Broken link"), _("Nothing stands at %(what)s.")),
        "alt": (_("No alternative text"), _("“%(what)s” says nothing to the blind.")),
        "copy": (_("Old changes"), _("Unpublished since %(what)s.")),
        "draft": (_("Stale draft"), _("Not touched since %(what)s.")),
    }


def fault_lines(user, beat):
    """Return the faults that were found, of articles that are still there."""
    faults = kept_faults(beat)
    visible = Article.objects.for_desk(user).defer(*UNREAD)
    articles = visible.in_bulk({fault["article"] for fault in faults})
    sentences = fault_sentences()
    lines = []
    for fault in faults:
        article = articles.get(fault["article"])
        # What was repaired in an obvious way need not wait for the next look.
        if article is None or (
            (fault["kind"] == "copy" and not article.has_unpublished_changes)
            or (fault["kind"] == "draft" and article.status != Status.DRAFT)
        ):
            continue
        mark, sentence = sentences[fault["kind"]]
        what = fault["what"]
        if fault["kind"] in ("copy", "draft"):
            what = date_format(date.fromisoformat(what), "j F Y")
        is_urgent = KINDS.index(fault["kind"]) < 4
        lines.append(
            Line(
                article,
                sentence % {"what": what},
                mark=mark,
                is_urgent=is_urgent,
                has_byline=False,
            )
        )
    return lines


# What readers report


def reported(user, now):
    """Return {"lines": the newest reports that wait, "count": of all, "are_more"}."""
    newest = (
        Report.objects.for_desk(user)
        .waiting()
        .select_related("article")
        .only("text", "sent_at", "article__headline")
        .order_by("-sent_at", "-pk")
    )
    # One query for both: readers send few, and of many nobody asks how many.
    waiting = list(newest[: COUNTED_REPORTS + 1])
    return {
        "lines": [_reported(report, now) for report in waiting[:NAMED]],
        "count": min(len(waiting), COUNTED_REPORTS),
        "are_more": len(waiting) > COUNTED_REPORTS,
    }


def _reported(report, now):
    said = _("“%(text)s” · %(ago)s") % {
        "text": Truncator(report.text).chars(LINE_OF_TEXT),
        "ago": _ago(report.sent_at, now),
    }
    address = reverse("admin:reports_report_change", args=[report.pk])
    return Line(report.article, said, address, has_byline=False)


# Charts


def _charts(now, section_days):
    """Return both charts from one query, as wide as the longer of them needs."""
    days = section_days if section_days in SECTION_DAYS else DAYS
    since = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since -= timedelta(days=days - 1)
    rows = (
        Article.objects.live(now)
        .filter(published_at__gte=since)
        .order_by()
        .values_list("published_at", "section__name")
    )
    published = list(rows)
    return {
        "per_day": charts.per_day(
            (moment for moment, _name in published), days=DAYS, now=now
        ),
        "per_section": charts.per_section((name for _at, name in published), days=days),
        "section_days": days,
        "section_day_choices": SECTION_DAYS,
    }
