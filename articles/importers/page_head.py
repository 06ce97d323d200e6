"""The head of a story on a web page: from the lines above it and its first blocks."""

from itertools import zip_longest

from .blocks import Block, Line, escape
from .chrome import chrome_kind
from .head import (
    LONGEST_STANDFIRST,
    is_head_line,
    is_profile,
    read_head,
    whole_byline,
)
from .headline import key_of
from .marks import visible
from .markup import SENTENCE_END

BLOCKS_OF_HEAD = 12
LEAST_PROSE = 120  # letters
MOST_ABOVE, MOST_PROSE_ABOVE = 1500, 3
NO_LINE = Line("")


def head_of_page(above, blocks, title, metadata):
    """Read the head from the lines above the story and from its first blocks.

    Of the lines above only bylines and dates count, and a standfirst right
    below the headline; the rest is menus.
    """
    titles = [
        at + 1
        for at, line in enumerate(above)
        if title and key_of(line.text) == key_of(title)
    ]
    start = titles[-2:][0] if titles else None
    lines = above[start:] if titles else above[-15:]
    kept = [Line(title, level=1)] if title else []
    prose = _told_above(above, titles, blocks)
    if prose and (len(prose) > 1 or len(prose[0].text) > LONGEST_STANDFIRST):
        blocks = [*map(_paragraph, prose[:MOST_PROSE_ABOVE]), *blocks]
    elif prose or (titles and _is_standfirst_line((*above[titles[-1] :], NO_LINE)[0])):
        kept.append(prose[0] if prose else above[titles[-1]])
    lines = _with_whole_bylines(lines)
    names = [credit.name for credit in metadata.credits]
    names += metadata.portraits
    kept += [
        line
        for line in lines
        if line not in kept
        and (
            is_head_line(line) or (titles and (line.text in names or is_profile(line)))
        )
    ]
    at_blocks, block_lines = [], []
    for at, block in enumerate(blocks[:BLOCKS_OF_HEAD]):
        if block.kind in ("p", "h2", "h3", "h4"):
            if key_of(visible(block.text)) == key_of(title) and title:
                at_blocks.append((at, None))
                continue
            level = 0 if block.kind == "p" else 2
            for text in visible(block.text).split("\n"):
                block_lines.append(
                    Line(text.strip(), level=level, links=tuple(block.links))
                )
                at_blocks.append((at, len(block_lines)))
        elif block.kind not in ("figure", "hr"):
            break
    head = read_head([*kept, *block_lines], names=names, title=title)
    taken = max(0, head.end - len(kept))
    dropped = {at for at, count in at_blocks if count is None or count <= taken}
    # A block of several lines goes only if all of them belong to the head.
    dropped -= {at for at, count in at_blocks if count is not None and count > taken}
    return head, [block for at, block in enumerate(blocks) if at not in dropped]


def _told_above(above, titles, blocks):
    """Return the prose between the headline and where the extractor saw a story."""
    if not titles:
        return []
    told = key_of(" ".join(visible(block.text) for block in blocks))
    return [
        line
        for line in above[titles[-2:][0] :]
        if _is_prose_line(line) and key_of(line.text) not in told
    ]


def _with_whole_bylines(lines):
    """Put "by" and the name on the next line into one."""
    whole = []
    for line, following in zip_longest(lines, lines[1:]):
        if byline := whole_byline(line, following):
            whole.append(Line(byline.text))
        else:
            whole.append(line)
    return whole


def _is_standfirst_line(line):
    return (
        30 <= len(line.text) <= 400
        and not line.links
        and not is_head_line(line)
        and chrome_kind(line.text) is None
    )


def _is_prose_line(line):
    """Say whether a line between the headline and the story is some of its text."""
    return (
        _is_sentences(line.text, line.links)
        and len(line.text) <= MOST_ABOVE
        and not is_head_line(line)
        and chrome_kind(line.text) is None
    )


def _paragraph(line):
    return Block("p", line.text, f"<p>{escape(line.text)}</p>", links=[*line.links])


def is_prose(block):
    return block.kind == "p" and _is_sentences(visible(block.text).strip(), block.links)


def _is_sentences(text, links):
    linked = sum(len(label) for label, _href in links)
    is_told = len(text) > LEAST_PROSE and SENTENCE_END.search(text)
    return bool(is_told) and linked < 0.3 * len(text)
