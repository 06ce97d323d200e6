import os

import pytest
from django.db import connection

from tests.chromium import find_chromium

# Playwright's synchronous API runs an event loop in the test's thread, which
# Django takes for a mistake unless told otherwise.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

IN_CI = os.environ.get("CI") == "true"


def pytest_report_header():
    return f"database: {connection.vendor}, Chromium: {find_chromium()}"


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
