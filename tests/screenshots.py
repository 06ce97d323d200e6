"""Takes the pictures of readers' pages that docs/reading.md shows.

    .venv/bin/python -m tests.screenshots [NAME…]

starts the demo site in a folder of its own, takes each picture (or those named) with
the installed Chromium, and writes it to docs/images/ in few colours.
"""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.chromium import find_chromium

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs/images"
FLOOD = "/the-night-the-river-came-up-ferry-street/"
MAP = "/a-map-of-where-the-water-wants-to-go/"
BREAD = "/dawn-bread-at-low-quay/"
PEAT = "/eleventh-winter-in-the-peat-valley/"
DESKTOP, PHONE = (1366, 900), (390, 844)

# name: the end of the page's address, size, and what else it takes.
SHOTS = {
    "home": ("/", DESKTOP, {}),
    "reading-home-phone": ("/", PHONE, {}),
    "article": (FLOOD, DESKTOP, {"from": ".opening"}),
    "reading-article-phone": (FLOOD, PHONE, {"from": ".opening"}),
    "article-phone-dark": (FLOOD, PHONE, {"from": ".opening", "scheme": "dark"}),
    "reading-notes": (MAP, DESKTOP, {"from": "#h-door-by-door"}),
    "reading-display-phone": (FLOOD, PHONE, {"from": ".opening", "click": ".tools"}),
    "reading-authors-phone": (FLOOD, PHONE, {"from": "section.about"}),
    "reading-rtl": (BREAD, DESKTOP, {"from": ".opening"}),
    "reading-rtl-phone": (BREAD, PHONE, {"from": ".opening"}),
    "reading-japanese-phone": (PEAT, PHONE, {"from": ".opening"}),
    "reading-plain-phone": (f"{MAP}?plain", PHONE, {}),
    "reading-section-dark": ("/sections/culture/", DESKTOP, {"scheme": "dark"}),
    "reading-author": ("/authors/ines-vaughan/", DESKTOP, {}),
    "reading-series-phone": ("/series/the-waters-edge/", PHONE, {}),
    "reading-tag-phone": ("/tags/flooding/", PHONE, {}),
    "reading-archive-phone": ("/archive/", PHONE, {}),
    "reading-page-phone": ("/about/", PHONE, {}),
    "reading-not-found": ("/2026/river-night/", DESKTOP, {}),
}
PRINT = "reading-print"


def main(names):
    with site() as (address, find), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (end, size, takes) in SHOTS.items():
            if not names or name in names:
                save(name, shoot(browser, address + find(end), size, **takes))
        if not names or PRINT in names:
            save(PRINT, print_out(browser, address + find(FLOOD)))
        browser.close()


@contextmanager
def site():
    """Run the demo site; yield its address, and what finds a page by its end."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        environment = os.environ | {
            "ENV_FILE": os.devnull,
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/newsroom.sqlite3",
            "SECRET_KEY": "only-for-pictures",
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "false",
            "LANGUAGE_CODE": "en-gb",
        }

        def manage(*arguments):
            command = [sys.executable, ROOT / "manage.py", *arguments]
            ran = subprocess.run(
                command, env=environment, check=True, stdout=subprocess.PIPE, text=True
            )
            return ran.stdout

        manage("migrate", "-v", "0")
        manage("collectstatic", "--noinput", "-v", "0")
        manage("demo")
        listed = "from articles.models import *; print(*Article.objects.live()"
        paths = manage(
            *("shell", "-v", "0", "-c", f"{listed}.values_list('path', flat=True))")
        ).split()

        def find(end):
            stem, mark, query = end.partition("?")
            found = (path for path in paths if stem != "/" and path.endswith(stem))
            return next(found, stem) + mark + query

        server = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", "serve", host],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"http://{host}/health")
            yield f"http://{host}", find
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def wait_for(address, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def shoot(browser, address, size, **takes):
    """Return a page's picture, from the part of it that is named on."""
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=takes.get("scheme", "light"),
    )
    page.goto(address)
    if start := takes.get("from"):
        page.evaluate(
            "start => scrollTo(0, document.querySelector(start)"
            ".getBoundingClientRect().top + scrollY - 24)",
            start,
        )
    if place := takes.get("click"):
        page.locator(f"{place} .opens-display").click()
    load_pictures(page)
    picture = Image.open(io.BytesIO(page.screenshot()))
    page.close()
    return picture


def load_pictures(page):
    page.evaluate(
        """() => {
          for (const image of document.images) image.loading = "eager";
          return Promise.all([...document.images].map(image => image.decode()
            .catch(() => {})));
        }"""
    )


def print_out(browser, address):
    """Return the sheets of a printed page, side by side."""
    page = browser.new_page()
    page.goto(address)
    load_pictures(page)
    with tempfile.TemporaryDirectory() as folder:
        page.pdf(path=f"{folder}/page.pdf", format="A4", prefer_css_page_size=True)
        page.close()
        if not shutil.which("pdftoppm"):
            raise SystemExit("pdftoppm draws the printed page (Debian: poppler-utils).")
        command = ["pdftoppm", "-r", "50", "-png", "page.pdf", "sheet"]
        subprocess.run(command, cwd=folder, check=True)
        sheets = [
            Image.open(path).copy() for path in sorted(Path(folder).glob("*.png"))
        ]
    gap = 12
    width = sum(sheet.width + gap for sheet in sheets) + gap
    table = Image.new("RGB", (width, sheets[0].height + 2 * gap), "#8a857c")
    for number, sheet in enumerate(sheets):
        table.paste(sheet, (gap + number * (sheet.width + gap), gap))
    return table


def save(name, picture):
    path = IMAGES / f"{name}.png"
    few = picture.convert("RGB").quantize(96, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main(set(sys.argv[1:]))
