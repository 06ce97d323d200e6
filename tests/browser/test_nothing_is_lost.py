"""Fifty thousand characters that nobody saved, and what happens to them.

Each test types into the real editor, breaks something, goes on, and compares the
whole text with what was typed.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from articles.html import text_of
from articles.models import Article, Autosave
from tests.articles.test_admin_form import ADD, change_url
from tests.chromium import find_chromium
from tests.factories import make_article, make_author, make_user

# Eight saves at once on two cores are slower than the five seconds of old.
expect.set_options(timeout=20_000)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHARACTERS = 50_000
SENTENCE = "The river rose by {} centimetres in the night and fell by noon. "
LAST = "The last words."
SAVED = re.compile(r"Saved \d\d:\d\d")


def long_text(characters):
    """Return paragraphs of together at least so many characters, no two alike."""
    paragraphs, length, number = [], 0, 0
    while length < characters:
        sentences = [SENTENCE.format(number + at) for at in range(8)]
        number += 8
        paragraphs.append("".join(sentences).strip())
        length += len(paragraphs[-1])
    return paragraphs


class Form:
    """An article's form that somebody types into."""

    def __init__(self, page):
        self.page = page
        self.line = page.locator(".saving-line")
        self.offer = page.locator("#recover")

    def open(self, address):
        self.page.goto(address)
        self.wait()
        return self

    def wait(self):
        expect(self.page.locator("#saving")).to_have_attribute("data-ready", "true")

    def type(self, characters=CHARACTERS):
        """Type so many characters, the last of them key by key; return them all."""
        paragraphs = long_text(characters)
        self.page.evaluate(
            """(paragraphs) => {
                const { bodyEditor } = document.getElementById("id_body")
                const half = Math.floor(paragraphs.length / 2)
                for (const count of [half, paragraphs.length])
                    bodyEditor.setHTML(
                        paragraphs.slice(0, count).map((p) => `<p>${p}</p>`).join("")
                    )
                bodyEditor.editor.commands.focus("end")
            }""",
            paragraphs,
        )
        self.press(" " + LAST)
        paragraphs[-1] += " " + LAST
        return "\n".join(paragraphs)

    def press(self, text):
        self.page.wait_for_function(
            "() => document.activeElement?.closest('.ProseMirror')"
        )
        self.page.keyboard.type(text)

    def text(self):
        return text_of(self.page.input_value("#id_body"))

    def headline(self, text):
        self.page.fill("#id_headline", text)

    def save(self, name="Save draft"):
        self.page.get_by_role("button", name=name, exact=True).click()

    def wait_for_journal(self, text):
        """Wait until the journal holds a text; it is written within milliseconds."""
        self.page.evaluate(
            """async (end) => {
                const done = (request) => new Promise((resolve) => {
                    request.onsuccess = () => resolve(request.result)
                })
                const journal = await done(indexedDB.open("newsroom-journal", 1))
                for (;;) {
                    const pages = journal.transaction("pages").objectStore("pages")
                    const all = JSON.stringify(await done(pages.getAll()))
                    if (all.includes(end)) break
                    await new Promise((resolve) => setTimeout(resolve, 20))
                }
                journal.close()
            }""",
            text,
        )

    def use_offer(self):
        with self.page.expect_response(re.compile("autosave/compare/")):
            self.offer.wait_for()
        self.page.get_by_role("button", name="Use this text").click()
        expect(self.offer).to_be_hidden()


def kept_text(**lookup):
    buffer = Autosave.objects.get(**lookup)
    return text_of(dict(buffer.data)["body"])


def saved(page):
    expect(page.locator(".messagelist .success")).to_be_visible()


@pytest.fixture
def editor():
    return make_user("erin", "editor")


@pytest.fixture
def draft():
    return make_article("Flood", status="draft", body="<p>Nothing yet.</p>")


@pytest.fixture
def form(logged_in, live_server, editor):
    form = Form(logged_in(editor))
    form.url = live_server.url
    return form


def test_autosave_reaches_the_server_within_three_seconds_and_is_no_save(form, draft):
    form.open(form.url + change_url(draft))
    expect(form.line).to_be_empty()
    typed = form.type()
    began = time.monotonic()
    with form.page.expect_response(re.compile("autosave/keep/")) as response:
        pass
    assert response.value.ok
    assert time.monotonic() - began < 3.5
    expect(form.line).to_contain_text(SAVED)
    expect(form.line).to_contain_text("not in the article yet")
    assert kept_text() == typed == form.text()
    draft.refresh_from_db()
    assert draft.body == "<p>Nothing yet.</p>"
    assert not draft.revisions.exists()


def test_the_session_ends_while_typing(form, draft):
    form.open(form.url + change_url(draft))
    Session.objects.all().delete()
    typed = form.type()
    login = form.line.get_by_role(
        "button", name="Session expired: log in here, your text is safe"
    )
    login.click()
    dialog = form.page.get_by_role("dialog")
    expect(dialog.get_by_label("Username")).to_have_value("erin")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("correct")
    dialog.get_by_label("Password").fill("password")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog).to_be_hidden()
    expect(form.line).to_contain_text(SAVED)
    assert kept_text() == typed
    form.save()
    saved(form.page)
    draft.refresh_from_db()
    assert text_of(draft.body) == typed
    assert not Autosave.objects.exists()


@pytest.mark.proof
def test_the_session_ends_at_the_moment_of_saving(form, draft):
    form.open(form.url + change_url(draft))
    typed = form.type()
    expect(form.line).to_contain_text(SAVED)
    Session.objects.all().delete()
    form.save()
    dialog = form.page.get_by_role("dialog")
    dialog.get_by_label("Password").fill("password")
    assert form.text() == typed
    dialog.get_by_role("button", name="Log in").click()
    # The button that was pressed does its work.
    saved(form.page)
    draft.refresh_from_db()
    assert text_of(draft.body) == typed


def test_the_token_is_rotated_by_a_login_in_another_tab(form, draft, live_server):
    form.open(form.url + change_url(draft))
    other = form.page.context.new_page()
    other.goto(form.url + reverse("admin:login") + "?next=/admin/")
    other.context.clear_cookies(name="sessionid")
    other.goto(form.url + reverse("admin:login"))
    other.get_by_label("Username").fill("erin")
    other.get_by_label("Password").fill("password")
    with other.expect_navigation():
        other.get_by_role("button", name="Log in").click()
    other.close()
    typed = form.type()
    expect(form.line).to_contain_text(SAVED)
    form.page.evaluate(
        "() => { for (const input of document.querySelectorAll("
        "'[name=csrfmiddlewaretoken]')) input.value = 'x'.repeat(64) }"
    )
    form.save()
    saved(form.page)
    draft.refresh_from_db()
    assert text_of(draft.body) == typed


@pytest.mark.proof
def test_somebody_else_logs_in_in_another_tab(form, draft, client):
    form.open(form.url + change_url(draft))
    ben = make_user("ben", "editor", first_name="Ben")
    client.force_login(ben)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    form.page.context.add_cookies([cookie | {"url": form.url}])
    typed = form.type(500)
    expect(form.line).to_contain_text("Ben is logged in here now")
    form.save()
    dialog = form.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert not Autosave.objects.exists()
    dialog.get_by_label("Password").fill("password")
    dialog.get_by_role("button", name="Log in").click()
    saved(form.page)
    draft.refresh_from_db()
    assert text_of(draft.body) == typed
    assert draft.revisions.first().created_by.username == "erin"


def test_the_network_drops_while_typing(form, draft):
    form.open(form.url + change_url(draft))
    form.page.context.set_offline(True)
    typed = form.type()
    expect(form.line).to_have_text("Offline, kept in this browser")
    form.save()
    expect(form.page.locator(".saving-alert")).to_contain_text("Not saved")
    assert form.text() == typed
    assert not Autosave.objects.exists()
    form.page.context.set_offline(False)
    expect(form.line).to_contain_text(SAVED)
    expect(form.page.locator(".saving-alert")).to_be_hidden()
    assert kept_text() == typed
    form.save()
    saved(form.page)
    draft.refresh_from_db()
    assert text_of(draft.body) == typed


@pytest.mark.parametrize("failure", ["500", "dropped"])
def test_saving_fails_and_the_text_is_offered_again(form, draft, failure):
    address = form.url + change_url(draft)
    form.open(address)
    typed = form.type()

    def fail(route):
        if route.request.method != "POST":
            route.fallback()
        elif failure == "500":
            route.fulfill(status=500, body="Something went wrong")
        else:
            route.abort("connectionreset")

    form.page.route(address, fail)
    with form.page.expect_event(
        "requestfinished" if failure == "500" else "requestfailed",
        lambda request: request.url == address and request.method == "POST",
    ):
        form.save()
    form.page.unroute(address)
    draft.refresh_from_db()
    assert text_of(draft.body) == "Nothing yet."
    form.open(address)
    assert form.text() == "Nothing yet."
    form.use_offer()
    assert form.text() == typed
    form.save()
    saved(form.page)
    draft.refresh_from_db()
    assert text_of(draft.body) == typed
    # What was saved is not offered once more.
    form.wait()
    expect(form.offer).to_be_hidden()
    assert not Autosave.objects.exists()


@pytest.mark.proof
def test_a_form_that_comes_back_with_errors_is_still_kept(form, draft):
    form.open(form.url + change_url(draft))
    typed = form.type(500)
    form.headline("")
    form.save()
    expect(form.page.locator(".errornote")).to_be_visible()
    form.wait()
    assert form.text() == typed
    expect(form.offer).to_be_hidden()
    form.wait_for_journal(LAST)
    # Left without saving: it is offered, and the error is not what is stored.
    form.open(form.url + change_url(draft))
    form.use_offer()
    assert form.text() == typed
    assert form.page.input_value("#id_headline") == ""


def test_a_text_too_large_gets_a_sentence(form, draft):
    form.open(form.url + change_url(draft))
    form.page.evaluate(
        "() => { const field = document.getElementById('id_sources');"
        "field.value = 'x'.repeat(6 * 1024 * 1024);"
        "field.dispatchEvent(new Event('input', { bubbles: true })) }"
    )
    expect(form.line).to_contain_text("too large to be saved")
    form.save()
    expect(form.page.locator(".saving-alert")).to_contain_text("too large")
    assert len(form.page.input_value("#id_sources")) == 6 * 1024 * 1024


@pytest.mark.proof
def test_says_so_when_the_browser_can_keep_nothing(form, draft, live_server):
    form.page.add_init_script(
        "Object.defineProperty(window, 'indexedDB', {value: {"
        "open() { throw new DOMException('full', 'QuotaExceededError') } }})"
    )
    problems = []
    form.page.on("pageerror", lambda error: problems.append(str(error)))
    form.open(form.url + change_url(draft))
    form.page.context.set_offline(True)
    form.type(500)
    expect(form.line).to_contain_text("This browser cannot keep your text")
    expect(form.line).not_to_contain_text("kept in this browser")
    with form.page.expect_event("dialog") as warning:
        form.page.close(run_before_unload=True)
    assert warning.value.type == "beforeunload"
    warning.value.accept()
    assert problems == []


@pytest.mark.proof
def test_a_whole_form_comes_back_with_its_rows_and_choices(form, editor):
    ada, ben = make_author("Ada Lovel"), make_author("Ben Okri")
    page = form.open(form.url + ADD).page
    form.headline("Rain at last")
    typed = form.type()
    for row, author in ((0, ben), (1, ada)):
        if row:
            page.locator("#bylines-group .add-row a").click()
        page.locator(f"#bylines-{row} .select2-selection").click()
        page.locator(".select2-search__field").fill(author.name)
        page.locator(".select2-results__option", has_text=author.name).first.click()
    page.fill("#id_bylines-0-role", "Photographs")
    page.get_by_role("combobox", name="Tags").press_sequentially("weather, brand new,")
    form.wait_for_journal("brand new")
    form.open(form.url + ADD)
    expect(form.offer).to_contain_text("Rain at last")
    form.use_offer()
    assert form.text() == typed
    chips = page.locator(".chip")
    expect(chips).to_have_count(2)
    names = page.locator(
        "#bylines-group tr.form-row:not(.empty-form) .select2-selection__rendered"
    )
    expect(names).to_contain_text(["Ben Okri", "Ada Lovel"])
    form.save()
    saved(page)
    article = Article.objects.get()
    assert text_of(article.body) == typed
    assert [line.author for line in article.bylines.all()] == [ben, ada]
    assert article.bylines.first().role == "Photographs"
    assert set(article.tags.names()) == {"weather", "brand new"}
    assert not Autosave.objects.exists()
    form.open(form.url + ADD)
    expect(form.offer).to_be_hidden()


@pytest.mark.proof
def test_a_kept_text_is_thrown_away_and_brought_back(form, draft):
    form.open(form.url + change_url(draft))
    typed = form.type(500)
    expect(form.line).to_contain_text(SAVED)
    form.wait_for_journal(LAST)
    form.open(form.url + change_url(draft))
    expect(form.offer).to_contain_text(LAST)
    page = form.page
    page.get_by_role("button", name="Throw it away").click()
    form.offer.get_by_role("button", name="Undo").click()
    form.open(form.url + change_url(draft))
    form.use_offer()
    assert form.text() == typed
    form.open(form.url + change_url(draft))
    page.get_by_role("button", name="Throw it away").click()
    expect(form.offer).to_contain_text("Thrown away.")
    form.open(form.url + change_url(draft))
    expect(form.offer).to_be_hidden()
    assert form.text() == "Nothing yet."
    assert not Autosave.objects.exists()


@pytest.mark.proof
def test_another_open_tab_of_mine_is_not_offered_to_this_one(form, draft):
    form.open(form.url + change_url(draft))
    typed = form.type(500)
    form.wait_for_journal(LAST)
    other = Form(form.page.context.new_page()).open(form.url + change_url(draft))
    expect(other.page.locator("#presence")).to_contain_text("another tab")
    expect(other.offer).to_be_hidden()
    assert form.text() == typed


# Killed.


def launch(playwright, folder):
    context = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=find_chromium(),
        args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    )
    return context


def pids_of(folder):
    """Return the processes of the browser that has this folder for its profile."""
    pids = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if f"--user-data-dir={folder}" in command:
            pids.append(int(process.name))
    return pids


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_the_browser_is_killed(
    playwright, live_server, client, editor, draft, tmp_path
):
    """As by a power cut: no page gets to say anything, and the server heard nothing."""
    folder = str(tmp_path / "profile")
    client.force_login(editor)
    cookie = {
        "name": "sessionid",
        "value": client.cookies["sessionid"].value,
        "url": live_server.url,
    }
    context = launch(playwright, folder)
    context.add_cookies([cookie])
    form = Form(context.pages[0]).open(live_server.url + change_url(draft))
    # Only the journal has it: the server is not to be of help.
    context.route(re.compile("autosave/keep/"), lambda route: route.abort())
    typed = form.type()
    form.wait_for_journal(LAST)
    pids = pids_of(folder)
    assert pids
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    assert not Autosave.objects.exists()
    context = launch(playwright, folder)
    context.add_cookies([cookie])
    form = Form(context.pages[0]).open(live_server.url + change_url(draft))
    form.use_offer()
    assert form.text() == typed
    form.save()
    saved(form.page)
    context.close()
    draft.refresh_from_db()
    assert text_of(draft.body) == typed


class Server:
    """The site as `manage.py serve` runs it, on a database of its own."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "newsroom.settings",
            "ENV_FILE": os.devnull,
            "DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
            "SECRET_KEY": "only-for-tests",
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "false",
            # Static files as they are: nothing to collect, nothing to compress.
            "DEBUG": "true",
        }

    def manage(self, *arguments, script=""):
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            input=script,
            text=True,
            check=True,
            capture_output=True,
        )

    def start(self):
        command = [sys.executable, "manage.py", "runserver", "--noreload"]
        self.process = subprocess.Popen(
            [*command, f"127.0.0.1:{self.port}"],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _attempt in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=5)
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("The server did not start.")

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    server.manage("migrate", "-v0")
    server.manage(
        "shell",
        script=(
            "from django.contrib.auth.models import User\n"
            "from articles.models import Article\n"
            "User.objects.create_superuser('erin', password='password')\n"
            "Article.objects.create(headline='Flood', body='<p>Nothing yet.</p>')\n"
        ),
    )
    server.start()
    yield server
    server.kill()


def test_the_server_is_killed_while_typing(server, page):
    page.goto(f"{server.url}/admin/login/?next=/admin/articles/article/1/change/")
    page.get_by_label("Username").fill("erin")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    form = Form(page)
    form.wait()
    server.kill()
    typed = form.type()
    expect(form.line).to_have_text("Offline, kept in this browser")
    form.save()
    expect(page.locator(".saving-alert")).to_contain_text("the server does not answer")
    assert form.text() == typed
    server.start()
    expect(form.line).to_contain_text(SAVED, timeout=30_000)
    form.save()
    saved(page)
    form.wait()
    assert form.text() == typed
    form.open(page.url)
    assert form.text() == typed
    expect(form.offer).to_be_hidden()
