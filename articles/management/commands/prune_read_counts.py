from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from articles import reads


class Command(BaseCommand):
    help = (
        "Add up old hours of the counts of reads to days, and delete old days. The "
        "clock does it once an hour."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--older-than",
            type=int,
            default=reads.KEPT.days,
            metavar="DAYS",
            help=f"delete counts that are older (default: {reads.KEPT.days})",
        )

    def handle(self, *, older_than, **options):
        if older_than < 1:
            raise CommandError("Say how many days are kept: at least one.")
        gone = reads.tidy() + reads.prune(timedelta(days=older_than))
        self.stdout.write(f"{gone} counts deleted.")
