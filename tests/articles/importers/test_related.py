"""Lists of other stories, in the middle of a story and below it."""

import pytest

from .reading import read_string, visible

LONG = (
    "The ferry at Quill Harbor leaves at ten past six, and it has left at ten past six"
    " since before my grandfather was old enough to miss it, or so we were told."
)
OTHERS = (
    "<ul><li><a href=a.htm>The Bell of Cold Ford</a></li>"
    "<li><a href=b.htm>Why the Lido May Never Reopen</a></li></ul>"
)
TEASERS = (
    "<a href=a.htm><h4>The Bell of Cold Ford</h4></a><p>It was cast twice, and hung"
    " once, and nobody says why.</p><a href=b.htm><h4>The Lido</h4></a><p>A summer"
    " without it, in nine letters to the council.</p>"
)


def story_of(*blocks):
    page = f"<title>Who Rings It?</title><div><h1>Who Rings It?</h1>{''.join(blocks)}"
    return read_string(page)


def body_of(*blocks):
    return visible(story_of(*blocks).body_html)


def prose(count, first=1):
    return "".join(f"<p>{LONG} ({n})</p>" for n in range(first, first + count))


@pytest.mark.parametrize(
    "heading",
    ["Mehr zum Thema", "Verwandte Themen auf unserem Blog:", "À lire aussi", "Related",
     "Te puede interesar", "Leggi anche", "関連記事", "Читайте также:"],
)  # fmt: skip
@pytest.mark.parametrize("tag", ["p", "h3"])
def test_between_paragraphs_are_left_out_and_named(heading, tag):
    story = story_of(prose(2), f"<{tag}>{heading}</{tag}>", OTHERS, prose(2, first=3))
    body = visible(story.body_html)
    assert "Cold Ford" not in body
    assert heading not in body
    assert body.count("ten past six") == 8
    told = [one.sample for one in story.problems if one.kind == "left-out"]
    assert any("Cold Ford" in sample for sample in told)


def test_below_a_story_are_left_out_with_a_word_on_each():
    body = body_of(prose(4), "<h3>Weitere Themen</h3>", TEASERS)
    assert "cast twice" not in body
    assert "the council" not in body
    assert body.count("ten past six") == 8


def test_a_box_about_the_author_below_them_is_read():
    about = "<hr><p>Ann Lee lives in Fen End. Write to her at ann@lee.example.</p>"
    story = story_of("<p>By Ann Lee</p>", prose(4), "<h3>Related</h3>", OTHERS, about)
    assert [box.email for box in story.boxes] == ["ann@lee.example"]
    assert "Cold Ford" not in story.body_html


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Related, but not by blood", f"{LONG} Kin."),
        ("See also", f"{LONG} Kin."),
        ("Recommended", f"<a href=a.htm>The lido</a> is shut. {LONG} Kin."),
    ],
)
def test_words_of_the_story_stay(heading, text):
    body = body_of(prose(4), f"<h3>{heading}</h3><p>{text}</p>", prose(1, first=5))
    assert "Kin." in body


def test_a_link_around_blocks_is_kept_in_each():
    story = story_of(
        prose(2),
        "<a href='https://bell.example/'><h3>The bell itself</h3></a>",
        prose(3),
    )
    assert (
        '<h3><a href="https://bell.example/">The bell itself</a></h3>'
        in story.body_html
    )


def test_the_story_goes_on_below_them():
    body = body_of(prose(6), "<h3>Related</h3>", OTHERS, prose(2, first=7))
    assert "Cold Ford" not in body
    assert body.count("ten past six") == 16


def test_the_story_goes_on_below_one_link():
    link = "<p><a href=a.htm>The Bell of Cold Ford</a></p>"
    body = body_of(prose(6), "<h3>Related</h3>", link, prose(3, first=7))
    assert body.count("ten past six") == 18


@pytest.mark.parametrize("heading", ["Links", "Recommended reading", "See also"])
def test_a_closing_list_of_other_sites_stays(heading):
    sites = "".join(
        f"<li><a href=http://bell{n}.example/>Parish of Ford {n}</a></li>"
        for n in range(3)
    )
    body = body_of(prose(5), f"<h3>{heading}</h3><ul>{sites}</ul>")
    assert heading in body
    assert "Parish of Ford 2" in body


def test_sentences_in_japanese_are_no_titles():
    told = "".join(
        f"<p>{n}年の秋、港の水は三段目まで上がり、誰もそれを知らなかったと言った。</p>"
        for n in range(1900, 1908)
    )
    more = "<h3>関連記事</h3><p>番人は鍵を鉄の箱に入れて、店の奥にしまっていた。</p>"
    assert "番人は" in body_of(told, more)
