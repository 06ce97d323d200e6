"""The tables of tags and of sections, as CSV and Excel show them."""

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article, ArticleTag, Section, Tag, TagSynonym
from authors.table_plans import (
    CHUNK,
    Column,
    NameColumn,
    NumberColumn,
    SlugColumn,
    Table,
    WordsColumn,
)
from authors.tables import owners_of


class LiveArticlesColumn(Column):
    """How many articles readers find under the tag; never read back."""

    only_out = True
    counts = {}

    def text(self, row):
        return str(self.counts.get(row.pk, 0))


class TagTable(Table):
    model = Tag
    prefetch = ("synonyms",)

    def __init__(self):
        self.live = LiveArticlesColumn("live_articles", gettext_lazy("live articles"))
        self.columns = [
            NameColumn("name", gettext_lazy("name")),
            SlugColumn("slug", gettext_lazy("slug")),
            Column("description", gettext_lazy("description")),
            WordsColumn(
                "synonyms",
                gettext_lazy("synonyms"),
                needs=("articles.add_tagsynonym",),
            ),
            self.live,
        ]
        super().__init__()

    def prepare_export(self, may_change):
        live = ArticleTag.objects.filter(content_object__in=Article.objects.live())
        counted = live.order_by().values("tag").annotate(n=Count("pk"))
        self.live.counts = dict(counted.values_list("tag", "n"))

    def check(self, drafts):
        """Complain of names and synonyms that lead to another tag already.

        Letters small or large are the same tag (TAGGIT_CASE_INSENSITIVE).
        """
        new = [(d, name) for d in drafts for name in d.values.get("synonyms", ())]
        named = [(d, d.values["name"]) for d in drafts if "name" in d.values]
        every = [name for _draft, name in [*new, *named]]
        tags, synonyms = tags_named(every), owners_of(TagSynonym, "tag", every)
        for draft, name in named:
            self._check_name(draft, name.lower(), tags, synonyms)
        for draft, name in new:
            owner = synonyms.setdefault(name.lower(), draft.row)
            owner = owner if _other(owner, draft) else tags.get(name.lower())
            if _other(owner, draft):
                text = _("“%(name)s” leads to the tag “%(tag)s” already.")
                draft.complain(
                    gettext_lazy("synonyms"), text % {"name": name, "tag": owner.name}
                )

    def _check_name(self, draft, lower, tags, synonyms):
        if _other(tags.setdefault(lower, draft.row), draft):
            text = _("There is a tag of this name already, with the slug “%(slug)s”.")
            draft.complain(
                gettext_lazy("name"),
                text % {"slug": tags[lower].slug or _("of another row")},
            )
        elif _other(synonyms.get(lower), draft):
            text = _("This is a synonym of the tag “%(tag)s”.")
            draft.complain(gettext_lazy("name"), text % {"tag": synonyms[lower].name})


def _other(row, draft):
    return row is not None and row is not draft.row and row != draft.row


def tags_named(names):
    """Return {lower-case name: tag} for those that exist."""
    tags = {}
    lowers = sorted({name.lower() for name in names})
    for start in range(0, len(lowers), CHUNK):
        for tag in Tag.objects.alias(lower=Lower("name")).filter(
            lower__in=lowers[start : start + CHUNK]
        ):
            tags[tag.name.lower()] = tag
    return tags


class ParentColumn(Column):
    """The section above, by its slug; its name will do where it is the only one."""

    def as_text(self, value):
        return (
            value.slug if isinstance(value, Section) else super().as_text(value or "")
        )

    def read(self, cell, draft):
        return cell

    def text_after(self, draft, value):
        # Not known before all rows are: SectionTable.check fills in the section.
        return value


class SectionTable(Table):
    model = Section
    prefetch = ("parent",)

    def __init__(self):
        self.columns = [
            NameColumn("name", gettext_lazy("name")),
            SlugColumn("slug", gettext_lazy("slug")),
            ParentColumn("parent", gettext_lazy("parent")),
            Column("description", gettext_lazy("description")),
            NumberColumn("position", gettext_lazy("position")),
            Column("back_label", gettext_lazy("back label")),
        ]
        super().__init__()

    def saving_order(self, drafts):
        """Sections at the top first: those below point to them."""
        return sorted(drafts, key=lambda draft: "parent" in draft.values)

    def check(self, drafts):
        family = Family(drafts)
        for draft in drafts:
            if "parent" not in draft.values:
                continue
            try:
                self._place(draft, family.find(draft))
            except ValidationError as error:
                draft.complain(gettext_lazy("parent"), " ".join(error.messages))
                del draft.values["parent"]
        family.move(drafts)
        for draft in drafts:
            if sentence := family.wrong(draft):
                draft.complain(gettext_lazy("parent"), sentence)

    def _place(self, draft, parent):
        """Put the section found in the place of the word that named it."""
        (change,) = [c for c in draft.changes if c.column.name == "parent"]
        if parent.pk and parent.pk == draft.row.parent_id:
            draft.changes.remove(change)
            del draft.values["parent"]
        else:
            draft.values["parent"] = parent
            change.after = parent.slug or change.after


class Family:
    """Every section, stored or new, and the one above it after the import."""

    def __init__(self, drafts):
        rows = {section.pk: section for section in Section.objects.all()}
        rows |= {draft.row.pk: draft.row for draft in drafts if draft.row.pk}
        self.new = {id(draft.row) for draft in drafts if draft.is_new}
        self.by_slug = {section.slug: section for section in rows.values()}
        self.by_name = {}
        self.above = {
            id(section): rows.get(section.parent_id) for section in rows.values()
        }
        for draft in drafts:
            if draft.is_new:
                self.by_slug.setdefault(draft.cells.get("slug"), draft.row)
                rows[id(draft.row), "new"] = draft.row
        names = {id(d.row): d.values["name"] for d in drafts if "name" in d.values}
        for section in rows.values():
            name = names.get(id(section), section.name)
            self.by_name.setdefault(name, []).append(section)

    def find(self, draft):
        """Return the section a draft names; raises ValidationError."""
        word = draft.values["parent"]
        if word in self.by_slug:
            return self.by_slug[word]
        found = self.by_name.get(word, [])
        if not found:
            raise ValidationError(
                _("There is no section “%(word)s”."), params={"word": word}
            )
        if len(found) > 1:
            raise ValidationError(
                _("Several sections are called “%(word)s”: say which by its slug."),
                params={"word": word},
            )
        return found[0]

    def move(self, drafts):
        for draft in drafts:
            if "parent" in draft.values:
                self.above[id(draft.row)] = draft.values["parent"]

    def wrong(self, draft):
        """Return what is wrong with where the draft's section would stand."""
        if "parent" not in draft.values:
            return None
        parent, row = draft.values["parent"], draft.row
        higher = self.above.get(id(parent))
        if parent is row or higher is row:
            return _("A section cannot stand in itself.")
        if higher is not None:
            return _("Sections have one level: choose a section at the top.")
        if any(above is row for above in self.above.values()):
            return _("This section has sections of its own; move them first.")
        return None
