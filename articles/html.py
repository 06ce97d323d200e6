"""The vocabulary of article bodies, and the only sanitiser of the project.

One column of semantic HTML in a small fixed vocabulary, readable without us in
fifteen years. Every body has one spelling: `clean` removes what is outside the
vocabulary, then writes the rest the way the editor writes it (a block per line,
white space collapsed, marks nested the same way). That is why opening and saving
an imported article changes nothing, and why a comparison of two revisions shows
only what somebody edited. Nothing in this module knows a model.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

import nh3

# Marks, in the order they are nested where both hold the same words.
MARKS = ("a", "strong", "em", "s", "sub", "sup", "code", "cite", "small")
LEAVES = {"br", "img"}
TEXTBLOCKS = {"p", "h2", "h3", "h4", "pre", "figcaption", "caption", "footer"}
BLOCKS = TEXTBLOCKS | {
    *("ul", "ol", "li", "hr", "div", "blockquote", "aside", "figure"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
TAGS = BLOCKS | LEAVES | set(MARKS)
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title", "rel"},
    "aside": {"class"},
    "blockquote": {"cite"},
    "div": {"data-raw"},
    "figure": {"class", "data-picture", "data-embed"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "sup": {"class", "data-footnote"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
CLASSES = {
    "aside": ("pullquote",),
    "figure": ("embed", "gallery"),
    "sup": ("footnote",),
}
SCHEMES = {"http", "https", "mailto", "tel"}

# Older and wider HTML that has a word in the vocabulary. Block elements that have
# none become a `div`, which is then dissolved: simply removed, they would glue the
# last word before them to the first one inside.
SPELLINGS = {
    **{"b": "strong", "i": "em", "strike": "s", "del": "s", "tt": "code"},
    **{"h1": "h2", "h5": "h4", "h6": "h4"},
    **dict.fromkeys(
        (
            *("address", "article", "body", "center", "dd", "details", "dir", "dl"),
            *("dt", "fieldset", "form", "header", "hgroup", "legend", "main", "menu"),
            *("nav", "option", "search", "section", "summary"),
        ),
        "div",
    ),
}
# A page can nest a hundred thousand elements; Python's stack holds a thousand.
MAX_DEPTH = 64
MAX_TAG_DEPTH = 400

_SPACE = re.compile(r"[ \t\r\n\f]+")
_WEB_ADDRESS = re.compile(r"https?://[^\s/]|/(?![/\\])", re.IGNORECASE)
# nh3 escapes < and > in attribute values, so a tag ends at the first ">".
_TOKEN = re.compile(r"<(/?)([a-z0-9]+)([^>]*)>|([^<]+)")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>")
_ENDS_BY_ITSELF = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
    *("source", "track", "wbr", "p", "li", "dt", "dd", "option", "tr", "td", "th"),
    *("thead", "tbody", "tfoot"),
}
_ATTRIBUTE = re.compile(r' [a-z-]+="[^"]*"')

_PATTERNS = {
    "lang": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5}"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "data-picture": re.compile(r"[1-9][0-9]{0,17}"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    "start": re.compile(r"0|-?[1-9][0-9]{0,8}"),
    "colspan": re.compile(r"[1-9][0-9]{0,2}"),
    "rowspan": re.compile(r"[1-9][0-9]{0,2}"),
    "width": re.compile(r"[1-9][0-9]{0,4}"),
    "height": re.compile(r"[1-9][0-9]{0,4}"),
}
_SAID_BY_DEFAULT = {("start", "1"), ("colspan", "1"), ("rowspan", "1")}
_WITHOUT_LANGUAGE = LEAVES | {"hr", "thead", "tbody", "tfoot"}


def _filter_attribute(tag, name, value):
    """Return the value to keep, or None; nh3 asks for each allowed attribute."""
    if name == "class":
        written = value.split()
        return next((name for name in CLASSES.get(tag, ()) if name in written), None)
    if name in {"cite", "data-embed"}:
        value = value.strip()
        return value if _WEB_ADDRESS.match(value) else None
    pattern = _PATTERNS.get(name)
    if pattern is None:
        return value
    if not pattern.fullmatch(value) or (name, value) in _SAID_BY_DEFAULT:
        return None
    if name in {"lang", "dir"} and tag in _WITHOUT_LANGUAGE:
        return None
    return value


_cleaner = nh3.Cleaner(
    tags=TAGS | SPELLINGS.keys(),
    attributes=ATTRIBUTES,
    attribute_filter=_filter_attribute,
    url_schemes=SCHEMES,
    link_rel=None,
)


class CleanHTML(str):
    """A body that `clean` returned, so that it need not be cleaned again.

    Anything done to it makes a plain string, which is cleaned like any other.
    """

    __slots__ = ()


def clean(html):
    """Return a body in the vocabulary, in its one spelling, as CleanHTML.

    Cleaning a second time changes nothing. What the editor can make is kept;
    nothing that runs is. A `div[data-raw]` keeps its inner structure, sanitised.
    """
    if isinstance(html, CleanHTML):
        return html
    body = _spelled(html or "")
    # Within raw blocks and pre nothing is put in order, and what a parser makes of
    # a heading in a heading it reads differently when it is written out.
    if "<pre" in body or "data-raw=" in body:
        for _ in range(5):
            body, before = _spelled(body), body
            if body == before:
                break
    return CleanHTML(body)


def _spelled(html):
    html = _shallow(html)
    return "\n".join(map(_written, _flow(_parse(_cleaner.clean(html)).children)))


def _shallow(html):
    """Return HTML without the tags that stand deeper than anybody writes.

    The parser inside nh3 takes quadratic time for depth: 50,000 nested elements
    took it a minute. Elements that end by themselves in HTML do not count.
    """
    if html.count("<") <= MAX_TAG_DEPTH:
        return html
    depth = 0

    def drop_if_deep(tag):
        nonlocal depth
        if tag[2].lower() in _ENDS_BY_ITSELF:
            return tag[0]
        if tag[1]:
            depth -= depth > 0
            return tag[0] if depth < MAX_TAG_DEPTH else " "
        depth += 1
        return tag[0] if depth <= MAX_TAG_DEPTH else " "

    return _TAG.sub(drop_if_deep, html)


# The spelling. Text stays as nh3 escaped it: nothing here decodes or encodes, so
# nothing that was text can become markup.


class _Element:
    __slots__ = ("attributes", "children", "name")

    def __init__(self, name, attributes="", children=None):
        self.name = name
        self.attributes = attributes
        self.children = [] if children is None else children


def _parse(html):
    """Return the root of what nh3 wrote: elements, and text as strings."""
    root = _Element("")
    stack = [root]
    for closing, name, attributes, text in _TOKEN.findall(html):
        if text:
            stack[-1].children.append(text)
        elif closing:
            stack.pop()
        else:
            name = SPELLINGS.get(name, name)
            if len(stack) > MAX_DEPTH and name not in LEAVES and name != "hr":
                stack[-1].children.append("\n" if name in BLOCKS else "")
                stack.append(stack[-1])
                continue
            if attributes.count('="') > 1:
                attributes = "".join(sorted(_ATTRIBUTE.findall(attributes)))
            element = _Element(name, attributes)
            stack[-1].children.append(element)
            if name not in LEAVES and name != "hr":
                stack.append(element)
    return root


def _flow(children, container=""):
    """Return the blocks of a container: loose text becomes paragraphs."""
    blocks, run = [], []
    waiting = children[::-1]
    while waiting:
        child = waiting.pop()
        if type(child) is str or child.name in LEAVES:
            run.append(child)
        elif child.name not in MARKS:
            _end_run(run, blocks)
            blocks += _block(child, container)
        elif _holds_block(child) and "data-footnote=" not in child.attributes:
            waiting += reversed(_sink(child, child.children))
        else:
            run.append(child)
    _end_run(run, blocks)
    return blocks


def _end_run(run, blocks):
    if children := _inline(run):
        blocks.append(_Element("p", "", children))
    run.clear()


def _saying_who(blocks, name):
    """Find who said it in the last line of a quotation: a cite and nothing else.

    It stands in `aside > cite`, and in `blockquote > footer > cite`, where many
    pages write `blockquote > cite`.
    """
    last = blocks[-1] if len(blocks) > 1 else None
    if last is None or last.name != "p" or len(last.children) != 1:
        return blocks
    cite = last.children[0]
    if type(cite) is str or cite.name != "cite" or last.attributes:
        return blocks
    who = cite if name == "aside" else _Element("footer", "", [cite])
    return [*blocks[:-1], who]


def _block(element, container):
    """Return what a block becomes: itself, what was in it, or nothing."""
    name, attributes = element.name, element.attributes
    if name == "hr":
        return [element]
    # Kept as they are written, white space and all, here and in _sink.
    if name == "pre" or (name == "div" and "data-raw=" in attributes):
        return [element] if element.children else []
    if name in {"p", "h2", "h3", "h4"}:
        if _holds_block(element):
            return _flow(element.children, container)
        return _unless_empty(element, _inline(element.children))
    if name in {"ul", "ol"}:
        return _unless_empty(element, _list_items(element.children))
    if name == "table":
        return _unless_empty(element, _table_parts(element.children))
    if name == "figure":
        if _is_gallery(element):
            return _gallery(element)
        return _unless_empty(element, _figure_parts(element))
    if name == "blockquote" or (name == "aside" and "class=" in attributes):
        blocks = _flow(element.children, name)
        return _unless_empty(element, _saying_who(blocks, name))
    if (name, container) in {("footer", "blockquote"), ("figcaption", "gallery")}:
        return _unless_empty(element, _inline(element.children))
    return _flow(element.children, container)


def _unless_empty(element, children):
    element.children = children
    return [element] if children else []


def _list_items(children):
    items, strays = [], []
    for child in children:
        if type(child) is str or child.name != "li":
            strays.append(child)
            continue
        _place_strays(strays, items)
        items += _unless_empty(child, _tight(_flow(child.children)))
    _place_strays(strays, items)
    return items


def _place_strays(strays, items):
    """Bring what stands in a list outside of its items into one.

    A list directly in a list belongs to the item before it (Google Docs, and most
    pages of the 1990s).
    """
    blocks = _flow(strays)
    strays.clear()
    if blocks and items and blocks[0].name in {"ul", "ol"}:
        items[-1].children += blocks
    elif blocks:
        items.append(_Element("li", "", _tight(blocks)))


def _tight(blocks):
    """Write `<li>One` and `<td>One`, not `<li><p>One</p>`, where one will do."""
    if not blocks or blocks[0].name != "p" or blocks[0].attributes:
        return blocks
    first, *rest = blocks
    if any(block.name not in {"ul", "ol"} for block in rest):
        return blocks
    return first.children + rest


def _table_parts(children):
    parts = []
    for child in children:
        if type(child) is str:
            continue
        if child.name == "caption":
            parts += _unless_empty(child, _inline(child.children))
        elif child.name in {"td", "th"}:
            child.children = _tight(_flow(child.children))
            parts.append(child)
        elif child.name == "tr":
            child.children = _table_parts(child.children)
            parts.append(child)
        elif child.name in {"thead", "tbody", "tfoot"}:
            parts += _unless_empty(child, _table_parts(child.children))
    return parts


def _figure_parts(figure):
    is_embed = "data-embed=" in figure.attributes
    attributes = _ATTRIBUTE.findall(figure.attributes)
    attributes = [a for a in attributes if not a.startswith(" class=")]
    if is_embed:
        attributes.insert(0, ' class="embed"')
    figure.attributes = "".join(attributes)
    parts, run = [], []
    for child in figure.children:
        if type(child) is str or child.name in LEAVES or child.name in MARKS:
            run.append(child)
            continue
        _end_figure_run(run, parts)
        if child.name == "figcaption":
            parts += _unless_empty(child, _inline(child.children))
        else:
            parts += _block(child, "figure")
    _end_figure_run(run, parts)
    return parts


def _is_gallery(element):
    words = element.attributes
    refers = "data-picture=" in words or "data-embed=" in words
    return ' class="gallery"' in words and not refers


def _gallery(element):
    """Return a gallery: two pictures or more, then its caption.

    What else was in it follows it. With one picture only there is none.
    """
    pictures, captions, others = [], [], []
    for block in _flow(element.children, "gallery"):
        if block.name == "figcaption":
            captions.append(block)
        elif block.name != "figure":
            others.append(block)
        elif _is_gallery(block):
            pictures += [part for part in block.children if part.name == "figure"]
            captions += [part for part in block.children if part.name != "figure"]
        else:
            (pictures if _is_shown_picture(block) else others).append(block)
    told = captions[:1] if len(pictures) > 1 else []
    others = [
        _Element("p", "", part.children) for part in captions[len(told) :]
    ] + others
    if not told and len(pictures) < 2:
        return pictures + others
    element.children = pictures + told
    return [element, *others]


def _is_shown_picture(figure):
    """Say whether a figure is one picture of ours, with a caption or without."""
    names = [part.name for part in figure.children]
    is_picture = names in (["img"], ["img", "figcaption"])
    return is_picture and "data-picture=" in figure.attributes


def _end_figure_run(run, parts):
    """Let pictures and one link stand by themselves; the rest is a paragraph."""
    children = _inline(run)
    run.clear()
    names = [getattr(child, "name", "") for child in children]
    follows_link = parts and parts[-1].name == "a"
    if set(names) <= {"img"} or (names == ["a"] and not follows_link):
        parts += children
    else:
        parts.append(_Element("p", "", children))


def _holds_block(element):
    return any(
        type(child) is not str and (child.name in BLOCKS or _holds_block(child))
        for child in element.children
    )


def _sink(mark, children):
    """Put a mark that stands around blocks around the words in them instead."""
    sunk, run = [], []
    for child in children:
        if type(child) is str or not (child.name in BLOCKS or _holds_block(child)):
            run.append(child)
            continue
        if run:
            sunk.append(_Element(mark.name, mark.attributes, run))
            run = []
        if child.name != "pre" and "data-raw=" not in child.attributes:
            child.children = _sink(mark, child.children)
        sunk.append(child)
    if run:
        sunk.append(_Element(mark.name, mark.attributes, run))
    return sunk


def _inline(children):
    """Return text, marks and leaves in their one spelling."""
    if len(children) == 1 and type(children[0]) is str:
        text = _one_space(children[0]).strip(" ")
        return [] if _is_blank(text) else [text]
    runs = []
    _flatten(children, (), runs)
    if runs and runs[-1][1] is _LINE_END:
        runs.pop()
    runs = _collapse(runs)
    if all(_is_blank(leaf) for marks, leaf in runs):
        return []
    return _nest(runs)


def _one_space(text):
    # Most text needs nothing, and looking is ten times faster than replacing.
    if "  " in text or "\n" in text or "\t" in text or "\r" in text or "\f" in text:
        return _SPACE.sub(" ", text)
    return text


def _is_blank(leaf):
    if type(leaf) is str:
        return not leaf.strip() or (
            leaf.startswith(("&nbsp;", " ")) and not leaf.replace("&nbsp;", "").strip()
        )
    return leaf.name == "br"


def _flatten(children, marks, runs):
    """Append (marks, leaf) for each piece of text and each br, img and footnote."""
    for child in children:
        if type(child) is str:
            runs.append((marks, child))
            continue
        name, attributes = child.name, child.attributes
        if name in LEAVES:
            runs.append((marks, child))
        elif name == "sup" and "data-footnote=" in attributes:
            kept = [a for a in _ATTRIBUTE.findall(attributes) if " class=" not in a]
            note = _Element("sup", ' class="footnote"' + "".join(kept))
            runs.append((marks, note))
            inner = []
            _flatten(child.children, marks, inner)
            words = [leaf for _, leaf in inner if type(leaf) is str]
            note.children = [_one_space("".join(words))] if words else []
            runs += [run for run in inner if getattr(run[1], "name", "br") != "br"]
        elif name in MARKS:
            if name == "sup":
                attributes = attributes.replace(' class="footnote"', "")
            if name != "a" or "href=" in attributes:
                _flatten(child.children, _with(marks, (name, attributes)), runs)
            else:
                _flatten(child.children, marks, runs)
        else:
            # A block where only words may stand: its lines stay lines.
            _end_line(runs)
            _flatten(child.children, marks, runs)
            _end_line(runs)


_LINE_END = _Element("br")


def _end_line(runs):
    while runs and type(runs[-1][1]) is str and not runs[-1][1].strip():
        runs.pop()
    if runs and runs[-1][1] is not _LINE_END:
        runs.append(((), _LINE_END))


def _with(marks, mark):
    if not marks:
        return (mark,)
    others = [other for other in marks if other[0] != mark[0]]
    return tuple(sorted([*others, mark], key=_rank))


def _rank(mark):
    return MARKS.index(mark[0])


def _collapse(runs):
    """Collapse white space as a browser shows it, and join what is alike."""
    collapsed = []
    after_space = True
    for marks, leaf in runs:
        if type(leaf) is str:
            text = _one_space(leaf)
            if after_space:
                text = text.lstrip(" ")
            if not text:
                continue
            after_space = text[-1] == " "
            before = collapsed[-1] if collapsed else None
            if before and before[0] == marks and type(before[1]) is str:
                collapsed[-1] = (marks, before[1] + text)
            else:
                collapsed.append((marks, text))
            continue
        after_space = leaf.name == "br"
        if after_space:
            _strip_end(collapsed)
        collapsed.append((marks, leaf))
    _strip_end(collapsed)
    return collapsed


def _strip_end(runs):
    while runs and type(runs[-1][1]) is str:
        marks, text = runs.pop()
        if text := text.rstrip(" "):
            runs.append((marks, text))
            return


def _nest(runs):
    """Write runs as nested marks: the mark that goes on longest is outermost.

    static/articles/editor/spelling.js does the same; MARKS decides a tie.
    """
    nested = []
    start = 0
    while start < len(runs):
        marks, leaf = runs[start]
        if not marks:
            nested.append(leaf)
            start += 1
            continue
        mark = marks[0]
        if len(marks) > 1:  # the first of the longest: marks are sorted by rank
            mark = max(marks, key=lambda mark: _reach(runs, start, mark))
        end = _reach(runs, start, mark)
        inner = [
            (tuple(other for other in marks if other != mark), leaf)
            for marks, leaf in runs[start:end]
        ]
        nested.append(_Element(*mark, _nest(inner)))
        start = end
    return nested


def _reach(runs, start, mark):
    end = start + 1
    while end < len(runs) and mark in runs[end][0]:
        end += 1
    return end


def _written(node):
    if type(node) is str:
        return node
    name = node.name
    if name in LEAVES or name == "hr":
        return f"<{name}{node.attributes}>"
    inner = "".join(map(_written, node.children))
    # A parser drops the first line break in a pre (HTML standard, "in body").
    if name == "pre" and inner.startswith("\n"):
        inner = "\n" + inner
    return f"<{name}{node.attributes}>{inner}</{name}>"


# What readers see of a body, for counting, searching and comparing.

_visible = nh3.Cleaner(
    tags=BLOCKS | LEAVES | SPELLINGS.keys() - {"b", "i", "strike", "del", "tt"},
    attributes={},
    link_rel=None,
)
_FOOTNOTE = re.compile(r'data-footnote="([^"]*)"')
# What stands between blanks and dashes is a word if there is a letter or a digit in
# it; Chinese and Japanese write no blanks and are counted by the sign.
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SIGNS}]|[^\s/…–—{_SIGNS}]+")


def text_of(html):
    """Return the text readers see, a line per block; footnotes come last."""
    lines = re.sub(r"<[^>]*>", "\n", _visible.clean(html or "")).split("\n")
    lines += _FOOTNOTE.findall(html or "")
    lines = (" ".join(unescape(line).split()) for line in lines)
    return "\n".join(line for line in lines if line)


def word_count(html):
    """Count the words readers see, as static/articles/editor/words.js does."""
    return len(_words(text_of(html)))


def _words(text):
    return [word for word in _WORD.findall(text) if any(map(str.isalnum, word))]


@dataclass(frozen=True)
class Loss:
    """What a reader would miss in one body that was in another. Falsy if nothing."""

    words: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)  # addresses
    tables: int = 0
    embeds: list[str] = field(default_factory=list)  # addresses
    links: list[str] = field(default_factory=list)  # addresses

    def __bool__(self):
        return any((self.words, self.pictures, self.tables, self.embeds, self.links))


def lost(before, after):
    """Return the Loss between what was handed in and what would be stored."""
    old, new = _Inventory(before), _Inventory(after)
    return Loss(
        words=list((old.words - new.words).elements()),
        pictures=list((old.pictures - new.pictures).elements()),
        tables=max(0, old.tables - new.tables),
        embeds=list((old.embeds - new.embeds).elements()),
        links=list((old.links - new.links).elements()),
    )


class _Inventory(HTMLParser):
    """What a piece of HTML, clean or not, shows."""

    UNSEEN = {"script", "style", "template", "title"}
    EMBEDS = {"iframe": "src", "embed": "src", "object": "data"}
    EMBEDS |= {"video": "src", "audio": "src"}

    def __init__(self, html):
        super().__init__()
        self.pieces = []
        self.pictures, self.embeds, self.links = Counter(), Counter(), Counter()
        self.tables = 0
        self.unseen = 0
        self.feed(html or "")
        self.close()
        self.words = Counter(_words("".join(self.pieces)))

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        if tag in self.UNSEEN:
            self.unseen += 1
        elif tag == "img":
            self.pictures[attributes.get("src", "")[:200]] += 1
        elif tag == "table":
            self.tables += 1
        elif tag in self.EMBEDS:
            self.embeds[attributes.get(self.EMBEDS[tag], "")[:200]] += 1
        elif tag == "a" and attributes.get("href"):
            self.links[attributes["href"].strip()] += 1
        if embed := attributes.get("data-embed"):
            self.embeds[embed.strip()] += 1
        if note := attributes.get("data-footnote"):
            self.pieces.append(f" {note} ")
        self._part(tag)

    def handle_endtag(self, tag):
        if tag in self.UNSEEN and self.unseen:
            self.unseen -= 1
        self._part(tag)

    def _part(self, tag):
        if tag in BLOCKS or tag in LEAVES or SPELLINGS.get(tag) == "div":
            self.pieces.append(" ")

    def handle_data(self, data):
        if not self.unseen:
            self.pieces.append(data)
