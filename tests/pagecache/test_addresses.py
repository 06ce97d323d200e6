"""Which address a request's page is kept at, and what never gets one."""

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from newsroom.pagecache import headers, store
from newsroom.pagecache.addresses import address_of, old_address


def address(path_and_query, **more):
    return address_of(RequestFactory().get(path_and_query, **more).environ)


@pytest.mark.parametrize("query", ["pag%65=2", "%70age=2", "page=%32", "page=2&%20a=1"])
def test_a_known_parameter_in_disguise_is_read_as_django_reads_it(query):
    assert QueryDict(query)["page"] == "2"
    assert address(f"/tags/a/?{query}").query == "page=2"


@pytest.mark.parametrize("query", ["+page=2", "%00page=2", "pag%C3%A9=2", "page%3D2=2"])
def test_what_only_looks_like_a_known_parameter_is_ignored(query):
    assert "page" not in QueryDict(query)
    assert address(f"/tags/a/?{query}").query == ""


def test_unknown_parameters_are_ignored_and_known_ones_have_one_order():
    assert address("/tags/a/?utm_source=a%20b&plain&page=2").query == "page=2&plain"
    assert address("/tags/a/?fbclid=1&page=1&x=2").query == ""
    # What is no list has no pages, so that nobody can have a copy kept of each.
    assert address("/2026/11/a-story/?page=7").query == ""


def test_a_story_may_stand_where_a_query_is_no_visitors_count():
    def own(path_and_query):
        environ = RequestFactory().get(path_and_query).environ
        return old_address(environ, address_of(environ))

    assert own("/?p=123&utm_source=a").query == "p=123"
    assert own("/?plain&p=123").query == "p=123&plain"
    assert own("/a?page=1").query == "page=1"
    assert own("/a?x=1&y=%c3%bc").query == "x=1&y=%C3%BC"
    for none in ("/", "/a?plain", "/a?fbclid=1&utm_medium=b", "/tags/?x=1"):
        assert own(none) is None, none


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
