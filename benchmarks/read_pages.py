"""Pages of static HTML read per second of one core, and what of it is the extractor.

    python benchmarks/read_pages.py [pages]

A tree of pages in twelve layouts of 1995 to 2006, with an index in each folder, read to
stories; nothing is saved. Counts processor time, that of the processes that read beside
this one too, so that other work matters less.
"""

import logging
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "localhost")

import django

django.setup()

from articles.importers import Story, saved_pages  # noqa: E402
from articles.importers.extract import _extracted_keys  # noqa: E402
from articles.importers.sources import Asked  # noqa: E402
from articles.importers.webtree import parse, strip_styling  # noqa: E402
from tests.articles.importers.period_pages import LAYOUTS, period_pages  # noqa: E402


def grow(folder, number):
    """Write a tree of so many pages; return their paths."""
    pages = []
    for at, (_layout, text, page) in enumerate(period_pages(number // len(LAYOUTS))):
        path = folder / f"{text.day:%Y/%m}" / f"story{at}.htm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8")
        pages.append(path)
    for month in folder.glob("*/*"):
        links = [f"<li><a href={one.name}>{one.stem}</a>" for one in month.iterdir()]
        (month / "index.html").write_text(f"<ul>{''.join(links)}</ul>", "utf-8")
    return pages


def spent():
    """Return the seconds of processor time of this process and those that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def extractor_alone(paths):
    """Return the seconds that the extractor takes for the pages, and nothing else."""
    took = 0
    for path in paths:
        page = path.read_text("utf-8")
        began = time.process_time()
        tree = parse(page)
        strip_styling(tree)
        _extracted_keys(tree)
        took += time.process_time() - began
    return took


def main(number):
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="newsroom-pages-") as folder:
        pages = grow(Path(folder), number)
        began = spent()
        found = list(saved_pages.read(Path(folder), Asked()))
        took = spent() - began
        extractor = extractor_alone(pages)
    stories = sum(isinstance(one, Story) for one in found)
    print(f"{stories} stories of {len(found)} files, {stories / took:.0f} a second")
    print(f"of that time, the extractor alone: {extractor / took:.0%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
