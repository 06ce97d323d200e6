"""Making a static site: every page is rendered, and what it leads to is followed.

Nothing but the frontier knows what there is: whatever readers reach from the site's
own addresses is covered, feeds and sitemaps too. Running again renders all anew and
writes what changed; `resumes` goes on where a run was stopped.
"""

import mimetypes
import os
from dataclasses import dataclass, field
from urllib.parse import unquote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from articles.models import Article, Page, Section
from newsroom.crawlers.sitemaps import shown_authors, shown_series, shown_tags
from newsroom.pagecache.checking import Asking
from newsroom.static_site import redirecting
from newsroom.static_site.places import LIVE, PAGES, Address, address_of, files_of
from newsroom.static_site.progress import Progress
from newsroom.static_site.rewriting import (
    links_in_text,
    page_as_file,
    redirect_page,
)

NOT_FOUND = "404.html"
CHUNK = 1024 * 1024


@dataclass
class Report:
    pages: int = 0
    files: int = 0  # pictures, static files
    written: int = 0  # of both, those that were not there or were others
    removed: int = 0
    # {file of redirects: how many it cannot say}; it names them itself
    unsaid: dict = field(default_factory=dict)
    # (sentence, the page that leads there)
    troubles: tuple = ()


class Unreachable(Exception):
    """The site does not answer under SITE_URL; the message is a sentence."""


def make_site(folder, *, resumes=False, on_step=lambda count: None):
    """Write the static site into a Path; return a Report.

    Raises OSError where a file cannot be written, sqlite3.Error where its notes
    cannot be, and Unreachable.
    """
    # Where the database does not answer, its own words say more than a page.
    Article.objects.exists()
    folder.mkdir(parents=True, exist_ok=True)
    progress = Progress(folder, resumes=resumes)
    making = _Making(folder, progress)
    making.not_found_page()
    making.gone_page()
    if not progress.is_resumed:
        for addresses in (own_addresses(), addresses_of_rows()):
            progress.find(addresses)
    while some := progress.waiting():
        for address in some:
            making.make(address)
            on_step(1)
    for name, content, left_out in redirecting.files(
        progress.redirects(), progress.pages(), making.stands
    ):
        making.write(folder / name, content)
        if left_out:
            making.report.unsaid[name] = left_out
    making.remove_left_over()
    making.report.troubles = tuple(progress.troubles())
    progress.end()
    return making.report


def own_addresses():
    """Yield the site's addresses that have no parts to fill in (newsroom/urls.py)."""
    for route in _routes(get_resolver().url_patterns):
        address = Address(f"/{route}")
        if address.first not in LIVE:
            yield address


def _routes(patterns, before=""):
    for pattern in patterns:
        if not isinstance(pattern.pattern, RoutePattern) or pattern.pattern.converters:
            continue
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and route.strip("/") not in LIVE:
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def addresses_of_rows():
    """Yield the address of everything readers may see, whether a page leads there.

    Notices of withdrawn stories, too.
    """
    live = Article.objects.live().order_by("pk").only("path")
    shown = (shown_authors, shown_series, shown_tags)
    rows = (
        live,
        _noticed(),
        Page.objects.live(),
        Section.objects,
        *(rows() for rows in shown),
    )
    for some in rows:
        for row in some.order_by("pk").iterator(chunk_size=500):
            yield address_of(row.get_absolute_url())[0]


def _noticed():
    """Stories that readers had, and get a notice of."""
    withdrawn = Article.objects.filter(status=Article.Status.WITHDRAWN)
    return withdrawn.exclude(withdrawn_at=None).exclude(path=None).only("path")


class _Making:
    def __init__(self, folder, progress):
        self.folder, self.progress = folder, progress
        self.asking, self.report = Asking(), Report()

    def not_found_page(self):
        status, _headers, body = self.asking.answer(f"/{NOT_FOUND}", is_fresh=True)
        if status != 404:
            raise Unreachable(
                f"The site answers {status} under {settings.SITE_URL}. Is its host in "
                "ALLOWED_HOSTS, and does its https:// agree with HTTPS?"
            )
        self._write_for_errors(NOT_FOUND, body)

    def gone_page(self):
        """Write what readers are told where a redirect says "gone", if one does."""
        rules = (old for _match, old, to, _answer in redirecting.kept_rules() if not to)
        for old in rules:
            path, _, query = old.partition("?")
            status, _headers, body = self.asking.answer(
                unquote(path), query, is_fresh=True
            )
            if status == 410:
                self._write_for_errors(redirecting.GONE_PAGE, body)
                return

    def _write_for_errors(self, name, body):
        """Write a page that a server shows where there is none."""
        self.progress.claim(name, Address(f"/{name}"))
        text, found = page_as_file(body.decode(), "/")
        self.progress.find(found, f"/{name}")
        self.write(self.folder / name, text.encode())

    def stands(self, path):
        """Say whether a page was written for a path, however it is spelled."""
        found = address_of(path)
        return bool(found) and self.progress.has_page(found[0].path)

    def make(self, address):
        """Make the files of an address; what is wrong with it is noted as trouble."""
        trouble = leads_to = None
        try:
            if address.first in ("media", "static"):
                trouble = self._copy(address)
            else:
                trouble, leads_to = self._page(address)
        except ValueError as error:
            trouble = str(error)
        self.progress.done(address, trouble=trouble, leads_to=leads_to)

    def _page(self, address):
        """Return (what is wrong or None, where it leads to or None)."""
        status, headers, body = self.asking.answer(
            unquote(address.path), address.query, is_fresh=True
        )
        kind = headers.get("content-type", "")
        if status in (301, 302):
            return self._redirect(address, headers["location"])
        paths = {address.path, unquote(address.path)}
        is_notice = status == 410 and _noticed().filter(path__in=paths).exists()
        if status in (404, 410) and not is_notice:
            return f"{address.link} is not there.", None
        if status != 200 and not is_notice:
            return f"{address.link} answers {status}.", None
        self.report.pages += 1
        shown_at = address.path
        if kind.startswith("text/html"):
            text, found = page_as_file(body.decode(), shown_at)
            body = text.encode()
        else:
            found = links_in_text(body.decode(errors="replace"), shown_at, kind)
        self.progress.find(found, address.link)
        trouble = self._write_all(address, kind, body)
        # Beside it, a server that can is to say that it is gone.
        return trouble, "" if is_notice else None

    def _redirect(self, address, location):
        """Lead on, by a page where a browser can ask for one, and by the server."""
        target = address_of(location, address.path)
        to = location
        if target:
            self.progress.find([target[0]], address.link)
            to = target[0].link
        name = address.path.rpartition("/")[2]
        is_page = "." not in name or name.lower().endswith(PAGES)
        is_same_folder = to == f"{address.path}/"
        if is_page and not is_same_folder:
            trouble = self._write_all(address, "text/html", redirect_page(to).encode())
            return trouble, to
        return None, to

    def _write_all(self, address, kind, content):
        for name in files_of(address.link, kind):
            if other := self.progress.claim(name, address):
                return f"{address.link} and {other.link} would be one file, {name}."
            path = self.folder / name
            try:
                self.write(path, content)
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                return f"{address.link} is a folder for other addresses, and a file."
        return None

    def write(self, path, content):
        """Write a file unless it says so already."""
        is_here = path.is_file() and path.stat().st_size == len(content)
        if is_here and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name[:200]}.partial")
        partial.write_bytes(content)
        os.replace(partial, path)
        self.report.written += 1

    def _copy(self, address):
        """Copy a picture or a static file; follow what it leads to."""
        (name,) = files_of(address.path, "application/octet-stream")[:1]
        inner = name.partition("/")[2]
        target = self.folder / name
        try:
            if address.first == "media":
                self._copy_media(inner, target)
            else:
                source = _static_file(inner)
                self.write(target, source.read_bytes())
        except (FileNotFoundError, IsADirectoryError, SuspiciousOperation):
            return f"{address.path} is not there."
        self.report.files += 1
        self.progress.claim(name, address)
        kind = mimetypes.guess_type(name)[0] or ""
        if "css" in kind or "javascript" in kind:
            text = target.read_text(encoding="utf-8", errors="replace")
            found = links_in_text(text, address.path, kind)
            self.progress.find(found, address.link)
        return None

    def _copy_media(self, name, target):
        """Copy a file, unless one of its size is there: names are made of content."""
        size = default_storage.size(name)
        if target.is_file() and target.stat().st_size == size:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.partial")
        with default_storage.open(name) as source, partial.open("wb") as file:
            for chunk in source.chunks(CHUNK):
                file.write(chunk)
        os.replace(partial, target)
        self.report.written += 1

    def remove_left_over(self):
        """Remove the files of what is gone, and folders that are empty then."""
        for name in self.progress.left_over():
            path = self.folder / name
            if path.is_file():
                path.unlink()
                self.report.removed += 1
            for parent in path.parents:
                if (
                    parent == self.folder
                    or not parent.is_dir()
                    or any(parent.iterdir())
                ):
                    break
                parent.rmdir()
            self.progress.forget(name)


def _static_file(name):
    """Return the Path of a static file: as collected, or as it lies in the source."""
    collected = settings.STATIC_ROOT / name
    if collected.is_file():
        return collected
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(name)
    return type(settings.STATIC_ROOT)(found)
