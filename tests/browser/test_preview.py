"""The preview, preview links and the checklist in a real Chromium."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from articles.models import Article, PreviewLink
from tests.articles.test_admin_form import change_url
from tests.articles.test_preview import preview_url
from tests.factories import make_article, make_author, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server, logged_in):
    """Return a function that opens a page of the desk as a user; it notes errors."""

    def open_as(user, path):
        page = logged_in(user)
        page.problems = []
        page.context.on(
            "console",
            lambda message: (
                page.problems.append(message.text) if message.type == "error" else None
            ),
        )
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(live_server.url + path)
        return page

    return open_as


def frame(page, which):
    return page.frame_locator(f".preview-frame.{which} iframe")


def open_preview(page):
    """Press "Preview" in the form; return the tab that opens."""
    expect(page.locator(".ProseMirror[contenteditable]")).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Preview", exact=True).click()
    preview = opened.value
    expect(frame(preview, "phone").locator("h1")).to_be_visible()
    return preview


def make_draft(**fields):
    fields = {
        "status": Article.Status.DRAFT,
        "body": "<p>It rained.</p>",
        "authors": [make_author("Ada Lindqvist")],
        **fields,
    }
    return make_article("Rain at last", **fields)


def test_a_phone_and_a_desktop_stand_side_by_side_as_wide_as_they_are(desk):
    page = desk(make_user("erin", "editor"), preview_url(make_draft()))
    page.set_viewport_size({"width": 1366, "height": 800})
    for which, width in (("phone", 390), ("desktop", 1280)):
        expect(frame(page, which).locator("h1")).to_have_text("Rain at last")
        inside = page.locator(f".preview-frame.{which} iframe").evaluate(
            "frame => frame.contentWindow.innerWidth"
        )
        assert inside == width
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    page.get_by_role("button", name="Phone").click()
    expect(page.locator(".preview-frame.desktop")).to_be_hidden()
    expect(page.locator(".preview-frame.phone")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Phone")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.locator(".preview-frame.desktop")).to_be_hidden()
    assert page.problems == []


def test_what_is_typed_is_shown_without_being_saved_then_what_was_saved(desk):
    draft = make_draft()
    page = desk(make_user("erin", "editor"), change_url(draft))
    preview = open_preview(page)
    said = preview.get_by_role("status")
    expect(said).to_contain_text("as it was saved last")
    page.fill("#id_headline", "Snow in May")
    for which in ("phone", "desktop"):
        expect(frame(preview, which).locator("h1")).to_have_text("Snow in May")
    expect(said).to_contain_text("did not save yet")
    page.locator(".ProseMirror[contenteditable]").press_sequentially("Then it froze. ")
    expect(frame(preview, "desktop").locator(".body")).to_contain_text("Then it froze.")
    draft.refresh_from_db()
    assert draft.headline == "Rain at last"
    assert "froze" not in draft.body
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft", exact=True).click()
    expect(said).to_contain_text("as it was saved last")
    expect(frame(preview, "phone").locator("h1")).to_have_text("Snow in May")
    draft.refresh_from_db()
    assert draft.headline == "Snow in May"
    assert page.problems == []
    assert preview.locator("iframe").count() == 2


@pytest.mark.proof
def test_the_preview_stays_where_somebody_reads_while_another_tab_types(desk):
    draft = make_draft(body="".join(f"<p>Line {n}.</p>" for n in range(200)))
    page = desk(make_user("erin", "editor"), change_url(draft))
    preview = open_preview(page)
    phone = preview.locator(".preview-frame.phone iframe")
    phone.evaluate("frame => frame.contentWindow.scrollTo(0, 2000)")
    page.fill("#id_headline", "Snow in May")
    expect(frame(preview, "phone").locator("h1")).to_have_text("Snow in May")
    preview.wait_for_function(
        """() => {
            const frame = document.querySelector(".phone iframe");
            return frame.contentWindow.scrollY === 2000;
        }"""
    )
    # No entry in the history: "Back" leaves the preview, as everywhere.
    assert preview.evaluate("history.length") <= 2


@pytest.mark.proof
def test_a_preview_link_is_made_copied_opened_and_revoked(desk, live_server, browser):
    draft = make_draft()
    url = reverse("admin:articles_article_preview_links", args=[draft.pk])
    page = desk(make_user("erin", "editor"), change_url(draft))
    page.get_by_role("link", name="Make a link").click()
    page.get_by_label("For whom").fill("our lawyer")
    page.get_by_role("button", name="Make a link").click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.get_by_label("Address").input_value()

    # A browser somebody looks at: one without a screen counts as a robot.
    stranger = browser.new_context(user_agent="Mozilla/5.0 Firefox/140.0")
    reader = stranger.new_page()
    reader.goto(address)
    expect(reader.locator("h1")).to_have_text("Rain at last")
    expect(reader.get_by_role("note").first).to_contain_text("Not for publication")
    assert stranger.cookies() == []
    page.goto(live_server.url + url)
    expect(page.get_by_text("Opened once")).to_be_visible()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The link no longer opens.")).to_be_visible()
    answer = reader.goto(address)
    assert answer.status == 410
    expect(reader.get_by_text("Rain at last")).to_have_count(0)
    stranger.close()
    assert PreviewLink.objects.get().openings == 1
    assert page.problems == []


@pytest.mark.proof
def test_findings_lead_to_their_place_and_are_checked_again(desk):
    body = "".join(f"<p>Line {n}.</p>" for n in range(60))
    draft = make_draft(
        body=f"{body}<blockquote><p>Nobody said this.</p></blockquote>{body}",
        standfirst="",
    )
    page = desk(make_user("pat", "publisher"), change_url(draft))
    expect(page.locator(".ProseMirror[contenteditable]")).to_be_visible()
    panel = page.get_by_role("region", name="Before publishing")
    panel.get_by_role("link", name="It is not said whose words").click()
    expect(page.locator(".pointing-box")).to_be_in_viewport()
    line = page.evaluate(
        "getSelection().anchorNode.parentElement.closest('blockquote')"
    )
    assert line is not None
    assert page.evaluate("getSelection().toString()") == ""
    expect(
        page.locator(".ProseMirror").get_by_text("Nobody said this.")
    ).to_be_in_viewport()
    panel.get_by_role("link", name="There is no standfirst.").click()
    expect(page.locator("#id_standfirst")).to_be_focused()
    Article.objects.filter(pk=draft.pk).update(standfirst="It came on Tuesday.")
    page.get_by_role("button", name="Check again").click()
    panel = page.get_by_role("region", name="Before publishing")
    expect(panel.get_by_text("There is no standfirst.")).to_have_count(0)
    expect(panel.get_by_role("link", name="It is not said whose")).to_be_visible()
    assert page.problems == []


@pytest.mark.proof
@pytest.mark.parametrize("width", [390, 1366])
def test_the_pages_fit_the_screen(desk, live_server, width):
    draft = make_draft()
    user = make_user("pat", "publisher")
    page = desk(user, preview_url(draft))
    page.set_viewport_size({"width": width, "height": 800})
    for path in (
        preview_url(draft),
        reverse("admin:articles_article_preview_links", args=[draft.pk]),
        reverse("admin:articles_publishcheck_changelist"),
    ):
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.problems == []
