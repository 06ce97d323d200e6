"""The exports of Medium and Substack: zips of HTML files, Substack's with a table."""

import csv
import re
from dataclasses import replace
from functools import partial

import lxml.html

from .decode import decode
from .exported import finish, moment_of, path_of, plain_text
from .files import read_page
from .story import Credit, PageError, Problem, Story
from .webtree import parse

NAME = "newsletter"
SUBSTACK_FILE = re.compile(r"^(\d+)\.(.+)\.html$")
# Substack's furniture between paragraphs.
BUTTONS = re.compile(
    r'<(?:p|div)\b[^>]*class="[^"]*(?:button-wrapper|subscription-widget|subscribe-widget'
    r'|captioned-button-wrap|digest-post-embed|paywall-jump)[^"]*".*?</(?:p|div)>',
    re.DOTALL,
)


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
    is_out = (row.get("is_published") or "").strip().lower() == "true"
    audience = (row.get("audience") or "everyone").strip()
    story = Story(
        source_id=name,
        source_system=asked.source or folder.name,
        source_kind="substack",
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
            "members-only", f"Only {audience} could read it; it is a draft.", line
        )
    story.published = moment_of(row.get("post_date"))
    podcast = ""
    if (row.get("type") or "newsletter") == "podcast":
        podcast = row.get("podcast_url") or ""
    story.unread = partial(_substack_text, replace(story), page.content, podcast)
    return story


def _substack_text(story, content, podcast):
    text = decode(content).text
    if podcast:
        text += f'<figure class="embed" data-embed="{podcast}"></figure>'
    return finish(story, BUTTONS.sub("", text))


# Medium.


def _medium(folder, asked):
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
    bodies = tree.xpath("//*[@data-field='body']")
    if not bodies:
        raise PageError("no-text", "The page has no text of its own.")
    body = bodies[0]
    for title in body.xpath(".//*[contains(@class, 'graf--title')]")[:1]:
        if _squeezed(title.text_content()) == _squeezed(story.headline):
            title.drop_tree()
    for subtitle in body.xpath(".//*[contains(@class, 'graf--subtitle')]")[:1]:
        if _squeezed(subtitle.text_content()) == _squeezed(story.standfirst):
            subtitle.drop_tree()
    for line in body.xpath(".//*[contains(@class, 'section-divider')]"):
        line.drop_tree()
    for quotation in body.xpath(".//blockquote[contains(@class, 'pullquote')]"):
        quotation.tag = "aside"
        quotation.attrib.clear()
        quotation.set("class", "pullquote")
    markup = lxml.html.tostring(body, encoding="unicode", with_tail=False)
    return finish(story, markup)


def _words(tree, path):
    found = tree.xpath(path)
    return " ".join(found[0].text_content().split()) if found else ""


def _squeezed(text):
    return re.sub(r"\W+", "", text).casefold()
