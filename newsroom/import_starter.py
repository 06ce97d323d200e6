"""The process that the clock starts for an import which somebody asked for at the desk.

One at a time. So no moment is late for it, its memory is given back, and a worker that
is restarted does not end it.
"""

import logging
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from articles.importers import steering
from articles.models import Import

logger = logging.getLogger(__name__)

# An import tells how far it is; while it unpacks an archive it cannot.
ALIVE_EVERY = timedelta(seconds=5)
# After one that could not even begin.
REST = timedelta(minutes=1)
TRY_LATER = 75  # what import_articles says of a run that another clock's took


class ImportStarter:
    def __init__(self):
        self.process = self.number = None
        self.rests_until = self.told_at = timezone.now()

    def look(self):
        """Start what waits, unless one is at work, which is told to be alive."""
        if self.process and not self._has_ended():
            return
        if timezone.now() < self.rests_until:
            return
        run = next(filter(is_here, steering.due()), None)
        if run is not None:
            self._start(run)

    def stop(self):
        """Ask it to end after its batch; it waits for the next clock to go on.

        It is not waited for: it sees by itself that this process is gone.
        """
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def _start(self, run):
        verb = "--undo" if run.state == Import.State.UNDOING else "--run"
        command = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        command += ["import_articles", verb, str(run.pk), "--parent", str(os.getpid())]
        self.number, self.told_at = run.pk, timezone.now()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def _has_ended(self):
        code, now = self.process.poll(), timezone.now()
        if code is None:
            if now - self.told_at > ALIVE_EVERY:
                self.told_at = now
                steering.alive(self.number)
            return False
        if code and code != TRY_LATER:
            logger.error("The process of import %s ended with %s.", self.number, code)
            reason = (
                f"Its process ended unexpectedly ({code}); the site’s log says why."
            )
            steering.lost(self.number, reason)
            if steering.due().filter(pk=self.number).exists():
                self.rests_until = now + REST
        self.process = None
        return True


def is_here(run):
    """Say whether this machine has the file, which another one may have taken."""
    is_undone = run.state == Import.State.UNDOING
    return is_undone or all(Path(path).exists() for path in run.paths)
