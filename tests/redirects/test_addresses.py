"""Two spellings of one address are one, and patterns say what they say."""

import time
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.paths import key_of, own_query
from newsroom.redirects.addresses import (
    captures,
    filled,
    folders,
    normal,
    safe,
    spellings,
    stem,
    without_strangers,
)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("/%7Eann/", "/~ann/"),
        ("/%7eann/", "/~ann/"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/café", "/caf%C3%A9"),
        ("/caf%e9.htm", "/caf%E9.htm"),
        ("/a b", "/a%20b"),
        ("/a%2Fb", "/a%2Fb"),
        ("/100%", "/100%25"),
        ("/a?", "/a"),
        ("/a?b=%41&c", "/a?b=A&c"),
        ("/a#part", "/a"),
        ("/a\\b\r\nX: y", "/a%5Cb%0D%0AX:%20y"),
        ("?p=123", "/?p=123"),
        (b"/\xe9", "/%E9"),
    ],
)
def test_a_key_is_the_normal_spelling(typed, key):
    assert normal(typed) == key
    assert normal(key) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [("/A", "/a"), ("/a", "/a/"), ("/a%2Fb", "/a/b"), ("/?a=1&b=2", "/?b=2&a=1")],
)
def test_what_means_something_else_stays_something_else(one, other):
    assert normal(one) != normal(other)


PIECES = st.text("aZ09-._~!$'()*+,;:@/é =&", min_size=1, max_size=3) | st.sampled_from(
    [
        *("%41", "%7e", "%7E", "%2f", "%2C", "%c3%a9", "%e9", "%", "%zz", "%20"),
        *("p=1", "utm_source=x", "plain"),
    ]
)


@given(st.lists(PIECES, max_size=6), st.lists(PIECES, max_size=6))
def test_what_is_one_address_to_redirects_is_one_to_articles(path, query):
    def key(address):
        path, _, query = address.partition("?")
        return key_of(unquote_to_bytes(path), own_query(query))

    address = f"/{''.join(path)}?{''.join(query)}"
    assert key(address) == key(normal(address))


def test_parameters_of_other_sites_and_of_our_pages_are_not_the_address():
    key = "/x?id=7&utm_source=a&fbclid=b&page=2&plain"
    assert without_strangers(key) == "/x?id=7"
    assert without_strangers("/x?utm_campaign=a") == "/x"
    assert without_strangers("/x?utmost=1&pages=2") == "/x?utmost=1&pages=2"


def test_spellings_and_folders_begin_with_the_most_exact():
    assert spellings("/a/b?id=7&gclid=1") == [
        "/a/b?id=7&gclid=1", "/a/b?id=7", "/a/b", "/a/b/",
    ]  # fmt: skip
    assert folders("/a/b/c.htm?x") == ["/a/b/c.htm/", "/a/b/", "/a/", "/"]
    assert folders("/a/") == ["/a/", "/"]
    assert len(folders("/a" * 900)) < 50


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "key", "found"),
        [
            ("/a/*.htm", "/a/x.htm", ["x"]),
            ("/a/*.htm", "/a/b/x.htm", ["b/x"]),
            ("/a/*.htm", "/a/.htm", [""]),
            ("/*/story-*.html", "/2004/story-7.html", ["2004", "7"]),
            ("/index.php?id=*", "/index.php?id=7", ["7"]),
            ("/a*b*b", "/axbyb", ["x", "y"]),
            ("/a**b", "/axb", ["", "x"]),
            ("/a/*.htm", "/a/x.html", None),
            ("/a/*.htm", "/b/x.htm", None),
            ("/a*a", "/a", None),
            ("/ab*ba", "/aba", None),
            ("/a.c*", "/abc", None),
        ],
    )
    def test_a_star_is_any_letters_and_nothing_else_is_special(
        self, pattern, key, found
    ):
        assert captures(pattern, key) == found

    def test_no_address_takes_long(self):
        started = time.perf_counter()
        for _ in range(100):
            assert captures("/*a*a*a*a*a*a*a*b", "/" + "a" * 2000 + "c") is None
            captures("/" + "*a" * 9, "/" + "a" * 2000)
        assert time.perf_counter() - started < 1

    def test_dollars_are_filled_in(self):
        assert filled("/y/$2/$1-$2/$", ["a", "b"]) == "/y/b/a-b/$"
        assert stem("/a/b/x*/c") == "/a/b/"
        assert stem("/*.htm") == "/"


def test_what_began_on_this_site_stays_there():
    assert safe("//evil.example/x") == "/evil.example/x"
    assert safe("/\\evil.example") == "/evil.example"
    assert safe("https://other.example//x") == "https://other.example//x"
