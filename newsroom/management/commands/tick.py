import signal
import threading

from django.core.management import BaseCommand, CommandError

from newsroom import clock
from newsroom.feeds import websub
from newsroom.import_starter import ImportStarter
from newsroom.search import indexing

# Seconds, of a run by cron: what is left waits for the next one.
INDEXED_FOR = 30


class Command(BaseCommand):
    help = (
        "Announce what went live or ended, and publish scheduled changes. Safe to run "
        "at any time and several times at once."
    )

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="until it is ended")
        parser.add_argument(
            "--every", type=float, default=1, metavar="SECONDS", help="of the loop"
        )
        parser.add_argument(
            "--parent", type=int, metavar="PID", help="end when this parent is gone"
        )

    def handle(self, *, loop, every, parent, **options):
        if loop:
            if every <= 0:
                raise CommandError("--every takes a number of seconds above 0.")
            beside = clock.PictureFinisher(), ImportStarter()
            clock.run(stop_by_signal(), every, parent, *beside)
            return
        report = clock.tick()
        websub.send()
        indexing.drain(seconds=INDEXED_FOR)
        self.stdout.write(
            f"{report.announced} announced, {report.ended} ended, "
            f"{report.changed} with changes published."
        )
        if report.troubles:
            raise CommandError(
                "\n".join(
                    f"{sentence} (article {article.copy_of_id or article.pk})"
                    for article, sentence in report.troubles
                )
            )


def stop_by_signal():
    """Return an Event that SIGTERM and Ctrl-C set: the article at hand is finished."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *received: stopped.set())
    return stopped
