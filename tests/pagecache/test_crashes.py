"""Killed anywhere between a save and its purge, the site starts with no stale page."""

import json
import random
import subprocess
import sys
import time

import pytest
from django.conf import settings

from tests.factories import make_article, make_section
from tests.processes import Processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def processes(db, tmp_path):
    section = make_section("News")
    for _ in range(4):
        make_article(section=section)
    processes = Processes(tmp_path)
    processes.environment |= {
        "DEBUG": "true",
        "PAGE_CACHE": "true",
        "PAGES_DIR": str(tmp_path / "pages"),
        "SITE_URL": "http://localhost",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    return processes


def live(processes, seconds):
    """Let a site live until it is killed; return how many pages it found, and stale."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.pagecache.crashing"],
        cwd=settings.BASE_DIR,
        env=processes.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        found = json.loads(process.stdout.readline())
        assert json.loads(process.stdout.readline())["ready"] == 5
        time.sleep(seconds)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    return found["kept"], found["stale"]


def run(processes, times):
    chance = random.Random(7)
    kept = stale = 0
    for _ in range(times):
        found = live(processes, chance.uniform(0, 0.3))
        kept += found[0]
        stale += len(found[1])
    return kept, stale


def test_three_kills_leave_no_stale_page(processes):
    kept, stale = run(processes, 4)
    assert kept, "every life found an empty cache: nothing was proved"
    assert stale == 0


@pytest.mark.proof
def test_a_hundred_kills_leave_no_stale_page(processes, record_property):
    kept, stale = run(processes, 101)
    record_property("figure", f"{stale} stale of {kept} pages found after a kill")
    assert kept > 100
    assert stale == 0
