"""Two versions of a text, or of an article's field, word by word. Knows no model.

Why not a library: lxml.html.diff (which we have) is as quick, but it splits at blanks
only, which Chinese has none of, does not say what stands beside what, and returns the
markup of the stored bodies. difflib takes 6 s where two words alternate 5,000 times,
and more for more. The longest common subsequence in bits (Hyyrö 2004: a row of the
table is one long integer) is exact, takes 40 lines, and needs about 15 ms for 5,000 ×
5,000 words whatever they are. benchmarks/compare.py measures all three.

Paragraphs are aligned first, then the words of those that belong together. All HTML
that leaves this module is made here of escaped text.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from lxml import html as lxml_html

from articles.html import BLOCKS, MARKS, clean

EQUAL, ADDED, REMOVED, FORMATTED = "equal", "added", "removed", "formatted"


class Segment(NamedTuple):
    """A stretch of text that is in both versions, or in one of them.

    A "formatted" one is in both with other marks; its note says which.
    """

    kind: str
    text: str
    note: str = ""


def compare_words(old, new):
    """Return the Segments of two plain texts, in the order of reading.

    The equal and removed ones together are the old text, the equal and added ones
    the new text, character by character.
    """
    old, new = _tokenize(old or ""), _tokenize(new or "")
    return _segments(old, new, _matching(old.words, new.words))


# Words. A token is a word with the white space before it: matched words decide what
# is shown, and white space never makes up for a word.

# Scripts that put no blanks between words are compared by the sign, each with the
# marks that sit on it: Thai, Lao, Burmese, Khmer, kana, Chinese.
_SIGN = (
    "\u0e00-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e80-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6"
    "\u1000-\u102a\u1780-\u17b3\u3040-\u3098\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_ON_SIGN = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e"
    "\u17b4-\u17d3\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
_STOP = (
    r"!-/:-@\[-`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u060c\u061b\u061f\u06d4"
    r"\u2010-\u2027\u2030-\u205e\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65"
)
_LETTER = rf"[^\s{_STOP}{_SIGN}]"
_TOKEN = re.compile(
    rf"(\s*)([{_SIGN}][{_ON_SIGN}]*|{_LETTER}+(?:[’'.,‑-]{_LETTER}+)*|\S)"
)
_IS_SIGN = re.compile(rf"[{_SIGN}]")


class _Tokens(NamedTuple):
    words: list[str]
    spaces: list[str]  # before each word
    end: str  # white space after the last
    marks: list[frozenset]  # of each word; empty where the text has none


def _tokenize(text, marks_at=None):
    words, spaces, marks, end = [], [], [], 0
    for found in _TOKEN.finditer(text):
        spaces.append(found[1])
        words.append(found[2])
        end = found.end()
        if marks_at:
            marks.append(marks_at(found.start(2), end))
    return _Tokens(words, spaces, text[end:], marks)


# 10,000 × 10,000 words, which take 12 MB for the moment and 60 ms.
_MOST_BITS = 100_000_000
_WINDOW = 4


def _common(old, new):
    """Return the pairs of positions of a longest common subsequence.

    Where the two are too long for an exact answer, windows of four that stand once
    on each side cut them first; what is too long even then counts as different.
    """
    start, stop = 0, min(len(old), len(new))
    while start < stop and old[start] == new[start]:
        start += 1
    end = 0
    while end < stop - start and old[-1 - end] == new[-1 - end]:
        end += 1
    pairs = [(i, i) for i in range(start)]
    pairs += _common_inside(old, new, start, len(old) - end, start, len(new) - end)
    pairs += [(len(old) - left, len(new) - left) for left in range(end, 0, -1)]
    return pairs


def _common_inside(old, new, i1, i2, j1, j2):
    if i1 == i2 or j1 == j2:
        return []
    if (i2 - i1) * (j2 - j1) <= _MOST_BITS:
        pairs = _longest(old[i1:i2], new[j1:j2])
        return [(i1 + i, j1 + j) for i, j in pairs]
    pairs = []
    anchors = _anchors(old, new, i1, i2, j1, j2)
    for (i, j), (next_i, next_j) in pairwise([(i1, j1), *anchors, (i2, j2)]):
        if (next_i - i) * (next_j - j) <= _MOST_BITS:
            found = _longest(old[i:next_i], new[j:next_j])
            pairs += [(i + x, j + y) for x, y in found]
    return pairs


def _longest(old, new):
    """Return the pairs of a longest common subsequence, by bit-parallel addition.

    Bit i of a row is 0 where the word i of `old` lengthens what is common.
    """
    places = {}
    for i, word in enumerate(old):
        places[word] = places.get(word, 0) | 1 << i
    full = (1 << len(old)) - 1
    row, rows = full, []
    for word in new:
        hit = row & places.get(word, 0)
        if hit:
            row = ((row + hit) | (row - hit)) & full
        rows.append(row)
    pairs = []
    i, j = len(old) - 1, len(new) - 1
    while i >= 0 and j >= 0:
        if rows[j] >> i & 1:
            i -= 1
        elif j and not rows[j - 1] >> i & 1:
            j -= 1
        else:
            pairs.append((i, j))
            i, j = i - 1, j - 1
    return pairs[::-1]


def _anchors(old, new, i1, i2, j1, j2):
    """Return places where the same four words stand, once on each side, in order."""
    here = _single_windows(old, i1, i2)
    there = _single_windows(new, j1, j2)
    found = sorted((i, there[words]) for words, i in here.items() if words in there)
    # The longest rising chain (patience sorting).
    ends, chain_ends, before = [], [], {}
    for i, j in found:
        place = bisect_left(ends, j)
        before[i, j] = chain_ends[place - 1] if place else None
        ends[place : place + 1] = [j]
        chain_ends[place : place + 1] = [(i, j)]
    chain, at = [], chain_ends[-1] if chain_ends else None
    while at:
        chain.append(at)
        at = before[at]
    return chain[::-1]


def _single_windows(words, start, end):
    windows = {}
    for i in range(start, end - _WINDOW + 1):
        window = tuple(words[i : i + _WINDOW])
        windows[window] = -1 if window in windows else i
    return {window: i for window, i in windows.items() if i >= 0}


def _matching(old, new):
    """Return the pairs of words to show as equal: common, and worth the reading.

    A “the” that two rewritten sentences happen to share would cut them to crumbs.
    """
    pairs = _common(old, new)
    for _round in range(4):
        kept = _without_crumbs(pairs, old, new)
        if len(kept) == len(pairs):
            break
        pairs = kept
    return pairs


def _without_crumbs(pairs, old, new):
    """Leave out runs of few letters between longer changes."""
    runs = []
    for i, j in pairs:
        if runs and (i, j) == (runs[-1][1] + 1, runs[-1][2] + 1):
            runs[-1][1:] = [i, j]
        else:
            runs.append([i, i, j])
    ends = [(-1, -1), *((i, j) for _first, i, j in runs)]
    starts = [
        *((first, j - (last - first)) for first, last, j in runs),
        (len(old), len(new)),
    ]
    changes = [
        max(_letters(old, end[0] + 1, start[0]), _letters(new, end[1] + 1, start[1]))
        for end, start in zip(ends, starts, strict=True)
    ]
    kept = []
    for run, before, after in zip(runs, changes, changes[1:], strict=False):
        first, last, j = run
        size = _letters(old, first, last + 1)
        is_crumb = size <= 20 and size <= before and size <= after
        if not is_crumb:
            kept += [(i, j - last + i) for i in range(first, last + 1)]
    return kept


def _letters(words, start, end):
    return sum(map(len, words[start:end]))


def _segments(old, new, pairs):
    """Return the Segments of two _Tokens whose words match as the pairs say."""
    out = _Out()
    i = j = 0
    for next_i, next_j in pairs:
        for at in range(i, next_i):
            out.removed += [old.spaces[at], old.words[at]]
        for at in range(j, next_j):
            out.added += [new.spaces[at], new.words[at]]
        out.space(old.spaces[next_i], new.spaces[next_j])
        if old.marks and old.marks[next_i] != new.marks[next_j]:
            note = _formatting(old.marks[next_i], new.marks[next_j])
            out.put(FORMATTED, new.words[next_j], note)
        else:
            out.put(EQUAL, new.words[next_j])
        i, j = next_i + 1, next_j + 1
    for at in range(i, len(old.words)):
        out.removed += [old.spaces[at], old.words[at]]
    for at in range(j, len(new.words)):
        out.added += [new.spaces[at], new.words[at]]
    out.space(old.end, new.end)
    out.flush()
    return out.segments()


class _Out:
    """Collects what changed until something equal comes."""

    def __init__(self):
        self.pieces = []
        self.removed, self.added = [], []

    def space(self, old, new):
        if old == new:
            self.put(EQUAL, old)
        else:
            self.removed.append(old)
            self.added.append(new)

    def put(self, kind, text, note=""):
        if text:
            self.flush()
            self.pieces.append((kind, note, text))

    def flush(self):
        if not self.removed and not self.added:
            return
        removed, added = "".join(self.removed), "".join(self.added)
        self.removed, self.added = [], []
        lead = _shared_space(removed, added)
        removed, added = removed[len(lead) :], added[len(lead) :]
        tail = _shared_space(removed[::-1], added[::-1])[::-1]
        removed = removed[: len(removed) - len(tail)]
        added = added[: len(added) - len(tail)]
        for kind, text in (
            (EQUAL, lead),
            (REMOVED, removed),
            (ADDED, added),
            (EQUAL, tail),
        ):
            if text:
                self.pieces.append((kind, "", text))

    def segments(self):
        return [
            Segment(kind, "".join(text for _kind, _note, text in pieces), note)
            for (kind, note), pieces in groupby(self.pieces, lambda piece: piece[:2])
        ]


def _shared_space(one, other):
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b or not a.isspace():
            break
        length += 1
    return one[:length]


# Bodies.


class _Block(NamedTuple):
    kind: str  # p, h2, h3, h4, li, quote, speaker, picture, embed, row …
    text: str
    tokens: _Tokens


@dataclass
class Row:
    """A paragraph, or what stands for a picture, an embed, a row of a table."""

    kind: str  # equal, changed, added, removed
    segments: list[Segment]
    old_block: str = ""
    new_block: str = ""
    note: str = ""


@dataclass
class BodyComparison:
    """Two bodies, paragraph by paragraph, in the order of reading."""

    rows: list[Row] = field(default_factory=list)

    @property
    def has_changes(self):
        return any(row.kind != EQUAL for row in self.rows)

    def as_columns(self):
        """Return an HTML table: the old body on the left, the new on the right."""
        return _columns(self.rows)

    def as_running_text(self):
        """Return HTML paragraphs with <del> and <ins>."""
        return _running_text(self.rows)


def compare_bodies(old_html, new_html):
    """Return the BodyComparison of two bodies."""
    old, new = _blocks(old_html), _blocks(new_html)
    rows = []
    i = j = 0
    equal = _common([block.text for block in old], [block.text for block in new])
    for next_i, next_j in [*equal, (len(old), len(new))]:
        rows += _rows_between(old[i:next_i], new[j:next_j])
        if next_i < len(old):
            rows.append(_changed_row(old[next_i], new[next_j]))
        i, j = next_i + 1, next_j + 1
    _note_moves(rows)
    return BodyComparison(rows)


# Pairs of paragraphs that are looked at between two equal ones: 200 × 200.
_MOST_PAIRS = 40_000
# Rewritten paragraphs share every eighth word or pair of words by chance; edited
# ones share half of them. A guess that tests/articles/test_compare.py holds.
_ALIKE = 0.25
_SHINGLES = 200


def _rows_between(old, new):
    """Return the rows of paragraphs none of which stayed as it was."""
    rows = []
    i = j = 0
    for next_i, next_j in [*_alike(old, new), (len(old), len(new))]:
        rows += _rows_apart(old[i:next_i], new[j:next_j])
        if next_i < len(old):
            rows.append(_changed_row(old[next_i], new[next_j]))
        i, j = next_i + 1, next_j + 1
    return rows


def _rows_apart(old, new):
    """Return the rows of paragraphs that do not resemble each other."""
    if len(old) == len(new) == 1:
        row = _changed_row(old[0], new[0])
        stayed = sum(len(s.text) for s in row.segments if s.kind in (EQUAL, FORMATTED))
        if stayed >= _ALIKE * max(len(old[0].text), len(new[0].text)):
            return [row]
    return [_whole_row(REMOVED, block) for block in old] + [
        _whole_row(ADDED, block) for block in new
    ]


def _whole_row(kind, block):
    row = Row(kind, [Segment(kind, block.text)])
    if kind == REMOVED:
        row.old_block = block.kind
    else:
        row.new_block = block.kind
    return row


def _changed_row(old, new):
    pairs = _matching(old.tokens.words, new.tokens.words)
    segments = _segments(old.tokens, new.tokens, pairs)
    is_equal = all(segment.kind == EQUAL for segment in segments)
    row = Row(EQUAL if is_equal else "changed", segments, old.kind, new.kind)
    if old.kind != new.kind:
        row.kind = "changed"
        row.note = _("%(old)s, now %(new)s") % {
            "old": BLOCK_NAMES[old.kind],
            "new": BLOCK_NAMES[new.kind],
        }
    elif not is_equal and all(s.kind in (EQUAL, FORMATTED) for s in segments):
        row.note = _("only the formatting changed")
    return row


def _alike(old, new):
    """Return pairs of positions, in order, of blocks that resemble each other.

    Of very many blocks only those near the same place are looked at, so that the
    work grows with their number and not with its square.
    """
    if not old or not new:
        return []
    old, new = list(map(_shingles, old)), list(map(_shingles, new))
    size = max(1, _MOST_PAIRS // max(len(old), len(new)))
    parts = -(-max(len(old), len(new)) // size)
    pairs = []
    for part in range(parts):
        i, i_end = (len(old) * at // parts for at in (part, part + 1))
        j, j_end = (len(new) * at // parts for at in (part, part + 1))
        found = _most_alike(old[i:i_end], new[j:j_end])
        pairs += [(i + x, j + y) for x, y in found]
    return pairs


def _most_alike(old, new):
    """Return the pairs with the highest total of likeness."""
    best = [[0.0] * (len(new) + 1)]
    for one in old:
        above, row = best[-1], [0.0]
        for j, other in enumerate(new):
            alike = 2 * len(one & other) / (len(one) + len(other) or 1)
            value = max(row[j], above[j + 1])
            row.append(max(value, above[j] + alike) if alike >= _ALIKE else value)
        best.append(row)
    pairs = []
    i, j = len(old), len(new)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def _shingles(block):
    """Return words and pairs of words of a block, a few hundred at most."""
    words = [word.lower() for word in block.tokens.words[:_SHINGLES]]
    alone = {word for word in words if word.isalnum() and not _IS_SIGN.match(word)}
    return alone | {f"{one} {next_one}" for one, next_one in pairwise(words)}


def _note_moves(rows):
    """Say of what was taken away here that it stands there now."""
    removed = {row.segments[0].text for row in rows if row.kind == REMOVED}
    added = {row.segments[0].text for row in rows if row.kind == ADDED}
    from_here, to_here = _("moved from here"), _("moved to here")
    for row in rows:
        if row.kind == REMOVED and row.segments[0].text in added:
            row.note = from_here
        elif row.kind == ADDED and row.segments[0].text in removed:
            row.note = to_here


# From the stored HTML to blocks.

BLOCK_NAMES = {
    "p": gettext_lazy("paragraph"),
    "h2": gettext_lazy("heading"),
    "h3": gettext_lazy("smaller heading"),
    "h4": gettext_lazy("smallest heading"),
    "li": gettext_lazy("list entry"),
    "pre": gettext_lazy("preformatted text"),
    "quote": gettext_lazy("quotation"),
    "pullquote": gettext_lazy("pull quote"),
    "speaker": gettext_lazy("speaker"),
    "source": gettext_lazy("source"),
    "caption": gettext_lazy("caption"),
    "picture": gettext_lazy("picture"),
    "gallery": gettext_lazy("gallery"),
    "embed": gettext_lazy("embed"),
    "row": gettext_lazy("row of a table"),
    "rule": gettext_lazy("line"),
}
MARK_NAMES = {
    "a": gettext_lazy("link"),
    "strong": gettext_lazy("bold"),
    "em": gettext_lazy("italic"),
    "s": gettext_lazy("struck through"),
    "sub": gettext_lazy("subscript"),
    "sup": gettext_lazy("superscript"),
    "code": gettext_lazy("code"),
    "cite": gettext_lazy("title of a work"),
    "small": gettext_lazy("small"),
}
_KINDS = {
    **{"h2": "h2", "h3": "h3", "h4": "h4", "li": "li", "pre": "pre"},
    **{"blockquote": "quote", "aside": "pullquote", "footer": "speaker"},
    **{"figcaption": "caption", "caption": "caption"},
}


def _blocks(body):
    root = lxml_html.fragment_fromstring(clean(body or ""), create_parent="div")
    blocks = []
    _walk(root, "p", blocks)
    return blocks


def _walk(element, kind, blocks):
    """Add the blocks of a container; loose text in it is a block as well."""
    loose = _Text()
    loose.add(element.text, frozenset())
    for child in element:
        if child.tag in BLOCKS:
            loose.end(kind, blocks)
            loose = _Text()
            _block(child, kind, blocks)
        else:
            loose.gather(child, frozenset())
        loose.add(child.tail, frozenset())
    loose.end(kind, blocks)


def _block(element, kind, blocks):
    if element.tag == "hr":
        _stand_in("rule", "* * *", blocks)
    elif element.tag == "figure":
        _figure(element, blocks)
    elif element.tag == "tr":
        row = _Text()
        for cell in element:
            if row.pieces:
                row.add(" | ", frozenset())
            row.gather(cell, frozenset())
        row.end("row", blocks)
    else:
        _walk(element, _KINDS.get(element.tag, kind), blocks)
        if element.tag == "blockquote" and element.get("cite"):
            source = _("[Source: %s]") % element.get("cite")
            _stand_in("source", source, blocks)


def _figure(figure, blocks):
    if address := figure.get("data-embed"):
        _stand_in("embed", _("[Embedded: %s]") % address, blocks)
    if figure.get("class") == "gallery":
        _gallery(figure, blocks)
        return
    number = figure.get("data-picture")
    image = figure.find(".//img")
    if number or image is not None:
        _stand_in("picture", _picture(image, number), blocks)
    for child in figure:
        if child.tag == "figcaption" or child.tag == "table":
            _block(child, "caption", blocks)


def _gallery(gallery, blocks):
    """Add a row that says where a gallery begins, one per picture, and its caption."""
    pictures = gallery.findall("figure")
    told = _("[Gallery of %(number)d pictures]") % {"number": len(pictures)}
    _stand_in("gallery", told, blocks)
    for part in gallery:
        _block(part, "caption", blocks)


def _picture(image, number=None):
    """Return what stands for a picture: its number (or address) and its alt text."""
    alt = image.get("alt", "") if image is not None else ""
    name = number or (image.get("src", "") if image is not None else "")
    text = f"{name}: {alt}" if name and alt else name or alt
    return _("[Picture %s]") % text


def _stand_in(kind, text, blocks):
    blocks.append(_Block(kind, text, _tokenize(text, lambda start, end: frozenset())))


class _Text:
    """The text of a block, and which marks hold from which character on."""

    def __init__(self):
        self.pieces, self.starts, self.marks = [], [], []
        self.length = 0

    def add(self, text, marks):
        if text:
            self.pieces.append(text)
            self.starts.append(self.length)
            self.marks.append(marks)
            self.length += len(text)

    def gather(self, element, marks):
        tag = element.tag
        if tag == "br":
            self.add("\n", marks)
            return
        if tag == "img":
            self.add(_picture(element), marks)
            return
        note = element.get("data-footnote")
        if note is not None:
            self.add(_("[Footnote: %s]") % note, marks)
            return
        if tag in MARKS:
            address = element.get("href", "") if tag == "a" else ""
            marks = marks | {(tag, address)}
        self.add(element.text, marks)
        for child in element:
            if child.tag in BLOCKS:
                self.add(" ", marks)
            self.gather(child, marks)
            self.add(child.tail, marks)

    def end(self, kind, blocks):
        text = "".join(self.pieces)
        if text.strip():
            tokens = _tokenize(text, self.marks_between)
            blocks.append(_Block(kind, text, tokens))

    def marks_between(self, start, end):
        """Return the marks of a word, of all its letters together."""
        first = bisect_right(self.starts, start) - 1
        marks = self.marks[first]
        for at in range(first + 1, len(self.starts)):
            if self.starts[at] >= end:
                break
            marks = marks | self.marks[at]
        return marks


def _formatting(old, new):
    """Say in words which marks came and went: “now bold, no longer a link”."""
    parts = [_mark(mark, _("now: %s")) for mark in sorted(new - old)]
    parts += [_mark(mark, _("no longer: %s")) for mark in sorted(old - new)]
    return ", ".join(parts)


def _mark(mark, text):
    tag, address = mark
    return text % (f"{MARK_NAMES[tag]} {address}" if address else MARK_NAMES[tag])


# What is shown.

# More equal paragraphs than these fold away, all but the one next to a change.
_UNFOLDED = 4


def _inline(segments, left_out=None):
    """Return the segments as HTML; told in words too, for those who hear them."""
    parts = []
    for kind, text, note in segments:
        if kind == left_out:
            continue
        if kind == FORMATTED and left_out == ADDED:
            kind = EQUAL
        shown = conditional_escape(text)
        if kind == EQUAL:
            parts.append(shown)
        elif kind == FORMATTED:
            parts.append(_FORMATTED_HTML.format(shown, conditional_escape(note)))
        else:
            tag, told = _CHANGED[kind]
            parts.append(
                f'<{tag}><bdi class="visually-hidden">{conditional_escape(told)} '
                f'</bdi>{shown}<bdi class="visually-hidden">]</bdi></{tag}>'
            )
    return mark_safe("".join(parts))


# In a bdi, whose letters do not decide the direction of the paragraph.
_CHANGED = {
    ADDED: ("ins", gettext_lazy("[added:")),
    REMOVED: ("del", gettext_lazy("[removed:")),
}
_FORMATTED_HTML = (
    '<span class="compare-formatted">{} <small class="compare-note">({})</small></span>'
)


def _paragraph(block, content, note=""):
    """Return a block as a paragraph; only by its class is it a heading or a list."""
    if note:
        note = f' <small class="compare-note">({conditional_escape(note)})</small>'
    return mark_safe(
        f'<p class="compare-block compare-{block}" dir="auto">'
        f"{conditional_escape(content)}{note}</p>"
    )


def _stretches(rows):
    """Return [(whether to fold, rows), …]: long stretches of equal rows fold."""
    stretches = []
    groups = [list(group) for _equal, group in groupby(rows, lambda r: r.kind == EQUAL)]
    for number, group in enumerate(groups):
        if group[0].kind != EQUAL or len(group) <= _UNFOLDED:
            stretches.append((False, group))
            continue
        before = 1 if number else 0
        after = len(group) - (1 if number < len(groups) - 1 else 0)
        parts = ((False, group[:before]), (True, group[before:after]))
        stretches += [part for part in (*parts, (False, group[after:])) if part[1]]
    merged = []
    for is_folded, group in stretches:
        if merged and not is_folded and not merged[-1][0]:
            merged[-1][1].extend(group)
        else:
            merged.append((is_folded, list(group)))
    return merged


def _folded(rows):
    told = ngettext(
        "%(count)s unchanged paragraph", "%(count)s unchanged paragraphs", len(rows)
    ) % {"count": len(rows)}
    return format_html(
        '<details class="compare-folded"><summary>{}</summary>{}</details>',
        told,
        _running(rows),
    )


def _running(rows):
    return mark_safe(
        "".join(
            _paragraph(row.new_block or row.old_block, _inline(row.segments), row.note)
            for row in rows
        )
    )


def _running_text(rows):
    parts = [
        _folded(group) if is_folded else _running(group)
        for is_folded, group in _stretches(rows)
    ]
    return format_html(
        '<div class="compare-running">{}</div>', mark_safe("".join(parts))
    )


def _columns(rows):
    parts = [
        _folded(group) if is_folded else _table(group)
        for is_folded, group in _stretches(rows)
    ]
    return format_html('<div class="compare-sides">{}</div>', mark_safe("".join(parts)))


def _table(rows):
    lines = []
    for old, new in _side_by_side(rows):
        cells = []
        for row, left_out in ((old, ADDED), (new, REMOVED)):
            if row is None:
                cells.append('<td class="compare-none"></td>')
                continue
            block = row.old_block if left_out == ADDED else row.new_block
            # What a changed row has to say it says where the newer version stands.
            note = "" if left_out == ADDED and row is new else row.note
            shown = _paragraph(block, _inline(row.segments, left_out), note)
            cells.append(f'<td class="compare-{row.kind}">{shown}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return format_html(
        '<table class="compare-columns"><thead class="visually-hidden"><tr>'
        '<th scope="col">{}</th><th scope="col">{}</th></tr></thead>'
        "<tbody>{}</tbody></table>",
        _("Before"),
        _("After"),
        mark_safe("".join(lines)),
    )


def _side_by_side(rows):
    """Return [(old row, new row), …]: removed ones stand beside added ones."""
    lines, waiting = [], []
    for row in rows:
        if row.kind == REMOVED:
            waiting.append(row)
        elif row.kind == ADDED:
            lines.append((waiting.pop(0) if waiting else None, row))
        else:
            lines += [(old, None) for old in waiting]
            waiting = []
            lines.append((row, row))
    return lines + [(old, None) for old in waiting]


# The fields of a snapshot, as articles/revisions.py takes them.

_WORDS = {
    *("headline", "front_headline", "standfirst", "material_update_note"),
    *("first_published_in", "seo_title", "seo_description", "ai_use", "sources"),
    "checked_by",
}
_MOMENTS = {"published_at", "expires_at", "material_update_at", "embargo_until"}
_DAYS = {"planned_for"}


def compare_values(name, old, new, *, running=False):
    """Return HTML that shows two values of one field of a snapshot.

    Words inside texts, the body in two columns (or as running text), entries of
    lists, whole values elsewhere. Its styles are in static/admin_desk/compare.css.
    """
    if name == "body":
        compared = compare_bodies(old, new)
        return compared.as_running_text() if running else compared.as_columns()
    if name in _WORDS:
        return _paragraph("text", _inline(compare_words(old, new)) or _nothing())
    if name in ("tags", "bylines", "related", "corrections"):
        return _entries(name, old or [], new or [])
    old, new = readable(name, old), readable(name, new)
    if old == new:
        return _paragraph("value", old or _nothing())
    segments = [
        Segment(kind, text) for kind, text in ((REMOVED, old), (ADDED, new)) if text
    ]
    parts = [_inline([segment]) for segment in segments]
    return _paragraph("value", format_html_join(" ", "{}", ((part,) for part in parts)))


def _nothing():
    return format_html('<span class="compare-empty">{}</span>', _("empty"))


def readable(name, value):
    """Return one value of a snapshot, or one entry of a list, as a person reads it."""
    if value is None or value == "":
        return ""
    if value is True or value is False:
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return _dict_in_words(value)
    if name in _MOMENTS:
        moment = timezone.localtime(datetime.fromisoformat(value))
        return date_format(moment, "j F Y, H:i")
    if name in _DAYS:
        return date_format(date.fromisoformat(value), "j F Y")
    return str(value)


def _dict_in_words(value):
    if "author" in value:
        credit = value.get("credit") or value["author"]["name"]
        return f"{credit} ({value['role']})" if value.get("role") else credit
    if "text" in value:
        day = timezone.localtime(datetime.fromisoformat(value["corrected_at"]))
        # The labels of Correction.Kind are its values with a capital.
        kind = _(value["kind"].capitalize())
        return f"{kind}, {date_format(day, 'j F Y')}: {value['text']}"
    return value.get("name", "")


def _entries(name, old, new):
    """Return a list with its entries kept, added, removed or moved."""
    old = [readable(name, entry) for entry in old]
    new = [readable(name, entry) for entry in new]
    pairs = [*_common(old, new), (len(old), len(new))]
    entries = []
    i = j = 0
    for next_i, next_j in pairs:
        entries += [(REMOVED, text) for text in old[i:next_i]]
        entries += [(ADDED, text) for text in new[j:next_j]]
        if next_i < len(old):
            entries.append((EQUAL, old[next_i]))
        i, j = next_i + 1, next_j + 1
    moved = Counter(old) & Counter(new)
    lines = []
    for kind, text in entries:
        shown = _inline([Segment(kind, text)])
        if kind != EQUAL and text in moved:
            shown = format_html(
                '{} <small class="compare-note">({})</small>', shown, _("moved")
            )
        lines.append(format_html("<li><bdi>{}</bdi></li>", shown))
    if not lines:
        return _paragraph("value", _nothing())
    return format_html(
        '<ul class="compare-entries compare-{}">{}</ul>',
        name,
        mark_safe("".join(lines)),
    )
