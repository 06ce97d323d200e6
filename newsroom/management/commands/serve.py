import logging
import multiprocessing
import os
import subprocess
import sys
import threading

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection
from gunicorn.app.base import BaseApplication

from articles.planner import analyze
from newsroom.wsgi import application

logger = logging.getLogger(__name__)

MEMORY = "/dev/shm"  # Linux
# Seconds before a clock that ended by itself is started again, and that it has to
# finish what it is at.
PAUSE, PATIENCE = 2, 10


class Server(BaseApplication):
    """gunicorn, set up in Python instead of by a file."""

    def __init__(self, options):
        self.options = options
        super().__init__()

    def load_config(self):
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self):
        return application


class ClockProcess:
    """The clock in a process of its own, one for all workers, kept running.

    It ends by itself when its parent is gone, even by SIGKILL (clock.run).

    Popen waits until its pipe for errors is closed everywhere. A worker that gunicorn
    forks meanwhile, in its own thread, inherits that pipe and keeps it open as long as
    it lives: Popen would never return, and a clock that ends would have no successor.
    So a fork waits for Popen.
    """

    def __init__(self):
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

    def start(self, server):
        self.keeper.start()

    def _keep(self):
        manage = str(settings.BASE_DIR / "manage.py")
        command = [sys.executable, manage, "tick", "--loop", "--parent"]
        while not self.is_over.is_set():
            with self.starting:
                self.process = subprocess.Popen([*command, str(os.getpid())])
            # gunicorn may reap it first; then there is no exit code to be had.
            self.process.wait()
            if not self.is_over.wait(PAUSE):
                logger.error("The clock ended by itself; it is started again.")

    def stop(self, server):
        self.is_over.set()
        if self.process:
            self.process.terminate()
        self.keeper.join(PATIENCE)
        if self.process and self.process.poll() is None:
            self.process.kill()


class Command(BaseCommand):
    help = (
        "Serve the site with gunicorn, and run its clock. Ends with Ctrl-C or SIGTERM."
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
            connection.close()  # a connection must not live on in forked workers
        self.stdout.write(
            f"Serving http://{host or '127.0.0.1'}:{port}/ (Ctrl-C ends it)"
        )
        self.stdout.flush()
        clock = ClockProcess()
        hooks = {"when_ready": clock.start, "on_exit": clock.stop}
        Server(
            {
                **({} if no_clock else hooks),
                "bind": f"{host or '127.0.0.1'}:{port}",
                "workers": workers,
                "worker_class": "gthread",
                "threads": threads,
                # Heartbeats in memory: on some machines /tmp is a slow disk
                # (gunicorn's FAQ, "How do I avoid Gunicorn excessively blocking").
                "worker_tmp_dir": MEMORY if os.path.isdir(MEMORY) else None,
                "errorlog": "-",
                "loglevel": "warning",
                "control_socket_disable": True,
            }
        ).run()
