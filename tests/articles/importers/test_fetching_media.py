"""Fetching media of an old site: from it alone, whole files alone, once."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from articles.importers import fetching_media
from articles.importers.fetching_media import Fetcher, is_far

AGENT = "newsroom (+https://us.example)"
GIF = b"GIF89a" + b"\x01\x00" * 200
PAGE = b"<!DOCTYPE html><html><body>Not found</body></html>"


class OldSite(BaseHTTPRequestHandler):
    """Answers by path; what it was asked is in `server.asked`."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers["User-Agent"], time.time()))
        name = self.path.partition("?")[0].lstrip("/").partition("/")[0]
        getattr(self, f"answer_{name}", self.answer_missing)()

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_a(self):
        self.answer(200, GIF, Content_Length=str(len(GIF)))

    def answer_soft(self):
        self.answer(200, PAGE)

    def answer_pdf(self):
        self.answer(200, b"%PDF-1.4 the minutes")

    def answer_missing(self):
        self.answer(404, PAGE)

    def answer_large(self):
        self.answer(200, GIF, Content_Length=str(10**12))

    def answer_endless(self):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(GIF * 500)
        except OSError:
            return

    def answer_broken(self):
        self.answer(200, GIF[:50], Content_Length=str(len(GIF)))

    def answer_slow(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"G")
                time.sleep(0.1)
        except OSError:
            return

    def answer_to(self):
        self.answer(302, Location=self.path.partition("?")[2])

    def answer_round(self):
        self.answer(301, Location="/round")

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def old_site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), OldSite)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.host = f"127.0.0.1:{server.server_port}"
    server.address = f"http://{server.host}"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fetch(old_site, tmp_path):
    return fetcher(old_site, tmp_path)


def fetcher(old_site, tmp_path, **options):
    options = {"delay": 0, "is_near_allowed": True, **options}
    hosts = [old_site.host]
    return Fetcher(
        tmp_path / "media", hosts, "newsroom (+https://us.example)", **options
    )


def files(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file()]


class TestFetching:
    def test_keeps_a_file_by_its_name_and_asks_once(self, old_site, fetch, tmp_path):
        path = fetch(f"{old_site.address}/a/the%20quay.gif#top")
        assert path.read_bytes() == GIF
        assert path.name == "the-quay.gif"
        assert fetch(f"{old_site.address}/a/the quay.gif") == path
        again = fetcher(old_site, tmp_path)
        assert again(f"{old_site.address}/a/the%20quay.gif") == path
        assert [asked[:2] for asked in old_site.asked] == [("/a/the%20quay.gif", AGENT)]
        assert files(tmp_path) == [path]

    def test_a_document_by_its_ending(self, old_site, fetch):
        assert fetch(f"{old_site.address}/pdf/minutes.pdf").suffix == ".pdf"

    def test_follows_the_site_s_own_redirects(self, old_site, fetch):
        assert fetch(f"{old_site.address}/to/x.gif?/a/b.gif").read_bytes() == GIF

    def test_waits_between_two_requests(self, old_site, tmp_path):
        fetch = fetcher(old_site, tmp_path, delay=0.3)
        fetch(f"{old_site.address}/a/1.gif")
        fetch(f"{old_site.address}/a/2.gif")
        first, second = (asked[2] for asked in old_site.asked)
        assert second - first > 0.25

    def test_leaves_other_sites_alone_without_a_word(self, old_site, fetch):
        for address in (
            "http://elsewhere.example/a.gif",
            "ftp://127.0.0.1/a.gif",
            "file:///etc/passwd",
            f"http://user@{old_site.host}/a/b.gif",
            "http://127.0.0.1:1/a.gif",
            "http://[x/a.gif",
            "/a/b.gif",
            "",
        ):
            assert fetch(address) is None
        assert fetch.failures == {}
        assert old_site.asked == []


class TestRefusing:
    @pytest.mark.parametrize(
        ("path", "why"),
        [
            ("/missing.gif", "The server answered 404."),
            ("/soft/x.gif", "It is no picture."),
            ("/soft/x.pdf", "It is a page, not a document."),
            ("/large/x.gif", "It is larger than 40 MB."),
            ("/endless/x.gif", "It is larger than 40 MB."),
            ("/broken/x.gif", "The connection broke off."),
            ("/round/x.gif", "It leads on more than 5 times."),
            ("/to/x.gif?http://elsewhere.example/a.gif", "which is not allowed."),
            ("/to/x.gif?http://169.254.169.254/latest", "which is not allowed."),
            ("/to/x.gif?file:///etc/passwd", "which is no web address."),
        ],
    )
    def test_leaves_a_sentence_alone(self, old_site, fetch, tmp_path, path, why):
        address = old_site.address + path
        assert fetch(address) is None
        assert fetch.failures[address].endswith(why)
        assert files(tmp_path) == []
        asked = len(old_site.asked)
        assert fetch(address) is None
        assert len(old_site.asked) == asked

    def test_a_server_that_drips_is_cut_off(self, old_site, fetch, monkeypatch):
        monkeypatch.setattr(fetching_media, "LONGEST", 0.5)
        start = time.monotonic()
        assert fetch(f"{old_site.address}/slow/x.gif") is None
        assert time.monotonic() - start < 5
        assert len(fetch.failures) == 1

    def test_what_failed_is_tried_next_time(self, old_site, tmp_path, monkeypatch):
        assert fetcher(old_site, tmp_path)(f"{old_site.address}/later/x.gif") is None
        monkeypatch.setattr(OldSite, "answer_later", OldSite.answer_a, raising=False)
        assert fetcher(old_site, tmp_path)(f"{old_site.address}/later/x.gif")

    def test_a_server_that_is_gone(self, tmp_path):
        fetch = Fetcher(
            tmp_path, ["127.0.0.1:9"], "newsroom", delay=0, is_near_allowed=True
        )
        assert fetch("http://127.0.0.1:9/a.gif") is None
        assert "could not be fetched" in fetch.failures["http://127.0.0.1:9/a.gif"]


class TestNearAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
            *("0.0.0.0", "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
            *("::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
            *("2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1"),
        ],
    )
    def test_are_not_far(self, address):
        assert not is_far(address)

    @pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:220:1::1"])
    def test_others_are(self, address):
        assert is_far(address)

    def test_are_never_asked_by_name_or_number(self, old_site, tmp_path):
        fetch = fetcher(old_site, tmp_path, is_near_allowed=False)
        assert fetch(f"{old_site.address}/a/b.gif") is None
        (why,) = fetch.failures.values()
        assert "inside a network" in why
        assert old_site.asked == []

    def test_a_name_for_one_of_them_is_refused(self, old_site, tmp_path, monkeypatch):
        # The edge of the network: what a name server answers.
        answers = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
            for address in ("93.184.215.14", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: answers)
        fetch = Fetcher(tmp_path, ["old.example"], "newsroom", delay=0)
        assert fetch("http://old.example/a.gif") is None
        assert "127.0.0.1" in fetch.failures["http://old.example/a.gif"]
