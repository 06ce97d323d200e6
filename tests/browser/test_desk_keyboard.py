"""The desk by keyboard, and the calendar by mouse and without scripts."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from tests.factories import make_article, make_author, make_section, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def desk(logged_in, live_server):
    """Return a function that opens a page of the desk as a user, with its errors."""

    def open_page(user, address="/admin/"):
        page = logged_in(user)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on(
            "console",
            lambda told: page.errors.append(told.text) if told.type == "error" else 0,
        )
        page.goto(f"{live_server.url}{address}")
        return page

    return open_page


def change(article):
    return f"/admin/articles/article/{article.pk}/change/"


def assert_accessible(page, part):
    results = Axe().run(page, context=part, options={"runOnly": RULES})
    found = [
        (violation["id"], node["target"])
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert found == []


def test_the_palette_jumps_by_typing_and_gives_the_focus_back(desk):
    article = make_article("Ferry aground", status="draft")
    make_article("Bread")
    make_author("Fern Adeyemi")
    page = desk(make_user("erin", "editor"))
    opener = page.get_by_role("button", name="Jump to…")
    opener.focus()
    page.keyboard.press("Control+j")
    box = page.get_by_role("combobox", name="Article, author, tag, section or page")
    expect(box).to_be_focused()
    box.fill("fer")
    options = page.locator("#palette").get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#palette")).not_to_contain_text("Bread")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute(
        "aria-activedescendant", options.nth(1).get_attribute("id")
    )
    assert_accessible(page, "#palette")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Control+k")
    expect(box).to_have_value("")
    # Enter means what was typed, however fast it follows.
    box.press_sequentially("aground")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{change(article)}")
    assert page.errors == []


@pytest.mark.proof
def test_control_enter_opens_what_was_found_in_a_new_tab(desk):
    article = make_article("Ferry aground", status="draft")
    page = desk(make_user("erin", "editor"))
    page.keyboard.press("Control+j")
    page.get_by_role("combobox").fill("aground")
    expect(page.locator("#palette").get_by_role("option")).to_have_count(1)
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    opened.value.wait_for_url(f"**{change(article)}")
    assert page.url.endswith("/admin/")


@pytest.mark.proof
def test_in_the_text_control_k_makes_a_link_and_control_j_jumps(desk):
    article = make_article("Story", status="draft", body="<p>Words</p>")
    page = desk(make_user("erin", "editor"), change(article))
    text = page.locator(".ProseMirror[contenteditable=true]").first
    text.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.body-dialog")).to_be_visible()
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.body-dialog")).to_have_count(0)
    text.focus()
    page.keyboard.press("Control+j")
    expect(page.locator("#palette")).to_be_visible()


@pytest.mark.proof
def test_alt_page_down_and_up_go_from_field_to_field(desk):
    article = make_article("Story", status="draft", body="<p>Words</p>")
    page = desk(make_user("erin", "editor"), change(article))
    headline = page.locator("#id_headline")
    headline.focus()
    page.keyboard.press("Alt+PageDown")
    expect(headline).not_to_be_focused()
    expect(page.locator("#id_standfirst")).to_be_focused()
    page.keyboard.press("Alt+PageDown")
    expect(page.locator(".ProseMirror[contenteditable=true]").first).to_be_focused()
    page.keyboard.press("Alt+PageUp")
    page.keyboard.press("Alt+PageUp")
    expect(headline).to_be_focused()
    assert page.errors == []


def test_a_key_publishes_what_its_button_would(desk):
    section = make_section()
    article = make_article(
        "A headline that is long enough",
        status="draft",
        body="<p>Words of a story.</p>",
        standfirst="One sentence.",
        section=section,
        authors=[make_author()],
    )
    page = desk(make_user("pat", "publisher"), change(article))
    page.locator("#id_headline").fill("Published by a key, all the same")
    page.keyboard.press("Control+Alt+Enter")
    expect(page.locator(".state-live")).to_be_visible()
    article.refresh_from_db()
    assert article.is_live()
    assert article.headline == "Published by a key, all the same"


@pytest.mark.proof
def test_the_key_does_nothing_for_who_has_no_such_button(desk):
    cora = make_user("cora", "contributor")
    article = make_article("Mine", status="draft", created_by=cora)
    page = desk(cora, change(article))
    page.keyboard.press("Control+Alt+Enter")
    page.keyboard.press("Control+j")
    expect(page.locator("#palette")).to_be_visible()
    article.refresh_from_db()
    assert article.status == Article.Status.DRAFT


@pytest.mark.proof
def test_a_key_opens_the_preview(desk):
    article = make_article("Story", status="draft", body="<p>Words</p>")
    page = desk(make_user("erin", "editor"), change(article))
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Alt+v")
    opened.value.wait_for_url(f"**/{article.pk}/preview/**")


@pytest.mark.proof
def test_the_question_mark_lists_the_keys_but_not_while_typing(desk):
    page = desk(make_user("erin", "editor"), "/admin/articles/article/")
    keys = page.get_by_role("dialog", name="Keyboard")
    page.locator("#searchbar").focus()
    page.keyboard.press("?")
    expect(page.locator("#searchbar")).to_have_value("?")
    expect(keys).to_be_hidden()
    page.locator("#searchbar").blur()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("Preview an article")
    assert_accessible(page, "#desk-keys")
    keys.get_by_label("Open this with the key “?”").uncheck()
    keys.get_by_role("button", name="Close").click()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    expect(keys).to_be_visible()


def test_a_plan_is_dragged_to_another_day(desk):
    today = timezone.localdate().replace(day=15)
    month = (today + timedelta(days=31)).replace(day=15)
    article = make_article("Plan", status="draft", planned_for=month)
    other = month + timedelta(days=1)
    page = desk(make_user("erin", "editor"), f"/admin/calendar/?month={month:%Y-%m}")
    page.locator(f"#plan-{article.pk}").drag_to(
        page.locator(f"[data-day='{other:%Y-%m-%d}']")
    )
    expect(page.locator(".messagelist")).to_contain_text("“Plan” is now planned for")
    day = page.locator(f"[data-day='{other:%Y-%m-%d}']")
    expect(day).to_contain_text("Plan")
    article.refresh_from_db()
    assert article.planned_for == other
    assert_accessible(page, "#content")
    assert page.errors == []


@pytest.mark.proof
def test_without_scripts_a_plan_is_moved_by_its_form(browser, live_server, client):
    month = (timezone.localdate().replace(day=15) + timedelta(days=31)).replace(day=15)
    article = make_article("Plan", status="draft", planned_for=month)
    client.force_login(make_user("erin", "editor"))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    context.add_cookies([session | {"url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/calendar/?month={month:%Y-%m}")
    entry = page.locator(f"#plan-{article.pk}")
    entry.get_by_text("Move to…").click()
    wanted = month + timedelta(days=2)
    entry.get_by_label("Day").fill(f"{wanted:%Y-%m-%d}")
    entry.get_by_role("button", name="Move").click()
    expect(page.locator(".messagelist")).to_contain_text("“Plan” is now planned for")
    article.refresh_from_db()
    assert article.planned_for == wanted
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (390, "dark")])
def test_the_dashboard_is_readable_and_does_not_overflow(desk, width, scheme):
    editor = make_user("erin", "editor")
    make_article("Waiting", status="review", submitted_at=timezone.now())
    make_article("M" * 120, status="draft", created_by=editor)
    make_article(section=make_section("News"), published_at=timezone.now())
    page = desk(editor)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_role("img", name="Articles per day")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("The publisher is late.")
    assert_accessible(page, "#content")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.errors == []
