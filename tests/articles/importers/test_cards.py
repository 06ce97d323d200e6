"""Boxes that lead elsewhere, within a page's story and beside it."""

from .reading import read_string

LONG = (
    "The ferry at Quill Harbor leaves at ten past six, and it has left at ten past six"
    " since before my grandfather was old enough to miss it, or so we were told."
)
STORY = "<h1>Who Rings It?</h1>" + "".join(f"<p>{LONG} ({n})</p>" for n in range(4))


def body_of(inside):
    page = f"<title>Who Rings It?</title><body><div>{inside}</div></body>"
    return read_string(page).body_html


def cards(hrefs):
    return "".join(
        f"<div><h4><a href={href}>The other story {n}</a></h4><p>{LONG} It is another"
        f" story altogether, and {n} words long.</p></div>"
        for n, href in enumerate(hrefs)
    )


def test_cards_within_the_story_s_own_element_are_left_out():
    body = body_of(f"{STORY}<div>{cards(['a', 'b', 'c'])}</div>")
    assert "another story" not in body
    assert body.count("<p>") == 4


def test_cards_longer_than_the_story_do_not_make_a_list_of_it():
    body = body_of(f"<div>{STORY}</div><div>{cards(map(str, range(10)))}</div>")
    assert "another story" not in body
    assert body.count("<p>") == 4


def test_places_that_lead_to_as_many_sites_stay():
    places = cards(f"https://{name}.example/" for name in ("cafe", "mill", "pier"))
    body = body_of(f"{STORY}<div>{places}</div>")
    assert body.count("another story") == 3


def test_parts_of_a_story_with_linked_headings_stay():
    entries = "".join(
        f"<section><h3><a href=walk{n}>Walk {n}</a></h3><p>{LONG} {n}</p></section>"
        for n in range(6)
    )
    body = body_of(f"<h1>Who Rings It?</h1><p>{LONG} {LONG}</p>{entries}")
    assert body.count("<h3>") == 6
    assert body.count("since before") == 8


def test_a_box_for_signing_up_is_left_out():
    box = (
        "<div class=box><h3>The harbour by mail</h3><p>One letter, every Friday, with"
        " the best of it.</p><form><input type=email></form></div>"
    )
    body = body_of(STORY + box)
    assert "every Friday" not in body
    assert body.count("<p>") == 4


def test_a_menu_with_words_above_the_headline_is_left_out():
    menu = "".join(
        f"<div><h3>Section {n}</h3><p>Everything you need to know about it.</p></div>"
        for n in range(6)
    )
    body = body_of(menu + STORY)
    assert "Everything" not in body
    assert body.count("<p>") == 4
