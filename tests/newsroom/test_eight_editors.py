"""Eight people at the same forms of a running site: no save is lost.

Each adds a word of their own to the same text, over HTTP, to a site of several
processes. Shown a clash, they put their word behind what is stored and choose that:
so in the end every word stands in the text, or a save was lost silently. Meanwhile
a bulk action, the clock and an import work on the same rows.
"""

import random
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Correction
from authors.models import AuthorLink
from newsroom.blocks.models import ShareBlock
from tests.articles.importers.test_import_articles import CLASSIC
from tests.factories import make_article, make_author, make_section, make_tag, make_user
from tests.processes import Processes, wait_for

EDITORS = 8
PATIENCE = 120  # seconds one editor tries to get one word in


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


class Editor:
    """A browser without a screen, logged in."""

    def __init__(self, site, name):
        self.site = site
        client = Client()
        client.force_login(make_user(name, "publisher"))
        self.cookies = {"sessionid": client.cookies["sessionid"].value}
        self.opener = urllib.request.build_opener(StayHere)

    def ask(self, path, data=None):
        """Return the page of a GET, or of a POST of the data; None for "saved"."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.opener.addheaders = [("Cookie", cookies)]
        if data is not None:
            data = urllib.parse.urlencode(data).encode()
        try:
            with self.opener.open(self.site.address + path, data, 60) as response:
                for cookie in response.headers.get_all("Set-Cookie", []):
                    name, _, value = cookie.partition(";")[0].partition("=")
                    self.cookies[name] = value
                return lxml.html.fromstring(response.read().decode())
        except urllib.error.HTTPError as error:
            if error.code == 302:
                return None
            raise AssertionError(
                f"{path} answered {error.code}: {error.read().decode()[:2000]}"
            ) from error


def values_of(page, form_id):
    form = page.get_element_by_id(form_id)
    return {name: value.removeprefix("\n") for name, value in form.form_values()}


class Site:
    def __init__(self, processes, port):
        self.processes = processes
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    def is_up(self):
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=5) as page:
                return page.status == 200
        except OSError:
            return False


class Target:
    """A text field of a form, and how to read what is stored there at the end."""

    def __init__(self, name, row, field, stored):
        model = row._meta
        self.name = name
        self.url = reverse(
            f"admin:{model.app_label}_{model.model_name}_change", args=[row.pk]
        )
        self.form_id = f"{model.model_name}_form"
        self.field = field
        self.stored = stored  # SQL of the text, or of the working copy's


def with_word(text, word):
    """Put a word at the end of a text, inside the last paragraph of a body."""
    if text.rstrip().endswith("</p>"):
        return text.rstrip().removesuffix("</p>") + f" {word}</p>"
    return f"{text} {word}".strip()


def put_in(editor, target, word):
    """Open the form, add a word, save; settle clashes until it is saved."""
    page = editor.ask(target.url)
    sent = values_of(page, target.form_id)
    sent[target.field] = with_word(sent[target.field], word)
    time.sleep(random.uniform(0, 0.1))
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        page = editor.ask(target.url, sent | {"_save": "1"})
        if page is None:
            return
        clashes = page.find_class("clash")
        errors = [error.text_content() for error in page.find_class("errorlist")]
        assert clashes, f"{target.name}: {errors}"
        sent = values_of(page, target.form_id)
        fresh = editor.ask(target.url)
        stored = values_of(fresh, target.form_id)[target.field]
        sent[target.field] = with_word(stored, word)
        for name in {name for c in clashes for name in c.xpath(".//input/@name")}:
            sent[name] = "mine"
    raise AssertionError(f"{word} never got into {target.name}")


def make_targets():
    """Make rows to fight over. Returns ([Target], the article that goes live)."""
    author = make_author("Ada", bio="Bio:")
    draft = make_article(
        "Draft", status="draft", body="<p>Body:</p>", authors=[author], sources="S:"
    )
    live = make_article("Live", standfirst="Live:", authors=[author])
    Correction.objects.create(article=live, text="Correction:")
    soon = make_article(
        "Soon",
        standfirst="Soon:",
        published_at=timezone.now() + timedelta(seconds=6),
    )
    tag = make_tag("weather", description="Tag:")
    link = AuthorLink.objects.create(author=author, kind="book", title="Book:")
    block = ShareBlock.objects.create(name="Share", text="Block:", placement="footer")

    def of_article(column, row):
        return (
            f"SELECT {column} FROM articles_article WHERE id = {row.pk} OR "
            f"copy_of_id = {row.pk} ORDER BY id DESC LIMIT 1"
        )

    return draft, [
        Target("a draft's body", draft, "body", of_article("body", draft)),
        Target("a draft's sources", draft, "sources", of_article("sources", draft)),
        Target("a live standfirst", live, "standfirst", of_article("standfirst", live)),
        Target(
            "a live article's correction",
            live,
            "corrections-0-text",
            "SELECT c.text FROM articles_correction c JOIN articles_article a "
            f"ON a.id = c.article_id WHERE a.copy_of_id = {live.pk}",
        ),
        Target(
            "a story that goes out meanwhile",
            soon,
            "standfirst",
            of_article("standfirst", soon),
        ),
        Target(
            "an author's bio",
            author,
            "bio",
            f"SELECT bio FROM authors_author WHERE id = {author.pk}",
        ),
        Target(
            "an author's link",
            author,
            "links-0-title",
            f"SELECT title FROM authors_authorlink WHERE id = {link.pk}",
        ),
        Target(
            "a tag's description",
            tag,
            "description",
            f"SELECT description FROM articles_tag WHERE id = {tag.pk}",
        ),
        Target(
            "a block's text",
            block,
            "text",
            f"SELECT text FROM blocks_shareblock WHERE id = {block.pk}",
        ),
    ]


class Meanwhile:
    """A bulk action and an import, again and again, until the editors are done."""

    def __init__(self, site, editor, draft, sections, folder):
        self.site, self.editor, self.draft = site, editor, draft
        self.sections, self.folder = sections, folder
        self.is_over = threading.Event()
        self.times = 0

    def run(self):
        listing = reverse("admin:articles_article_changelist")
        while not self.is_over.wait(0.5):
            self.times += 1
            page = self.editor.ask(listing)
            token = page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
            section = self.sections[self.times % 2]
            self.editor.ask(
                listing,
                {
                    "csrfmiddlewaretoken": token,
                    "action": "set_section",
                    "_selected_action": self.draft.pk,
                    "section": section.pk,
                    "_do": "1",
                    "index": "0",
                },
            )
            self.bring_in(self.times)

    def bring_in(self, number):
        """Import the old page again, with another second paragraph."""
        text = CLASSIC.replace("above the empty market", f"above market {number}")
        (self.folder / "bell.txt").write_text(text, encoding="utf-8")
        process = self.site.processes.start("import_articles", str(self.folder))
        _out, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint


@pytest.fixture
def world(db, tmp_path, live_server_port):
    """A site in processes of its own, eight editors, and what they write in."""
    draft, targets = make_targets()
    sections = [make_section("City"), make_section("Country")]
    site = Site(None, live_server_port)
    editors = [Editor(site, f"editor{number}") for number in range(EDITORS)]
    manager = Editor(site, "manager")
    folder = tmp_path / "data"
    folder.mkdir()
    processes = site.processes = Processes(folder)
    pages = tmp_path / "old"
    pages.mkdir()
    meanwhile = Meanwhile(site, manager, draft, sections, pages)
    # With DEBUG, no static files need to be collected, which takes long.
    processes.environment["DEBUG"] = "true"
    meanwhile.bring_in(0)
    number = processes.count(
        "SELECT id FROM articles_article WHERE headline LIKE '%Bell%'"
    )
    bell = type(draft)(pk=number)
    targets.append(
        Target(
            "an imported article's sources",
            bell,
            "sources",
            f"SELECT sources FROM articles_article WHERE copy_of_id = {number}",
        )
    )
    server = processes.start("serve", str(live_server_port), "--workers", "2")
    try:
        wait_for(site.is_up, 60)
        yield site, editors, targets, meanwhile
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.fixture
def live_server_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def fight(world, rounds, at_once=EDITORS):
    """Let so many at once add their words, by turns; return what was lost.

    That is {target's name: words that do not stand there at the end}.
    """
    site, editors, targets, meanwhile = world
    other = threading.Thread(target=meanwhile.run)
    other.start()
    words = {target.name: [] for target in targets}
    try:
        with ThreadPoolExecutor(EDITORS) as pool:
            for number in range(rounds):
                for turn, target in enumerate(targets):
                    said = {
                        f"r{number}e{who % EDITORS}": editors[who % EDITORS]
                        for who in range(turn, turn + at_once)
                    }
                    words[target.name] += said
                    done = [
                        pool.submit(put_in, editor, target, word)
                        for word, editor in said.items()
                    ]
                    for job in done:
                        job.result()
    finally:
        meanwhile.is_over.set()
        other.join()
    assert meanwhile.times, "no bulk action came in between"
    return {
        target.name: [
            word
            for word in words[target.name]
            if word not in site.processes.count(target.stored).replace("<", " ").split()
        ]
        for target in targets
    }


@pytest.mark.django_db(transaction=True)
def test_one_round_by_three_of_them_loses_no_save(world):
    lost = fight(world, rounds=1, at_once=3)
    assert not any(lost.values()), lost
    assert len(lost) == 10


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
def test_ten_rounds_lose_no_save(world):
    lost = fight(world, rounds=10)
    assert not any(lost.values()), lost
