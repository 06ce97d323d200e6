"""Several queries as one: the same rows, whatever the values and the connection."""

import pytest
from django.db import connection, models

from articles.models import Article
from articles.together import Given, Together
from tests.factories import make_article


def statement():
    path = Given("path", models.CharField())
    stories = Article.objects.filter(headline="100 % of %s").filter(path=path)
    return Together({"stories": stories.values("path", "published_at")})


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_reads_known_and_given_values_whatever_signs_they_have(self):
        here = make_article("100 % of %s")
        make_article("100 %% of %s")
        (row,) = statement().fetch(path=here.path)["stories"]
        assert row == {"path": here.path, "published_at": here.published_at}
        assert statement().fetch(path="/%s/")["stories"] == []

    def test_goes_on_with_a_new_connection(self):
        here, asked = make_article("100 % of %s"), statement()
        for _connection in range(2):
            for _time in range(8):
                assert len(asked.fetch(path=here.path)["stories"]) == 1
            connection.close()

    def test_is_one_query_that_postgresql_has_prepared(self, django_assert_num_queries):
        here, asked = make_article("100 % of %s"), statement()
        with django_assert_num_queries(3):
            for _time in range(3):
                asked.fetch(path=here.path)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT statement FROM pg_prepared_statements")
                kept = [text for (text,) in cursor.fetchall()]
            assert any("published_at" in text for text in kept)
            assert not any(here.path in text for text in kept)
