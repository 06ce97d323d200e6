"""Saved pages: files and folders of HTML and plain text, found one by one."""

from .decode import decode
from .files import PageFile, count_pages, is_markup, walk
from .plaintext import read_text
from .story import PageError, Problem, Story
from .webpage import read_page

NAME = "pages"


def recognises(path, head):
    """Take whatever no other reader wants."""
    return True


def count(path):
    return count_pages([path])


def read(path, asked):
    """Yield the stories of a folder of saved pages, or of one of them.

    Nothing is fetched, and no file is opened but the pages themselves.
    """
    for found in walk([path]):
        if isinstance(found, Problem):
            yield found
            continue
        story = read_file(found, asked.source)
        if isinstance(story, Story) and asked.site and found.is_in_folder:
            story.base_url = asked.site.rstrip("/") + story.address
        yield story


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
