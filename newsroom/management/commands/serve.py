import multiprocessing
import os

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection
from gunicorn.app.base import BaseApplication

from articles.planner import analyze
from newsroom.wsgi import application

MEMORY = "/dev/shm"  # Linux


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


class Command(BaseCommand):
    help = "Serve the site with gunicorn. Ends with Ctrl-C or SIGTERM."

    def add_arguments(self, parser):
        parser.add_argument(
            "address", nargs="?", default="127.0.0.1:8000", help="HOST:PORT or PORT"
        )
        parser.add_argument(
            "--workers", type=int, default=min(multiprocessing.cpu_count(), 4)
        )
        parser.add_argument("--threads", type=int, default=4, help="per worker")

    def handle(self, *, address, workers, threads, **options):
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
        Server(
            {
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
