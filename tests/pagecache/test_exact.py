"""After any edit, what is kept equals a fresh rendering, and no more went than must."""

import gzip
import re
from collections import Counter
from dataclasses import replace

import brotli
import pytest
from django.db.models import Max
from django.utils import timezone

from articles import lists
from articles.models import Article, ArticleTag, Byline
from authors import pagination
from newsroom.pagecache.checking import Asking
from newsroom.pagecache.models import Purge
from tests.pagecache.world import World

pytestmark = pytest.mark.django_db(transaction=True)
NEXT = re.compile(rb'rel="next" href="[^"]*\?(page=\d+)"')
# Lists may go though they did not change: one word says that something may enter them.
LISTS = {
    *("archive", "authors", "most-read", "sections", "series", "tags", ""),
    *("feed", "feeds", "sitemaps", "sitemap.xml", "robots.txt", "humans.txt"),
    "corrections",
}
# So do pages of what is missing, which list what is new and what is called alike. A
# plain page goes with the whole one, whatever of it the change concerned; redirects,
# which end without a slash, when any story gets an address. A story's own page goes
# with it, though it be an end that is to come, or a pick that readers may not see.
# So may all pages, by what concerns the whole site: its own words (the tagline stands
# on the front alone), a block's place (pages must learn of its flight) or a tag that
# blocks may have been limited to, rows that are merged, an import; and all of a
# section that moves.
SITE_WIDE = {
    *("advertise_form", "block_scope", "flight", "import", "merge", "network_form"),
    *("section_parent", "share_form", "wait_for_it", "fewer_authors", "fewer_tags"),
    "publication_form",
}
# What a story may be related to after these goes without asking whether the story is
# among the four that each of them shows; nor, of a story that is destroyed, whether
# it was still shown where an editor had picked it; nor, of a section that moves,
# whether blocks or a menu told its stories apart from others; nor, of a story that gets
# another place in its series, whether the order is another.
RELATED = {
    "section_parent",
    "fewer_articles",
    *("article_form", "backdate", "bulk_action", "draft_and_publish", "many_fields"),
    *("publish_again", "retag", "take_from_trash", "working_copy"),
}


class Readers:
    """Asks every address, through the cache and past it."""

    def __init__(self, store):
        self.store, self.asking = store, Asking()

    def ask(self, address, **how):
        return self.asking.ask(address.path, address.query, address.host, **how)

    def kept(self, address):
        found = self.store.read(address, "")
        return None if found is None else (int(found.status[:3]), found.body)

    def look(self, address):
        """Return (what was kept, what is true); what was not kept may be from now on.

        What is no longer kept after the comparison was asked at its last moment.
        """
        kept = self.kept(address)
        if kept is None:
            return None, self.ask(address)
        fresh = self.ask(address, is_fresh=True)
        return (kept if kept == fresh else self.kept(address)), fresh

    def looks(self, world):
        """Yield (address, what was kept, what is true) of all there is to ask.

        Every address of the world, whatever else is kept, the further pages of lists.
        """
        waiting = dict.fromkeys(world.addresses())
        waiting |= dict.fromkeys(e.as_address() for e in self.store.entries())
        done = set()
        while waiting:
            address = waiting.popitem()[0]
            kept, fresh = self.look(address)
            yield address, kept, fresh
            done.add(address)
            if found := NEXT.search(fresh[1]):
                after = replace(address, query=found[1].decode())
                if after not in done:
                    waiting[after] = None


def may_go(address, page):
    """Say whether a page, (status, bytes), may go that did not change.

    The notice in a withdrawn story's place, too, whatever it answers: a story or a
    redirect may come to stand there.
    """
    path = address.path
    return (
        page[0] != 200
        or b"This story was withdrawn" in page[1]
        or address.query == "plain"
        or not path.endswith("/")
        or path.split("/")[1] in LISTS
    )


def edited(last):
    """Return the addresses of the stories that the journal names since a line."""
    lines = Purge.objects.filter(pk__gt=last).values_list("keys", flat=True)
    keys = {key for line in lines for key in line}
    found = Article.objects.exclude(path=None).values_list("pk", "path")
    return {path for pk, path in found if f"article-{pk}" in keys}


def run(world, readers, edits):
    """Make edits; return what was wrong after each.

    ([(edit, page that is stale)], [(edit, story that went needlessly)], and a Counter
    of what may go (`may_go`) that went needlessly, by edit).
    """
    stale, needless, lists = [], [], Counter()
    was = {address: fresh for address, _kept, fresh in readers.looks(world)}
    for _ in range(edits):
        last = Purge.objects.aggregate(last=Max("pk", default=0))["last"]
        name = world.edit()
        own = edited(last)
        assert not ArticleTag.objects.out_of_step().exists(), name
        assert not Byline.objects.out_of_step().exists(), name
        shown = {}
        for address, kept, fresh in readers.looks(world):
            # A moment that has come meanwhile is the clock's, which looks next.
            is_judged = not world.moment_at or timezone.now() < world.moment_at
            if kept is not None and kept != fresh and is_judged:
                stale.append((name, str(address)))
            if kept is None and was.get(address) == fresh:
                if may_go(address, fresh):
                    lists[name] += 1
                elif address.path in own:
                    continue
                elif name not in SITE_WIDE | RELATED:
                    needless.append((name, str(address)))
            if readers.kept(address):
                shown[address] = fresh
        was = shown
    return stale, needless, lists


def variants_differ(store):
    """Return the pages whose compressed bytes are not those of the plain one."""
    wrong = []
    for address in (entry.as_address() for entry in store.entries()):
        plain = store.read(address, "").body
        for name, unpacked in (("gzip", gzip.decompress), ("br", brotli.decompress)):
            found = store.read(address, name)
            body = unpacked(found.body) if found.encoding else found.body
            if body != plain:
                wrong.append((name, str(address)))
    return wrong


@pytest.fixture
def readers(store, monkeypatch):
    # Lists of four have a second page in a small world, too.
    monkeypatch.setattr(pagination.get_page, "__defaults__", (4,))
    monkeypatch.setattr(lists.Stories, "per_page", 4)
    store.follow()
    return Readers(store)


def test_a_dozen_edits_leave_nothing_stale(readers):
    stale, needless, _lists = run(World(seed=1), readers, 12)
    assert (stale, needless) == ([], [])


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 120))
def test_five_hundred_edits_leave_nothing_stale(readers, seed, record_property):
    world = World(seed)
    stale, needless, lists = run(world, readers, 500)
    assert set(world.kinds()) <= set(world.made), "an edit of some kind was never made"
    record_property(
        "figure",
        f"{len(stale)} stale, {len(needless)} stories and "
        f"{sum(lists.values())} lists, plain pages or redirects gone needlessly",
    )
    assert (stale, needless) == ([], [])
    assert variants_differ(readers.store) == []
