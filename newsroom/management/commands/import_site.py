import sys
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from newsroom.transfer.loading import NoExport, count_records, load_export


class Command(BaseCommand):
    help = (
        "Read a whole site out of what “export_site” wrote: what is not here is added, "
        "what is here stays as it is. Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="FOLDER")

    def handle(self, *, folder, **options):
        folder = Path(folder)
        try:
            with tqdm(
                total=count_records(folder),
                unit=" records",
                disable=not sys.stderr.isatty(),
                leave=False,
            ) as progress:
                report = load_export(folder, progress.update)
        except NoExport as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"Stopped: {error.strerror} ({error.filename}). Run the command again; "
                "it goes on where it stopped."
            ) from error
        self.stdout.write(
            f"{report.new:,} new, {report.unchanged:,} unchanged, "
            f"{len(report.kept):,} are here with other words and were kept."
        )
        for sentence in (*report.kept[:20], *report.problems[:20]):
            self.stdout.write(f"  {sentence}")
        if report.problem_count:
            raise CommandError(
                f"{report.problem_count:,} records could not be read; the first stand "
                "above."
            )
