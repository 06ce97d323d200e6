"""The cards in the HTML of Ghost's posts, without what only its program makes work.

The elements are those that its renderers write (kg-default-nodes).
"""

import re

from lxml.html import builder

from .exported import inner_html, root_of
from .markdown_text import with_notes
from .webtree import put_in_place

REMARK = re.compile(r"<!--\s*kg-card-(?:begin|end)[^>]*-->")
# Its players' clocks and knobs, and what asks readers to become members.
MACHINERY = {
    *("kg-audio-player", "kg-audio-thumbnail", "kg-video-overlay"),
    *("kg-video-player-container", "kg-signup-card", "kg-email-cta", "kg-paywall"),
    *("kg-bookmark-icon", "kg-bookmark-thumbnail", "kg-toggle-card-icon"),
}


def plain_cards(markup: str) -> str:
    """Return a post's HTML with its cards in plain words. Raises PageError."""
    if "kg-" not in markup and "footnote-ref" not in markup:
        return markup
    # Of its Markdown cards.
    root = root_of(with_notes(REMARK.sub("", markup)))
    for element in root.xpath(".//*[contains(@class, 'kg-')]"):
        if not any(one is root for one in element.iterancestors()):
            continue  # it went with what it stood in
        classes = set(element.get("class").split())
        if not classes.isdisjoint(MACHINERY):
            element.drop_tree()
        elif "kg-bookmark-card" in classes:
            _bookmark(element)
        elif "kg-file-card" in classes:
            _file(element)
        elif "kg-audio-card" in classes:
            _audio(element)
        elif "kg-callout-card" in classes:
            _callout(element)
    return inner_html(root)


def _one(element, name):
    """Return the element of a class below another, None for none."""
    found = element.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]")
    return found[0] if found else None


def _words(element, name):
    found = _one(element, name)
    return " ".join(found.text_content().split()) if found is not None else ""


def _bookmark(card):
    link = card.find(".//a[@href]")
    if link is None:
        return
    address = link.get("href")
    words = _words(card, "kg-bookmark-title") or address
    _tell(card, address, words, card.find(".//figcaption"))


def _file(card):
    link = card.find(".//a[@href]")
    if link is None:
        return
    names = ("title", "filename", "caption")
    title, name, about = (_words(card, f"kg-file-card-{each}") for each in names)
    if not title:
        title, about = name, about or ""
    _tell(card, link.get("href"), title or link.get("href"), about)


def _tell(card, address, words, about):
    """Put a link in a card's place, and what is said about it below."""
    line = builder.P(builder.A(words, href=address))
    if isinstance(about, str):
        about = builder.P(about) if about else None
    elif about is not None:
        about.tag, about.tail = "div", None
    put_in_place(card, builder.DIV(line, *([] if about is None else [about])))


def _audio(card):
    sound = card.find(".//audio[@src]")
    if sound is None:
        return
    if title := _words(card, "kg-audio-title"):
        sound.set("title", title)
    sound.tail = None
    put_in_place(card, builder.DIV(sound))


def _callout(card):
    text = _one(card, "kg-callout-text")
    if text is None:
        return
    if sign := _words(card, "kg-callout-emoji"):
        text.text = f"{sign} {text.text or ''}"
    text.tag, text.tail = "p", None
    put_in_place(card, builder.BLOCKQUOTE(text))
