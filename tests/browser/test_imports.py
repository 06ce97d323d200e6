"""An archive comes by the desk, in a real Chromium: from the upload to the report."""

import io
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from articles.importers import steering
from articles.models import Article, Import
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EXPORT = Path(__file__).parents[1] / "data/exports/gazette.wxr.xml"


def work():
    """Do what the clock does."""
    call_command("import_articles", run=steering.due().get().pk, stdout=io.StringIO())


def test_an_export_is_uploaded_looked_through_and_started(page, live_server, logged_in):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page = logged_in(make_user("pub", "publisher"))
    page.goto(live_server.url + reverse("admin:articles_import_changelist"))
    page.get_by_role("link", name="Import …").click()
    look = page.get_by_role("button", name="Upload and look through it")
    look.click()
    expect(page.get_by_text("Choose a file.")).to_be_visible()
    # What is wrong is said without the file's being chosen anew.
    page.get_by_label("File").set_input_files(EXPORT)
    page.get_by_label("Address of the old site").fill("no address")
    look.click()
    expect(page.get_by_text("Enter a valid URL.")).to_be_visible()
    page.get_by_label("Address of the old site").fill("gazette.example")
    look.click()
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    work()
    # The page sees it by itself.
    expect(page.get_by_text("Nothing is written yet.")).to_be_visible()
    expect(
        page.get_by_role("rowheader", name="The ferry that came back")
    ).to_be_visible()
    assert not Article.objects.exists()
    page.get_by_role("link", name="Shortcodes without a counterpart").click()
    expect(page.get_by_text("The shortcode [tide_table] was kept")).to_be_visible()
    expect(page.get_by_text("It was kept at the top")).to_have_count(0)
    page.get_by_role("link", name="Start the import").click()
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    work()
    expect(
        page.get_by_text("stories and pages here came by this import")
    ).to_be_visible()
    assert Import.objects.get().state == Import.State.DONE
    assert problems == []


def test_who_is_logged_out_while_it_waits_is_asked_to_log_in(
    page, live_server, logged_in
):
    page = logged_in(make_user("pub", "publisher"))
    page.goto(live_server.url + reverse("admin:articles_import_add"))
    page.get_by_label("File").set_input_files(EXPORT)
    page.get_by_role("button", name="Upload and look through it").click()
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    page.context.clear_cookies()
    expect(page.get_by_label("Password")).to_be_visible()
    assert reverse("admin:articles_import_change", args=[Import.objects.get().pk]) in (
        unquote(page.url)
    )


@pytest.mark.parametrize("width", [390, 1366])
def test_the_list_shows_all_of_each_import(page, live_server, logged_in, width):
    user = make_user("publisher", "publisher")
    run = Import.objects.create(source="again-gazette.xml", state="done")
    run.kind, run.started_by = "wordpress", user
    run.counts = {"new": 1204, "unchanged": 4598}
    run.save()
    page = logged_in(user)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(live_server.url + reverse("admin:articles_import_changelist"))
    table = page.locator(".results")
    assert table.evaluate("box => box.scrollWidth <= box.clientWidth")
    expect(table.get_by_text("1,204 new")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
