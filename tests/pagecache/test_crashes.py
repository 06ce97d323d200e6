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


def live(processes, chance):
    """Let a site live until it is killed; return what it found: kept, stale, gone.

    Most die right after a change was committed, the others as soon as they are ready.
    """
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
        for _ in range(chance.choice([0, 1, 2, 3])):
            assert json.loads(process.stdout.readline())["saved"]
        time.sleep(chance.uniform(0, 0.02))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    return found


def run(processes, times):
    """Return (pages found after a kill, stale ones, kills that left some to purge)."""
    chance = random.Random(7)
    lives = [live(processes, chance) for _ in range(times)]
    return (
        sum(found["kept"] for found in lives),
        sum(len(found["stale"]) for found in lives),
        sum(found["gone"] > 0 for found in lives),
    )


def test_three_kills_leave_no_stale_page(processes):
    kept, stale, _unpurged = run(processes, 4)
    assert kept, "every life found an empty cache: nothing was proved"
    assert stale == 0


@pytest.mark.proof
def test_a_hundred_kills_leave_no_stale_page(processes, record_property):
    kept, stale, unpurged = run(processes, 101)
    record_property(
        "figure",
        f"{stale} stale of {kept} pages found after 100 kills, "
        f"{unpurged} of them between a save and its purge",
    )
    assert kept > 100
    assert unpurged > 20
    assert stale == 0
