"""What stands on every page of the site, as newspapers call it: the furniture."""

from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.db.models.functions import Now
from django.utils.functional import cached_property

from articles.models import Section
from articles.paths import quoted
from articles.templatetags.articles import web_address
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
    def _rows(self):
        note("furniture")
        return _statement(connection.vendor).fetch()

    @cached_property
    def publication(self):
        """The site's own record; a site without one is called Newsroom."""
        rows = self._rows["publication"]
        return Publication(**rows[0]) if rows else Publication()

    @cached_property
    def header(self):
        """The header menu, as a list of MenuLink."""
        return self._menu(MenuItem.Menu.HEADER)

    @cached_property
    def footer(self):
        """The footer menu, as a list of MenuLink."""
        return self._menu(MenuItem.Menu.FOOTER)

    def _menu(self, menu):
        links = [MenuLink.of(row) for row in self._rows["menus"] if row["menu"] == menu]
        return [link for link in links if link.address]

    @cached_property
    def blocks(self):
        return BlocksOfSite(self._rows)


@cache
def _statement(vendor):
    """Compile the query once: it is the same at every moment, and for every page."""
    return Together(
        {
            "publication": Publication.objects.filter(pk=1).values(
                *("pk", "name", "tagline", "description", "language"),
                *("copyright", "contact_email"),
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
