"""What stands in a story's element and is not the story: notices, lists, calls."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .authorbox import closing_names
from .blocks import SENTENCE_END, Block
from .calls import without_calls
from .chrome import chrome_kind, is_notice
from .comments import without_comments
from .marks import visible
from .related import announces_others, leads_out, without_related

LONGEST_NOTICE = 400  # letters
MOST_BELOW_NOTICE = 2000
COPYRIGHT_LINE = re.compile(
    r".{0,40}?(?:(?:©|\(c\)|copyright\s*(?:©|\(c\)|by\b|:)).{0,40}(?:19|20)\d{2}"
    r"|copyright,?\s*(?:19|20)\d{2}|(?:all )?rights reserved|rechte vorbehalten"
    r"|droits réservés)",
    re.IGNORECASE,
)
OF_PICTURE = re.compile(
    r"\b(?:photo|foto|picture|image|illustration|bild|cartoon|map)|[^\W\d]/[^\W\d]",
    re.IGNORECASE,
)
# A sentence about a copyright has verbs, and none of the words of a notice.
LOWER = re.compile(r"\b[^\W\d_A-Z]\w*")
LEAST_LOWER = 4
LEGAL = re.compile(
    r"\b(?:rights|permi|reproduc|re-?publi|publish|material|licen|distribut|contents?"
    r"|site|rechte|vervielf|droits|reproducción|derechos|diritti|rechten)",
    re.IGNORECASE,
)
POSTED_IN = re.compile(
    r"(?:posted (?:in|by|at|on)|filed under|tags?:|tagged|categor(?:y|ies):|permalink"
    r"|labels:|topics?:|keywords?:|this entry was posted|leave a (?:comment|reply)"
    r"|trackback|bookmark the|share this|abgelegt (?:unter|in)|kategorien?:"
    r"|veröffentlicht (?:in|unter)|schlag(?:worte|wörter):|stichwörter:|themen:"
    r"|diese[rn]? (?:beitrag|eintrag|artikel) (?:wurde|ist)|kommentarfeed"
    r"|(?:publié|classé) dans|catégories?:|mots[- ]clés|étiquettes?:"
    r"|(?:publicado|archivado) en|categorías?:|etiquetas?:|pubblicato in|categorie:"
    r"|geplaatst in|trefwoorden:|publicado em|marcadores:)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Own:
    """The story's own blocks, and what was left out.

    ``below`` are the blocks that stood below it; ``left_out`` are lines that say more
    than an old site's usual ones, for the report, and ``notices`` those below a
    copyright line.
    """

    blocks: list[Block]
    below: list[Block]
    left_out: list[str]
    notices: list[str]


def own_blocks(every: Sequence[Block], base: str = "") -> Own:
    """Tell a story's blocks from the others within its element."""
    told, said = without_comments(every)
    above, below_notice = _until_notice(told)
    trimmed = _trimmed(above, base)
    blocks, others = without_related(trimmed, base)
    blocks, calls = without_calls(blocks)
    kept = set(map(id, trimmed))
    below = [block for block in every if id(block) not in kept]
    notices = _lines_of(below_notice)
    left_out = [*others, *calls, *filter(_says_more, notices), *said]
    return Own(blocks, below, left_out, notices)


def _until_notice(blocks):
    """Return what stands above a copyright notice, and what from there on.

    A box about the author may come after it, and is read where the story ends.
    """
    letters = [len(visible(block.text)) for block in blocks]
    for at, block in enumerate(blocks):
        text, rest = visible(block.text), blocks[at:]
        is_dated = block.kind == "p" and letters[at] <= LONGEST_NOTICE
        is_dated = is_dated and COPYRIGHT_LINE.match(text)
        below = sum(letters[at:])
        if not is_dated or (at and blocks[at - 1].kind == "figure"):
            continue  # Below a picture it is that of the photographer.
        is_sentence = rest[0].is_told and len(LOWER.findall(text)) >= LEAST_LOWER
        if OF_PICTURE.search(text) or (is_sentence and not LEGAL.search(text)):
            continue
        if (
            below < min(0.6 * sum(letters[:at]), MOST_BELOW_NOTICE)
            and any(map(_says_more, _lines_of(rest)))
            and not any(closing_names(one.text) for one in rest)
        ):
            return blocks[:at], rest
    return blocks, []


def _lines_of(blocks):
    lines = [line for block in blocks for line in visible(block.text).split("\n")]
    return [line.strip() for line in lines if line.strip()]


def _says_more(line):
    """Say whether a line below a notice is none of the site's usual ones."""
    kind = chrome_kind(line)
    return not is_notice(line) and not (kind and kind[1])


def _trimmed(blocks, base):
    """Leave off what a blog prints below a post: its sections, its permalink."""
    end, kept = len(blocks), []
    while end and blocks[end - 1].is_words:
        block = blocks[end - 1]
        kind = chrome_kind(visible(block.text))
        if kind and kind[1]:
            kept.insert(0, block)  # The reader of the tail takes note of these.
        elif _is_list_of_sites(blocks, end - 1, base) or not _is_below_post(block):
            break
        end -= 1
    return blocks[:end] + kept


def _is_below_post(block):
    text = visible(block.text)
    if _is_sentence(block, text):
        return False
    linked = sum(len(label) for label, _ in block.links)
    is_sentence = SENTENCE_END.search(text) and len(LOWER.findall(text)) >= LEAST_LOWER
    is_menu = len(block.links) > 1 and linked > 0.5 * len(text) and not is_sentence
    if is_menu or POSTED_IN.match(text.lstrip("[](){}#*|-–— \xa0")):
        return True
    # A menu on several lines, with a counter of visitors among them.
    lines = [line for line in text.split("\n") if line.strip()]
    return len(lines) > 1 and all(
        chrome_kind(line) or sum(label in line for label, _ in block.links) > 1
        for line in lines
    )


def _is_list_of_sites(blocks, at, base):
    """Say whether a list below "Links" leads to other sites than the page's own."""
    block = blocks[at]
    hrefs = [href for _label, href in block.links]
    is_listed = block.kind in ("ul", "ol") and at and announces_others(blocks[at - 1])
    return bool(is_listed) and leads_out(hrefs, base)


def _is_sentence(block, text):
    """Say whether words without links and numbers are a sentence."""
    return block.is_told and not block.links and not re.search(r"\d", text)
