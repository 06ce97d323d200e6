"""A run of words, line breaks and inline tags, cut into clean paragraphs."""

import html
import itertools
import re

from .blocks import escape
from .marks import LINK_CLOSE, LINK_OPEN, TITLE_CLOSE, TITLE_OPEN

SPACE = re.compile(r"[ \t\r\n\f]+")
EDGE = " \xa0\u200b\ufeff"


def paragraphs(run: list[tuple]) -> list[tuple[str, str, list]]:
    """Cut a run of pieces into paragraphs: (HTML inside, marked text, links).

    Two line breaks with nothing between end a paragraph. Where a page knows
    only single breaks, and long lines between them, each line is one.
    """
    breaks = _breaks(run)
    made, stack = [], []
    current = _Paragraph(stack)
    for piece, ends_paragraph in zip(run, breaks, strict=True):
        if ends_paragraph:
            made.append(current.finish())
            current = _Paragraph(stack)
        elif piece[0] == "text":
            current.words(piece[1])
        elif piece[0] == "br":
            current.line_break()
        elif piece[0] == "open":
            stack.append(piece)
            current.open(piece)
        else:
            current.close(piece)
            if stack:
                stack.pop()
    made.append(current.finish())
    return [one for one in made if one[1].strip(EDGE + "\n" + TITLE_OPEN + TITLE_CLOSE)]


def _breaks(run):
    """For each piece, whether it is a line break that ends a paragraph."""
    ends = [False] * len(run)
    at_breaks = [at for at, piece in enumerate(run) if piece[0] == "br"]
    for first, second in itertools.pairwise(at_breaks):
        between = run[first + 1 : second]
        if all(
            piece[0] != "text" or not piece[1].strip(EDGE + "\t\r\n")
            for piece in between
        ):
            ends[first] = ends[second] = True
    if len(at_breaks) >= 3 and not any(ends):
        words = sum(len(piece[1]) for piece in run if piece[0] == "text")
        if words > 120 * len(at_breaks):
            for at in at_breaks:
                ends[at] = True
    return ends


class _Paragraph:
    """Builds a paragraph's HTML and its marked text side by side."""

    def __init__(self, stack):
        self.stack = stack
        self.html: list[str] = []
        self.text: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.has_space = True
        self.label_from = 0
        for piece in stack:
            self.open(piece)

    def words(self, words):
        words = SPACE.sub(" ", words)
        if self.has_space:
            words = words.lstrip(" ")
        if words:
            self.html.append(escape(words))
            self.text.append(words)
            self.has_space = words.endswith(" ")

    def line_break(self):
        self.html.append("<br>")
        self.text.append("\n")
        self.has_space = True

    def open(self, piece):
        _, tag, value = piece
        if tag == "a":
            self.html.append(f'<a href="{html.escape(value)}">')
            self.label_from = len(self.text)
        elif tag:
            self.html.append(f"<{tag}>")
            if value is True:
                self.text.append(TITLE_OPEN)

    def close(self, piece):
        _, tag, href = piece
        opened = self.stack[-1] if self.stack else ("open", "", "")
        if not tag:
            return
        self._close_tag(tag)
        if tag == "a":
            label = "".join(self.text[self.label_from :])
            self.links.append((label.strip(), href))
            if label.strip() and label.strip() != href:
                self.text.append(f"{LINK_OPEN}{href}{LINK_CLOSE}")
        elif opened[2] is True:
            self.text.append(TITLE_CLOSE)

    def _close_tag(self, tag):
        if self.html and re.match(rf"<{tag}[ >]", self.html[-1]):
            self.html.pop()
        else:
            self.html.append(f"</{tag}>")

    def finish(self):
        for piece in reversed(self.stack):
            if piece[1]:
                self._close_tag(piece[1])
                if piece[2] is True:
                    self.text.append(TITLE_CLOSE)
        inside = "".join(self.html).strip(EDGE)
        while True:
            trimmed = re.sub(r"^(?:<br>)+|(?:<br>)+$", "", inside).strip(EDGE)
            if trimmed == inside:
                break
            inside = trimmed
        inside = re.sub(r" +(?=<br>)| +$", "", inside)
        text = "".join(self.text).strip(EDGE + "\n")
        return inside, text, self.links
