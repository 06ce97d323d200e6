"""Where on a page the story is: the extractor's answer, found again in the tree.

trafilatura is good at telling a story from what surrounds it, but hands over a
simplified copy of it. Its text is looked up in the original tree, so that the
original markup can be mapped.
"""

import logging
import re
from dataclasses import dataclass, field

import lxml.etree
import trafilatura

from .blocks import Line
from .cards import teasers
from .comments import comments
from .markup import BLOCKS, is_data_table

# It tells of each link without words, of which an old site has thousands.
logging.getLogger("trafilatura").setLevel(logging.ERROR)

MOST_FOR_EXTRACTOR = 10_000
SHARE_OF_STORY = 0.95
SHARE_OF_COLUMN = 0.75
FAR_OUT = 1  # elements
COLUMNS = ("table", "div", "section", "article", "main", "aside", "nav", "form")
LEAST_TEXT = 12
LEAST_PROSE = 25
# Three dots part the headlines of a ticker.
SENTENCE_END = re.compile(r"[^.\s][.!?…。！？]+[\"”’»)]*(?:\s|$)")
# Words beside the links: a short story in a wide layout.
SAYS_SOMETHING = lxml.etree.XPath(
    "boolean(.//text()[string-length(normalize-space()) > 80][not(ancestor::a)])"
)
WEAK = 200
SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "select",
        "textarea",
        "head",
        "title",
        "option",
    ]
)
LIKELY = (
    "//*[@itemprop='articleBody']",
    "//*[contains(concat(' ', @class, ' '), ' entry-content ')]",
    "//*[contains(concat(' ', @class, ' '), ' post-body ')]",
    "//*[contains(concat(' ', @class, ' '), ' article-body ')]",
    "//article",
    "//main",
    "//*[@role='main']",
    "//*[@id='content']",
)
# A page that names its story may have a very short one.
NAMES_STORY = LIKELY[:5]
LEAST_NAMED = 60
NOT_WORD = re.compile(r"[\W_]+")
SPACE = re.compile(r"[ \t\r\n\f]+")


@dataclass(slots=True)
class Region:
    """The element the story is in, and how much of the story is below each one.

    ``weights`` counts the story's letters below an element, ``prose`` those of its
    sentences, ``words`` and ``linked`` all letters there and those inside links.
    ``first`` and ``last`` are the ends of the story as (element, is_tail).
    """

    container: lxml.etree._Element
    weights: dict = field(default_factory=dict)
    prose: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)
    linked: dict = field(default_factory=dict)
    matched: list = field(default_factory=list)
    teasers: set = field(default_factory=set)
    total: int = 0
    first: tuple | None = None
    last: tuple | None = None
    is_weak: bool = False


def find_body(tree) -> Region:
    """Find the story. A page without any gives its whole body, marked weak."""
    density = count_letters(tree)
    if (body := _one_column(tree, density)) is not None:
        return _with_ends(_weigh(body, None, density), body)
    keys = None if _is_all_links(tree, density) else _extracted_keys(tree)
    region = _weigh(tree, keys, density) if keys else None
    if region is None or region.total < WEAK:
        fallback = _likely(tree)
        if fallback is not None:
            every = _weigh(fallback, None, density)
            if region is None or every.total > 2 * region.total:
                every.is_weak = every.total < WEAK or fallback.tag == "body"
                return _with_ends(every, fallback)
    if region is None:
        return Region(tree, is_weak=True)
    return _with_ends(region, _headed(tree, region, _narrowest(tree, region)))


def _one_column(tree, density):
    """Return the body of a page that has nothing beside its text, else None.

    A page of the 1990s without tables and blocks has one column, from which there is
    nothing to choose, and which the extractor takes most of its time for.
    """
    body = tree.find(".//body")
    words, linked = (counts.get(body, 0) for counts in density)
    if words < 4 * WEAK or linked > 0.1 * words:
        return None
    return None if any(True for _one in body.iter(*COLUMNS)) else body


def _is_all_links(tree, density):
    """Say whether a page has hardly a word outside its links.

    The extractor tries its slowest ways on those, to find nothing in the end.
    """
    words, linked = (counts.get(tree, 0) for counts in density)
    return words - linked < min(WEAK, linked) and not SAYS_SOMETHING(tree)


def whole(element) -> Region:
    """Return all of an element that somebody knows is the story."""
    return _with_ends(_weigh(element, None, count_letters(element)), element)


def _with_ends(region, container):
    """Settle the container; the story's ends are the ends of what is in it."""
    region.container = container
    inside = [
        (element, is_tail)
        for element, is_tail in region.matched
        if (
            element is not container
            and any(one is container for one in element.iterancestors())
        )
        or (element is container and not is_tail)
    ]
    region.matched = []
    if inside:
        region.first, region.last = inside[0], inside[-1]
    return region


def count_letters(tree) -> tuple[dict, dict]:
    """For each element, the letters below it and those of them inside links."""
    words: dict = {}
    linked: dict = {}
    for element in reversed(list(tree.iter())):
        if not isinstance(element.tag, str) or element.tag in SILENT:
            continue
        own = words.get(element, 0) + len((element.text or "").strip())
        words[element] = own
        if element.tag == "a":
            linked[element] = own
        parent = element.getparent()
        if parent is not None:
            tail = len((element.tail or "").strip())
            words[parent] = words.get(parent, 0) + own + tail
            linked[parent] = linked.get(parent, 0) + linked.get(element, 0)
    return words, linked


def _key(text):
    return NOT_WORD.sub("", text)


def _extracted_keys(tree):
    if sum(1 for _ in tree.iter()) > MOST_FOR_EXTRACTOR:
        # The extractor needs seconds there, and a page that long is a list.
        return None
    document = trafilatura.bare_extraction(
        tree,
        include_comments=False,
        include_formatting=True,
        include_links=True,
        include_tables=True,
        with_metadata=False,
    )
    if document is None or document.body is None:
        return None
    return {key for text in document.body.itertext() if (key := _key(text))}


def _weigh(tree, keys, density):
    """Sum up below each element the text that the extractor took for the story.

    Menus do not count, even where the extractor let one in.
    """
    region = Region(tree, words=density[0], linked=density[1])
    menus = {
        element
        for element in tree.iter("td", "div", "ul", "ol", "table", "nav", "form", "dl")
        if region.linked.get(element, 0) > 0.6 * region.words.get(element, 0)
        and not SAYS_SOMETHING(element)
    }
    region.teasers = teasers(tree, region.words) | comments(
        tree, region.words, region.linked
    )
    menus |= region.teasers
    silent = 0
    for event, element in lxml.etree.iterwalk(tree, events=("start", "end")):
        is_silent = element.tag in SILENT or element in menus
        if event == "start":
            silent += is_silent
            if not silent:
                _add(region, element, False, element.text, keys)
            continue
        silent -= is_silent
        if not silent and element is not tree:
            _add(region, element, True, element.tail, keys)
    return region


def _add(region, element, is_tail, text, keys):
    if not text:
        return
    holder = element.getparent() if is_tail else element
    key = _key(text)
    if not key or (keys is not None and key not in keys):
        return
    if len(key) < LEAST_TEXT and holder.tag in ("a", "button", "label", "li"):
        return
    region.matched.append((element, is_tail))
    region.total += len(key)
    is_prose = len(key) >= LEAST_PROSE and SENTENCE_END.search(text)
    while holder is not None:
        region.weights[holder] = region.weights.get(holder, 0) + len(key)
        if is_prose:
            region.prose[holder] = region.prose.get(holder, 0) + len(key)
        holder = holder.getparent()


def _narrowest(tree, region):
    """The deepest element that still holds nearly all of the story."""
    # Verses and lists are no sentences.
    is_prose = 2 * region.prose.get(tree, 0) >= region.weights.get(tree, 0)
    weights = region.prose if is_prose else region.weights
    container = tree
    while True:
        inside = [
            child
            for child in container
            if weights.get(child, 0) >= _share(child) * weights.get(container, 0)
        ]
        if not inside or inside[0].tag not in BLOCKS or inside[0].tag == "p":
            return container
        if inside[0].tag in ("pre", "ul", "ol", "h1", "h2", "h3", "blockquote"):
            return container
        if inside[0].tag == "tr" and is_data_table(inside[0].getparent()):
            return container
        container = inside[0]


def _headed(tree, region, container):
    """Return the element around the headline, where the rest stands far from it.

    What a page says of its newsletter, its cookies or its readers' browsers joins the
    story some elements further out; parts of a story stand side by side.
    """
    heading = next(
        (one for one in container.iter("h1") if _key("".join(one.itertext()))), None
    )
    if heading is None or container.tag == "td":
        return container
    all_of_it = region.prose.get(container, 0)
    inner, climbed = None, 0
    for element in heading.iterancestors():
        if inner is None:
            if 2 * region.prose.get(element, 0) > all_of_it:
                inner = element
        elif region.prose.get(element, 0) > region.prose[inner]:
            return inner if climbed >= FAR_OUT else container
        elif element.tag in COLUMNS:
            climbed += 1
        if element is container:
            return container
    return container


def _share(element):
    """Return which part of the story an element has to hold to be where it is.

    Cells side by side are columns, and a story stands in one of them; one above the
    other they may be its parts.
    """
    if element.tag != "td":
        return SHARE_OF_STORY
    row = element.getparent()
    return SHARE_OF_COLUMN if len(row) > 1 and row.tag == "tr" else SHARE_OF_STORY


def _likely(tree):
    for path in LIKELY:
        least = LEAST_NAMED if path in NAMES_STORY else WEAK
        found = [one for one in tree.xpath(path) if len(one.text_content()) > least]
        if len(found) == 1:
            return found[0]
    return tree.find(".//body")


def text_lines(tree, region: Region) -> tuple[list[Line], list[Line]]:
    """The page's lines of text above the story and below it, links included."""
    above, below = _Lines(), _Lines()
    current, silent = above, 0
    for event, element in lxml.etree.iterwalk(tree, events=("start", "end")):
        if element.tag in SILENT:
            silent += 1 if event == "start" else -1
        is_break = element.tag in BLOCKS or element.tag == "br"
        if event == "start":
            if is_break:
                current.end_line()
            if (element, False) == region.first:
                current.end_line()
                current = None
            if current is not None and not silent:
                current.open(element)
                current.add(element.text)
            if (element, False) == region.last:
                current = below
            current = current or _Lines()
            continue
        current.close(element)
        if is_break:
            current.end_line()
        if (element, True) == region.first:
            current.end_line()
            current = _Lines()
        if (element, True) == region.last:
            current = below
        elif not silent:
            current.add(element.tail)
    above.end_line()
    below.end_line()
    return above.lines, below.lines


class _Lines:
    """Collects text into lines; what is collected inside the story is thrown away."""

    def __init__(self):
        self.lines: list[Line] = []
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.link: tuple[str, int] | None = None

    def add(self, text):
        if text:
            self.words.append(text)

    def open(self, element):
        if element.tag == "a" and element.get("href"):
            self.link = (element.get("href"), len(self.words))

    def close(self, element):
        if element.tag == "a" and self.link:
            href, start = self.link
            label = SPACE.sub(" ", "".join(self.words[start:])).strip()
            self.links.append((label, href))
            self.link = None

    def end_line(self):
        text = SPACE.sub(" ", "".join(self.words)).strip(" \xa0")
        if text:
            self.lines.append(Line(text, links=tuple(self.links)))
        self.words, self.links, self.link = [], [], None
