"""What a page prints large, or names a headline, before its styles are taken off."""

import re

from .dates import is_yearless, parse_date

RANKS = {"h1": 7, "h2": 6, "h3": 5, "h4": 4, "big": 4}
NAMED = 6
LONGEST = 300
NAME = re.compile(
    r"(?:^|[\s_-])(?:(?:story|article|art|entry|post|page|news|main)?[_-]?"
    r"(?:headline|heading|hed|title|titel|titulo|titre|titolo)|hd|hdl|hl|kop)"
    r"(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
SIZE = re.compile(r"font-size\s*:\s*(\d{1,3})\s*(px|pt|%|em)", re.IGNORECASE)
LARGE = {"px": 18, "pt": 14, "%": 130, "em": 2}
TAGS = ("h1", "h2", "h3", "h4", "big", "font", "span", "div", "p", "td", "b", "strong")
HOME = re.compile(
    r"(?:https?://[^/]+)?(?:/|(?:\.\./)*(?:index|default|home|main)\.\w+|\.{0,2}/)?",
    re.IGNORECASE,
)


def marked_lines(tree) -> dict[str, int]:
    """Return {text: rank} of what is made to look like a headline.

    Ranks run from 2 (a size above the text's) to 7 (h1). A text that is nothing but a
    link to the site's front page is the site's name, and left out.
    """
    found = {}
    for element in tree.iter(*TAGS):
        rank = _rank(element)
        if not rank:
            continue
        text = " ".join("".join(element.itertext()).split())
        if not 3 < len(text) <= LONGEST or parse_date(text) or is_yearless(text):
            continue
        if not leads_home(element):
            found[text] = max(rank, found.get(text, 0))
    return found


def home_lines(tree) -> set[str]:
    """Return the texts that are links to the site's front page: its name, mostly."""
    return {
        " ".join("".join(link.itertext()).split())
        for link in tree.iter("a")
        if link.get("href") and HOME.fullmatch(link.get("href").strip())
    }


def _rank(element):
    tag = element.tag
    if tag in RANKS:
        return RANKS[tag]
    if NAME.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
        return NAMED
    if tag == "font":
        return _rank_of_size((element.get("size") or "").strip())
    found = SIZE.search(element.get("style") or "")
    return 4 if found and int(found[1]) >= LARGE[found[2].lower()] else 0


def _rank_of_size(size):
    if not re.fullmatch(r"\+?\d", size):
        return 0
    number = int(size) + 3 if size.startswith("+") else int(size)
    return min(number, 7) - 1 if number >= 4 else 0


def leads_home(element) -> bool:
    """Say whether all of an element is one link to the front page."""
    links = [element] if element.tag == "a" else list(element.iter("a"))
    links += [one for one in element.iterancestors("a")][:1]
    if len(links) != 1 or not HOME.fullmatch((links[0].get("href") or "x").strip()):
        return False
    inside, whole = ("".join("".join(one.itertext()).split()) for one in
                     (links[0], element))  # fmt: skip
    return len(inside) >= len(whole)
