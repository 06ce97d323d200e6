import copy
import socket
import subprocess
import urllib.error
import urllib.request

import pytest

from tests.factories import make_article, make_section
from tests.processes import Processes, wait_for


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Plain(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def get(url, method="GET", **headers):
    """Return (status, headers in small letters, body) of a request."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, headers=headers, method=method)
    try:
        answer = urllib.request.build_opener(Plain).open(request, timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    except OSError:
        return 0, {}, b""
    with answer:
        found = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, found, answer.read()


class Site:
    """The site as `manage.py serve` runs it, for readers at another port."""

    def __init__(self, folder, front):
        self.folder, self.front = folder, front
        self.port = free_port()
        self.url = f"http://127.0.0.1:{front}"
        self.own_url = f"http://127.0.0.1:{self.port}"
        self.processes = Processes(folder)
        self.processes.environment |= {
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "false",
            "SECRET_KEY": "only-for-this-test" * 4,
            "PAGE_CACHE": "true",
            # Static files need not be collected.
            "DEBUG": "true",
        }
        self.server = None

    def twin(self, **environment):
        """Return another node of this site: the same rows, pages of its own."""
        node = copy.copy(self)
        node.processes = copy.copy(self.processes)
        node.port, node.server = free_port(), None
        node.own_url = f"http://127.0.0.1:{node.port}"
        pages = str(self.folder / f"pages-{node.port}")
        node.processes.environment = {
            **self.processes.environment,
            "PAGES_DIR": pages,
            **environment,
        }
        return node

    def manage(self, *arguments):
        """Run manage.py to its end; return what it printed."""
        process = self.processes.start(*arguments)
        out, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
        return out

    def start(self, *options):
        log = open(self.folder / f"serve-{self.port}.log", "wb")  # noqa: SIM115
        arguments = ["serve", str(self.port), "--workers", "1", *options]
        self.server = subprocess.Popen(
            self.processes.command(*arguments),
            env=self.processes.environment,
            stdout=log,
            stderr=log,
        )
        wait_for(lambda: self.get_own("/health")[0] == 200)

    def stop(self):
        if self.server:
            self.server.terminate()
            self.server.wait(timeout=30)
            self.server = None

    def get(self, path, method="GET", **headers):
        return get(self.url + path, method, **headers)

    def get_own(self, path, method="GET", **headers):
        """Ask the application itself, as the proxy would."""
        headers = {"Host": f"127.0.0.1:{self.front}", **headers}
        return get(self.own_url + path, method, **headers)

    def rename(self, article, headline):
        """Edit an article in a process of its own."""
        self.manage(
            "shell",
            "-c",
            "from articles.models import Article;"
            f"article = Article.objects.get(pk={article.pk});"
            f"article.headline = {headline!r}; article.save()",
        )


@pytest.fixture
def article(transactional_db):
    return make_article(
        "The tide came in",
        section=make_section("News"),
        body="<p>" + "Water stood in the square again. " * 40 + "</p>",
    )


# Addresses of old sites, byte for byte, and how else they may be asked for.
OLD = {
    "/old/%7Euser/": ["/old/~user/", "/old/%7euser/"],
    "/caf%e9.html": ["/caf%E9.html"],
    "/stra%c3%9fe.htm": ["/stra%C3%9Fe.htm", "/stra%C3%9fe.htm?utm_source=a"],
    "/My%20Story.HTM": ["/My%20Story.HTM?fbclid=x"],
    "/?p=123": ["/?p=123&utm_source=a&fbclid=b", "/?gclid=x&p=123", "/?p=%3123"],
    "/index.php?id=7": ["/index.php?id=7&utm_medium=x"],
    "/index.php?page=1": [],
    "/index.php?a%5B0%5D=1&b=2": ["/index.php?a%5b0%5d=1&b=2"],
}


@pytest.fixture
def old_stories(transactional_db):
    for address in OLD:
        make_article(f"Once at {address}", path=address)
    make_article("The index itself", path="/index.php")


def check_old_addresses(get):
    """Ask for old addresses, twice, of a server: `get` is a Site's."""
    for _again in range(2):
        for address, others in OLD.items():
            for asked in (address, *others):
                status, _headers, body = get(asked)
                assert status == 200, asked
                assert f"Once at {address}<".replace("&", "&amp;").encode() in body
        for asked in ("/", "/?p=124", "/?q=123", "/?page=2", "/?utm_source=a"):
            status, _headers, body = get(asked)
            assert (status, b"Once at /?p=123</h1>" in body) == (200, False), asked
        for asked in ("", "?id=8", "?page=2", "?utm_source=a", "?page=1&id=8"):
            status, _headers, body = get(f"/index.php{asked}")
            assert (status, b"The index itself</h1>" in body) == (200, True), asked
        plain = get("/?p=123&plain")[2]
        assert b"Once at /?p=123<" in plain
        assert b"<script" not in plain
        assert get("/CAF%E9.html")[0] == 404
        assert get("/index.php%3Fid=7")[0] == 404


@pytest.fixture
def site(article, tmp_path):
    site = Site(tmp_path, free_port())
    yield site
    site.stop()
