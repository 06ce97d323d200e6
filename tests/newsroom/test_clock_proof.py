"""Long proofs (`make prove`): after a day's outage, each article goes out once."""

import random
import signal
import time
from datetime import timedelta

import pytest

from articles import publishing, signals
from articles.models import Article, Byline
from newsroom import clock
from tests.factories import NOON, make_article, make_author, make_user
from tests.processes import Processes

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

ARTICLES, CHANGES, TICKS, KILLS = 1000, 100, 8, 12
MINUTE = timedelta(minutes=1)


def make_outage():
    """A day's articles that nobody announced, and changes nobody published."""
    user = make_user("begun", "contributor")
    author = make_author(user=make_user("writer", "contributor"))
    make_user("chief", "publisher")
    for number in range(ARTICLES):
        make_article(
            f"Due {number}",
            published_at=NOON + MINUTE * number,
            created_by=user,
            authors=[author],
        )
    for number in range(CHANGES):
        article = make_article(f"Old {number}", announced_at=NOON)
        copy = publishing.open_working_copy(article, user)
        copy.headline, copy.changes_due_at = f"New {number}", NOON
        copy.save()


def check_each_went_out_once(processes):
    numbers = {
        "SELECT count(*) FROM articles_notice WHERE article_id IN"
        " (SELECT id FROM articles_article WHERE headline LIKE 'Due %')": 2 * ARTICLES,
        "SELECT count(DISTINCT article_id) FROM articles_notice WHERE article_id IN"
        " (SELECT id FROM articles_article WHERE headline LIKE 'Due %')": ARTICLES,
        "SELECT count(*) FROM articles_article WHERE headline LIKE 'New %'": CHANGES,
        "SELECT count(*) FROM articles_article WHERE status = 'working'": 0,
        "SELECT count(*) FROM articles_revision WHERE event = 'published'": CHANGES,
        "SELECT count(*) FROM articles_article WHERE announced_at IS NULL": 0,
        "SELECT count(DISTINCT published_at) FROM articles_article"
        " WHERE headline LIKE 'Due %'": ARTICLES,
    }
    assert {sql: processes.count(sql) for sql in numbers} == numbers


def test_eight_ticks_at_once_after_an_outage(tmp_path):
    make_outage()
    processes = Processes(tmp_path)
    ticks = [processes.start("tick") for _ in range(TICKS)]
    outputs = [tick.communicate(timeout=600) for tick in ticks]
    # "database is locked" would stand here.
    assert [errors for _out, errors in outputs] == [""] * TICKS
    done = [[int(word) for word in out.split() if word.isdigit()] for out, _ in outputs]
    assert [sum(column) for column in zip(*done, strict=True)] == [ARTICLES, 0, CHANGES]
    check_each_went_out_once(processes)


def test_ticks_that_are_killed_at_random_moments(tmp_path):
    make_outage()
    processes = Processes(tmp_path)
    dice = random.Random(2026)
    running = [processes.start("tick") for _ in range(TICKS)]
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.2, 1.5))
        victim = running.pop(dice.randrange(len(running)))
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        running.append(processes.start("tick"))
    for tick in running:
        _out, errors = tick.communicate(timeout=600)
        assert errors == ""
    last = processes.start("tick")
    assert last.communicate(timeout=600)[1] == ""
    check_each_went_out_once(processes)


def test_a_thousand_broken_articles_stop_nobody():
    broken = [make_article(f"Broken {number}") for number in range(ARTICLES)]
    whole = [make_article("Whole", published_at=NOON + MINUTE) for _ in range(10)]

    def fail(sender, article, **kwargs):
        if article.headline.startswith("Broken"):
            raise LookupError("The index is gone.")

    signals.article_went_out.connect(fail)
    try:
        report = clock.tick()
    finally:
        signals.article_went_out.disconnect(fail)
    assert (report.announced, len(report.troubles)) == (len(whole), len(broken))
    left = set(Article.objects.unannounced().values_list("pk", flat=True))
    assert left == {article.pk for article in broken}


def test_one_tick_over_a_thousand_takes_seconds():
    author = make_author(user=make_user("writer", "contributor"))
    articles = [make_article() for _ in range(ARTICLES)]
    Byline.objects.bulk_create(
        [Byline(article=article, author=author) for article in articles]
    )
    began = time.process_time()
    assert clock.tick().announced == ARTICLES
    # Of this process alone; 8 s were measured on a machine with much else to do.
    assert time.process_time() - began < 15
