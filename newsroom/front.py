"""What stands on the home page."""

from itertools import islice

from django.utils.translation import gettext_lazy as _

from articles import reads
from articles.lists import cards
from articles.models import Article, Section
from articles.together import Together
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

    Six queries however many sections: a story above is not repeated below. Two more
    for what is read most, where a list is kept; six where nothing is.
    """
    window, most_read = reads.most_read_now()
    keys = list(Article.objects.live().latest().values_list("pk", flat=True)[:TOP])
    sections = _bands()
    wanted = _newest_of(sections, without=keys)
    articles = cards(keys + [pk for pks in wanted.values() for pk in pks])
    top = [articles[pk] for pk in keys]
    return {
        "lead": next(iter(top), None),
        "top": top[1:4],
        "latest": top[4:],
        "sections": [
            (section, [articles[pk] for pk in wanted[section]])
            for section in sections
            if wanted[section]
        ],
        "most_read": most_read,
        "window": TITLES[window],
    }


def _bands():
    """Return the sections of the header menu, in its order.

    Not one that stands under another of them, which shows its stories.
    """
    sections = list(
        Section.objects.filter(menu_items__menu=MenuItem.Menu.HEADER)
        .order_by("menu_items__position", "menu_items__pk")
        .prefetch_related("children")
    )
    keys = {section.pk for section in sections}
    return [section for section in sections if section.parent_id not in keys]


def _newest_of(sections, without):
    """Return the ids of each section's newest live articles, with one query.

    Each of its children is asked by itself, so that the database reads a few
    rows of an index instead of sorting whole sections.
    """
    families = {section: [section, *section.children.all()] for section in sections}
    live = Article.objects.live().exclude(pk__in=without)
    rows = Together(
        {
            member.pk: live.filter(section=member)
            .newest_first()
            .values("published_at", "pk")[:PER_SECTION]
            for family in families.values()
            for member in family
        }
    ).fetch()
    note(*(f"in-section-{member}" for member in rows))
    return {
        section: [
            row["pk"]
            for row in islice(
                sorted(
                    (row for member in family for row in rows[member.pk]),
                    key=lambda row: (row["published_at"], row["pk"]),
                    reverse=True,
                ),
                PER_SECTION,
            )
        ]
        for section, family in families.items()
    }
