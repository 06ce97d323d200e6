"""The head of a story on a web page: from the lines above it and its first blocks."""

import html
from itertools import zip_longest

from .blocks import Block, Line, escape, tells
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

BLOCKS_OF_HEAD = 12
LEAST_PROSE = 120  # letters
MOST_ABOVE = 1500


def head_of_page(above, blocks, title, metadata, address):
    """Read the head from the lines above the story and from its first blocks.

    Of the lines above only bylines and dates count, and the prose below the headline:
    a standfirst, or the first paragraphs. The rest is menus. `address(href)` returns
    where a link leads, "" for nowhere.
    """
    titles = [
        at + 1
        for at, line in enumerate(above)
        if title and key_of(line.text) == key_of(title)
    ]
    # Of a headline that is repeated, the last two: the head stands between them.
    lines = above[titles[-2:][0] :] if titles else above[-15:]
    kept = [Line(title, level=1)] if title else []
    prose = _told_above(lines, blocks) if titles else []
    below = above[titles[-1] : titles[-1] + 1] if titles else []
    if len(prose) > 1 or any(len(one.text) > LONGEST_STANDFIRST for one in prose):
        blocks = [*(_paragraph(one, address) for one in prose), *blocks]
    else:
        kept += prose or filter(_is_standfirst_line, below)
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


def _told_above(lines, blocks):
    """Return the prose between the headline and where the extractor saw a story."""
    told = key_of(" ".join(visible(block.text) for block in blocks))
    return [
        line for line in lines if _is_prose_line(line) and key_of(line.text) not in told
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
        LEAST_PROSE < len(line.text) <= MOST_ABOVE
        and tells(line.text, line.links)
        and not is_head_line(line)
        and chrome_kind(line.text) is None
    )


def _paragraph(line, address):
    """Return a line of a page as a paragraph with its links."""
    pieces, at = [], 0
    for label, href in line.links:
        start = line.text.find(label, at)
        if label and start >= 0 and (target := address(href)):
            pieces.append(escape(line.text[at:start]))
            pieces.append(f'<a href="{html.escape(target)}">{escape(label)}</a>')
            at = start + len(label)
    pieces.append(escape(line.text[at:]))
    return Block("p", line.text, f"<p>{''.join(pieces)}</p>", links=[*line.links])
