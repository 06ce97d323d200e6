"""Reading the demo's texts (newsroom/demo/texts/) into plain records.

A hand-written story is a file of its own: `key: value` lines, an empty line,
and the body. A stock file holds one theme: briefs, each with a headline and
paragraphs of its own, and background paragraphs that the briefs of the theme
take turns with. Nothing here knows a model.
"""

import html
import itertools
import random
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
YEARS = 10
SEASONS = {
    "winter": {12, 1, 2},
    "spring": {3, 4, 5},
    "summer": {6, 7, 8},
    "autumn": {9, 10, 11},
}


@dataclass
class Story:
    """One article of the demo, in names and slugs instead of rows."""

    name: str  # the same in every run: the seed, and the identifier of its origin
    headline: str
    body: str  # pictures by name: <figure data-picture="harbour"></figure>
    section: str
    authors: list[tuple[str, str]]  # slug and role
    tags: list[str]
    days: float  # published so long before the run; negative: after it
    season: str = ""
    picture: str = ""
    fields: dict[str, str] = field(default_factory=dict)  # what only some have
    corrections: list[list[str]] = field(default_factory=list)

    @property
    def pictures(self):
        """Names of every picture the story shows."""
        inside = re.findall(r'<figure data-picture="([a-z-]+)">', self.body)
        return [*filter(None, [self.picture]), *inside]


def read_table(name):
    return tomllib.loads((TEXTS / f"{name}.toml").read_text("utf-8"))


def read_head(text):
    """Return the `key: value` lines before the first empty line, and the rest."""
    head, _, rest = text.partition("\n\n")
    pairs = [line.partition(":")[::2] for line in head.splitlines()]
    return [(key.strip(), value.strip()) for key, value in pairs], rest.strip()


def _listed(value, separator=","):
    return [part.strip() for part in value.split(separator) if part.strip()]


def _authors(value):
    """Read "ines-vaughan; tom-okello (Photographs)"."""
    found = []
    for part in _listed(value, ";"):
        slug, _, role = part.partition("(")
        found.append((slug.strip(), role.rstrip(") ")))
    return found


def read_stories():
    """Return the hand-written stories, and those composed from the stock."""
    written = [_read_story(path) for path in sorted((TEXTS / "stories").glob("*.html"))]
    themes = [_read_theme(path) for path in sorted((TEXTS / "stock").glob("*.txt"))]
    return written + _in_turn(themes)


def _read_story(path):
    pairs, body = read_head(path.read_text("utf-8"))
    fields = dict(pair for pair in pairs if pair[0] != "correction")
    corrections = [value for key, value in pairs if key == "correction"]
    return Story(
        name=path.stem,
        headline=fields.pop("headline"),
        body=body,
        section=fields.pop("section"),
        authors=_authors(fields.pop("by")),
        tags=_listed(fields.pop("tags")),
        days=float(fields.pop("days")),
        season=fields.pop("season", ""),
        picture=fields.pop("picture", ""),
        fields=fields,
        corrections=[_listed(value, "|") for value in corrections],
    )


def read_pages():
    """Return (fields, body) of every simple page."""
    return [
        (dict(pairs), body)
        for pairs, body in (
            read_head(path.read_text("utf-8"))
            for path in sorted((TEXTS / "pages").glob("*.html"))
        )
    ]


def read_background():
    """Return every background paragraph and quotation of the stock, as HTML."""
    for path in sorted((TEXTS / "stock").glob("*.txt")):
        theme = _Theme(path)
        yield from map(paragraph, theme.background)
        yield from map(quotation, theme.quotes)


def paragraph(text):
    """Turn a line into a paragraph; *words* become emphasis."""
    text = html.escape(text, quote=False)
    return "<p>" + re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text) + "</p>"


def quotation(line):
    """Turn "words | speaker | where" into a quotation that says who spoke."""
    words, speaker, *source = _listed(line, "|")
    where = f", {html.escape(source[0], quote=False)}" if source else ""
    return (
        f"<blockquote>{paragraph(words)}"
        f"<footer><cite>{html.escape(speaker, quote=False)}</cite>{where}</footer>"
        "</blockquote>"
    )


class _Theme:
    """A stock file: what its briefs have in common."""

    def __init__(self, path):
        pairs, rest = read_head(path.read_text("utf-8"))
        common = dict(pairs)
        self.name = path.stem
        self.section = common["section"]
        self.tags = _listed(common["tags"])
        self.pictures = _listed(common["pictures"])
        self.authors = _listed(common["authors"], ";")
        self.subheads = _listed(common.get("subheads", ""), "|")
        briefs, _, background = rest.partition("\n## Background\n")
        blocks = [b.strip() for b in background.split("\n\n") if b.strip()]
        self.background = [b for b in blocks if not b.startswith(">")]
        self.quotes = [b[1:].strip() for b in blocks if b.startswith(">")]
        self.briefs = [part for part in re.split(r"^# ", briefs, flags=re.M) if part]


def _read_theme(path):
    """Return the theme's stories, each with background no neighbour has."""
    theme = _Theme(path)
    chance = random.Random(theme.name)
    chance.shuffle(theme.background)
    chance.shuffle(theme.quotes)
    background = itertools.cycle(theme.background)
    quotes = itertools.cycle(theme.quotes)
    return [
        _compose(theme, number, brief, background, quotes)
        for number, brief in enumerate(theme.briefs)
    ]


def _compose(theme, number, brief, background, quotes):
    headline, *blocks = [b.strip() for b in brief.split("\n\n")]
    headline, _, options = headline.partition("\n@ ")
    fields = dict(
        (key.strip(), value.strip())
        for key, value in (o.split(":", 1) for o in _listed(options, ";"))
    )
    fields["standfirst"], *blocks = blocks
    own = [quotation(b[1:]) if b.startswith(">") else paragraph(b) for b in blocks]
    more = [paragraph(next(background)) for _ in range(3)]
    picture = fields.pop("picture", theme.pictures[number % len(theme.pictures)])
    by = fields.pop("by", theme.authors[number % len(theme.authors)])
    return Story(
        name=f"{theme.name}-{number + 1}",
        headline=headline,
        body=_arrange(theme, number, own, more, quotation(next(quotes)), picture),
        section=fields.pop("section", theme.section),
        authors=_authors(by.replace("+", ";")),
        tags=list(dict.fromkeys(_listed(fields.pop("tags", ""), ",") + theme.tags)),
        days=0,
        season=fields.pop("season", ""),
        picture="" if picture == "none" else picture,
        fields=fields,
    )


def _arrange(theme, number, own, more, quote, picture):
    """Lay the parts out in one of six ways, so that neighbours look different."""
    subhead = ""
    if theme.subheads:
        subhead = f"<h2>{theme.subheads[number % len(theme.subheads)]}</h2>"
    others = [name for name in theme.pictures if name != picture]
    figure = ""
    if others:
        name = others[number % len(others)]
        figure = f'<figure data-picture="{name}"></figure>'
    first, *rest = own
    layouts = [
        [*own, more[0], subhead, more[1], quote, more[2]],
        [first, more[0], *rest, more[1], more[2]],
        [*own, subhead, more[0], figure, more[1], more[2]],
        [first, quote, *rest, more[0], subhead, more[1]],
        [*own, more[0], more[1], "<hr>", quote],
        [first, more[0], figure, *rest, subhead, more[1], quote],
    ]
    return "\n".join(filter(None, layouts[number % len(layouts)]))


def _in_turn(themes):
    """Spread the themes' stories over the years, denser towards the present.

    They take turns, so that a reader who goes through the archive meets another
    subject with each story.
    """
    turns = itertools.chain.from_iterable(itertools.zip_longest(*themes))
    stories = [story for story in turns if story]
    for rank, story in enumerate(stories):
        chance = random.Random(story.name)
        share = (rank + chance.uniform(0.1, 0.9)) / len(stories)
        story.days = float(story.fields.pop("days", 365 * YEARS * share**1.6))
    return stories
