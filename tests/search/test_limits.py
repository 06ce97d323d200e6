"""A flood of questions is answered with 429, a reader's own are not."""

from unittest.mock import patch

import pytest
from django.test import RequestFactory

from newsroom.search import limits
from newsroom.search.limits import Limit
from tests.deploy.conftest import free_port
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db
# Twelve seconds past a minute.
AT = 1_800_000_012


@pytest.fixture(autouse=True)
def at():
    with patch.object(limits.time, "time", return_value=AT) as clock:
        yield clock


def request(address="198.51.100.7"):
    return RequestFactory().get("/search/", REMOTE_ADDR=address)


def use_up(limit, address="127.0.0.1"):
    for _ in range(limit.repeats.most):
        assert limit.wait(request(address)) == 0


def test_one_too_many_keeps_the_words_and_says_when_to_come_back(client):
    make_article("Rain", section=make_section("News"))
    for _ in range(limits.questions.repeats.most):
        assert client.get("/search/", {"q": "rain"}).status_code == 200
    page = client.get("/search/", {"q": 'the "mill" & rain', "section": "news"})
    assert page.status_code == 429
    assert page["Retry-After"] == "48"
    assert "no-cache" in page["Cache-Control"]
    text = page.content.decode()
    assert "Please ask again in 48 seconds." in text
    assert 'value="the &#34;mill&#34; &amp; rain"' in text
    assert '<option value="news" selected>' in text
    assert "Rain" not in text
    assert client.get("/search/").status_code == 200


def test_what_is_refused_asks_the_index_nothing(client, django_assert_num_queries):
    use_up(limits.questions)
    client.get("/search/", {"q": "rain"})
    # patterns of redirects, the publication, the sections of the form
    with django_assert_num_queries(3):
        client.get("/search/", {"q": "rain", "author": "ada", "tag": "water"})


def test_filters_alone_are_questions_too(client):
    use_up(limits.questions)
    assert client.get("/search/", {"author": "nobody"}).status_code == 429


def test_suggestions_have_a_bound_of_their_own(client):
    use_up(limits.suggested)
    answer = client.get("/search/suggest/", {"q": "ra"})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "48"
    assert answer.json() == {"found": []}
    assert client.get("/search/", {"q": "rain"}).status_code == 200


def test_others_are_not_asked_to_wait_nor_is_anybody_in_the_next_minute(at):
    limit = Limit("test", most=2)
    use_up(limit, "2001:db8:1:2::1")
    assert limit.wait(request("2001:db8:1:2::9")) == 48
    assert limit.wait(request("2001:db8:1:3::9")) == 0
    at.return_value = AT + 48
    assert limit.wait(request("2001:db8:1:2::9")) == 0


def test_nothing_of_an_address_is_remembered_beyond_its_number(at):
    limit = Limit("test", most=2)
    limit.wait(request())
    assert "198.51.100.7" not in str(limit.repeats.seen)
    old = set(limit.repeats.seen)
    at.return_value = AT + 60
    limit.wait(request())
    assert not old & set(limit.repeats.seen)


def test_no_more_addresses_are_remembered_than_memory_has():
    limit = Limit("test", most=2)
    limit.repeats.remembered = 3
    for number in range(9):
        limit.wait(request(f"198.51.100.{number}"))
    assert len(limit.repeats.seen) == 3


def test_without_the_redis_it_was_told_of_a_process_counts_alone(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{free_port()}/0",
        }
    }
    limit = Limit("test", most=2)
    use_up(limit)
    assert limit.wait(request("127.0.0.1")) == 48
