"""After any edit, what is kept equals a fresh rendering, and no more went than must."""

from collections import Counter

import pytest
from django.test import Client, RequestFactory

from articles.models import ArticleTag, Byline
from newsroom.pagecache import node
from newsroom.pagecache.addresses import address_of
from tests.pagecache.world import World

pytestmark = pytest.mark.django_db(transaction=True)
# Lists may go though they did not change: one word says that something may enter them.
LISTS = {
    *("archive", "authors", "most-read", "sections", "series", "tags", ""),
    *(
        "feed",
        "feeds",
        "sitemaps",
        "sitemap.xml",
        "robots.txt",
        "humans.txt",
        "rss.xml",
    ),
}
# So may all pages, by what concerns the whole site: a block's flight (pages must learn
# of the moment), rows that are merged, an import.
SITE_WIDE = {"block", "flight", "import", "merge"}
# What a story may be related to after these goes without asking whether the story is
# among the four that each of them shows.
RELATED = {
    *("backdate", "bulk_action", "draft_and_publish", "publish_again", "retag"),
    *("schedule_and_tick", "take_from_trash", "through_the_form", "working_copy"),
}


class Readers:
    """Asks every address, through the cache and past it."""

    def __init__(self, store, monkeypatch):
        self.store, self.monkeypatch = store, monkeypatch
        self.client = Client()
        self.factory = RequestFactory()

    def kept(self, path):
        address = address_of(self.factory.get(path).environ)
        found = self.store.read(address, "")
        return None if found is None else (int(found.status[:3]), found.body)

    def fresh(self, path):
        self.monkeypatch.setattr(node, "store", None)
        page = self.client.get(path)
        self.monkeypatch.setattr(node, "store", self.store)
        return page.status_code, page.content

    def warm(self, paths):
        for path in paths:
            if self.kept(path) is None:
                self.client.get(path)


def is_list(path):
    return path.split("/")[1] in LISTS


def run(world, readers, edits):
    """Make edits; return what was wrong after each.

    ([(edit, page that is stale)], [(edit, story that went needlessly)], and a Counter
    of the lists that went needlessly, by edit).
    """
    stale, needless, lists = [], [], Counter()
    readers.warm(world.paths())
    was = {path: readers.kept(path) for path in world.paths()}
    for _ in range(edits):
        name = world.edit()
        assert not ArticleTag.objects.out_of_step().exists(), name
        assert not Byline.objects.out_of_step().exists(), name
        paths = world.paths()
        for path in paths:
            kept, fresh = readers.kept(path), readers.fresh(path)
            if kept is not None and kept != fresh:
                stale.append((name, path))
            if kept is None and was.get(path) is not None and was[path] == fresh:
                if is_list(path):
                    lists[name] += 1
                elif name not in SITE_WIDE | RELATED:
                    needless.append((name, path))
        readers.warm(paths)
        was = {path: readers.kept(path) for path in paths}
    return stale, needless, lists


@pytest.fixture
def readers(store, monkeypatch):
    store.follow()
    return Readers(store, monkeypatch)


def test_a_dozen_edits_leave_nothing_stale(readers):
    stale, needless, _lists = run(World(seed=1), readers, 12)
    assert (stale, needless) == ([], [])


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 120))
def test_five_hundred_edits_leave_nothing_stale(readers, seed, record_property):
    stale, needless, lists = run(World(seed), readers, 500)
    record_property(
        "figure",
        f"{len(stale)} stale, {len(needless)} stories and "
        f"{sum(lists.values())} lists gone needlessly",
    )
    assert (stale, needless) == ([], [])
