"""Feeds kept as files, RSS, Atom and JSON Feed, and Blogger's export, which is Atom.

Feeds are small, so feedparser reads them whole; an export of Blogger's may hold a
hundred megabytes and is read as a stream.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.sax import SAXException

import feedparser
import lxml.etree

from .exported import later, moment_of, plain_text
from .feed_entries import (
    authors_of,
    credits_of,
    markup_of,
    pictures_of,
    plain_paragraphs,
    sounds_of,
    standfirst_of,
    without_campaign,
    without_shows,
)
from .files import exports_in, head_of, source_name
from .shortcodes import embed
from .story import Credit, PageError, PictureNote, Problem, Story, When

NAME = "feed"
MOST_BYTES = 100 * 1024 * 1024
XML_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|channel)\b", re.IGNORECASE)
JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org')
BLOGGER = re.compile(rb"<generator\b[^>]*>\s*Blogger\s*<", re.IGNORECASE)
KIND = "http://schemas.google.com/g/2005#kind"
ATOM = "{http://www.w3.org/2005/Atom}"
BLOG = "{http://schemas.google.com/blogger/2018}"


def recognises(path, head):
    if path.is_dir():
        return bool(_files(path))
    return _is_one(head)


def _is_one(head):
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return bool(JSON_FEED.search(start[:2_000]))
    return start.startswith(b"<") and bool(XML_FEED.search(start[:4_000]))


def _is_bloggers(head):
    return bool(BLOGGER.search(head)) or b"blogger/2018" in head


def _files(path):
    """Return the exports of Blogger in a folder, else the feeds, where that is all."""
    if not path.is_dir():
        return [path]
    return exports_in(path, _is_bloggers) or exports_in(path, _is_one, beside=False)


def count(path):
    return None


def read(path, asked):
    """Yield the stories of a feed, or of Blogger's export, in the file's order."""
    source = asked.source or source_name(path)
    for file in _files(path):
        yield from _read(file, replace(asked, source=source))


def _read(path, asked):
    head = head_of(path)
    if _is_bloggers(head):
        yield from _Blogger(path, asked).stories()
        return
    if path.stat().st_size > MOST_BYTES:
        limit = MOST_BYTES // (1024 * 1024)
        raise PageError("too-large", f"The feed is larger than {limit} MiB.")
    content = path.read_bytes()
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield from _json_feed(content, path, asked)
    else:
        yield from _xml_feed(content, path, asked)


def _place(story, link):
    """Set where a story stood, of its web address."""
    story.base_url = link
    try:
        split = urlsplit(link if "://" in link else "")
    except ValueError:
        return
    if split.path not in ("", "/") or split.query:
        story.address = split.path + (f"?{split.query}" if split.query else "")


def _xml_feed(content, path, asked):
    # Sanitising is ours; relative addresses are resolved by read_body.
    content = without_shows(content)
    feed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    if feed.bozo and not feed.entries:
        reason = f"The feed cannot be read: {feed.bozo_exception}"
        raise PageError("unparsable", reason[:300])
    if feed.bozo and isinstance(feed.bozo_exception, SAXException):
        reason = "The feed is no sound XML; it was read as far as it can be understood."
        line = getattr(feed.bozo_exception, "getLineNumber", lambda: None)()
        yield Problem(path.name, "unsound", reason, line)
    for entry in feed.entries:
        if not any(entry.get(name) for name in ("title", "content", "summary")):
            yield Problem(path.name, "empty", "An entry has neither title nor text.")
            continue
        yield _entry(entry, feed, asked)


def _entry(entry, feed, asked):
    is_atom = feed.version.startswith("atom")
    markup, is_whole = markup_of(entry, is_atom)
    story = Story(
        source_id=entry.get("id") or entry.get("link") or entry.get("title", "?"),
        source_system=asked.source,
        source_kind=NAME,
        source=json.dumps(entry, default=str, sort_keys=True).encode(),
        headline=plain_text(entry.get("title", "")),
        language=feed.feed.get("language", "").replace("_", "-"),
        status="draft" if entry.get("app_draft") == "yes" else "published",
        credits=authors_of(entry, feed.feed, is_atom),
        pictures=pictures_of(entry, markup),
    )
    _place(story, without_campaign(entry.get("link", "")))
    if is_whole:
        summary = standfirst_of(entry, is_atom)
        story.standfirst = summary if summary != plain_text(markup) else ""
    else:
        story.note("summary", "The feed may hold no more than a summary of it.")
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    if moment:
        # UTC, as feedparser's documentation says ("Date parsing").
        story.published = When(datetime(*moment[:6], tzinfo=UTC), "moment")
    tags = [tag.get("label") or tag.get("term") for tag in entry.get("tags", ())]
    story.tags = list(dict.fromkeys(filter(None, tags)))
    comments = str(entry.get("slash_comments") or "")
    story.comments = int(comments) if re.fullmatch(r"\d{1,6}", comments) else 0
    return later(story, sounds_of(entry, markup) + markup)


def _json_feed(content, path, asked):
    try:
        feed = json.loads(content.decode("utf-8-sig"))
        items = feed["items"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PageError("unparsable", "The feed is no sound JSON Feed.") from error
    if not isinstance(items, list):
        raise PageError("unparsable", "The feed is no sound JSON Feed.")
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            yield Problem(path.name, "unparsable", f"Item {number} is no story.")
            continue
        item = {key: _of_its_kind(key, value) for key, value in item.items()}
        story = Story(
            source_id=str(item.get("id") or item.get("url") or number),
            source_system=asked.source,
            source_kind=NAME,
            source=json.dumps(item, ensure_ascii=False, sort_keys=True).encode(),
            headline=plain_text(item.get("title") or ""),
            standfirst=item.get("summary") or "",
            language=item.get("language") or str(feed.get("language") or ""),
            tags=[str(tag) for tag in item.get("tags") or ()],
            status="published",
        )
        _place(story, item.get("url") or "")
        story.published = moment_of(item.get("date_published"))
        story.credits = credits_of(_named(item) or _named(feed))
        if picture := item.get("image") or item.get("banner_image"):
            story.pictures.append(PictureNote(picture, is_lead=True))
        words = plain_paragraphs(item.get("content_text") or "")
        yield later(story, _attached(item) + (item.get("content_html") or words))


def _named(told):
    """Return the names of authors; version 1.0 had one, without a list."""
    authors = told.get("authors") or [told.get("author")]
    authors = authors if isinstance(authors, list) else []
    return [a["name"] for a in authors if isinstance(a, dict) and a.get("name")]


def _attached(item):
    """Return the recordings and films attached to an item, as embeds."""
    return "".join(
        embed(str(told.get("url") or ""))
        for told in item.get("attachments") or ()
        if isinstance(told, dict)
        and str(told.get("mime_type")).startswith(("audio/", "video/"))
    )


def _of_its_kind(key, value):
    """Return a value of a JSON Feed, None for what is not of its key's kind."""
    if key in ("tags", "authors", "attachments"):
        return value[:200] if isinstance(value, list) else None
    if key == "author":
        return value if isinstance(value, dict) else None
    return value if isinstance(value, str) else str(value) if key == "id" else None


class _Blogger:
    """Blogger's export: settings, templates, comments and posts in one Atom feed."""

    def __init__(self, path, asked):
        self.path, self.asked = path, asked
        self.comments, self.unsound = 0, None

    def entries(self):
        with self.path.open("rb") as file:
            parsing = lxml.etree.iterparse(
                file,
                tag=f"{ATOM}entry",
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=True,
                recover=True,
            )
            for _event, entry in parsing:
                _tell_end(parsing.error_log.last_error)
                yield entry
                entry.clear()
                while entry.getprevious() is not None:
                    del entry.getparent()[0]
        self.unsound = parsing.error_log.last_error
        _tell_end(self.unsound)

    def stories(self):
        for entry in self.entries():
            kind = self.kind(entry)
            if kind == "comment":
                self.comments += 1
            elif kind in ("post", "page"):
                yield self.story(entry, kind)
        if self.unsound:
            line = self.unsound.line
            reason = f"The file is no sound XML: {self.unsound.message}."
            yield Problem(self.path.name, "unsound", reason, line)
        if self.comments:
            reason = f"{self.comments} comments were left behind."
            if self.comments == 1:
                reason = "1 comment was left behind."
            yield Problem(self.path.name, "comments", reason)

    def kind(self, entry):
        if told := entry.findtext(f"{BLOG}type"):
            return told.strip().lower()
        terms = entry.findall(f"{ATOM}category")
        kinds = [t.get("term", "") for t in terms if t.get("scheme") == KIND]
        return kinds[0].rpartition("#")[2] if kinds else ""

    def story(self, entry, kind):
        def text(name):
            return (entry.findtext(f"{ATOM}{name}") or "").strip()

        # By its name alone: a draft must not go out for want of a namespace.
        is_draft = any(
            _local(child) == "draft" and (child.text or "").strip() == "yes"
            for control in entry
            if _local(control) == "control"
            for child in control
        )
        status = text_of(entry, f"{BLOG}status") or "LIVE"
        if status.endswith("TRASHED"):
            reason = "It lay in the trash and was left there."
            return Problem(text("id"), "trashed", reason, sample=text("title"))
        is_draft = is_draft or status not in ("LIVE", "SCHEDULED")
        link = next(
            (
                found.get("href", "")
                for found in entry.findall(f"{ATOM}link")
                if found.get("rel") == "alternate"
            ),
            text_of(entry, f"{BLOG}filename"),
        )
        story = Story(
            source_id=text("id"),
            source_system=self.asked.source,
            source_kind="blogger",
            source=lxml.etree.tostring(entry, encoding="utf-8", with_tail=False),
            kind="page" if kind == "page" else "article",
            status="draft" if is_draft else "published",
            headline=plain_text(text("title")),
            published=moment_of(text("published")),
            seo_description=text_of(entry, f"{BLOG}metaDescription"),
            tags=[
                found.get("term", "")
                for found in entry.findall(f"{ATOM}category")
                if found.get("scheme") != KIND and found.get("term")
            ],
        )
        if link.startswith("/"):
            link = self.asked.site.rstrip("/") + link
        _place(story, link)
        if link.startswith("/"):
            story.address = link
        name = (entry.findtext(f"{ATOM}author/{ATOM}name") or "").strip()
        story.credits = [Credit(name, printed=name)] if name else []
        return later(story, text("content"))


def _tell_end(error):
    """Raise PageError where a file is broken off: what comes last is half."""
    if error is not None and error.type_name == "ERR_TAG_NOT_FINISHED":
        reason = f"The file is no sound XML: {error.message}"
        raise PageError("unparsable", reason, error.line or None)


def _local(element):
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.rpartition("}")[2].rpartition(":")[2]


def text_of(entry, name):
    return (entry.findtext(name) or "").strip()
