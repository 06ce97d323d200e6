"""Markdown with front matter: the trees of Jekyll, Hugo and their like.

Addresses follow what each makes of a file without further settings, unless the front
matter (`permalink`, `url`, `slug`, `aliases`) or the site's own settings say else.
"""

import posixpath
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from .dates import parse_date
from .decode import decode
from .exported import finish, plain_text
from .files import is_file, read_page, resolved, walk_names
from .markdown_sites import DATED, Site
from .markdown_tags import untagged, with_braces
from .markdown_text import split_front, to_html
from .shortcodes import expand
from .story import Credit, PageError, PictureNote, Problem, Story, When

NAME = "markdown"
NAMES = re.compile(r"\.(?:md|markdown|mkdn?|mdown)$", re.IGNORECASE)
HTML_NAMES = re.compile(r"\.html?$", re.IGNORECASE)
FORMATS = re.compile(r"\.(?:adoc|asciidoc|org|rst|textile|mdx)$", re.IGNORECASE)
# Where a lead picture stands, by the site's theme; then in Hugo's list of files.
PICTURES = (
    *("image", "cover", "featured_image", "featuredimage", "featureimage"),
    *("coverimage", "thumbnail", "banner", "hero", "header", "images", "og_image"),
)
IN_PICTURE = ("src", "path", "image", "url", "teaser", "overlay_image", "relative")
FEATURED = re.compile(r"featur|cover|thumbnail|banner|hero", re.IGNORECASE)
LINK_TO_FILE = re.compile(
    r'(<a\b[^<>]{0,500}?\shref=")([^":<>?#]{1,500}\.(?:md|markdown))((?:[?#][^"]*)?")',
    re.IGNORECASE,
)


def recognises(path, head):
    if path.is_file():
        return bool(NAMES.search(path.name))
    pages = marked = 0
    for number, (_folder, name) in enumerate(walk_names(path)):
        marked += bool(NAMES.search(name))
        pages += name.lower().endswith((".html", ".htm"))
        if number > 5_000:
            break
    return marked > max(pages, 0) or (path / "_posts").is_dir()


def count(path):
    return 1 if path.is_file() else sum(1 for _ in _Tree(path, "", "").files())


def read(path, asked):
    """Yield the stories of a tree, or of one file."""
    root = path if path.is_dir() else path.parent
    tree = _Tree(root, asked.source or root.name, asked.site)
    for file in [path] if path.is_file() else tree.files():
        if FORMATS.search(file.name):
            name = file.relative_to(root).as_posix()
            reason = "It is written in another language than Markdown; it was left out."
            yield Problem(name, "left-out", reason)
        else:
            yield tree.story(file)


class _Tree:
    def __init__(self, root, source, address):
        self.root, self.source = root, source
        self.site = Site(root, address.rstrip("/"))
        self.found = {}  # {a file's name: its address}

    def files(self):
        """Yield the files of the site's pages, in their order."""
        for folder, name in walk_names(self.root):
            path = Path(folder, name)
            if not self.site.is_content(path.relative_to(self.root).as_posix()):
                continue
            is_known = self.site.is_jekyll or self.site.is_hugo
            if NAMES.search(name) or (is_known and _is_page(path)):
                yield path

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
            told, text, _line = split_front(decoded.text)
            front = self.site.front(story.source_id, told)
            if why := self.why_none(story.source_id, text):
                title = _words(front.get("title"))
                return Problem(story.source_id, "list", why, sample=title)
            self.head(story, front, story.source_id)
            self.body(story, text, front)
        except PageError as error:
            return Problem(story.source_id, error.kind, str(error), error.line)
        return story

    def why_none(self, name, text):
        """Return why a file is no page of its own but a list's, "" for a page's."""
        folder, _, file = name.rpartition("/")
        stem = file.rpartition(".")[0]
        if stem == "index" and self.site.is_jekyll and not text.strip():
            return "It is a list that the site's program made."
        if stem.partition(".")[0] != "_index" or not self.site.is_hugo:
            return ""
        here = self.root / folder
        others = (p for p in here.iterdir() if not p.name.startswith(("_index.", ".")))
        is_list = any(p.is_dir() or NAMES.search(p.name) for p in others)
        return "It stands above a list of pages." if is_list else ""

    # What stands above the text.

    def head(self, story, front, name):
        stem = posixpath.basename(name).rpartition(".")[0]
        dated = DATED.match(stem)
        kind = self.site.kind(name)
        is_post = "date" in front or dated is not None or kind == "posts"
        is_draft = front.get("draft") is True or front.get("published") is False
        is_draft = is_draft or kind == "drafts"
        story.kind = "article" if is_post or is_draft else "page"
        if front.get("type") in ("page", "post"):
            story.kind = "page" if front["type"] == "page" else "article"
        story.status = "draft" if is_draft else "published"
        story.headline = plain_text(_words(front.get("title")))
        if not story.headline:
            words = (dated[4] if dated else stem).replace("-", " ").replace("_", " ")
            story.headline = words.capitalize() or name
            story.note("no-headline", "It has no title; its file's name stands in.")
        story.standfirst = _marked(
            front.get("subtitle") or front.get("excerpt") or front.get("summary")
        )
        story.seo_description = _marked(front.get("description"))
        told = front.get("lang") or front.get("language")
        story.language = _words(told) or self.site.language_of(name)
        story.canonical_url = _words(
            front.get("canonical_url") or front.get("canonical")
        )
        story.published = self.date(story, front, dated)
        names = _names(front.get("authors") or front.get("author"))
        names = [self.site.people.get(name, name) for name in names]
        story.credits = [Credit(name, printed=name) for name in names]
        sections = self.categories(front, name)
        story.section_path = tuple(sections[:1])
        tags = self.listed(front.get("tags")) or self.listed(front.get("tag"))
        story.tags = list(dict.fromkeys([*sections[1:], *tags]))
        story.series_name = next(iter(_list(front.get("series"))), "")
        self.state(story, front)
        self.addresses(story, front, name, dated, sections)
        self.picture(story, front)

    def categories(self, front, name):
        """Return a file's categories; one alone may have blanks in its name."""
        above = self.site.folders_above_posts(name) if self.site.is_jekyll else []
        told = self.listed(front.get("categories"))
        one = front.get("category")
        one = [one] if isinstance(one, str) else _list(one)
        return list(dict.fromkeys([*above, *(told or one)]))

    def listed(self, value):
        """Return a list's names; in a line of words Jekyll sees several."""
        return _list(value, is_words=self.site.is_jekyll)

    def state(self, story, front):
        """See whether a page was out no more."""
        given = front.get("expirydate")
        if isinstance(given, str):
            found = parse_date(given)
            given = found.moment if found else None
        if not isinstance(given, date):
            return
        today = datetime.now(UTC).date()
        if (given.date() if isinstance(given, datetime) else given) < today:
            story.status = "draft"
            story.note("expired", "Its time was over; it is a draft.")

    def date(self, story, front, dated):
        when = self._date(story, front, dated)
        if when and isinstance(when.moment, datetime) and not when.moment.tzinfo:
            return replace(when, moment=when.moment.replace(tzinfo=self.site.zone))
        return when

    def _date(self, story, front, dated):
        given = front.get("date") or front.get("publishdate")
        if isinstance(given, datetime):
            return When(given, "moment")
        if isinstance(given, date):
            return When(given)
        if isinstance(given, str):
            try:
                if re.fullmatch(r"\d{4}-\d\d-\d\d", given.strip()):
                    return When(date.fromisoformat(given.strip()))
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
        stem = posixpath.basename(name).rpartition(".")[0]
        code = self.site.language_of(name)
        stem = stem.removesuffix(f".{code}") if code else stem
        title = _words(front.get("slug")) or (dated[4] if dated else stem)
        moment = story.published.moment if story.published else None
        story.address = self.site.path_of(name, front, moment, title, sections)
        at = self.site.address
        story.base_url = f"{at}{story.address}" if at and story.address else ""
        aliases = [*_list(front.get("aliases")), *_list(front.get("redirect_from"))]
        story.other_addresses = [
            f"{self.site.base}/{alias.lstrip('/')}" for alias in aliases
        ]

    def picture(self, story, front):
        given = next((front[name] for name in PICTURES if front.get(name)), None)
        given = given[0] if isinstance(given, list) and given else given
        told = given if isinstance(given, dict) else {"src": given}
        found = (_words(told.get(name)) for name in IN_PICTURE)
        address = next(filter(None, found), "") or _featured(front.get("resources"))
        if address:
            note = PictureNote(
                address,
                alt=_words(told.get("alt")),
                caption=_marked(told.get("caption")),
                path=self.local(story, address),
                is_lead=True,
            )
            story.pictures.append(note)

    # The text.

    def body(self, story, text, front):
        def find(name):
            return self.address_of(name, story.source_id)

        text = untagged(text, self.site, front, find, _noting(story))
        is_html = HTML_NAMES.search(story.source_id)
        markup = text if is_html else to_html(text)
        markup = LINK_TO_FILE.sub(
            lambda link: f"{link[1]}{find(link[2]) or link[2]}{link[3]}", markup
        )
        markup = expand(markup, lambda number: None, _noting(story), is_known_only=True)
        made = finish(story, with_braces(markup), partial(self.local, story))
        if isinstance(made, Problem):
            raise PageError(made.kind, made.reason)

    def address_of(self, name, beside):
        """Return where the page of another file of the tree stood, "" for nowhere."""
        key = name, posixpath.dirname(beside)
        if key not in self.found:
            file = self.file_of(name, beside)
            self.found[key] = self.head_of(file).address if file else ""
        return self.found[key]

    def file_of(self, name, beside):
        """Return the file that a link means by its name, None for none."""
        bare = name.strip().strip("/")
        if self.site.is_hugo:
            code = self.site.language_of(beside)
            tops = ["content", self.site.languages.get(code, ("content",))[0]]
        else:
            tops = ["", "_posts"]
        folder = posixpath.dirname(beside)
        places = tops if name.startswith("/") else [folder, *tops]
        endings = ("", ".md", ".markdown", ".html", "/index.md", "/_index.md")
        for place in places:
            for ending in endings:
                inner = posixpath.normpath(posixpath.join(place, f"{bare}{ending}"))
                if not inner.startswith("..") and is_file(self.root / inner):
                    found = resolved(self.root / inner)
                    root = resolved(self.root)
                    is_inside = found and found.is_relative_to(root)
                    return self.root / inner if is_inside else None
        return None

    def head_of(self, file):
        """Return a Story with the head of a file only."""
        story = Story(source_id=file.relative_to(self.root).as_posix())
        page = read_page(file, self.root)
        if isinstance(page, Problem):
            return story
        try:
            told, _text, _line = split_front(decode(page.content).text)
        except PageError:
            return story
        self.head(story, self.site.front(story.source_id, told), story.source_id)
        return story

    def local(self, story, address):
        """Return where a picture lies in the tree, "" for nowhere."""
        if self.site.address and address.startswith(self.site.address):
            address = address[len(self.site.address) :]
        if "://" in address:
            return ""
        address = re.split(r"[?#]", address, maxsplit=1)[0]
        folder = posixpath.dirname(story.source_id)
        names = [posixpath.join(folder, address)] if address[:1] != "/" else []
        if story.address and address.startswith(story.address):
            names.append(posixpath.join(folder, address[len(story.address) :]))
        bare = address.removeprefix(f"{self.site.base}/").lstrip("/")
        names += [bare, f"static/{bare}", f"public/{bare}", f"assets/{bare}"]
        for name in names:
            name = posixpath.normpath(name)
            if not name.startswith("..") and is_file(self.root / name):
                return name
        return ""


def _is_page(path):
    """Say whether a file is a page in another language than Markdown."""
    is_html = HTML_NAMES.search(path.name) and _has_front(path)
    return bool(is_html or FORMATS.search(path.name))


def _has_front(path):
    try:
        with path.open("rb") as file:
            return file.read(5).lstrip(b"\xef\xbb\xbf")[:3] in (b"---", b"+++")
    except OSError:
        return False


def _featured(resources):
    """Return the file that Hugo's list of a page's files names as its picture."""
    for one in resources if isinstance(resources, list) else ():
        source = _words(one.get("src")) if isinstance(one, dict) else ""
        name = f"{source} {one.get('name')}" if source else ""
        if FEATURED.search(name) and "*" not in source:
            return source
    return ""


def _marked(value):
    """Return a text of the front matter, which may be Markdown, as plain text."""
    words = _words(value)
    return plain_text(to_html(words)) if words else ""


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


def _list(value, is_words=False):
    """Return names, however they were listed: a list, or one line with commas."""
    if isinstance(value, str):
        is_apart = "," in value or not is_words
        value = value.split(",") if is_apart else value.split()
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
