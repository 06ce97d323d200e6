"""Old versions go; what somebody may ask for again stays."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.management.commands import prune_revisions
from articles.models import PreviewLink, Revision
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def make_versions(article, count, days_old=200, **fields):
    first = article.revisions.count() + 1
    made_at = timezone.now() - timedelta(days=days_old)
    Revision.objects.bulk_create(
        Revision(
            article=article,
            number=number,
            snapshot={"body": "text"},
            created_at=made_at,
            **fields,
        )
        for number in range(first, first + count)
    )


def prune(capsys, **options):
    call_command("prune_revisions", **options)
    return capsys.readouterr().out.strip()


def numbers(article):
    return sorted(article.revisions.values_list("number", flat=True))


def test_keeps_the_named_the_published_the_pinned_and_the_newest(capsys):
    article = make_article()
    make_versions(article, 20)
    article.revisions.filter(number=2).update(name="For the lawyer")
    article.revisions.filter(number=4).update(was_public=True)
    PreviewLink.objects.create(
        article=article,
        revision=article.revisions.get(number=6),
        expires_at=timezone.now(),
    )

    told = prune(capsys, keep=3)

    assert numbers(article) == [2, 4, 6, 18, 19, 20]
    assert told == "14 of 20 versions deleted, 6 kept."
    assert PreviewLink.objects.count() == 1
    assert prune(capsys, keep=3) == "0 of 6 versions deleted, 6 kept."


def test_counts_the_newest_of_each_article_alone(capsys):
    short, long = make_article(), make_article()
    make_versions(short, 5)
    make_versions(long, 15)

    prune(capsys)

    assert numbers(short) == [1, 2, 3, 4, 5]
    assert numbers(long) == list(range(6, 16))


def test_keeps_what_is_younger_than_asked(capsys):
    article = make_article()
    make_versions(article, 3, days_old=40)
    make_versions(article, 3, days_old=20)

    prune(capsys, keep=0, older_than=30)

    assert numbers(article) == [4, 5, 6]


def test_without_a_number_to_keep_all_old_ones_go(capsys):
    article = make_article()
    make_versions(article, 3)

    prune(capsys, keep=0)

    assert numbers(article) == []


def test_a_dry_run_only_counts(capsys):
    article = make_article()
    make_versions(article, 12)

    assert prune(capsys, dry_run=True) == "2 of 12 versions would go."
    assert article.revisions.count() == 12


def test_what_was_restored_from_a_pruned_version_stays(capsys):
    article = make_article()
    make_versions(article, 12)
    newest = article.revisions.first()
    newest.restored_from = article.revisions.get(number=1)
    newest.save()

    prune(capsys)

    newest.refresh_from_db()
    assert newest.restored_from is None
    assert 1 not in numbers(article)


def test_goes_in_batches_and_never_loads_a_text(capsys, monkeypatch):
    monkeypatch.setattr(prune_revisions, "BATCH", 7)
    article = make_article()
    make_versions(article, 30)

    with CaptureQueriesContext(connection) as asked:
        told = prune(capsys)

    assert told == "20 of 30 versions deleted, 10 kept."
    columns = [query["sql"].split(" FROM ")[0] for query in asked]
    assert not any("snapshot" in column for column in columns)


@pytest.mark.parametrize("option", ["--keep", "--older-than"])
@pytest.mark.parametrize("value", ["-1", "many", "1.5", "9" * 30, "²", ""])
def test_what_is_no_number_is_refused_in_one_sentence(option, value):
    article = make_article()
    make_versions(article, 12)

    with pytest.raises(CommandError) as refused:
        call_command("prune_revisions", f"{option}={value}")

    assert str(refused.value).startswith(f"{option} takes a whole number")
    assert str(refused.value).count(".") <= 2
    assert article.revisions.count() == 12
