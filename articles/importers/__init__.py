"""Readers of saved pages: bytes in, stories out. Nothing here knows a model.

The one module that does, ``saving``, is imported by the command alone.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from .decode import decode
from .files import PageFile, is_markup, walk
from .plaintext import read_text
from .story import PageError, Problem, Story
from .webpage import read_page

__all__ = ["Problem", "Story", "read", "read_file"]


def read(
    paths: Iterable[Path | str], source_system: str = ""
) -> Iterator[Story | Problem]:
    """Read files and folders of saved pages, one story at a time.

    Memory stays at one page however many there are. A page that cannot be read
    is yielded as a Problem and the rest goes on. Nothing is fetched, and no file
    is opened but the pages themselves.
    """
    for found in walk(paths):
        yield found if isinstance(found, Problem) else read_file(found, source_system)


def read_file(page: PageFile, source_system: str = "") -> Story | Problem:
    """Read one page by what it holds: HTML or plain text."""
    decoded = decode(page.content)
    story = Story(
        source_id=page.source_id,
        source_system=source_system or page.source_system,
        source=page.content,
        root=page.root,
        file_date=page.written_at,
        encoding=decoded.encoding,
    )
    for kind, reason in decoded.doubts:
        story.note(kind, reason)
    if not decoded.text.strip():
        return Problem(page.source_id, "empty", "The file is empty.")
    try:
        if is_markup(page.content):
            read_page(decoded.text, story, is_in_folder=page.is_in_folder)
        else:
            read_text(decoded.text, story)
    except PageError as error:
        return Problem(page.source_id, error.kind, str(error), error.line)
    broken = [problem for problem in story.problems if problem.is_broken]
    return broken[0] if broken else story
