"""WordPress's export, from the file to stories. No database is needed."""

from pathlib import Path

import pytest

from articles.html import clean, text_of
from articles.importers.sources import Asked, Sources, recognise
from articles.importers.story import PageError, Person, Problem, Story, Term

from .reading import whole

EXPORT = Path(__file__).parents[2] / "data/exports/gazette.wxr.xml"


@pytest.fixture(scope="module")
def records():
    reader = recognise(EXPORT)
    assert reader.NAME == "wordpress"
    return [whole(record) for record in reader.read(EXPORT, Asked())]


@pytest.fixture(scope="module")
def stories(records):
    return {r.source_id: r for r in records if isinstance(r, Story)}


def text(story):
    return text_of(clean(story.body_html))


def kinds(story):
    return {problem.kind for problem in story.problems}


def test_all_posts_and_pages_are_found_and_nothing_else(stories):
    assert sorted(stories) == ["page-13", "post-11", "post-12", "post-14", "post-16"]


def test_what_lay_in_the_trash_is_reported_and_left_there(records):
    problems = [r for r in records if isinstance(r, Problem)]
    assert [(p.file, p.kind) for p in problems] == [("post-15", "trashed")]


def test_authors_and_terms_are_told_before_the_first_story(records):
    first = next(n for n, r in enumerate(records) if isinstance(r, Story))
    people = {r.name: r for r in records[:first] if isinstance(r, Person)}
    assert people["Mara Quill"].email == "mara@gazette.example"
    assert people["Tobias Fen"].bio == "Tobias Fen keeps bees."
    terms = {r.name: r for r in records[:first] if isinstance(r, Term)}
    assert terms["News & Notes"].description == "What happened."
    assert not any(isinstance(r, Person | Term) for r in records[first:])


def test_a_post_has_its_head(stories):
    story = stories["post-11"]
    assert story.headline == "The ferry that came back"
    assert story.address == "/2014/03/ferry-back/"
    assert story.other_addresses == ["/?p=11"]
    assert story.published.moment.isoformat() == "2014-03-02T23:30:00+00:00"
    assert story.standfirst == "A ferry without a crew."
    assert story.section_path == ("News & Notes", "Harbour")
    assert story.tags == ["Ferry"]
    assert [credit.name for credit in story.credits] == ["Mara Quill", "Tobias Fen"]
    assert story.seo_description == "The ferry, and who was not on it."
    assert story.comments == 2
    assert "sticky" in kinds(story)


def test_plain_paragraphs_and_shortcodes_become_the_vocabulary(stories):
    story = stories["post-11"]
    body = clean(story.body_html)
    assert "<p>She came in at <strong>dusk</strong>, without lights.</p>" in body
    assert "Nobody [sic] was on board." in body
    assert '<figure class="embed" data-embed="https://www.youtube.com' in body
    assert "[gallery" not in body and "[caption" not in body
    captions = sorted(picture.caption for picture in story.pictures)
    assert captions == ["", "", "The quay at dusk.", "The quay, from the church."]
    # The picture in full size, not the small copy that stood in the page.
    names = {picture.src.rpartition("/")[2] for picture in story.pictures}
    assert names == {"quay.jpg", "ferry.jpg"}
    assert [p.src.rpartition("/")[2] for p in story.pictures if p.is_lead] == [
        "ferry.jpg"
    ]


def test_an_unknown_shortcode_is_kept_raw_and_reported(stories):
    story = stories["post-11"]
    assert "shortcode" in kinds(story)
    assert "high and low" in text(story)
    assert 'data-raw="tide_table"' in clean(story.body_html)


def test_blocks_become_the_vocabulary(stories):
    story = stories["post-12"]
    body = clean(story.body_html)
    assert 'data-footnote="Said twice."' in body
    assert '<aside class="pullquote"><p>Nothing is lost.</p>' in body.replace("\n", "")
    assert "<cite>The verger</cite>" in body
    assert "Write to the editor." in body
    assert 'data-embed="https://vimeo.com/12345678"' in body
    assert "wp:" not in body
    assert "block" in kinds(story)
    assert story.section_path == ()


def test_what_a_password_protected_is_a_draft(stories):
    assert stories["post-14"].status == "draft"
    assert "password" in kinds(stories["post-14"])


def test_a_page_is_a_simple_page(stories):
    assert stories["page-13"].kind == "page"
    assert stories["page-13"].address == "/about/"


def test_a_file_that_ends_too_early_gives_what_it_holds_and_says_so(tmp_path):
    half = tmp_path / "half.xml"
    content = EXPORT.read_bytes()
    half.write_bytes(content[: content.index(b"About us")])
    with Sources([half]) as sources:
        records = [whole(record) for record in sources.read(Asked())]
    assert {r.source_id for r in records if isinstance(r, Story)} >= {"post-11"}
    assert any(isinstance(r, Problem) and r.kind == "damaged" for r in records)


def test_a_file_that_ends_between_two_posts_says_so_behind_them(tmp_path):
    half = tmp_path / "half.xml"
    content = EXPORT.read_bytes()
    half.write_bytes(content[: content.index(b"</item>") + len("</item>")] + b"\n<")
    with Sources([half]) as sources:
        *before, last = [whole(record) for record in sources.read(Asked())]
    assert {r.source_id for r in before if isinstance(r, Story)} == {"post-11"}
    assert last.kind == "damaged"
    assert last.is_broken
    assert last.line == content.count(b"\n", 0, content.index(b"</item>")) + 2


def test_a_post_may_speak_of_the_end(tmp_path):
    half = tmp_path / "half.xml"
    content = EXPORT.read_bytes().replace(b"The first block.", b"</rss> ends it.")
    half.write_bytes(content[: content.rindex(b"</channel>")])
    with Sources([half]) as sources:
        *before, last = [whole(record) for record in sources.read(Asked())]
    assert "post-12" in {r.source_id for r in before if isinstance(r, Story)}
    assert last.kind == "damaged"


def test_a_doubt_names_the_line_of_the_export_it_stands_on(stories):
    lines = EXPORT.read_text("utf-8").splitlines()
    found = {problem.kind: problem for problem in stories["post-11"].problems}
    assert lines[found["shortcode"].line - 1].startswith("[tide_table")
    # Where no words are to blame, it is the line its post begins on.
    assert lines[found["sticky"].line - 1] == "<item>"
    assert lines[found["sticky"].line] == "<title>The ferry that came back</title>"


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_entities_are_never_expanded(tmp_path, doctype):
    hostile = tmp_path / "hostile.xml"
    text = EXPORT.read_text("utf-8").replace("?>\n", f"?>\n{doctype}\n", 1)
    text = text.replace("<title>About us", "<title>About us &b;&a;")
    hostile.write_text(text, "utf-8")
    try:
        records = [whole(r) for r in recognise(hostile).read(hostile, Asked())]
    except PageError:
        return
    told = "".join(r.headline + r.body_html for r in records if isinstance(r, Story))
    assert "aaaaaaa" not in told
    assert Path("/etc/hostname").read_text().strip() not in told
