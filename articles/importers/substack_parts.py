"""The parts of a Substack's post: its own elements into those that everybody knows.

Most of them say in `data-attrs`, as JSON, what the site's program makes of them; the
names are those of the exports themselves.
"""

import json
import re
from urllib.parse import urlsplit

from lxml.html import builder

from .exported import embed_of, inner_html, plain_text, root_of
from .originals import whole_picture
from .webtree import put_in_place

# The machinery of a newsletter: to subscribe, to share, to join in.
MACHINERY = (
    *("subscription-widget-wrap", "subscription-widget-wrap-editor", "paywall-jump"),
    *("subscription-widget", "subscribe-widget", "captioned-button-wrap", "paywall"),
    *("install-substack-app-embed", "community-chat", "directMessage", "hide-text"),
    *(
        "image-link-expand",
        "header-anchor-widget",
        "cta-caption",
        "tweet-header-avatar",
    ),
)
ACTIONS = re.compile(
    r"%%|[?&](?:action=share|gift=true|utm_campaign=[^&]*share)|/subscribe\b|/comments\b"
    r"|^javascript:|/refer\b|/leaderboard\b|^https://substack\.com/app",
    re.IGNORECASE,
)
# What is shown at an address that its JSON says.
EMBEDS = {
    "twitter-embed": "{url}",
    "tweet": "{url}",
    "tiktok-wrap": "{url}",
    "soundcloud-wrap": "{url}",
    "apple-podcast-container": "{url}",
    "spotify-wrap": "{url}",
    "bandcamp-wrap": "{url}",
    "datawrapper-wrap": "{url}",
    "youtube-wrap": "https://www.youtube.com/watch?v={videoId}",
    "vimeo-wrap": "https://vimeo.com/{videoId}",
    "instagram": "https://www.instagram.com/p/{instagram_id}/",
    "bluesky-wrap": "https://bsky.app/profile/{authorDid}/post/{postId}",
}
CARDS = {
    "digest-post-embed": ("canonical_url", "title"),
    "embedded-post-wrap": ("url", "title"),
    "embedded-publication-wrap": ("base_url", "name"),
}
LOST = {
    "native-video-embed": "A film",
    "native-audio-embed": "A recording",
    "poll-embed": "A poll",
    "comment": "Another's comment",
}


def plain_markup(markup: str, report) -> str:
    """Return a post's markup without what only Substack's program understands.

    `report(kind, sentence)` hears of what could not be kept. Raises PageError.
    """
    root = root_of(markup)
    for element in root.xpath(".//*[@class]"):
        if not any(one is root for one in element.iterancestors()):
            continue  # it went with what it stood in
        _part(element, set(element.get("class").split()), report)
    _footnotes(root)
    return inner_html(root)


def _part(element, classes, report):
    if not classes.isdisjoint(MACHINERY):
        element.drop_tree()
    elif "button-wrapper" in classes:
        _button(element)
    elif "pullquote" in classes:
        element.tag = "aside"
    elif "image-gallery-embed" in classes:
        _gallery(element)
    elif "file-embed-wrapper" in classes:
        _file(element)
    elif "latex-rendered" in classes:
        put_in_place(element, builder.PRE(_told(element, "persistentExpression")))
    elif kind := next(iter(classes & EMBEDS.keys()), ""):
        _embed(element, EMBEDS[kind])
    elif kind := next(iter(classes & CARDS.keys()), ""):
        address, title = (_told(element, name) for name in CARDS[kind])
        _link(element, address, title or address)
    elif kind := next(iter(classes & LOST.keys()), ""):
        report("left-out", f"{LOST[kind]} that stands at Substack only was left out.")
        element.drop_tree()


def _told(element, name):
    """Return a text of an element's JSON, "" where it says none."""
    told = _json(element).get(name)
    return str(told) if isinstance(told, str | int) else ""


def _json(element):
    try:
        told = json.loads(element.get("data-attrs") or "{}")
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _button(element):
    link = element.find(".//a[@href]")
    address = link.get("href") if link is not None else ""
    words = link.text_content().strip() if link is not None else ""
    if not address or not words or ACTIONS.search(address):
        element.drop_tree()
    else:
        _link(element, address, words)


def _embed(element, pattern):
    """Put an embed where an element says no more than an address."""
    if element.find(".//iframe") is not None or element.tag == "iframe":
        return
    names = re.findall(r"\{(\w+)\}", pattern)
    told = {name: _told(element, name) for name in names}
    link = element.find(".//a[@href]")
    address = pattern.format(**told) if all(told.values()) else ""
    if not address and link is not None:
        address = link.get("href")
    if not _is_web(address):
        return
    words = _told(element, "full_text")
    shown = embed_of(address, "")
    if words:
        # The post itself may be gone by now.
        said = builder.BLOCKQUOTE(builder.P(words), cite=address)
        put_in_place(element, builder.DIV(said, shown))
    elif not element.text_content().strip():
        put_in_place(element, shown)
    else:
        element.append(shown)


def _gallery(element):
    gallery = _json(element).get("gallery")
    images = gallery.get("images") if isinstance(gallery, dict) else None
    made = builder.E.figure({"class": "image-gallery"})
    for image in images if isinstance(images, list) else ():
        source = image.get("src") if isinstance(image, dict) else ""
        if isinstance(source, str) and _is_web(source):
            alt = image.get("alt")
            words = alt if isinstance(alt, str) else ""
            made.append(builder.E.figure(builder.IMG(src=source, alt=words)))
    caption = gallery.get("caption") if isinstance(gallery, dict) else ""
    if isinstance(caption, str) and caption.strip():
        made.append(builder.E.figcaption(caption.strip()))
    put_in_place(element, made)


def _file(element):
    link = element.find(".//a[@href]")
    names = element.xpath(".//*[contains(@class, 'file-embed-details-h1')]")
    name = names[0].text_content().strip() if names else ""
    if link is None:
        return
    _link(element, link.get("href"), name or link.get("href"))


def _link(element, address, words):
    if not _is_web(address):
        element.drop_tree()
        return
    put_in_place(element, builder.P(builder.A(words, href=whole_picture(address))))


def _footnotes(root):
    """Put each footnote's words to the place that leads to them."""
    notes = {}
    for note in root.xpath(".//div[contains(@class, 'footnote')]"):
        number = note.find(".//a[@id]")
        name = note.get("id") or (number.get("id") if number is not None else "")
        words = note.xpath(".//*[contains(@class, 'footnote-content')]")
        if name and words:
            notes[name] = plain_text(inner_html(words[0]))
            note.drop_tree()
    for anchor in root.xpath(".//a[contains(@class, 'footnote-anchor')]"):
        if words := notes.get((anchor.get("href") or "").partition("#")[2]):
            told = {"class": "footnote", "data-footnote": words}
            put_in_place(anchor, builder.SUP(told))


def _is_web(address):
    try:
        return urlsplit(address).scheme in ("http", "https")
    except ValueError:
        return False
