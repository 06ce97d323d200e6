"""WordPress's export (WXR 1.0 to 1.2), and Squarespace's, which is written like it.

Gone through twice, without reading the posts: attachments, authors and terms may stand
behind the posts that name them. What is remembered of them lies on disk, so that memory
stays at one post. The elements are those of WordPress's own exporter
(wp-admin/includes/export.php).
"""

import hashlib
import html
import sqlite3
import tempfile
from dataclasses import replace
from functools import partial

from .exported import PICTURE_NAME, path_of, plain_text
from .files import exports_in, source_name, walk_names
from .story import LinkNote, PageError, Person, PictureNote, Problem, Story, Term
from .wxr_elements import children, elements, fields, meta_of, number_of, parse
from .wxr_items import items
from .wxr_post import Export, read_post

NAME = "wordpress"
# Machinery of the old site, and what is read with its post.
PASSED_OVER = {
    *("attachment", "revision", "nav_menu_item", "custom_css", "customize_changeset"),
    *("oembed_cache", "user_request", "wp_block", "wp_template", "wp_template_part"),
    *("wp_global_styles", "wp_navigation", "wp_font_family", "wp_font_face"),
    *("guest-author", "acf-field", "acf-field-group", "feedback", "safecss"),
    *("wpcf7_contact_form", "mc4wp-form", "shop_order", "jp_pay_order"),
    *("acf-post-type", "acf-taxonomy", "acf-ui-options-page", "elementor_library"),
    *("et_pb_layout", "fl-builder-template", "vc_grid_item", "wpforms", "nf_sub"),
    *("flamingo_contact", "flamingo_inbound", "scheduled-action", "tablepress_table"),
    *("amp_validated_url", "jp_mem_plan", "jp_pay_product", "shop_coupon"),
}
# What posts name.
AHEAD = {"attachment", "wp_block", "guest-author"}
CREDITS = ("_media_credit", "media_credit", "credit", "_credit", "photographer")


def recognises(path, head):
    return bool(exports_in(path, _is_one)) if path.is_dir() else _is_one(head)


def _is_one(head):
    return b"wordpress.org/export/" in head and b"<rss" in head


def _parts(path):
    """Return the files of an export: a large site's comes in several."""
    return exports_in(path, _is_one) if path.is_dir() else [path]


def count(path):
    """Count the items without parsing: attachments and menus are among them."""
    return sum(map(_count, _parts(path)))


def _count(path):
    found, tail = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            chunk = tail + chunk
            found += chunk.count(b"<item>")
            tail = chunk[-5:]
    return found


def read(path, asked):
    """Yield Persons and Terms, then the posts and pages, in the file's order.

    The posts are unread.
    """
    # A story whose picture may lie beside it is read again while it lacks it.
    root = path if path.is_dir() and _has_pictures(path) else None
    export = Export(asked.source or source_name(path), asked.site, root)
    parts = _parts(path)
    for part in parts:
        yield from _ahead(part, export)
    for part in parts:
        try:
            yield from _posts(part, export)
        except PageError as error:
            yield Problem(part.name, error.kind, str(error), error.line)


def _has_pictures(folder):
    return any(PICTURE_NAME.search(name) for _folder, name in walk_names(folder))


def _ahead(path, export):
    """Go through the whole file once; remember what posts may name."""
    index = sqlite3.connect(export.index)
    index.execute("PRAGMA synchronous = off")
    index.execute(
        "CREATE TABLE IF NOT EXISTS file"
        " (id INTEGER PRIMARY KEY, url, alt, caption, credit, post, place)"
    )
    index.execute("CREATE INDEX IF NOT EXISTS file_post ON file (post)")
    index.execute("CREATE TABLE IF NOT EXISTS block (id INTEGER PRIMARY KEY, content)")
    portraits = []
    try:
        with path.open("rb") as file, tempfile.TemporaryFile() as rest:
            try:
                for item in items(file, rest):
                    kind, _number = item.name()
                    if kind in AHEAD:
                        element = parse(item.content)
                        yield from _remember(kind, element, export, index, portraits)
            except PageError:
                pass  # told when the posts are read
            yield from _with_photos(portraits, index)
            rest.seek(0)
            yield from _head(rest, export)
        index.commit()
    finally:
        index.close()


def _head(rest, export):
    """Read what stands around the posts: the site's address, authors and terms."""
    for name, element in elements(rest):
        if name in ("base_site_url", "base_blog_url", "link") and not export.site:
            export.site = (element.text or "").strip()
        if name == "base_blog_url":
            export.home = path_of(element.text or "").rstrip("/")
        elif name == "author":
            yield from _author(children(element), export)
        elif name == "category":
            yield from _category(children(element), export)
        elif name == "tag":
            told = children(element)
            if name := html.unescape(told.get("tag_name", "")):
                words = plain_text(told.get("tag_description", ""))
                yield Term("tag", name, told.get("tag_slug", ""), words)


def _author(told, export):
    login = told.get("author_login", "")
    name = told.get("author_display_name") or " ".join(
        filter(None, (told.get("author_first_name"), told.get("author_last_name")))
    )
    name = html.unescape(name).strip() or login
    if login and name:
        export.names[login.casefold()] = name
        yield Person(name, key=login, email=told.get("author_email", ""))


def _category(told, export):
    slug, name = told.get("category_nicename", ""), told.get("cat_name", "")
    if name := html.unescape(name):
        export.above[slug] = (name, told.get("category_parent", ""))
        words = plain_text(told.get("category_description", ""))
        yield Term("section", name, slug, words)


def _remember(kind, element, export, index, portraits):
    """Remember a file or a block; yield the Person of a guest author's record.

    One with a photo is remembered in `portraits`, with the photo's number.
    """
    told, meta = fields(element), meta_of(element)
    number = number_of(told.get("post_id", ""))
    if kind == "attachment":
        row = (
            number,
            told.get("attachment_url") or told.get("guid", ""),
            meta.get("_wp_attachment_image_alt", ""),
            plain_text(told.get("excerpt", "")),
            next((meta[name] for name in CREDITS if meta.get(name)), ""),
            number_of(told.get("post_parent", "")),
            number_of(told.get("menu_order", "")),
        )
        marks = ", ".join("?" * len(row))
        index.execute(f"INSERT OR REPLACE INTO file VALUES ({marks})", row)
    elif kind == "wp_block":
        row = number, told.get("content", "")
        index.execute("INSERT OR REPLACE INTO block VALUES (?, ?)", row)
    elif name := meta.get("cap-display_name") or told.get("title", ""):
        slug = meta.get("cap-user_login") or told.get("post_name", "")
        export.guests[slug.removeprefix("cap-")] = name
        site = meta.get("cap-website", "")
        person = Person(
            name,
            key=slug,
            email=meta.get("cap-user_email", ""),
            bio=plain_text(meta.get("cap-description", "")),
            links=(LinkNote("website", url=site),) if site else (),
        )
        if photo := number_of(meta.get("_thumbnail_id", "")):
            # Where that lies, a file further down may say.
            portraits.append((person, photo))
        else:
            yield person


def _with_photos(portraits, index):
    """Yield the Persons whose photo is one of the export's files."""
    for person, number in portraits:
        row = index.execute("SELECT url FROM file WHERE id = ?", [number]).fetchone()
        photo = PictureNote(row[0]) if row and row[0] else None
        yield replace(person, photo=photo)


def _posts(path, export):
    """Go through the file again; yield its posts as unread Stories."""
    with path.open("rb") as file:
        for item in items(file):
            kind, number = item.name()
            kind = kind or "post"
            if kind in PASSED_OVER:
                continue
            digest = hashlib.sha256(item.content)
            name = f"{kind}-{number or digest.hexdigest()[:16]}"
            story = Story(
                source_id=name,
                source_system=export.source,
                source_kind=NAME,
                kind="page" if kind == "page" else "article",
                source=item.content,
                root=export.root,
                unread=partial(read_post, item.content, item.line, name, export),
            )
            if number:
                key = "page_id" if kind == "page" else "p"
                story.other_addresses = [f"{export.home}/?{key}={number}"]
            yield story
