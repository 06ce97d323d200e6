"""What a reader hands over: one story as the page printed it, nothing matched yet."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

BROKEN = frozenset(
    {
        "binary",
        "damaged",
        "empty",
        "no-text",
        "outside",
        "missing",
        "own-export",
        "too-deep",
        "too-large",
        "unparsable",
        "unreadable",
    }
)

LONGEST_HEADLINES = {"article": 300, "page": 200}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the reader could not understand, or understood with doubt.

    ``reason`` is one sentence for the operator. ``line`` counts from one and is
    None where no line is to blame.
    """

    file: str
    kind: str
    reason: str
    line: int | None = None
    sample: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether this kept the whole file from becoming a story."""
        return self.kind in BROKEN

    def __str__(self):
        place = f"{self.file}, line {self.line}" if self.line else self.file
        sample = f" [{self.sample[:80]}]" if self.sample else ""
        return f"{place}: {self.reason}{sample}"


class PageError(Exception):
    """A page that cannot become a story, with a kind and a sentence to say why."""

    def __init__(self, kind: str, reason: str, line: int | None = None):
        super().__init__(reason)
        self.kind = kind
        self.line = line


@dataclass(frozen=True, slots=True)
class Credit:
    """One name of a byline.

    ``name`` is fit for an author's record (no capitals for their own sake),
    ``printed`` is what the page shows, ``role`` is empty for the writer.
    """

    name: str
    role: str = ""
    printed: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A moment as exactly as the page gives it.

    ``moment`` is a datetime (naive where the page names no zone) when the page
    prints a time, else a date. ``precision`` is moment, day, month or year; a
    missing day or month is the first.
    """

    moment: datetime | date
    precision: str = "day"
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class LinkNote:
    """A book, show or site out of an author's closing box.

    ``kind`` is website, blog, book, show, social or other. ``publisher`` is the
    station for a show and the network for a social account.
    """

    kind: str
    title: str = ""
    role: str = ""
    publisher: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class AuthorBox:
    """What a closing box says about one author.

    ``bio`` holds every sentence that the other fields do not wholly express, so
    that nothing of the box is lost. ``text`` is the box as printed.
    """

    name: str
    lives_in: str = ""
    email: str = ""
    contact: str = ""
    bio: str = ""
    links: tuple[LinkNote, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChromeLine:
    """A line that belonged to the old site, not to the story.

    ``kind`` is back, advertise, share, or other (menus, notices, end marks).
    """

    kind: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class PictureNote:
    """A picture as the page names it. Nothing is opened or fetched here.

    ``path`` is set only for a file the page keeps beside itself: its path
    relative to the import folder. The body holds a place for the picture as
    ``figure[data-picture="import-N"]``, N being its position in the story's
    pictures; a lead picture has none. ``src`` is its address where it was
    published, absolute where the source gives it so.
    """

    src: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    path: str = ""
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """An author's record out of an export, told before the first of their stories.

    Stories name them by ``name`` (Credit.name). ``email`` is a login's and is never
    shown to readers. ``key`` is what the source calls them, for its own use.
    """

    name: str
    key: str = ""
    slug: str = ""
    email: str = ""
    bio: str = ""  # plain text
    lives_in: str = ""
    photo: PictureNote | None = None
    root: Path | None = None  # the import folder, where the photo may lie
    links: tuple[LinkNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A section or a tag out of an export, told before the first of its stories.

    ``parent`` is the name of the section it stands under; sections have one level,
    deeper ones are put under the one at the top.
    """

    kind: str  # "section" or "tag"
    name: str
    slug: str = ""
    description: str = ""  # plain text
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """An address that leads elsewhere, as the source itself had it.

    ``new`` is a path of the same site or a web address; "" where it is gone for good.
    """

    old: str
    new: str
    is_permanent: bool = True


@dataclass(slots=True)
class Story:
    """A page read, in the words of the newsroom.

    ``confidence`` runs from 0 to 1: how much of the page's shape was found
    where it was expected. ``address`` is the path, with its query where it has one,
    byte for byte as it stood in links; ``other_addresses`` led to it as well, and
    become redirects. ``base_url`` is its absolute address, against which links in
    the body are understood.
    """

    source_id: str
    source_system: str = "pages"
    kind: str = "article"  # or "page": a simple page
    status: str = ""  # as the source says: published, draft, review; "" says nothing
    address: str = ""
    other_addresses: list[str] = field(default_factory=list)
    base_url: str = ""
    canonical_url: str = ""
    headline: str = ""
    standfirst: str = ""
    byline_text: str = ""
    credits: list[Credit] = field(default_factory=list)
    published: When | None = None
    updated: When | None = None
    language: str = ""
    direction: str = "ltr"
    body_html: str = ""
    tags: list[str] = field(default_factory=list)
    section_name: str = ""
    # Of an export that names its sections itself: they are made where there are none.
    section_path: tuple[str, ...] = ()  # from the top: ("News", "Harbour")
    front_headline: str = ""
    seo_title: str = ""
    seo_description: str = ""
    first_published_in: str = ""
    is_no_index: bool = False
    series_name: str = ""
    comments: int = 0  # so many were left behind
    pictures: list[PictureNote] = field(default_factory=list)
    boxes: list[AuthorBox] = field(default_factory=list)
    chrome: list[ChromeLine] = field(default_factory=list)
    source: bytes = b""
    source_digest: str = ""  # once it was asked for (values.digest_of)
    root: Path | None = None  # the import folder, where its pictures may lie
    file_date: datetime | None = None  # when the file was last written, aware
    source_kind: str = "text"
    encoding: str = "utf-8"
    problems: list[Problem] = field(default_factory=list)
    confidence: float = 1.0
    # Addresses of pictures and documents that were nowhere, for a later run.
    missing: list[str] = field(default_factory=list)
    # Of a reader that tells copies by their text: what it goes by.
    text_keys: list[str] = field(default_factory=list)
    # Set where the source says whether it changed before all of it is read: returns
    # the whole Story, or the Problem with it, and can be sent to another process.
    unread: Callable | None = None
    line: int | None = None  # of an export: where it begins there

    def note(self, kind: str, reason: str, line: int | None = None, sample: str = ""):
        """Put a doubt on record, under this story's own file."""
        line = line or self.line
        self.problems.append(Problem(self.source_id, kind, reason, line, sample))

    def cut_headline(self, line: int | None = None):
        """Leave of a headline what the desk can hold."""
        longest = LONGEST_HEADLINES[self.kind]
        if len(self.headline) <= longest:
            return
        sample = self.headline
        self.headline = self.headline[: longest - 1].rstrip() + "…"
        reason = f"The headline was longer than {longest} characters and cut."
        self.note("long-headline", reason, line, sample)


def without_zeros(record):
    """Return a record, or a part of one, without the zeros that its texts hold.

    No text of a database holds one, and no reader sees it.
    """
    if isinstance(record, str):
        return record.replace("\x00", "") if "\x00" in record else record
    if isinstance(record, list | tuple):
        clean = [without_zeros(part) for part in record]
        is_same = all(a is b for a, b in zip(clean, record, strict=True))
        return record if is_same else type(record)(clean)
    changed = {}
    for name in _names(type(record)):
        value = getattr(record, name)
        if (clean := without_zeros(value)) is not value:
            changed[name] = clean
    return replace(record, **changed) if changed else record


@cache
def _names(kind):
    return [its.name for its in fields(kind)] if is_dataclass(kind) else []
