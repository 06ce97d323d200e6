"""Notes and times in a real Chromium, beside a form with unsaved text."""

import pytest
from django.contrib.sessions.models import Session
from django.test import override_settings
from playwright.sync_api import expect

from articles.models import Article, Note
from tests.articles.test_admin_form import change_url
from tests.factories import make_article, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST = "It rained on Tuesday, for the first time since the spring."
SECOND = "The farmers had waited."
BODY = "\n".join([f"<p>{FIRST}</p>", f"<p>{SECOND}</p>", *["<p>And so on.</p>"] * 60])


@pytest.fixture
def editor():
    return make_user("erin", "editor")


@pytest.fixture
def article():
    return make_article("Rain", status=Article.Status.DRAFT, body=BODY)


@pytest.fixture
def desk(live_server, logged_in):
    """Return a function that opens an article's form, with its editor ready."""

    def open_as(user, article):
        page = logged_in(user)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(live_server.url + change_url(article))
        expect(page.locator(".ProseMirror[contenteditable=true]")).to_be_visible()
        return page

    return open_as


def add(page, text):
    page.get_by_label("Write a note").fill(text)
    page.get_by_role("button", name="Add note").click()


def test_a_note_at_a_paragraph_leaves_the_unsaved_form_alone(desk, editor, article):
    page = desk(editor, article)
    page.fill("#id_headline", "Rain, unsaved")
    page.locator(".ProseMirror p", has_text=SECOND).click()
    expect(page.locator(".note-at")).to_contain_text(SECOND)
    add(page, "Ask them.")
    note = page.locator(".note")
    expect(note).to_contain_text("Ask them.")
    expect(page.get_by_label("Write a note")).to_have_value("")
    expect(page.locator("#id_headline")).to_have_value("Rain, unsaved")
    stored = Note.objects.get()
    assert (stored.paragraph, stored.text) == (SECOND, "Ask them.")
    article.refresh_from_db()
    assert (article.headline, article.body) == ("Rain", BODY)

    page.locator(".ProseMirror p").last.click()
    note.get_by_role("button", name="Show the paragraph").click()
    expect(page.locator(".note-mark")).to_be_visible()
    expect(page.locator(".ProseMirror p", has_text=SECOND)).to_be_in_viewport()
    assert page.evaluate("document.getElementById('id_body').value") == BODY
    expect(page.locator(".note-mark")).to_have_count(0)
    assert page.problems == []


@pytest.mark.proof
def test_a_note_need_not_stand_at_a_paragraph(desk, editor, article):
    page = desk(editor, article)
    expect(page.locator(".note-at")).to_be_hidden()
    page.locator(".ProseMirror p", has_text=SECOND).click()
    page.locator(".note-at input").uncheck()
    add(page, "Of the whole.")
    expect(page.locator(".note")).to_contain_text("Of the whole.")
    expect(page.locator(".note-paragraph")).to_have_count(0)
    assert Note.objects.get().paragraph == ""


@pytest.mark.proof
def test_a_note_says_when_its_paragraph_is_gone(desk, editor, article):
    for paragraph in (FIRST, "Once there stood more."):
        Note.objects.create(article=article, text="Hm.", paragraph=paragraph)
    page = desk(editor, article)
    there, gone = page.locator(".note").all()
    expect(gone.locator(".note-gone")).to_be_visible()
    expect(there.locator(".note-gone")).to_be_hidden()
    page.locator(".ProseMirror p", has_text=FIRST).click()
    page.keyboard.press("End")
    page.keyboard.type(" And again on Friday.")
    # Its beginning still says which it is.
    expect(there.locator(".note-gone")).to_be_hidden()
    page.keyboard.press("Control+A")
    page.keyboard.type("Rewritten.")
    expect(there.locator(".note-gone")).to_be_visible()
    expect(there.locator(".note-paragraph")).to_be_disabled()
    assert page.problems == []


@pytest.mark.proof
def test_notes_are_resolved_reopened_and_deleted_in_place(desk, editor, article):
    Note.objects.create(article=article, text="Mine", written_by=editor)
    page = desk(editor, article)
    page.fill("#id_headline", "Rain, unsaved")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("1 resolved note")).to_be_visible()
    expect(page.locator(".note-count")).to_be_empty()
    page.get_by_text("1 resolved note").click()
    page.get_by_role("button", name="Reopen").click()
    expect(page.locator(".note-count")).to_have_text("1")
    page.locator(".note").get_by_role("button", name="Delete", exact=True).click()
    assert Note.objects.exists()
    page.get_by_role("button", name="Delete it?").click()
    expect(page.get_by_text("No open notes.")).to_be_visible()
    assert not Note.objects.exists()
    expect(page.locator("#id_headline")).to_have_value("Rain, unsaved")
    assert page.problems == []


@pytest.mark.proof
def test_a_session_that_ended_asks_for_the_password_and_sends_the_note(
    desk, editor, article
):
    page = desk(editor, article)
    Session.objects.all().delete()
    add(page, "Not lost.")
    dialog = page.locator("dialog.login-here[open]")
    expect(dialog).to_contain_text("your note is safe")
    assert not Note.objects.exists()
    dialog.locator("input[name=username]").fill("erin")
    dialog.locator("input[name=password]").fill("password")
    dialog.locator("button[type=submit]").click()
    expect(page.locator(".note")).to_contain_text("Not lost.")
    assert Note.objects.get().written_by == editor


@pytest.mark.proof
def test_half_a_note_survives_no_answer_and_a_reload(desk, editor, article):
    page = desk(editor, article)
    page.context.set_offline(True)
    add(page, "Half a note")
    expect(page.locator(".note-told")).to_contain_text("The note stays here")
    expect(page.get_by_label("Write a note")).to_have_value("Half a note")
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_label("Write a note")).to_have_value("Half a note")
    page.get_by_label("Write a note").press("Control+Enter")
    expect(page.locator(".note")).to_contain_text("Half a note")
    page.reload()
    expect(page.locator(".note")).to_have_count(1)
    expect(page.get_by_label("Write a note")).to_have_value("")


def test_a_time_that_happens_twice_is_asked_while_it_is_typed(desk, article):
    with override_settings(TIME_ZONE="Europe/Berlin"):
        page = desk(make_user("pat", "publisher"), article)
        row = page.locator(".field-published_at")
        choice = row.locator("select")
        expect(row).to_contain_text("Europe/Berlin")
        page.fill("#id_published_at", "2026-10-25T03:00")
        expect(choice).to_be_hidden()
        page.fill("#id_published_at", "2026-10-25T02:30")
        expect(choice).to_be_visible()
        expect(choice.locator("option").nth(1)).to_have_text("the first (UTC+2)")
        expect(choice.locator("option").nth(2)).to_have_text("the second (UTC+1)")
        choice.select_option("1")
        with page.expect_navigation():
            page.get_by_role("button", name="Save draft", exact=True).click()
        expect(row.locator("select")).to_have_value("1")
    article.refresh_from_db()
    assert f"{article.published_at:%Y-%m-%d %H:%M}" == "2026-10-25 01:30"
    assert page.problems == []
