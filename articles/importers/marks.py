"""Marks that stand in text for a web page's italics and links.

Readers hand over text in which markup has become three pairs of marks: TITLE_OPEN
… TITLE_CLOSE around italics, and LINK_OPEN address LINK_CLOSE behind the words of
a link. Plain text simply has none.
"""

import re

TITLE_OPEN, TITLE_CLOSE = "\ue000", "\ue001"

LINK_OPEN, LINK_CLOSE = "\ue002", "\ue003"

MARKS = re.compile(
    f"[{TITLE_OPEN}{TITLE_CLOSE}]|{LINK_OPEN}[^{LINK_CLOSE}]*{LINK_CLOSE}"
)


def visible(marked: str) -> str:
    """The text without its marks."""
    if TITLE_OPEN not in marked and LINK_OPEN not in marked:
        return marked.replace(TITLE_CLOSE, "")
    return MARKS.sub("", marked)
