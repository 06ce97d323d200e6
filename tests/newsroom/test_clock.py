"""What must happen once when a moment has come, and what must not."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import Error, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import publishing, signals
from articles.models import Article, Autosave, Notice, Presence
from newsroom import clock
from newsroom.models import Heartbeat
from tests.factories import NOON, make_article, make_picture, make_user
from tests.processes import Processes, wait_for

pytestmark = pytest.mark.django_db
Status = Article.Status
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@contextmanager
def hearing(signal_, listener):
    signal_.connect(listener)
    try:
        yield
    finally:
        signal_.disconnect(listener)


@contextmanager
def heard(signal_):
    """Collect the articles that a signal is sent with."""
    articles = []

    def listen(sender, article, **kwargs):
        articles.append(article)

    with hearing(signal_, listen):
        yield articles


@contextmanager
def broken(*headlines):
    """Break what hangs on the going out of these articles."""

    def fail(sender, article, **kwargs):
        if article.headline in headlines:
            raise LookupError("The index is gone.")

    with hearing(signals.article_went_out, fail):
        yield


def make_change(due=NOON, *, user=None, **fields):
    """A live article with changes that the clock is to publish."""
    article = make_article("Old words", published_at=NOON - HOUR, announced_at=NOON)
    copy = publishing.open_working_copy(article, user)
    copy.headline, copy.changes_due_at = "New words", due
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save()
    return Article.objects.get(pk=article.pk)


class TestGoingOut:
    def test_readers_see_an_article_at_its_second_though_nothing_ticked(self, client):
        article = make_article(published_at=NOON)
        assert article not in Article.objects.live(NOON - SECOND)
        assert article in Article.objects.live(NOON)
        assert client.get(article.get_absolute_url()).status_code == 200
        assert Article.objects.get(pk=article.pk).announced_at is None

    def test_is_announced_once_oldest_first_at_the_planned_time(self):
        moments = [NOON - HOUR * hours for hours in (1, 3, 2)]
        late, first, middle = [make_article(published_at=at) for at in moments]
        with heard(signals.article_went_out) as told:
            report = clock.tick(NOON)
            again = clock.tick(NOON)
        assert told == [first, middle, late]
        assert (report.announced, again.announced) == (3, 0)
        for article, moment in zip((late, first, middle), moments, strict=True):
            article.refresh_from_db()
            assert article.published_at == moment
            assert article.announced_at

    def test_says_nothing_of_what_readers_do_not_see(self):
        make_article(published_at=NOON + SECOND)
        make_article(status=Status.DRAFT)
        make_article(status=Status.WITHDRAWN, published_at=NOON, path="/gone/")
        publishing.move_to_trash(make_article(), None)
        make_article(published_at=NOON - HOUR, expires_at=NOON - SECOND)
        with heard(signals.article_went_out) as told:
            assert clock.tick(NOON).announced == 0
        assert told == []

    def test_is_announced_again_after_it_was_withdrawn_and_published(self):
        article = make_article()
        clock.tick()
        article.withdraw()
        article.publish()
        with heard(signals.article_went_out) as told:
            clock.tick()
        assert told == [article]

    def test_what_was_put_off_meanwhile_is_not_announced(self):
        article = make_article(published_at=NOON - SECOND)
        other = Article.objects.get(pk=article.pk)
        other.publish(NOON + HOUR)
        assert not publishing.announce(article, NOON)
        other.refresh_from_db()
        assert other.announced_at is None


class TestEnding:
    def test_is_told_once_when_it_has_come(self):
        ended = make_article(published_at=NOON - HOUR, expires_at=NOON)
        make_article(published_at=NOON - HOUR, expires_at=NOON + SECOND)
        with heard(signals.article_ended) as told:
            assert clock.tick(NOON).ended == 1
            assert clock.tick(NOON).ended == 0
        assert told == [ended]


class TestScheduledChanges:
    def test_go_out_when_they_are_due_and_not_before(self):
        user = make_user("chief", "publisher")
        article = make_change(NOON, user=user)
        assert clock.tick(NOON - SECOND).changed == 0
        article.refresh_from_db()
        assert article.headline == "Old words"
        with heard(signals.changes_went_out) as told:
            report = clock.tick(NOON)
        article.refresh_from_db()
        assert (report.changed, report.troubles) == (1, [])
        assert article.headline == "New words"
        assert not article.has_unpublished_changes
        assert article.revisions.first().created_by == user
        assert told == []  # the test's transaction never commits
        assert clock.tick(NOON).changed == 0

    def test_of_no_date_are_left_to_the_editors(self):
        article = make_change(None)
        assert clock.tick().changed == 0
        article.refresh_from_db()
        assert article.has_unpublished_changes

    def left(self, article, words):
        """Tick twice: the changes stay, and the editors are told once."""
        make_user("chief", "publisher")
        for _ in range(2):
            report = clock.tick(NOON)
            assert report.changed == 0
            ((copy, sentence),) = report.troubles
            assert copy == article.working_copy
            assert words in sentence
        article.refresh_from_db()
        assert article.headline == "Old words"
        assert article.has_unpublished_changes
        (notice,) = Notice.objects.all()
        assert words in notice.text
        assert words in clock.last_beat().trouble

    def test_wait_for_a_person_when_the_live_article_changed_too(self):
        article = make_change(NOON, standfirst="A new standfirst")
        article.standfirst = "An import’s standfirst"
        article.save()
        self.left(article, "Standfirst")
        assert article.standfirst == "An import’s standfirst"
        assert article.working_copy.standfirst == "A new standfirst"

    def test_wait_for_a_person_when_the_gate_stops_them(self):
        picture = make_picture(rights_expire_on=NOON.date() - timedelta(days=1))
        self.left(make_change(NOON, lead_picture=picture), "rights")

    def test_wait_until_an_embargo_is_over(self):
        self.left(make_change(NOON, embargo_until=NOON + HOUR), "embargo")

    def test_do_not_go_out_on_a_withdrawn_article(self):
        article = make_change(NOON)
        article.withdraw()
        self.left(article, "withdrawn")


class TestABrokenArticle:
    def test_does_not_stop_the_others_and_is_tried_again(self):
        bad = make_article("Broken", published_at=NOON - HOUR)
        good = make_article("Whole")
        with broken("Broken"), heard(signals.article_went_out) as told:
            report = clock.tick(NOON)
        assert report.announced == 1
        assert report.troubles == [
            (bad, "“Broken” could not be announced: LookupError: The index is gone.")
        ]
        assert good in told
        assert Article.objects.unannounced(NOON).get() == bad
        assert clock.tick(NOON).announced == 1
        assert clock.last_beat().trouble == ""

    def test_is_named_by_the_command_which_fails(self):
        bad = make_article("Broken")
        make_article("Whole")
        out = StringIO()
        with (
            broken("Broken"),
            pytest.raises(CommandError, match=r"Broken.*index is gone") as error,
        ):
            call_command("tick", stdout=out)
        assert f"(article {bad.pk})" in str(error.value)
        assert "Whole" not in str(error.value)
        assert out.getvalue() == "1 announced, 0 ended, 0 with changes published.\n"

    def test_leaves_no_notice_behind_that_tells_of_what_did_not_happen(self):
        make_article("Broken", created_by=make_user("begun", "contributor"))
        with broken("Broken"):
            clock.tick()
        assert not Notice.objects.exists()

    def test_many_of_them_stop_nobody(self):
        bad = [make_article("Broken", published_at=NOON - HOUR) for _ in range(120)]
        good = [make_article("Whole") for _ in range(3)]
        with broken("Broken"):
            report = clock.tick(NOON)
        assert (report.announced, len(report.troubles)) == (3, 120)
        assert set(Article.objects.unannounced(NOON)) == set(bad)
        assert not set(good) & {article for article, _told in report.troubles}


class TestHeartbeat:
    def test_tells_when_the_clock_last_ran(self):
        assert clock.last_beat() is None
        assert clock.is_late()
        clock.tick(NOON)
        beat = clock.last_beat()
        assert timezone.now() - beat.beat_at < 10 * SECOND
        assert not clock.is_late()
        assert not clock.is_late(beat.beat_at + 60 * SECOND)
        assert clock.is_late(beat.beat_at + 61 * SECOND)

    def test_goes_on_while_there_is_much_to_do(self, monkeypatch):
        monkeypatch.setattr(clock, "BEAT_EVERY", timedelta(0))
        for _ in range(120):
            make_article()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            clock.tick()
        beats = [
            query
            for query in queries
            if "newsroom_heartbeat" in query["sql"] and "CONFLICT" in query["sql"]
        ]
        # after 50, 100 and 120 articles, and at the end
        assert len(beats) == 4


class TestUpkeep:
    def test_drops_what_nobody_needs_once_an_hour(self):
        user, article, now = make_user(), make_article(), timezone.now()
        old, new = now - timedelta(days=2), now - HOUR
        for number, seen_at in enumerate((old, new)):
            Presence.objects.create(
                article=article, user=user, tab=str(number), seen_at=seen_at
            )
        for days in (300, 400):
            Autosave.objects.create(
                user=user, token=str(days), saved_at=now - timedelta(days=days)
            )
        clock.tick()
        assert Presence.objects.get().seen_at == new
        assert Autosave.objects.get().token == "300"
        Presence.objects.update(seen_at=old)
        clock.tick()
        assert Presence.objects.exists()
        Heartbeat.objects.filter(name=clock.UPKEEP).update(beat_at=now - 2 * HOUR)
        clock.tick()
        assert not Presence.objects.exists()


class Rounds(threading.Event):
    """Ends a loop after so many rounds, doing something before each."""

    def __init__(self, *between):
        super().__init__()
        self.between = list(between)

    def wait(self, timeout=None):
        if self.between:
            self.between.pop(0)()
        else:
            self.set()
        return self.is_set()


def nothing():
    pass


class TestLoop:
    def test_sees_in_one_query_that_nothing_is_due(self, django_assert_num_queries):
        make_article(published_at=timezone.now() + HOUR)
        with django_assert_num_queries(1):
            assert not clock.is_due()
        make_article()
        assert clock.is_due()

    def test_does_what_becomes_due_between_two_beats(self):
        with heard(signals.article_went_out) as told:
            clock.run(Rounds(make_article, nothing, make_article, nothing))
        assert len(told) == 2

    def test_leaves_a_broken_article_alone_for_a_while_and_still_names_it(
        self, monkeypatch
    ):
        monkeypatch.setattr(clock, "BEAT_EVERY", timedelta(0))
        tried = []

        def fail(sender, article, **kwargs):
            tried.append(article)
            raise LookupError("The index is gone.")

        article = make_article("Broken")
        with hearing(signals.article_went_out, fail):
            clock.run(Rounds(*[nothing] * 5), every=0)
        assert tried == [article]
        assert "index is gone" in clock.last_beat().trouble
        clock.tick(resting={article.pk: "“Broken” rests."})
        assert clock.last_beat().trouble == "“Broken” rests."

    def test_outlives_a_database_that_is_away(self, monkeypatch, caplog):
        rounds = []

        def away(*arguments):
            rounds.append(1)
            if len(rounds) == 1:
                raise Error("The server is restarting.")
            return clock.Report()

        monkeypatch.setattr(clock, "tick", away)
        monkeypatch.setattr(clock.connection, "close", nothing)
        clock.run(Rounds(nothing, nothing))
        assert len(rounds) == 2
        assert "cannot use the database" in caplog.text

    def test_ends_when_its_parent_is_gone(self):
        with heard(signals.article_went_out) as told:
            make_article()
            clock.run(Rounds(), parent=os.getppid() + 1)
        assert told == []


@pytest.mark.django_db(transaction=True)
class TestProcesses:
    def test_four_ticks_at_once_announce_each_article_once(self, tmp_path):
        user = make_user("begun", "contributor")
        for hours in range(100):
            make_article(published_at=NOON - HOUR * hours, created_by=user)
        for _ in range(5):
            make_change(NOON)
        processes = Processes(tmp_path)
        ticks = [processes.start("tick") for _ in range(4)]
        outputs = [tick.communicate(timeout=120) for tick in ticks]
        assert [errors for _out, errors in outputs] == [""] * 4
        words = [out.split() for out, _errors in outputs]
        assert sum(int(line[0]) for line in words) == 100
        assert sum(int(line[4]) for line in words) == 5
        one_each = "SELECT count(DISTINCT article_id) FROM articles_notice"
        assert processes.count("SELECT count(*) FROM articles_notice") == 100
        assert processes.count(one_each) == 100
        published = "SELECT count(*) FROM articles_revision WHERE event = 'published'"
        assert processes.count(published) == 5

    def test_a_worker_forked_meanwhile_does_not_keep_the_clock_from_starting(
        self, tmp_path
    ):
        processes = Processes(tmp_path)
        done = subprocess.run(
            [sys.executable, "-c", FORKS],
            cwd=settings.BASE_DIR,
            env=processes.environment | {"DJANGO_SETTINGS_MODULE": "newsroom.settings"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.returncode) == ("started\n" * 3, 0), done.stderr

    @pytest.mark.parametrize(
        "end", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=pytest.mark.proof)]
    )
    def test_serve_keeps_a_clock_that_ends_with_it(self, end, tmp_path):
        user = make_user("begun", "contributor")
        make_article(created_by=user)
        processes = Processes(tmp_path)
        processes.environment["DEBUG"] = "true"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        server = processes.start("serve", address, "--workers", "1")
        try:
            told = "SELECT count(*) FROM articles_notice"
            wait_for(lambda: processes.count(told) == 1)
            (first,) = clocks_of(server.pid)
            if end == signal.SIGTERM:
                os.kill(first, signal.SIGKILL)
                wait_for(lambda: set(clocks_of(server.pid)) - {first})
            (last,) = clocks_of(server.pid)
            server.send_signal(end)
            server.wait(timeout=30)
            wait_for(lambda: not is_running(last))
        finally:
            server.kill()
            server.communicate()


# As a server may do it: the clock's thread starts, and workers are forked at once.
# Without the lock of LoopProcess, four of five such starts hang (2026).
FORKS = """
import os, sys, time
import django
django.setup()
from newsroom.management.commands.serve import LoopProcess
for _ in range(3):
    clock, workers = LoopProcess("tick", "--loop"), []
    clock.start()
    for _ in range(3):
        if not (worker := os.fork()):
            time.sleep(60)
            os._exit(0)
        workers.append(worker)
    end = time.monotonic() + 10
    while not clock.process and time.monotonic() < end:
        time.sleep(0.05)
    print("started" if clock.process else "hangs", flush=True)
    for worker in workers:
        os.kill(worker, 9)
        os.waitpid(worker, 0)
    clock.stop()
"""


def clocks_of(pid):
    """Return the process ids of the clocks that a server started."""
    return [
        int(folder.name)
        for folder in Path("/proc").glob("[0-9]*")
        if f"--parent\0{pid}\0" in command_of(folder) and is_running(folder.name)
    ]


def command_of(folder):
    try:
        return (folder / "cmdline").read_text()
    except OSError:  # it ended meanwhile
        return ""


def is_running(pid):
    return command_of(Path(f"/proc/{pid}")) != ""
