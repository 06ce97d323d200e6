"""The search as a browser has it, with and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_article, make_tag

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stories():
    """Stories that the saves themselves have indexed."""
    return [
        make_article("The flood of May", body="<p>It rained.</p>"),
        make_article("Floodlights", tags=[make_tag("Flood aid")]),
    ]


def test_suggests_while_somebody_types(live_server, page, stories):
    troubles = []
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(f"{live_server.url}/search/")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    box.press_sequentially("flo")
    lines = page.locator(".suggested").get_by_role("option")
    expect(lines).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(lines.first).to_have_text("Flood aidSubject")
    box.press("ArrowDown")
    box.press("ArrowUp")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    box.press("ArrowDown")
    box.press("Escape")
    expect(lines).to_have_count(0)
    expect(box).to_have_value("flo")
    box.press_sequentially("od of")
    expect(lines).to_have_text(["The flood of May"])
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(live_server.url + stories[0].path)
    assert troubles == []


def test_enter_searches_for_what_was_typed(live_server, page, stories):
    page.goto(f"{live_server.url}/search/")
    page.get_by_role("combobox").fill("rained")
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url(f"{live_server.url}/search/?q=rained")
    expect(page.locator(".results mark")).to_have_text(["rained"])


def test_works_without_scripts_from_any_page(live_server, browser, stories):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_role("searchbox").fill("flood")
    page.get_by_role("searchbox").press("Enter")
    found = ["The flood of May", "Floodlights"]
    expect(page.locator(".results h3")).to_have_text(found)
    page.locator("summary", has_text="Narrow the search").click()
    page.get_by_label("Author").fill("nobody")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("alert")).to_have_text("There is no such author.")
    expect(page.get_by_role("searchbox")).to_have_value("flood")
    context.close()


def test_on_a_phone_the_masthead_leads_to_the_form(live_server, page, stories):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(live_server.url)
    expect(page.get_by_role("searchbox")).not_to_be_visible()
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(f"{live_server.url}/search/**")
    expect(page.get_by_role("combobox")).to_be_focused()
