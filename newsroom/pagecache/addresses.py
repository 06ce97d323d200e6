"""Which requests ask for a page that may be kept, and where it lies.

One page per host, path and known query parameter. What else stands in a query is
ignored, as the views ignore it: it must not multiply copies. But an old story may stand
at an address with a query of its own, as /?p=123: that is a page, too, where it does.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from urllib.parse import unquote_plus, urlsplit

from django.conf import settings

from articles.paths import RESERVED, own_query

# Never kept: the desk, files, what differs by reader or by moment.
PRIVATE = tuple(
    f"/{first}"
    for first in (
        *("admin", "health", "media", "oembed", "preview", "read", "report-error"),
        *("search", "static"),
    )
)
# The site's own addresses, where no story can stand; a list there has pages.
OWN = RESERVED - {""}
PAGE = re.compile(r"[1-9][0-9]{0,6}")
# Names that a file system, or nginx, would read in another way.
UNSAFE = re.compile(r"[\x00-\x1f\x7f@\\]|//|/\.{1,2}(?:/|$)")
NAME_MAX = 200  # bytes; file systems take 255
SHORT = 200  # characters of path and query; whose Address a process remembers


@dataclass(frozen=True)
class Address:
    """A page's address as it is kept: host, decoded path, the query we know."""

    host: str
    path: str
    query: str  # "", "page=2", "plain", "page=2&plain"; or a story's own, "p=123"

    def __str__(self):
        return f"{self.host}{self.path}" + (f"?{self.query}" if self.query else "")

    @cached_property
    def file(self):
        """The file's path in the folder of pages, without the suffix of its kind."""
        path = self.path
        if UNSAFE.search(path) or any(
            len(name.encode()) > NAME_MAX for name in path.split("/")
        ):
            digest = hashlib.sha256(path.encode()).hexdigest()
            path = f"/@{digest[:2]}/{digest[2:40]}"
        return f"{self.host}{path}@{self.query}"


@cache
def hosts():
    """Return {the Host header's values that pages are kept for: folder's name}.

    Only what the site calls itself: the names in ALLOWED_HOSTS, with the port of
    SITE_URL. Wildcards and other ports would let anybody fill the disk.
    """
    site = urlsplit(settings.SITE_URL)
    port = f":{site.port}" if site.port else ""
    names = {site.hostname or "", *settings.ALLOWED_HOSTS} - {"", "*"}
    return {
        f"{name}{port}": name
        for name in (name.lower() for name in names)
        if not name.startswith((".", "["))
        and (set(settings.ALLOWED_HOSTS) & {name, "*"})
    }


@cache
def scheme():
    return urlsplit(settings.SITE_URL).scheme


def scheme_of(environ):
    """Return the scheme the reader used, as the proxy we trust tells it."""
    trusted = settings.SECURE_PROXY_SSL_HEADER
    if trusted and trusted[0] in environ:
        return "https" if environ[trusted[0]] == trusted[1] else "http"
    return environ["wsgi.url_scheme"]


def address_of(environ):
    """Return the Address a WSGI request asks for, None if none may be kept there."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    host = hosts().get((environ.get("HTTP_HOST") or environ["SERVER_NAME"]).lower())
    if host is None:
        return None
    path = environ.get("newsroom.path") or environ.get("PATH_INFO") or "/"
    query = environ.get("QUERY_STRING", "")
    find = _address if len(path) + len(query) <= SHORT else _address.__wrapped__
    return find(host, path, query)


@lru_cache(maxsize=2048)
def _address(host, path, query):
    if path.startswith(PRIVATE) and _first(path) in PRIVATE:
        return None
    known = _known(query, _is_own(path)) if query else ""
    # A "?" of the path itself would look like a query.
    if known is None or "?" in path:
        return None
    try:
        # WSGI hands paths over as latin-1 (PEP 3333).
        path = path.encode("latin-1").decode()
    except UnicodeError:
        return None
    return Address(host, path, known)


def old_address(environ, address):
    """Return the Address that a request with this Address has if a story stands there.

    None where its query can be no story's own, which are nearly all requests.
    """
    query = environ.get("QUERY_STRING")
    if not query or _is_own(address.path) or not (own := own_query(query)):
        return None
    # Of `page` and `plain`, the second is left where no list is.
    own = "&".join(filter(None, (own, address.query)))
    return Address(address.host, address.path, own)


def _first(path):
    return "/" + path[1:].partition("/")[0]


def _is_own(path):
    return path[1:].partition("/")[0].lower() in OWN


def _known(query, is_own):
    """Return the known parameters in one spelling; None where they make no page."""
    page = plain = ""
    for part in query.split("&"):
        # As Django reads them: it may be a name we know, in disguise.
        name, _, value = map(unquote_plus, part.partition("="))
        if name == "page" and is_own:
            if page or not PAGE.fullmatch(value):
                return None
            page = "" if value == "1" else f"page={value}"
        elif name == "plain":
            plain = "plain"
        elif name == "feed":
            # Answered by a redirect (newsroom/views.py, home).
            return None
    return "&".join(filter(None, (page, plain)))
