"""Where a page of the site lies in a folder that a plain file server gives out.

A file server knows no query: page 2 of a list and the text of a story alone get
addresses of their own, /tags/water/page-2/ and /2026/11/slug/plain/. Every other
address stays what it is.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit

from django.conf import settings

PAGES = (".htm", ".html", ".xhtml")
SUFFIXES = {"application/json": "json", "application/feed+json": "json"}
NAME_MAX = 255  # bytes, of a file system
# What needs the application, and is left out.
LIVE = ("admin", "health", "oembed", "preview", "read", "report-error", "search")


@dataclass(frozen=True, order=True)
class Address:
    """An address of the site: path as it stands in a link, and what is known of its
    query: "", "page=2", "plain"."""

    path: str
    query: str = ""

    @property
    def first(self):
        return unquote(self.path)[1:].partition("/")[0]

    @property
    def link(self):
        """Return the path under which the static site has it."""
        if not self.query:
            return self.path
        name = self.query.replace("=", "-").replace("&", "-")
        if self.path.endswith("/"):
            return f"{self.path}{name}/"
        folder, _, last = self.path.rpartition("/")
        stem, dot, suffix = last.rpartition(".")
        return f"{folder}/{stem}-{name}.{suffix}" if dot else f"{self.path}-{name}/"


def address_of(link, page="/"):
    """Return (Address, fragment) of a link of the site's own on a page; else None."""
    if not link or link.startswith(("#", "mailto:", "data:", "javascript:")):
        return None
    try:
        whole = urlsplit(urljoin(f"{settings.SITE_URL}{page}", link.strip()))
    except ValueError:
        return None
    site = urlsplit(settings.SITE_URL)
    if (whole.scheme, whole.netloc) != (site.scheme, site.netloc):
        return None
    # One spelling: /caf%c3%a9/ and /café/ are one page, and one file.
    path = quote(unquote(whole.path) or "/", safe="/:@!$&'()*+,;=~-._")
    return Address(path, known(whole.query)), whole.fragment


def known(query):
    """Return what of a query makes another page; the site ignores the rest."""
    values = dict(parse_qsl(query, keep_blank_values=True))
    page = values.get("page", "1")
    parts = [f"page={page}"] if re.fullmatch(r"[1-9]\d{0,6}", page) else []
    if page == "1":
        parts = []
    return "&".join([*parts, *(["plain"] if "plain" in values else [])])


def files_of(link, kind):
    """Return the files (relative paths) that answer for a link with content of a kind.

    `kind` is the Content-Type. Raises ValueError, with a sentence, for an address
    that no file can have.
    """
    path = unquote(link).lstrip("/")
    names = path.split("/")
    if any(name in (".", "..") or len(name.encode()) > NAME_MAX for name in names):
        raise ValueError(f"{link} cannot be the name of a file.")
    if "\x00" in path or "\\" in path:
        raise ValueError(f"{link} cannot be the name of a file.")
    is_page = kind.startswith("text/html")
    suffix = re.search(r"\.[A-Za-z0-9]{1,5}$", names[-1])
    if names[-1] and suffix and (not is_page or suffix[0].lower() in PAGES):
        return [path]
    folder = path if path.endswith("/") or not path else f"{path}/"
    if is_page:
        return [f"{folder}index.html"]
    # A feed stands at /feed/: file servers look for index.html there, programs for
    # a name that says what it is.
    return [f"{folder}index.html", f"{folder}{index_name(kind)}"]


def index_name(kind):
    kind = kind.partition(";")[0].strip()
    if kind.endswith("xml"):
        return "index.xml"
    return f"index.{SUFFIXES.get(kind, 'txt')}"
