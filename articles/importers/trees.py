"""A copy of a site on disk: which file stood at which address, and who links to it.

Copies are made by wget, HTTrack or the server's own files. Their names say most of an
address; how the pages link to each other says the rest.
"""

import re
from collections import Counter
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from .files import PAGE_NAME, printable, walk_names

# What a server answers a folder's address with.
INDEX = re.compile(r"(?:index|default|welcome|home)\.\w{3,5}", re.IGNORECASE)
# story.php?id=7 is story.php@id=7 where "?" may not be in a name; with the option
# that makes all names end in .html, that comes behind.
QUERY = re.compile(
    r"(?P<path>.*(?:\.(?:php\d?|aspx?|jsp|cfm|cgi|pl|s?html?)|/|^))"
    r"(?:\?|@|%3[Ff])(?P<query>[^/]*=.*?|\d+)(?:\.html?)?$",
    re.IGNORECASE,
)
HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
LINK = re.compile(rb"""\bhref\s*=\s*["']?([^"'\s>#?]+)""", re.IGNORECASE)
STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# In a path as it stands; "%" too, as some copies keep escapes in names.
SAFE = "/~!$&'()*+,;=:@%-._"
NOWHERE = "http://tree.invalid/"
SAMPLE = 300_000  # bytes of a page in which links are looked for


class Tree:
    """The files of one copy: names by path from its root, with forward slashes."""

    def __init__(self, folder: Path, site: str = ""):
        raw = {}
        for here, name in walk_names(folder):
            path = (Path(here) / name).relative_to(folder).as_posix()
            raw[printable(path)] = path
        self.host_folder = _host_folder(raw, site)
        self.root = folder / self.host_folder
        cut = len(self.host_folder) + bool(self.host_folder)
        self.raw = {
            name[cut:]: path[cut:]
            for name, path in raw.items()
            if not cut or name.startswith(f"{self.host_folder}/")
        }
        self.site = site or (f"http://{self.host_folder}" if self.host_folder else "")
        self.hosts = {_bare(urlsplit(self.site).hostname or "")} - {""}
        self.lower = {name.lower(): name for name in reversed(self.raw)}
        self.addresses = {}
        self.says_index = self._count_links()
        for name in self.raw:
            if PAGE_NAME.search(name.rpartition("/")[2]):
                self.addresses[name] = self._address(name)
        self.by_address = {a: n for n, a in reversed(self.addresses.items())}

    @cached_property
    def _last_names(self):
        return {name.rpartition("/")[2] for name in self.lower}

    def may_hold(self, name: str) -> bool:
        """Say whether a file of a path's last name is here, in whichever folder."""
        return name.rpartition("/")[2].lower() in self._last_names

    def name_of(self, source_id: str) -> str:
        """Return a page's name in the tree of its path from the import folder."""
        return source_id.removeprefix(f"{self.host_folder}/")

    def address_of(self, name: str) -> str:
        """Return the address, its query included, at which a file stood."""
        return self.addresses.get(name) or f"/{_escaped(self.raw.get(name, name))}"

    def other_addresses_of(self, name: str) -> list[str]:
        """Return the name of a folder's index, which the server answered to as well."""
        own = f"/{_escaped(self.raw.get(name, name))}"
        is_index = self.address_of(name) == own.rpartition("/")[0] + "/"
        return [own] if is_index else []

    def find(self, href: str, base: str) -> str:
        """Return the name of the file a link means, "" for none.

        `base` is the address of the page with the link, from its root. A server that
        did not tell capitals from small letters had links that did not either.
        """
        try:
            split = urlsplit(urljoin(urljoin(NOWHERE, base), href.strip()))
        except ValueError:
            return ""
        host = _bare(split.hostname or "")
        if split.scheme not in ("http", "https"):
            return ""
        if host != "tree.invalid" and host not in self.hosts:
            return ""
        address = split.path + (f"?{split.query}" if split.query else "")
        if address in self.by_address:
            return self.by_address[address]
        path = printable(_unquoted(split.path)).lstrip("/")
        names = [path]
        if split.query:
            query = printable(_unquoted(split.query))
            names = [f"{path}{mark}{query}" for mark in "?@"]
            names += [f"{name}.html" for name in names]
        else:
            folder = f"{path.rstrip('/')}/".lstrip("/")
            names += [f"{folder}{name}" for name in ("index.html", "index.htm")]
        for name in names:
            if name in self.raw:
                return name
        known = (self.lower.get(name.lower(), "") for name in names)
        return next(filter(None, known), "")

    def _address(self, name):
        raw = self.raw[name]
        found = QUERY.fullmatch(raw)
        path, query = (found["path"], found["query"]) if found else (raw, "")
        folder, slash, last = path.rpartition("/")
        if INDEX.fullmatch(last) and (query or name not in self.says_index):
            path = folder + slash
        address = f"/{_escaped(path)}"
        return f"{address}?{_escaped(query)}" if query else address

    def _count_links(self):
        """Return the names of indexes that links call by name, not by their folder."""
        indexes = {name for name in self.raw if INDEX.fullmatch(name.split("/")[-1])}
        named, folders = Counter(), Counter()
        for name in self.raw if indexes else ():
            if not PAGE_NAME.search(name.rpartition("/")[2]):
                continue
            try:
                with (self.root / self.raw[name]).open("rb") as file:
                    content = file.read(SAMPLE)
            except OSError:
                continue
            for found in LINK.finditer(content):
                path = _path(name.rpartition("/")[0], found[1].decode("latin-1"))
                if path.endswith("/"):
                    folders[path] += 1
                elif path:
                    named[path] += 1
        return {
            name
            for name in indexes
            if named[quote(name)] > folders[quote(name.rpartition("/")[0] + "/")]
        }


@lru_cache(maxsize=16_384)  # A site's menus are the same on every page.
def _path(folder, href):
    """Return the path of a link to a folder or an index, "" for another."""
    if not href.endswith("/") and not INDEX.fullmatch(href.rpartition("/")[2]):
        return ""
    try:
        return urlsplit(urljoin(f"{NOWHERE}{quote(folder)}/", href)).path.lstrip("/")
    except ValueError:
        return ""


def _host_folder(names, site):
    """Return the folder named after a host in which all pages lie, as wget has it."""
    tops = {n.partition("/")[0] for n in names if PAGE_NAME.search(n.split("/")[-1])}
    host = urlsplit(site).hostname or ""
    named = {top for top in tops if _bare(top) == _bare(host)} if host else set()
    if not named and len(tops) == 1 and any("/" in name for name in names):
        named = {top for top in tops if HOST.fullmatch(top) and top not in names}
    return named.pop() if len(named) == 1 else ""


def _bare(host):
    return host.lower().removeprefix("www.")


def _escaped(path):
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "replace")
    return STRAY_PERCENT.sub("%25", quote(raw, safe=SAFE))


def _unquoted(path):
    return unquote_to_bytes(path).decode("utf-8", "surrogateescape")
