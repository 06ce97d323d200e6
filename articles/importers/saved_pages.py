"""Saved pages: files and folders of HTML and plain text, found one by one."""

import hashlib
import os
import re
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape, unescape
from itertools import chain

from .addresses import joined, site_of
from .decode import decode
from .files import PageFile, count_pages, is_markup, resolved, walk
from .lists import ANCHORS, frames_of, why_no_story
from .missing import names_of
from .plaintext import read_text
from .readers import Readers
from .rules import Rules
from .story import Moved, PageError, Problem, Story
from .trees import Tree
from .webpage import read_page

NAME = "pages"
HREF = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)(")')
BASE = re.compile(rb"""<base\s[^>]{0,300}?href\s*=\s*["']?([^"'>\s]+)""", re.IGNORECASE)
NOT_WORD = re.compile(r"<[^>]*>|[\W_]+")
# Names of versions for the printer; the page that readers had is the story.
PRINT = re.compile(
    r"(?:^|[/_.?@&=-])(?:print(?:er|able|version|page)?(?:[_-]?(?:friendly|version))?"
    r"|druck(?:en|version)?|imprimer|imprimir|stampa|afdrukken)(?=[/_.?@&=\d-]|$)",
    re.IGNORECASE,
)
# Among the texts: how many pages were not read.
UNREAD = ""
# So many pages, of so many bytes in all, go to another process at once.
AT_ONCE = 40
MOST_AT_ONCE = 4 << 20
LEAST_TEXT = 200  # letters, from which two equal texts are one story


def recognises(path, head):
    """Take whatever no other reader wants."""
    return True


def count(path):
    return count_pages([path])


def read(path, asked):
    """Yield the stories of a folder of saved pages, or of one of them.

    Nothing is fetched, and no file is opened but the pages themselves. Lists, sets of
    frames and a story's second copies are named as Problems and left out; the address
    of a copy leads to the story.
    """
    folder = resolved(path)
    tree = Tree(folder, asked.site) if folder and folder.is_dir() else None
    texts, later = {}, []
    with Readers(least=AT_ONCE, count=os.cpu_count()) as readers:
        for pages in (_first(path, tree, later), _last(later, folder)):
            for found, read in _read_ahead(pages, asked, tree, readers):
                yield from _told(found, read, asked, tree, texts)
    # What was here already was not read, by rules or without.
    if asked.rules and not texts.pop(UNREAD, 0):
        yield from asked.rules.unused()


def _first(path, tree, later):
    """Yield what is found but versions for the printer: these go into `later`."""
    for found in walk([path]):
        if isinstance(found, PageFile) and tree and PRINT.search(found.source_id):
            later.append(found.path)
        else:
            yield found


def _last(later, folder):
    for found in walk(later):
        if isinstance(found, PageFile):
            name = found.path.relative_to(folder).as_posix()
            found = replace(found, root=folder, source_id=name, is_in_folder=True)
        yield found


def _read_ahead(pages, asked, tree, readers):
    """Yield (what was found, what is to be told of it), in order.

    That is a Problem, the Known of a page that is here, the names of frames, or the
    Read of a page; these are read in other processes, a few lists of them ahead.
    """
    work = partial(read_apart, source=asked.source, rules=asked.rules)
    waiting = deque()
    for some in _lists(pages):
        here = _here(some, asked, tree)
        some = [(found, _without_reading(found, asked, tree, here)) for found in some]
        to_read = [found for found, told in some if told is None]
        waiting.append((some, readers.ask(work, to_read)))
        if len(waiting) > readers.count:
            yield from _ready(*waiting.popleft())
    while waiting:
        yield from _ready(*waiting.popleft())


def _lists(pages):
    """Yield lists of at most AT_ONCE pages, of not much more than MOST_AT_ONCE."""
    some, size = [], 0
    for found in pages:
        some.append(found)
        size += 0 if isinstance(found, Problem) else len(found.content)
        if len(some) == AT_ONCE or size > MOST_AT_ONCE:
            yield some
            some, size = [], 0
    yield some


def _ready(some, reading):
    read = iter(reading.result())
    for found, told in some:
        yield found, next(read) if told is None else told


def _here(some, asked, tree):
    """Return {(system, identifier): Known} of the pages that need not be read again.

    A page whose pictures were missing is, where one of them may have come.
    """
    if asked.known is None:
        return {}
    pages = [found for found in some if isinstance(found, PageFile)]
    here = asked.known({_name(found, asked): found.content for found in pages})
    return {
        name: known
        for name, known in here.items()
        if not (known.missing and (asked.has_media or _may_hold(tree, known.missing)))
    }


def _may_hold(tree, addresses):
    if tree is None:
        return True
    if any("?" in address for address in addresses):
        return True  # A copy may have it under any name.
    return any(map(tree.may_hold, chain.from_iterable(map(names_of, addresses))))


def _name(found, asked):
    return asked.source or found.source_system, found.source_id


def _without_reading(found, asked, tree, here):
    """Return what is told of a page that need not be read, None of another."""
    if isinstance(found, Problem):
        return found
    if asked.rules and asked.rules.is_ignored(found.source_id):
        return Problem(found.source_id, "ignored", "The rules leave it out.")
    if known := here.get(_name(found, asked)):
        return known
    return (tree and frames_of(found.content)) or None


def _told(found, read, asked, tree, texts):
    """Yield what one file becomes, if anything."""
    if isinstance(read, Problem):
        yield read
    elif isinstance(read, list):
        yield from _frames(found, read, tree)
    elif not isinstance(read, Read):
        yield _unread(found, read, asked.source or found.source_system, texts)
    else:
        if asked.rules:
            asked.rules.used.update(read.used)
        yield from _settled(found, read, tree, texts)


def _settled(found, read, tree, texts):
    """Yield what a page that was read becomes, in its tree."""
    story = read.story
    is_bare = isinstance(story, Problem) and story.kind == "no-text"
    if tree and is_bare and ANCHORS.search(found.content):
        yield Problem(found.source_id, "list", "It is a page of links, and no story.")
        return
    if isinstance(story, Problem):
        yield story
        return
    story.source = found.content
    if tree is None:
        yield story
        return
    if read.why_no_story:
        yield Problem(found.source_id, "list", read.why_no_story)
        return
    place_in(tree, story)
    twin = _twin(story, texts)
    if twin is None:
        yield story
        return
    name, address = twin
    yield Problem(story.source_id, "duplicate", f"It is the same story as {name}.")
    if story.address != address:
        yield Moved(story.address, address)


@dataclass(frozen=True, slots=True)
class Read:
    """A page read, without its source; `used` are the rules that found anything."""

    story: Story | Problem
    why_no_story: str = ""
    used: Counter = field(default_factory=Counter)


def read_apart(found: PageFile, source: str, rules: Rules | None) -> Read:
    """Return the Read of a page, in whichever process."""
    if rules:
        rules = replace(rules, used=Counter())
    story = read_file(found, source, rules)
    why = ""
    if isinstance(story, Story):
        why = why_no_story(story)
        story.source = b""
    return Read(story, why, rules.used if rules else Counter())


def _unread(found, here, system, texts):
    """Return the Story of a page that is here already, without its text."""
    texts[UNREAD] = texts.get(UNREAD, 0) + 1
    for key in here.text_keys:
        texts.setdefault(key, (found.source_id, here.address))
    return Story(
        source_id=found.source_id,
        source_system=system,
        source=found.content,
        address=here.address,
        other_addresses=list(here.other_addresses),
    )


def _frames(found, frames, tree):
    """Yield what is to be told of a set of frames: it led to the page it showed."""
    name = tree.name_of(found.source_id)
    shown = ", ".join(frames)[:200]
    yield Problem(found.source_id, "frames", f"It is a set of frames: {shown}.")
    main = tree.find(frames[0], f"/{name}")
    if main and tree.address_of(main) != tree.address_of(name):
        yield Moved(tree.address_of(name), tree.address_of(main))


def place_in(tree: Tree, story: Story) -> None:
    """Settle a story's address; lead its links and pictures to the tree's files."""
    name = tree.name_of(story.source_id)
    host = site_of(story.canonical_url)
    is_elsewhere = tree.hosts and host not in tree.hosts
    if story.source_kind == "html" and (not host or is_elsewhere):
        story.address = tree.address_of(name)
        story.other_addresses += tree.other_addresses_of(name)
    if tree.site:
        story.base_url = joined(tree.site, story.address)
    elif host:
        story.base_url = story.canonical_url
    story.root = tree.root
    hosts, tree.hosts = tree.hosts, tree.hosts | ({host} - {""})
    # By the file's own place: the address of an index may be its folder's.
    said = BASE.search(story.source[:20_000])
    base = joined(f"/{name}", said[1].decode("latin-1")) if said else f"/{name}"

    def led(match):
        href, mark, fragment = unescape(match[2]).partition("#")
        target = tree.find(href, base) if href else ""
        address = tree.address_of(target) if target else href
        if said and href and not target:
            address = joined(base, href)
        address += mark + fragment
        return f"{match[1]}{escape(address)}{match[3]}"

    story.body_html = HREF.sub(led, story.body_html)
    story.pictures = [
        replace(note, path=tree.raw[target])
        if (target := tree.find(note.src, base))
        else note
        for note in story.pictures
    ]
    tree.hosts = hosts


def _twin(story, texts):
    """Return (name, address) of the story of the same text, None for a new one."""
    letters = NOT_WORD.sub("", unescape(story.body_html)).casefold()
    if len(letters) < LEAST_TEXT:
        return None
    title = NOT_WORD.sub("", story.headline).casefold()
    keys = [letters]
    if PRINT.search(story.source_id):
        # It may carry a line of its own below the text.
        keys.append(title + letters[:LEAST_TEXT])
    for key in keys:
        if twin := texts.get(_digest(key)):
            return twin
    story.text_keys = [_digest(letters), _digest(title + letters[:LEAST_TEXT])]
    for key in story.text_keys:
        texts.setdefault(key, (story.source_id, story.address))
    return None


def _digest(text):
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def read_file(
    page: PageFile, source_system: str = "", rules: Rules | None = None
) -> Story | Problem:
    """Read one page by what it holds: HTML or plain text."""
    decoded = decode(page.content, rules.encoding if rules else "")
    story = Story(
        source_id=page.source_id,
        source_system=source_system or page.source_system,
        source=page.content,
        root=page.root,
        file_date=page.written_at,
        encoding=decoded.encoding,
    )
    for kind, reason in decoded.doubts:
        story.note(kind, reason)
    if not decoded.text.strip():
        return Problem(page.source_id, "empty", "The file is empty.")
    try:
        if is_markup(page.content):
            read_page(decoded.text, story, page.is_in_folder, rules)
        else:
            read_text(decoded.text, story)
    except PageError as error:
        return Problem(page.source_id, error.kind, str(error), error.line)
    if rules:
        story.language = rules.language or story.language
        story.kind = "page" if rules.is_page(page.source_id) else story.kind
    broken = [problem for problem in story.problems if problem.is_broken]
    return broken[0] if broken else story
