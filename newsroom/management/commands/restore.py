import sys
from pathlib import Path

from django.core.management import (
    BaseCommand,
    CommandError,
    call_command,
    get_commands,
)
from tqdm import tqdm

from newsroom.backup.archive import Damaged
from newsroom.backup.reading import check, check_versions, opened
from newsroom.backup.restoring import Refused, in_use, restore

# Commands that make anew what is derived from rows, where a site has them.
REBUILDING = ("rebuild_search",)


class Command(BaseCommand):
    help = (
        "Put a backup in the place of the database, and its media files into the "
        "storage. Everything is checked first; one thing wrong, and nothing changes."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.tar")
        parser.add_argument(
            "--check", action="store_true", help="only check it; write nothing"
        )
        parser.add_argument(
            "--force", action="store_true", help="replace the content of this site"
        )

    def handle(self, *, file, force, **options):
        is_check = options["check"]
        path = Path(file)
        try:
            with opened(path) as backup:
                self.run(path, backup, is_check=is_check, force=force)
        except Damaged as error:
            raise CommandError(f"{path.name} cannot be used. {error}") from error
        except Refused as error:
            raise CommandError(f"{error}. Nothing was changed.") from error
        except OSError as error:
            # Of a file that is being written, the system does not say the name.
            where = f" ({error.filename})" if error.filename else ""
            raise CommandError(
                f"{path.name} was not restored: {error.strerror or error}{where}. "
                "The database was not changed."
            ) from error

    def run(self, path, backup, *, is_check, force):
        check_versions(backup)
        label = in_use()
        if label and not (force or is_check):
            raise CommandError(
                f"This site has content of its own ({label}); nothing was changed. "
                "Say --force to put the backup in its place."
            )
        size = path.stat().st_size
        with progress("checking", size) as bar:
            check(backup, bar.update)
        manifest = backup.manifest
        told = (
            f"{sum(manifest['tables'].values()):,} rows in "
            f"{sum(map(bool, manifest['tables'].values()))} tables, "
            f"{manifest['media']['files']:,} media files, made {manifest['made_at']} "
            f"on {manifest['database']}."
        )
        if is_check:
            for name, count in manifest["tables"].items():
                if count:
                    self.stdout.write(f"{count:>10,}  {name}")
            self.stdout.write(f"{path.name} is whole: {told}")
            return
        with progress("restoring", size) as bar:
            restore(backup, bar.update)
        for name in REBUILDING:
            if name in get_commands():
                call_command(name, stdout=self.stdout)
        self.stdout.write(f"Restored: {told}")


def progress(what, size):
    """A bar on a terminal, nothing elsewhere."""
    return tqdm(
        desc=what,
        total=size,
        unit="B",
        unit_scale=True,
        file=sys.stderr,
        disable=None,
        leave=False,
    )
