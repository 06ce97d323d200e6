"""Which process has a run in hand: one that was killed has let go of it.

A row that says RUNNING says so as long as nobody writes another word. So whoever works
on a run locks a file, which the system unlocks when the process ends, however it does.
Other machines know it by its beat alone, unless they share the folder of imports.
"""

import fcntl
import os
from contextlib import ExitStack, contextmanager, suppress

from articles.importers import uploads


class Held(Exception):
    """Another process has the run in hand; a sentence."""


@contextmanager
def holding(run):
    """Have a run in hand, no other process beside. Raises Held. None is nobody's."""
    with ExitStack() as stack:
        if run is not None:
            # Without a folder to write in, there is an import all the same.
            with suppress(OSError):
                _lock(run, stack)
        yield


def is_held(run):
    """Say whether a process of this machine has the run in hand."""
    try:
        with holding(run):
            return False
    except Held:
        return True


def _lock(run, stack):
    path = uploads.folder() / f"{run.pk}.lock"
    while True:
        file = stack.enter_context(path.open("a"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Held(f"Import {run.pk} is under way in another process.") from error
        with suppress(FileNotFoundError):
            # Not one that its holder deleted meanwhile.
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                stack.callback(path.unlink, missing_ok=True)
                return
