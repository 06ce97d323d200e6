import os
import signal
import sys
import tempfile
import zoneinfo
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from articles.importers import steering, uploads
from articles.importers.archives import is_archive, unpack
from articles.importers.fetching_media import Fetcher
from articles.importers.holding import Held
from articles.importers.media import Media
from articles.importers.rules import RULES_OF_THE_DESK, RulesError, read_rules, rules_of
from articles.importers.running import (
    Report,
    Stopped,
    run_for,
    run_import,
    write_report,
)
from articles.importers.saving import Choices, Outcome
from articles.importers.sources import READERS, Asked, outside
from articles.importers.story import PageError, Problem
from articles.importers.undoing import CannotUndo, kept_rows, undo
from articles.models import Article, Import, Section
from articles.signals import chrome_found

STATUSES = [Article.Status.DRAFT, Article.Status.REVIEW, Article.Status.PUBLISHED]
INTERRUPTED = 130  # what a shell says of a command that Ctrl-C ended
TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h: another process has it in hand
BLOCK_KINDS = ("share", "advertise")


class Command(BaseCommand):
    help = (
        "Make articles of old sites: saved pages, exports of WordPress, Ghost and "
        "others, feeds, Markdown; files, folders and archives. Safe to run again."
    )

    def add_arguments(self, parser):
        add = parser.add_argument
        add("paths", nargs="*", metavar="PATH")
        add("--dry-run", action="store_true", help="show what would be made")
        add(
            "--kind",
            choices=[r.NAME for r in READERS],
            help="kind of source; else told",
        )
        add("--section", help="slug of the section to file them under")
        add(
            "--tag", action="append", default=[], help="put this tag on all; repeatable"
        )
        add("--status", choices=STATUSES, default=Article.Status.PUBLISHED)
        add("--timezone", help="zone of dates that name none: Europe/Berlin")
        add("--site", default="", help="address of the old site: https://old.example/")
        add("--new-paths", action="store_true", help="new addresses, old ones redirect")
        add("--rules", metavar="FILE", help="selectors for the site's pages, in TOML")
        add("--media", help="folder or archive with a copy of the old site's media")
        add(
            "--fetch-media",
            action="store_true",
            help="fetch pictures and documents that are missing from the old site",
        )
        add(
            "--host",
            action="append",
            default=[],
            help="host to fetch from, else the site's own; repeatable",
        )
        add(
            "--blocks",
            action="store_true",
            help="make share and advertise blocks of the pages' own lines",
        )
        add("--source", default="", help="name of the source; else the folder's name")
        add("--report", metavar="FILE", help="write the report as JSON")
        add("--runs", action="store_true", help="list the imports there were")
        add("--undo", type=int, metavar="RUN", help="take a whole import back")
        add("--run", type=int, metavar="RUN", help="start one that the desk asked for")
        add("--parent", type=int, metavar="PID", help="end when this parent is gone")

    def handle(self, *, paths, dry_run, blocks, source, report, **options):
        if options["runs"]:
            return self.list_runs()
        if options["undo"]:
            return self.undo(options["undo"], options["parent"])
        if options["run"]:
            return self.run_waiting(options["run"], options["parent"])
        if not paths:
            raise CommandError("Name a file or a folder to import.")
        with ExitStack() as stack:
            choices, asked = chosen(dry_run, source, options, stack)
            self.run_here(
                paths, choices, asked, blocks=blocks, report=report, **options
            )

    def run_here(self, paths, choices, asked, *, blocks, report, **options):
        """Run what the command line asks for, and say what became of it."""
        source = (asked.source or Path(paths[0]).resolve().name)[:50]
        dry_run = choices.is_dry_run
        if not dry_run:
            with refusing_what_is_held():
                files = [str(path) for path in paths]
                run = run_for(source, files, told(options))
            choices = replace(choices, run=run)
        lines, self.report = Counter(), Report()
        try:
            with refusing_what_is_held():
                found = self.run(paths, choices, asked, options["kind"], lines)
        except KeyboardInterrupt as error:
            raise CommandError(
                f"Stopped. {summary(self.report, dry_run)} Run the command again; "
                "it goes on where it stopped.",
                returncode=INTERRUPTED,
            ) from error
        self.stdout.write(summary(found, dry_run))
        self.stdout.writelines(f"{line}\n" for line in list_of_problems(found))
        if blocks:
            self.stdout.writelines(f"{told}\n" for told in blocks_of(lines, dry_run))
        if report:
            try:
                write_report(Path(report), found, source)
            except OSError as error:
                reason = f"The report cannot be written: {error.strerror}."
                raise CommandError(reason) from error
        if found.broken:
            total = found.broken + found.done - found.counts[Outcome.REFUSED]
            raise CommandError(
                f"{found.broken} of {total} pages could not be imported; their names "
                "and reasons stand above."
            )

    def run(self, paths, choices, asked, kind, lines):
        bar = self.bar(" stories")

        def on_found(found, report, total):
            self.report = report
            bar.total = total
            if isinstance(found, Problem):
                self.tell(bar, str(found), error=True)
                return
            bar.update()
            self.describe(bar, found, choices.is_dry_run)
            lines.update(lines_for_blocks(found))

        with bar:
            return run_import(paths, choices, asked, kind=kind or "", on_found=on_found)

    def run_waiting(self, number, parent):
        """Run a row that waits, with the choices that it keeps.

        SIGTERM, and the end of the parent, leave it waiting: whoever started it goes on
        with it the next time.
        """
        run = claimed(number, Import.State.WAITING)
        with ExitStack() as stack:
            try:
                choices, asked = chosen_by(run, stack)
            except CommandError as error:
                run.state, run.message = Import.State.FAILED, str(error)
                run.save(update_fields=["state", "message"])
                raise
            self.run_claimed(run, choices, asked, parent)

    def run_claimed(self, run, choices, asked, parent):
        lines = Counter()

        def on_found(found, report, total):
            if not isinstance(found, Problem):
                lines.update(lines_for_blocks(found))
            if parent and os.getppid() != parent:
                run.ends_as = run.ends_as or Import.State.WAITING

        kind = run.options.get("kind", "")
        try:
            with waiting_at_the_end(run), refusing_what_is_held():
                found = run_import(
                    run.paths, choices, asked, kind=kind, on_found=on_found
                )
        except Stopped:
            self.stdout.write(f"Import {run.pk} is {run.get_state_display()}.")
            return
        if run.options.get("blocks"):
            run.message = " ".join(blocks_of(lines, run.is_dry_run))[:500]
            run.save(update_fields=["message"])
        self.stdout.write(summary(found, run.is_dry_run))

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

    def list_runs(self):
        for run in Import.objects.all()[:50]:
            new = run.counts.get("new", 0)
            self.stdout.write(f"{run.pk}: {run}, {run.get_state_display()}, {new} new")

    def undo(self, number, parent):
        """Take an import back, or a part of it that was left when this was ended.

        SIGTERM, and the end of the parent, leave it to the next clock.
        """
        run = Import.objects.filter(pk=number).first()
        if run is None:
            raise CommandError(f"There is no import {number}; --runs lists them.")
        if run.state == Import.State.UNDOING and run.began_at is None:
            run = claimed(number, Import.State.UNDOING)
        try:
            with (
                waiting_at_the_end(run),
                refusing_what_is_held(),
                self.bar(" rows") as bar,
            ):
                counts = undo(run, partial(self.tell_undone, run, parent, bar))
        except CannotUndo as error:
            if run.state == Import.State.UNDOING:
                steering.could_not_undo(run, str(error), error.rows)
            raise CommandError(str(error)) from error
        except Stopped:
            steering.put_back(run)
            self.stdout.write(f"Import {number} is {run.get_state_display()}.")
            return
        except KeyboardInterrupt as error:
            raise CommandError(
                "Stopped; a part of it is undone. Run the command again; it goes on "
                "where it stopped.",
                returncode=INTERRUPTED,
            ) from error
        gone = ", ".join(f"{count} {what}" for what, count in counts.items())
        self.stdout.write(f"Undone: {gone or 'nothing was there any more'}.")
        if run.message:
            names = ", ".join(f"“{row}”" for row in kept_rows(run))
            self.stdout.write(f"{run.message} They are: {names}.")

    def tell_undone(self, run, parent, bar, done, total):
        bar.total = total
        bar.update(done - bar.n)
        if run.ends_as or (parent and os.getppid() != parent):
            raise Stopped

    def bar(self, unit):
        return tqdm(unit=unit, disable=not sys.stderr.isatty(), leave=False)


def lines_for_blocks(saved):
    """Return what stood around a story that a block of the site may say."""
    return [
        (line.kind, line.text, line.url)
        for line in saved.story.chrome
        if line.kind in BLOCK_KINDS
    ]


def blocks_of(lines, dry_run):
    """Hand the most common wording of each kind to whoever makes blocks.

    `lines` counts them. Returns sentences of what became of it.
    """
    wordings = {}
    for (kind, text, url), _count in lines.most_common():
        wordings.setdefault(kind, (text, url))
    if not wordings:
        return ["The pages have no share or advertise lines."]
    if dry_run:
        return [
            f"Would make this {kind} block: {text}"
            for kind, (text, _url) in wordings.items()
        ]
    sent = chrome_found.send(sender=Import, wordings=wordings)
    return [sentence for _receiver, sentence in sent]


def chosen(dry_run, source, options, stack):
    """Return (Choices, Asked) of the command's options. Raises CommandError.

    An archive of media is unpacked until the `stack` closes.
    """
    site = options["site"]
    if site and urlsplit(site).scheme not in ("http", "https"):
        raise CommandError(f"{site} is no web address; say https://old.example/.")
    host = (urlsplit(site).hostname or "").removeprefix("www.")
    rules = rules_named(options)
    choices = Choices(
        zone=zone_named(options["timezone"] or (rules.timezone if rules else "")),
        section=section_named(options["section"]),
        tags=tuple(options["tag"]),
        status=options["status"],
        is_dry_run=dry_run,
        has_new_paths=options["new_paths"],
        hosts=frozenset({host} - {""}),
        media=media_in(options["media"], fetcher(options, host), stack),
    )
    return choices, Asked(source=source, site=site, rules=rules)


def media_in(path, fetch, stack):
    """Return the Media of a folder, of an archive, or of nothing here."""
    if not path:
        return Media(fetch=fetch)
    path = Path(path)
    if path.is_dir():
        return Media(folder=path, fetch=fetch)
    if not is_archive(path):
        raise CommandError(f"There is no folder {path}, and no archive of that name.")
    unpacked = tempfile.TemporaryDirectory(prefix="import-media-")
    folder = Path(stack.enter_context(unpacked))
    try:
        problems = outside(path.name, unpack(path, folder))
    except PageError as error:
        raise CommandError(f"{path.name}: {error}") from error
    return Media(folder=folder, fetch=fetch, problems=problems)


def chosen_by(run, stack):
    """Return (Choices, Asked) of the options that a row keeps. Raises CommandError."""
    silent = {"section": "", "tag": [], "status": Article.Status.PUBLISHED}
    silent |= {
        "timezone": "",
        "site": "",
        "new_paths": False,
        "media": "",
        "source": "",
        "rules": "",
        "fetch_media": False,
        "host": [],
    }
    options = silent | run.options
    options["media"] = uploads.media_of(run) or options["media"]
    choices, asked = chosen(run.is_dry_run, options["source"], options, stack)
    return replace(choices, run=run), asked


def claimed(number, state):
    try:
        return steering.claim(number, state)
    except steering.NotNow as error:
        raise CommandError(str(error), returncode=TRY_LATER) from error


@contextmanager
def refusing_what_is_held():
    """End in a sentence where another process has the import in hand."""
    try:
        yield
    except Held as error:
        raise CommandError(str(error), returncode=TRY_LATER) from error


@contextmanager
def waiting_at_the_end(run):
    """Let SIGTERM end the run after its batch, and leave it waiting."""

    def wait(*received):
        run.ends_as = run.ends_as or Import.State.WAITING

    before = signal.signal(signal.SIGTERM, wait)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def told(options):
    """Return the options that an import's row keeps."""
    names = (
        *("section", "tag", "status", "timezone", "site", "new_paths", "media"),
        *("rules", "fetch_media", "host"),
    )
    return {name: options[name] for name in names if options[name]}


def fetcher(options, host):
    """Return what fetches media of the old site, None if nobody asked for it."""
    if not options["fetch_media"]:
        return None
    hosts = options["host"] or [host]
    if not any(hosts):
        raise CommandError("Say where from: --site https://old.example/, or --host.")
    folder = settings.DATA_DIR / "imports" / "media"
    return Fetcher(folder, hosts, f"newsroom (+{settings.SITE_URL})")


def rules_named(options):
    """Return the rules of a file, or of the text that the desk keeps."""
    path, text = options["rules"], options.get("rules_text")
    try:
        if text:
            return rules_of(text, RULES_OF_THE_DESK)
        return read_rules(Path(path)) if path else None
    except RulesError as error:
        raise CommandError(str(error)) from error


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


def summary(report, dry_run):
    counts = report.counts
    words = ("would be new", "would change") if dry_run else ("new", "changed")
    return (
        f"{counts[Outcome.NEW]} {words[0]}, {counts[Outcome.CHANGED]} {words[1]}, "
        f"{counts[Outcome.UNCHANGED]} unchanged, {report.broken} not imported."
    )


def list_of_problems(report):
    """Return a line for each kind of problem, the most frequent first."""
    lines = [f"  {count} × {kind}" for kind, count in report.problems.most_common()]
    if comments := report.counts["comments"]:
        lines.append(f"  {comments} comments were left behind")
    return lines
