"""WordPress's export, cut into its items without reading them.

An export holds a gigabyte of posts; what makes a second run quick is that nothing of
a post is read but its bytes. Only CDATA sections and comments may hold a tag that is
none, so those are stepped over.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from .story import PageError

TOKEN = re.compile(
    rb"<!\[CDATA\[|<!--|<item(?=[\s>])[^>]{0,500}>|</item\s{0,9}>|</rss\s{0,9}>"
)
# No token is longer.
LONGEST = 600
CHUNK = 1 << 20
# No post is larger; a file that never ends its item is no export.
MOST_BYTES = 64 << 20
KIND = re.compile(rb"<wp:post_type>\s*(?:<!\[CDATA\[)?\s*([\w-]{1,60})")
NUMBER = re.compile(rb"<wp:post_id>\s*(?:<!\[CDATA\[)?\s*(\d{1,18})")
CONTENT = b"<content:encoded>", b"]]></content:encoded>"


class Item(NamedTuple):
    """One item's bytes, and the line of the file it begins on."""

    content: bytes
    line: int

    def name(self) -> tuple[str, str]:
        """Return (post type, number); "" for what cannot be told so."""
        bare = self.content
        # A post may speak of WordPress.
        begin = bare.find(CONTENT[0])
        end = bare.find(CONTENT[1], begin) if begin >= 0 else -1
        if end >= 0:
            bare = bare[:begin] + bare[end:]
        kind, number = KIND.search(bare), NUMBER.search(bare)
        return (
            kind[1].decode("latin-1") if kind else "",
            number[1].decode("latin-1") if number else "",
        )


def items(file: BinaryIO, rest: BinaryIO | None = None) -> Iterator[Item]:
    """Yield the items of an open export; write what stands around them to `rest`.

    Raises PageError, behind the last of them, where the file ends too early, and where
    an item never ends.
    """
    # `told` bytes of the data are counted in `line`, and written to `rest`.
    data, at, told, start, line = b"", 0, 0, None, 1
    is_whole = False

    def tell(place, is_rest):
        nonlocal line, told
        if rest and is_rest:
            rest.write(data[told:place])
        line += data.count(b"\n", told, place)
        told = place

    while True:
        found = TOKEN.search(data, at)
        end = _end_of(found, data) if found else -1
        if end < 0:
            at = found.start() if found else max(at, len(data) - LONGEST)
            if start is None:
                tell(at, True)
            if len(data) - told > MOST_BYTES:
                reason = f"A post is larger than {MOST_BYTES >> 20} MiB."
                raise PageError("too-large", reason, line)
            if not (chunk := file.read(CHUNK)):
                break
            data, at, told = data[told:] + chunk, at - told, 0
            start = None if start is None else 0
            continue
        at = end
        if found[0].startswith(b"<item") and start is None:
            tell(found.start(), True)
            start = told
        elif found[0].startswith(b"</item") and start is not None:
            yield Item(data[start:end], line)
            tell(end, False)
            start = None
        elif found[0].startswith(b"</rss"):
            is_whole = start is None
    if start is not None:
        raise PageError("damaged", "The file ends in the middle of a post.", line)
    tell(len(data), True)
    if not is_whole:
        # A server that ran out of time ends an export between two posts, too.
        raise PageError("damaged", "The end of the export is missing.", line)


def _end_of(found, data):
    """Return where a token ends, with what it opens; -1 where that is not read yet."""
    if found[0] == b"<!--":
        end = data.find(b"-->", found.end())
    elif found[0] == b"<![CDATA[":
        end = data.find(b"]]>", found.end())
    else:
        return found.end()
    return end + 3 if end >= 0 else -1
