"""WordPress's export (WXR 1.0 to 1.2), and Squarespace's, which is written like it.

Read as a stream, twice: attachments, authors and terms may stand behind the posts
that name them. What is remembered of them lies on disk, so that memory stays at one
post. The elements are those of WordPress's own exporter (wp-admin/includes/export.php).
"""

import html
import json
import re
import sqlite3
from datetime import UTC, datetime
from urllib.parse import urlsplit

import lxml.etree

from .autop import paragraphs
from .exported import plain_text, read_body
from .shortcodes import embed, expand
from .story import (
    Credit,
    LinkNote,
    PageError,
    Person,
    PictureNote,
    Problem,
    Story,
    Term,
    When,
)

NAME = "wordpress"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
STATUSES = {
    **{"publish": "published", "future": "published", "pending": "review"},
    **{"draft": "draft", "private": "draft"},
}
# Machinery of the old site, and what is read with its post.
PASSED_OVER = {
    *("attachment", "revision", "nav_menu_item", "custom_css", "customize_changeset"),
    *("oembed_cache", "user_request", "wp_block", "wp_template", "wp_template_part"),
    *("wp_global_styles", "wp_navigation", "wp_font_family", "wp_font_face"),
    *("guest-author", "acf-field", "acf-field-group", "feedback", "safecss"),
    *("wpcf7_contact_form", "mc4wp-form", "shop_order", "jp_pay_order"),
}
# By the plugins that most sites had: Yoast, Rank Math, All in One SEO.
SEO_TITLE = ("_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_aioseop_title")
SEO_DESCRIPTION = (
    *("_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description"),
    "_aioseop_description",
)
CANONICAL = ("_yoast_wpseo_canonical", "rank_math_canonical_url")
NO_INDEX = ("_yoast_wpseo_meta-robots-noindex", "_aioseop_noindex")
CREDITS = ("_media_credit", "media_credit", "credit", "_credit", "photographer")
# Control characters that no XML may hold; old posts do.
ILLEGAL = bytes.maketrans(
    bytes([*range(9), 11, 12, *range(14, 32)]), b" " * (9 + 2 + 18)
)
BLOCK = re.compile(
    r"<!--\s*(/?)wp:([a-z][\w/-]*)(?:\s+(\{.*?\}))?\s*(/?)-->", re.DOTALL
)
ALONE = re.compile(r"^[ \t]*(https?://[^\s<>\"\[\]]+)[ \t]*$", re.MULTILINE)
MORE = re.compile(r"<!--\s*(?:more.*?|nextpage|noteaser)\s*-->", re.DOTALL)


def recognises(path, head):
    return path.is_file() and b"wordpress.org/export/" in head and b"<rss" in head


def count(path):
    """Count the items without parsing: attachments and menus are among them."""
    found, tail = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            chunk = tail + chunk
            found += chunk.count(b"<item>")
            tail = chunk[-5:]
    return found


def read(path, asked):
    """Yield Persons and Terms, then the posts and pages, in the file's order."""
    export = _Export(path, asked)
    try:
        yield from export.look_ahead()
        yield from export.stories()
    finally:
        export.index.close()


class _Clean:
    """A file whose illegal control characters are blanks."""

    def __init__(self, file):
        self.file = file

    def read(self, size=-1):
        return self.file.read(size).translate(ILLEGAL)


class _Export:
    def __init__(self, path, asked):
        self.path, self.asked = path, asked
        self.source = asked.source or path.stem
        self.site = asked.site
        self.names = {}  # login: display name
        self.guests = {}  # nicename: display name
        self.above = {}  # category's nicename: (name, parent's nicename)
        self.index = sqlite3.connect("")
        self.index.execute(
            "CREATE TABLE file (id INTEGER PRIMARY KEY, url, alt, caption, credit)"
        )
        self.index.execute("CREATE TABLE block (id INTEGER PRIMARY KEY, content)")

    # Reading the stream.

    def elements(self):
        """Yield (local name, element) of the channel's children, one at a time.

        Raises PageError where the file is no XML, or ends too early.
        """
        with self.path.open("rb") as file:
            parsing = lxml.etree.iterparse(
                _Clean(file),
                events=("start", "end"),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=True,
                recover=True,
            )
            depth = 0
            try:
                for event, element in parsing:
                    depth += 1 if event == "start" else -1
                    if event == "end" and depth == 2:
                        yield _local(element), element
                        element.clear()
                        while element.getprevious() is not None:
                            del element.getparent()[0]
            except lxml.etree.XMLSyntaxError as error:
                reason = f"The file is no sound XML: {error.msg}"
                raise PageError("unparsable", reason, error.lineno or None) from error
            yield "errors", list(parsing.error_log)[:20]

    def look_ahead(self):
        for name, element in self.elements():
            if name in ("base_site_url", "base_blog_url", "link") and not self.site:
                self.site = (element.text or "").strip()
            elif name == "author":
                yield from self.author(element)
            elif name == "category":
                yield from self.category(element)
            elif name == "tag":
                told = _children(element)
                if told.get("tag_name"):
                    yield Term(
                        "tag",
                        told["tag_name"],
                        told.get("tag_slug", ""),
                        plain_text(told.get("tag_description", "")),
                    )
            elif name == "item":
                yield from self.ahead(element)

    def author(self, element):
        told = _children(element)
        login = told.get("author_login", "")
        name = told.get("author_display_name") or " ".join(
            filter(None, (told.get("author_first_name"), told.get("author_last_name")))
        )
        name = name.strip() or login
        if login and name:
            self.names[login] = name
            yield Person(name, key=login, email=told.get("author_email", ""))

    def category(self, element):
        told = _children(element)
        slug, name = told.get("category_nicename", ""), told.get("cat_name", "")
        if not name:
            return
        self.above[slug] = (html.unescape(name), told.get("category_parent", ""))
        yield Term(
            "section",
            html.unescape(name),
            slug,
            plain_text(told.get("category_description", "")),
        )

    def ahead(self, item):
        """Remember what posts may name: a file, a block, a guest author."""
        kind = _text(item, "post_type")
        number = _number(_text(item, "post_id"))
        if kind == "attachment":
            meta = _meta(item)
            credit = next((meta[n] for n in CREDITS if meta.get(n)), "")
            self.index.execute(
                "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)",
                [
                    number,
                    _text(item, "attachment_url") or _text(item, "guid"),
                    meta.get("_wp_attachment_image_alt", ""),
                    plain_text(_text(item, "excerpt:encoded")),
                    credit,
                ],
            )
        elif kind == "wp_block":
            content = _text(item, "content:encoded")
            self.index.execute(
                "INSERT OR REPLACE INTO block VALUES (?, ?)", [number, content]
            )
        elif kind == "guest-author":
            meta = _meta(item)
            name = meta.get("cap-display_name") or _text(item, "title")
            if name:
                slug = meta.get("cap-user_login") or _text(item, "post_name")
                self.guests[slug.removeprefix("cap-")] = name
                links = [("website", meta.get("cap-website", ""))]
                yield Person(
                    name,
                    key=slug,
                    email=meta.get("cap-user_email", ""),
                    bio=plain_text(meta.get("cap-description", "")),
                    links=tuple(LinkNote(k, url=url) for k, url in links if url),
                )

    def stories(self):
        for name, element in self.elements():
            if name == "errors":
                for error in element:
                    yield Problem(
                        self.path.name,
                        "damaged",
                        f"The file is damaged here: {error.message}.",
                        error.line,
                    )
            elif name == "item":
                yield from self.item(element)

    # One post.

    def item(self, item):
        kind = _text(item, "post_type") or "post"
        status = _text(item, "status") or "publish"
        if kind in PASSED_OVER or status in ("auto-draft", "inherit"):
            return
        file = f"{kind}-{_text(item, 'post_id')}"
        if status == "trash":
            yield Problem(
                file,
                "trashed",
                "It lay in the trash and was left there.",
                item.sourceline,
                _text(item, "title"),
            )
            return
        story = Story(
            source_id=file,
            source_system=self.source,
            kind="page" if kind == "page" else "article",
            source=lxml.etree.tostring(item, encoding="utf-8", with_tail=False),
            source_kind=NAME,
            headline=plain_text(_text(item, "title")),
            language="",
        )
        if kind not in ("post", "page"):
            story.note("post-type", f"A “{kind}” became an article.", item.sourceline)
        meta = _meta(item)
        self.state(story, item, status)
        self.addresses(story, item, status)
        self.dates(story, item)
        self.credits(story, item)
        self.subjects(story, item, meta)
        self.words_of_plugins(story, meta)
        story.standfirst = plain_text(_text(item, "excerpt:encoded"))
        story.comments = sum(
            1
            for child in item
            if isinstance(child.tag, str) and _local(child) == "comment"
        )
        try:
            self.body(story, item, meta)
        except PageError as error:
            yield Problem(file, error.kind, str(error), item.sourceline)
            return
        self.lead(story, meta)
        if not story.headline:
            words = plain_text(story.body_html)[:80].rpartition(" ")[0]
            story.headline = words or file
            story.note("no-headline", "It has no title; its first words stand in.")
        yield story

    def state(self, story, item, status):
        story.status = STATUSES.get(status, "")
        if not story.status:
            story.status = "draft"
            story.note("status", f"Its status “{status}” is unknown: it is a draft.")
        if status == "private":
            story.note("private", "It was private; it is a draft.")
        if _text(item, "post_password"):
            story.status = "draft"
            story.note("password", "A password protected it; it is a draft.")
        if _text(item, "is_sticky") == "1":
            story.note("sticky", "It was kept at the top of the front page.")

    def addresses(self, story, item, status):
        link = _text(item, "link")
        story.base_url = link or self.site
        number = _text(item, "post_id")
        split = urlsplit(link if "://" in link else "")
        address = split.path + (f"?{split.query}" if split.query else "")
        if status in ("publish", "future", "private") and address not in ("", "/"):
            story.address = address
            short = f"/?{'page_id' if story.kind == 'page' else 'p'}={number}"
            if short != address:
                story.other_addresses.append(short)

    def dates(self, story, item):
        for name, zone in (("post_date_gmt", UTC), ("post_date", None)):
            try:
                moment = datetime.strptime(  # noqa: DTZ007, the zone is the site's
                    _text(item, name), "%Y-%m-%d %H:%M:%S"
                )
            except ValueError:
                continue
            if moment.year > 1:
                story.published = When(moment.replace(tzinfo=zone), "moment")
                return

    def credits(self, story, item):
        names = [
            self.guests.get(_nice(child)) or (child.text or "").strip()
            for child in item.findall("category")
            if child.get("domain") == "author"
        ]
        names = [self.names.get(name, name) for name in names if name]
        creator = (item.findtext(CREATOR) or "").strip()
        if not names and creator:
            names = [self.names.get(creator, creator)]
        story.credits = [Credit(name, printed=name) for name in dict.fromkeys(names)]

    def subjects(self, story, item, meta):
        """Sort the post's terms: the first category is the section, the rest tags."""
        sections, tags = [], []
        for child in item.findall("category"):
            domain, name = (
                child.get("domain"),
                html.unescape((child.text or "").strip()),
            )
            if not name or domain in ("author", "post_format", "nav_menu"):
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
            story.section_path = self.path_of(slug, name)
            above = set(story.section_path)
            tags = [n for _slug, n in real[1:] if n not in above] + tags
        story.tags = list(dict.fromkeys(tags))

    def path_of(self, slug, name):
        path, seen = [name], {slug}
        while (slug := self.above.get(slug, ("", ""))[1]) and slug not in seen:
            seen.add(slug)
            path.insert(0, self.above.get(slug, (slug, ""))[0])
        return tuple(path)

    def words_of_plugins(self, story, meta):
        def first(names):
            words = next((meta[name] for name in names if meta.get(name)), "")
            # A pattern ("%%title%% …") is no title.
            return "" if "%" in words and re.search(r"%%?\w+%", words) else words

        story.seo_title = first(SEO_TITLE)
        story.seo_description = first(SEO_DESCRIPTION)
        story.canonical_url = first(CANONICAL)
        story.is_no_index = first(NO_INDEX) in ("1", "on") or "noindex" in meta.get(
            "rank_math_robots", ""
        )

    # Its text.

    def body(self, story, item, meta):
        content = _text(item, "content:encoded")
        notes = _footnotes(meta.get("footnotes", ""))
        is_blocks = "<!-- wp:" in content
        content = MORE.sub("", content) if not is_blocks else content
        if is_blocks:
            content = self.blocks(content, story)
        content = expand(content, self.picture, _reporting(story))
        content = ALONE.sub(lambda found: embed(html.unescape(found[1])), content)
        if not is_blocks:
            content = paragraphs(content)
        if notes:
            content = _with_footnotes(content, notes)
        enclosed = meta.get("enclosure", "").partition("\n")[0].strip()
        if enclosed and enclosed not in content:
            content += embed(enclosed)
        story.body_html = read_body(content, story)

    def blocks(self, content, story, depth=0):
        """Return a block editor's content with what its blocks mean, as HTML."""

        def shown(match):
            is_end, name, attributes, is_empty = match.groups()
            if is_end or not is_empty:
                return ""
            try:
                told = json.loads(attributes or "{}")
            except ValueError:
                told = {}
            if name in ("block", "core/block") and depth < 3:
                reused = self.reused(told.get("ref"))
                return self.blocks(reused, story, depth + 1) if reused else ""
            if name in ("spacer", "nextpage", "more", "separator"):
                return ""
            story.note("block", f"A block “{name}”, made by a program, was left out.")
            return ""

        content = MORE.sub("", BLOCK.sub(shown, content))
        return _PULL_QUOTE.sub(
            lambda found: f'<aside class="pullquote">{_unquoted(found[1])}</aside>',
            content,
        )

    def reused(self, number):
        if not isinstance(number, int):
            return ""
        rows = self.index.execute("SELECT content FROM block WHERE id = ?", [number])
        return (rows.fetchone() or [""])[0]

    def picture(self, number):
        """Return (address, alt, caption) of an attachment, or None."""
        rows = self.index.execute(
            "SELECT url, alt, caption FROM file WHERE id = ?", [number]
        )
        return rows.fetchone()

    def lead(self, story, meta):
        number = _number(meta.get("_thumbnail_id", ""))
        rows = self.index.execute("SELECT * FROM file WHERE id = ?", [number])
        if not number or not (row := rows.fetchone()):
            if number:
                story.note("picture-missing", "Its lead picture is not in the export.")
            return
        _id, address, alt, caption, credit = row
        story.pictures.append(PictureNote(address, alt, caption, credit, is_lead=True))


_PULL_QUOTE = re.compile(
    r"<figure\b[^>]*wp-block-pullquote[^>]*>(.*?)</figure>", re.DOTALL
)


def _unquoted(markup):
    return re.sub(r"</?blockquote\b[^>]*>", "", markup)


def _reporting(story):
    return lambda kind, reason, sample: story.note(kind, reason, sample=sample)


def _footnotes(written):
    """Return {id: plain text} of the block editor's footnotes."""
    try:
        notes = json.loads(written) if written else []
        return {note["id"]: plain_text(note["content"]) for note in notes}
    except (ValueError, TypeError, KeyError):
        return {}


def _with_footnotes(content, notes):
    def noted(match):
        note = html.escape(notes.get(match[1], ""))
        return f'<sup class="footnote" data-footnote="{note}"></sup>' if note else ""

    return re.sub(
        r'<sup\b[^>]*data-fn="([^"]*)"[^>]*>.*?</sup>', noted, content, flags=re.DOTALL
    )


# Elements, by their names without the version's namespace.


def _local(element):
    return element.tag.rpartition("}")[2]


def _children(element):
    return {
        _local(child): (child.text or "").strip()
        for child in element
        if isinstance(child.tag, str)
    }


def _text(item, name):
    """Return the text of a child, "" for none; "content:encoded" and its like."""
    prefix, _, local = name.rpartition(":")
    for child in item:
        if isinstance(child.tag, str) and _local(child) == local:
            if prefix and prefix not in child.tag:
                continue
            return (child.text or "").strip()
    return ""


def _meta(item):
    found = {}
    for child in item:
        if isinstance(child.tag, str) and _local(child) == "postmeta":
            told = _children(child)
            found[told.get("meta_key", "")] = told.get("meta_value", "")
    return found


def _nice(element):
    return (element.get("nicename") or "").removeprefix("cap-")


def _number(written):
    return int(written) if written.isdigit() and len(written) < 16 else 0
