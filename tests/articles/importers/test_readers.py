"""Processes that read stories beside the one that saves. No database is needed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from articles.html import CleanHTML
from articles.importers.readers import Readers, read_whole
from articles.importers.sources import Asked, recognise
from articles.importers.story import Problem, Story

from .importing import GAZETTE

PARENT = """
import time
from articles.importers.readers import Readers
from articles.importers.story import Story
with Readers(least=1) as readers:
    for _ in range(2):
        readers.read([Story("a", body_html="<p>A</p>")]).result()
    print(readers.processes[0].pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def stories():
    records = recognise(GAZETTE).read(GAZETTE, Asked())
    return [record for record in records if isinstance(record, Story)]


def told(records):
    return [
        (r.file, r.kind)
        if isinstance(r, Problem)
        else (r.source_id, r.body_html, r.source, r.pictures, r.problems, r.tags)
        for r in records
    ]


def test_another_process_reads_what_this_one_would(stories):
    here = told([read_whole(story) for story in stories])
    with Readers(least=len(stories)) as readers:
        assert told(readers.read(stories).result()) == here
        assert not readers.processes  # none for less than two batches
        there = readers.read(stories).result()
        assert told(there) == here
        assert readers.processes
    assert isinstance(there[0].body_html, CleanHTML)
    assert all(process.poll() is not None for process in readers.processes)


def test_what_a_process_that_died_had_is_read_here(stories):
    with Readers(least=len(stories)) as readers:
        expected = told(readers.read(stories).result())
        readers.read(stories).result()
        for process in readers.processes:
            process.kill()
            process.wait()
        assert told(readers.read(stories).result()) == expected


def test_a_process_ends_with_an_import_that_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not is_running(child):
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    pytest.fail("The reader outlived its import.")


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
