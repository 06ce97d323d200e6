"""Titles of books and shows, marked as such or only capitalised."""

import re

from .marks import TITLE_CLOSE, TITLE_OPEN, visible

TITLE_STOP = re.compile(
    r"\s*(?:\ue002|[(\[;]|—|–|\s--?\s|,\s+(?=[a-z]|\d{4})"
    r"|,\s+(?:Published|Available)\b"
    r"|\s(?:is|was|are|were|will|has|have|can|may|came|comes|appeared|appears"
    r"|published|available|due|out|edited|airs|airing|aired|runs|heard|broadcast)\s"
    r"|\s(?:is|was|published|airs|available|forthcoming)[.,;]"
    r"|,?\s+from\s+(?=[A-Z][\w&’'.]*(?:\s[A-Z][\w&’'.]*){0,4}\s?"
    r"(?:Press|Books?|Publish|House|University|Verlag|Editions?|Sons|Company|Co\.))"
    r"|,?\s+and\s+(?=(?:he|she|they|is|can|has|was|lives|hosts|blogs|writes|teaches|may"
    r"|will|of|co-|contributes|edits|a\s|an\s|the\s+[a-z]|his|her|their|e-?mail|many"
    r"|other|several|two|three|numerous)\b)"
    r"|\s+(?:at|on|from|via)\s+(?=\ue002|https?:|www\.)"
    r"|[.!?]+\s*$|[.]\s+(?=[A-Z]))"
)

SHOW_STOP = re.compile(
    r"\s*(?:\ue002|[(\[;]|—|–|\s--?\s|,\s|\s(?:on|at|with|from|every|each|weekdays?"
    r"|weeknights?|weekends?|weekly|daily|mornings?|evenings?|nights?|afternoons?"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|airs|airing|aired|is|was|can|heard"
    r"|broadcasts?|live|and|wherever|for|via|which|that|in)\b|[.!?]+\s*$"
    r"|[.]\s+(?=[A-Z]))"
)

OPENING = {
    "“": "”",
    '"': '"',
    "«": "»",
    "„": "“”",
    "‘": "’",
    "'": "'",
    "*": "*",
    "_": "_",
    TITLE_OPEN: TITLE_CLOSE,
}


def take_title(text: str, at: int, stop=TITLE_STOP) -> tuple[str, int, bool] | None:
    """The title that begins here: its words, its end, whether it was marked as one.

    Marked means quotation marks, asterisks, underlines or italics; the house
    puts a comma or full stop inside the quotation marks, which is no part of it.
    """
    while at < len(text) and text[at] in " \xa0":
        at += 1
    if at >= len(text):
        return None
    if text[at] in OPENING:
        end = _closing(text, at)
        if end:
            inside = visible(text[at + 1 : end]).strip(' ,.;“”"«»*_')
            return (inside, end + 1, True) if inside else None
    if not (text[at].isupper() or text[at].isdigit()):
        return None
    found = stop.search(text, at + 1)
    end = min(found.start() if found else len(text), at + 160)
    title = visible(text[at:end]).strip(" ,.;*_")
    if found and found[0].lstrip()[:1] in "!?" and found[0].strip():
        title += found[0].strip()[0]
        end += 1
    return (title, end, False) if title else None


def _closing(text, at):
    closing = OPENING[text[at]]
    for position in range(at + 1, min(len(text), at + 220)):
        if text[position] in closing:
            after = text[position + 1 : position + 2]
            is_apostrophe = closing in ("’", "'") and after.isalpha()
            if not is_apostrophe:
                return position
    return None
