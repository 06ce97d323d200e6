"""How much of period pages is read right, by scores with bounds."""

import pytest

from .period_pages import LAYOUTS, period_pages
from .reading import read_string
from .scoring import Scores, body_f1

EACH = 6  # pages of a layout
BOUNDS = {"body": 0.97, "title": 0.95, "byline": 0.85, "date": 0.90}


@pytest.fixture(scope="module")
def scores():
    """Return {layout: Scores}, all of them under ""."""
    found = {"": Scores()}
    for layout, text, page in period_pages(EACH):
        story = read_string(page, source_id=f"old/{layout}.html", is_in_folder=True)
        for name in ("", layout):
            found.setdefault(name, Scores()).add(story, text)
    return found


@pytest.mark.parametrize("name", BOUNDS)
def test_pages_of_1995_to_2006_are_read_right(scores, name):
    assert scores[""].mean(name) >= BOUNDS[name]


@pytest.mark.parametrize("layout", [layout.__name__ for layout in LAYOUTS])
def test_no_layout_is_lost(scores, layout):
    assert scores[layout].mean("body") >= 0.97
    assert scores[layout].mean("title") >= 0.8


def test_scores_know_wrong_from_right():
    assert body_f1("one two three", "three two one") == 1
    assert body_f1("one two three", "one two three four five six") < 0.7
    assert body_f1("one", "two") == 0
