import os
import re
import time
from collections import Counter
from unittest.mock import patch

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from django.template.backends.jinja2 import Template
from django.test.signals import template_rendered
from hypothesis import HealthCheck, settings
from playwright.sync_api import expect

from newsroom.pagecache import addresses, node
from newsroom.pagecache.store import Store
from newsroom.redirects import counting
from newsroom.search import counting as searches
from tests import emptying
from tests.chromium import find_chromium

# Playwright's synchronous API runs an event loop in the test's thread, which
# Django takes for a mistake unless told otherwise.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# A machine with other work is slow, and a test that is run a second time has another
# instance of its class.
settings.register_profile(
    "newsroom",
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors],
)
settings.load_profile("newsroom")

# A browser on two cores that run two test suites takes its time.
expect.set_options(timeout=20_000)

emptying.be_quick()

IN_CI = os.environ.get("CI") == "true"


def pytest_report_header():
    return f"database: {connection.vendor}, Chromium: {find_chromium()}"


def pytest_terminal_summary(terminalreporter):
    """Print a line per promise of `make prove`, with the figure it recorded."""
    found = [
        (report, outcome == "passed")
        for outcome in ("passed", "failed", "error")
        for report in terminalreporter.stats.get(outcome, ())
    ]
    for line in promises(found):
        terminalreporter.write_line(line)


def promises(found):
    """Return a line per proof of [(test report, whether it passed)].

    What runs several times, with other numbers, is one promise: its figures are
    summed up, and the runs that broke it are named.
    """
    runs = {}
    for report, is_kept in found:
        properties = getattr(report, "user_properties", ())
        if any(name == "proof" for name, _value in properties):
            name, _, run = report.nodeid.partition("::")[2].partition("[")
            figures = [str(v) for k, v in properties if k == "figure"]
            runs.setdefault(name, []).append((run[:-1], is_kept, figures))
    for name, of_name in runs.items():
        promise = name.removeprefix("test_").replace("::test_", ": ").replace("_", " ")
        broken = [run for run, is_kept, _figures in of_name if not is_kept]
        words = ["BROKEN" if broken else "kept  ", promise]
        if len(of_name) > 1:
            words += [f"({len(of_name) - len(broken)} of {len(of_name)} runs)"]
        figures = summed([figure for _run, _kept, each in of_name for figure in each])
        words += ["–", "; ".join(figures)] if figures else []
        words += ["– broken by", ", ".join(broken)] if any(broken) else []
        yield " ".join(words)


def summed(figures):
    """Return figures of the same words as one, with the sums of their numbers."""
    sums = {}
    for figure in figures:
        numbers = [int(number) for number in re.findall(r"\d+", figure)]
        words = re.sub(r"\d+", "{}", figure)
        before = sums.get(words, [0] * len(numbers))
        sums[words] = [a + b for a, b in zip(before, numbers, strict=True)]
    return [words.format(*numbers) for words, numbers in sums.items()]


def pytest_collection_modifyitems(config, items):
    for test in items:
        if test.get_closest_marker("proof"):
            test.user_properties.append(("proof", True))
            # A promise that is kept the second time is not kept.
            test.add_marker(pytest.mark.flaky(reruns=0))
    if find_chromium():
        return
    for test in items:
        if test.get_closest_marker("browser"):
            test.add_marker(pytest.mark.usefixtures("_no_chromium"))


@pytest.fixture
def _no_chromium():
    reason = "NO CHROMIUM: this browser test was not run (set CHROMIUM to its path)"
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def _readers_templates_tell_what_they_show():
    """Fill `response.context` and `response.templates` for readers' pages as well.

    Django's test runner has only templates of its own language tell them.
    """
    render = Template.render

    def render_and_tell(self, context=None, request=None):
        context = {} if context is None else context
        html = render(self, context, request)
        template_rendered.send(sender=self, template=self.template, context=context)
        return html

    with patch.object(Template, "render", render_and_tell):
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Run the installed Chromium, which on its own must not call anybody."""
    return {
        **browser_type_launch_args,
        "executable_path": find_chromium(),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    }


@pytest.fixture(autouse=True)
def _last_words(request):
    """Wait for what closed pages still had to say before the tables are emptied.

    A form that is closed says that it is gone. SQLite in memory is one connection
    for all threads of the test server: a request during the flush locks its tables.
    """
    if not request.node.get_closest_marker("browser"):
        yield
        return
    # Before us, so that it ends after us; pages are closed by then.
    request.getfixturevalue("transactional_db")
    requests = Counter()

    def begun(**_):
        requests["begun"] += 1

    def ended(**_):
        requests["ended"] += 1

    request_started.connect(begun)
    request_finished.connect(ended)
    yield
    quiet_since, seen, last_call = time.monotonic(), requests.copy(), time.monotonic()
    while time.monotonic() < last_call + 10:
        if requests != seen or requests["begun"] > requests["ended"]:
            quiet_since, seen = time.monotonic(), requests.copy()
        elif time.monotonic() > quiet_since + 0.15:
            break
        time.sleep(0.02)
    request_started.disconnect(begun)
    request_finished.disconnect(ended)


@pytest.fixture(autouse=True)
def _hits_wait():
    """Let no thread write hits behind a test's back; a test that wants them flushes."""
    for buffer in (counting.hits, counting.missing, searches.buffer):
        buffer.flushed_after = None
        buffer.waiting.clear()


@pytest.fixture
def logged_in(page, live_server, client):
    """Return a function that logs a user in on the page's browser."""

    def log_in(user):
        client.force_login(user)
        cookie = client.cookies["sessionid"]
        page.context.add_cookies(
            [{"name": "sessionid", "value": cookie.value, "url": live_server.url}]
        )
        return page

    return log_in


@pytest.fixture
def store(tmp_path, monkeypatch, settings):
    """Keep pages, in a folder of the test's own, for http://testserver."""
    settings.SITE_URL = "http://testserver"
    addresses.hosts.cache_clear()
    addresses.scheme.cache_clear()
    store = Store(tmp_path / "pages")
    monkeypatch.setattr(node, "store", store)
    yield store
    addresses.hosts.cache_clear()
    addresses.scheme.cache_clear()
