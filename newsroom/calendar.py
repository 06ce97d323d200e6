"""The calendar: what is planned, scheduled and published, a month at a time.

Moving something to another day is a small form beside it; dragging fills that form
in and sends it (static/admin_desk/calendar.js). The answer is a sentence.
"""

import calendar
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import get_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from articles.models import Article, Section
from authors.moments import FIRST_YEAR, LAST_YEAR, in_utc
from newsroom.moving import MOVES, CannotMove, move_entry

Status = Article.Status
KINDS = {
    "plan": gettext_lazy("Planned"),
    "begin": gettext_lazy("Scheduled"),
    "change": gettext_lazy("Changes scheduled"),
    "end": gettext_lazy("Ends"),
    "out": gettext_lazy("Published"),
}
# A day names so many; the rest of it has a page of its own.
NAMED = 6
# More than these a month does not show: a page of 2,000 is no calendar any more.
MOST = 1500
READ = (
    *("headline", "path", "status", "published_at", "expires_at", "planned_for"),
    *("changes_due_at", "copy_of", "section", "has_unpublished_changes"),
)


def urls(site):
    return [
        path("calendar/", site.admin_view(partial(month, site=site)), name="calendar"),
        path("calendar/move/", site.admin_view(move), name="calendar_move"),
    ]


@dataclass(frozen=True)
class Entry:
    """Something that happens to an article on a day."""

    kind: str
    article: Article
    day: date
    moment: datetime | None  # None for a plan, which is a day only
    is_own: bool
    may_move: bool

    @property
    def label(self):
        return KINDS[self.kind]

    @property
    def key(self):
        """Return the key of the live row, whose form the desk opens."""
        return self.article.copy_of_id or self.article.pk

    @property
    def anchor(self):
        return f"{self.kind}-{self.key}"

    @property
    def address(self):
        if self.is_own:
            return reverse("admin:articles_article_change", args=[self.key])
        return self.article.get_absolute_url()


@dataclass(frozen=True)
class Day:
    date: date
    is_today: bool
    is_in_month: bool
    entries: list[Entry]
    shows_all: bool

    @property
    def named(self):
        # One more needs no more room than the words "1 more".
        fits = self.shows_all or len(self.entries) <= NAMED + 1
        return self.entries if fits else self.entries[:NAMED]

    @property
    def left_out(self):
        return len(self.entries) - len(self.named)


# Showing


@require_safe
def month(request, site):
    user = request.user
    if not user.has_perm("articles.view_article"):
        raise PermissionDenied
    now = timezone.now()
    today = timezone.localdate(now)
    first = asked_month(request.GET.get("month", ""), today)
    sections = list(Section.objects.select_related("parent"))
    section = asked_section(request.GET.get("section", ""), sections)
    weeks = weeks_of(first)
    entries = entries_between(user, weeks[0][0], weeks[-1][-1], now, section, sections)
    asked = parse_day(request.GET.get("day", ""))
    days = [
        Day(
            day,
            is_today=day == today,
            is_in_month=day.month == first.month,
            entries=entries[day],
            shows_all=day == asked,
        )
        for week in weeks
        for day in week
    ]
    context = {
        **site.each_context(request),
        "title": _("Calendar"),
        "month": first,
        "days": days,
        "weekdays": weeks[0],
        "sections": sections,
        "section": section,
        "kinds": KINDS,
        "previous": address_of(beside(first, -1), section),
        "next": address_of(beside(first, 1), section),
        "this_month": address_of(today, section),
        "here": address_of(first, section),
        "is_this_month": (first.year, first.month) == (today.year, today.month),
        "is_empty": not any(entries.values()),
    }
    return render(request, "admin/calendar.html", context)


def asked_month(typed, today):
    """Return the first day of the month asked for; of this one, where none was."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", typed)
    if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR and 1 <= int(found[2]) <= 12:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)


def asked_section(typed, sections):
    return next((section for section in sections if str(section.pk) == typed), None)


def beside(first, step):
    """Return the first day of the month before (-1) or after (1)."""
    return (first + timedelta(days=31 if step > 0 else -1)).replace(day=1)


def address_of(day, section, anchor=""):
    query = {"month": f"{day:%Y-%m}"}
    if section:
        query["section"] = section.pk
    address = f"{reverse('admin:calendar')}?{urlencode(query)}"
    return f"{address}#{anchor}" if anchor else address


def weeks_of(first):
    """Return the weeks that hold a month, each begun as the reader's language does."""
    # Django counts from Sunday, Python from Monday.
    begins = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    return calendar.Calendar(begins).monthdatescalendar(first.year, first.month)


def entries_between(user, first, last, now, section=None, sections=()):
    """Return {day: its entries, in order} for these days, both included."""
    rows = Article.objects.only(*READ).order_by()
    if section:
        under = [child for child in sections if child.parent_id == section.pk]
        rows = rows.filter(section__in=[section, *under])
    own = rows if sees_all(user) else rows.by_looking(user)
    begin, end = midnight(first), midnight(last + timedelta(days=1))
    may_plan = user.has_perm("articles.change_article")
    may_publish = user.has_perm("articles.publish_article")
    kinds = [
        (
            "plan",
            own.filter(
                status__in=[Status.DRAFT, Status.REVIEW, Status.WITHDRAWN],
                planned_for__range=(first, last),
            ),
            "planned_for",
            may_plan,
        ),
        (
            "begin",
            own.scheduled(now).filter(published_at__gte=begin, published_at__lt=end),
            "published_at",
            may_publish,
        ),
        (
            "change",
            own.filter(
                status=Status.WORKING,
                changes_due_at__gte=begin,
                changes_due_at__lt=end,
            ).exclude(copy_of__status=Status.TRASHED),
            "changes_due_at",
            may_publish,
        ),
        (
            "end",
            own.filter(
                status=Status.PUBLISHED, expires_at__gte=begin, expires_at__lt=end
            ),
            "expires_at",
            may_publish,
        ),
        (
            "out",
            # What has ended by now was live then: it stays in the past's calendar.
            rows.filter(
                status=Status.PUBLISHED,
                published_at__gte=begin,
                published_at__lt=min(end, now),
            ),
            "published_at",
            False,
        ),
    ]
    own_keys = set()
    if not sees_all(user):
        published = kinds[-1][1].by_looking(user).values_list("pk", flat=True)
        own_keys = set(published.order_by("-published_at")[:MOST])
    entries = defaultdict(list)
    for kind, articles, column, may_move in kinds:
        for article in articles.order_by(f"-{column}")[:MOST]:
            value = getattr(article, column)
            moment = value if isinstance(value, datetime) else None
            day = timezone.localdate(value) if moment else value
            is_own = kind != "out" or sees_all(user) or article.pk in own_keys
            if not is_own and not article.is_live(now):
                continue
            is_past = moment is not None and moment <= now
            entries[day].append(
                Entry(kind, article, day, moment, is_own, may_move and not is_past)
            )
    for of_day in entries.values():
        of_day.sort(key=_by_time)
    return entries


def _by_time(entry):
    # Plans first: they have no hour yet.
    return (entry.moment is not None, entry.moment or entry.day, entry.article.pk)


def sees_all(user):
    return user.has_perm("articles.edit_all_articles")


def midnight(day):
    """Return the moment at which a day begins in the newsroom's zone."""
    return in_utc(datetime.combine(day, time()))


# Moving


@require_POST
def move(request):
    """Move one entry to another day and say what happened; then show that month."""
    posted = request.POST
    was, day = parse_day(posted.get("was", "")), parse_day(posted.get("day", ""))
    kind = posted.get("kind", "")
    shown = was or timezone.localdate()
    if kind not in MOVES:
        raise Http404("There is no such kind of entry.")
    try:
        if day is None:
            raise CannotMove(_("Choose a day: nothing was moved."))
        article = find_article(request.user, posted.get("article", ""))
        told = move_entry(request.user, kind, article, was, day)
        messages.success(request, told)
        shown = day
    except CannotMove as reason:
        messages.error(request, str(reason))
    sections = list(Section.objects.all())
    section = asked_section(posted.get("section", ""), sections)
    anchor = f"{kind}-{posted.get('article', '')}"
    return HttpResponseRedirect(address_of(shown, section, anchor))


def parse_day(typed):
    try:
        day = parse_date(typed)
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def find_article(user, key):
    """Return a live row that this user may change; raises Http404 for any other."""
    if user.has_perm("articles.change_article") and re.fullmatch(r"\d{1,18}", key):
        article = Article.objects.for_desk(user).filter(pk=key).first()
        if article:
            return article
    raise Http404("There is no such article for you.")
