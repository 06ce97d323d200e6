"""Draft, submitted, sent back or approved, published: who may do what."""

import pytest
from django.core import mail
from django.test import Client

from articles import publishing
from articles.models import Article, Section
from tests.articles.test_admin_form import buttons, change_url, press
from tests.factories import make_article, make_author, make_section, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """A contributor with a story, an editor, a publisher; each logged in."""
    people = {}
    for name, group in (
        ("con", "contributor"),
        ("erin", "editor"),
        ("pat", "publisher"),
    ):
        client = Client()
        user = make_user(name, group, email=f"{name}@paper.example")
        client.force_login(user)
        people[name] = client
    author = make_author("Con Tributor", user=user_of(people["con"]))
    make_section("City")
    people["story"] = make_article(
        "Rain",
        status="draft",
        standfirst="It came.",
        body="<p>One.</p>",
        section=Section.objects.get(),
        authors=[author],
    )
    return people


def user_of(client):
    return type(make_user())._default_manager.get(pk=client.session["_auth_user_id"])


def fresh(article):
    return Article.objects.get(pk=article.pk)


def test_a_story_goes_its_way_from_contributor_to_readers(
    world, django_capture_on_commit_callbacks
):
    url = change_url(world["story"])
    with django_capture_on_commit_callbacks(execute=True):
        press(world["con"], url, "_submit")
    assert fresh(world["story"]).state() == "review"
    assert {m.to[0] for m in mail.outbox} == {"erin@paper.example", "pat@paper.example"}

    assert buttons(world["erin"], url) == ["Save", "Approve", "Send back"]
    press(world["erin"], url, "_send_back", send_back_note="Who says so?")
    story = fresh(world["story"])
    assert story.state() == "draft"
    assert story.notes.get().text == "Who says so?"

    press(world["con"], url, "_submit", body="<p>One, said Ada.</p>")
    press(world["erin"], url, "_approve")
    story = fresh(world["story"])
    assert story.state() == "review"
    assert story.approved_by.username == "erin"
    page = world["pat"].get(url).content.decode()
    assert "approved by erin" in page

    press(world["pat"], url, "_publish")
    story = fresh(world["story"])
    assert story.is_live()
    assert story.approved_at is None
    events = [revision.event for revision in story.revisions.order_by("number")]
    assert events == [
        *("before", "submitted", "sent_back", "submitted", "approved", "published")
    ]


def test_a_change_by_its_author_takes_the_approval_back(world):
    url = change_url(world["story"])
    press(world["con"], url, "_submit")
    press(world["erin"], url, "_approve")
    press(world["pat"], url, "_save", standfirst="An editor’s comma.")
    assert fresh(world["story"]).approved_at
    press(world["con"], url, "_save", body="<p>Something else.</p>")
    assert fresh(world["story"]).approved_at is None


def test_a_contributor_neither_approves_nor_sends_back(world):
    url = change_url(world["story"])
    press(world["con"], url, "_submit")
    assert buttons(world["con"], url) == ["Save"]
    press(world["con"], url, "_approve")
    assert fresh(world["story"]).approved_at is None


def test_the_changes_of_a_live_story_go_the_same_way(world):
    story = world["story"]
    story.publish()
    url = change_url(story)
    press(world["con"], url, "_submit", headline="Rain again")
    assert "Approve" in buttons(world["erin"], url)
    press(world["erin"], url, "_approve")
    assert fresh(story).headline == "Rain"
    assert publishing.working_row(fresh(story)).approved_by.username == "erin"
    press(world["pat"], url, "_publish")
    assert fresh(story).headline == "Rain again"
    assert fresh(story).state() == "live"
