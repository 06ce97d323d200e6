"""What readers wrote below a story is none of it."""

import pytest

from .reading import read_string, visible

LONG = (
    "The ferry at Quill Harbor leaves at ten past six, and it has left at ten past six"
    " since before my grandfather was old enough to miss it, or so we were told."
)
STORY = f"<h1>Who Rings It?</h1><p>{LONG} (1)</p><p>{LONG} (2)</p><p>{LONG} (3)</p>"
SAID = (
    "<p>Nora Pell wrote:</p><p>I was on that boat, and nobody rang anything at all, as"
    " far as I can remember it.</p><p>Me too, and it was late.</p>"
)


def body_of(inside):
    page = f"<title>Who Rings It?</title><body><div>{inside}</div></body>"
    return visible(read_string(page).body_html)


@pytest.mark.parametrize(
    "marks",
    [
        "id=comments",
        "class=comment-list",
        "class='well reader-comments'",
        "id=disqus_thread",
        "class=kommentare-liste",
        "id=respond",
    ],
)
def test_an_element_marked_as_theirs_is_left_out(marks):
    body = body_of(f"<div>{STORY}</div><div {marks}>{SAID}</div>")
    assert "nobody rang" not in body
    assert body.count("ten past six") == 6


@pytest.mark.parametrize(
    "heading",
    [
        "12 Comments",
        "Readers’ Comments (718)",
        "Comments are closed.",
        "3 responses to “Who Rings It?”",
        "Leave a Reply",
        "15 » Comentarios ¿Quieres comentar? Entra o regístrate",
        "Kommentare",
        "10 réactions",
        "Комментарии (4)",
    ],
)
def test_what_stands_below_a_heading_of_theirs_is_left_out(heading):
    body = body_of(f"<div>{STORY}<h3>{heading}</h3>{SAID}</div>")
    assert "nobody rang" not in body
    assert "(3)" in body


@pytest.mark.parametrize(
    "kept",
    [
        f"<article class=kommentar>{STORY}</article>",
        f"<div class='comments-open post'>{STORY}</div>",
        f"<div id=comments>{STORY}</div>",
        f"<div>{STORY}<h3>Comments he never made</h3><p>{LONG} End.</p></div>",
    ],
)
def test_a_story_named_a_comment_stays(kept):
    body = body_of(kept)
    assert "(1)" in body
    assert "(3)" in body


def test_a_story_about_comments_keeps_what_it_says_of_them():
    body = body_of(f"<p>Comments</p><p>{LONG}</p>{STORY}")
    assert "(3)" in body


@pytest.mark.parametrize(
    "heading",
    ["Comments", "Reactions", "No replies to the letter", "Kommentare", "Commentaires"],
)
def test_a_part_of_the_story_with_such_a_heading_stays(heading):
    told = f"<h3>{heading}</h3><p>{LONG} (4)</p><p>{LONG} (5)</p>"
    body = body_of(f"<div>{STORY}{told}<h3>The quay</h3><p>{LONG} (6)</p></div>")
    assert heading in body
    assert body.count("ten past six") == 12


def test_quotations_of_readers_stay():
    quoted = "".join(f"<p>“{LONG} {n}” — Nora Pell</p>" for n in range(4))
    body = body_of(f"<div>{STORY}<h3>Your comments</h3>{quoted}</div>")
    assert body.count("Nora Pell") == 4


def test_the_report_says_that_readers_words_were_left_out():
    page = f"<title>Who Rings It?</title><div>{STORY}<h3>Comments</h3>{SAID}</div>"
    told = [one.sample for one in read_string(page).problems if one.kind == "left-out"]
    assert told == ["Comments: Nora Pell wrote:"]


def test_a_story_in_an_element_of_that_name_beside_menus_stays():
    menu = "".join(f"<li><a href=/{n}>The long name of page {n}</a>" for n in range(20))
    story = f"<p>{LONG} (1)</p><p>{LONG} (2)</p><p>{LONG} (3)</p>"
    page = f"<ul>{menu}</ul><h1>Who Rings It?</h1><div class=comment-body>{story}</div>"
    assert body_of(page).count("ten past six") == 6
