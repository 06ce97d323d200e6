"""The process that the clock starts for pictures, and when it does not."""

import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Picture
from newsroom import clock
from tests.factories import make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(monkeypatch):
    """Start nothing of this site's; tell what was asked for, and run `sys.exit(3)`."""
    commands, popen = [], clock.subprocess.Popen

    def start(command, **options):
        commands.append(command)
        return popen([sys.executable, "-c", "import sys; sys.exit(3)"], **options)

    monkeypatch.setattr(clock.subprocess, "Popen", start)
    return commands


def test_starts_only_when_pictures_wait_and_rests_after_a_failure(started):
    finisher = clock.PictureFinisher()
    finisher.look()
    assert started == []
    make_picture()
    finisher.look()
    assert started[0][2:4] == ["finish_pictures", "--gently"]
    finisher.process.wait()
    finisher.look()
    assert len(started) == 1
    finisher.rests_until = timezone.now() - timedelta(seconds=1)
    finisher.look()
    assert len(started) == 2
    finisher.stop()


def test_leaves_finished_pictures_alone(started):
    make_picture()
    Picture.objects.update(is_unfinished=False)
    clock.PictureFinisher().look()
    assert started == []


def test_ends_with_the_clock(started):
    make_picture()
    finisher = clock.PictureFinisher()
    finisher.look()
    finisher.stop()
    assert finisher.process.poll() is not None
