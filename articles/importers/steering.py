"""What is asked of a run from outside its process: to begin, to stop, to be undone.

The row is all that the desk, the clock and the run's own process have in common. Each
step is one statement, so that two who ask at once do not both succeed.
"""

from django.db.models import Q
from django.utils import timezone

from articles.models import Import

State = Import.State
# How a run that ended, or never began, may stand when it is asked for anew.
AT_REST = (State.SEEN, State.DONE, State.STOPPED, State.FAILED)


class NotNow(Exception):
    """Why nothing can be asked of the run, as a sentence."""


def ask(run, *, is_dry_run, **chosen):
    """Let the clock start it, as a dry run or in earnest. Raises NotNow.

    `chosen` are fields of the row that are to be otherwise when it does.
    """
    if run.state == State.UNDOING and "undone" in run.counts:
        raise NotNow("A part of it is undone; undo it to its end first.")
    begin = {"state": State.WAITING, "done": 0, "total": None}
    _change(run, **begin, is_dry_run=is_dry_run, **chosen)


def ask_to_undo(run):
    """Let the clock start the undoing. Raises NotNow."""
    _change(run, state=State.UNDOING)


def _change(run, **values):
    now = timezone.now()
    is_new = Q(state=State.WAITING, beat_at=None)
    at_rest = Q(state__in=AT_REST) | is_new
    if run.is_lost():
        at_rest |= Q(state=run.state, beat_at=run.beat_at)
    is_done = (
        Import.objects.filter(at_rest, pk=run.pk).update(
            beat_at=now, began_at=None, ended_at=None, message="", **values
        )
        == 1
    )
    if not is_done:
        raise NotNow("It is under way already, or was undone.")
    run.refresh_from_db()


def stop(run):
    """Ask it to end after its batch; one that only waits does so at once."""
    runs = Import.objects.filter(pk=run.pk)
    now = timezone.now()
    if not runs.filter(state=State.WAITING).update(state=State.STOPPED, ended_at=now):
        runs.filter(state=State.RUNNING).update(state=State.STOPPING)
    run.refresh_from_db()


def due():
    """Return the runs that wait to be started or undone, the first asked for first."""
    waits = Q(state=State.WAITING, beat_at__isnull=False)
    waits |= Q(state=State.UNDOING, began_at=None)
    return Import.objects.filter(waits).order_by("beat_at", "pk")


def claim(number, state):
    """Take in hand what waits in a state; return the run. Raises NotNow."""
    now = timezone.now()
    waits = Import.objects.filter(pk=number, state=state)
    if state == State.UNDOING:
        is_ours = waits.filter(began_at=None).update(began_at=now, beat_at=now)
    else:
        is_ours = waits.update(state=State.RUNNING, began_at=None, beat_at=now)
    if not is_ours:
        raise NotNow(f"Import {number} does not wait to be started.")
    return Import.objects.get(pk=number)


def put_back(run):
    """Let an undoing that was begun wait for the next clock."""
    Import.objects.filter(pk=run.pk, state=State.UNDOING).update(began_at=None)


def alive(number):
    """Note that the process of a run is there, whatever it is busy with."""
    at_work = Import.objects.filter(pk=number, state__in=Import.AT_WORK)
    at_work.update(beat_at=timezone.now())


def lost(number, reason):
    """Note that the process of a run ended without a word."""
    runs = Import.objects.filter(pk=number)
    values = {"ended_at": timezone.now(), "message": reason[:500]}
    writing = runs.filter(state__in=(State.RUNNING, State.STOPPING))
    writing.update(state=State.STOPPED, **values)
    undoing = runs.filter(state=State.UNDOING, began_at__isnull=False)
    # With a part of it gone it can only be undone to its end, when somebody asks for
    # that; else it is as it was.
    undoing.filter(counts__has_key="undone").update(beat_at=None, **values)
    undoing.exclude(counts__has_key="undone").update(state=State.DONE, **values)


def could_not_undo(run, reason, rows):
    """Note what keeps a run from being undone, for whoever asked at the desk."""
    run.state, run.message, run.ended_at = State.DONE, reason[:500], timezone.now()
    run.counts["edited"] = [[row._meta.model_name, row.pk] for row in rows]
    run.save(update_fields=["state", "message", "ended_at", "counts"])
