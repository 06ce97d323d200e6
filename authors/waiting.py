"""Counts that wait to be written together, some seconds later.

A row for every hit would make readers wait for the database. It stands in this app
because every other imports it.
"""

import atexit
import threading

from django.db import connection


class Waiting:
    """Calls its `flush` from a thread of its own, `flushed_after` seconds later.

    None never does by itself. What adds holds `lock`, and calls `_start_if_idle`.
    """

    def __init__(self, flushed_after):
        self.flushed_after = flushed_after
        self.lock = threading.Lock()
        self.timer = None

    def _start_if_idle(self):
        if self.timer is not None or self.flushed_after is None:
            return
        self.timer = threading.Timer(self.flushed_after, self._flush_alone)
        self.timer.daemon = True
        self.timer.start()
        # A process that is asked to end writes what it has.
        atexit.unregister(self.flush)
        atexit.register(self.flush)

    def _flush_alone(self):
        with self.lock:
            self.timer = None
        self.flush()
        connection.close()  # this thread's own
