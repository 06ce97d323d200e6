import pytest

from newsroom.pagecache import addresses, node
from newsroom.pagecache.store import Store


@pytest.fixture
def store(tmp_path, monkeypatch, settings):
    """Keep pages, in a folder of the test's own, for http://testserver."""
    settings.SITE_URL = "http://testserver"
    addresses.hosts.cache_clear()
    addresses.scheme.cache_clear()
    store = Store(tmp_path / "pages")
    monkeypatch.setattr(node, "store", store)
    yield store
    addresses.hosts.cache_clear()
    addresses.scheme.cache_clear()
