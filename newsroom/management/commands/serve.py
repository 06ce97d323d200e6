import contextlib
import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection, connections
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.errors import FatalError
from granian.log import LogLevels

from articles.models import Article
from articles.planner import analyze
from newsroom.pagecache import checking, node

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1  # prctl(2)
# Seconds before a clock that ended by itself is started again, and that it has to
# finish what it is at.
PAUSE, PATIENCE = 2, 10


class LoopProcess:
    """The clock, or `follow`, in a process of its own for all workers, kept running.

    It ends by itself when its parent is gone, even by SIGKILL (clock.run).

    Popen waits until its pipe for errors is closed everywhere. A worker that the server
    forks meanwhile, in its own thread, inherits that pipe and keeps it open as long as
    it lives: Popen would never return, and a clock that ends would have no successor.
    So a fork waits for Popen.
    """

    def __init__(self, *arguments):
        self.arguments = arguments
        starting = threading.Lock()
        os.register_at_fork(
            before=starting.acquire,
            after_in_parent=starting.release,
            after_in_child=starting.release,
        )
        self.starting = starting
        self.is_over = threading.Event()
        self.process = None
        self.keeper = threading.Thread(target=self._keep, daemon=True)

    def start(self):
        self.keeper.start()

    def _keep(self):
        manage = str(settings.BASE_DIR / "manage.py")
        command = [sys.executable, manage, *self.arguments, "--parent"]
        while not self.is_over.is_set():
            with self.starting:
                self.process = subprocess.Popen([*command, str(os.getpid())])
            # The server may reap it first; then there is no exit code to be had.
            self.process.wait()
            if not self.is_over.wait(PAUSE):
                logger.error(
                    "%s ended by itself; it is started again.", self.arguments[0]
                )

    def stop(self):
        self.is_over.set()
        if self.process:
            self.process.terminate()
        self.keeper.join(PATIENCE)
        if self.process and self.process.poll() is None:
            self.process.kill()


def end_with_parent():
    """Let a worker end when the process that started it is gone (Linux)."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def load_for_all():
    """Load what every worker needs before they are forked, so that they share it.

    Pages of two kinds load addresses, templates and statements. Nothing of it becomes
    garbage: what the collector looks at, it writes on, and a page of memory that was
    written on is a worker's own from then on.
    """
    asking = checking.Asking()
    newest = Article.objects.live().newest_first().values_list("path", flat=True)
    for path in ("/", *newest[:1]):
        asking.ask(path, is_fresh=True)
    gc.collect()
    gc.freeze()


class Command(BaseCommand):
    help = (
        "Serve the site with granian, and run its clock. Ends with Ctrl-C or SIGTERM."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "address", nargs="?", default="127.0.0.1:8000", help="HOST:PORT or PORT"
        )
        parser.add_argument(
            "--workers", type=int, default=min(multiprocessing.cpu_count(), 4)
        )
        parser.add_argument("--threads", type=int, default=4, help="per worker")
        parser.add_argument(
            "--no-clock",
            action="store_true",
            help="the clock runs elsewhere (manage.py tick --loop)",
        )

    def handle(self, *, address, workers, threads, no_clock, **options):
        host, _, port = address.rpartition(":")
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise CommandError(f"{address!r} is no address; say HOST:PORT or PORT.")
        if min(workers, threads) < 1:
            raise CommandError("There must be at least one worker and one thread.")
        if not settings.DEBUG and not settings.STATIC_ROOT.exists():
            raise CommandError(
                "The static files are not collected yet; run "
                "`manage.py collectstatic` first."
            )
        if connection.vendor == "sqlite":
            analyze()
        # What a crash left between a change and its purge goes before the first reader.
        node.follow()
        load_for_all()
        # Connections must not live on in forked workers.
        connections.close_all()
        if node.store is not None:
            node.store.close()
        self.stdout.write(
            f"Serving http://{host or '127.0.0.1'}:{port}/ (Ctrl-C ends it)"
        )
        self.stdout.flush()
        server = Granian(
            "newsroom.wsgi:application",
            address=host or "127.0.0.1",
            port=int(port),
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            http=HTTPModes.http1,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=PATIENCE,
            log_level=LogLevels.warning,
        )
        beside = LoopProcess(*(["follow"] if no_clock else ["tick", "--loop"]))
        if not no_clock or node.store is not None:
            server.on_startup(beside.start)
            server.on_shutdown(beside.stop)
        os.register_at_fork(after_in_child=end_with_parent)
        try:
            server.serve()
        except FatalError as error:
            raise CommandError(f"The server could not run: {error}") from error
