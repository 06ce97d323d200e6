"""One article through everything the desk can do, at a running site.

A publisher writes in a real Chromium; the server and the browser are killed before
anything was saved. A reader without a login looks at the public page all the while.
"""

import os
import re
import signal
import socket
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_nothing_is_lost import Form, launch, pids_of
from tests.factories import make_author, make_section, make_tag, make_user
from tests.newsroom.test_eight_editors import Site
from tests.processes import Processes, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST, SECOND = "The ferry runs again", "The ferry stays in port"
STANDFIRST = "Three weeks after the flood, Ångström’s boats are back."
SOON = "The harbour master will say more at noon."
TEXT = ["The first boat left at six.", "Nobody was on the quay to see it."]
# Long enough to send a form on a busy machine, short enough to wait for.
AHEAD = timedelta(seconds=15)


class Server:
    """`manage.py serve`, with its workers and its clock, in a process group."""

    def __init__(self, processes, port):
        self.processes, self.port = processes, port
        self.site = Site(processes, port)
        self.address = self.site.address

    def start(self):
        self.process = self.processes.start(
            "serve", str(self.port), "--workers", "2", start_new_session=True
        )
        wait_for(self.site.is_up)

    def kill(self):
        """End all of them as a power cut would; return what they had to say."""
        os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.communicate(timeout=30)[1]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def server(transactional_db, tmp_path):
    erin = make_user("erin", "publisher", first_name="Erin")
    # The tests' quick hasher is none that a site knows.
    erin.password = PBKDF2PasswordHasher().encode("password", "salt")
    erin.save()
    make_author("Ada Lovel")
    make_section("Country")
    make_section("Water")
    make_tag("floods")
    processes = Processes(tmp_path)
    # With DEBUG, no static files need to be collected, which takes long.
    processes.environment |= {"DEBUG": "true", "HTTPS": "false", "TIME_ZONE": "UTC"}
    server = Server(processes, free_port())
    server.start()
    yield server
    server.kill()


class Desk(Form):
    """A publisher's browser, whose profile outlives it."""

    def __init__(self, playwright, server, folder):
        self.playwright, self.server, self.folder = playwright, server, str(folder)
        self.problems = []
        self.launch()

    def launch(self):
        self.context = launch(self.playwright, self.folder)
        self.context.set_default_timeout(60_000)
        super().__init__(self.context.pages[0])
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self.note)

    def note(self, message):
        if "Content Security Policy" in message.text:
            self.problems.append(message.text)

    def kill(self):
        for pid in pids_of(self.folder):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def go_in(self):
        """Open the dashboard, through the login form if it asks."""
        self.page.goto(f"{self.server.address}/admin/")
        # The cookie of the last login may not have reached the disk.
        if self.page.get_by_label("Username").count():
            self.page.get_by_label("Username").fill("erin")
            self.page.get_by_label("Password").fill("password")
            self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("heading", name="The desk")).to_be_visible()

    def start_article(self):
        self.click_link("Write an article")
        self.wait()

    def retype(self, name, text):
        """Type a text in the place of what a field says."""
        self.page.locator(f"#id_{name}").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def press_button(self, name, told):
        """Press a button of the form, and see the sentence that it did its work."""
        self.save(name)
        expect(self.page.locator(".messagelist .success")).to_contain_text(told)
        self.wait()

    def says_state(self, state):
        expect(self.page.locator(".article-status .state")).to_have_text(state)

    def click_link(self, name):
        content = self.page.locator("#content-main")
        content.get_by_role("link", name=name, exact=True).click()


class Reader:
    """Somebody without a login."""

    def __init__(self, page):
        self.page = page
        self.address = None

    def open(self, address=None):
        """Return the status of a page: the article's, unless told otherwise."""
        return self.page.goto(address or self.address).status

    def sees(self, headline, never):
        """Look at the article: it has this headline, and no word of the other."""
        assert self.open() == 200
        expect(self.page.locator("h1")).to_have_text(headline)
        expect(self.page.get_by_text(never)).to_have_count(0)


@pytest.fixture
def desk(playwright, server, tmp_path):
    desk = Desk(playwright, server, tmp_path / "profile")
    yield desk
    desk.context.close()


@pytest.fixture
def reader(page):
    page.set_default_timeout(60_000)
    return Reader(page)


def test_an_article_lives_through_a_day(desk, server, reader):
    write(desk, server)
    lose_power(desk, server)
    take_the_kept_text(desk, server, reader)
    publish(desk, reader)
    link = change(desk, reader)
    publish_changes(desk, reader, link)
    schedule(desk, reader)
    versions = compare_and_name(desk)
    wait_for_the_clock(desk, reader)
    restore(desk, reader, versions)
    throw_away_and_undo(desk, reader)
    assert desk.problems == []


def write(desk, server):
    """Fill in the form key by key, until the line says that it is kept."""
    desk.go_in()
    desk.start_article()
    page = desk.page
    expect(desk.line).to_be_empty()
    desk.retype("headline", FIRST)
    desk.retype("standfirst", STANDFIRST)
    page.get_by_role("combobox", name="Tags").press_sequentially("floods,")
    page.locator("#id_section").focus()
    page.keyboard.type("Wat")
    page.locator("#bylines-0 .select2-selection").click()
    page.locator(".select2-search__field").press_sequentially("Lovel")
    page.locator(".select2-results__option", has_text="Ada Lovel").click()
    page.locator(".ProseMirror[contenteditable=true]").first.click()
    desk.press(TEXT[0])
    page.keyboard.press("Enter")
    with page.expect_response(
        lambda answer: (
            "autosave/keep/" in answer.url and TEXT[1] in answer.request.post_data
        )
    ):
        desk.press(TEXT[1])
    expect(desk.line).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    expect(page.locator(".messagelist")).to_have_count(0)
    assert server.processes.count("SELECT count(*) FROM articles_autosave") == 1
    assert server.processes.count("SELECT count(*) FROM articles_article") == 0


def lose_power(desk, server):
    server.kill()
    desk.kill()
    assert not server.site.is_up()
    server.start()
    desk.launch()


def take_the_kept_text(desk, server, reader):
    """Every character comes back, once, and becomes a draft that no reader sees."""
    desk.go_in()
    desk.start_article()
    page = desk.page
    expect(desk.offer).to_contain_text(TEXT[1])
    use = desk.offer.get_by_role("button", name="Use this text")
    expect(use).to_have_count(1)
    assert desk.text() == ""
    use.click()
    expect(desk.offer).to_be_hidden()
    assert page.input_value("#id_headline") == FIRST
    assert page.input_value("#id_standfirst") == STANDFIRST
    assert desk.text() == "\n".join(TEXT)
    expect(page.locator(".chip")).to_have_text(re.compile("^floods"))
    expect(page.locator("#id_section option:checked")).to_have_text("Water")
    expect(page.locator("#bylines-0 .select2-selection__rendered")).to_contain_text(
        "Ada Lovel"
    )
    desk.press_button("Save draft", "Saved as a draft.")
    desk.says_state("Draft")
    expect(desk.offer).to_be_hidden()
    assert server.processes.count("SELECT count(*) FROM articles_autosave") == 0
    reader.open(server.address)
    expect(reader.page.get_by_text(FIRST)).to_have_count(0)


def publish(desk, reader):
    desk.press_button("Publish", "Published.")
    desk.says_state("Live")
    link = desk.page.get_by_role("link", name="View on site", exact=True)
    reader.address = desk.server.address + link.get_attribute("href")
    reader.sees(FIRST, never=SECOND)
    page = reader.page
    expect(page.locator(".standfirst")).to_have_text(STANDFIRST)
    expect(page.locator(".body p")).to_have_text(TEXT)
    expect(page.locator(".byline")).to_contain_text("Ada Lovel")
    expect(page.locator(".kicker")).to_have_text("Water")
    assert page.context.cookies() == []


def change(desk, reader):
    """Change the headline for the desk and a guest; return the guest's link."""
    page = desk.page
    desk.retype("headline", SECOND)
    desk.press_button("Save changes", "Readers still see the published text.")
    desk.says_state("Live, with unpublished changes")
    reader.sees(FIRST, never=SECOND)
    with page.expect_popup() as opened:
        desk.click_link("Preview")
    preview = opened.value
    for width in ("phone", "desktop"):
        frame = preview.frame_locator(f".preview-frame.{width} iframe")
        expect(frame.locator("h1")).to_have_text(SECOND)
        expect(frame.get_by_text(FIRST)).to_have_count(0)
    preview.close()
    desk.click_link("Make a link")
    page.get_by_label("For whom").fill("our lawyer")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Address", exact=True).input_value()
    assert reader.open(link) == 200
    expect(reader.page.locator("h1")).to_have_text(SECOND)
    page.locator(".breadcrumbs").get_by_role("link", name=FIRST).click()
    desk.wait()
    assert page.input_value("#id_headline") == SECOND
    return link


def publish_changes(desk, reader, link):
    desk.press_button("Publish changes", "Readers see the changes now.")
    desk.says_state("Live")
    reader.sees(SECOND, never=FIRST)
    assert reader.open(link) == 410
    # It leads to the published page, and shows nothing of a text by itself.
    expect(reader.page.get_by_role("link", name=SECOND)).to_be_visible()
    expect(reader.page.get_by_text(TEXT[0])).to_have_count(0)


def schedule(desk, reader):
    """Give the next change a moment; until then, readers see nothing of it."""
    page = desk.page
    desk.retype("standfirst", SOON)
    moment = timezone.now() + AHEAD
    # A browser's field drops seconds that are 00.
    moment += timedelta(seconds=moment.second == 0)
    field = page.locator("#id_changes_due_at")
    field.fill(f"{moment:%Y-%m-%dT%H:%M:%S}")
    desk.press_button("Schedule changes", "Scheduled: readers see the changes")
    expect(page.locator(".status-changes")).to_contain_text("The changes go out on")
    reader.sees(SECOND, never=SOON)


def compare_and_name(desk):
    """Compare the first version with the newest, name it; return how many there are."""
    page = desk.page
    desk.click_link("History")
    page.get_by_role("link", name="Show all").click()
    rows = page.locator(".history-table tbody tr")
    expect(rows.last.locator(".number")).to_have_text("1")
    versions = rows.count()
    expect(rows.first.locator(".number")).to_have_text(str(versions))
    page.get_by_label("Compare from version 1", exact=True).check()
    page.get_by_label(f"Compare to version {versions}", exact=True).check()
    page.get_by_role("button", name="Compare the chosen two").click()
    compared = page.locator("#content-main")
    expect(compared.locator("del", has_text="runs").first).to_be_visible()
    expect(compared.locator("ins", has_text="stays").first).to_be_visible()
    # The body is the same in both, and not a word of it is shown as a change.
    expect(compared.get_by_text(TEXT[0])).to_have_count(0)
    page.locator(".breadcrumbs").get_by_role("link", name="History").click()
    page.get_by_role("link", name="Show all").click()
    rows.last.locator("summary").click()
    page.get_by_label("Name of version 1", exact=True).fill("before the storm")
    rows.last.get_by_role("button", name="Keep the name").click()
    expect(page.locator(".messagelist")).to_contain_text("is called “before the storm”")
    expect(rows.last.locator(".name")).to_have_text("before the storm")
    expect(page.locator(".history-table .name")).to_have_count(1)
    return versions


def wait_for_the_clock(desk, reader):
    """Nobody presses anything: the change goes out."""
    standfirst = reader.page.locator(".standfirst")

    def is_out():
        return reader.open() == 200 and standfirst.text_content() == SOON

    wait_for(is_out)
    reader.sees(SECOND, never=STANDFIRST)
    desk.go_in()
    expect(desk.page.locator(".clock-alarm")).to_have_count(0)


def restore(desk, reader, versions):
    """Bring the first version back: as a new one, which still has to be published."""
    page = desk.page
    page.get_by_role("link", name=SECOND).first.click()
    desk.wait()
    desk.says_state("Live")
    assert page.input_value("#id_changes_due_at") == ""
    desk.click_link("History")
    named = page.locator("tr", has_text="before the storm")
    named.get_by_role("link", name="Restore…").click()
    page.get_by_role("button", name="Restore version 1").click()
    # The clock made a version of its own.
    told = f"Version 1 is back, as version {versions + 2}."
    expect(page.locator(".messagelist .success")).to_contain_text(told)
    desk.wait()
    assert page.input_value("#id_headline") == FIRST
    assert desk.text() == "\n".join(TEXT)
    reader.sees(SECOND, never=FIRST)
    desk.press_button("Publish changes", "Readers see the changes now.")
    desk.says_state("Live")
    reader.sees(FIRST, never=SOON)


def throw_away_and_undo(desk, reader):
    page = desk.page
    desk.save("Move to trash")
    expect(page.locator(".messagelist .success")).to_contain_text("is in the trash")
    expect(page.locator("#result_list").get_by_text(FIRST)).to_have_count(0)
    assert reader.open() in (404, 410)
    expect(reader.page.get_by_text(FIRST)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".messagelist .success")).to_contain_text("is back: live")
    desk.wait()
    desk.says_state("Live")
    reader.sees(FIRST, never=SECOND)
