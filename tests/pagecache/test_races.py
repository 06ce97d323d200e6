"""After a save has answered, nobody gets the old page."""

import re
import socket
import threading
import time
import urllib.request

import pytest
from django.urls import reverse

from tests.factories import make_article, make_section
from tests.newsroom.test_eight_editors import Editor, Site, values_of
from tests.processes import Processes, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
READERS = 3


@pytest.fixture
def site(db, tmp_path):
    article = make_article("Old", section=make_section("News"), body="<p>round0.</p>")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = Site(None, port)
    editor = Editor(site, "ann")
    site.processes = Processes(tmp_path)
    site.processes.environment |= {
        "DEBUG": "true",
        "PAGE_CACHE": "true",
        "PAGES_DIR": str(tmp_path / "pages"),
        "SITE_URL": site.address,
    }
    server = site.processes.start("serve", str(port), "--workers", "4")
    try:
        wait_for(site.is_up, 60)
        yield site, editor, article
    finally:
        server.terminate()
        server.communicate(timeout=30)


class Reader(threading.Thread):
    """Asks for the story again and again; notes which round each answer shows."""

    def __init__(self, address):
        super().__init__()
        self.address = address
        self.answers = []  # (asked at, round)
        self.kept = 0
        self.is_over = threading.Event()

    def run(self):
        while not self.is_over.is_set():
            asked_at = time.monotonic()
            with urllib.request.urlopen(self.address, timeout=30) as page:
                number = int(re.search(rb"round(\d+)\.", page.read())[1])
            self.answers.append((asked_at, number))


def run(site, editor, article, rounds):
    """Change the story so often; return (answers, those older than a save)."""
    url = reverse("admin:articles_article_change", args=[article.pk])
    readers = [Reader(site.address + article.path) for _ in range(READERS)]
    saved = [(time.monotonic(), 0)]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, rounds + 1):
            sent = values_of(editor.ask(url), "article_form")
            sent["body"] = f"<p>round{number}.</p>"
            page = editor.ask(url, sent | {"_publish": "publish_changes"})
            assert page is None, page.text_content()[:2000]
            saved.append((time.monotonic(), number))
    finally:
        for reader in readers:
            reader.is_over.set()
            reader.join()
    answers = [answer for reader in readers for answer in reader.answers]
    old = [
        (number, current)
        for asked_at, number in answers
        for current in [max(n for at, n in saved if at <= asked_at)]
        if number < current
    ]
    return answers, old


def test_ten_saves_are_seen_at_once(site):
    answers, old = run(*site, rounds=10)
    assert len(answers) > 20
    assert old == []


@pytest.mark.proof
def test_two_hundred_saves_are_seen_at_once(site, record_property):
    answers, old = run(*site, rounds=200)
    record_property("figure", f"{len(old)} old of {len(answers)} answers")
    assert len(answers) > 1000
    assert old == []
