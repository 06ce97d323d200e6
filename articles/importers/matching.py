"""Finding the author, tag or section that a page means by a name.

The directories read the database once, at the start of a run. What they make is told
to `made(model's name, row)`, so that the run can be undone.
"""

import re
from urllib.parse import unquote

from articles.importers.bylines import name_key
from articles.importers.crediting import add_links
from articles.models import Section, Series, Tag, TagSynonym
from authors.models import Author, AuthorAlias
from authors.shown import change
from authors.slugs import make_slug

# So many tags are made at once.
AT_ONCE = 500
# As Django's SlugField has it, with letters of every script.
SLUG = re.compile(r"[-\w]+")


def usable_slug(slug):
    """Return a source's slug, unescaped, or "" for what is none here."""
    slug = unquote(slug)
    return slug if len(slug) <= 100 and SLUG.fullmatch(slug) else ""


def _nobody(model, row):
    pass


class People:
    """The authors by every spelling of their names."""

    def __init__(self, made=_nobody):
        self.made, self.told = made, {}
        self.authors = {}
        aliases = AuthorAlias.objects.select_related("author").order_by("-pk")
        for alias in aliases:
            self.authors[name_key(alias.name)] = alias.author
        # A name of one's own wins over another's alias, the older author over
        # the younger.
        for author in Author.objects.order_by("-pk"):
            self.authors[name_key(author.name)] = author

    def tell(self, person):
        """Remember an export's record of an author, for when a story names them."""
        self.told[name_key(person.name)] = person

    def find(self, name):
        """Return the author of that name, or None."""
        return self.authors.get(name_key(name))

    def find_or_make(self, name):
        """Return the author of that name, made if there is none; never a login."""
        author = self.find(name)
        if author is None:
            person = self.told.get(name_key(name))
            author = self._make(person) if person else Author(name=name[:200])
            if author.pk is None:
                author.save()
            self.authors[name_key(name)] = author
            self.made("author", author)
        return author

    def _make(self, person):
        slug = usable_slug(person.slug)
        if not slug or Author.objects.filter(slug=slug).exists():
            slug = ""  # it gets its own
        author = Author.objects.create(
            name=person.name[:200],
            slug=slug,
            # A login's address: for the desk, not for readers.
            email=person.email[:254],
            bio=person.bio,
            lives_in=person.lives_in[:200],
        )
        add_links(author, person.links)
        return author


class Subjects:
    """The tags by name and synonym, the sections by name and slug, the series."""

    def __init__(self, made=_nobody):
        self.made, self.told = made, {}
        synonyms = TagSynonym.objects.select_related("tag")
        self.tags = {synonym.name.casefold(): synonym.tag for synonym in synonyms}
        self.tags |= {tag.name.casefold(): tag for tag in Tag.objects.all()}
        sections = list(Section.objects.all())
        self.sections = {section.slug.casefold(): section for section in sections}
        self.sections |= {section.name.casefold(): section for section in sections}
        self.under = {(s.parent_id, s.name.casefold()): s for s in sections}
        self.series_by_name = {s.name.casefold(): s for s in Series.objects.all()}

    def tell(self, term):
        """Remember an export's record of a section or tag, for when it is made."""
        self.told[term.kind, term.name.casefold()] = term

    def tag(self, name):
        """Return the tag of that name, made if there is none."""
        name = name.strip()[:100]
        tag = self.tags.get(name.casefold())
        if tag is None:
            tag = Tag(name=name)
            self._fill("tag", tag)
            self.tags[name.casefold()] = tag
        return tag

    def make_tags(self, names):
        """Make the tags of a batch that are not here, hundreds with two queries."""
        missing = {}
        for name in names:
            name = name.strip()[:100]
            if name and name.casefold() not in self.tags:
                missing.setdefault(name.casefold(), name)
        names = list(missing.values())
        for start in range(0, len(names), AT_ONCE):
            self._make_tags(names[start : start + AT_ONCE])

    def _make_tags(self, names):
        slugs = {n: self._told_slug("tag", n) or make_slug(n) for n in names}
        taken = Tag.objects.filter(slug__in=slugs.values()).order_by()
        taken, tags = set(taken.values_list("slug", flat=True)), []
        for name, slug in slugs.items():
            # One that is taken is given a number, by `tag`.
            if slug and slug not in taken:
                taken.add(slug)
                about = self._about("tag", name)
                tags.append(Tag(name=name, slug=slug, description=about))
        for tag in Tag.objects.bulk_create(tags):
            self.tags[tag.name.casefold()] = tag
            self.made("tag", tag)
        if tags:
            change("tags")

    def section(self, name):
        """Return the section of that name or slug, or None."""
        return self.sections.get(name.strip().casefold())

    def section_at(self, path):
        """Return the section at ("News", "Harbour"), made where there is none.

        Sections have one level: of a longer path the first and the last count.
        """
        names = [name.strip()[:100] for name in path if name.strip()]
        names = [names[0], names[-1]] if len(names) > 1 else names
        section = None
        for name in names:
            # Where an editor put the upper one under another, both stand there.
            above = (section.parent_id or section.pk) if section else None
            key = (above, name.casefold())
            found = self.under.get(key)
            if found is None and section is None:
                found = self.sections.get(name.casefold())
            if found is None:
                found = Section(name=name, parent_id=above)
                self._fill("section", found)
                self.under[key] = found
                self.sections.setdefault(name.casefold(), found)
            section = found
        return section

    def series(self, name):
        """Return the series of that name, made if there is none."""
        name = name.strip()[:200]
        series = self.series_by_name.get(name.casefold())
        if series is None:
            series = self.series_by_name[name.casefold()] = Series(name=name)
            series.save()
            self.made("series", series)
        return series

    def _told_slug(self, kind, name):
        term = self.told.get((kind, name.casefold()))
        return usable_slug(term.slug) if term else ""

    def _about(self, kind, name):
        term = self.told.get((kind, name.casefold()))
        return term.description if term else ""

    def _fill(self, kind, row):
        row.description = self._about(kind, row.name)
        slug = self._told_slug(kind, row.name)
        if slug and not type(row).objects.filter(slug=slug).exists():
            row.slug = slug
        row.save()
        self.made(kind, row)
