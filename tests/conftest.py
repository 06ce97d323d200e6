import os
import time
from collections import Counter

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from playwright.sync_api import expect

from newsroom.redirects import counting
from tests.chromium import find_chromium

# Playwright's synchronous API runs an event loop in the test's thread, which
# Django takes for a mistake unless told otherwise.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# A browser on two cores that run two test suites takes its time.
expect.set_options(timeout=20_000)

IN_CI = os.environ.get("CI") == "true"


def pytest_report_header():
    return f"database: {connection.vendor}, Chromium: {find_chromium()}"


def pytest_terminal_summary(terminalreporter):
    """Print a line per promise of `make prove`, with the figure it recorded."""
    stats = terminalreporter.stats
    for outcome, word in (
        ("passed", "kept"),
        ("failed", "BROKEN"),
        ("error", "BROKEN"),
    ):
        for report in stats.get(outcome, ()):
            if "proof" not in getattr(report, "keywords", ()):
                continue
            name = report.nodeid.partition("::")[2].removeprefix("test_")
            figures = [str(v) for k, v in report.user_properties if k == "figure"]
            promise = name.replace("::test_", ": ").replace("_", " ")
            terminalreporter.write_line(f"{word:<6} {'; '.join([promise, *figures])}")


def pytest_collection_modifyitems(config, items):
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
    for buffer in (counting.hits, counting.missing):
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
