"""What the tests of the readers share: a page's bytes in, a story out."""

import html
import re
from pathlib import Path

from articles.importers import read_file
from articles.importers.files import PageFile

PAGES = Path(__file__).parents[2] / "data" / "pages"


def read_bytes(content, source_id="page.txt", is_in_folder=False):
    """Read one page as if it had come from a folder called archive."""
    page = PageFile(Path(source_id), Path("archive"), source_id, content, is_in_folder)
    return read_file(page)


def read_string(text, **options):
    return read_bytes(text.encode(), **options)


def read_fixture(name):
    return read_bytes((PAGES / name).read_bytes(), source_id=name, is_in_folder=True)


def paragraphs(story):
    """The texts of a story's paragraphs, as a reader sees them."""
    found = re.findall(r"<p>(.*?)</p>", story.body_html, re.DOTALL)
    return [visible(one) for one in found]


def visible(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup.replace("<br>", "\n")))


def kinds(story):
    return {problem.kind for problem in story.problems}


def whole(record):
    """Return a reader's record, read to its end where it was not."""
    unread = getattr(record, "unread", None)
    return unread() if unread else record
