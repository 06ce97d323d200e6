"""Processes that read stories beside the one that saves. No database is needed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from articles.html import CleanHTML
from articles.importers import saved_pages
from articles.importers.files import walk
from articles.importers.readers import Readers, read_whole
from articles.importers.rules import read_rules
from articles.importers.saved_pages import read_apart
from articles.importers.sources import Asked, recognise
from articles.importers.story import Problem, Story

from .importing import GAZETTE

PARENT = """
import time
from articles.importers.readers import Readers, read_whole
from articles.importers.story import Story
with Readers(least=1) as readers:
    for _ in range(2):
        readers.ask(read_whole, [Story("a", body_html="<p>A</p>")]).result()
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


def test_what_has_only_to_be_cleaned_goes_nowhere():
    with Readers(least=1) as readers:
        for _ in range(3):
            (story,) = readers.read([Story("a", body_html="<p>A<br></p>")]).result()
            assert story.body_html == "<p>A<br></p>"
        assert not readers.processes


class TestTreeOfPages:
    """A hundred pages of a site with rules, of which one selector finds nothing."""

    @pytest.fixture
    def tree(self, tmp_path):
        rules = tmp_path / "rules.toml"
        rules.write_text('[pages]\nheadline = ".hl"\nbyline = ["div.by", ".who"]\n')
        folder = tmp_path / "site"
        folder.mkdir()
        for n in range(100):
            words = f"The ferry of pier {n} is late, as it was in the years before. "
            (folder / f"{n:03}.htm").write_text(
                f"<html><body><div class=hl>Late Ferry {n}</div><p class=who>Ann Quay"
                f"</p><p>{words * 5}</p><p>{words[::-1] * 5}</p></body></html>"
            )
        return folder, Asked(rules=read_rules(rules))

    def test_is_read_in_other_processes_as_it_would_be_here(self, tree):
        folder, asked = tree
        *stories, problem = saved_pages.read(folder, asked)
        here = [read_apart(page, "", asked.rules).story for page in walk([folder])]
        for read in (here, stories):
            assert [s.headline for s in read] == [f"Late Ferry {n}" for n in range(100)]
        for name in ("body_html", "credits", "problems", "language"):
            told = [getattr(story, name) for story in stories]
            assert told == [getattr(story, name) for story in here]
        assert stories[99].source == (folder / "099.htm").read_bytes()
        # What another process found counts as found.
        assert (problem.kind, problem.sample) == ("rule-unused", "div.by")

    def test_leaves_no_process_behind_when_it_is_given_up(self, tree):
        folder, asked = tree
        records = saved_pages.read(folder, asked)
        for _ in range(60):
            next(records)
        begun = records.gi_frame.f_locals["readers"].processes
        assert begun
        records.close()
        assert all(process.poll() is not None for process in begun)


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
