"""Ghost's export: its JSON, alone or in the zip with its pictures.

Posts hold their text as HTML, as Lexical (Ghost 5 and later) or as Mobiledoc (before);
the HTML is taken where it is there, for it is what readers saw. The JSON is read as a
stream into tables on disk, because a post's authors and tags stand in other tables
behind it. Its shape is Ghost's documentation's ("Migrating to Ghost": JSON structure).
"""

import json
import re
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import ijson
import yaml

from .exported import finish, moment_of, plain_text
from .files import is_file, source_name
from .ghost_cards import from_lexical, from_mobiledoc
from .ghost_html import plain_cards
from .markdown_text import Plain
from .originals import whole_picture
from .story import (
    Credit,
    LinkNote,
    Moved,
    PageError,
    Person,
    PictureNote,
    Problem,
    Story,
    Term,
    When,
)

NAME = "ghost"
TABLES = (
    *("posts", "tags", "posts_tags", "users", "posts_authors", "posts_meta"),
    "settings",
)
TEXTS = ("html", "lexical", "mobiledoc")
STATUSES = {
    **{"published": "published", "scheduled": "published"},
    # It went out as a mail and stood at no address.
    **{"draft": "draft", "sent": "draft"},
}
READERS = {"paid": "paying members", "tiers": "members of some tiers"}
NUMBERS = {"sort_order", "published_at", "created_at", "featured", "page"}
# What stands for the site's own address in an export.
PLACEHOLDER = "__GHOST_URL__"


REDIRECTS = tuple(
    f"{folder}redirects.{kind}"
    for kind in ("json", "yaml", "yml")
    for folder in ("", "data/", "content/data/", "content/settings/")
)


def recognises(path, head):
    if path.is_dir():
        return _json_in(path) is not None
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2_000]
    if not start.startswith(b"{"):
        return False
    return b'"db"' in start or (b'"meta"' in start and b'"exported_on"' in start)


def _json_in(folder):
    """Return the export's JSON in a folder that was a zip, or None."""
    for path in sorted(folder.glob("*.json")) + sorted(folder.glob("data/*.json")):
        with path.open("rb") as file:
            if recognises(path, file.read(65_536)):
                return path
    return None


def count(path):
    return None


def read(path, asked):
    """Yield Persons and Terms, then the posts and pages, the oldest first."""
    folder = path if path.is_dir() else None
    file = _json_in(path) if folder else path
    export = _Export(file, folder, asked)
    try:
        yield from export.load()
        yield from export.people()
        yield from export.terms()
        yield from export.stories()
        yield from export.moved()
    finally:
        export.index.close()


class _Export:
    def __init__(self, file, folder, asked):
        self.file, self.folder, self.asked = file, folder, asked
        self.source = asked.source or source_name(file)
        self.site = asked.site.rstrip("/")
        self.index = sqlite3.connect("")
        self.index.row_factory = lambda cursor, row: json.loads(row[0])
        for table in TABLES:
            self.index.execute(f"CREATE TABLE {table} (id, post, row)")

    def load(self):
        """Put the tables on disk. Raises PageError for what is no such JSON."""
        for prefix in ("db.item.data", "data"):
            with self.file.open("rb") as file:
                try:
                    for table, row in map(_plain, _rows(file, prefix)):
                        self.index.execute(
                            f"INSERT INTO {table} VALUES (?, ?, ?)",
                            [
                                str(row.get("id")),
                                str(row.get("post_id")),
                                json.dumps(row),
                            ],
                        )
                except ijson.JSONError as error:
                    reason = f"The file is no sound JSON: {error}"
                    raise PageError("unparsable", reason[:300]) from error
            if self._all("SELECT row FROM posts LIMIT 1"):
                break
        for table in TABLES:
            self.index.execute(f"CREATE INDEX {table}_id ON {table} (id)")
            self.index.execute(f"CREATE INDEX {table}_post ON {table} (post)")
        if not self.site:
            rows = self._all("SELECT row FROM settings")
            told = {row.get("key"): row.get("value") for row in rows}
            self.site = (told.get("url") or "").rstrip("/")
        if not self._all("SELECT row FROM posts LIMIT 1"):
            yield Problem(self.file.name, "empty", "The export holds no posts.")

    def _all(self, statement, *values):
        return self.index.execute(statement, values).fetchall()

    def people(self):
        for row in self._all("SELECT row FROM users"):
            links = [("website", row.get("website")), ("other", row.get("facebook"))]
            if handle := (row.get("twitter") or "").lstrip("@"):
                links.append(("social", f"https://twitter.com/{handle}"))
            photo = self.real(row.get("profile_image") or row.get("image"))
            yield Person(
                row.get("name") or row.get("slug") or "?",
                key=str(row.get("id")),
                slug=row.get("slug") or "",
                email=row.get("email") or "",
                bio=row.get("bio") or "",
                lives_in=row.get("location") or "",
                photo=PictureNote(photo, path=self.local(photo)) if photo else None,
                root=self.folder,
                links=tuple(
                    LinkNote(kind, url=url)
                    for kind, url in links
                    if url and url.startswith("http")
                ),
            )

    def terms(self):
        for row in self._all("SELECT row FROM tags"):
            if row.get("name") and not _is_internal(row):
                yield Term(
                    "tag",
                    row["name"],
                    row.get("slug") or "",
                    plain_text(row.get("description") or ""),
                )

    def moved(self):
        """Yield the redirects of the file that stands beside the export."""
        for name in REDIRECTS:
            path = (self.folder or self.file.parent) / name
            if not path.is_file():
                continue
            try:
                for old, new, is_permanent in _redirects(path):
                    if re.search(r"[\^$()\[\]*+?|\\]", old):
                        yield Problem(
                            name,
                            "redirect",
                            "A pattern was left out; make it a redirect by hand.",
                            sample=f"{old} → {new}",
                        )
                        continue
                    yield Moved(old, new, is_permanent)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                reason = f"The redirects cannot be read: {error}."
                yield Problem(name, "unparsable", reason)
            except (yaml.YAMLError, RecursionError):
                reason = "The redirects are no sound YAML."
                yield Problem(name, "unparsable", reason)
            return

    # Posts.

    def stories(self):
        rows = self.index.execute("SELECT row FROM posts ORDER BY rowid")
        while some := rows.fetchmany(100):
            for row in some:
                yield self.story(row)

    def story(self, row):
        identifier = str(row.get("uuid") or row.get("id"))
        is_page = row.get("type") == "page" or row.get("page") in (1, True)
        meta = self._all("SELECT row FROM posts_meta WHERE post = ?", row.get("id"))
        meta = meta[0] if meta else {}
        story = Story(
            source_id=f"{'page' if is_page else 'post'}-{identifier}",
            source_system=self.source,
            source_kind=NAME,
            kind="page" if is_page else "article",
            source=json.dumps([row, meta], ensure_ascii=False, sort_keys=True).encode(),
            root=self.folder,
            headline=row.get("title") or "",
            standfirst=row.get("custom_excerpt") or "",
            language=(row.get("locale") or row.get("language") or "").replace("_", "-"),
            seo_title=meta.get("meta_title") or row.get("meta_title") or "",
            seo_description=meta.get("meta_description")
            or row.get("meta_description")
            or "",
            canonical_url=self.real(row.get("canonical_url")),
        )
        self.state(story, row)
        self.place(story, row)
        self.ties(story, row)
        self.lead(story, row, meta)
        told = {name: row.get(name) for name in TEXTS}
        story.unread = partial(_read, replace(story), told, self.site, self.folder)
        return story

    def state(self, story, row):
        status = row.get("status") or "draft"
        story.status = STATUSES.get(status, "draft")
        if status not in STATUSES:
            story.note("status", f"Its status “{status}” is unknown: it is a draft.")
        if status == "sent":
            story.note("mail-only", "It went out as a mail only; it is a draft.")
        visibility = row.get("visibility") or "public"
        if visibility != "public":
            story.status = "draft"
            who = READERS.get(visibility, visibility)
            story.note("members-only", f"Only {who} could read it; it is a draft.")
        if row.get("featured") in (1, True):
            story.note("sticky", "It was featured on the front page.")
        for name in ("codeinjection_head", "codeinjection_foot"):
            if row.get(name):
                story.note(
                    "left-out", "Code of its own was left out.", sample=row[name]
                )
        moment = row.get("published_at")
        if moment is None and story.status != "draft":
            moment = row.get("created_at")
        story.published = _when(moment)

    def place(self, story, row):
        if slug := row.get("slug"):
            # Ghost's usual address; whoever had dates in it says so by redirects.
            story.address = f"/{slug}/"
        story.base_url = f"{self.site}{story.address}" if self.site else ""

    def ties(self, story, row):
        """Give a story its authors and tags, in their order."""
        own = self._all("SELECT row FROM posts_authors WHERE post = ?", row.get("id"))
        own.sort(key=lambda tie: tie.get("sort_order") or 0)
        keys = [tie.get("author_id") for tie in own] or [row.get("author_id")]
        for key in keys:
            for user in self._all("SELECT row FROM users WHERE id = ?", key):
                name = user.get("name") or user.get("slug") or ""
                story.credits.append(Credit(name, printed=name))
        ties = self._all("SELECT row FROM posts_tags WHERE post = ?", row.get("id"))
        ties.sort(key=lambda tie: tie.get("sort_order") or 0)
        tags = []
        for tie in ties:
            found = self._all("SELECT row FROM tags WHERE id = ?", tie.get("tag_id"))
            tags += [tag for tag in found if tag.get("name")]
        public = [tag["name"] for tag in tags if not _is_internal(tag)]
        # The first public tag is the primary one: what the post is filed under.
        story.section_name = public[0] if public else ""
        story.tags = public

    def lead(self, story, row, meta):
        # Before Ghost 1 it was called the image.
        address = whole_picture(self.real(row.get("feature_image") or row.get("image")))
        if address:
            caption = meta.get("feature_image_caption") or ""
            note = PictureNote(
                address,
                alt=meta.get("feature_image_alt") or "",
                caption=plain_text(caption),
                path=self.local(address),
                is_lead=True,
            )
            story.pictures.append(note)

    def real(self, text):
        return _real(text, self.site)

    def local(self, address):
        return _local(self.folder, address)


def _read(story, told, site, folder):
    """Return a post's Story with its text, or the Problem with it."""
    try:
        markup = _content(story, told, site)
    except PageError as error:
        return Problem(story.source_id, error.kind, str(error))
    return finish(story, markup, partial(_local, folder))


def _content(story, told, site):
    if markup := told["html"]:
        return plain_cards(_real(markup, site))
    for name, convert in (("lexical", from_lexical), ("mobiledoc", from_mobiledoc)):
        if not told[name]:
            continue
        try:
            return _real(convert(json.loads(told[name]), story.note), site)
        except RecursionError as error:
            raise PageError("too-deep", f"Its {name} is too deep.") from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise PageError("unparsable", f"Its {name} is damaged.") from error
    return ""


def _real(text, site):
    return (text or "").replace(PLACEHOLDER, site)


def _local(folder, address):
    """Return where a picture lies in the zip, "" for nowhere."""
    if folder is None:
        return ""
    found = re.search(r"/?(content/(?:images|media|files)/[^?#]+)", address)
    if not found:
        return ""
    name = found[1].replace("/size/", "/").split("?")[0]
    name = re.sub(r"/images/(?:size/)?[wh]\d+(?:h\d+)?/", "/images/", name)
    for candidate in (name, name.removeprefix("content/")):
        if is_file(Path(folder, candidate)):
            return candidate
    return ""


def _rows(file, prefix):
    """Yield (table, row) of the tables that are needed, one at a time."""
    wanted = {f"{prefix}.{table}.item": table for table in TABLES}
    at, building = "", None
    # The place names all that is above, and grows with the depth: little is read at
    # once, so that it cannot fill the memory before it is looked at.
    for place, event, value in ijson.parse(file, use_float=True, buf_size=4096):
        if len(place) > 1_000:
            raise PageError("too-deep", "The file is nested too deeply to be read.")
        if building is not None:
            building.event(event, value)
            if place == at and event == "end_map":
                yield wanted[at], building.value
                building = None
        elif event == "start_map" and place in wanted:
            at, building = place, ijson.ObjectBuilder()
            building.event(event, value)


def _redirects(path):
    """Yield (old, new, whether for good) of a file of redirects, JSON or YAML."""
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        for row in json.loads(text):
            yield _bare(row["from"]), row["to"], bool(row.get("permanent", True))
        return
    for answer, pairs in (yaml.load(text, Plain) or {}).items():
        for old, new in (pairs or {}).items():
            yield _bare(old), str(new), str(answer) == "301"


def _bare(pattern):
    """Return the address that a pattern means, where it means only one."""
    address = pattern.removeprefix("^").removesuffix("$").replace("\\/", "/")
    return address.removesuffix("?") if address.endswith("/?") else address


def _plain(found):
    """Return (table, row) with texts where there should be texts, nothing nested."""
    table, row = found
    plain = {}
    for key, value in row.items():
        if isinstance(value, int | float) and key not in NUMBERS:
            value = str(value)
        plain[key] = None if isinstance(value, list | dict) else value
    return table, plain


def _is_internal(tag):
    """Say whether it is Ghost's “#tag”, which readers never see."""
    return tag["name"].startswith("#") or tag.get("visibility") == "internal"


def _when(written):
    """Return a When of Ghost's moments: milliseconds, or text in UTC."""
    if isinstance(written, int | float):
        try:
            return When(datetime.fromtimestamp(written / 1000, UTC), "moment")
        except (ValueError, OverflowError, OSError):
            return None
    return moment_of(str(written or ""))
