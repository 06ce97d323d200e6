"""Which address a request's page is kept at, and what never gets one."""

import pytest
from django.test import RequestFactory

from newsroom.pagecache import headers, store
from newsroom.pagecache.addresses import address_of


def address(path_and_query, **more):
    return address_of(RequestFactory().get(path_and_query, **more).environ)


@pytest.mark.parametrize("query", ["pag%65=2", "%70age=2", "page=%32", "+page=2"])
def test_a_known_parameter_in_disguise_makes_no_page(query):
    # Django reads page=2 there: it must not be kept as the first page.
    assert address(f"/?{query}") is None


def test_unknown_parameters_are_ignored_and_known_ones_have_one_order():
    assert address("/?utm_source=a%20b&plain&page=2").query == "page=2&plain"
    assert address("/?fbclid=1&page=1").query == ""


def test_two_texts_of_one_length_have_different_etags():
    stamps = [store.Page("200 OK", [], body, "html").stamp for body in (b"teh", b"the")]
    assert len({store.etag(stamp, b"the") for stamp in stamps}) == 2


def test_a_page_with_a_header_of_its_own_is_not_an_ordinary_one(settings):
    settings.SITE_URL = "http://testserver"
    headers.usual.cache_clear()
    ordinary = list(headers.usual().items())
    assert headers.is_usual([*ordinary, ("Content-Type", "text/html")])
    assert not headers.is_usual([*ordinary, ("X-Robots-Tag", "noindex")])
    assert not headers.is_usual(ordinary[1:])
    headers.usual.cache_clear()
