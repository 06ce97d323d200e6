"""Whatever stands in the box is answered."""

import string
import sys
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from newsroom.search import indexing, limits
from newsroom.search.finding import Results, suggestions
from newsroom.search.snippets import Marker
from newsroom.search.words import ask, words_of
from tests.factories import make_article

TEXT = (
    'The “river” said: NEAR/2 o\'clock, {a}*^b & c | d <-> e:* + "q" (f) — ماء 東京 '
    "😀 é½"
)
SIGNS = st.sampled_from(
    [*"\"'*-+^:(){}[]&|!<>~\\/%_,;.\0\u202e\u00ad😀東م´½ \n", *TEXT.split()]
)
STRINGS = st.one_of(
    st.text(max_size=5000),
    st.lists(SIGNS, max_size=200).map(" ".join),
    st.lists(SIGNS, max_size=200).map("".join),
    st.text(string.ascii_letters + ' "*-', max_size=300),
)
# A second, by benchmarks/search.py; a machine with other work takes longer.
SLOWEST = timedelta(seconds=10)


class AnyString(TestCase):
    def setUp(self):
        for limit in (limits.questions, limits.suggested):
            self.enterContext(patch.object(limit.repeats, "most", sys.maxsize))
        make_article("The River", body=f"<p>{TEXT}</p>")
        indexing.drain()

    @settings(max_examples=150, deadline=SLOWEST)
    @given(STRINGS)
    @example("\0")
    @example('"' * 5000)
    @example("a " * 2500)
    @example("the* " * 1000)
    @example("-" * 5000)
    @example("a" * 5000)
    @example('NOT AND OR NEAR("river" said, 2)')
    @example("headline: river")
    @example("ß" * 5000)
    @example("\ufdfa" * 5000)
    def test_is_answered(self, typed):
        typed = typed.encode("utf-8", "ignore").decode()[:5000]
        for address in ("/search/", "/search/suggest/"):
            answer = self.client.get(f"{address}?q={quote(typed)}")
            self.assertEqual(answer.status_code, 200)

    @settings(max_examples=50, deadline=SLOWEST)
    @given(st.binary(max_size=500))
    @example(b"\xed\xa0\x80river")  # half of a sign
    @example(b"\xff\xfe\x00")
    def test_is_answered_for_any_bytes(self, typed):
        for name in ("q", "author", "tag", "section", "from", "to"):
            query = f"q=river&{name}={quote_from_bytes(typed)}"
            answer = self.client.get(f"/search/?{query}")
            self.assertEqual(answer.status_code, 200)

    @settings(max_examples=40, deadline=SLOWEST)
    @given(st.text(max_size=60).map(lambda text: text.replace("\0", "")))
    @example("1e5 0x1F 12abc 3.14 ½ ﷺ ² हिन्दी")
    @example("a\u0301b\u200dc")
    def test_a_text_is_found_by_each_of_its_words(self, text):
        article = make_article("X", standfirst=text, body="")
        try:
            indexing.drain()
            for word in words_of(text)[:10]:
                keys = Results(ask(f'"{word}"')).keys
                self.assertIn(article.pk, keys, word)
                self.assertIn("<mark>", Marker(ask(f'"{word}"')).mark(text))
        finally:
            article.delete()


@pytest.mark.django_db
def test_one_letter_suggests_nothing():
    assert suggestions("r") == []
