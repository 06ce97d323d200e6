import os
import signal
import threading

from django.core.management import BaseCommand
from django.db import connections

from newsroom.pagecache import node

EVERY = 0.5  # seconds


class Command(BaseCommand):
    help = (
        "Throw away this node's kept pages as the purge journal says, until it is "
        "ended. `serve --no-clock` runs it; where the clock runs, that does it."
    )

    def add_arguments(self, parser):
        parser.add_argument("--parent", type=int, help="ends when this process does")

    def handle(self, *, parent, **options):
        is_over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: is_over.set())
        while not is_over.wait(min(EVERY, node.until_next())):
            if parent not in (None, os.getppid()):
                break
            node.follow()
            # After a restart of the database the next round connects anew.
            for used in connections.all(initialized_only=True):
                used.close_if_unusable_or_obsolete()
