"""What stands on every page of the site, as newspapers call it: the furniture."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import get_language

from articles.markup import web_address
from articles.models import Section
from articles.paths import quoted
from articles.together import Together
from authors.shown import note
from newsroom.blocks.placing import BlocksOfSite, block_querysets
from newsroom.models import MenuItem, Publication


@dataclass(frozen=True)
class MenuLink:
    """A line of a menu as readers get it."""

    label: str
    address: str
    language: str = ""  # of the label, where it is not the site's
    section: int | None = None  # the key of the section it leads to

    @classmethod
    def of(cls, row):
        """Return the link of a row of MenuItem.values(), see `_statement`."""
        if row["section_id"]:
            section = Section(name=row["section__name"], slug=row["section__slug"])
            address = section.get_absolute_url()
            return cls(row["label"] or section.name, address, section=row["section_id"])
        if row["page__path"]:
            if row["label"]:
                return cls(row["label"], quoted(row["page__path"]))
            return cls(
                row["page__title"], quoted(row["page__path"]), row["page__language"]
            )
        return cls(row["label"], web_address(row["address"]))


class Furniture:
    """The publication, its menus and its blocks: one query, at the first question.

    Pages that ask nothing, as the admin's, pay nothing.
    """

    @cached_property
    def _parts(self):
        note("furniture")
        statement = _statement(connection.vendor)
        return _made_of(statement, statement.ask(), get_language())

    @property
    def publication(self):
        """The site's own record; a site without one is called Newsroom."""
        return self._parts.publication

    @property
    def header(self):
        """The header menu, as a list of MenuLink."""
        return self._parts.menus[MenuItem.Menu.HEADER]

    @property
    def footer(self):
        """The footer menu, as a list of MenuLink."""
        return self._parts.menus[MenuItem.Menu.FOOTER]

    @property
    def blocks(self):
        return self._parts.blocks


class _Parts(NamedTuple):
    publication: Publication
    menus: dict
    blocks: BlocksOfSite


# Page after page gets the same answers of the database; nothing else keeps them true.
@lru_cache(maxsize=8)
def _made_of(statement, answers, language):
    """Return the _Parts in a statement's answers. Nobody changes what they share."""
    rows = statement.read(answers)
    publications = rows["publication"]
    links = {menu: [] for menu in MenuItem.Menu}
    for row in rows["menus"]:
        if (link := MenuLink.of(row)).address:
            links[row["menu"]].append(link)
    return _Parts(
        Publication(**publications[0]) if publications else Publication(),
        links,
        BlocksOfSite(rows),
    )


@cache
def _statement(vendor):
    """Compile the query once: it is the same at every moment, and for every page."""
    return Together(
        {
            "publication": Publication.objects.filter(pk=1).values(
                *("pk", "name", "tagline", "description", "language"),
                *("copyright", "contact_email", "hub", "feed_authority", "logo"),
            ),
            "menus": MenuItem.objects.live()
            .order_by("position", "pk")
            .values(
                *("menu", "label", "address"),
                *("section_id", "section__name", "section__slug"),
                *("page__path", "page__title", "page__language"),
            ),
            **block_querysets(Now()),
        }
    )
