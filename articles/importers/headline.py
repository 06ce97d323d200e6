"""Which of a page's lines is the headline: its title's words, as it prints them."""

import re

from .blocks import Line
from .bylines import parse_byline
from .chrome import chrome_kind
from .head import is_head_line, is_masthead, is_of_site
from .marked import leads_home
from .marks import visible
from .metadata import GENERIC, Metadata

TITLE_PARTS = re.compile(r"\s+(?:/|\||-|–|—|::|»|«|·|•|‹|›|<|>|~)\s+|\s*\|\s*")
NOT_WORD = re.compile(r"[\W_]+")
LINES_OF_HEADLINE = 15
BLOCKS_OF_HEADLINE = 6
MOST_PARTS = 6


def key_of(text: str) -> str:
    """Text for comparing headlines: letters and digits only."""
    return NOT_WORD.sub("", text).casefold()


def choose_title(metadata: Metadata, tree, above, blocks) -> str:
    """The headline as the page prints it, without the name of the site.

    A title that also stands on the page is the headline; the page's own
    spelling of it wins. A lone h1 comes next, then what metadata says.
    """
    printed = {}
    texts = [visible(block.text) for block in blocks[:8]]
    lines = [line.strip() for text in texts for line in text.split("\n")]
    for text in [*[line.text for line in above], *texts, *lines]:
        if len(text) <= 300:
            printed.setdefault(key_of(text), text)
    order = {key: at for at, key in enumerate(printed)}
    for title in metadata.titles:
        # The site's name may stand on the page too, but the headline stands
        # nearer to the story.
        keys = [key_of(part) for part in _title_parts(title, metadata.site_name)]
        found = [
            key
            for key in keys
            if len(key) > 3 and key in printed and not _is_site(printed[key], metadata)
        ]
        if found:
            return printed[keys[0] if keys[0] in found else max(found, key=order.get)]
    headings = [
        " ".join(heading.text_content().split())
        for heading in tree.iter("h1")
        if not leads_home(heading)
    ]
    headings = [one for one in headings if one and not _is_site(one, metadata)]
    if len(set(headings)) == 1:
        return headings[0]
    if marked := _marked_headline(above, lines, metadata):
        return marked
    for title in metadata.titles:
        part = _title_parts(title, metadata.site_name)[-1]
        if not _is_site(part, metadata) and not GENERIC.fullmatch(part):
            return part
    return _first_heading(above, blocks, tree, metadata)


def _marked_headline(above, lines, metadata):
    """Return what stands nearest to the story in the largest letters there, or ""."""
    ranks = {key_of(text): rank for text, rank in metadata.marked.items()}
    near = [line.text for line in above[-LINES_OF_HEADLINE:]][::-1]
    near = [*lines[:BLOCKS_OF_HEADLINE], *near]
    found = [
        (ranks[key], -at, text)
        for at, text in enumerate(near)
        if (key := key_of(text)) in ranks
        and not _is_site(text, metadata)
        and not is_head_line(Line(text))
        and chrome_kind(text) is None
    ]
    return max(found)[2] if found else ""


def _is_site(text, metadata):
    key = key_of(text)
    is_named = key == key_of(metadata.site_name) or text in metadata.home
    is_author = any(key == key_of(one.name) for one in metadata.credits)
    byline = parse_byline(text)
    is_author = is_author or bool(byline and byline.is_sure)
    return is_named or is_author or is_of_site(text)


def _title_parts(title, site_name):
    """A title's readings, likeliest first; the last is the one without the site."""
    if site_name:
        site = re.escape(site_name)
        title = re.sub(rf"\s*[|–—:·•«»~-]+\s*{site}\s*$", "", title, flags=re.I)
        title = re.sub(rf"^\s*{site}\s*[|–—:·•«»~-]+\s*", "", title, flags=re.I)
    parts = [part for part in TITLE_PARTS.split(title) if part.strip()]
    if len(parts) < 2:
        return [title, *title.split(": ", 1)[1:], title]
    words = [part for part in parts if not is_masthead(part)]
    longest = max(words or parts, key=len)
    # "A - B" may be one headline with a dash in it; a bar never is.
    is_barred = bool(re.search(r"\||::|»|«", title))
    is_site_last = is_masthead(parts[-1]) or len(parts[-1].split()) <= 3
    short = longest if is_barred or is_site_last else title
    return [title, *_runs(title, len(parts)), *parts, short]


def _runs(title, count):
    """Return what stands side by side in a title of several parts.

    "News - Site Update - Chapter 121 - The Harbour" has a headline of two of them.
    """
    if not 2 < count <= MOST_PARTS:
        return []
    gaps = [(0, 0), *(gap.span() for gap in TITLE_PARTS.finditer(title))]
    gaps.append((len(title), len(title)))
    return [
        title[start:end]
        for at, (_before, start) in enumerate(gaps)
        for end, _after in gaps[at + 2 :]
    ]


def _first_heading(above, blocks, tree, metadata):
    for name in ("h1", "h2", "h3"):
        for heading in tree.iter(name):
            text = " ".join(heading.text_content().split())
            if 3 < len(text) <= 300 and not _is_site(text, metadata):
                return text
    return ""
