from django.core.management import BaseCommand
from tqdm import tqdm

from newsroom.search import indexing, schema


class Command(BaseCommand):
    help = (
        "Make the search index anew. Readers go on searching meanwhile; it can be "
        "interrupted and run again."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--waiting",
            action="store_true",
            help="only index the articles that wait for it",
        )
        parser.add_argument(
            "--from-nothing",
            action="store_true",
            help="throw the old index away first; readers find little until it is done",
        )

    def handle(self, *, waiting, from_nothing, verbosity, **options):
        if from_nothing:
            schema.renew()
        else:
            schema.install()
        if waiting:
            self.stdout.write(f"{indexing.drain()} indexed.")
            return
        done, bar = 0, None
        for done, total in indexing.rebuild():
            if bar is None:
                is_quiet = True if verbosity == 0 else None  # None: but on a terminal
                bar = tqdm(total=total, unit=" articles", disable=is_quiet)
            bar.update(done - bar.n)
        if bar is not None:
            bar.close()
        self.stdout.write(f"{done} indexed.")
