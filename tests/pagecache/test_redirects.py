"""Redirects are never kept; what is kept in their place goes when one is made."""

import pytest
from django.test import RequestFactory

from newsroom.pagecache.addresses import address_of
from newsroom.redirects import counting
from newsroom.redirects.models import Redirect
from tests.factories import make_article, make_page

pytestmark = pytest.mark.django_db(transaction=True)


def is_kept(store, path):
    found = store.read(address_of(RequestFactory().get(path).environ), "")
    return found is not None


def withdrawn(path):
    article = make_article(path=path)
    article.withdraw()
    return article


def test_each_hit_reaches_us_and_a_change_counts_at_once(client, store):
    store.follow()
    redirect = Redirect(old="/old/", target="/new/")
    redirect.save()
    for _ in range(3):
        assert client.get("/old/")["Location"] == "/new/"
    assert not is_kept(store, "/old/")
    counting.hits.flush()
    assert Redirect.objects.get().hits == 3
    redirect.target = "/newer/"
    redirect.save()
    assert client.get("/old/")["Location"] == "/newer/"
    redirect.delete()
    assert client.get("/old/").status_code == 404


@pytest.mark.parametrize(
    ("old", "match"),
    [
        ("/gone.htm", "exact"),
        ("/gone%2Ehtm", "exact"),
        ("/gone.htm/", "prefix"),
        ("/g*.htm", "pattern"),
    ],
)
def test_a_kept_page_that_nothing_is_there_goes(old, match, client, store):
    store.follow()
    withdrawn("/gone.htm")
    assert client.get("/gone.htm").status_code == 410
    assert is_kept(store, "/gone.htm")
    redirect = Redirect(old=old, match=match, target="/new/", keeps_rest=False)
    redirect.save()
    assert client.get("/gone.htm")["Location"] == "/new/"
    redirect.delete()
    assert client.get("/gone.htm").status_code == 410


def test_other_kept_pages_stay(client, store):
    store.follow()
    for path in ("/gone.htm", "/other.htm"):
        withdrawn(path)
        client.get(path)
    page = make_page(path="/about/")
    client.get("/about/")
    Redirect(old="/gone.htm", target="/new/").save()
    assert is_kept(store, "/other.htm")
    assert is_kept(store, "/about/")
    # The old address of a page that moves is not answered from what was kept.
    page.path = "/us/"
    page.save()
    assert client.get("/about/")["Location"] == "/us/"
