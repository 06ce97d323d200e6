"""Finding the author, tag or section that a page means by a name.

The directories read the database once, at the start of a run.
"""

from articles.importers.bylines import name_key
from articles.models import Section, Tag, TagSynonym
from authors.models import Author, AuthorAlias


class People:
    """The authors by every spelling of their names."""

    def __init__(self):
        self.authors = {}
        aliases = AuthorAlias.objects.select_related("author").order_by("-pk")
        for alias in aliases:
            self.authors[name_key(alias.name)] = alias.author
        # A name of one's own wins over another's alias, the older author over
        # the younger.
        for author in Author.objects.order_by("-pk"):
            self.authors[name_key(author.name)] = author

    def find(self, name):
        """Return the author of that name, or None."""
        return self.authors.get(name_key(name))

    def find_or_make(self, name):
        """Return the author of that name, made if there is none; never a login."""
        author = self.find(name)
        if author is None:
            author = Author.objects.create(name=name[:200])
            self.authors[name_key(name)] = author
        return author


class Subjects:
    """The tags by name and synonym, the sections by name and slug."""

    def __init__(self):
        synonyms = TagSynonym.objects.select_related("tag")
        self.tags = {synonym.name.casefold(): synonym.tag for synonym in synonyms}
        self.tags |= {tag.name.casefold(): tag for tag in Tag.objects.all()}
        sections = list(Section.objects.all())
        self.sections = {section.slug.casefold(): section for section in sections}
        self.sections |= {section.name.casefold(): section for section in sections}

    def tag(self, name):
        """Return the tag of that name, made if there is none."""
        name = name.strip()[:100]
        tag = self.tags.get(name.casefold())
        if tag is None:
            tag = self.tags[name.casefold()] = Tag.objects.create(name=name)
        return tag

    def section(self, name):
        """Return the section of that name or slug, or None."""
        return self.sections.get(name.strip().casefold())
