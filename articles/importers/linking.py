"""Links between imported stories: they lead to what their pages became.

Links to the old site become paths of this one. Those to documents lead to the file
that was kept. When the run is over, links to stories that stand elsewhere now are
rewritten, and links to what was not imported are listed.
"""

import re
import sqlite3
from html import escape, unescape
from itertools import islice
from urllib.parse import urljoin, urlsplit

from django.db import transaction
from django.db.models import F

from articles import signals
from articles.importers.media import DOCUMENTS, PICTURES
from articles.importers.story import Problem, Story
from articles.importers.values import digest
from articles.models import Article, ImportMade, Origin, Page
from authors.shown import change, many_changes

HREF = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)(")')
# Stands for the old site's host where the pages do not name it.
NAMELESS = "old-site.invalid"
CHUNK = 500
# What a site's own lists and files were, which no import brings.
MACHINERY = re.compile(
    r"^/(?:wp-(?:admin|login|json|content|includes)|feed/?$|xmlrpc|cgi-bin/)"
)


class Links:
    """The links of one run's stories, kept on disk until all stories are here."""

    def __init__(self, choices):
        self.choices = choices
        # An empty name is a file of SQLite's own, gone with the connection.
        self.index = sqlite3.connect("")
        self.index.execute("CREATE TABLE link (target, file)")
        self.systems = set()

    def look(self, story: Story):
        """Read a story's links without writing anything."""
        self.place(story, story.body_html)

    def place(self, story: Story, body: str) -> str:
        """Return the body with its links to the old site made ours, and note them."""
        self.systems.add(story.source_system[:50])
        targets = []

        def placed(match):
            address, target = self._ours(unescape(match[2]), story)
            if target:
                targets.append(target)
            return f"{match[1]}{escape(address)}{match[3]}"

        body = HREF.sub(placed, body)
        self.index.executemany(
            "INSERT INTO link VALUES (?, ?)",
            [(target, story.source_id) for target in targets],
        )
        return body

    def note(self, origins):
        """Hear of stories that are here now."""
        self.systems.update(origin.system for origin in origins)

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
        address = split.path or "/"
        if split.query:
            address += f"?{split.query}"
        if kept := self._file(address, absolute, story):
            return kept, ""
        fragment = f"#{split.fragment}" if split.fragment else ""
        is_page = not MACHINERY.match(address)
        return address + fragment, address if is_page else ""

    def _file(self, address, absolute, story):
        """Return the address of the document that a link leads to, "" for none."""
        path = urlsplit(address).path
        if self.choices.is_dry_run or not DOCUMENTS.search(path):
            return ""
        document = self.choices.media.read_document(absolute, story)
        if document is None:
            return ""
        if self.choices.run is not None:
            ImportMade.objects.get_or_create(
                run=self.choices.run, model="document", key=document.pk
            )
        signals.addresses_moved.send(
            sender=Article, moves=[(path, document.file.url)], reason="import"
        )
        return document.file.url

    # When all stories are here.

    def finish(self):
        """Rewrite links to what stands elsewhere; yield Problems of dead ones."""
        self.index.execute("CREATE INDEX link_target ON link (target)")
        moved = _moved(self.systems)
        if moved:
            for system in sorted(self.systems):
                _rewrite(system, moved)
        rows = self.index.execute(
            "SELECT target, min(file), count(*) FROM link GROUP BY target"
        )
        for some in _batched(rows):
            here = _here([target for target, _file, _count in some]) | moved.keys()
            for target, file, count in some:
                if target not in here:
                    kind = "dead-picture" if PICTURES.search(target) else "dead-link"
                    also = f" ({count} links)" if count > 1 else ""
                    yield Problem(
                        file,
                        kind,
                        f"A link leads to what was not imported{also}.",
                        sample=target,
                    )
        self.index.close()


def _batched(rows):
    """Yield lists of CHUNK rows (itertools.batched is Python 3.12's)."""
    rows = iter(rows)
    while some := list(islice(rows, CHUNK)):
        yield some


def _here(addresses):
    """Return those of the addresses where something stands, or came from."""
    slashed = {f"{address.rstrip('/')}/": address for address in addresses}
    asked = {*addresses, *slashed}
    found = set()
    for model in (Article, Page):
        found.update(
            model.objects.filter(path__in=asked)
            .order_by()
            .values_list("path", flat=True)
        )
    origins = Origin.objects.filter(address__in=asked)
    found.update(origins.values_list("address", flat=True))
    return found | {slashed[path] for path in found if path in slashed}


def _moved(systems):
    """Return {old address: path} of what stands elsewhere than it did."""
    origins = Origin.objects.filter(system__in=systems).exclude(address="")
    moved = {}
    for name in ("article", "page"):
        path = f"{name}__path"
        rows = origins.filter(**{f"{path}__isnull": False}).exclude(
            **{path: F("address")}
        )
        moved |= dict(rows.values_list("address", path))
    return moved


def _rewrite(system, moved):
    """Make the source's own bodies, none an editor changed, lead to the new places."""
    origins = Origin.objects.filter(system=system, article__isnull=False)
    keys = origins.order_by("pk").values_list("pk", flat=True)
    for some in _batched(keys.iterator(chunk_size=CHUNK)):
        with transaction.atomic(), many_changes():
            rows = origins.filter(pk__in=some).select_related("article").defer("source")
            changed = [origin for origin in rows if _lead_elsewhere(origin, moved)]
            articles = [origin.article for origin in changed]
            Article.objects.bulk_update(articles, ["body"])
            Origin.objects.bulk_update(changed, ["imported"])
            if changed:
                change(*(f"article-{article.pk}" for article in articles))


def _lead_elsewhere(origin, moved):
    """Rewrite the links of an origin's article; say whether there was one."""
    article = origin.article
    if 'href="/' not in article.body:
        return False
    if digest(article.body) != origin.imported.get("body"):
        return False

    def led(match):
        address, sign, fragment = unescape(match[2]).partition("#")
        address = moved.get(address, address) + sign + fragment
        return f"{match[1]}{escape(address)}{match[3]}"

    body = HREF.sub(led, article.body)
    if body == article.body:
        return False
    article.body = body
    origin.imported["body"] = digest(body)
    return True
