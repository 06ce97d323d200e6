"""WordPress's plain paragraphs: empty lines divide them, single ones break a line.

The classic editor stored posts so, and made the tags when it showed them (WordPress's
Code Reference, "wpautop"). This is a reading of that habit, not its code.
"""

import re

BLOCKS = (
    "address|article|aside|blockquote|center|dd|details|div|dl|dt|embed|fieldset"
    "|figcaption|figure|footer|form|h[1-6]|header|hr|iframe|legend|li|math|menu|nav"
    "|object|ol|pre|section|summary|svg|table|tbody|td|tfoot|th|thead|tr|ul|video"
    "|audio|script|style|noscript"
)
BLOCK_EDGE = re.compile(rf"(</?(?:{BLOCKS})\b[^<>]*>)\s*", re.IGNORECASE)
# What is shown letter by letter, or not at all, and what no paragraph stands in.
KEPT = re.compile(
    r"<(p|pre|script|style|textarea|svg|h[1-6]|figure|figcaption|caption|footer|object)\b",
    re.IGNORECASE,
)
# Inside these a line break between tags says nothing.
STRUCTURE = re.compile(r"<(?:table|ul|ol|dl)\b", re.IGNORECASE)


def paragraphs(text: str) -> str:
    """Return a classic post's content with its paragraphs marked up."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    text, kept = _put_aside(text)
    text = re.sub(r"[ \t]{2,}", " ", text)
    # Block tags stand on lines of their own, so that no paragraph spans one.
    text = BLOCK_EDGE.sub(r"\n\n\1\n\n", text)
    text = re.sub(r"(<br\s*/?>\s*){2,}", "\n\n", text)
    pieces = [piece.strip() for piece in re.split(r"\n\s*\n", text)]
    shown = "\n".join(_paragraph(piece) for piece in pieces if piece)
    return re.sub(r"\x00(\d+)\x00", lambda found: kept[int(found[1])], shown)


def _put_aside(text):
    """Return the text with numbers in the places of what is kept, and that."""
    pieces, kept, at = [], [], 0
    never = set()  # names that are not closed any more
    lower = text.lower()
    for found in KEPT.finditer(text):
        name = found[1].lower()
        if found.start() < at or name in never:
            continue
        end = lower.find(f"</{name}", found.end())
        end = lower.find(">", end) if end >= 0 else -1
        if end < 0:
            never.add(name)
            continue
        pieces.append(f"{text[at : found.start()]}\n\n\x00{len(kept)}\x00\n\n")
        kept.append(text[found.start() : end + 1])
        at = end + 1
    return "".join([*pieces, text[at:]]), kept


def _paragraph(piece):
    if BLOCK_EDGE.fullmatch(piece) or piece.startswith("\x00"):
        return piece
    if re.fullmatch(r"<!--.*?-->", piece, re.DOTALL):
        return piece
    words = re.sub(r"(?:<br\s*/?>)? ?\n", "<br>", piece)
    return f"<p>{words}</p>"
