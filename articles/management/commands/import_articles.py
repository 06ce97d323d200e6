import sys
import zoneinfo
from collections import Counter

from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from articles.importers.saving import Choices, Outcome, save_stories
from articles.importers.sources import Asked, Sources
from articles.importers.story import Problem
from articles.models import Article, Section
from articles.planner import analyze
from articles.signals import chrome_found

STATUSES = [Article.Status.DRAFT, Article.Status.REVIEW, Article.Status.PUBLISHED]
INTERRUPTED = 130  # what a shell says of a command that Ctrl-C ended
BLOCK_KINDS = ("share", "advertise")


class Command(BaseCommand):
    help = (
        "Make articles of saved pages: plain text and HTML, files and folders. "
        "Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would be made"
        )
        parser.add_argument("--section", help="slug of the section to file them under")
        parser.add_argument(
            "--tag", action="append", default=[], help="put this tag on all; repeatable"
        )
        parser.add_argument(
            "--status", choices=STATUSES, default=Article.Status.PUBLISHED
        )
        parser.add_argument(
            "--timezone", help="zone of dates that name none: Europe/Berlin"
        )
        parser.add_argument(
            "--blocks",
            action="store_true",
            help="make share and advertise blocks of the pages' own lines",
        )
        parser.add_argument(
            "--source",
            default="",
            help="name of the source; else the name of the folder",
        )

    def handle(self, *, paths, dry_run, blocks, source, **options):
        choices = Choices(
            zone=zone_named(options["timezone"]),
            section=section_named(options["section"]),
            tags=tuple(options["tag"]),
            status=options["status"],
            is_dry_run=dry_run,
        )
        counts, broken, chrome = Counter(), 0, Counter()
        try:
            with (
                Sources(paths) as sources,
                tqdm(
                    total=sources.count() if sys.stderr.isatty() else None,
                    unit=" stories",
                    disable=not sys.stderr.isatty(),
                    leave=False,
                ) as bar,
            ):
                records = sources.read(Asked(source=source))
                for found in save_stories(records, choices):
                    bar.update()
                    if isinstance(found, Problem):
                        broken += found.is_broken
                        self.tell(bar, str(found), error=True)
                        continue
                    counts[found.outcome] += 1
                    broken += found.outcome is Outcome.REFUSED
                    self.describe(bar, found, dry_run)
                    chrome.update(
                        (line.kind, line.text, line.url)
                        for line in found.story.chrome
                        if line.kind in BLOCK_KINDS
                    )
        except KeyboardInterrupt as error:
            raise CommandError(
                f"Stopped. {summary(counts, broken, dry_run)} Run the command again; "
                "it goes on where it stopped.",
                returncode=INTERRUPTED,
            ) from error
        if counts[Outcome.NEW] and not dry_run:
            analyze()
        self.stdout.write(summary(counts, broken, dry_run))
        if blocks:
            self.make_blocks(chrome, dry_run)
        if broken:
            raise CommandError(
                f"{broken} of {broken + sum(counts.values()) - counts[Outcome.REFUSED]}"
                " pages could not be imported; their names and reasons stand above."
            )

    def tell(self, bar, text, *, error=False):
        """Write a line above the progress bar."""
        bar.clear()
        (self.stderr if error else self.stdout).write(text)

    def describe(self, bar, saved, dry_run):
        story = saved.story
        if dry_run:
            self.tell(bar, in_one_line(saved))
        if saved.outcome is Outcome.UNCHANGED:
            return
        for problem in story.problems:
            refused = saved.outcome is Outcome.REFUSED
            self.tell(bar, str(problem), error=refused)
        if saved.kept:
            kept = ", ".join(saved.kept)
            self.tell(bar, f"{story.source_id}: kept the editors’ own {kept}.")

    def make_blocks(self, chrome, dry_run):
        """Hand the most common wording of each kind to whoever makes blocks."""
        wordings = {}
        for (kind, text, url), _count in chrome.most_common():
            wordings.setdefault(kind, (text, url))
        if not wordings:
            self.stdout.write("The pages have no share or advertise lines.")
        elif dry_run:
            for kind, (text, _url) in wordings.items():
                self.stdout.write(f"Would make this {kind} block: {text}")
        else:
            sent = chrome_found.send(sender=type(self), wordings=wordings)
            for _receiver, sentence in sent:
                self.stdout.write(sentence)


def zone_named(name):
    if not name:
        return timezone.get_default_timezone()
    try:
        return zoneinfo.ZoneInfo(name)
    # "Europe" is a folder among the zones.
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CommandError(
            f"There is no time zone {name!r}; say for example Europe/Berlin."
        ) from error


def section_named(slug):
    if not slug:
        return None
    try:
        return Section.objects.get(slug=slug)
    except Section.DoesNotExist as error:
        slugs = ", ".join(Section.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(
            f"There is no section {slug!r}. The sections are: {slugs}."
        ) from error


def in_one_line(saved):
    """Return what a dry run says of a page."""
    story = saved.story
    names = ", ".join(credit.name for credit in story.credits) or "no byline"
    day = story.published.moment.isoformat()[:10] if story.published else "no date"
    return f"{saved.outcome}: {story.source_id}: “{story.headline}”, {names}, {day}"


def summary(counts, broken, dry_run):
    words = ("would be new", "would change") if dry_run else ("new", "changed")
    return (
        f"{counts[Outcome.NEW]} {words[0]}, {counts[Outcome.CHANGED]} {words[1]}, "
        f"{counts[Outcome.UNCHANGED]} unchanged, {broken} not imported."
    )
