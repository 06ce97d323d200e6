"""The page of the menus and the form of simple pages, in a real Chromium."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from articles.models import PageAutosave
from newsroom.models import MenuItem
from tests.factories import make_menu, make_page, make_section, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MENUS = reverse("admin:newsroom_menuitem_changelist")
MENUS_OF = ("header", "footer")


def test_lines_are_moved_dragged_added_removed_and_saved_at_once(
    page, live_server, logged_in
):
    MenuItem.objects.all().delete()
    make_menu(make_section("News"), make_section("Sport"), make_section("Books"))
    make_page("About", path="/about/")
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    logged_in(make_user("erin", "editor")).goto(live_server.url + MENUS)
    header, footer = (page.locator(f".menu-column[data-menu={m}]") for m in MENUS_OF)
    sport = header.locator(".menu-line", has=page.get_by_placeholder("Sport"))
    sport.get_by_role("button", name="Move up").click()
    expect(sport.get_by_role("button", name="Move up")).to_be_focused()
    expect(header.locator("[data-preview] li")).to_have_text(["Sport", "News", "Books"])
    expect(page.locator(".menus-state")).to_contain_text("place 1 of 3")
    # Into the other menu, by the handle.
    books = header.locator(".menu-line", has=page.get_by_placeholder("Books"))
    books.locator(".menu-handle").hover()
    page.mouse.down()
    box = footer.locator(".menu-lines").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 2, steps=4)
    page.mouse.up()
    expect(footer.locator("[data-preview] li")).to_have_text(["Books"])
    header.locator("select").select_option(label="About")
    header.get_by_label("Label").last.fill("Us")
    header.get_by_role("button", name="Add").click()
    news = header.locator(".menu-line", has=page.get_by_placeholder("News"))
    news.get_by_role("button", name="Remove").click()
    expect(header.get_by_text("“News” is removed.")).to_be_visible()
    page.get_by_role("button", name="Save the menus").click()
    expect(page.get_by_text("The menus are saved")).to_be_visible()
    page.goto(live_server.url + "/")
    expect(page.locator("nav.menu li")).to_have_text(["Sport", "Us"])
    expect(page.locator(".foot nav li")).to_have_text(["Books"])
    assert MenuItem.objects.count() == 3
    assert problems == []


def test_what_is_typed_into_a_page_is_kept_and_offered(page, live_server, logged_in):
    about = make_page("About", path="/about/", body="<p>Us.</p>")
    address = live_server.url + reverse("admin:articles_page_change", args=[about.pk])
    logged_in(make_user("erin", "editor")).goto(address)
    body = page.locator(".ProseMirror[contenteditable]")
    body.click()
    page.keyboard.type("All of ")
    expect(page.locator(".saving-line")).to_contain_text("Saved")
    assert PageAutosave.objects.get().page == about
    page.goto(address)
    page.get_by_role("button", name="Use this text").click()
    expect(body).to_contain_text("All of ")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. Readers see it now.")).to_be_visible()
    about.refresh_from_db()
    assert "All of" in about.body
    assert not PageAutosave.objects.exists()
