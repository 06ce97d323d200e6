"""What an operator says of one site's pages: a TOML file of selectors.

A selector is CSS, or XPath where it begins with "/" or "(". What it finds counts more
than what the reader would have found; where it finds nothing, the reader looks itself.
"""

import codecs
import fnmatch
import re
import tomllib
import zoneinfo
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import lxml.etree
from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from .dates import parse_date, parse_machine_date
from .story import Problem, When

FIELDS = (
    *("headline", "standfirst", "byline", "date", "section", "tags", "body"),
    "remove",
)
GLOBS = ("ignore", "pages")
WORDS = ("date_format", "encoding", "timezone", "language")
# Where an element says more than its text: a meta's content, a time's moment.
SAYS = {"meta": "content", "time": "datetime", "img": "alt", "abbr": "title"}
# A block of its own, whatever the page made it with.
AS_BLOCK = "div"
SPACE = re.compile(r"\s+")
MOST_BYTES = 1_000_000
# What rules that were typed into a form are called in what is said of them.
RULES_OF_THE_DESK = "The rules"


class RulesError(Exception):
    """A rules file that cannot be followed, with a sentence that names the line."""


@dataclass
class Rules:
    """Selectors by field, several of a field being tried in turn, and the rest.

    ``remove`` applies all of its selectors. ``used`` counts what was ever found, by
    (field, selector).
    """

    name: str = ""
    selectors: dict = field(default_factory=dict)  # field: [(text, compiled, line)]
    ignore: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    date_format: str = ""
    encoding: str = ""
    timezone: str = ""
    language: str = ""
    used: Counter = field(default_factory=Counter)

    def __getstate__(self):
        """Return what another process reads pages by: it compiles the selectors."""
        bare = {
            name: [(text, None, line) for text, _compiled, line in some]
            for name, some in self.selectors.items()
        }
        return {**self.__dict__, "selectors": bare, "used": Counter()}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.selectors = {
            name: [(text, compiled(text), line) for text, _none, line in some]
            for name, some in self.selectors.items()
        }

    def is_ignored(self, name: str) -> bool:
        """Say whether a file, by its path in the tree, is no story."""
        return _fits(name, self.ignore)

    def is_page(self, name: str) -> bool:
        """Say whether a file becomes a simple page."""
        return _fits(name, self.pages)

    def take(self, tree) -> "Taken":
        """Find the fields in a page, and take what stands in its body out of it."""
        taken = Taken()
        for _selector, element in self._all("remove", tree):
            _drop(element)
        taken.body = self._first("body", tree)
        found = {name: self._first(name, tree) for name in FIELDS[:6]}
        for name in ("headline", "standfirst", "byline", "section"):
            setattr(taken, name, " ".join(map(said, found[name])))
        taken.tags = [t for one in found["tags"] for t in re.split(r"[,;]", said(one))]
        taken.tags = [tag.strip() for tag in taken.tags if tag.strip()]
        taken.date_text = said(found["date"][0]) if found["date"] else ""
        taken.date = self.date_of(taken.date_text)
        kept = {one for body in taken.body for one in (body, *body.iterancestors())}
        for element in (one for some in found.values() for one in some):
            if not isinstance(element, str) and element not in kept:
                _drop(element)
        return taken

    def date_of(self, text: str) -> When | None:
        """Read a date by the site's own format, else as dates are read anywhere."""
        if not text:
            return None
        if self.date_format:
            try:
                moment = datetime.strptime(text, self.date_format)  # noqa: DTZ007
            except ValueError:
                return None
            has_time = re.search(r"%[HIcXT]", self.date_format)
            return When(moment, "moment") if has_time else When(moment.date())
        return parse_machine_date(text) or parse_date(text)

    def unused(self):
        """Yield a Problem for each selector that never found anything."""
        for name, some in self.selectors.items():
            for text, _compiled, line in some:
                if not self.used[name, text]:
                    reason = f"The rule for {name} found nothing on any page."
                    yield Problem(self.name, "rule-unused", reason, line, text)

    def _all(self, name, tree):
        for text, compiled, _line in self.selectors.get(name, ()):
            found = compiled(tree)
            found = found if isinstance(found, list) else [str(found)]
            found = [one for one in found if said(one) or not isinstance(one, str)]
            self.used[name, text] += len(found)
            yield from ((text, element) for element in found)

    def _first(self, name, tree):
        """Return what the first selector that finds anything finds."""
        first, elements = None, []
        for text, element in self._all(name, tree):
            first = first or text
            if text != first:
                break
            elements.append(element)
        if name == "body":
            elements = [one for one in elements if not isinstance(one, str)]
        return _outermost(elements)


@dataclass(slots=True)
class Taken:
    """What the rules found in one page; ``body`` is the elements it stands in."""

    headline: str = ""
    standfirst: str = ""
    byline: str = ""
    section: str = ""
    tags: list = field(default_factory=list)
    date: When | None = None
    date_text: str = ""
    body: list = field(default_factory=list)


def said(found) -> str:
    """Return the words of what a selector found: an element, or an XPath's string."""
    if isinstance(found, str):
        return SPACE.sub(" ", found).strip()
    name = SAYS.get(found.tag)
    words = (found.get(name) if name else "") or " ".join(found.itertext())
    return SPACE.sub(" ", words).strip()


def wrap(body: list):
    """Return one block that holds all elements of a body, in the first one's place."""
    first = body[0]
    if len(body) == 1 and first.tag not in ("span", "font", "p", "td", "tr"):
        return first
    block = first.makeelement(AS_BLOCK)
    if first.tag in ("td", "tr", "tbody"):
        # A cell stays where it is; its words move.
        block.text, first.text = first.text, None
        block.extend(list(first))
        first.append(block)
        body = body[1:]
    else:
        first.addprevious(block)
    for element in body:
        tail, element.tail = element.tail, None
        block.append(element)
        if tail and tail.strip() and element is first:
            block.tail = tail
        if element.tag in ("span", "font", "td", "tr"):
            element.tag = AS_BLOCK
    return block


def _drop(element):
    if not isinstance(element, str) and element.getparent() is not None:
        element.drop_tree()


def _outermost(elements):
    inner = {
        id(one)
        for one in elements
        if not isinstance(one, str)
        and any(above in elements for above in one.iterancestors())
    }
    return [one for one in elements if id(one) not in inner]


def _fits(name, globs):
    return any(
        fnmatch.fnmatchcase(name, glob) or fnmatch.fnmatchcase(f"/{name}", glob)
        for glob in globs
    )


def read_rules(path: Path) -> Rules:
    """Read a rules file. Raises RulesError with a sentence for the operator."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RulesError(f"{path.name} is too large for a file of rules.")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        reason = f"The rules {path} cannot be read: {error.strerror}."
        raise RulesError(reason) from error
    except UnicodeDecodeError as error:
        raise RulesError(f"{path.name} is not text in UTF-8.") from error
    return rules_of(text, path.name)


def rules_of(text: str, name: str) -> Rules:
    """Read the text of rules, called so in what is said of them. Raises RulesError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{name}: this is no TOML: {error}.") from error
    except RecursionError as error:
        raise RulesError(f"{name}: they are nested too deeply.") from error
    return _rules(table, text, name)


def _rules(table, text, name):
    asked = table.get("pages")
    if not isinstance(asked, dict) or len(table) != 1:
        raise RulesError(f"{name} needs one table, [pages], and nothing beside it.")
    rules = Rules(name=name)
    for key, value in asked.items():
        line = _line_of(text, key)
        place = f"{name}, line {line}: " if line else f"{name}: "
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) and one.strip() for one in values):
            raise RulesError(f"{place}{key} takes text in quotation marks.")
        if key in FIELDS:
            rules.selectors[key] = [
                (one, _compiled(one, key, place), line) for one in values
            ]
        elif key in GLOBS:
            setattr(rules, key, tuple(values))
        elif key in WORDS and len(values) == 1:
            setattr(rules, key, _checked(key, values[0], place))
        elif key in WORDS:
            raise RulesError(f"{place}{key} takes one value.")
        else:
            known = ", ".join((*FIELDS, *GLOBS, *WORDS))
            raise RulesError(f"{place}there is no rule {key!r}. Rules are: {known}.")
    return rules


def _line_of(text, key):
    # tomllib does not tell where a value stood.
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return number
    return None


@lru_cache(maxsize=500)
def compiled(selector):
    """Return what finds a selector's elements in a tree; its errors are lxml's."""
    if selector.lstrip().startswith(("/", "(", "./")):
        return lxml.etree.XPath(selector.strip())
    return CSSSelector(selector, translator="html")


def _compiled(selector, key, place):
    try:
        return compiled(selector)
    except (SelectorError, lxml.etree.XPathError) as error:
        reason = f"{place}{key} is no selector, {selector!r}: {error}."
        raise RulesError(reason) from error


def _checked(key, value, place):
    """Return a value of one word, refused where nobody knows it."""
    try:
        if key == "encoding":
            codecs.lookup(value)
        elif key == "timezone":
            zoneinfo.ZoneInfo(value)
        elif key == "date_format" and not re.search(r"%[YyGcxD]", value):
            raise RulesError(f"{place}date_format has no year: {value!r}.")
    except (LookupError, ValueError, OSError) as error:
        raise RulesError(f"{place}there is no {key} {value!r}.") from error
    return value
