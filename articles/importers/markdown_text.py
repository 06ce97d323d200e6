"""Markdown into HTML, and what stands above it: front matter."""

import json
import re
import tomllib
from functools import cache

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from .story import PageError

FRONT = re.compile(
    r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?)\r?\n(?:\1|\.\.\.)[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
# {:.class}, {: #id}: attributes of kramdown, Jekyll's Markdown.
KRAMDOWN = re.compile(r"\{:[^{}\n]{0,200}\}")


JSON_FRONT = re.compile(r"\A\ufeff?\{[ \t]*\r?\n")


class Plain(yaml.SafeLoader):
    """YAML of texts, lists and tables only; an alias cannot make a thousand of one."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not read here")
        return super().compose_node(parent, index)


class Undated(Plain):
    """The same, with dates as the texts that they are: one of them is none."""


Undated.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if "timestamp" not in tag]
    for sign, resolvers in Plain.yaml_implicit_resolvers.items()
}


def split_front(text):
    """Return (front matter as a dict, the Markdown below, the line it begins on).

    Raises PageError where the front matter cannot be read.
    """
    found = FRONT.match(text)
    if not found:
        return _split_json(text) if JSON_FRONT.match(text) else ({}, text, 1)
    try:
        if found[1] == "+++":
            front = tomllib.loads(found[2].replace("\r\n", "\n"))
        else:
            front = _yaml(found[2])
    except RecursionError as error:
        raise PageError("too-deep", "The front matter is nested too deeply.") from error
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else None
        # YAML's own words come with a drawing of the place, over several lines.
        told = " ".join(str(getattr(error, "problem", None) or error).split())
        reason = f"The front matter cannot be read: {told[:200].rstrip('.')}."
        raise PageError("unparsable", reason, line) from error
    if not isinstance(front, dict):
        front = {}
    return front, text[found.end() :], found[0].count("\n") + 1


def _yaml(text):
    try:
        return yaml.load(text, Plain)
    except yaml.YAMLError:
        raise
    except ValueError:  # the thirteenth month
        return yaml.load(text, Undated)


def _split_json(text):
    """Split front matter in JSON off, Hugo's third kind; none where it is text."""
    bare = text.lstrip("\ufeff")
    try:
        front, end = json.JSONDecoder().raw_decode(bare)
    except (ValueError, RecursionError):
        return {}, text, 1
    return front, bare[end:], bare[:end].count("\n") + 1


def to_html(text: str) -> str:
    """Return the HTML of CommonMark with tables, footnotes and definition lists.

    Footnotes come as the body's own: sup[data-footnote].
    """
    parser = _parser()
    environment = {}
    tokens = parser.parse(KRAMDOWN.sub("", text), environment)
    html = parser.renderer.render(tokens, parser.options, environment)
    return with_notes(html)


@cache
def _parser():
    parser = MarkdownIt("commonmark", {"html": True, "breaks": False})
    parser.enable(["table", "strikethrough"])
    return parser.use(footnote_plugin, inline=True).use(deflist_plugin)


_NOTE = re.compile(
    r'<li id="fn(\d+)" class="footnote-item">(.*?)</li>\s*(?=<li id="fn|</ol>)',
    re.DOTALL,
)
_REFERENCE = re.compile(
    r'<sup class="footnote-ref"><a href="#fn(\d+)" id="[^"]*">[^<]*</a></sup>'
)
_NOTES = re.compile(
    r'<hr class="footnotes-sep" ?/?>\s*<section class="footnotes">.*?</section>\s*',
    re.DOTALL,
)


def with_notes(html: str) -> str:
    """Return markdown-it's HTML with its footnotes where they are called."""
    section = _NOTES.search(html)
    if not section:
        return html
    notes = {}
    for number, markup in _NOTE.findall(section[0]):
        markup = re.sub(r'<a [^>]*class="footnote-backref".*?</a>', "", markup)
        words = re.sub(r"<[^>]*>", "", markup)
        notes[number] = " ".join(words.split()).replace('"', "&quot;")
    html = html[: section.start()] + html[section.end() :]
    return _REFERENCE.sub(
        lambda found: (
            f'<sup class="footnote" data-footnote="{notes[found[1]]}"></sup>'
            if notes.get(found[1])
            else ""
        ),
        html,
    )
