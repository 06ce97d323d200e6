"""What stands on the home page."""

from functools import cache, lru_cache

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import reads
from articles.fetching import SECTION, row_of
from articles.lists import cards
from articles.models import Article, Section
from articles.together import Given, Together
from authors.shown import note
from newsroom.models import MenuItem

TITLES = {
    reads.DAY: _("In the last 24 hours"),
    reads.WEEK: _("In the last seven days"),
    reads.MONTH: _("In the last 30 days"),
}
# The lead story, three beside it, six as headlines.
TOP = 10
PER_SECTION = 4


def front_page():
    """Return the newest stories and, under each section of the header, its own.

    Three queries however many sections: a story above is not repeated below. One more
    for what is read most, where a list is kept; three to six where few or none are.
    """
    window, most_read = reads.most_read_now()
    bands = _bands()
    keys, newest = _newest(bands)
    articles = cards([*keys, *(pk for pks in newest for pk in pks)])
    top = [articles[pk] for pk in keys if pk in articles]
    below = [[articles[pk] for pk in pks if pk in articles] for pks in newest]
    return {
        "lead": next(iter(top), None),
        "top": top[1:4],
        "latest": top[4:],
        "sections": [
            (section, stories)
            for section, stories in zip(bands, below, strict=True)
            if stories
        ],
        "most_read": most_read,
        "window": TITLES[window],
    }


@cache
def _header(vendor):
    order = ("menu_items__position", "menu_items__pk")
    sections = Section.objects.filter(menu_items__menu=MenuItem.Menu.HEADER)
    children = Section.objects.filter(parent__in=sections.order_by().values("pk"))
    return Together(
        {
            "sections": sections.order_by(*order).values(*SECTION),
            "children": children.order_by().values("id", "parent_id"),
        }
    )


def _bands():
    """Return {section of the header menu: its key and those under it}, in its order.

    Not one that stands under another of them, which shows its stories.
    """
    rows = _header(connection.vendor).fetch()
    keys = {row["id"] for row in rows["sections"]}
    bands = {}
    for row in rows["sections"]:
        if row["parent_id"] not in keys:
            section = row_of(Section, SECTION, row)
            children = [
                c["id"] for c in rows["children"] if c["parent_id"] == row["id"]
            ]
            bands[section] = (section.pk, *children)
    members = [pk for family in bands.values() for pk in family]
    note(*(key for pk in members for key in (f"section-{pk}-card", f"in-section-{pk}")))
    return bands


@lru_cache(maxsize=8)
def _stories(vendor, members):
    """Ask each of these sections by itself, without joining.

    So the database reads a few rows of an index instead of sorting whole sections.
    """
    now = Given("now", models.DateTimeField())
    newest = Article.objects.live(now).newest_first().values("published_at", "pk")
    sections = {
        member: newest.filter(section=member)[: TOP + PER_SECTION] for member in members
    }
    return Together({"top": newest[:TOP], **sections})


def _newest(bands):
    """Return the keys of the newest live stories, and of each band's others: a list."""
    note("latest")
    members = tuple(pk for family in bands.values() for pk in family)
    rows = _stories(connection.vendor, members).fetch(now=timezone.now())
    top = [row["pk"] for row in rows["top"]]
    newest = []
    for family in bands.values():
        found = [
            (row["published_at"], row["pk"])
            for member in family
            for row in rows[member]
            if row["pk"] not in top
        ]
        newest.append([pk for _at, pk in sorted(found, reverse=True)[:PER_SECTION]])
    return top, newest
