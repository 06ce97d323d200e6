"""Four hundred pages in old encodings, whatever they say of themselves."""

import html
import re

import pytest

from articles.importers.alphabets import guess, judge
from articles.importers.decode import decode

from .legacy_pages import legacy_pages

PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
SPACE = re.compile(r"\s+")


def squeezed(text):
    return SPACE.sub("", html.unescape(text))


@pytest.fixture(scope="module")
def read():
    """Return [(name, what the page says, whether it was read right, doubts)]."""
    found = []
    for name, said, text, content in legacy_pages():
        decoded = decode(content)
        lines = "".join(PARAGRAPH.findall(decoded.text))
        is_right = squeezed(lines) == squeezed(text)
        found.append((name, said, is_right, decoded.doubts))
    return found


def test_97_of_100_pages_are_decoded_right(read):
    assert len(read) >= 400
    assert sum(is_right for *_page, is_right, _doubts in read) >= 0.97 * len(read)


def test_what_a_page_says_rightly_is_believed(read):
    said = [page for page in read if page[1] == "right"]
    assert [page for page in said if not page[2]] == []
    assert sum(bool(page[3]) for page in said) <= 0.05 * len(said)


def test_nearly_all_that_is_read_wrong_is_flagged(read):
    unflagged = [page[:2] for page in read if not page[2] and not page[3]]
    assert len(unflagged) <= 0.01 * len(read)


def test_a_page_that_says_latin_1_and_is_cyrillic_is_told_and_flagged():
    text = "<meta charset=iso-8859-1><p>Паром опоздал, но никто не жаловался.</p>"
    decoded = decode(text.encode("koi8_r"))
    assert "Паром опоздал" in decoded.text
    assert "declares iso-8859-1" in decoded.doubts[0][1]


def test_a_foreign_name_does_not_change_a_western_page():
    text = "The mayor of Tromsø met señora Núñez, and nobody else – that’s all."
    decoded = decode(f"<meta charset=iso-8859-1><p>{text}</p>".encode("cp1252"))
    assert text in decoded.text
    assert decoded.doubts == []


def test_an_encoding_that_cannot_be_scores_nothing():
    assert judge("żółw źle śpi".encode("cp1250"), "cp1252") < 0.6
    assert guess("żółw źle śpi, a łąka śni".encode("cp1250"))[0] == "cp1250"
