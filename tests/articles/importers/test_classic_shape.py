"""The classic page in thousands of wordings and layouts, none of them a fixture."""

import textwrap

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .reading import paragraphs, read_string

CHROME = [
    "Back to Commentaries",
    "<- Back",
    "Back to the Commentary Page",
    "Home | Commentaries | Contact",
    "Advertise on this site - find out more",
    "Advertise with us. Find out more.",
    "Want to advertise? Find out more",
    "Share this page with your friends",
    "Share our stories",
    "E-mail this page to a friend",
    "Printer-friendly version",
    "Tell your friends about this page",
]
HEADLINES = [
    "The Shape of Rain",
    "WHY THE MILL CLOSED",
    "Back to the River",
    "Share the Road, Lose the Argument",
    "What Do We Owe the Dead?",
    "“We Were Never Asked”",
    "By Land and by Sea",
    "The Price of Salt: How a Town Lost Its Harbor",
    "1968 And All That",
    "Who's Afraid of the County Clerk?",
    "The Second Coming of Eddie Marsh - Part II",
]
NAMES = [
    "Jane Q. Public",
    "Aoife O'Rourke",
    "José Luis Ferrán",
    "Mary-Beth Van Horn",
    "T. S. Calloway",
    "Robert J. Stone, Jr.",
    "Dr. Leila Haddad",
    "Walter “Buddy” Hayes",
]
BYLINES = [
    "By {name}",
    "by {name}",
    "By: {name}",
    "Written by {name}",
    "By {name}, Special to the Harbor Post",
    "By {name}\nStaff Writer",
    "Commentary by {name}",
    "By {name} | {date}",
    "{date} - By {name}",
]
DATES = ["March 12, 2006", "12 March 2006", "Sunday, March 12, 2006", "2006-03-12"]
PARAGRAPHS = [
    "\"You can't cross what isn't there,\" the old man told me — and laughed.",
    "I had come to Ellis Landing to see the bridge… It was gone, and nobody I asked"
    " could say quite when it had gone, or who had signed for it.",
    "“No,” she said.",
    'The mayor said "we\'ll see." Then he said it again, this time to the camera.'
    " “We’ll see,” he said, ‘as it were.’ Some took this for a policy; I took it for"
    " a man reading a wall.",
    "It rained.",
    "In 1974 -- a year I remember for other reasons -- the county spent $1.2 million"
    ' (U.S.) on a road that goes, as Mr. Alder put it, "from the mill to the idea of'
    ' the mill."',
    "Why, then, do we go on pretending?",
    "He lives in Fargo now, and he can be reached, when he feels like it, by anyone"
    " who has the patience to let a telephone ring.",
    'My grandmother, who lives in Dayton, has a saying about this: "Never lend a'
    " ladder to a man who won't look up.\"",
    "So be it.",
]
PLACES = [
    ("{name} lives in South Bend, Indiana.", "South Bend, Indiana"),
    ("{name} resides in Athens, Ga.", "Athens, Ga."),
    ("{name} lives in Washington, D.C.", "Washington, D.C."),
    ("{name} is a freelance writer based in Leeds, England.", "Leeds, England"),
    ("Mr. {last} lives and works in St. Paul, Minnesota.", "St. Paul, Minnesota"),
    ("{name}, who lives in Bath, Maine, is a columnist.", "Bath, Maine"),
]
CONTACTS = [
    "He can be reached at jq@example.com.",
    "E-mail: jq@example.com",
    "Contact him at jq@example.com or (219) 555-0143.",
    "Comments may be sent to jq@example.com.",
    "He welcomes e-mail at jq@example.com.",
    "Readers can write to him at jq@example.com.",
]
EDITED = "editor and contributor"
BOOKS = [
    ("His new book (editor and contributor) is titled The Long Furrow.", EDITED),
    (
        "His new book, of which he is editor and contributor, is titled"
        ' "The Long Furrow" (Grayling Press).',
        EDITED,
    ),
    ("He is the author of “The Long Furrow.”", "author"),
    ("Her latest book, The Long Furrow, is published by Grayling Press.", ""),
    ("He is co-author of The Long Furrow.", "co-author"),
    ("He recently edited and contributed to the book The Long Furrow.", EDITED),
    ("His new book, as editor and contributor, is titled 'The Long Furrow'.", EDITED),
]
BLOGS = [
    "Visit his blog at http://furrow.example.net.",
    "His blog can be found at http://furrow.example.net.",
    "Visit his blog, Low Ground, at http://furrow.example.net.",
    "Check out his blog (http://furrow.example.net).",
]
SHOWS = [
    "Listen to The Morning Ledger on KXYZ 1370 AM.",
    "Listen to his radio show, The Morning Ledger, weekdays at 3 on KXYZ 1370 AM.",
    "He hosts “The Morning Ledger” on KXYZ-FM.",
    "His radio program, The Morning Ledger, airs Saturdays at noon on KXYZ.",
    "Listen to his podcast, The Morning Ledger, at http://pod.example.com/ledger.",
    "Tune in to The Morning Ledger with Jane Public on KXYZ 1370 AM.",
]


@st.composite
def classic_pages(draw):
    """A page's text and what a careful reader would find in it."""
    name = draw(st.sampled_from(NAMES))
    date = draw(st.sampled_from(DATES))
    byline = draw(st.sampled_from(BYLINES))
    place, lives_in = draw(st.sampled_from(PLACES))
    book, role = draw(st.sampled_from(BOOKS))
    last = name.replace(", Jr.", "").split()[-1]
    box = [
        place.format(name=name, last=last),
        draw(st.sampled_from(CONTACTS)),
        book,
        draw(st.sampled_from(BLOGS)),
        draw(st.sampled_from(SHOWS)),
    ]
    layout = draw(st.sampled_from(["blank", "wrapped", "lines", "crlf", "indented"]))
    body = draw(st.lists(st.sampled_from(PARAGRAPHS), min_size=5, unique=True))
    headline = draw(st.sampled_from(HEADLINES))
    head = [byline.format(name=name, date=date)]
    if "{date}" not in byline:
        head.append(date)
    together = " ".join(box) if draw(st.booleans()) else "\n\n".join(box)
    rule = draw(st.sampled_from([[], ["-----"], ["About the author"]]))
    foot = draw(
        st.sampled_from([[], ["Share our stories"], ["Copyright 2006 " + name]])
    )
    chrome = draw(st.lists(st.sampled_from(CHROME), max_size=4, unique=True))
    pieces = [*chrome, headline, *head, *body, *rule, together, *foot]
    text = _laid_out(pieces, layout, {*body, together}, set(body))
    return text, name, headline, body, lives_in, role


def _laid_out(pieces, layout, long, body):
    if layout == "lines":
        return "\n".join(piece.replace("\n\n", "\n") for piece in pieces)
    if layout == "wrapped":
        pieces = [_wrapped(piece) if piece in long else piece for piece in pieces]
    elif layout == "indented":
        pieces = [f"   {piece}" if piece in body else piece for piece in pieces]
    text = "\n\n".join(pieces)
    return text.replace("\n", "\r\n") if layout == "crlf" else text


def _wrapped(piece):
    return "\n\n".join(
        textwrap.fill(part, 70, break_long_words=False, break_on_hyphens=False)
        for part in piece.split("\n\n")
    )


@given(classic_pages())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_every_part_of_a_classic_page_is_found_and_nothing_is_left_in_the_body(found):
    text, name, headline, body, lives_in, role = found
    story = read_string(text)
    assert story.headline == headline
    assert [credit.name for credit in story.credits] == [name]
    assert str(story.published.moment) == "2006-03-12"
    assert paragraphs(story) == body
    (box,) = story.boxes
    assert (box.name, box.lives_in) == (name, lives_in)
    assert box.email == "jq@example.com"
    links = {link.kind: link for link in box.links}
    assert len(links) == len(box.links) == 3
    assert (links["book"].title, links["book"].role) == ("The Long Furrow", role)
    assert links["blog"].url == "http://furrow.example.net"
    assert links["show"].title == "The Morning Ledger"
