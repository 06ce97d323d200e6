"""Many rows at once: as saved rows are, whatever the database is."""

import pytest
from django.db import IntegrityError, transaction

from articles.models import Article, ArticleTag, Byline, Origin
from articles.storing import store
from tests.factories import NOON, make_article, make_author, make_tag

pytestmark = pytest.mark.django_db

ODD = "A\ttab, a \\N, “quotes”, a\nline and a 𝄞"


def drafts(*headlines):
    return [Article(headline=h, body=f"<p>{h}</p>", language="en") for h in headlines]


def test_rows_have_their_keys_and_read_as_they_were_written():
    with transaction.atomic():
        one, two = store(drafts("One", ODD))
    assert one.pk and two.pk > one.pk and not one._state.adding
    found = Article.objects.get(pk=two.pk)
    assert (found.headline, found.status, found.version) == (ODD, two.status, 1)
    assert found.created_at == two.created_at
    # Who makes the next one in another way gets another key.
    assert make_article().pk > two.pk


def test_bodies_are_cleaned_and_address_keys_made():
    (article,) = drafts("One")
    article.body, article.path = "<script>x()</script><p>A<p>B", "/a%20b/"
    store([article])
    article.refresh_from_db()
    assert article.body == "<p>A</p>\n<p>B</p>"
    assert Article.objects.exclude(address_key=None).get() == article


def test_bytes_and_json_come_back():
    source, imported = bytes(range(256)), {"body": ODD, "also": ["/?p=1"]}
    origin = Origin(
        article=make_article(), system="a", identifier="b", digest="c",
        source=source, imported=imported,
    )  # fmt: skip
    store([origin])
    origin = Origin.objects.get()
    assert (bytes(origin.source), origin.imported) == (source, imported)


def test_ties_follow_their_article():
    out, draft = make_article(published_at=NOON), make_article(status="draft")
    author, tag = make_author(), make_tag("Ferries")
    for article in (out, draft):
        ties = [
            Byline(article=article, author=author),
            ArticleTag(content_object=article, tag=tag),
        ]
        for tie in ties:
            tie.follow(article)
            store([tie])
    for model in (Byline, ArticleTag):
        assert not model.objects.out_of_step().exists()
        assert [tie.published_at for tie in model.objects.order_by("pk")] == [
            NOON,
            None,
        ]


def test_what_the_database_refuses_is_django_s_error_and_leaves_nothing():
    one, two = drafts("One", "Two")
    one.path = two.path = "/same/"
    with pytest.raises(IntegrityError), transaction.atomic():
        store([one, two])
    assert not Article.objects.exists()


def test_nothing_is_nothing():
    assert store([]) == []
