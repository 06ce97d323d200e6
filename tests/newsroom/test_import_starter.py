"""The process that the clock starts for an import, and when it does not."""

import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.importers import steering
from articles.models import Import
from newsroom import import_starter
from newsroom.import_starter import ImportStarter

pytestmark = pytest.mark.django_db
State = Import.State


class Started(list):
    """The commands that were asked for; `code` is what runs in their place."""

    code = "import time; time.sleep(60)"


@pytest.fixture
def started(monkeypatch):
    """Start nothing of this site's, but tell what was asked for."""
    commands, popen = Started(), import_starter.subprocess.Popen

    def start(command, **options):
        commands.append(command)
        return popen([sys.executable, "-c", commands.code], **options)

    monkeypatch.setattr(import_starter.subprocess, "Popen", start)
    return commands


def waiting(tmp_path, name="a.xml", **fields):
    path = tmp_path / name
    path.write_text("<rss/>")
    run = Import.objects.create(source=name, paths=[str(path)], **fields)
    steering.ask(run, is_dry_run=True)
    return run


def test_starts_what_was_asked_for_one_after_the_other(started, tmp_path):
    starter = ImportStarter()
    # A command that runs its own row is left alone.
    Import.objects.create(source="by hand", paths=[str(tmp_path)])
    starter.look()
    assert started == []
    first, second = waiting(tmp_path), waiting(tmp_path, "b.xml")
    starter.look()
    starter.look()
    assert [command[2:5] for command in started] == [
        ["import_articles", "--run", str(first.pk)]
    ]
    Import.objects.filter(pk=first.pk).update(state=State.DONE)
    starter.process.kill()
    starter.process.wait()
    starter.look()
    assert started[1][4] == str(second.pk)
    starter.stop()
    assert starter.process.wait() != 0


def test_tells_that_a_process_is_alive_and_when_it_is_gone(started, tmp_path):
    run, starter = waiting(tmp_path), ImportStarter()
    starter.look()
    steering.claim(run.pk, State.WAITING)
    long_ago = timezone.now() - timedelta(hours=1)
    Import.objects.filter(pk=run.pk).update(beat_at=long_ago)
    starter.told_at = long_ago
    starter.look()
    run.refresh_from_db()
    assert not run.is_lost()
    starter.process.kill()
    starter.process.wait()
    starter.look()
    run.refresh_from_db()
    assert run.state == State.STOPPED
    assert "ended unexpectedly (-9)" in run.message


def test_an_undoing_is_started_too_and_taken_back_when_it_is_killed(started, tmp_path):
    run, starter = waiting(tmp_path), ImportStarter()
    Import.objects.filter(pk=run.pk).update(state=State.DONE)
    steering.ask_to_undo(run)
    started.code = "import sys; sys.exit(1)"
    starter.look()
    assert started[0][2:5] == ["import_articles", "--undo", str(run.pk)]
    steering.claim(run.pk, State.UNDOING)
    starter.process.wait()
    starter.look()
    run.refresh_from_db()
    assert run.state == State.DONE
    assert len(started) == 1


def test_rests_after_one_that_could_not_even_begin(started, tmp_path):
    run, starter = waiting(tmp_path), ImportStarter()
    started.code = "import sys; sys.exit(1)"
    starter.look()
    starter.process.wait()
    starter.look()
    assert len(started) == 1
    assert run in steering.due()
    starter.rests_until = timezone.now() - timedelta(seconds=1)
    starter.look()
    assert len(started) == 2


def test_leaves_what_another_clock_has_taken_or_another_machine_has(started, tmp_path):
    run, starter = waiting(tmp_path), ImportStarter()
    started.code = "import sys; sys.exit(75)"
    starter.look()
    steering.claim(run.pk, State.WAITING)
    starter.process.wait()
    starter.look()
    run.refresh_from_db()
    assert run.state == State.RUNNING
    elsewhere = Import.objects.create(source="x", paths=[str(tmp_path / "none")])
    steering.ask(elsewhere, is_dry_run=True)
    starter.look()
    assert len(started) == 1
