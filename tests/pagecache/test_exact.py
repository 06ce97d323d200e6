"""After any edit, what is kept equals a fresh rendering, and no more went than must."""

from collections import Counter

import pytest
from django.test import Client, RequestFactory

from newsroom.pagecache import node
from newsroom.pagecache.addresses import address_of
from tests.pagecache.world import World

pytestmark = pytest.mark.django_db(transaction=True)
# Pages may go that did not change: lists, because one word says that something may
# enter them, and stories beside what went. Of all pages kept, at most this share,
# over a whole run.
ALLOWANCE = 0.12


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


def run(world, readers, edits):
    """Make edits; return {stale: [(edit, path)], needless: Counter, kept: number}."""
    stale, needless, kept_pages = [], Counter(), 0
    readers.warm(world.paths())
    was = {path: readers.kept(path) for path in world.paths()}
    for _ in range(edits):
        name = world.edit()
        paths = world.paths()
        for path in paths:
            kept, fresh = readers.kept(path), readers.fresh(path)
            if kept is not None and kept != fresh:
                stale.append((name, path))
            kept_pages += was.get(path) is not None
            if kept is None and was.get(path) is not None and was[path] == fresh:
                needless[name] += 1
        readers.warm(paths)
        was = {path: readers.kept(path) for path in paths}
    return stale, needless, kept_pages


@pytest.fixture
def readers(store, monkeypatch):
    store.follow()
    return Readers(store, monkeypatch)


def test_forty_edits_leave_nothing_stale(readers):
    stale, needless, kept = run(World(seed=1), readers, 40)
    assert stale == []
    assert sum(needless.values()) <= ALLOWANCE * kept, needless


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 120))
def test_five_hundred_edits_leave_nothing_stale(readers, seed):
    stale, needless, kept = run(World(seed), readers, 500)
    assert stale == []
    assert sum(needless.values()) <= ALLOWANCE * kept, needless
