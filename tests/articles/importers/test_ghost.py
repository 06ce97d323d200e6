"""Ghost's export, from the file to stories. No database is needed."""

import json
from pathlib import Path

import pytest

from articles.html import clean
from articles.importers.sources import Asked, recognise
from articles.importers.story import Moved, PageError, Person, Problem, Story, Term

from .reading import whole

EXPORT = Path(__file__).parents[2] / "data/exports/lantern.ghost.json"


def read(path):
    reader = recognise(path)
    assert reader.NAME == "ghost"
    return [whole(record) for record in reader.read(path, Asked())]


@pytest.fixture(scope="module")
def records():
    return read(EXPORT)


@pytest.fixture(scope="module")
def stories(records):
    return {r.headline: r for r in records if isinstance(r, Story)}


def kinds(story):
    return {problem.kind for problem in story.problems}


def test_all_posts_and_pages_are_found(stories):
    assert list(stories) == ["Lanterns on the weir", "Second", "Old format", "About"]
    assert stories["About"].kind == "page"


def test_authors_come_with_their_records_and_without_a_public_address(records):
    people = {r.name: r for r in records if isinstance(r, Person)}
    ines = people["Ines Palma"]
    assert (ines.bio, ines.lives_in) == ("Ines writes.", "Weirton")
    assert [link.url for link in ines.links] == [
        "https://ines.example/",
        "https://twitter.com/ines",
    ]


def test_a_post_has_its_head_in_its_own_order(stories):
    story = stories["Lanterns on the weir"]
    assert story.address == "/lanterns-on-the-weir/"
    assert story.base_url == "https://lantern.example/lanterns-on-the-weir/"
    assert [credit.name for credit in story.credits] == ["Ines Palma", "Otto Brand"]
    assert story.tags == ["River", "Night"]
    assert story.section_name == "River"
    assert (story.seo_title, story.seo_description) == ("Lanterns", "On the weir.")
    assert story.standfirst == "What floated past."
    lead = story.pictures[0]
    assert (lead.is_lead, lead.alt, lead.caption) == (
        True,
        "A lantern",
        "Seen from the mill",
    )


def test_internal_tags_are_nobodys_business(records, stories):
    told = [r.name for r in records if isinstance(r, Term)]
    assert told == ["River", "Night"]
    assert "#hidden" not in stories["Lanterns on the weir"].tags


def test_cards_in_html_become_the_vocabulary(stories):
    body = clean(stories["Lanterns on the weir"].body_html)
    assert '<a href="https://elsewhere.example/x">A longer piece</a>' in body
    assert 'href="https://lantern.example/second/"' in body
    assert "__GHOST_URL__" not in body and "kg-" not in body


def test_lexical_becomes_the_vocabulary(stories):
    story = stories["Second"]
    body = clean(story.body_html)
    assert "<p>Plain &amp; <strong>bold</strong><br>" in body
    assert "<h2>A heading</h2>" in body
    assert "first" in body and "<ol>" in body
    assert 'data-embed="https://vimeo.com/12345678"' in body
    assert story.pictures[0].caption == "A caption"
    assert "card" in kinds(story)


def test_mobiledoc_becomes_the_vocabulary(stories):
    story = stories["Old format"]
    body = clean(story.body_html)
    assert "<em>Slanted</em> then" in body
    assert '<a href="https://elsewhere.example/y">linked</a><br>next line' in body
    assert "<em>emphasis</em>" in body
    assert "<hr>" in body


def test_what_only_members_could_read_is_a_draft(stories):
    assert stories["Old format"].status == "draft"
    assert "members-only" in kinds(stories["Old format"])
    # Scheduled ones stay so: their date decides.
    assert stories["Second"].status == "published"


def test_redirects_come_along_and_patterns_are_reported(tmp_path):
    folder = tmp_path / "lantern"
    folder.mkdir()
    (folder / "export.json").write_bytes(EXPORT.read_bytes())
    told = [
        {"from": "/old/", "to": "/second/", "permanent": True},
        {"from": "^/blog/(.*)$", "to": "/$1"},
    ]
    (folder / "redirects.json").write_text(json.dumps(told))
    records = read(folder)
    moved = [r for r in records if isinstance(r, Moved)]
    assert moved == [Moved("/old/", "/second/")]
    assert any(isinstance(r, Problem) and r.kind == "redirect" for r in records)


@pytest.mark.parametrize(
    "damage", [lambda text: text[: len(text) // 2], lambda text: text + "}"]
)
def test_damaged_json_ends_in_a_sentence(tmp_path, damage):
    file = tmp_path / "export.json"
    file.write_text(damage(EXPORT.read_text("utf-8")), "utf-8")
    with pytest.raises(PageError, match="no sound JSON"):
        read(file)


def test_a_damaged_text_costs_its_own_story_only(tmp_path):
    file = tmp_path / "export.json"
    text = EXPORT.read_text("utf-8").replace('\\"root\\":', '\\"toor\\":')
    file.write_text(text, "utf-8")
    records = read(file)
    assert len([r for r in records if isinstance(r, Story)]) == 3
    assert [r.kind for r in records if isinstance(r, Problem)] == ["unparsable"]
