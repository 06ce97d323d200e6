"""A CDN is told which surrogate keys have changed; a save never waits for it."""

import json
import subprocess
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from authors.shown import EVERYTHING
from newsroom.pagecache import cdn, journal
from newsroom.pagecache.models import Purge
from tests.deploy.conftest import get
from tests.processes import wait_for
from tests.tools import need

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(seconds=30)


class Network(ThreadingHTTPServer):
    """Takes what a CDN is told; answers with `status`, after `delay` seconds."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Told)
        self.told, self.status, self.delay = [], 200, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Told(BaseHTTPRequestHandler):
    def _take(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(self.server.delay)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.told.append((self.command, self.path, headers, body))
        self.send_response(self.server.status)
        self.end_headers()

    do_POST = do_PURGE = _take

    def log_message(self, *arguments):
        pass


@pytest.fixture
def network(settings):
    network = Network()
    settings.PURGE_URL = f"http://127.0.0.1:{network.server_port}/service/7"
    settings.PURGE_TOKEN = "secret"
    yield network
    network.shutdown()
    network.server_close()


@pytest.fixture
def quiet(monkeypatch):
    """Nobody sends by himself."""
    monkeypatch.setattr(cdn.sender, "wake", lambda: None)
    monkeypatch.setattr(journal, "_listeners", [])


@pytest.mark.parametrize(
    ("kind", "method", "path"),
    [
        ("fastly", "POST", "/service/7/purge"),
        ("cloudflare", "POST", "/service/7/purge_cache"),
        ("varnish", "PURGE", "/service/7/"),
        ("http", "POST", "/service/7"),
    ],
)
def test_speaks_as_each_kind_expects(kind, method, path, network, quiet, settings):
    settings.PURGE_KIND = kind
    journal.write({"article-1", "latest"})
    assert cdn.send(timezone.now() + LATER) == 0
    ((said, where, headers, body),) = network.told
    assert (said, where) == (method, path)
    keys = {
        "fastly": lambda: headers["surrogate-key"].split(),
        "cloudflare": lambda: json.loads(body)["tags"],
        "varnish": lambda: headers["x-purge-keys"].split(),
        "http": lambda: json.loads(body)["keys"],
    }[kind]()
    assert keys == ["article-1", "latest"]
    assert "secret" in " ".join(headers.values())
    assert not Purge.objects.filter(sent_at=None).exists()
    journal.write({EVERYTHING})
    cdn.send(timezone.now() + LATER)
    assert EVERYTHING not in network.told[-1][2].get("surrogate-key", "")
    assert b"article-1" not in network.told[-1][3]


def test_tells_again_once_what_was_under_way_has_arrived(network, quiet):
    journal.write({"article-1"})
    assert cdn.send() == 1
    assert cdn.send(timezone.now() + LATER) == 0
    assert cdn.send(timezone.now() + LATER) == 0
    assert len(network.told) == 2


def test_what_nobody_took_is_sent_again(network, quiet):
    journal.write({"article-1"})
    network.status = 500
    with pytest.raises(OSError, match="500"):
        cdn.send(timezone.now() + LATER)
    assert Purge.objects.filter(sent_at=None).count() == 1
    network.status = 200
    cdn.send(timezone.now() + LATER)
    assert not Purge.objects.filter(sent_at=None).exists()


def test_many_keys_go_in_several_requests(network, quiet, settings):
    settings.PURGE_KIND = "cloudflare"
    journal.write({f"article-{number}" for number in range(70)})
    cdn.send(timezone.now() + LATER)
    told = [json.loads(body)["tags"] for _method, _path, _headers, body in network.told]
    assert [len(tags) for tags in told] == [30, 30, 10]


def test_a_save_does_not_wait_for_a_slow_network(network, monkeypatch):
    monkeypatch.setattr(cdn, "SETTLED", timedelta(0))
    monkeypatch.setattr(journal, "_listeners", [cdn.sender.wake])
    network.delay = 1.5
    begun = time.monotonic()
    journal.write({"article-1"})
    assert time.monotonic() - begun < 1
    wait_for(lambda: not Purge.objects.filter(sent_at=None).exists(), 20)
    assert network.told


def test_varnish_throws_away_what_shows_the_change_and_nothing_else(site, article):
    program = need("varnishd")
    site.processes.environment |= {
        "PURGE_KIND": "varnish",
        "PURGE_URL": site.url,
        "PURGE_TOKEN": "of-the-test",
    }
    upstream = f"127.0.0.1:{site.port}"
    file = site.folder / "newsroom.vcl"
    file.write_text(site.manage("configure", "varnish", "--upstream", upstream))
    site.start()
    place = site.folder / "varnish"
    process = subprocess.Popen(
        [
            *(program, "-F", "-j", "none", "-n", place, "-f", file),
            *("-a", f"127.0.0.1:{site.front}", "-s", "malloc,32m"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: site.get("/health")[0] == 200)
        paths = (article.path, "/robots.txt")
        for path in paths * 2:
            site.get(path)
        # Two numbers: of this request, and of the one that brought the page here.
        assert all(len(site.get(path)[1]["x-varnish"].split()) == 2 for path in paths)
        assert "surrogate-key" not in site.get(article.path)[1]
        assert get(site.url, "PURGE", X_Purge_All="1")[0] == 403
        site.rename(article, "The tide went out")
        wait_for(lambda: b"The tide went out" in site.get(article.path)[2], 10)
        assert len(site.get("/robots.txt")[1]["x-varnish"].split()) == 2
    finally:
        process.terminate()
        process.wait(timeout=20)
