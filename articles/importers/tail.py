"""What stands below a story: the authors' boxes, notices, the old site's lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .authorbox import (
    ABOUT_HEADING,
    LEADING,
    VERBS,
    count_signals,
    owner,
    read_box,
    split_boxes,
    visible,
)
from .blocks import SENTENCE_END, Block
from .bylines import last_name, name_key
from .chrome import chrome_kind, chrome_lines, copyright_year, is_notice
from .related import announces_others, leads_out
from .story import AuthorBox, ChromeLine

MOST_BLOCKS = 16
LONGEST_BOX_PARAGRAPH = 1600
LONGEST_CHROME_BLOCK = 2000
AFTER_NAME = re.compile(rf"[\ue001*_’\"”]*(?:,|\s*\(|\s*[-–—:]|\s+{VERBS}\b)", re.I)
GOES_ON = re.compile(
    r"[\s*_(\[“\"\ue000]*(?:(?:he|she|they|his|her|their|the author(?:[’']s)?"
    r"|the writer|visit|follow|e-?mails?|contact|reach|write|read|see|find|hear|catch"
    r"|check out|tune in|listen|send|comments?|readers|you (?:can|may)|for (?:more|a)"
    r"|to (?:contact|reach|e-?mail|write|order|comment)|more|learn|copies|it (?:is|was)"
    r"|(?:we)?blog|web ?site|home ?page|phone|tel\w*|fax|twitter|both|this column)\b"
    r"|(?:https?://|www\.)\S+\s*$|[\w.+-]+@[\w.-]+\s*$)",
    re.IGNORECASE,
)
LONGEST_SEQUEL = 500
ALONE = re.compile(
    r"[\s*_(\[\ue000]*(?:(?:he|she|they|the author)\s+(?:can|may)\s+be\s+(?:reached"
    r"|contacted|e-?mailed|written)|(?:e-?mail|contact|write to|reach)\s+(?:him|her"
    r"|them|the (?:author|writer|columnist))|e-?mail\s*:|contact\s*:|comments\?"
    r"|the author\s+(?:lives|resides|is|can|may|of)\b"
    r"|(?:visit|read|follow)\s+(?:his|her|their|the author[’']s)\b)",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"@|https?://|www\.|\ue002|\d{3}[ .-]\d{4}")
SPEECH = re.compile(
    r"[”\"],?\s+(?:he|she|they|\w+)\s+(?:said|says|asked|told|replied|added)\b"
    r"|\b(?:said|says)\b[^.]{0,30}[“\"]"
)


@dataclass(slots=True)
class Tail:
    """What was found below the body, and how many blocks the body keeps."""

    end: int
    boxes: list[AuthorBox] = field(default_factory=list)
    chrome: list[ChromeLine] = field(default_factory=list)
    year: int | None = None


def read_tail(blocks: Sequence[Block], names: Sequence[str], base: str = "") -> Tail:
    """Read up from the bottom until the story's own words begin.

    A paragraph is an author's box when it opens with a name of the byline and
    goes on as boxes do, or comes after a rule or a heading that announces it, or
    says at least two things that only boxes say. A last paragraph that merely
    tells where somebody lives stays in the story.
    """
    tail = Tail(len(blocks))
    _drop_chrome(tail, blocks)
    _drop_related(tail, blocks, base)
    boxed = _boxes(tail, blocks, names)
    if boxed:
        _read_boxes(tail, boxed, names)
        _drop_chrome(tail, blocks)
    while tail.end and blocks[tail.end - 1].kind == "hr":
        tail.end -= 1
    return tail


def _drop_chrome(tail, blocks):
    dropped = []
    while tail.end and (lines := _chrome(blocks[tail.end - 1])) is not None:
        tail.end -= 1
        dropped.append(lines)
        text = visible(blocks[tail.end].text)
        tail.year = tail.year or copyright_year(text)
    tail.chrome[:0] = [line for lines in reversed(dropped) for line in lines]


def _chrome(block):
    """The chrome lines a block consists of; None if it belongs to the story."""
    if block.kind == "hr":
        return []
    if not block.is_words or len(block.text) > LONGEST_CHROME_BLOCK:
        return None
    text = visible(block.text).strip()
    if "\n" in text:
        return _chrome_of_lines(text, block)
    if is_notice(text):
        return [ChromeLine("other", text)]
    kind = chrome_kind(text)
    if not kind:
        return None
    is_sentence = text.endswith((".", "?", "…")) and len(text.split()) <= 3
    whole_link = len(block.links) == 1 and block.links[0][0].strip() == text
    if (kind[1] and not is_sentence) or whole_link:
        return chrome_lines(text, tuple(block.links))
    return None


def _chrome_of_lines(text, block):
    found = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        links = [link for link in block.links if link[0] in line]
        chrome = _chrome(Block("p", line, "", block.line, links))
        if chrome is None:
            return None
        found += chrome
    return found


def _drop_related(tail, blocks, base):
    """Drop a closing list of other stories, heading and all."""
    for at in range(max(1, tail.end - MOST_BLOCKS), tail.end):
        if not announces_others(blocks[at]):
            continue
        entries = blocks[at + 1 : tail.end]
        if leads_out([href for one in entries for _, href in one.links], base):
            return
        rest = [visible(block.text) for block in entries]
        is_list = all(
            block.kind in ("h3", "h4") or not _tells(block) for block in entries
        )
        if rest and is_list:
            texts = [visible(blocks[at].text), *rest]
            tail.chrome[:0] = [ChromeLine("other", text) for text in texts if text]
            tail.end = at
            _drop_chrome(tail, blocks)
            return


def _tells(block):
    """Say whether any line of a block is more than the name of another story."""
    if block.kind in ("ul", "ol"):
        lines = [line for line in visible(block.text).split("\n") if line.strip()]
        return not block.links and all(SENTENCE_END.search(line) for line in lines)
    return len(block.text) >= 140 or bool(SENTENCE_END.search(visible(block.text)))


def _boxes(tail, blocks, names):
    """Cut the closing boxes off the body; the blocks that make them up."""
    taken, first, announced = [], None, False
    at = tail.end
    while at > 0 and tail.end - at < MOST_BLOCKS:
        block = blocks[at - 1]
        text = visible(block.text)
        if block.kind == "hr" or _is_about(text):
            announced = True
            if taken and (block.kind != "hr" or first is None or first == at):
                first = at - 1 if first == at or block.kind != "hr" else first
            if taken and _is_about(text):
                first = at - 1
                break
            if taken and first is None and _sole(names):
                first = at - 1
                break
            taken.insert(0, block)
            at -= 1
            continue
        if _chrome(block) is not None:
            taken.insert(0, block)
            at -= 1
            continue
        if not block.is_words or len(block.text) > LONGEST_BOX_PARAGRAPH:
            break
        is_after_rule = at >= 2 and (
            blocks[at - 2].kind == "hr" or _is_about(visible(blocks[at - 2].text))
        )
        is_own = opens_box(block.text, names, is_after_rule, blocks[: at - 1])
        if not is_own and not _goes_on(block.text):
            break
        taken.insert(0, block)
        at -= 1
        if is_own:
            first = at
    if first is None:
        return _alone(tail, blocks, names, announced)
    # An announcing rule or heading right above goes with the boxes.
    while first and (
        blocks[first - 1].kind == "hr" or _is_about(blocks[first - 1].text)
    ):
        first -= 1
    boxed = list(blocks[first : tail.end])
    tail.end = first
    return boxed


def _goes_on(text):
    """Whether a paragraph can be the sequel of a box that opened above it."""
    return len(text) <= LONGEST_SEQUEL and bool(
        GOES_ON.match(LEADING.sub("", text, count=1)) and not SPEECH.search(text)
    )


def _alone(tail, blocks, names, announced):
    """A closing paragraph without a name: "He can be reached at …"."""
    if not tail.end or not _sole(names):
        return []
    first = tail.end
    while (
        first
        and blocks[first - 1].is_words
        and len(blocks[first - 1].text) < 600
        and ALONE.match(blocks[first - 1].text)
        and (ADDRESS.search(blocks[first - 1].text) or announced)
    ):
        first -= 1
    boxed = list(blocks[first : tail.end])
    tail.end = first
    return boxed


def _sole(names):
    return names[0] if len(names) == 1 else ""


def _is_about(text):
    return len(text) < 60 and bool(ABOUT_HEADING.fullmatch(visible(text)))


def opens_box(text: str, names: Sequence[str], is_announced: bool, before) -> bool:
    """Whether a closing paragraph opens an author's box."""
    found = owner(text, names)
    if not found or len(text) > LONGEST_BOX_PARAGRAPH:
        return False
    name, end = found
    strong, weak = count_signals(text)
    if not AFTER_NAME.match(text, end) or SPEECH.search(text):
        return False
    if name not in names:
        if is_announced:
            return strong + weak >= 1
        if names:
            return strong + weak >= 2 and bool(ADDRESS.search(text))
        return strong + weak >= 2
    if _is_full_name(text, name, end):
        return True
    # A last name alone is the author's only if nobody in the story has it too.
    wanted = 2 if _is_in_story(last_name(name), before) else 1
    return strong + weak >= wanted


def _is_full_name(text, name, end):
    printed = name_key(LEADING.sub("", text[:end], count=1))
    return " " in printed and printed.split()[0] == name_key(name).split()[0]


def _is_in_story(name, before):
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(word.search(block.text) for block in before)


def _read_boxes(tail, boxed, names):
    texts, chrome = [], []
    for block in boxed:
        lines = _chrome(block)
        if lines is not None:
            chrome += lines
            text = visible(block.text)
            tail.year = tail.year or copyright_year(text)
        elif _is_about(visible(block.text)):
            chrome.append(ChromeLine("other", visible(block.text)))
        else:
            texts.append(block.text)
    found = {}
    for text in texts:
        pieces = split_boxes(text, names)
        if not pieces:
            sole = next(reversed(found), "") or _sole(names)
            pieces = [(sole, text)] if sole else []
        elif not owner(text, names):
            pieces[0] = (next(reversed(found), pieces[0][0]), pieces[0][1])
        for name, piece in pieces:
            found[name] = f"{found[name]}\n{piece}" if name in found else piece
    tail.boxes = [read_box(text, name) for name, text in found.items()]
    tail.chrome[:0] = chrome
