"""Which files an import reads, in which order, and under which name."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .story import Problem

# A page saved by wget carries its query in its name: story.php?id=7, also
# written story.php@id=7. A name without an ending, or with a number for one, is
# judged by its content.
PAGE_NAME = re.compile(
    r"(?:^[^.]+|\.\d+|\.(?:txt|text|x?html?|xht|shtml?|aspx?|php\d?|jsp|cfm|cgi)"
    r"(?:[?@&%].*)?)$",
    re.IGNORECASE,
)
EXPORT_NAME = re.compile(r"\.(?:xml|atom|rss)$", re.IGNORECASE)
# The day of an export in its name, the number of its part, and a browser's of a copy.
DAY_IN_NAME = re.compile(
    r"[-._ ]?(?<!\d)(?:\d{4}-\d{2}-\d{2}(?:[-T_]\d{2}(?:[-:]?\d{2}){1,2})?"
    r"|\d{2}-\d{2}-\d{4})(?!\d)|[._]0\d\d$| ?\(\d{1,3}\)$"
)
MAX_BYTES = 16 * 1024 * 1024
HEAD = 65_536
# In a folder with more pages, or more files in XML, no export is looked for.
MOST_BESIDE = 2_000
BINARY_MARKS = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"\x7fELF",
    b"MZ\x90",
    b"Rar!",
    b"BZh",
    b"RIFF",
    b"\xd0\xcf\x11\xe0",
    b"SQLite format 3",
    b"II*\x00",
    b"OggS",
    b"ID3",
    b"\x00\x00\x01\x00",
)
# Tags that a text about HTML would rarely open a page with. A lone <p> or <b>
# in an article saved as text does not make it a web page.
MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|table|meta|div|article|center|pre)\b",
    re.IGNORECASE,
)
PARAGRAPH_TAG = re.compile(rb"<(?:p|br|h[1-6]|font|a\s+href)\b[^>]{0,200}>", re.I)


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file's bytes and its place.

    ``source_id`` is the path below the folder it was found in, with forward
    slashes, so that it stays the same on every machine and every run. A file
    named by itself is not ``is_in_folder``: its place on the old site is unknown.
    """

    path: Path
    root: Path
    source_id: str
    content: bytes
    is_in_folder: bool = False
    written_at: datetime | None = None

    @property
    def source_system(self) -> str:
        """The name of the folder the import was pointed at.

        Two folders with the same file names in them are two sources.
        """
        return self.root.name or "pages"


def walk(paths: Iterable[Path | str]) -> Iterator[PageFile | Problem]:
    """Yield the pages below the paths, sorted within each folder, one at a time.

    At most one file's bytes and one folder's names are held at once. Hidden
    files and what a browser saves beside a page (styles, scripts, pictures) are
    passed over in silence; a file named on the command line is always looked at.
    """
    for path in paths:
        found = resolved(path)
        if found is None:
            reason = "There is no such file or folder."
            yield Problem(printable(path), "missing", reason)
        elif found.is_dir():
            yield from _walk_folder(found, found)
        else:
            yield read_page(found, found.parent)


def is_file(path) -> bool:
    """Say whether a file is there; a name that is too long, or none, names nothing."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def resolved(path):
    """The path in full, None if nothing is there.

    An empty path is a variable that a shell left empty, not this very folder.
    """
    try:
        return Path(path).resolve(strict=True) if str(path) else None
    except (OSError, RuntimeError, ValueError):  # too long, a loop, a null byte
        return None


def count_pages(paths: Iterable[Path | str]) -> int:
    """Count, by name alone, the files that `walk` is going to look at."""
    count = 0
    for path in paths:
        found = resolved(path)
        if found is None or not found.is_dir():
            count += 1
            continue
        count += sum(bool(PAGE_NAME.search(name)) for _f, name in walk_names(found))
    return count


def walk_names(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (folder, name) of all files in order, but hidden ones and links."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and not os.path.islink(
                os.path.join(here, name)
            ):
                yield here, name


def exports_in(
    folder: Path, is_one: Callable[[bytes], bool], beside=True
) -> list[Path]:
    """Return a folder's files that are exports in XML; [] where it holds more pages.

    WordPress.com hands out a zip of parts, Google a tree with one page in it. With
    `beside` false, no page may lie there: sites have feeds among their pages.
    """
    found, pages, looked = [], 0, 0
    for here, name in walk_names(folder):
        path = Path(here, name)
        if EXPORT_NAME.search(name):
            looked += 1
            found += [path] if is_one(head_of(path)) else []
        else:
            pages += bool(PAGE_NAME.search(name))
        if max(pages, looked) > MOST_BESIDE:
            return []
    return found if pages <= (len(found) if beside else 0) else []


def head_of(path: Path) -> bytes:
    """Return a file's first bytes, none of what cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def source_name(path: Path) -> str:
    """Return what a file's or a folder's stories are known by, without its day.

    Exports are called after the day on which they were made; the next one of the same
    site has to find its stories again.
    """
    name = path.name if path.is_dir() else path.stem
    return DAY_IN_NAME.sub("", name).strip(" .-_") or name


def _walk_folder(folder, root):
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield Problem(
            _name(folder, root),
            "unreadable",
            f"The folder cannot be opened: {error.strerror}.",
        )
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_symlink() and not _stays_inside(path, root):
            reason = "The link leads outside the import folder and was not followed."
            yield Problem(_name(path, root), "outside", reason)
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk_folder(path, root)
        elif entry.is_dir():
            continue  # A link to a folder inside: its pages come by their own path.
        elif PAGE_NAME.search(entry.name):
            yield read_page(path, root, is_in_folder=True)


def _stays_inside(path, root):
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def read_page(path, root, is_in_folder=False) -> PageFile | Problem:
    """Return a file of a tree, or what is wrong with it."""
    name = _name(path, root)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Problem(name, "unreadable", "This is not an ordinary file.")
        if status.st_size > MAX_BYTES:
            limit = MAX_BYTES // (1024 * 1024)
            return Problem(name, "too-large", f"The file is larger than {limit} MiB.")
        content = path.read_bytes()
    except OSError as error:
        return Problem(
            name, "unreadable", f"The file cannot be read: {error.strerror}."
        )
    if not content.strip(b"\x00 \t\r\n\f\xef\xbb\xbf"):
        return Problem(name, "empty", "The file is empty.")
    if is_binary(content):
        return Problem(name, "binary", "The file is not text.")
    written_at = datetime.fromtimestamp(max(status.st_mtime, 0), UTC)
    return PageFile(path, root, name, content, is_in_folder, written_at)


def _name(path, root):
    return printable(path.relative_to(root).as_posix())


def printable(name):
    # A file name that is not UTF-8 reaches Python as lone surrogates, which no
    # database stores.
    return str(name).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def is_binary(content: bytes) -> bool:
    """Whether the bytes are a picture, an archive or the like, not text.

    UTF-16 is full of zeros and still text, so zeros count only where they keep
    no rhythm.
    """
    if content.startswith(BINARY_MARKS):
        return True
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    sample = content[:4096]
    controls = sum(sample.count(byte) for byte in b"\x01\x02\x03\x04\x05\x06\x0e\x0f")
    if controls > len(sample) // 50:
        return True
    zeros = sample.count(0)
    if zeros <= len(sample) // 50:
        return False
    even = sample[0::2].count(0)
    return min(even, zeros - even) > zeros // 5


def is_markup(content: bytes) -> bool:
    """Whether the bytes are a web page, judged by what is in them.

    A page of text may be called .html and the other way round.
    """
    sample = content[:65536]
    if sample.count(0) > len(sample) // 5:
        sample = sample.replace(b"\x00", b"")
    if MARKUP.search(sample[:8192].lstrip()):
        return True
    return len(PARAGRAPH_TAG.findall(sample)) >= 3
