"""Markdown with front matter: the trees of Jekyll, Hugo and their like.

Addresses follow what each makes of a file without further settings, unless the front
matter (`permalink`, `url`, `slug`, `aliases`) or Jekyll's `_config.yml` says else.
"""

import posixpath
import re
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

import yaml

from .dates import parse_date
from .decode import decode
from .exported import plain_text, read_body, replaced
from .files import is_file, read_page, walk_names
from .markdown_text import Plain, split_front, to_html
from .shortcodes import expand
from .story import Credit, PageError, PictureNote, Problem, Story, When

NAME = "markdown"
NAMES = re.compile(r"\.(?:md|markdown|mkdn?|mdown)$", re.IGNORECASE)
DATED = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})-(.+)$")
PERMALINKS = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}
# Jekyll's and Hugo's own: {% … %}, {{< … >}}.
LIQUID = re.compile(r"\{%-?\s{0,9}(\w{1,60})([^{}]{0,2000}?)-?%\}")
REMARK = re.compile(r"\{%-?\s{0,9}comment")
REMARK_END = re.compile(r"endcomment\s{0,9}-?%\}")
HUGO = re.compile(r"\{\{[<%]\s{0,9}(/?)(\w[\w-]{0,60})([^{}]{0,2000}?)/?[>%]\}\}")


def recognises(path, head):
    if path.is_file():
        return bool(NAMES.search(path.name))
    pages = marked = 0
    for number, (_folder, name) in enumerate(walk_names(path)):
        marked += bool(NAMES.search(name))
        pages += name.lower().endswith((".html", ".htm"))
        if number > 5_000:
            break
    return marked > 0 and (marked > pages or (path / "_posts").is_dir())


def count(path):
    if path.is_file():
        return 1
    return sum(bool(NAMES.search(name)) for _folder, name in walk_names(path))


def read(path, asked):
    """Yield the stories of a tree, or of one file."""
    root = path if path.is_dir() else path.parent
    tree = _Tree(root, asked)
    files = [path] if path.is_file() else _files(root)
    for file in files:
        yield tree.story(file)


def _files(root):
    for folder, name in walk_names(root):
        if NAMES.search(name) and name.lower() not in ("readme.md", "license.md"):
            yield Path(folder, name)


class _Tree:
    def __init__(self, root, asked):
        self.root, self.source = root, asked.source or root.name
        self.site = asked.site.rstrip("/")
        self.is_jekyll = (root / "_posts").is_dir() or (root / "_config.yml").is_file()
        self.settings = self._settings()
        self.site = self.site or str(self.settings.get("url") or "").rstrip("/")

    def _settings(self):
        """Return what Jekyll's own file of settings says; {} where it says nothing."""
        try:
            told = yaml.load((self.root / "_config.yml").read_text("utf-8"), Plain)
        except (OSError, ValueError, yaml.YAMLError):
            return {}
        return told if isinstance(told, dict) else {}

    def story(self, file):
        """Return the Story of a file, unread, or the Problem with it."""
        page = read_page(file, self.root)
        if isinstance(page, Problem):
            return page
        story = Story(
            source_id=file.relative_to(self.root).as_posix(),
            source_system=self.source,
            source_kind=NAME,
            source=page.content,
            root=self.root,
            file_date=page.written_at,
        )
        story.unread = partial(self.read, replace(story))
        return story

    def read(self, story):
        """Return the story with all that its file says, or the Problem with it."""
        decoded = decode(story.source)
        story.encoding = decoded.encoding
        for kind, reason in decoded.doubts:
            story.note(kind, reason)
        try:
            front, text, line = split_front(decoded.text)
            self.head(story, front, story.source_id)
            self.body(story, text, line)
        except PageError as error:
            return Problem(story.source_id, error.kind, str(error), error.line)
        return story

    # What stands above the text.

    def head(self, story, front, name):
        front = {str(key).lower(): value for key, value in front.items()}
        stem = posixpath.basename(name).rpartition(".")[0]
        dated = DATED.match(stem)
        is_post = "date" in front or dated is not None or "_posts/" in f"/{name}"
        is_draft = front.get("draft") is True or front.get("published") is False
        is_draft = is_draft or "_drafts/" in f"/{name}"
        story.kind = "article" if is_post or is_draft else "page"
        if front.get("type") in ("page", "post"):
            story.kind = "page" if front["type"] == "page" else "article"
        story.status = "draft" if is_draft else "published"
        story.headline = plain_text(_words(front.get("title")))
        if not story.headline:
            words = (dated[4] if dated else stem).replace("-", " ").replace("_", " ")
            story.headline = words.capitalize() or name
            story.note("no-headline", "It has no title; its file's name stands in.")
        story.standfirst = plain_text(
            _words(
                front.get("subtitle") or front.get("excerpt") or front.get("summary")
            )
        )
        story.seo_description = plain_text(_words(front.get("description")))
        story.language = _words(front.get("lang") or front.get("language"))
        story.canonical_url = _words(
            front.get("canonical_url") or front.get("canonical")
        )
        story.published = self.date(story, front, dated)
        names = _names(front.get("authors") or front.get("author"))
        story.credits = [Credit(name, printed=name) for name in names]
        sections = _list(front.get("categories") or front.get("category"))
        story.section_path = tuple(sections[:1])
        story.tags = list(dict.fromkeys([*sections[1:], *_list(front.get("tags"))]))
        story.series_name = next(iter(_list(front.get("series"))), "")
        self.addresses(story, front, name, dated, sections)
        self.picture(story, front)

    def date(self, story, front, dated):
        given = front.get("date") or front.get("publishdate")
        if isinstance(given, datetime):
            return When(given, "moment")
        if isinstance(given, date):
            return When(given)
        if isinstance(given, str):
            try:
                return When(datetime.fromisoformat(given.strip()), "moment")
            except ValueError:
                if found := _jekyll_moment(given) or parse_date(given):
                    return found
                story.note("date", "Its date cannot be read.", sample=given)
        if dated:
            try:
                return When(date(int(dated[1]), int(dated[2]), int(dated[3])))
            except ValueError:
                story.note("date", "The date in its name is none.", sample=dated[0])
        return None

    def addresses(self, story, front, name, dated, sections):
        given = _words(front.get("permalink") or front.get("url"))
        title = dated[4] if dated else posixpath.basename(name).rpartition(".")[0]
        title = _words(front.get("slug")) or title
        if self.is_jekyll and story.kind == "article":
            given = given or str(self.settings.get("permalink") or "date")
            address = _filled(PERMALINKS.get(given, given), story, title, sections)
        elif given:
            address = given
        else:
            address = _hugo_address(name, title)
        if not address.startswith("/"):
            address = f"/{address}"
        base = str(self.settings.get("baseurl") or "").rstrip("/")
        story.address = re.sub(r"/{2,}", "/", base + address)
        story.base_url = f"{self.site}{story.address}" if self.site else ""
        aliases = [*_list(front.get("aliases")), *_list(front.get("redirect_from"))]
        story.other_addresses = [a if a.startswith("/") else f"/{a}" for a in aliases]

    def picture(self, story, front):
        given = front.get("image") or front.get("cover") or front.get("featured_image")
        told = given if isinstance(given, dict) else {"src": given}
        address = _words(
            told.get("src") or told.get("path") or told.get("image") or told.get("url")
        )
        if address:
            note = PictureNote(
                address,
                alt=_words(told.get("alt")),
                caption=plain_text(_words(told.get("caption"))),
                path=self.local(story, address),
                is_lead=True,
            )
            story.pictures.append(note)

    # The text.

    def body(self, story, text, line):
        text = replaced(text, REMARK, REMARK_END, lambda remark: "")
        text = HUGO.sub(lambda found: _hugo(found, story), text)
        text = LIQUID.sub(lambda found: _liquid(found, story), text)
        text = re.sub(r"\{\{\s*site\.(?:base)?url\s*\}\}", "", text)
        text = text.replace("<!--more-->", "").replace("<!-- more -->", "")
        markup = to_html(text)

        def local(address):
            return self.local(story, address)

        story.body_html = read_body(
            expand(markup, lambda number: None, _noting(story)), story, local
        )

    def local(self, story, address):
        """Return where a picture lies in the tree, "" for nowhere."""
        if self.site and address.startswith(self.site):
            address = address[len(self.site) :]
        if "://" in address:
            return ""
        address = re.split(r"[?#]", address, maxsplit=1)[0]
        folder = posixpath.dirname(story.source_id)
        names = [posixpath.join(folder, address)] if address[:1] != "/" else []
        bare = address.lstrip("/")
        names += [bare, f"static/{bare}", f"public/{bare}", f"assets/{bare}"]
        for name in names:
            name = posixpath.normpath(name)
            if not name.startswith("..") and is_file(self.root / name):
                return name
        return ""


def _filled(pattern, story, title, sections):
    """Return a Jekyll permalink with its places filled."""
    moment = story.published.moment if story.published else date(1970, 1, 1)
    filled = {
        ":categories": "/".join(_slug(name) for name in sections),
        ":year": f"{moment:%Y}",
        ":short_year": f"{moment:%y}",
        ":month": f"{moment:%m}",
        ":i_month": str(moment.month),
        ":day": f"{moment:%d}",
        ":i_day": str(moment.day),
        ":y_day": f"{moment:%j}",
        ":title": title,
        ":slug": _slug(title),
        ":output_ext": ".html",
    }
    names = sorted(filled, key=len, reverse=True)
    return re.sub("|".join(names), lambda found: filled[found[0]], pattern)


def _slug(name):
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-")


def _hugo_address(name, title):
    """Return where Hugo puts content/posts/x.md: /posts/x/."""
    folder, _, file = name.removeprefix("content/").rpartition("/")
    stem = file.rpartition(".")[0]
    if stem in ("index", "_index"):
        return f"/{folder}/" if folder else "/"
    return f"/{folder}/{title}/" if folder else f"/{title}/"


def _jekyll_moment(written):
    """Return a When of "2008-12-14 10:30:00 +0900", None for anything else."""
    for shape in ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M %z"):
        try:
            # With its zone: both shapes end with one.
            return When(datetime.strptime(written.strip(), shape), "moment")  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _words(value):
    """Return a value of the front matter as text, "" for what is none."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).strip()
    return ""


def _noting(story):
    return lambda kind, reason, sample: story.note(kind, reason, sample=sample)


def _list(value):
    """Return names, however they were listed: a list, or words in one line."""
    if isinstance(value, str):
        value = value.split(",") if "," in value else value.split()
    if not isinstance(value, list):
        value = [value]
    return [name for one in value if (name := _words(one))]


def _names(value):
    """Return the names of authors: texts, or tables with a name."""
    value = value if isinstance(value, list) else [value]
    names = [
        _words(one.get("name")) if isinstance(one, dict) else _words(one)
        for one in value
    ]
    return [name for name in names if name]


def _hugo(found, story):
    """Return Markdown for one of Hugo's own shortcodes."""
    closing, name, told = found.groups()
    if closing:
        return ""
    named = dict(re.findall(r'(\w+)\s*=\s*"([^"]*)"', told))
    first = next(iter(re.findall(r'"([^"]*)"|(\S+)', told)), ("", ""))
    first = first[0] or first[1]
    if name == "figure" and named.get("src"):
        caption = named.get("caption") or named.get("title") or ""
        words = f"<figcaption>{caption}</figcaption>" if caption else ""
        alt = named.get("alt", "")
        return f'\n\n<figure><img src="{named["src"]}" alt="{alt}">{words}</figure>\n\n'
    if name in ("ref", "relref"):
        return first
    players = {"youtube": "youtube", "vimeo": "vimeo", "tweet": "tweet", "x": "tweet"}
    if name in players:
        given = named.get("id") or first
        return f"\n\n[{players[name]} {given}]\n\n"
    story.note(
        "shortcode", f"The shortcode {name} was left out.", sample=found[0][:200]
    )
    return ""


def _liquid(found, story):
    """Return Markdown for one of Jekyll's tags."""
    name, told = found.groups()
    if name in ("highlight", "raw"):
        return "\n```\n"
    if name in ("endhighlight", "endraw"):
        return "\n```\n"
    if name in ("post_url", "link"):
        return told.strip()
    if name == "include" and (address := re.search(r'(?:id|url|src)="([^"]*)"', told)):
        return f"\n\n{address[1]}\n\n"
    if name not in ("include", "assign", "if", "endif", "for", "endfor", "else"):
        return ""
    story.note(
        "liquid", "A tag of the old site's templates was left out.", sample=found[0]
    )
    return ""
