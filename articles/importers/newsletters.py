"""The exports of Medium and Substack: zips of HTML files, Substack's with a table."""

import csv
import re
from dataclasses import replace
from functools import partial

import lxml.html
from lxml.html import builder

from .decode import decode
from .exported import embed_of, finish, moment_of, path_of, plain_text
from .files import read_page
from .shortcodes import embed
from .story import Credit, LinkNote, PageError, Person, PictureNote, Problem, Story
from .substack_parts import plain_markup
from .webtree import parse

NAME = "newsletter"
SUBSTACK_FILE = re.compile(r"^(\d+)\.(.+)\.html$")
MEMBERS = {"only_paid": "paying members", "only_free": "members", "founding": "members"}


def recognises(path, head):
    if not path.is_dir():
        return False
    return (path / "posts.csv").is_file() or _is_medium(path)


def _is_medium(folder):
    first = next(iter(sorted((folder / "posts").glob("*.html"))), None)
    if first is None or not first.is_file():
        return False
    with first.open("rb") as file:
        head = file.read(20_000)
    return b'class="p-name"' in head and b"h-entry" in head


def count(path):
    return sum(1 for _ in (path / "posts").glob("*.html"))


def read(path, asked):
    """Yield the stories of an unpacked export."""
    if (path / "posts.csv").is_file():
        try:
            yield from _substack(path, asked)
        except (csv.Error, UnicodeDecodeError) as error:
            raise PageError(
                "unparsable", f"posts.csv cannot be read: {error}."
            ) from error
    else:
        yield from _medium(path, asked)


# Substack.


def _substack(folder, asked):
    files = {}
    for file in sorted((folder / "posts").glob("*.html")):
        if found := SUBSTACK_FILE.match(file.name):
            files[found[1]] = (file, found[2])
    with (folder / "posts.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = csv.DictReader(table)
        for row in rows:
            number, _, slug = (row.get("post_id") or "").partition(".")
            file, named = files.pop(number, (None, ""))
            yield _substack_post(row, file, slug or named, folder, asked, rows.line_num)
    for file, _slug in files.values():
        reason = "No line of posts.csv tells of this post; it was left out."
        yield Problem(f"posts/{file.name}", "left-out", reason)


def _substack_post(row, file, slug, folder, asked, line):
    name = f"posts/{file.name}" if file else f"posts.csv {row.get('post_id')}"
    if file is None:
        reason = "There is no file with its text."
        return Problem("posts.csv", "missing", reason, line, row.get("title") or "")
    page = read_page(file, folder)
    if isinstance(page, Problem):
        return page
    kind = (row.get("type") or "newsletter").strip()
    is_page = kind == "page"
    is_out = (row.get("is_published") or "").strip().lower() == "true"
    audience = (row.get("audience") or "everyone").strip()
    story = Story(
        source_id=name,
        source_system=asked.source or folder.name,
        source_kind="substack",
        kind="page" if is_page else "article",
        source=page.content + repr(sorted(row.items(), key=str)).encode(),
        root=folder,
        headline=plain_text(row.get("title") or ""),
        standfirst=plain_text(row.get("subtitle") or ""),
        status="published" if is_out else "draft",
        address=f"/p/{slug}" if slug else "",
    )
    story.base_url = asked.site.rstrip("/") + story.address if asked.site else ""
    if audience != "everyone":
        story.status = "draft"
        story.note(
            "members-only",
            f"Only {MEMBERS.get(audience, audience)} could read it; it is a draft.",
            line,
        )
    if kind == "thread":
        story.note("thread", "It opened a conversation, which stayed behind.", line)
    story.published = moment_of(row.get("post_date"))
    podcast = (row.get("podcast_url") or "").strip()
    story.unread = partial(_substack_text, replace(story), page.content, podcast)
    return story


def _substack_text(story, content, podcast):
    try:
        markup = plain_markup(decode(content).text, story.note)
    except PageError as error:
        return Problem(story.source_id, error.kind, str(error), error.line)
    return finish(story, embed(podcast) + markup)


# Medium.


def _profile(folder):
    """Yield the author of the posts, whose profile stands beside them."""
    path = folder / "profile" / "profile.html"
    page = read_page(path, folder) if path.is_file() else None
    if page is None or isinstance(page, Problem):
        return
    try:
        tree = parse(decode(page.content).text)
    except PageError:
        return
    name = _words(tree, "//*[contains(@class, 'p-name')]")
    photo = next(iter(tree.xpath("//img[contains(@class, 'u-photo')]/@src")), "")
    site = next(iter(tree.xpath("//a[contains(@class, 'u-url')]/@href")), "")
    if name:
        links = (LinkNote("social", url=site),) if site.startswith("http") else ()
        picture = PictureNote(photo) if photo else None
        yield Person(name, key=name, photo=picture, root=folder, links=links)


def _medium(folder, asked):
    yield from _profile(folder)
    for file in sorted((folder / "posts").glob("*.html")):
        page = read_page(file, folder)
        if isinstance(page, Problem):
            yield page
            continue
        is_draft = page.source_id.rpartition("/")[2].startswith("draft_")
        story = Story(
            source_id=page.source_id,
            source_system=asked.source or folder.name,
            source_kind="medium",
            source=page.content,
            root=folder,
            file_date=page.written_at,
            status="draft" if is_draft else "published",
        )
        story.unread = partial(_medium_post, replace(story))
        yield story


def _medium_post(story):
    try:
        return _medium_text(story)
    except PageError as error:
        return Problem(story.source_id, error.kind, str(error), error.line)


def _medium_text(story):
    tree = parse(decode(story.source).text)
    story.headline = _words(tree, "//h1[contains(@class, 'p-name')]")
    story.standfirst = _words(tree, "//*[@data-field='subtitle']")
    link = next(iter(tree.xpath("//a[contains(@class, 'p-canonical')]/@href")), "")
    if link:
        story.canonical_url = link
        story.base_url = link
        story.address = path_of(link)
    moment = next(
        iter(tree.xpath("//time[contains(@class, 'dt-published')]/@datetime")), ""
    )
    story.published = moment_of(moment)
    name = _words(tree, "//a[contains(@class, 'p-author')]")
    story.credits = [Credit(name, printed=name)] if name else []
    story.tags = [
        " ".join(tag.text_content().split())
        for tag in tree.xpath("//a[contains(@class, 'p-tag')]")
    ]
    bodies = tree.xpath("//*[@data-field='body']")
    if not bodies:
        raise PageError("no-text", "The page has no text of its own.")
    body = bodies[0]
    _without_its_head(story, body)
    _plain_parts(body)
    markup = lxml.html.tostring(body, encoding="unicode", with_tail=False)
    return finish(story, markup)


def _without_its_head(story, body):
    """Take headline and subtitle out of a text; see whether it is an answer."""
    titles = body.xpath(".//*[contains(@class, 'graf--title')]")[:1]
    for title in titles:
        if _squeezed(title.text_content()) == _squeezed(story.headline):
            title.drop_tree()
    for subtitle in body.xpath(".//*[contains(@class, 'graf--subtitle')]")[:1]:
        if _squeezed(subtitle.text_content()) == _squeezed(story.standfirst):
            subtitle.drop_tree()
    first = _squeezed(body.text_content())
    if titles or story.standfirst or not first.startswith(_squeezed(story.headline)):
        return
    # Answers to others' stories stand among an author's own, and have no title.
    if story.status == "published":
        story.status = "draft"
        reason = "It has no title of its own, as an answer; it is a draft."
        story.note("answer", reason, sample=story.headline)


def _plain_parts(body):
    """Make of Medium's own elements those that everybody knows."""
    for number, line in enumerate(body.xpath(".//div[contains(@class, 'divider')]")):
        if number and line.getparent().getprevious() is not None:
            line.addnext(builder.HR())
        line.drop_tree()
    for quotation in body.xpath(".//blockquote[contains(@class, 'pullquote')]"):
        quotation.tag = "aside"
        quotation.attrib.clear()
        quotation.set("class", "pullquote")
    for script in body.xpath(".//figure//script[@src]"):
        address = script.get("src").removesuffix(".js")
        if address.startswith("https://gist.github.com/"):
            script.getparent().replace(script, embed_of(address, ""))


def _words(tree, path):
    found = tree.xpath(path)
    return " ".join(found[0].text_content().split()) if found else ""


def _squeezed(text):
    return re.sub(r"\W+", "", text).casefold()
