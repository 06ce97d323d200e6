"""Saved pages of plain text: lines into paragraphs, paragraphs into a story."""

import re
from dataclasses import dataclass
from itertools import pairwise

from articles.languages import direction_of

from .authorbox import closing_names
from .blocks import Block, Line, escape, linked
from .chrome import chrome_kind, is_notice
from .dressing import dress
from .head import read_head
from .language import guess_language
from .story import PageError, Story
from .tail import read_tail

NEWLINE = re.compile("\r\n|[\r\n\f\v\x1c-\x1e\x85\u2028\u2029]")
SPACES = " \t\xa0\u2007\u202f\u3000\ufeff\u200b"
INDENT = re.compile(r"[ \t\xa0\u3000]*")
RULE = re.compile(r"(?:[*_=~#•·+—–-][ \t]*){3,}")
SCENE_BREAK = re.compile(r"(?:\*[ \t]*){1,}|§|⁂|❦|#")
UNDERLINE = re.compile(r"(=|-|~){3,}")
BULLET = re.compile(r"[ \t]*(?:[-*•·●◦‣▪]|o(?=\s{2}))[ \t]+(?=\S)")
NUMBER = re.compile(r"[ \t]*(\d{1,3})[.)][ \t]+(?=\S)")
QUOTE_MARK = re.compile(r"[ \t]*(?:>[ \t]?)+")
ATTRIBUTION = re.compile(r"[\s]*(?:—|–|--|―)\s?(?=[^\W_a-z“\"])")
ENDS_SENTENCE = re.compile(r"[.!?…:][\"”’»)\]]*$")
ENDS_HEADING = re.compile(r"[.!?…:;,\"”’»)\]—–-]$")
STARTS_SENTENCE = re.compile(r"[\"“‘'«(\[¿¡—–-]*[^\W_a-z]")
SUSPENDED_HYPHEN = re.compile(r"[^\W_]-$")
AND_OR = re.compile(r"(?:and|or|to|und|oder|et|ou|y|o|e)\b")
INNER_GAP = re.compile(r"\S {3,}\S")
UNWRAPPED = 140
MOST_LINES = 100_000
NARROW = 0.72


@dataclass(slots=True)
class Shape:
    """How a page lays out its paragraphs.

    ``width`` is the column its lines were wrapped at; ``is_wrapped`` false means
    that every line is a paragraph of its own. ``is_indented`` means that a
    paragraph is told by its first line's indent.
    """

    width: int
    is_wrapped: bool
    is_indented: bool
    has_gaps: bool


@dataclass(slots=True)
class Raw:
    """A line that is not blank, as it stands on the page.

    ``is_plain`` lines begin with a letter, as nearly all do: they can be no
    rule, no list entry and no quotation, and are spared the tests.
    """

    number: int
    text: str
    indent: int
    is_apart: bool
    bare: str = ""
    is_plain: bool = False


def read_text(text: str, story: Story) -> Story:
    """Fill a story from a page of plain text. Needs time in proportion to it.

    Raises PageError for a page of more lines than any story has.
    """
    raws = raw_lines(text)
    if len(raws) > MOST_LINES:
        raise PageError("too-large", f"The page has more than {MOST_LINES} lines.")
    story.source_kind = "text"
    shape = shape_of(raws)
    names = closing_names("\n".join(raw.bare for raw in raws[-30:]))
    lines = [Line(raw.bare, raw.number, raw.is_apart) for raw in raws[:80]]
    head = read_head(lines, shape.width, names)
    blocks = to_blocks(raws[head.end :], shape)
    tail = read_tail(
        blocks, [credit.name for credit in head.credits if not credit.role]
    )
    dress(story, head, tail, blocks[: tail.end])
    story.language = guess_language(text[:6000])
    story.direction = direction_of(story.language)
    return story


def raw_lines(text: str) -> list[Raw]:
    """The page's lines without the blank ones, each knowing if one came before."""
    raws, is_apart = [], True
    for number, line in enumerate(NEWLINE.split(text), start=1):
        bare = line.strip(SPACES)
        if not bare:
            is_apart = True
            continue
        is_plain = bare[0].isalpha() and not bare.startswith("o ")
        indent = 0
        if not line[0].isalnum():
            indent = len(INDENT.match(line)[0].expandtabs(4))
        raws.append(Raw(number, line.rstrip(SPACES), indent, is_apart, bare, is_plain))
        is_apart = False
    return raws


def shape_of(raws: list[Raw]) -> Shape:
    """Judge a page by its joints: does the next line's first word still fit?

    Where it does not, time and again, a machine has wrapped the lines.
    """
    joints = [(before, after) for before, after in pairwise(raws) if not after.is_apart]
    lengths = sorted(len(raw.text) for raw in raws if len(raw.text) <= UNWRAPPED)
    in_groups = sorted(
        len(before.text) for before, _ in joints if len(before.text) <= UNWRAPPED
    )
    measured = in_groups or lengths or [80]
    width = max(40, measured[int(0.95 * (len(measured) - 1))])
    unwrapped = sum(1 for raw in raws if len(raw.text) > UNWRAPPED)
    full = [before for before, after in joints if _is_full(before, after, width)]
    is_full = len(full) >= max(3, 0.4 * len(joints)) and unwrapped < 0.08 * len(raws)
    # A machine breaks in the middle of sentences; paragraphs end with one.
    torn = sum(not ENDS_SENTENCE.search(before.bare) for before in full)
    return Shape(
        width=width,
        is_wrapped=is_full and 3 * torn >= len(full),
        is_indented=_is_indented(raws, joints, width),
        has_gaps=sum(1 for raw in raws if raw.is_apart) > 3,
    )


def _is_indented(raws, joints, width):
    """Whether paragraphs are told by an indented first line.

    Either lines step in where a sentence has ended, or most paragraphs begin
    further in than they go on. Verse steps in too, but in short lines.
    """
    steps = sum(
        1
        for before, after in joints
        if after.indent >= before.indent + 2
        and ENDS_SENTENCE.search(before.bare)
        and len(after.text) > 0.6 * width
    )
    openings = [pair for pair in joints if pair[0].is_apart]
    hanging = sum(1 for first, second in openings if first.indent >= second.indent + 2)
    alone = [
        raw
        for raw, after in zip(raws, [*raws, None][1:], strict=True)
        if raw.is_apart and (after is None or after.is_apart)
    ]
    indented = sum(1 for raw in alone if 0 < raw.indent <= 12)
    return (
        steps >= 2
        or hanging > max(1, 0.4 * len(openings))
        or indented > max(3, 0.5 * len(alone))
    )


def _is_full(before, after, width):
    """Whether a wrapping machine could have broken the line here."""
    if len(before.text) > UNWRAPPED:
        return False
    first_word = after.bare.partition(" ")[0]
    return len(before.text) + 1 + len(first_word) > 0.94 * width


def to_blocks(raws: list[Raw], shape: Shape) -> list[Block]:
    """Put lines together to paragraphs, quotations, lists, headings and rules."""
    groups = _groups(raws, shape)
    base = _base_indent(groups)
    blocks: list[Block] = []
    for group in groups:
        block = _block(group, shape, base, blocks)
        if block:
            blocks.append(block)
    return _headings(_joined_lists(blocks), shape)


def _groups(raws, shape):
    """Cut the lines where a paragraph ends."""
    groups: list[list[Raw]] = []
    last_chrome_zone = len(raws) - 14
    for at, raw in enumerate(raws):
        if (
            not groups
            or raw.is_apart
            or _starts_new(groups[-1], raw, shape)
            or (at >= last_chrome_zone and _is_apart_chrome(raws[at - 1], raw, shape))
        ):
            groups.append([raw])
        else:
            groups[-1].append(raw)
    return groups


def _is_underlined(heading, rule):
    """Whether a rule underlines a heading, not merely follows a paragraph."""
    return bool(
        UNDERLINE.fullmatch(rule.bare)
        and not ENDS_SENTENCE.search(heading.bare)
        and 0.5 * len(heading.bare) <= len(rule.bare) <= 2 * len(heading.bare)
    )


def _is_apart_chrome(before, raw, shape):
    if not _is_own_line(raw) and not _is_own_line(before):
        return False
    return not (shape.is_wrapped and _is_full(before, raw, shape.width))


def _is_own_line(raw):
    kind = chrome_kind(raw.bare)
    return bool(kind and kind[1]) or is_notice(raw.bare)


def _starts_new(group, raw, shape):
    before = group[-1]
    if raw.is_plain and before.is_plain and group[0].is_plain:
        return _starts_paragraph(group, raw, shape)
    if RULE.fullmatch(raw.bare) or RULE.fullmatch(before.bare):
        return len(group) > 1 or not _is_underlined(before, raw)
    if BULLET.match(raw.text) or NUMBER.match(raw.text):
        return not (BULLET.match(group[0].text) or NUMBER.match(group[0].text))
    if _is_quoted(raw) != _is_quoted(before):
        return True
    if _is_quoted(raw) and not QUOTE_MARK.sub("", raw.text, count=1).strip():
        return False
    return _starts_paragraph(group, raw, shape)


def _starts_paragraph(group, raw, shape):
    before = group[-1]
    if shape.is_indented and raw.indent > before.indent + 1:
        return not ATTRIBUTION.match(raw.text)
    if len(before.text) > UNWRAPPED or len(raw.text) > UNWRAPPED:
        return True
    if shape.is_wrapped:
        would_have_fitted = not _is_full(before, raw, NARROW * shape.width)
        return (
            would_have_fitted
            and bool(ENDS_SENTENCE.search(before.bare))
            and bool(STARTS_SENTENCE.match(raw.bare))
        )
    return not shape.has_gaps or _is_paragraph(before) or _is_paragraph(raw)


def _is_paragraph(raw):
    return len(raw.text) > 90 and bool(ENDS_SENTENCE.search(raw.bare))


def _is_quoted(raw):
    return raw.text.lstrip().startswith(">")


def _base_indent(groups):
    indents = sorted(min(raw.indent for raw in group) for group in groups)
    return indents[len(indents) // 2] if indents else 0


def _block(group, shape, base, blocks):
    first = group[0]
    if (
        first.is_plain
        and len(group) == 1
        and not first.indent
        and "\t" not in first.text
    ):
        return Block("p", first.bare, f"<p>{linked(first.bare)}</p>", first.number)
    if len(group) == 1 and (
        RULE.fullmatch(first.bare)
        or (SCENE_BREAK.fullmatch(first.bare) and blocks)
    ):  # fmt: skip
        return Block("hr", "", "<hr>", first.number)
    if len(group) == 2 and _is_underlined(*group):
        return _heading(first, "h2")
    if all(BULLET.match(raw.text) for raw in group[:1]):
        made = _list(group, BULLET, "ul")
        if made:
            return made
    if NUMBER.match(first.text):
        made = _list(group, NUMBER, "ol")
        if made:
            return made
    if _is_quoted(first):
        return _quotation(group, shape, QUOTE_MARK)
    if _is_set_in(group, shape, base):
        return _quotation(group, shape, INDENT)
    table = _table(group)
    if table:
        return table
    text, markup = _paragraph(group, shape)
    return Block("p", text, f"<p>{markup}</p>", first.number)


def _is_set_in(group, shape, base):
    """Whether the whole group is indented: a quotation, not a paragraph's start."""
    least = min(raw.indent for raw in group)
    if least < base + 2:
        return False
    return len(group) > 1 or not shape.is_indented


def _heading(raw, kind):
    return Block(kind, raw.bare, f"<{kind}>{escape(raw.bare)}</{kind}>", raw.number)


def _paragraph(group, shape):
    """A paragraph's text, and its HTML with the lines of verse kept apart."""
    texts = [raw.bare for raw in group]
    if len(texts) > 1 and _is_verse(group, shape):
        return "\n".join(texts), "<br>".join(linked(text) for text in texts)
    pieces = [texts[0]]
    for before, text in pairwise(texts):
        pieces += [_glue(before, text), text]
    joined = "".join(pieces)
    return joined, linked(joined)


def _glue(before, after):
    """What goes between two wrapped lines: nothing after a word's own hyphen."""
    if SUSPENDED_HYPHEN.search(before) and not AND_OR.match(after):
        return ""
    if before.endswith(("—", "--")) and not before[:-1].rstrip("-").endswith(" "):
        return ""
    return " "


def _is_verse(group, shape):
    lengths = [len(raw.bare) for raw in group]
    widest = max(lengths)
    if widest >= 30 and all(
        len(before.bare) + len(after.bare.partition(" ")[0]) >= widest
        for before, after in pairwise(group)
    ):
        return False
    if not shape.is_wrapped and len(group) > 1:
        return not all(ENDS_SENTENCE.search(raw.bare) for raw in group[:-1])
    return max(lengths) < NARROW * shape.width and len(group) > 1


def _list(group, mark, kind):
    entries: list[list[str]] = []
    for raw in group:
        if mark.match(raw.text):
            entries.append([mark.sub("", raw.text, count=1).strip(SPACES)])
        elif raw.indent or len(entries[-1][-1]) > 50:
            entries[-1].append(raw.bare)
        else:
            return None
    if kind == "ol":
        numbers = [
            int(NUMBER.match(raw.text)[1]) for raw in group if mark.match(raw.text)
        ]
        if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            return None
    texts = [" ".join(entry) for entry in entries]
    markup = "".join(f"<li>{linked(text)}</li>" for text in texts)
    return Block(
        kind,
        "\n".join(texts),
        f"<{kind}>{markup}</{kind}>",
        group[0].number,
        marker=mark.match(group[0].text)[0].strip(),
        printed=" ".join(raw.bare for raw in group),
    )


def _joined_lists(blocks):
    """Join list entries that blank lines parted; a lone one was no list at all."""
    runs: list[list[Block]] = []
    for block in blocks:
        if block.marker and runs and _goes_on(runs[-1], block):
            runs[-1].append(block)
        else:
            runs.append([block])
    return [_if_list(_one_list(run)) for run in runs]


def _goes_on(run, block):
    first, last = run[0], run[-1]
    if not first.marker or first.kind != block.kind:
        return False
    entries = last.text.count("\n") + 1
    return block.kind == "ul" or _number(block) == _number(last) + entries


def _one_list(run):
    first = run[0]
    if len(run) > 1:
        tag = len(first.kind) + 2
        first.text = "\n".join(block.text for block in run)
        first.printed = " ".join(block.printed for block in run)
        entries = "".join(block.html[tag : -tag - 1] for block in run)
        first.html = f"<{first.kind}>{entries}</{first.kind}>"
    return first


def _number(block):
    return int(block.marker.rstrip(".)"))


def _if_list(block):
    if not block.marker:
        return block
    # A list would renumber numbers that do not start at one.
    if "\n" in block.text and (block.kind == "ul" or _number(block) == 1):
        return block
    text = block.printed
    return Block("p", text, f"<p>{linked(text)}</p>", block.line)


def _quotation(group, shape, mark):
    """Indented lines or lines after ">" as a quotation, with who said it."""
    raws = []
    for raw in group:
        text = mark.sub("", raw.text, count=1)
        if text.strip(SPACES):
            indent = len(INDENT.match(text)[0])
            is_apart = not raws or raws[-1] is None
            raws.append(Raw(raw.number, text, indent, is_apart, text.strip(SPACES)))
        else:
            raws.append(None)
    paragraphs, current = [], []
    for raw in [*raws, None]:
        if raw is not None:
            current.append(raw)
        elif current:
            paragraphs.append(current)
            current = []
    if not paragraphs:
        return Block("hr", "", "<hr>", group[0].number)
    return _as_quotation(paragraphs, shape, group[0].number)


def _as_quotation(paragraphs, shape, number):
    said_by = ""
    last = paragraphs[-1]
    is_alone = len(last) == 1 and len(paragraphs) == 1
    end = last[-1]
    if ATTRIBUTION.match(end.text) and len(end.bare) < 160 and not is_alone:
        said_by = ATTRIBUTION.sub("", last.pop().text, count=1).strip(SPACES)
        paragraphs = [raws for raws in paragraphs if raws]
    narrow = Shape(max(shape.width - 8, 30), shape.is_wrapped, False, shape.has_gaps)
    made = [_paragraph(raws, narrow) for raws in paragraphs]
    markup = "".join(f"<p>{inside}</p>" for _, inside in made)
    text = "\n".join(text for text, _ in made)
    if said_by:
        markup += f"<footer><cite>{escape(said_by)}</cite></footer>"
        text += f"\n{said_by}"
    return Block("blockquote", text, f"<blockquote>{markup}</blockquote>", number)


def _table(group):
    """Lines of cells parted by tabs as a table; columns kept by spaces as they are."""
    if not any("\t" in raw.text or "   " in raw.bare for raw in group):
        return None
    rows = [[cell.strip(SPACES) for cell in raw.bare.split("\t")] for raw in group]
    if len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1:
        markup = "".join(
            "<tr>" + "".join(f"<td>{linked(cell)}</td>" for cell in row) + "</tr>"
            for row in rows
        )
        text = "\n".join("\t".join(row) for row in rows)
        html = f"<table><tbody>{markup}</tbody></table>"
        return Block("table", text, html, group[0].number)
    if len(group) > 2 and all(INNER_GAP.search(raw.bare) for raw in group):
        text = "\n".join(raw.text for raw in group)
        return Block("pre", text, f"<pre>{escape(text)}</pre>", group[0].number)
    return None


def _headings(blocks, shape):
    """Make headings of short lines that cannot be paragraphs.

    Only what is all capitals, or capitalised like a title and much shorter than
    what follows: a heading mistaken for a paragraph is the lesser harm.
    """
    for block, following in pairwise(blocks):
        if block.kind != "p" or following.kind != "p" or "<" in block.html[3:-4]:
            continue
        text = block.text
        if len(text) > 70 or ENDS_HEADING.search(text) or len(following.text) < 100:
            continue
        if not text[:1].isalnum() or chrome_kind(text) or is_notice(text):
            continue
        if (text.isupper() and len(text) > 1) or _is_title(text):
            block.kind = "h2"
            block.html = f"<h2>{escape(text)}</h2>"
    return blocks


def _is_title(text):
    words = [word for word in text.split() if len(word) > 3]
    return (
        1 < len(text.split()) <= 9
        and bool(words)
        and all(not word[0].isalpha() or word[0].isupper() for word in words)
    )
