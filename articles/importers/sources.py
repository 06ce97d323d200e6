"""Which kind of source it is, told by what it holds, and its reader.

A reader is a module with `NAME`, `recognises(path, head)`, `count(path)` and
`read(path, asked)`: `path` is a file or a folder, `head` a file's first bytes, and
`read` yields Stories, and Persons, Terms and Moved ahead of the stories that need
them; a Problem where something cannot be read. Memory stays at one story.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from . import feeds, ghost, markdown_tree, newsletters, saved_pages, wxr
from .archives import ENDINGS, is_archive, unpack
from .files import head_of, resolved
from .rules import Rules
from .story import Moved, PageError, Person, Problem, Story, Term

# The most particular first. Saved pages take whatever no other wants.
READERS = (wxr, ghost, feeds, newsletters, markdown_tree, saved_pages)


@dataclass(frozen=True)
class Asked:
    """What the operator says of a source that it does not say itself."""

    source: str = ""  # what its stories' origins call it; else the folder's name
    site: str = ""  # its address: https://old.example/
    rules: Rules | None = None  # selectors for pages of one site
    # known({(system, identifier): bytes}) returns {(system, identifier): Known} of the
    # files that came with these bytes.
    known: Callable | None = None
    # Whether pictures may come from elsewhere than beside the pages.
    has_media: bool = False


@dataclass(frozen=True)
class Source:
    """One file or folder to import, recognised."""

    path: Path
    reader: ModuleType
    problems: tuple[Problem, ...] = ()

    def count(self) -> int | None:
        """Return about how many stories there are, None if that takes reading them."""
        return self.reader.count(self.path)

    def read(self, asked) -> Iterator[Story | Problem | Person | Term | Moved]:
        yield from self.problems
        try:
            yield from self.reader.read(self.path, asked)
        except PageError as error:
            yield Problem(self.path.name, error.kind, str(error), error.line)


class Sources:
    """The files and folders of one import; archives are unpacked for its time.

    Use it in a `with`: what was unpacked is gone at its end.
    """

    def __init__(self, paths, kind=""):
        self.paths, self.kind = paths, kind
        self.found: list[Source] = []
        self.problems: list[Problem] = []
        self.stack = ExitStack()

    def __enter__(self):
        for path in self.paths:
            self._open(path)
        return self

    def __exit__(self, *error):
        self.stack.close()

    def _open(self, given):
        path = resolved(given)
        if path is None:
            reason = "There is no such file or folder."
            self.problems.append(Problem(str(given)[:500], "missing", reason))
            return
        left_out = []
        name = path.name
        if is_archive(path):
            folder = Path(
                self.stack.enter_context(tempfile.TemporaryDirectory(prefix="import-"))
            )
            inner = folder / (name.partition(".")[0] or "archive")
            inner.mkdir()
            try:
                left_out = unpack(path, inner)
            except PageError as error:
                self.problems.append(Problem(name, error.kind, str(error)))
                return
            path = _only_folder(inner)
        elif path.is_file() and name.lower().endswith(ENDINGS):
            reason = "It is called an archive and is none, or a part of one."
            self.problems.append(Problem(name, "unreadable", reason))
            return
        problems = outside(name, left_out)
        if (path / "content.jsonl").is_file() and (path / "export.json").is_file():
            reason = "It is a newsroom's own export: manage.py import_site reads it."
            self.problems.append(Problem(name, "own-export", reason))
            return
        self.found.append(Source(path, recognise(path, self.kind), problems))

    def count(self):
        """Return about how many stories there are, None where nobody knows."""
        counts = [source.count() for source in self.found]
        return None if None in counts else sum(counts)

    def read(self, asked):
        yield from self.problems
        for source in self.found:
            yield from source.read(asked)


def outside(name, left_out):
    """Return the Problems of what was left out of an archive."""
    reason = "It is a link, or leads out of the archive; it was left out."
    return tuple(Problem(name, "outside", reason, sample=each) for each in left_out)


def recognise(path: Path, kind: str = "") -> ModuleType:
    """Return the reader of a file or folder; `kind` names one, and asks nothing."""
    if kind:
        return next(reader for reader in READERS if kind == reader.NAME)
    head = head_of(path) if path.is_file() else b""
    return next(reader for reader in READERS if reader.recognises(path, head))


def _only_folder(folder):
    """Return the one folder in a folder, as archives of a folder hold it, or itself."""
    entries = [entry for entry in folder.iterdir() if entry.name != "__MACOSX"]
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else folder
