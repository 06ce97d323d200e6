"""Reading and cleaning stories beside their saving, in processes of their own.

A process is another Python that knows no database: it gets a list of stories, reads
what is unread of them, cleans the bodies, and hands them back. It ends when its input
does, so none outlives an import that is killed.
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
    return without_zeros(story)


class Readers:
    """The processes of one import, as many as there are cores to spare.

    None is started for less than a whole batch. Use it in a `with`.
    """

    def __init__(self, least):
        self.least, self.given = least, 0
        self.count = min(MOST, max(1, (os.cpu_count() or 1) - 1))
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
        self.given += 1
        if self.given == 1 or len(stories) < self.least // 4:
            future = Future()
            future.set_result([read_whole(story) for story in stories])
            return future
        if not self.processes:
            self.processes = [_start() for _ in range(self.count)]
            self.threads = [ThreadPoolExecutor(1) for _ in self.processes]
        number = self.given % len(self.processes)
        return self.threads[number].submit(_ask, self.processes[number], stories)


def _start():
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def _ask(process, stories):
    sources = [story.source for story in stories]
    try:
        pickle.dump(stories, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        read = pickle.load(process.stdout)
        _give_back(read, sources)
        return read
    except (OSError, EOFError, pickle.UnpicklingError):
        # It was ended, for want of memory perhaps: here they are read as well.
        _give_back(stories, sources)
        return [read_whole(story) for story in stories]


def _give_back(stories, sources):
    for story, source in zip(stories, sources, strict=True):
        if isinstance(story, Story):
            story.source = source


def main():
    """Answer lists of stories on the standard input until it ends."""
    # Ctrl-C is for the import, which ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    sys.stdout = sys.stderr
    while True:
        try:
            stories = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        read = [read_whole(story) for story in stories]
        # Whoever asked has them.
        _give_back(read, [b""] * len(read))
        pickle.dump(read, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    main()
