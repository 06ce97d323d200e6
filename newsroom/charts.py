"""Charts as SVG, drawn by the server: they need no script, print, and go in mails.

Everything is an attribute of SVG or a class: the desk's policy forbids styles in
the markup. Colours come from the stylesheet, so that dark mode has its own.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# In units of the drawing, which is as wide as a phone: text keeps its size there.
WIDTH = 400
COLUMNS_HEIGHT, FOOT, HEAD = 150, 22, 18
ROW_HEIGHT, LABEL_WIDTH, NUMBER_WIDTH = 24, 132, 40
SECTIONS = 12


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    x: float
    y: float
    width: float
    height: float
    # What is written at it: shortened, and of columns not at every one.
    tick: str = ""
    anchor: str = "middle"  # at the edges, words must not stand half outside

    @property
    def middle(self):
        """Return where a tick is written: the column's edge or its middle."""
        shift = {"start": 0, "middle": self.width / 2, "end": self.width}
        return round(self.x + shift[self.anchor], 1)

    @property
    def end(self):
        return round(self.x + self.width + 6, 1)


@dataclass(frozen=True)
class Chart:
    name: str  # unique in its page: the title's id is made of it
    title: str
    summary: str
    label_head: str
    bars: list[Bar]
    width: int
    height: int
    is_columns: bool
    highest: int

    @property
    def baseline(self):
        return self.height - FOOT


def columns(name, title, summary, label_head, values):
    """Return a chart of upright bars of [(label, value, tick), …], left to right."""
    highest = max((value for _label, value, _tick in values), default=0)
    room = COLUMNS_HEIGHT - FOOT - HEAD
    step = WIDTH / max(len(values), 1)
    bars = []
    for number, (label, value, tick) in enumerate(values):
        height = round(room * value / highest, 1) if highest else 0
        bars.append(
            Bar(
                label=label,
                value=value,
                tick=tick,
                x=round(number * step + step * 0.1, 1),
                y=round(COLUMNS_HEIGHT - FOOT - height, 1),
                width=round(step * 0.8, 1),
                height=height,
                anchor="end" if number == len(values) - 1 else "middle",
            )
        )
    return Chart(
        name, title, summary, label_head, bars, WIDTH, COLUMNS_HEIGHT, True, highest
    )


def rows(name, title, summary, label_head, values):
    """Return a chart of lying bars of [(label, value), …], from the top down."""
    highest = max((value for _label, value in values), default=0)
    room = WIDTH - LABEL_WIDTH - NUMBER_WIDTH
    bars = [
        Bar(
            label=label,
            value=value,
            tick=label if len(label) <= 19 else f"{label[:18]}…",
            x=LABEL_WIDTH,
            y=number * ROW_HEIGHT + 4,
            width=round(room * value / highest, 1) if highest else 0,
            height=ROW_HEIGHT - 8,
        )
        for number, (label, value) in enumerate(values)
    ]
    height = max(len(values), 1) * ROW_HEIGHT
    return Chart(name, title, summary, label_head, bars, WIDTH, height, False, highest)


def per_day(moments, *, days, now):
    """Return the chart of how many articles came out on each of the last days."""
    today = timezone.localdate(now)
    counts = {today - timedelta(days=ago): 0 for ago in reversed(range(days))}
    for moment in moments:
        day = timezone.localdate(moment)
        if day in counts:
            counts[day] += 1
    total = sum(counts.values())
    # A tick each week, ending today.
    values = [
        (
            date_format(day, "j F Y"),
            count,
            date_format(day, "j M") if (today - day).days % 7 == 0 else "",
        )
        for day, count in counts.items()
    ]
    summary = ngettext(
        "%(count)d article in %(days)d days; at most %(highest)d on one day.",
        "%(count)d articles in %(days)d days; at most %(highest)d on one day.",
        total,
    ) % {"count": total, "days": days, "highest": max(counts.values())}
    return columns("per-day", _("Articles per day"), summary, _("Day"), values)


def per_section(names, *, days):
    """Return the chart of articles per section; `names` has one for each article.

    None and "" stand for no section. What is smaller than the twelfth is "other".
    """
    counts = {}
    for name in names:
        counts[name or ""] = counts.get(name or "", 0) + 1
    none = counts.pop("", 0)
    values = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(values) > SECTIONS:
        others = sum(count for _name, count in values[SECTIONS:])
        values = [*values[:SECTIONS], (_("other"), others)]
    if none:
        values.append((_("no section"), none))
    total = sum(count for _name, count in values)
    summary = ngettext(
        "%(count)d article in %(days)d days.",
        "%(count)d articles in %(days)d days.",
        total,
    ) % {"count": total, "days": days}
    return rows("per-section", _("Articles per section"), summary, _("Section"), values)
