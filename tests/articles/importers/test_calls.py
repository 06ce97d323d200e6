"""What calls a story's readers elsewhere, and what only looks like it."""

import pytest

from .reading import read_string, visible

LONG = (
    "The ferry at Quill Harbor leaves at ten past six, and it has left at ten past six"
    " since before my grandfather was old enough to miss it, or so we were told."
)


def story_with(*between):
    inside = f"<p>{LONG}</p>{''.join(between)}<p>{LONG} And so on.</p><p>{LONG}</p>"
    page = f"<title>Who Rings It?</title><div id=story><h1>Who Rings It?</h1>{inside}"
    return read_string(page)


def body_of(*between):
    return visible(story_with(*between).body_html)


@pytest.mark.parametrize(
    "call",
    [
        "<p>Advertisement</p>",
        "<p>Story continues below advertisement</p>",
        "<p><a href=#after>SKIP ADVERTISEMENT</a></p>",
        "<p><strong>READ MORE: <a href=x>The Bell of Cold Ford</a></strong></p>",
        "<p>Lesen Sie auch: <a href=x>Die Glocke von Cold Ford</a></p>",
        "<p>Lire aussi | <a href=x>La cloche de Cold Ford</a></p>",
        "<p><em>To get our stories, <a href=x>sign up to our newsletter</a>.</em></p>",
        "<p>Sign up to our newsletter for more of the harbour.</p>",
        "<p>Follow us on <a href=x>Facebook</a> and <a href=y>Twitter</a>.</p>",
    ],
)
def test_a_call_is_no_part_of_the_body(call):
    assert visible(call)[:30] not in body_of(call)


def test_the_report_has_every_call_that_was_left_out():
    story = story_with("<p>Anzeige</p>", "<p>Lees ook: <a href=x>De klok</a></p>")
    left_out = [p.sample for p in story.problems if p.kind == "left-out"]
    assert left_out == ["Anzeige", "Lees ook: De klok"]


@pytest.mark.parametrize(
    "words",
    [
        "For twenty years we subscribed to two newspapers, and read neither.",
        "To understand why, look at our daily bread.",
        "Follow the river, and you will come to our house.",
        "See also what the mayor said in March, when nobody asked him.",
        "If you like this, he said, wait until we get to the newsletters.",
        "Read more than you write, she told us.",
    ],
)
def test_a_story_s_own_words_stay(words):
    assert words in body_of(f"<p>{words}</p>")


def test_the_same_link_below_each_entry_is_none_of_the_words():
    entries = [
        f"<h2>The place {n}</h2><p>{LONG} {n}</p><p><a href=v{n}>See details</a></p>"
        for n in range(4)
    ]
    body = body_of(*entries)
    assert "See details" not in body
    assert "The place 3" in body


def test_a_heading_with_nothing_below_it_goes():
    form = "<div><form><input type=email><button>Sign up</button></form></div>"
    inside = "".join(f"<p>{LONG} {n}</p>" for n in range(4))
    page = f"<title>A Title</title><div>{inside}<h3>In your inbox</h3>{form}</div>"
    body = read_string(page).body_html
    assert "In your inbox" not in body
    assert body.count("<p>") == 4


@pytest.mark.parametrize(
    "words",
    [
        "Sign up for our newsletter, the sheet said in 1911, and get a herring free.",
        "Support for our newsletters fell, he thought, by half.",
        "Folge uns, stand auf dem Zettel, und darunter: kein Newsletter.",
        "Suivez-nous jusqu’au port, disait l’affiche sur Facebook.",
    ],
)
def test_a_call_that_is_told_of_stays(words):
    assert words in body_of(f"<p>{words}</p>")
