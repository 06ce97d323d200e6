"""Links between imported stories: they lead to what their pages became.

Links to the old site become paths of this one. Those to documents lead to the file
that was kept. When the run is over, links to stories that stand elsewhere now are
rewritten, and links to what was not imported are listed.
"""

import re
import sqlite3
from html import escape, unescape
from itertools import groupby, islice
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F

from articles import signals
from articles.html import CleanHTML
from articles.importers.media import DOCUMENTS, PICTURES
from articles.importers.story import Problem, Story
from articles.importers.values import ALSO, digest
from articles.models import Article, Import, Origin, Page
from authors.shown import change, many_changes

HREF = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)(")')
# Stands for the old site's host where the pages do not name it.
NAMELESS = "old-site.invalid"
CHUNK = 500
# What a site's own lists and files were, which no import brings.
MACHINERY = re.compile(
    r"^/(?:wp-(?:admin|login|json|content|includes)|feed/?$|xmlrpc|cgi-bin/)"
)
SETTLED = (Import.State.DONE, Import.State.UNDONE)


class Links:
    """The links of one run's stories, kept on disk until all stories are here."""

    def __init__(self, choices, directory):
        self.choices, self.directory = choices, directory
        # An empty name is a file of SQLite's own, gone with the connection.
        self.index = sqlite3.connect("")
        self.index.execute("CREATE TABLE link (target, system, file)")
        self.index.execute("CREATE TABLE own (address PRIMARY KEY, system, file)")
        self.index.execute("CREATE TABLE led (old, new)")
        self.index.execute("CREATE TABLE moved (target PRIMARY KEY, place)")
        # What an earlier run left undone when it was ended; asked before this one
        # has made anything.
        self.is_interrupted = _was_interrupted(choices.run)

    def note(self, story: Story):
        """Hear of a story of this run, whatever becomes of it."""
        name = story.source_system[:50], story.source_id[:500]
        self._note_own([story.address, *story.other_addresses], name)

    def note_known(self, origins):
        """Hear of stories that were here; those that did not change are not read."""
        for origin in origins:
            name = origin.system, origin.identifier
            self._note_own([origin.address, *origin.imported.get(ALSO, ())], name)

    def note_led(self, old, new):
        """Hear of an address that led to a story's, as a copy's does."""
        self.index.execute("INSERT INTO led VALUES (?, ?)", [old, new])

    def _note_own(self, addresses, name):
        self.index.executemany(
            "INSERT OR IGNORE INTO own VALUES (?, ?, ?)",
            [(address, *name) for address in addresses if address],
        )

    def look(self, story: Story):
        """Read a story's links without writing anything."""
        self.place(story, story.body_html)

    def place(self, story: Story, body: str) -> str:
        """Return the body with its links to the old site made ours, and note them."""
        targets = []

        def placed(match):
            before = unescape(match[2])
            address, target = self._ours(before, story)
            if target:
                targets.append(target)
            if address == before:
                return match[0]
            return f"{match[1]}{spelled(address)}{match[3]}"

        kind = type(body)  # what was clean is clean
        body = kind(HREF.sub(placed, body))
        self._note_links(targets, story.source_system, story.source_id)
        return body

    def place_documents(self, story: Story, body: str) -> str:
        """Return a stored body whose links lead to documents that are here now."""

        def placed(match):
            before = unescape(match[2])
            if not DOCUMENTS.search(before.partition("#")[0].partition("?")[0]):
                return match[0]
            address, _target = self._ours(before, story)
            if not address.startswith(settings.MEDIA_URL) or address == before:
                return match[0]
            return f"{match[1]}{spelled(address)}{match[3]}"

        return HREF.sub(placed, body)

    def _note_links(self, targets, system, identifier):
        name = system[:50], identifier[:500]
        rows = [(target, *name) for target in targets]
        self.index.executemany("INSERT INTO link VALUES (?, ?, ?)", rows)

    def _ours(self, href, story):
        """Return (what the link is to say, the story's address it leads to or "")."""
        if href.startswith("#") or not href.strip():
            return href, ""
        base = story.base_url or f"http://{NAMELESS}{story.address or '/'}"
        try:
            absolute = urljoin(base, href.strip())
            split = urlsplit(absolute)
            host = (split.hostname or "").removeprefix("www.")
            own = {(urlsplit(base).hostname or "").removeprefix("www.")}
        except ValueError:
            return href, ""
        if split.scheme not in ("http", "https"):
            return href, ""
        if host not in own | self.choices.hosts | {NAMELESS}:
            return absolute, ""
        # Two slashes at the start would lead to another site.
        address = f"/{split.path.lstrip('/')}"
        if split.query:
            address += f"?{split.query}"
        if kept := self._file(address, absolute, story):
            return kept, ""
        fragment = f"#{split.fragment}" if split.fragment else ""
        return address + fragment, address if _is_page(address) else ""

    def _file(self, address, absolute, story):
        """Return the address of the document that a link leads to, "" for none."""
        path = urlsplit(address).path
        if not DOCUMENTS.search(path):
            return ""
        if self.choices.is_dry_run:
            return address if self.choices.media.document(absolute, story) else ""
        document, is_new = self.choices.media.read_document(absolute, story)
        if document is None:
            story.missing.append(absolute)
            return ""
        if is_new:
            self.directory.made("document", document)
        signals.addresses_moved.send(
            sender=Article, moves=[(path, document.file.url)], reason="import"
        )
        return document.file.url

    # When all stories are here.

    def finish(self):
        """Rewrite links to what stands elsewhere; yield Problems of dead ones.

        In a dry run nothing is rewritten, and what would be here counts as here.
        """
        self.index.execute(
            "INSERT OR IGNORE INTO own SELECT old, system, file"
            " FROM led JOIN own ON address = new"
        )
        if self.is_interrupted and not self.choices.is_dry_run:
            self._read_again()
        rows = self.index.execute(
            "SELECT target, min(file), count(*) FROM link GROUP BY target"
        )
        for some in _batched(rows):
            places = self._places([target for target, _file, _count in some])
            self.index.executemany(
                "INSERT INTO moved VALUES (?, ?)",
                [(t, place) for t, place in places.items() if place not in ("", t)],
            )
            for target, file, count in some:
                if target not in places:
                    yield _dead(target, file, count)
        if not self.choices.is_dry_run:
            self._rewrite()
        self.index.close()

    def _read_again(self):
        """Note the links of all bodies of these sources: an earlier run could not."""
        self.index.execute("DELETE FROM link")
        systems = self.index.execute("SELECT DISTINCT system FROM own").fetchall()
        origins = Origin.objects.filter(system__in=[name for (name,) in systems])
        for name in ("article", "page"):
            rows = origins.filter(**{f"{name}__body__contains": 'href="/'})
            rows = rows.values_list("system", "identifier", f"{name}__body")
            for system, identifier, body in rows.iterator(chunk_size=CHUNK):
                found = (unescape(match[2]) for match in HREF.finditer(body))
                found = [address.partition("#")[0] for address in found]
                targets = [a for a in found if a.startswith("/") and _is_page(a)]
                self._note_links(targets, system, identifier)

    def _places(self, targets):
        """Return {target: where it stands now} of those that are here.

        "" stands for what has no address, as a draft.
        """
        slashed = {f"{target.rstrip('/')}/": target for target in targets}
        asked = [*{*targets, *slashed}]
        found = {}
        for model in (Article, Page):
            rows = model.objects.filter(path__in=asked).order_by()
            found |= {path: path for path in rows.values_list("path", flat=True)}
        marks = ", ".join("?" * len(asked))
        own = self.index.execute(
            f"SELECT address, system, file FROM own WHERE address IN ({marks})", asked
        ).fetchall()
        if self.choices.is_dry_run:
            found |= {address: address for address, _system, _file in own}
        else:
            found |= _by_address(asked) | _by_name(own)
        here = {target: found[target] for target in targets if target in found}
        also = {t: found[path] for path, t in slashed.items() if path in found}
        return also | here

    def _rewrite(self):
        """Make the run's own bodies, none an editor changed, lead to new places."""
        rows = self.index.execute(
            "SELECT system, file, target, place FROM link JOIN moved USING (target)"
            " ORDER BY system, file"
        )
        stories = (
            (name, {target: place for _system, _file, target, place in links})
            for name, links in groupby(rows, key=lambda row: row[:2])
        )
        for some in _batched(stories):
            _lead_elsewhere(dict(some))


def spelled(address):
    """Return an address as cleaning spells it in an attribute."""
    return escape(address, quote=False).replace('"', "&quot;").replace("\xa0", "&nbsp;")


def _was_interrupted(run):
    """Say whether the last run of this source, or this one before, did not end well."""
    if run is None:
        return False
    earlier = Import.objects.filter(source=run.source, is_dry_run=False)
    last = earlier.exclude(pk=run.pk).first()
    return run.origins.exists() or (last is not None and last.state not in SETTLED)


def _is_page(address):
    return not MACHINERY.match(address) and not address.startswith(settings.MEDIA_URL)


def _dead(target, file, count):
    kind = "dead-picture" if PICTURES.search(target) else "dead-link"
    also = f" ({count} links)" if count > 1 else ""
    reason = f"A link leads to what was not imported{also}."
    return Problem(file, kind, reason, sample=target)


def _batched(rows):
    """Yield lists of CHUNK rows (itertools.batched is Python 3.12's)."""
    rows = iter(rows)
    while some := list(islice(rows, CHUNK)):
        yield some


PATHS = ("article__path", "page__path")


def _by_address(addresses):
    """Return {old address: path or ""} of what came from these addresses."""
    rows = Origin.objects.filter(address__in=addresses)
    rows = rows.values_list("address", *PATHS)
    return {address: article or page or "" for address, article, page in rows}


def _by_name(own):
    """Return {address: path or ""} of stories, told as (address, system, name)."""
    rows = Origin.objects.filter(
        system__in={system for _address, system, _name in own},
        identifier__in={name for _address, _system, name in own},
    )
    rows = rows.values_list("system", "identifier", *PATHS)
    paths = {(s, name): article or page or "" for s, name, article, page in rows}
    return {a: paths[s, name] for a, s, name in own if (s, name) in paths}


def _lead_elsewhere(stories):
    """Rewrite the links of {(system, name): {old address: new}}, a chunk of stories."""
    rows = Origin.objects.filter(
        system__in={system for system, _name in stories},
        identifier__in={name for _system, name in stories},
    )
    with transaction.atomic(), many_changes():
        rows = rows.select_related("article", "page").defer("source")
        changed = []
        for origin in rows:
            moved = stories.get((origin.system, origin.identifier))
            if moved and _is_led_elsewhere(origin, moved):
                changed.append(origin)
        articles = [origin.article for origin in changed if origin.article]
        for article in articles:
            # Whoever has it open is to look again.
            article.version = F("version") + 1
        Article.objects.bulk_update(articles, ["body", "version"], batch_size=100)
        pages = [origin.page for origin in changed if origin.page]
        Page.objects.bulk_update(pages, ["body"], batch_size=100)
        Origin.objects.bulk_update(changed, ["imported"], batch_size=100)
        if changed:
            change("stories")


def _is_led_elsewhere(origin, moved):
    """Rewrite the links of an origin's story; say whether anything changed."""
    row = origin.article or origin.page
    if digest(row.body) != origin.imported.get("body"):
        return False

    def led(match):
        address, sign, fragment = unescape(match[2]).partition("#")
        address = moved.get(address, address) + sign + fragment
        return f"{match[1]}{spelled(address)}{match[3]}"

    body = CleanHTML(HREF.sub(led, row.body))
    if body == row.body:
        return False
    row.body = body
    origin.imported["body"] = digest(body)
    return True
