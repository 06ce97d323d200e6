"""The block editor's content, and Squarespace's, as the HTML that it stands for."""

import html
import json
import re
from collections.abc import Callable

from .exported import plain_text, replaced
from .shortcodes import embed

# The editor writes "--" in attributes as \u002d, so that the first "-->" ends it.
BLOCK = re.compile(r"<!--\s{0,9}/?wp:")
BLOCK_END = re.compile("-->")
# Most begin or end something that is written out between them.
PLAIN_BLOCK = re.compile(r"<!-- /?wp:[a-z][\w/-]* -->")
BLOCK_NAME = re.compile(r"<!--\s*(/?)wp:([a-z][\w/-]*)")
PULL_QUOTE = re.compile(r"<figure\b[^<>]{0,500}wp-block-pullquote[^<>]{0,500}>")
FIGURE_END = re.compile("</figure>")
FOOTNOTE = re.compile(r'<sup\b[^<>]{0,300}data-fn="([^"]*)"[^<>]{0,300}>')
FOOTNOTE_END = re.compile("</sup>")
FILE_BUTTON = re.compile(r"<a\b[^<>]{0,1000}wp-block-file__button[^<>]{0,500}>")
LINK_END = re.compile("</a>")
# A cover of the first block editors had its picture behind it, and no more of it.
COVER = re.compile(
    r"(<(?:div|section)\b[^<>]{0,500}wp-block-cover[^<>]{0,500}background-image:\s?url\("
    r"['\"]?([^'\"()<>\s]{1,1000})['\"]?\)[^<>]{0,500}>)"
)
# Squarespace's films and sounds, which its program puts in their places.
FILM = re.compile(
    r"<div\b[^<>]{0,2000}?\sdata-html=\"([^\"<>]{1,5000})\"[^<>]{0,2000}>"
)
SOUND = re.compile(
    r"<div\b[^<>]{0,500}sqs-audio-embed[^<>]{0,500}\sdata-url=\"([^\"<>]{1,2000})\""
    r"[^<>]{0,2000}>"
)
MORE = re.compile(r"<!--\s{0,9}(?:more[^>]{0,300}?|nextpage|noteaser)\s{0,9}-->")


def without_more(content: str) -> str:
    """Return a post's content without the marks at which lists and pages end."""
    return MORE.sub("", content)


def with_films(content: str) -> str:
    """Return Squarespace's content with the films and sounds of its program."""
    if "sqs-" not in content:
        return content
    content = FILM.sub(lambda found: found[0] + html.unescape(found[1]), content)
    return SOUND.sub(lambda found: found[0] + embed(found[1]), content)


def unblocked(content: str, shared: Callable, note: Callable, depth=0) -> str:
    """Return a block editor's content with what its blocks mean, as HTML.

    `shared(number)` returns the content of a block that several posts have;
    `note(kind, sentence)` hears of what was left out.
    """

    def shown(written):
        found = BLOCK_NAME.match(written)
        if not found or found[1] or not written.endswith("/-->"):
            return ""
        name, attributes = found[2], written[found.end() : -4].strip()
        try:
            told = json.loads(attributes or "{}")
        except (ValueError, RecursionError):
            told = {}
        if name in ("block", "core/block") and depth < 3:
            reused = shared(told.get("ref") if isinstance(told, dict) else None)
            return unblocked(reused, shared, note, depth + 1) if reused else ""
        if name in ("spacer", "nextpage", "more", "separator", "footnotes"):
            return ""
        note("block", f"A block “{name}”, made by a program, was left out.")
        return ""

    content = PLAIN_BLOCK.sub("", content)
    content = without_more(replaced(content, BLOCK, BLOCK_END, shown))
    content = replaced(content, FILE_BUTTON, LINK_END, lambda link: "")
    content = COVER.sub(r'\1<img src="\2" alt="">', content)
    return replaced(content, PULL_QUOTE, FIGURE_END, _pull_quote)


def _pull_quote(figure):
    words = re.sub(r"</?(?:blockquote|figure)\b[^<>]*>", "", figure)
    return f'<aside class="pullquote">{words}</aside>'


def footnotes_of(written):
    """Return {id: plain text} of the block editor's footnotes."""
    try:
        notes = json.loads(written) if written else []
        return {note["id"]: plain_text(note["content"]) for note in notes}
    except (ValueError, TypeError, KeyError):
        return {}


def with_footnotes(content, notes):
    def noted(written):
        note = html.escape(notes.get(FOOTNOTE.match(written)[1], ""))
        return f'<sup class="footnote" data-footnote="{note}"></sup>' if note else ""

    return replaced(content, FOOTNOTE, FOOTNOTE_END, noted)
