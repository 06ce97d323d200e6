"""Pages that are no stories: lists of links, calendars, sets of frames."""

import re
from html import unescape

import lxml.html

from .addresses import host_of, within_site
from .dates import is_yearless, parse_date
from .exported import replaced
from .story import Story

LEAST_LINKS = 5
BLOCK = re.compile(r"<(p|li|h[2-4]|td|blockquote|pre|dd)\b[^>]*>(.*?)</\1>", re.DOTALL)
ANCHOR = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL)
# A block that begins with a link, as an entry with a word on what it leads to does.
LEADS = re.compile(r'(?:<(?:strong|em)>)*<a\b[^>]*?\shref="([^"]*)"')
# One whose label is words of a sentence, that goes on after it.
SENTENCE = re.compile(
    r"(?:<(?:strong|em)>)*<a\b[^>]*>([^<]*)</a>(?:</(?:strong|em)>)*,?\s+(\w)"
)
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"\w+")
NUMBER = re.compile(r"[\W_]*(?:[0-2]?\d|3[01])[\W_]*")
PROSE = 120  # letters of a paragraph that says something
# What stands under a teaser in a list.
GOES_ON = re.compile(
    r"(?:read |full |more|continue|weiter|mehr|lire la suite|la suite|leer m[aá]s"
    r"|seguir leyendo|continua|leggi tutto|leia mais|continuar|lees (?:verder|meer))"
    r"[\w ]{0,20}[\W_]*",
    re.IGNORECASE,
)
# A page without a text of its own is there for these.
ANCHORS = re.compile(rb"<a\s[^>]{0,500}?\bhref\b", re.IGNORECASE)
# Only stories say when they came out: lists change each day.
DECLARED = re.compile(rb"<meta\b[^>]{0,200}article:published_time", re.IGNORECASE)
# The site's own page, or that of one of its languages.
FRONT = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home)\.\w{2,5})?",
    re.IGNORECASE,
)
MANY_LINKS = 40
# What no reader of a page sees, and the rest of its marks: each found in linear time.
UNSEEN = (
    (re.compile("<!--"), re.compile("-->")),
    *(
        (re.compile(rf"<{tag}\b", re.I), re.compile(rf"</{tag}\s*>", re.I))
        for tag in ("script", "style", "noscript", "template")
    ),
)
MARKUP = re.compile(r"<[^<>]*>")
FRAMESET = re.compile(rb"<frameset\b", re.IGNORECASE)
# Frames beside the one that held the story.
AROUND = re.compile(
    r"nav|menu|top|banner|head|title|left|foot|bottom|toc|index|logo|ad", re.IGNORECASE
)


def why_no_story(story: Story) -> str:
    """Return why a page is a list or a calendar, "" for a story.

    A page is a list by what is in it: links to other pages, one after the other, with
    at most a teaser between them. A story full of links has sentences around them.
    """
    blocks = [found[2] for found in BLOCK.finditer(story.body_html)]
    linked = [share_of_links(block) for block in blocks]
    words = WORD.findall(TAG.sub(" ", story.body_html))
    if len(words) > 20 and sum(map(_is_day, words)) > 0.5 * len(words):
        return "It is a calendar or a table of numbers, not a story."
    anchors = ANCHOR.findall(story.body_html)
    labels = [TAG.sub("", label).strip() for label in anchors]
    letters, inside = sum(map(len, words)), len("".join(labels).replace(" ", ""))
    prose = sum(
        len(TAG.sub("", block)) > PROSE and share < 0.3
        for block, share in zip(blocks, linked, strict=True)
    )
    entries = sum(share > 0.8 for share in linked)
    teasers = sum(bool(GOES_ON.fullmatch(label)) for label in labels)
    has_many = len(anchors) >= LEAST_LINKS
    if has_many and (inside > 0.5 * letters or (entries >= 5 and entries > 2 * prose)):
        return "It is a list of links, not a story."
    texts = [TAG.sub("", block).strip() for block in blocks]
    dates = sum(bool(parse_date(text) or is_yearless(text)) for text in texts)
    is_declared = bool(DECLARED.search(story.source))
    if dates >= LEAST_LINKS and 2 * dates > prose and not is_declared:
        return "It is a list by date, not a story."
    host = host_of(story.canonical_url or story.base_url)
    leading = [
        found[1]
        for block in blocks
        if (found := LEADS.match(block)) and not _goes_on_as_sentence(block)
    ]
    own = sum(host_of(unescape(href)) in ("", host) for href in leading)
    if own >= LEAST_LINKS and 2 * own >= len(blocks) and not is_declared:
        return "It is a list of stories with a word on each, not a story."
    if not is_declared and _is_front(story, letters):
        return "It is the front page of a site, not a story."
    if (teasers >= 3 and 2 * teasers >= prose) or (
        _headings_lead_on(story.body_html) and not is_declared
    ):
        return "It is a list of teasers, not a story."
    is_bare = letters < 200 and not (prose or story.credits or story.published)
    if is_bare and len(ANCHORS.findall(story.source)) >= 2 * LEAST_LINKS:
        return "It is a page of links, and has no story."
    return ""


def _is_front(story, letters):
    """Say whether a page of many links stands where front pages do.

    What was taken for a story is the least part of what such a page says.
    """
    address = within_site(story.canonical_url) or story.address
    if not address or not FRONT.fullmatch(address):
        return False
    if len(ANCHORS.findall(story.source)) < MANY_LINKS:
        return False
    page = story.source.decode("utf-8", "replace")
    for opening, closing in UNSEEN:
        page = replaced(page, opening, closing, lambda piece: " ")
    return 2 * letters < sum(map(len, WORD.findall(MARKUP.sub(" ", page))))


def _goes_on_as_sentence(block):
    found = SENTENCE.match(block)
    if not found or not found[2].islower():
        return False
    # "Ann Lee is a poet" is an entry.
    return sum(word[0].islower() for word in found[1].split()) > 1


def _is_day(word):
    return bool(NUMBER.fullmatch(word))


def _headings_lead_on(body):
    """Say whether a page's headings are links to the stories they stand above."""
    headings = re.findall(r"<h([2-4])>(.*?)</h\1>", body, re.DOTALL)
    leading = sum(share_of_links(inside) > 0.8 for _level, inside in headings)
    return leading >= 3 and leading > 0.6 * len(headings)


def share_of_links(markup: str) -> float:
    """Return which part of the letters stands inside links, from 0 to 1."""
    letters = len(TAG.sub("", markup).strip())
    inside = sum(len(TAG.sub("", label).strip()) for label in ANCHOR.findall(markup))
    return inside / letters if letters else 0.0


def frames_of(content: bytes) -> list[str]:
    """Return what a set of frames shows, the story first; [] for another page."""
    if not FRAMESET.search(content[:50_000]):
        return []
    found = []
    tree = lxml.html.document_fromstring(content[:200_000])
    for number, frame in enumerate(tree.iter("frame")):
        if src := (frame.get("src") or "").strip():
            is_around = bool(AROUND.search(f"{frame.get('name') or ''} {src}"))
            found.append((is_around, -number, src))
    return [src for _around, _number, src in sorted(found)]
