"""What the settings of a Jekyll's or a Hugo's site say of its files.

Which of them are its content, where their pages stood, and what holds for all of them.
"""

import json
import posixpath
import re
import tomllib
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml

from .files import is_file
from .markdown_text import Plain

DATED = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})-(.+)$")
PERMALINKS = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "weekdate": "/:categories/:year/W:week/:short_day/:title.html",
    "none": "/:categories/:title.html",
}
# Of a tree of either: what makes the site, and what was made.
MACHINERY = {
    *("node_modules", "vendor", "themes", "archetypes", "layouts", "public"),
    *("resources", "_site", "_includes", "_layouts", "_sass", "_data", "_plugins"),
}
# About the tree, not of the site.
ABOUT = re.compile(
    r"(?:readme|licen[sc]e|contributing|code_of_conduct|changelog|security|404)"
    r"\.\w{2,8}",
    re.IGNORECASE,
)
HUGO_SETTINGS = tuple(
    f"{folder}{name}.{kind}"
    for folder in ("", "config/_default/")
    for name in ("hugo", "config")
    for kind in ("toml", "yaml", "yml", "json")
)


class Site:
    """A tree of Markdown with what its settings say; an unknown one says nothing."""

    def __init__(self, root, address=""):
        self.root = root
        settings = _read(root / "_config.yml") or _read(root / "_config.yaml")
        self.is_jekyll = (root / "_posts").is_dir() or settings is not None
        self.is_hugo = False
        if settings is None and not self.is_jekyll:
            settings = self._hugo()
        # Hugo's are the same in capitals.
        settings = settings or {}
        self.settings = _lowered(settings) if self.is_hugo else settings
        told = str(self.settings.get("baseurl" if self.is_hugo else "url") or "")
        self.address = (address or told).rstrip("/")
        base = urlsplit(told).path if self.is_hugo else self.settings.get("baseurl")
        self.base = str(base or "").rstrip("/")
        if self.is_hugo and not address:
            self.address = self.address.removesuffix(self.base)

    def _hugo(self):
        for name in HUGO_SETTINGS:
            told = _read(self.root / name)
            if told is not None and (self.root / "content").is_dir():
                self.is_hugo = True
                for part in ("languages", "permalinks"):
                    more = _read(self.root / posixpath.dirname(name) / f"{part}.toml")
                    if more:
                        told.setdefault(part, more)
                return told
        return None

    @cached_property
    def zone(self):
        """The time zone of the site's dates that name none, None where none is set."""
        try:
            return ZoneInfo(str(self.settings.get("timezone") or ""))
        except (ValueError, OSError, KeyError):
            return None

    @cached_property
    def languages(self):
        """{code: (folder of its content, path above its pages)}, of Hugo."""
        told = self.settings.get("languages")
        found, default = {}, str(self.settings.get("defaultcontentlanguage") or "en")
        in_folder = self.settings.get("defaultcontentlanguageinsubdir") is True
        for code, one in told.items() if isinstance(told, dict) else ():
            folder = one.get("contentdir") if isinstance(one, dict) else ""
            above = f"/{code}" if code != default or in_folder else ""
            found[str(code)] = (str(folder or f"content/{code}").strip("/"), above)
        return found

    @cached_property
    def people(self):
        """{key: name} of the authors that the site keeps in a file of their own."""
        found = {}
        for name in ("_data/authors.yml", "_data/authors.yaml", "data/authors.yaml"):
            for key, one in (_read(self.root / name) or {}).items():
                told = one.get("name") if isinstance(one, dict) else one
                if isinstance(told, str):
                    found[str(key)] = told
        return found

    @cached_property
    def collections(self):
        """{name: what is said of it} of Jekyll's collections that it shows."""
        told = self.settings.get("collections")
        if not isinstance(told, dict):
            return {}
        return {
            str(name): one
            for name, one in told.items()
            if isinstance(one, dict) and one.get("output") is True
        }

    def is_content(self, name: str) -> bool:
        """Say whether a file of the tree, by its path in it, is one of its pages."""
        *folders, file = name.split("/")
        if not folders and ABOUT.fullmatch(file):
            return False
        if self.is_hugo:
            places = [
                "content",
                *(folder for folder, _above in self.languages.values()),
            ]
            return any(f"{name}/".startswith(f"{place}/") for place in places)
        if not MACHINERY.isdisjoint(folders):
            return False
        if not self.is_jekyll:
            return True
        known = {"_posts", "_drafts", *(f"_{name}" for name in self.collections)}
        return all(folder in known for folder in folders if folder[:1] == "_")

    def front(self, name: str, told: dict) -> dict:
        """Return front matter with what Jekyll's `defaults` say of such a file."""
        merged = {}
        rules = self.settings.get("defaults") if self.is_jekyll else None
        for rule in rules if isinstance(rules, list) else ():
            if isinstance(rule, dict) and isinstance(rule.get("values"), dict):
                scope = rule.get("scope") if isinstance(rule.get("scope"), dict) else {}
                if self._is_in(name, scope):
                    merged |= rule["values"]
        return {str(key).lower(): value for key, value in (merged | told).items()}

    def _is_in(self, name, scope):
        path = str(scope.get("path") or "").strip("/")
        kind = scope.get("type")
        if path and not f"{name}/".startswith(f"{path}/"):
            return False
        return kind is None or kind == self.kind(name)

    def kind(self, name: str) -> str:
        """Return "posts", "drafts", a collection's name, or "pages"."""
        for folder in name.split("/")[:-1]:
            if folder[:1] == "_":
                return folder[1:]
        return "pages"

    def folders_above_posts(self, name: str) -> list[str]:
        """Return the folders around `_posts`, which are categories to Jekyll."""
        folders = name.split("/")[:-1]
        for place in ("_posts", "_drafts"):
            if place in folders:
                return folders[: folders.index(place)]
        return []

    def language_of(self, name: str) -> str:
        """Return the language of a file by its name or its folder, "" for none."""
        stem = posixpath.basename(name).rpartition(".")[0]
        if (code := stem.rpartition(".")[2]) in self.languages and "." in stem:
            return code
        for code, (folder, _above) in self.languages.items():
            if name.startswith(f"{folder}/"):
                return code
        default = str(self.settings.get("defaultcontentlanguage") or "en")
        return default if default in self.languages else ""

    # Addresses.

    def path_of(self, name, front, moment, title, categories) -> str:
        """Return where a page stood, with the site's base; "" where nobody knows.

        `title` is its slug, or its file's name without the day.
        """
        given = str(front.get("permalink") or front.get("url") or "")
        if self.is_jekyll:
            path = self._jekyll(name, given, moment, title, categories)
        elif given:
            path = given
        else:
            path = self._hugos(name, front, moment, title)
        if not path:
            return ""
        return re.sub(r"/{2,}", "/", f"{self.base}/{path}")

    def _jekyll(self, name, given, moment, title, categories):
        kind = self.kind(name)
        style = str(self.settings.get("permalink") or "date")
        if kind in ("posts", "drafts"):
            given = given or style
            if moment is None and ":" in PERMALINKS.get(given, given):
                return ""  # of a draft that has no day yet
        elif kind in self.collections:
            told = self.collections[kind].get("permalink")
            given = given or str(told or f"/{kind}/:name.html")
        elif not given:
            return _page(name, is_bare=style == "pretty" or style.endswith("/"))
        return self._filled(PERMALINKS.get(given, given), moment, title, categories)

    def _filled(self, pattern, moment, title, categories):
        """Return a permalink with its places filled."""
        if isinstance(moment, datetime) and moment.tzinfo and self.zone:
            moment = moment.astimezone(self.zone)
        folders = "/".join(_slug(one) for one in categories)
        return _fill(pattern, moment, title, folders)

    def _hugos(self, name, front, moment, title):
        code = self.language_of(name)
        folder, above = self.languages.get(code, ("content", ""))
        folder = folder if name.startswith(f"{folder}/") else "content"
        inner = name.removeprefix(f"{folder}/")
        inner = re.sub(rf"\.{re.escape(code)}(\.\w+)$", r"\1", inner) if code else inner
        path = _page(inner, is_bare=True, title=title)
        section = inner.partition("/")[0] if "/" in inner else ""
        patterns = self.settings.get("permalinks")
        patterns = patterns if isinstance(patterns, dict) else {}
        if isinstance(patterns.get("page"), dict):
            patterns = patterns["page"]
        pattern = patterns.get(section.lower())
        is_list = posixpath.basename(inner).startswith("_index.")
        is_dated = isinstance(pattern, str) and re.search(
            ":(?:year|month|day)", pattern
        )
        if isinstance(pattern, str) and not is_list and (moment or not is_dated):
            last = path.strip("/").rpartition("/")[2]
            headline = _slug(str(front.get("title") or last))
            pattern = pattern.replace(":title", headline)
            path = _fill(pattern, moment, last, section)
        return f"{above}/{path}"


def _fill(pattern, moment, title, folders=""):
    day = moment or date(1970, 1, 1)
    is_time = isinstance(day, datetime)
    filled = {
        ":categories": folders,
        ":sections": folders,
        ":section": folders,
        ":year": f"{day:%Y}",
        ":short_year": f"{day:%y}",
        ":month": f"{day:%m}",
        ":i_month": str(day.month),
        ":monthname": f"{day:%B}".lower(),
        ":day": f"{day:%d}",
        ":i_day": str(day.day),
        ":y_day": f"{day:%j}",
        ":yearday": str(int(f"{day:%j}")),
        ":week": f"{day:%V}",
        ":short_day": f"{day:%a}",
        ":hour": f"{day:%H}" if is_time else "00",
        ":minute": f"{day:%M}" if is_time else "00",
        ":second": f"{day:%S}" if is_time else "00",
        ":title": title,
        ":name": title,
        ":path": title,
        ":slug": _slug(title),
        ":slugorfilename": title,
        ":slugorcontentbasename": title,
        ":filename": title,
        ":contentbasename": title,
        ":output_ext": ".html",
    }
    names = sorted(filled, key=len, reverse=True)
    return re.sub("|".join(names), lambda found: filled[found[0]], pattern)


def _page(name, is_bare, title=""):
    """Return a page's path: posts/x.md is /posts/x/, or /posts/x.html."""
    folder, _, file = name.rpartition("/")
    stem = file.rpartition(".")[0]
    if stem in ("index", "_index"):
        above, _, last = folder.rpartition("/")
        last = title if title not in ("", "index", "_index") else last
        return f"/{above}/{last}/" if last else "/"
    stem = title or stem
    return f"/{folder}/{stem}" + ("/" if is_bare else ".html")


def _slug(name):
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-")


def _lowered(told):
    """Return a table with its keys in small letters, those below, too."""
    if not isinstance(told, dict):
        return told
    return {str(key).lower(): _lowered(value) for key, value in told.items()}


def _read(path):
    """Return the table in a file of settings, None where there is none."""
    try:
        if not is_file(path) or path.stat().st_size > 1 << 20:
            return None
        text = path.read_text("utf-8")
        if path.suffix == ".toml":
            told = tomllib.loads(text)
        elif path.suffix == ".json":
            told = json.loads(text)
        else:
            told = yaml.load(text, Plain)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
