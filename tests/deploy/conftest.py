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


@pytest.fixture
def site(article, tmp_path):
    site = Site(tmp_path, free_port())
    yield site
    site.stop()
