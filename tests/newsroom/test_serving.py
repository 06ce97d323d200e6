import gzip

import pytest

from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_pages_are_compressed_for_whoever_can_read_that(client):
    article = make_article(body="<p>" + "The tide came in again. " * 400 + "</p>")
    address = article.get_absolute_url()
    compressed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    plain = client.get(address)
    assert compressed["Content-Encoding"] == "gzip"
    assert gzip.decompress(compressed.content) == plain.content
    assert len(compressed.content) < len(plain.content) / 2
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"]


def test_public_pages_set_no_cookie_and_do_not_vary_by_one(client):
    response = client.get(make_article().get_absolute_url())
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
