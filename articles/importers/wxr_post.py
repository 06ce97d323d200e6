"""One post or page of WordPress's export, from its bytes to a story."""

import html
import re
import shutil
import sqlite3
import tempfile
import weakref
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from .autop import paragraphs
from .exported import (
    PICTURE_NAME,
    head_by_words,
    path_of,
    plain_text,
    read_body,
)
from .files import is_file
from .missing import names_of
from .shortcodes import embed, expand
from .story import Credit, PageError, PictureNote, Problem, Story, When
from .wxr_blocks import (
    footnotes_of,
    unblocked,
    with_films,
    with_footnotes,
    without_more,
)
from .wxr_elements import fields, local, meta_of, number_of, parse

STATUSES = {
    **{"publish": "published", "future": "published", "pending": "review"},
    **{"draft": "draft", "private": "draft"},
}
# The moment of Greenwich of what was never out.
NEVER = "0000-00-00 00:00:00"
# By the plugins that most sites had: Yoast, Rank Math, All in One SEO.
SEO_TITLE = ("_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_aioseop_title")
SEO_DESCRIPTION = (
    *("_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description"),
    "_aioseop_description",
)
CANONICAL = ("_yoast_wpseo_canonical", "rank_math_canonical_url")
NO_INDEX = ("_yoast_wpseo_meta-robots-noindex", "_aioseop_noindex")
ALONE = re.compile(r"^[ \t]*(https?://[^\s<>\"\[\]]+)[ \t]*$", re.MULTILINE)
# Looked for first: it begins with letters, which is found ten times as fast.
AT_LINE_END = re.compile(r"https?://[^\s<>\"\[\]]+[ \t]*$", re.MULTILINE)
# Kinds of terms that readers never saw.
HIDDEN = {
    *("author", "post_format", "nav_menu", "wp_theme", "wp_pattern_category"),
    *("language", "post_translations", "term_translations", "translation_priority"),
    *("yst_prominent_words", "following_users", "ef_usergroup", "link_category"),
    *("product_type", "product_visibility", "elementor_library_type"),
}


@dataclass
class Export:
    """What the export says beside its posts, and they may name."""

    source: str
    site: str
    root: Path | None = None  # the folder it came in, where its pictures may lie
    home: str = ""  # path below which the blog stands, without a slash at its end
    index: str = ""  # path of the database of its files and blocks
    names: dict = field(default_factory=dict)  # login in small letters: display name
    guests: dict = field(default_factory=dict)  # nicename: display name
    above: dict = field(default_factory=dict)  # category: (name, parent's nicename)

    def __post_init__(self):
        # There as long as anybody here may still read a post.
        folder = tempfile.mkdtemp(prefix="import-")
        self.index = str(Path(folder, "index.sqlite3"))
        weakref.finalize(self, _forget, folder)

    def picture(self, number):
        """Return (address, alt, caption) of an attachment, or None."""
        row = self.file(number)
        return row[:3] if row else None

    def file(self, number):
        """Return (address, alt, caption, credit) of an attachment, or None."""
        if not number < 2**63:
            return None
        rows = _open(self.index).execute(
            "SELECT url, alt, caption, credit FROM file WHERE id = ?", [number]
        )
        return rows.fetchone()

    def files_of(self, post):
        """Return the numbers of the pictures that were put in with a post, in order."""
        if not 0 < post < 2**63:
            return []
        rows = _open(self.index).execute(
            "SELECT id, url FROM file WHERE post = ? ORDER BY place, id", [post]
        )
        return [number for number, url in rows if PICTURE_NAME.search(path_of(url))]

    def block(self, number):
        """Return the content of a block that several posts share, "" for none."""
        if not isinstance(number, int) or not 0 < number < 2**63:
            return ""
        rows = _open(self.index).execute(
            "SELECT content FROM block WHERE id = ?", [number]
        )
        return (rows.fetchone() or [""])[0]

    def path_of(self, slug, name):
        """Return the names of a category and those above it, from the top."""
        path, seen = [name], {slug}
        while (slug := self.above.get(slug, ("", ""))[1]) and slug not in seen:
            seen.add(slug)
            path.insert(0, self.above.get(slug, (slug, ""))[0])
        return tuple(path)


@lru_cache(maxsize=1)
def _open(path):
    # Also where stories are read by another thread than the one that opened it.
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)


def _forget(folder):
    _open.cache_clear()
    shutil.rmtree(folder, ignore_errors=True)


def read_post(content, line, name, export) -> Story | Problem:
    """Return the Story of an item's bytes, or the Problem with it."""
    item = parse(content)
    if item is None:
        return Problem(name, "unparsable", "The post is no sound XML.", line)
    read = _Post(item, line, name, export).read()
    if isinstance(read, Story):
        read.problems = [_at_its_line(each, content, line) for each in read.problems]
    return read


def _at_its_line(problem, content, line):
    """Return a Problem with the line its sample stands on, where that is found."""
    at = content.find(problem.sample.encode()) if problem.sample else -1
    if at < 0:
        return problem
    return replace(problem, line=line + content.count(b"\n", 0, at))


class _Post:
    def __init__(self, item, line, name, export):
        self.item, self.line, self.name, self.export = item, line, name, export
        self.told, self.meta = fields(item), meta_of(item)
        self.type = self.told.get("post_type") or "post"
        self.status = self.told.get("status") or "publish"

    def text(self, name):
        return self.told.get(name, "")

    def read(self):
        if self.status in ("auto-draft", "inherit"):
            return Problem(self.name, "left-out", "It was begun and never saved.")
        if self.status == "trash":
            reason = "It lay in the trash and was left there."
            title = self.text("title")
            return Problem(self.name, "trashed", reason, self.line, title)
        story = Story(
            source_id=self.name,
            source_system=self.export.source,
            kind="page" if self.type == "page" else "article",
            source_kind="wordpress",
            root=self.export.root,
            line=self.line,
            headline=plain_text(self.text("title")),
            standfirst=plain_text(self.text("excerpt")),
            comments=sum(
                1
                for child in self.item
                if isinstance(child.tag, str) and local(child) == "comment"
            ),
        )
        if self.type not in ("post", "page"):
            reason = f"A “{self.type}” became an article."
            story.note("post-type", reason)
        self.state(story)
        self.addresses(story)
        self.dates(story)
        self.credits(story)
        self.subjects(story)
        self.words_of_plugins(story)
        try:
            self.body(story)
        except PageError as error:
            return Problem(self.name, error.kind, str(error), self.line)
        self.lead(story)
        head_by_words(story, story.body_html)
        return story

    def state(self, story):
        story.status = STATUSES.get(self.status, "")
        if not story.status:
            story.status = "draft"
            story.note(
                "status", f"Its status “{self.status}” is unknown: it is a draft."
            )
        if self.status == "private":
            story.note("private", "It was private; it is a draft.")
        if self.text("post_password"):
            story.status = "draft"
            story.note("password", "A password protected it; it is a draft.")
        if self.text("is_sticky") == "1":
            story.note("sticky", "It was kept at the top of the front page.")

    def addresses(self, story):
        link = self.text("link")
        number = self.text("post_id")
        try:
            # Squarespace's begin with the path.
            link = urljoin(f"{self.export.site}/", link) if link[:1] == "/" else link
            split = urlsplit(link if "://" in link or link[:1] == "/" else "")
        except ValueError:
            story.base_url = self.export.site
            story.note("address", "Its address cannot be read.", sample=link)
            return
        story.base_url = link or self.export.site
        address = split.path + (f"?{split.query}" if split.query else "")
        if self.status in ("publish", "future", "private") and address not in ("", "/"):
            story.address = address
            key = "page_id" if story.kind == "page" else "p"
            short = f"{self.export.home}/?{key}={number}"
            if number and short != address:
                story.other_addresses.append(short)

    def dates(self, story):
        is_begun = self.text("post_date_gmt") == NEVER
        if is_begun and self.status in ("draft", "pending"):
            return  # its post_date is when somebody last wrote on it
        for name, zone in (("post_date_gmt", UTC), ("post_date", None)):
            try:
                moment = datetime.fromisoformat(self.text(name))
            except ValueError:
                continue  # NEVER, or no date at all
            story.published = When(moment.replace(tzinfo=zone), "moment")
            return
        # Of a post that was never out it is the day of nothing.
        if self.status == "publish" and (written := self.text("pubDate")):
            try:
                story.published = When(parsedate_to_datetime(written), "moment")
            except ValueError:
                story.note("date", "Its date cannot be read.", sample=written)

    def credits(self, story):
        names = [
            self.export.guests.get(_nice(child)) or (child.text or "").strip()
            for child in self.item.findall("category")
            if child.get("domain") == "author"
        ]
        names = [name for name in names if name] or [self.text("creator")]
        # WordPress's logins are the same in capitals.
        known = self.export.names
        names = [
            known.get(name.casefold(), _unaddressed(name)) for name in names if name
        ]
        story.credits = [Credit(name, printed=name) for name in dict.fromkeys(names)]

    def subjects(self, story):
        """Sort the post's terms: the first category is the section, the rest tags."""
        sections, tags = [], []
        for child in self.item.findall("category"):
            domain = child.get("domain")
            name = html.unescape((child.text or "").strip())
            if domain == "language":  # Polylang's
                story.language = story.language or _nice(child)
            if not name or domain in HIDDEN:
                continue
            if domain in ("category", None):
                sections.append((_nice(child), name))
            elif domain == "series":
                story.series_name = name
            else:
                tags.append(name)
        # “Uncategorized” says nothing, whatever the language called it.
        real = [s for s in sections if s[0] not in ("uncategorized", "uncategorised")]
        if real:
            slug, name = real[0]
            story.section_path = self.export.path_of(slug, name)
            above = set(story.section_path)
            tags = [n for _slug, n in real[1:] if n not in above] + tags
        story.tags = list(dict.fromkeys(tags))

    def words_of_plugins(self, story):
        def first(names):
            words = next((self.meta[name] for name in names if self.meta.get(name)), "")
            # A pattern ("%%title%% …") is no title.
            return "" if "%" in words and re.search(r"%%?\w+%", words) else words

        story.seo_title = first(SEO_TITLE)
        story.seo_description = first(SEO_DESCRIPTION)
        story.canonical_url = first(CANONICAL)
        robots = self.meta.get("rank_math_robots", "")
        story.is_no_index = first(NO_INDEX) in ("1", "on") or "noindex" in robots

    # Its text.

    def body(self, story):
        content = with_films(self.text("content"))
        notes = footnotes_of(self.meta.get("footnotes", ""))
        is_blocks = "<!-- wp:" in content
        if is_blocks:
            content = unblocked(content, self.export.block, story.note)
        else:
            content = without_more(content)
        own = partial(self.export.files_of, number_of(self.text("post_id")))
        content = expand(content, self.export.picture, _reporting(story), own)
        if AT_LINE_END.search(content):
            content = ALONE.sub(lambda found: embed(html.unescape(found[1])), content)
        if not is_blocks:
            content = paragraphs(content)
        if notes:
            content = with_footnotes(content, notes)
        enclosed = self.meta.get("enclosure", "").partition("\n")[0].strip()
        if enclosed and enclosed not in content:
            content += embed(enclosed)
        story.body_html = read_body(content, story, self.local)

    def local(self, address):
        """Return where a picture lies beside the export, "" for nowhere.

        A copy of them begins at any folder of their addresses.
        """
        if self.export.root is None:
            return ""
        names = names_of(address)
        return next((n for n in names if is_file(self.export.root / n)), "")

    def lead(self, story):
        number = number_of(self.meta.get("_thumbnail_id", ""))
        if not number:
            return
        if file := self.export.file(number):
            path = self.local(file[0])
            story.pictures.append(PictureNote(*file, path=path, is_lead=True))
        else:
            story.note("picture-missing", "Its lead picture is not in the export.")


def _reporting(story):
    return lambda kind, reason, sample: story.note(kind, reason, sample=sample)


def _unaddressed(login):
    """Return a login as a name: of one that is an e-mail address, what is not."""
    return login.partition("@")[0] if re.fullmatch(r"\S+@\S+\.\S+", login) else login


def _nice(element):
    return (element.get("nicename") or "").removeprefix("cap-")
