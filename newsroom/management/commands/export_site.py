import sqlite3
import sys
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from articles.exporters import wxr
from newsroom.backup.making import snapshot
from newsroom.folders import is_home
from newsroom.furniture import Furniture
from newsroom.static_site.making import Unreachable, make_site
from newsroom.static_site.progress import NAME as NOTES
from newsroom.transfer.writing import write_export

# Drafts and addresses that are not public stand in these, and a static site is for all.
NOT_BESIDE = {
    "static": ("content.jsonl", "wordpress.xml"),
    **dict.fromkeys(("jsonl", "wxr"), (NOTES,)),
}


class Command(BaseCommand):
    help = (
        "Write the whole site into a folder: jsonl (our own format, complete), wxr "
        "(for WordPress) or static (a site of plain files). Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="FOLDER")
        parser.add_argument(
            "--format", choices=["jsonl", "wxr", "static"], default="jsonl"
        )
        parser.add_argument(
            "--resume",
            action="store_true",
            help="static: go on where a run was stopped, without looking again at "
            "what that one made",
        )

    def handle(self, *, folder, format, **options):
        folder = Path(folder).absolute()
        if is_home(folder):
            raise CommandError(
                f"Nothing was exported: {folder} is a folder of the site’s own. Name "
                "another one."
            )
        if others := [n for n in NOT_BESIDE[format] if (folder / n).exists()]:
            raise CommandError(
                f"Nothing was exported: in {folder} lies an export of another format "
                f"({others[0]}). A static site needs a folder of its own."
            )
        try:
            missing = getattr(self, f"_{format}")(folder, options)
        except OSError as error:
            raise CommandError(
                f"The export is not complete: {error.strerror or error} "
                f"({error.filename or folder}). Run the command again; it goes on."
            ) from error
        except sqlite3.Error as error:
            raise CommandError(
                f"The export is not complete: {error} (its notes, {folder / NOTES})."
            ) from error
        except Unreachable as error:
            raise CommandError(f"Nothing was exported. {error}") from error
        if missing:
            for name in missing[:20]:
                self.stderr.write(name)
            raise CommandError(
                f"The export is there, but {len(missing)} things are not in it; "
                "the first stand above."
            )

    def _jsonl(self, folder, options):
        with bar("records") as progress:
            counts, missing = write_export(folder, progress.update)
        told = ", ".join(f"{type} {count:,}" for type, count in counts.items() if count)
        self.stdout.write(f"{folder}: {sum(counts.values()):,} records ({told}).")
        return [f"missing: media/{name}" for name in missing]

    def _wxr(self, folder, options):
        folder.mkdir(parents=True, exist_ok=True)
        path, publication = folder / "wordpress.xml", Furniture().publication
        partial = path.with_name(f"{path.name}.partial")
        with (
            bar("items") as progress,
            snapshot(),
            partial.open("w", encoding="utf-8") as file,
        ):
            count = wxr.write(
                file,
                title=publication.name,
                description=publication.tagline,
                language=publication.language,
                on_step=progress.update,
            )
        partial.replace(path)
        self.stdout.write(f"{path}: {count:,} posts, pages and attachments.")
        return []

    def _static(self, folder, options):
        with bar("addresses") as progress:
            report = make_site(
                folder, resumes=options["resume"], on_step=progress.update
            )
        self.stdout.write(
            f"{folder}: {report.pages:,} pages, {report.files:,} other files; "
            f"{report.written:,} written, {report.removed:,} removed."
        )
        for name, count in report.unsaid.items():
            self.stdout.write(
                f"{name} cannot say {count:,} of the redirects; they are named at its "
                "end."
            )
        # An author without stories has a row and no page; no page leads there.
        return [
            f"{told} ({asked_by} leads there)"
            for told, asked_by in report.troubles
            if asked_by
        ]


def bar(unit, **options):
    """A bar on a terminal, nothing elsewhere."""
    return tqdm(unit=f" {unit}", file=sys.stderr, disable=None, leave=False, **options)
