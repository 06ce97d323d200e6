import sys
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from newsroom.backup.archive import Damaged
from newsroom.backup.making import make
from newsroom.backup.rotating import name_at, to_remove
from newsroom.folders import is_given_out


class Command(BaseCommand):
    help = (
        "Write the database and the media files into one file with checksums, while "
        "the site runs. `restore` reads it into either kind of database."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "target",
            nargs="?",
            metavar="FOLDER|FILE.tar",
            help="default: backups/ in DATA_DIR",
        )
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help="delete all but the newest"
        )
        for period in ("daily", "weekly", "monthly"):
            parser.add_argument(
                f"--keep-{period}",
                type=int,
                default=0,
                metavar="N",
                help=f"besides, keep the last N {period} ones",
            )

    def handle(self, *, target, keep, keep_daily, keep_weekly, keep_monthly, **options):
        rules = {
            "newest": keep,
            "daily": keep_daily,
            "weekly": keep_weekly,
            "monthly": keep_monthly,
        }
        if min(rules.values()) < 0:
            raise CommandError("How many backups to keep is a number, 0 or more.")
        path = path_of(target)
        if any(rules.values()) and target and target.endswith(".tar"):
            raise CommandError("--keep needs a folder of backups, not a file's name.")
        if is_given_out(path):
            raise CommandError(
                f"There is no backup: readers could ask for what lies in {path.parent}."
            )
        try:
            report = self.make(path)
        except Damaged as error:
            raise CommandError(f"There is no backup: {error}") from error
        except OSError as error:
            raise CommandError(
                f"There is no backup: {error.strerror or error} "
                f"({error.filename or path})."
            ) from error
        size = path.stat().st_size
        self.stdout.write(
            f"{path}: {report.rows:,} rows, {report.files:,} media files, "
            f"{size / 1e6:,.1f} MB."
        )
        self.rotate(path, rules)
        if report.missing:
            for name in report.missing[:20]:
                self.stderr.write(f"missing: {name}")
            raise CommandError(
                f"The backup is there, but {len(report.missing)} media files that the "
                "database names are not in the storage."
            )

    def make(self, path):
        bar = tqdm(unit=" rows and files", file=sys.stderr, disable=None, leave=False)
        with bar:
            return make(path, lambda what, count: bar.update(count))

    def rotate(self, path, rules):
        names = [other.name for other in path.parent.iterdir()]
        for name in to_remove(names, **rules):
            # Where a clock was wrong, older ones have later names.
            if name == path.name:
                continue
            try:
                path.with_name(name).unlink()
            except OSError as error:
                raise CommandError(
                    f"The backup is there, but the old one {name} could not be "
                    f"deleted: {error.strerror}."
                ) from error
            self.stdout.write(f"Deleted {name}.")


def path_of(target):
    """Return the Path of the file to write, from what the operator said."""
    if target and target.endswith(".tar") and not Path(target).is_dir():
        return Path(target).absolute()
    folder = Path(target) if target else settings.DATA_DIR / "backups"
    return folder.absolute() / name_at(timezone.now())
