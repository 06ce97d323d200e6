"""Look at the site with the tools of the trade: `make quality`.

Makes a site in a temporary folder (tests/quality_site.py), serves it as a real one
is, and prints one line per promise with its figure; ends with 1 if one is broken.

    make quality                      everything, in some minutes
    make quality ARGS="axe keyboard"  only promises whose names hold these words
    make quality ARGS=--write         and writes the table into docs/quality.md
    make quality ARGS="--site /tmp/q" keeps the site there, for the next time
"""

import argparse
import re
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import quality_files, quality_pages, quality_site
from tests.chromium import find_chromium, install_chromium

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv/quality"
DOCUMENT = ROOT / "docs/quality.md"
TABLE = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)
STYLE = re.compile(rb"<style>.*?</style>", re.DOTALL)
KB = 1024
HTML, ALL, PLAIN = 14 * KB, 25 * KB, 10 * KB  # compressed
LIGHTHOUSE = (98, 100, 100, 100)
ATTEMPTS = 3
WIDTHS, SCHEMES = (1280, 360), ("light", "dark")
SHOWN = 6  # faults of one promise
# What a server says that has nothing to complain of.
EXPECTED = re.compile(f"^Serving http|Not Found: {quality_site.MISSING}$")


@dataclass
class Promise:
    """What was found where a promise was looked at."""

    name: str
    figure: str
    faults: list[str] = field(default_factory=list)


def say(text=""):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments):
    options = read(arguments)
    chromium = find_chromium() or install_chromium()
    if not chromium:
        say("NO CHROMIUM COULD BE HAD: nothing was looked at.")
        return 1
    # Whoever ends us ends the site as well.
    signal.signal(signal.SIGTERM, lambda *received: sys.exit(1))
    began, promises = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="newsroom-quality-") as name:
        folder = Path(name)
        site = options.site or folder / "site"
        address = quality_site.prepare(site, quality_site.free_port())
        say("Making a site to look at …")
        pages = quality_site.fill()
        with (
            open(folder / "serve.log", "w") as log,
            quality_site.serving(address, log),
        ):
            if left := quality_site.finish_pictures():
                say(f"{left} pictures were not finished; looking at what is there.")
            survey = Survey(address, pages, chromium, folder, site)
            for promise in survey.promises(options.only):
                show(promise)
                promises.append(promise)
        said = (folder / "serve.log").read_text("utf-8").splitlines()
        if errors := "\n".join(s for s in said if not EXPECTED.search(s)):
            show(Promise("the server has nothing to complain of", "", [errors[-2000:]]))
            promises.append(Promise("the server", "", [errors]))
    broken = [promise for promise in promises if promise.faults]
    if options.write:
        write(promises)
    seconds = time.monotonic() - began
    say(f"\n{len(promises) - len(broken)} kept, {len(broken)} broken; {seconds:.0f} s")
    return bool(broken) or not promises


def read(arguments):
    parser = argparse.ArgumentParser(prog="make quality ARGS=")
    parser.add_argument("only", nargs="*", help="words of the promises to look at")
    parser.add_argument(
        "--write", action="store_true", help="write the figures into docs/quality.md"
    )
    parser.add_argument("--site", type=Path, help="folder that keeps the site")
    return parser.parse_args(arguments)


def show(promise):
    say(f"{'BROKEN' if promise.faults else 'ok    '} {promise.name}: {promise.figure}")
    for fault in promise.faults[:SHOWN]:
        say(f"         {fault}")
    if more := promise.faults[SHOWN:]:
        say(f"         … and {len(more)} more")


def write(promises):
    rows = ["| promise | figure |", "|---|---|"]
    for promise in promises:
        state = f" (BROKEN: {len(promise.faults)})" if promise.faults else ""
        rows.append(f"| {promise.name} | {promise.figure}{state} |")
    table = "\n".join(rows)
    text = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(TABLE.sub(rf"\g<1>{table}\n\g<2>", text), "utf-8")


class Survey:
    """Looks at the site, promise by promise."""

    def __init__(self, address, pages, chromium, folder, site):
        self.address, self.pages, self.site = address, pages, site
        self.chromium, self.folder = chromium, folder
        self.looker = None
        self.loaded = {}

    def promises(self, only):
        """Yield each promise as soon as it was looked at."""
        self.fetch_all()
        parts = [
            ("answers", self.answers),
            ("html markup nu", self.markup),
            ("sitemaps xsd", self.sitemaps),
            ("bytes kb", self.weight),
            ("pictures img", self.picture_tags),
            ("metadata files", self.metadata),
            ("first paint", self.first_paint),
            ("visit third party cookies console shift", self.visit),
            ("axe accessibility", self.axe),
            ("reflow spacing zoom clipped", self.reading),
            ("keyboard skip", self.keyboard),
            ("lighthouse", self.lighthouse),
        ]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=self.chromium,
                args=quality_files.CHROMIUM_FLAGS.split()[1:],
            )
            self.looker = quality_pages.Looker(browser, self.address, self.pages)
            for words, part in parts:
                if not only or any(word in words for word in only):
                    yield from part()
            browser.close()

    def fetch_all(self):
        plain = [f"{where}?plain" for where in self.pages.articles]
        types = self.pages.types.values()
        for where in dict.fromkeys([*types, *self.pages.articles, *plain]):
            self.loaded[where] = quality_files.fetch(self.address + where)

    def bodies(self):
        return {where: page.body for where, page in self.loaded.items()}

    def heaviest(self, addresses):
        """Return the largest number of compressed bytes, and whose they are."""
        return max((len(self.loaded[where].packed), where) for where in addresses)

    def answers(self):
        missing = self.pages.types["not found"]
        faults = [
            f"{where}: {page.status}"
            for where, page in self.loaded.items()
            if page.status != (404 if where == missing else 200)
        ]
        yield Promise("every page answers", f"{len(self.loaded)} pages", faults)

    def markup(self):
        folder = self.folder / "html"
        folder.mkdir()
        # The same style sheets stand in every page: those of each type are enough.
        types = set(self.pages.types.values())
        bodies = {
            where: body if where in types else STYLE.sub(b"<style></style>", body)
            for where, body in self.bodies().items()
        }
        faults = quality_files.html_faults(bodies, TOOLS, folder)
        figure = f"{len(faults)} errors on {len(self.loaded)} pages"
        yield Promise("HTML has no errors (Nu checker)", figure, faults)

    def sitemaps(self):
        faults, number = quality_files.sitemap_faults(self.address, TOOLS)
        name = "sitemaps are valid (sitemaps.org's schema)"
        yield Promise(name, f"{len(faults)} errors, {number} addresses", faults)

    def weight(self):
        """Weigh every article, compressed; a kilobyte is 1,024 bytes."""
        size, where = self.heaviest(self.pages.articles)
        yield _bounded("HTML of the heaviest article, compressed", size, HTML, where)
        fullest = "/every-construct/"
        for name, at in (("heaviest article", where), ("every construct", fullest)):
            others = quality_pages.scripts_and_styles(self.looker, at)
            size = len(self.loaded[at].packed) + sum(
                len(quality_files.fetch(url).packed) for url in others
            )
            name = f"{name} with styles and scripts (1 + {len(others)}), compressed"
            yield _bounded(name, size, ALL, at)
        plain = [where for where in self.loaded if where.endswith("?plain")]
        size, where = self.heaviest(plain)
        promise = _bounded("heaviest plain page, complete, compressed", size, PLAIN, "")
        if any(self.loaded[w].body == self.loaded[w[:-6]].body for w in plain):
            promise.faults.append("?plain is the same page")
        for where in self.pages.types.values():
            if where.endswith("?plain"):
                others = quality_pages.everything_else(self.looker, where)
                promise.faults += [f"{where} asks for {url}" for url in others]
        yield promise

    def picture_tags(self):
        faults = quality_files.picture_tag_faults(self.bodies())
        number = sum(body.count(b"<img") for body in self.bodies().values())
        name = "pictures have width, height and words; only the first is not lazy"
        yield Promise(name, f"{number} pictures", faults)

    def metadata(self):
        faults, number = quality_files.metadata_faults(self.site / "media")
        name = "stored files tell of no camera, place or person"
        yield Promise(name, f"{number} files", faults)

    def first_paint(self):
        faults = quality_pages.first_paint(self.looker)
        name = "the first screen is painted, and as it stays, with the document alone"
        yield Promise(name, f"{len(self.pages.types)} pages, 360 and 1280 px", faults)

    def visit(self):
        names = {
            "third party": "no request to anybody else, read to the end",
            "cookies": "no cookie is set",
            "console": "the browser has nothing to complain of (policy, errors)",
            "shift": "nothing moves while the page loads and is read (layout shift 0)",
            "broken": "every picture loads",
        }
        found = {subject: [] for subject in names}
        for width, scheme in zip(WIDTHS, SCHEMES, strict=True):
            for subject, faults in quality_pages.visit(
                self.looker, width, scheme
            ).items():
                found[subject] += [f"{width} px: {fault}" for fault in faults]
        figure = f"{len(self.pages.types)} pages, 360 and 1280 px"
        for subject, faults in found.items():
            yield Promise(names[subject], figure, faults)

    def axe(self):
        for width in WIDTHS:
            for scheme in SCHEMES:
                faults = quality_pages.axe(self.looker, width, scheme)
                figure = f"{len(faults)} violations on {len(self.pages.types)} pages"
                name = f"axe, WCAG 2.2 AA and best practice, {width} px, {scheme}"
                yield Promise(name, figure, faults)

    def reading(self):
        large = "html { font-size: 200% !important }"
        spacing = quality_pages.TEXT_SPACING
        looks = {
            "320 px wide": (320, {}),
            "zoomed to 200 %": (640, {"height": 400, "device_scale_factor": 2}),
            "letters of 200 %, 360 px": (360, {"style": large}),
            "text spacing of WCAG 1.4.12, 1280 px": (1280, {"style": spacing}),
            "text spacing of WCAG 1.4.12, 320 px": (320, {"style": spacing}),
        }
        for name, (width, options) in looks.items():
            faults = quality_pages.clipped(self.looker, width, **options)
            figure = f"nothing cut off or wider, {len(self.pages.types)} pages"
            yield Promise(name, figure, faults)

    def keyboard(self):
        for width in WIDTHS:
            faults, reached = quality_pages.keyboard(self.looker, width)
            name = f"keyboard, every control reached, seen and left, {width} px"
            yield Promise(name, f"{reached} controls", faults)
        faults = quality_pages.skip_link(self.looker)
        yield Promise("the first control skips to the text", "", faults)

    def lighthouse(self):
        for name, where in self.pages.lighthouse.items():
            yield self.best_run(name, self.address + where)

    def best_run(self, name, address):
        """Let Lighthouse try again: it loses points when the machine has much to do."""
        runs, trouble = [], ""
        for _ in range(ATTEMPTS):
            try:
                run = quality_files.lighthouse(
                    address, self.chromium, TOOLS, self.folder
                )
            except RuntimeError as error:  # a trace it could not record
                trouble = str(error)
                continue
            runs.append(run)
            if _reaches(run[0]):
                break
        title = f"Lighthouse, telephone, {name}"
        if not runs:
            return Promise(title, "no answer", [trouble])
        scores, told = max(runs, key=lambda run: tuple(run[0].values()))
        shift = told["audits"].get("cumulative-layout-shift", {}).get("numericValue", 0)
        faults = []
        if not _reaches(scores):
            faults = quality_files.complaints(told) or ["below the bound"]
        if shift:
            faults.append(f"layout shift {shift:.4f}")
        figure = " / ".join(str(score) for score in scores.values())
        figure += f", layout shift {shift:.3g}"
        return Promise(title, figure, faults)


def _reaches(scores):
    pairs = zip(scores.values(), LIGHTHOUSE, strict=True)
    return all(score >= bound for score, bound in pairs)


def _bounded(name, size, bound, where):
    faults = [f"{where} is over the bound"] if size > bound else []
    return Promise(name, f"{size / KB:.1f} KB of at most {bound // KB}", faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
