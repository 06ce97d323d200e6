from datetime import timedelta

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import BaseCommand, CommandError
from django.db.models import FileField
from django.utils import timezone

from articles.models import Picture


class Command(BaseCommand):
    help = (
        "Delete stored pictures and photographs that no record names, as a crash in "
        "the middle of an upload leaves them. Safe to run at any time."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--older-than", type=float, default=1, metavar="DAYS", help="default: 1"
        )
        parser.add_argument("--dry-run", action="store_true", help="only list them")

    def handle(self, *, older_than, dry_run, verbosity, **options):
        if older_than < 0:
            raise CommandError("--older-than takes a number of days, 0 or more.")
        before = timezone.now() - timedelta(days=older_than)
        # Listed first, asked for second: what is stored meanwhile is not listed, and
        # what is adopted meanwhile is asked for.
        found = [n for folder in folders() for n in names_below(folder)]
        in_use, swept, size = names_in_use(), 0, 0
        for name in found:
            if name in in_use or default_storage.get_modified_time(name) > before:
                continue
            swept, size = swept + 1, size + default_storage.size(name)
            if dry_run or verbosity > 1:
                self.stdout.write(name)
            if not dry_run:
                default_storage.delete(name)
        verb = "would be deleted" if dry_run else "deleted"
        self.stdout.write(
            f"{swept} of {len(found)} files {verb}, {size / 1e6:.1f} MB. "
            f"Nobody names them, and they are older than {older_than:g} days."
        )


def file_fields():
    """Return the fields of the site that name files in the default storage."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FileField) and field.storage == default_storage
    ]


def folders():
    """Return the folders of the storage that those fields fill, and no others."""
    return sorted({f.upload_to for f in file_fields() if isinstance(f.upload_to, str)})


def names_below(folder):
    """Yield the name of every file in a folder of the storage and in those below."""
    try:
        inner, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{file}" for file in files)
    for name in inner:
        yield from names_below(f"{folder}/{name}")


def names_in_use():
    """Return the names of all files that records name, as a set."""
    names = set()
    for field in file_fields():
        rows = field.model._base_manager.values_list(field.name, flat=True)
        names.update(rows.iterator())
    pictures = Picture._base_manager.values_list("renditions", flat=True)
    for files in pictures.iterator():
        names.update(file["name"] for file in files)
    return names
