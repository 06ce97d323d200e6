"""What stands on the home page."""

from itertools import islice

from articles.models import Article, Section
from articles.together import Together
from authors.shown import note

# The lead story, three beside it, six as headlines.
TOP = 10
PER_SECTION = 4


def front_page():
    """Return the newest stories and, under every section of the menu, its own.

    Six queries however many sections: a story above is not repeated below.
    """
    top = list(Article.objects.live().latest().for_cards()[:TOP])
    sections = list(Section.objects.in_menu().prefetch_related("children"))
    wanted = _newest_of(sections, without=top)
    articles = Article.objects.for_cards().in_bulk(
        [pk for pks in wanted.values() for pk in pks]
    )
    return {
        "lead": next(iter(top), None),
        "top": top[1:4],
        "latest": top[4:],
        "sections": [
            (section, [articles[pk] for pk in wanted[section]])
            for section in sections
            if wanted[section]
        ],
    }


def _newest_of(sections, without):
    """Return the ids of each section's newest live articles, with one query.

    Each of its children is asked by itself, so that the database reads a few
    rows of an index instead of sorting whole sections.
    """
    families = {section: [section, *section.children.all()] for section in sections}
    live = Article.objects.live().exclude(pk__in=[article.pk for article in without])
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
