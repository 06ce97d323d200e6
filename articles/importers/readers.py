"""Reading and cleaning stories beside their saving, in processes of their own.

A process is another Python that knows no database: it gets a function and a list, of
unread stories or of pages, and hands back what the function makes of each. It ends when
its input does, so none outlives an import that is killed.
"""

import os
import pickle
import re
import signal
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from articles.html import clean

from .story import Problem, Story, without_zeros

# More would wait for the one that saves.
MOST = 3
# Where pictures belong, in a form that the cleaning of bodies takes for numbers.
PLACE = re.compile(r'data-picture="import-(\d{1,9})"')
FIRST_PLACE = 10**17
MOST_OF_A_STORY = 200  # authors, or tags


def read_whole(story: Story) -> Story | Problem:
    """Return the story with its body read and in the vocabulary, or what is wrong.

    Pictures have places in it: `figure[data-picture]` of FIRST_PLACE and up.
    """
    if story.unread is not None:
        story, read = _whole(story), story
        if isinstance(story, Problem):
            return story
        story.source, story.source_digest = read.source, read.source_digest
        story.unread = None
    body = PLACE.sub(
        lambda found: f'data-picture="{FIRST_PLACE + int(found[1])}"', story.body_html
    )
    story.body_html = clean(body)
    return make_fit(story)


def _whole(story):
    try:
        return story.unread()
    except RecursionError:
        reason = "It is nested too deeply to be read."
        return Problem(story.source_id, "too-deep", reason)


def make_fit(story):
    """Return a story without what no database stores, and what nobody means."""
    for name in ("credits", "tags"):
        if len(found := getattr(story, name)) > MOST_OF_A_STORY:
            setattr(story, name, found[:MOST_OF_A_STORY])
            reason = f"It has {len(found)} {name}; {MOST_OF_A_STORY} were taken."
            story.note("too-many", reason)
    story.cut_headline()
    return without_zeros(story)


class Readers:
    """The processes of one import, as many as there are cores to spare.

    None is started for less than a whole batch. Use it in a `with`.
    """

    def __init__(self, least, count=None):
        self.least, self.given = least, 0
        self.count = min(MOST, count or max(1, (os.cpu_count() or 1) - 1))
        self.processes, self.threads = [], []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for process in self.processes:
            process.kill()
        for thread in self.threads:
            thread.shutdown(wait=True, cancel_futures=True)
        for process in self.processes:
            process.stdin.close()
            process.stdout.close()
            process.wait()

    def read(self, stories) -> Future:
        """Return a Future of the whole Stories, or the Problems, in their order."""
        # To send what has only to be cleaned takes as long as cleaning it.
        is_here = not any(story.unread for story in stories)
        return _done(read_whole, stories) if is_here else self.ask(read_whole, stories)

    def ask(self, work, given) -> Future:
        """Return a Future of [work(each) for each in given]."""
        self.given += 1
        if self.given == 1 or len(given) < self.least // 4:
            return _done(work, given)
        if not self.processes:
            self.processes = [_start() for _ in range(self.count)]
            self.threads = [ThreadPoolExecutor(1) for _ in self.processes]
        number = self.given % len(self.processes)
        return self.threads[number].submit(_ask, self.processes[number], work, given)


def _done(work, given):
    future = Future()
    future.set_result(read_each(work, given))
    return future


def _start():
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", f"import {__name__} as readers; readers.main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def _ask(process, work, given):
    sources = [getattr(each, "source", b"") for each in given]
    try:
        pickle.dump((work, given), process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        made = pickle.load(process.stdout)
        _give_back(made, sources)
        return made
    except (OSError, EOFError, pickle.UnpicklingError):
        # It was ended, for want of memory perhaps: here they are read as well.
        _give_back(given, sources)
        return read_each(work, given)


def read_each(work, given):
    return [work(each) for each in given]


def _give_back(stories, sources):
    for story, source in zip(stories, sources, strict=True):
        if isinstance(story, Story):
            story.source = source


def main():
    """Answer what is asked on the standard input until it ends."""
    # Ctrl-C is for the import, which ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    sys.stdout = sys.stderr
    while True:
        try:
            work, given = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        made = read_each(work, given)
        # Whoever asked has them.
        _give_back(made, [b""] * len(made))
        pickle.dump(made, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
