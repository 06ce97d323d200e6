"""One run of an import: from its sources to its report, with a row that tells of it."""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path

from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator

from articles.importers.batches import known
from articles.importers.holding import Held, holding, is_held
from articles.importers.saving import Choices, Outcome, save_stories
from articles.importers.sources import Asked, Sources
from articles.importers.story import Problem, without_zeros
from articles.models import Import, ImportProblem
from articles.planner import analyze

# So many problems of a kind are kept for the report; all are counted.
MOST_OF_A_KIND = 1_000
SAMPLES = 10
LONGEST = 200  # letters of a sample's values
BEAT = timedelta(seconds=1)


class Stopped(Exception):
    """Somebody asked the run to end; everything up to its last batch is written."""


@dataclass
class Report:
    """What became of a run's stories, and everything that was not understood."""

    counts: Counter = field(default_factory=Counter)  # by Outcome, "comments", "kept"
    problems: Counter = field(default_factory=Counter)  # by kind
    broken: int = 0  # stories that were not imported
    samples: list = field(default_factory=list)  # what a dry run shows
    listed: list = field(default_factory=list)  # ImportProblems, the first of a kind
    written: int = 0  # so many of them stand in the database

    @property
    def done(self):
        return sum(self.counts[outcome] for outcome in Outcome)

    def add(self, found):
        """Count a Saved or a Problem."""
        if isinstance(found, Problem):
            self.broken += found.is_broken
            self._problem(found)
            return
        self.counts[found.outcome] += 1
        self.broken += found.outcome is Outcome.REFUSED
        if found.outcome is Outcome.UNCHANGED:
            return
        self.counts["comments"] += found.story.comments
        self.counts["kept"] += bool(found.kept)
        if len(self.samples) < SAMPLES:
            self.samples.append(sample_of(found))
        for problem in found.story.problems:
            self._problem(problem)
        if found.kept:
            names = ", ".join(found.kept)
            reason = f"Editors changed its {names}; that was kept."
            self._problem(Problem(found.story.source_id, "kept", reason))

    def _problem(self, problem):
        problem = without_zeros(problem)
        self.problems[problem.kind] += 1
        if self.problems[problem.kind] <= MOST_OF_A_KIND:
            self.listed.append(
                ImportProblem(
                    kind=problem.kind[:40],
                    file=problem.file[:500],
                    line=problem.line,
                    reason=problem.reason[:500],
                    sample=problem.sample[:300],
                )
            )

    def as_counts(self):
        """Return the counts as Import.counts keeps them."""
        return {
            **{str(name): count for name, count in self.counts.items()},
            "broken": self.broken,
            "problems": dict(self.problems),
            "samples": self.samples,
        }


def sample_of(saved):
    """Return what a dry run shows of a story, so much of it as a table can hold."""
    story = saved.story
    shown = {
        "file": story.source_id,
        "headline": story.headline,
        "byline": ", ".join(credit.name for credit in story.credits),
        "date": story.published.moment.isoformat()[:10] if story.published else "",
        "address": story.address,
        "section": " / ".join(story.section_path) or story.section_name,
    }
    shown = {name: Truncator(value).chars(LONGEST) for name, value in shown.items()}
    tags = [Truncator(tag).chars(LONGEST) for tag in story.tags[:SAMPLES]]
    return {"outcome": str(saved.outcome), **shown, "tags": tags}


def run_import(paths, choices: Choices, asked: Asked, *, kind="", on_found=None):
    """Import; return the Report. `on_found(found, report, total)` hears of each story.

    With `choices.run` its row tells how far it is, and keeps the problems. Whatever
    ends it early is told there and raised again; run again, it goes on. Raises Stopped,
    between two batches, when the row's state says STOPPING or its `ends_as` is set;
    Held where another process has the row in hand.
    """
    with holding(choices.run):
        return _run_import(paths, choices, asked, kind, on_found)


def _run_import(paths, choices, asked, kind, on_found):
    report, run = Report(), choices.run
    media = choices.media
    has_media = media.folder is not None or media.fetch is not None
    asked = replace(asked, known=known, has_media=has_media)
    _begin(run)
    try:
        with Sources(paths, kind) as sources:
            total = sources.count()
            if run is not None:
                run.total = total
                run.kind = ", ".join(sorted({s.reader.NAME for s in sources.found}))
            records = sources.read(asked)
            for found in save_stories(
                _heeding(chain(choices.media.problems, records), run, report), choices
            ):
                report.add(found)
                if on_found:
                    on_found(found, report, total)
                _beat(run, report)
    except BaseException as error:
        # Ctrl-C too: whoever looks at the run is to know how it ended.
        state, message = Import.State.FAILED, f"{type(error).__name__}: {error}"
        if isinstance(error, Stopped):
            state, message = run.ends_as, ""
        elif isinstance(error, KeyboardInterrupt):
            state = Import.State.STOPPED
        _end(run, report, state, message)
        raise
    if report.counts[Outcome.NEW] and not choices.is_dry_run:
        analyze()
    _end(run, report, Import.State.SEEN if choices.is_dry_run else Import.State.DONE)
    return report


def run_for(source, paths, options, user=None):
    """Return a run's row: an earlier one's that did not end, or a new one.

    Of one whose process was killed just now, too. Raises Held where it is at work, or
    where the earlier one is half undone.
    """
    state = Import.State
    begun = [state.STOPPED, state.FAILED, state.RUNNING, state.STOPPING]
    # A command's row that waits was killed before it could begin.
    unfinished = Q(state__in=begun) | Q(state=state.WAITING, beat_at=None)
    runs = Import.objects.filter(source=source, paths=paths, is_dry_run=False)
    if half := runs.filter(state=state.UNDOING).first():
        raise Held(f"Import {half.pk} is being undone: --undo {half.pk} ends that.")
    run = runs.filter(unfinished).first()
    if run is None:
        return Import.objects.create(
            source=source, paths=paths, options=options, started_by=user
        )
    if is_held(run):
        raise Held(f"Import {run.pk} is under way in another process.")
    return run


def _begin(run):
    if run is None:
        return
    run.problems.all().delete()
    run.state, run.message, run.done, run.ended_at = Import.State.RUNNING, "", 0, None
    run.beat_at = timezone.now()
    run.began_at = run.began_at or run.beat_at
    run.save()


def _heeding(records, run, report):
    """Yield the records until the run is to end: here no batch is half written."""
    for record in records:
        _beat(run, report)
        if run is not None and run.ends_as:
            raise Stopped
        yield record


def _beat(run, report):
    if run is None or timezone.now() - run.beat_at < BEAT:
        return
    run.beat_at, run.done = timezone.now(), report.done
    run.counts = report.as_counts()
    _write_problems(run, report)
    run.save(update_fields=["beat_at", "done", "counts", "total", "kind"])
    if Import.objects.filter(pk=run.pk, state=Import.State.STOPPING).exists():
        run.ends_as = Import.State.STOPPED


def _end(run, report, state, message=""):
    if run is None:
        return
    run.state, run.message = state, message[:500]
    run.ended_at = run.beat_at = timezone.now()
    run.done, run.counts = report.done, report.as_counts()
    _write_problems(run, report)
    run.save()


def _write_problems(run, report):
    rows = report.listed[report.written :]
    for row in rows:
        row.run = run
    ImportProblem.objects.bulk_create(rows, batch_size=500)
    report.written = len(report.listed)


def write_report(path: Path, report: Report, source: str):
    """Write the report as JSON. Raises OSError."""
    told = {
        "source": source,
        "written_at": timezone.now().isoformat(timespec="seconds"),
        **report.as_counts(),
        "list": [
            {
                "kind": row.kind,
                "file": row.file,
                "line": row.line,
                "reason": row.reason,
                "sample": row.sample,
            }
            for row in report.listed
        ],
    }
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
