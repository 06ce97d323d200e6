"""A page between its source and its story: lines above the body, blocks in it."""

import html
import re
from dataclasses import dataclass, field

from .bylines import EMAIL
from .marks import visible

# Only addresses that say their scheme become links; "www." may be anything.
ADDRESS = re.compile(r"https?://[^\s<>\"“”«»\x00-\x1f]{3,2000}")
CLOSING = ".,;:!?'’”\"»>]}*_"
SENTENCE_END = re.compile(
    r"(?:[^.\s][.!?…]|[。！？])[\"”’»)\]」]*(?:\s*[(\[]\d+[)\]])?$"
)


@dataclass(slots=True)
class Line:
    """A line above the body. ``is_apart`` says that a gap stands before it."""

    text: str
    number: int | None = None
    is_apart: bool = True
    level: int = 0
    links: tuple = ()


@dataclass(slots=True)
class Block:
    """A piece of the body.

    ``text`` carries the marks of authorbox around titles and behind links;
    ``html`` is in the vocabulary of the body. ``kind`` is the outermost element's
    name: p, h2, h3, h4, blockquote, ul, ol, table, pre, hr, figure. A list of
    plain text keeps its first ``marker`` and the lines as ``printed``, for it may
    turn out to be none; a quotation keeps the blocks ``inner`` to it.
    """

    kind: str
    text: str
    html: str
    line: int | None = None
    links: list = field(default_factory=list)
    marker: str = ""
    printed: str = ""
    inner: list = field(default_factory=list)

    @property
    def is_words(self):
        return self.kind in ("p", "h2", "h3", "h4", "blockquote", "ul", "ol")

    @property
    def is_told(self):
        """Whether it tells something: a paragraph of sentences, with few links."""
        is_prose = self.kind in ("p", "blockquote")
        return is_prose and tells(visible(self.text).strip(), self.links)


def tells(text: str, links) -> bool:
    """Say whether words are sentences, few of them in the links (label, address)."""
    inside = sum(len(label) for label, _href in links)
    return bool(SENTENCE_END.search(text)) and inside < 0.3 * len(text)


def escape(text: str) -> str:
    """Text as HTML. Quotation marks stay as they are: they are typography here."""
    return html.escape(text, quote=False)


def linked(text: str) -> str:
    """Text as HTML with its web and e-mail addresses as links."""
    if "://" not in text and "@" not in text:
        return escape(text)
    found = sorted(
        [(*_address_span(match), "") for match in ADDRESS.finditer(text)]
        + [(*match.span(), "mailto:") for match in EMAIL.finditer(text)]
    )
    pieces, at = [], 0
    for start, end, scheme in found:
        if start < at:
            continue
        address = text[start:end]
        pieces.append(escape(text[at:start]))
        href = html.escape(scheme + address)
        pieces.append(f'<a href="{href}">{escape(address)}</a>')
        at = end
    return "".join(pieces) + escape(text[at:])


def _address_span(match):
    address = match[0].rstrip(CLOSING)
    while address.endswith(")") and address.count("(") < address.count(")"):
        address = address[:-1].rstrip(CLOSING)
    return match.start(), match.start() + len(address)
