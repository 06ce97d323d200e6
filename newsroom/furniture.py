"""What stands on every page of the site, as newspapers call it: the furniture."""

from functools import cache

from django.db import connection
from django.db.models.functions import Now
from django.utils.functional import cached_property

from articles.models import Page, Section
from articles.together import Together
from newsroom.blocks.placing import BlocksOfSite, block_querysets
from newsroom.models import Publication


class Furniture:
    """The publication, its menus and its blocks: one query, at the first question.

    Pages that ask nothing, as the admin's, pay nothing.
    """

    @cached_property
    def _rows(self):
        return _statement(connection.vendor).fetch()

    @cached_property
    def publication(self):
        """The site's own record; a site without one is called Newsroom."""
        rows = self._rows["publication"]
        return Publication(**rows[0]) if rows else Publication()

    @cached_property
    def sections(self):
        return [Section(**row) for row in self._rows["sections"]]

    @cached_property
    def header_pages(self):
        return [Page(**row) for row in self._rows["pages"] if row["is_in_header"]]

    @cached_property
    def footer_pages(self):
        return [Page(**row) for row in self._rows["pages"] if row["is_in_footer"]]

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
            "sections": Section.objects.in_menu().values("pk", "name", "slug"),
            "pages": Page.objects.live().values(
                *("path", "title", "language", "is_in_header", "is_in_footer")
            ),
            **block_querysets(Now()),
        }
    )
