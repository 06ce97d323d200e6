"""The table of authors, as CSV and Excel show it."""

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from authors.models import Author, AuthorAlias, AuthorLink
from authors.table_plans import (
    CHUNK,
    Column,
    NameColumn,
    SlugColumn,
    Table,
    WordsColumn,
    YesNoColumn,
    join,
)

WEB = ("http://", "https://")


class EmailColumn(Column):
    """Whoever may only look gets the addresses that readers get, and no other."""

    shows_private = False

    def text(self, row):
        if self.shows_private or row.is_email_public:
            return super().text(row)
        return ""


class LinksColumn(Column):
    """One link a line: “book | title | role | publisher | address”.

    The cell is the whole list, in its order: a line that is taken out is a link
    taken out, and the preview shows it.
    """

    is_long = True

    def bind(self, model):
        pass

    def as_text(self, value):
        return value

    def text(self, row):
        return "\n".join(map(line_of, row.links.all())) if row.pk else ""

    def read(self, cell, draft):
        lines = [line for line in cell.split("\n") if line.strip()]
        return [_link_of(line, n) for n, line in enumerate(lines, start=1)]

    def text_after(self, draft, value):
        return "\n".join(map(line_of, value))

    def put(self, row, value):
        pass

    def save(self, row, value):
        kept = {}
        for link in row.links.all():
            kept.setdefault(line_of(link), []).append(link)
        for position, link in enumerate(value):
            same = kept.get(line_of(link))
            link = same.pop(0) if same else link
            link.author, link.position = row, position
            link.save()
        for links in kept.values():
            for link in links:
                link.delete()


def line_of(link) -> str:
    """Return the link as the line of a cell: `_link_of` reads it."""
    parts = [link.kind, link.title, link.role, link.publisher]
    parts = [" ".join(part.split()) for part in parts]
    url = link.url.strip()
    short = list(parts)
    while not short[-1]:
        short.pop()
    # The address may follow at once where it can be told from a title.
    if url.startswith(WEB):
        return join([*short, url], " | ")
    if url or short[-1].startswith(WEB):
        return join([*parts, url], " | ").rstrip()
    return join(short, " | ")


def _link_of(line, number):
    parts = _parts_of(line)
    if len(parts) == 1 and parts[0].startswith(WEB):
        parts.insert(0, AuthorLink.Kind.WEBSITE)
    url = parts.pop() if len(parts) == 5 or parts[-1].startswith(WEB) else ""
    if len(parts) > 4:
        raise ValidationError(
            _("Link %(number)s has more than five parts."), params={"number": number}
        )
    kind, title, role, publisher = [*parts, "", "", "", ""][:4]
    kind = _kind_of(kind, number)
    link = AuthorLink(kind=kind, title=title, role=role, publisher=publisher, url=url)
    try:
        link.clean_fields(exclude=["author"])
        # Said here: the constraint itself would ask the database for every link.
        if not (title or url):
            raise ValidationError(_("Give the link a title or an address."))
    except ValidationError as error:
        text = _("Link %(number)s: %(problem)s")
        raise ValidationError(
            text, params={"number": number, "problem": " ".join(error.messages)}
        ) from error
    return link


def _parts_of(line):
    """Return the parts, empty ones too: their place says what they are."""
    parts, escaped = [""], False
    for letter in line:
        if escaped or letter not in "\\|":
            parts[-1] += letter
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            parts.append("")
    return [" ".join(part.split()) for part in parts]


def _kind_of(word, number):
    for value, label in AuthorLink.Kind.choices:
        if word.casefold() in (value, str(label).casefold()):
            return value
    raise ValidationError(
        _(
            "Link %(number)s: “%(word)s” is no kind of link. Begin with one of these: "
            "%(kinds)s."
        ),
        params={
            "number": number,
            "word": word,
            "kinds": ", ".join(AuthorLink.Kind.values),
        },
    )


class AuthorTable(Table):
    model = Author
    prefetch = ("links", "aliases")

    def __init__(self):
        links = ("authors.add_authorlink", "authors.delete_authorlink")
        self.email = EmailColumn("email", gettext_lazy("e-mail"))
        self.columns = [
            NameColumn("name", gettext_lazy("name")),
            Column("sort_name", gettext_lazy("sort name"), for_editors=True),
            SlugColumn("slug", gettext_lazy("slug")),
            Column("tagline", gettext_lazy("tagline")),
            Column("bio", gettext_lazy("bio")),
            Column("lives_in", gettext_lazy("lives in")),
            self.email,
            YesNoColumn(
                "is_email_public", gettext_lazy("show e-mail"), for_editors=True
            ),
            Column("contact", gettext_lazy("contact"), for_editors=True),
            LinksColumn("links", gettext_lazy("links"), needs=links),
            WordsColumn(
                "aliases",
                gettext_lazy("other spellings"),
                needs=("authors.add_authoralias",),
                for_editors=True,
            ),
        ]
        # An import compares with what is stored, which only editors may do.
        self.email.shows_private = True
        super().__init__()

    def prepare_export(self, may_change):
        self.email.shows_private = may_change

    def check(self, drafts):
        """Complain of spellings, and of names, that belong to somebody else."""
        new = [(d, name) for d in drafts for name in d.values.get("aliases", ())]
        named = [(d, d.values["name"]) for d in drafts if "name" in d.values]
        owners = owners_of(AuthorAlias, "author", [n for _d, n in [*new, *named]])
        for draft, name in new:
            owner = owners.setdefault(name.lower(), draft.row)
            if owner is not draft.row and owner != draft.row:
                text = _("“%(name)s” is a spelling of %(owner)s already.")
                draft.complain(
                    gettext_lazy("other spellings"),
                    text % {"name": name, "owner": owner.name or _("another row")},
                )
        for draft, name in named:
            owner = owners.get(name.lower(), draft.row)
            if owner is not draft.row and owner != draft.row:
                text = _("This is another spelling of %(owner)s (slug “%(slug)s”).")
                draft.complain(
                    gettext_lazy("name"), text % {"owner": owner, "slug": owner.slug}
                )


def owners_of(model, foreign_key, names):
    """Return {lower-case name: the row it leads to} for those names that lead."""
    owners = {}
    lowers = sorted({name.lower() for name in names})
    for start in range(0, len(lowers), CHUNK):
        found = model.objects.alias(lower=Lower("name")).filter(
            lower__in=lowers[start : start + CHUNK]
        )
        for other in found.select_related(foreign_key):
            owners[other.name.lower()] = getattr(other, foreign_key)
    return owners
