"""RSS 2.0, Atom 1.0 and JSON Feed 1.1, written as text.

Pure. Not by django.utils.feedgenerator: it knows neither full text beside a summary,
nor several authors, pictures or hubs, and its SAX writer takes longer over twenty
stories than a cold article page does.
"""

import json
import mimetypes
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils.feedgenerator import rfc2822_date, rfc3339_date

# What XML 1.0 cannot say (2.2, Char), in whatever way it is written.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}
# A feed without a story was updated at no moment; Atom wants one.
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Feed:
    """What a feed says of itself. Addresses are whole, texts without markup."""

    id: str
    title: str
    about: str
    address: str  # of the page that it follows
    self_address: str
    language: str
    publisher: str
    rights: str = ""
    hub: str = ""
    icon: str = ""  # address of a picture for the whole of it, square
    entries: list = field(default_factory=list)  # of entries.Entry

    @property
    def updated_at(self):
        return max((entry.updated_at for entry in self.entries), default=NEVER)


def text(value):
    """Return text for between two tags."""
    value = NOT_XML.sub("", str(value))
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def line(value):
    """Return text that is one line: a title, a name."""
    return text(" ".join(str(value).split()))


def quoted(value):
    """Return an attribute's value."""
    return text(value).replace('"', "&quot;").replace("\n", " ")


def markup(value):
    """Return HTML as XML carries it: a third shorter than with every sign escaped."""
    value = NOT_XML.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{value}]]>"


# RSS


def rss(feed):
    """Return the feed as RSS 2.0 (rssboard.org/rss-specification)."""
    names = "".join(f' xmlns:{name}="{uri}"' for name, uri in NAMESPACES.items())
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<rss version="2.0"{names}>',
        "<channel>",
        f"<title>{line(feed.title)}</title>",
        f"<link>{text(feed.address)}</link>",
        # Required, and not to be empty.
        f"<description>{line(feed.about or feed.title)}</description>",
        f"<language>{line(feed.language)}</language>",
        _atom_link("self", feed.self_address, "application/rss+xml", "atom:"),
    ]
    if feed.rights:
        lines.append(f"<copyright>{line(feed.rights)}</copyright>")
    if feed.hub:
        lines.append(f'<atom:link rel="hub" href="{quoted(feed.hub)}"/>')
    if feed.icon:
        lines += [
            f"<image><url>{text(feed.icon)}</url><title>{line(feed.title)}</title>",
            f"<link>{text(feed.address)}</link></image>",
        ]
    if feed.entries:
        at = rfc2822_date(feed.updated_at)
        lines.append(f"<lastBuildDate>{at}</lastBuildDate>")
    for entry in feed.entries:
        lines += _rss_item(entry)
    return "\n".join([*lines, "</channel>", "</rss>", ""])


def _rss_item(entry):
    yield "<item>"
    yield f"<title>{line(entry.title)}</title>"
    yield f"<link>{text(entry.address)}</link>"
    yield f'<guid isPermaLink="false">{text(entry.id)}</guid>'
    yield f"<pubDate>{rfc2822_date(entry.published_at)}</pubDate>"
    if entry.updated_at > entry.published_at:
        yield f"<atom:updated>{rfc3339_date(entry.updated_at)}</atom:updated>"
    for person in entry.people:
        yield f"<dc:creator>{line(person.name)}</dc:creator>"
    for subject in entry.subjects:
        yield f"<category>{line(subject)}</category>"
    if entry.summary:
        yield f"<description>{text(text(entry.summary))}</description>"
    if entry.markup:
        yield f"<content:encoded>{markup(entry.markup)}</content:encoded>"
    yield from _media(entry)
    yield "</item>"


def _media(entry):
    if not (image := entry.image):
        return
    kind = mimetypes.guess_type(image.address)[0] or "image/jpeg"
    yield f'<media:content url="{quoted(image.address)}" type="{kind}" medium="image">'
    if image.alt:
        yield f'<media:description type="plain">{line(image.alt)}</media:description>'
    if image.credit:
        yield f"<media:credit>{line(image.credit)}</media:credit>"
    yield "</media:content>"


# Atom


def atom(feed):
    """Return the feed as Atom 1.0 (RFC 4287)."""
    names = f'xmlns="{NAMESPACES["atom"]}" xmlns:media="{NAMESPACES["media"]}"'
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed {names} xml:lang="{quoted(feed.language)}">',
        f"<id>{text(feed.id)}</id>",
        f"<title>{line(feed.title)}</title>",
        _atom_link("self", feed.self_address, "application/atom+xml"),
        _atom_link("alternate", feed.address, "text/html"),
        f"<author><name>{line(feed.publisher)}</name></author>",
    ]
    if feed.about:
        lines.append(f"<subtitle>{line(feed.about)}</subtitle>")
    if feed.rights:
        lines.append(f"<rights>{line(feed.rights)}</rights>")
    if feed.hub:
        lines.append(f'<link rel="hub" href="{quoted(feed.hub)}"/>')
    if feed.icon:
        lines.append(f"<icon>{text(feed.icon)}</icon>")
    lines.append(f"<updated>{rfc3339_date(feed.updated_at)}</updated>")
    told = set()
    for entry in feed.entries:
        # Programs take two entries of one moment for a mistake (W3C's validator,
        # "Two entries with the same value for atom:updated").
        updated_at = entry.updated_at
        while updated_at in told:
            updated_at += timedelta(microseconds=1)
        told.add(updated_at)
        lines += _atom_entry(entry, updated_at, feed.language)
    return "\n".join([*lines, "</feed>", ""])


def _atom_link(rel, address, kind, prefix=""):
    return f'<{prefix}link rel="{rel}" type="{kind}" href="{quoted(address)}"/>'


def _atom_entry(entry, updated_at, language):
    is_other = entry.language and entry.language != language
    yield f'<entry xml:lang="{quoted(entry.language)}">' if is_other else "<entry>"
    yield f"<id>{text(entry.id)}</id>"
    yield f"<title>{line(entry.title)}</title>"
    yield _atom_link("alternate", entry.address, "text/html")
    yield f"<published>{rfc3339_date(entry.published_at)}</published>"
    yield f"<updated>{rfc3339_date(updated_at)}</updated>"
    for person in entry.people:
        address = f"<uri>{text(person.address)}</uri>" if person.address else ""
        yield f"<author><name>{line(person.name)}</name>{address}</author>"
    for subject in entry.subjects:
        yield f'<category term="{quoted(subject)}"/>'
    if entry.summary:
        yield f"<summary>{text(entry.summary)}</summary>"
    if entry.markup:
        yield f'<content type="html">{markup(entry.markup)}</content>'
    yield from _media(entry)
    yield "</entry>"


# JSON Feed


def json_feed(feed):
    """Return the feed as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.address,
        "feed_url": feed.self_address,
        "description": feed.about,
        "icon": feed.icon,
        "language": feed.language,
        "authors": [{"name": feed.publisher}],
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
        "items": [_without_empty(_json_item(entry)) for entry in feed.entries],
    }
    # Empty items stay: they are required.
    told = {name: value for name, value in told.items() if value or name == "items"}
    return NOT_XML.sub("", json.dumps(told, ensure_ascii=False)) + "\n"


def _json_item(entry):
    image = entry.image
    is_updated = entry.updated_at > entry.published_at
    return {
        "id": entry.id,
        "url": entry.address,
        "external_url": entry.original,
        "title": " ".join(entry.title.split()),
        "content_html": entry.markup,
        # An item without any content is none.
        "content_text": "" if entry.markup else entry.summary or entry.title,
        "summary": entry.summary if entry.markup else "",
        "image": image.address if image else "",
        "date_published": rfc3339_date(entry.published_at),
        "date_modified": rfc3339_date(entry.updated_at) if is_updated else "",
        "authors": [
            _without_empty({"name": person.name, "url": person.address})
            for person in entry.people
        ],
        "tags": entry.subjects,
        "language": entry.language,
    }


def _without_empty(told):
    return {name: value for name, value in told.items() if value}
