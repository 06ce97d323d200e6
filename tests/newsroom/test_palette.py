from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import finding, publishing
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_section,
    make_tag,
    make_user,
)

pytestmark = pytest.mark.django_db

JUMP = reverse("admin:jump")


@pytest.fixture
def jump(client):
    """Return a function: {name of a group: its labels} that a user finds by typing."""

    def ask(user, typed):
        client.force_login(user)
        answer = client.get(JUMP, {"q": typed})
        assert answer.status_code == 200
        return {
            group["name"]: [row["label"] for row in group["found"]]
            for group in answer.json()["groups"]
        }

    return ask


def test_finds_articles_by_any_words_of_the_headline_newest_first(jump):
    editor = make_user("erin", "editor")
    for days, headline in enumerate(["Ferry aground", "Ferry afloat", "Bread"]):
        make_article(headline, created_at=NOON + timedelta(days=days))
    assert jump(editor, "FERRY")["Articles"] == ["Ferry afloat", "Ferry aground"]
    assert jump(editor, "ground fer")["Articles"] == ["Ferry aground"]
    assert "Articles" not in jump(editor, "ferry bread")


def test_puts_beginnings_of_words_first(jump):
    editor = make_user("erin", "editor")
    make_article("A ferry", created_at=NOON)
    make_article("The midwife", created_at=NOON + timedelta(days=1))
    assert jump(editor, "fe")["Articles"] == ["A ferry", "The midwife"]


def test_finds_old_ones_beyond_the_newest(jump, monkeypatch):
    monkeypatch.setattr(finding, "NEWEST", 2)
    editor = make_user("erin", "editor")
    for days, headline in enumerate(
        ["River, old", "River, older", "New", "River, new"]
    ):
        make_article(headline, created_at=NOON + timedelta(days=days))
    assert jump(editor, "river")["Articles"] == [
        *("River, new", "River, older", "River, old")
    ]


def test_signs_mean_themselves(jump):
    editor = make_user("erin", "editor")
    make_article("Up 100 % (or so)")
    make_article("Up 100 times")
    assert jump(editor, "100 %")["Articles"] == ["Up 100 % (or so)"]
    assert jump(editor, "(or")["Articles"] == ["Up 100 % (or so)"]
    assert jump(editor, "_ \\") == {}


def test_finds_authors_sections_tags_and_pages(jump):
    editor = make_user("erin", "editor")
    make_author("Ada River")
    make_section("Rivers")
    make_tag("river bank")
    found = jump(editor, "river")
    assert found == {
        "Authors": ["Ada River"],
        "Sections": ["Rivers"],
        "Tags": ["river bank"],
    }
    assert jump(editor, "calen")["Pages of the desk"] == ["Calendar"]
    assert jump(editor, "write")["Pages of the desk"] == ["Write an article"]


def test_an_address_found_opens(client):
    client.force_login(make_user("erin", "editor"))
    make_article("River"), make_author("Ada River"), make_section("Rivers")
    make_tag("river")
    for typed in ("river", ""):
        groups = client.get(JUMP, {"q": typed}).json()["groups"]
        for group in groups:
            for row in group["found"]:
                answer = client.get(row["address"])
                assert answer.status_code in (200, 302), row


class TestNothingLeaks:
    def test_a_contributor_finds_their_own_articles_only(self, jump):
        cora = make_user("cora", "contributor")
        make_article("River, mine", status="draft", created_by=cora)
        make_article("River, by me", authors=[make_author("Cora", user=cora)])
        make_article("River, hers", status="draft")
        make_article("River, live")
        make_article("River, to come", published_at=timezone.now() + timedelta(days=1))
        found = jump(cora, "river")
        assert sorted(found["Articles"]) == ["River, by me", "River, mine"]
        assert sorted(jump(cora, "")["Articles"]) == ["River, by me", "River, mine"]

    def test_an_advertising_manager_finds_no_articles_and_no_authors(self, jump):
        addi = make_user("addi", "advertising manager")
        make_article("River")
        make_author("Ada River")
        make_section("Rivers")
        assert jump(addi, "river") == {"Sections": ["Rivers"]}
        pages = jump(addi, "")["Pages of the desk"]
        assert not {"Articles", "Authors", "Calendar", "Write an article"} & set(pages)
        assert "Advertise blocks" in pages

    def test_trash_and_working_copies_are_not_found(self, jump):
        editor = make_user("erin", "editor")
        publishing.move_to_trash(make_article("River, thrown away"), editor)
        copy = publishing.open_working_copy(make_article("Live"), editor)
        copy.headline = "River, changed"
        copy.save()
        assert "Articles" not in jump(editor, "river")

    def test_who_is_not_of_the_staff_gets_nothing(self, client):
        make_article("River")
        assert client.get(JUMP, {"q": "river"}).status_code == 302
        client.force_login(make_user("rita", is_staff=False))
        answer = client.get(JUMP, {"q": "river"})
        assert answer.status_code == 302
        assert b"River" not in answer.content


def test_answers_are_kept_by_nobody(client):
    client.force_login(make_user("erin", "editor"))
    assert "no-store" in client.get(JUMP)["Cache-Control"]
