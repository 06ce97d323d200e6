"""An imported article keeps the address it was born with, byte for byte."""

import pytest
from django.core.exceptions import ValidationError

from articles.models import Article, Page
from articles.paths import address_key, quoted, validate_address
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a%7Eb", "/a%7eb"),
        ("/caf%e9", "/caf%E9"),
        ("/a?x=1", "/a?utm_source=b&x=1"),
        ("/a%2Fb", "/a%2fb"),
        ("/a?x=%7E", "/a?x=~"),
    ],
)
def test_spellings_of_one_address_have_one_key(one, other):
    assert address_key(one) == address_key(other) is not None


def test_other_addresses_have_other_keys():
    different = ("/a%3Fx=1", "/a?x=1", "/a?x=1&y=2", "/a?x=1%26y=2", "/A?x=1", "/a%20")
    assert len({address_key(address) for address in different}) == len(different)
    assert address_key("/2026/11/ordinary/") is None


def test_an_address_is_taken_however_it_is_spelled():
    article = make_article(path="/a%7Eb")
    for spelled in ("/a~b", "/a%7eb", "/a%7Eb"):
        assert list(Article.objects.at_address(spelled)) == [article]
    assert not Article.objects.at_address("/a~b?x=1").exists()
    with pytest.raises(ValidationError, match="An article stands"):
        Page(path="/a~b", title="A page").clean()


def test_the_key_follows_the_address():
    article = make_article(path="/a%7Eb")
    article.path = "/c%7Ed"
    article.save(update_fields=["path"])
    article.refresh_from_db()
    assert article.address_key == address_key("/c%7Ed")
    (many,) = Article.objects.bulk_create([Article(headline="M", path="/?p=9")])
    many.refresh_from_db()
    assert many.address_key == address_key("/?p=9")


@pytest.mark.parametrize(
    "address", ["/?p=1", "/a%20b.htm", "/x.php?id=7&b=%20", "/%7Ea"]
)
def test_an_old_address_is_an_address(address):
    validate_address(address)
    assert quoted(address) == address


@pytest.mark.parametrize(
    "address",
    [
        *("/a b", "/a?", "/?utm_source=x", "/tags/?p=1", "/%74ags/", "/a%2e%2e/../b"),
        *("/a?x=1#y", "/a%0ab", "p=1", "/a%2f%2fb", "/?p=" + "1" * 500),
    ],
)
def test_what_leads_elsewhere_is_none(address):
    with pytest.raises(ValidationError):
        validate_address(address)


def test_a_story_that_was_withdrawn_does_not_become_the_home_page(client):
    article = make_article("Of an old site", path="/?p=123")
    assert b"Of an old site" in client.get("/?p=123").content
    article.withdraw()
    response = client.get("/?p=123")
    assert response.status_code == 410
    assert client.get("/?p=124").status_code == 200


def test_its_plain_text_stands_beside_it(client):
    make_article("Of an old site", path="/?p=123")
    page = client.get("/?p=123").content.decode()
    assert 'href="/?p=123&amp;plain"' in page
    assert "?plain" not in page
    plain = client.get("/?p=123&plain").content.decode()
    assert "Of an old site" in plain
    assert "<script" not in plain


def test_letters_of_any_alphabet_stand_in_an_address(client):
    make_article("Of the north", path="/новости/?p=2")
    make_article("Of the south", path="/новости/")
    assert b"Of the north</h1>" in client.get("/новости/?p=2").content
    assert b"Of the south</h1>" in client.get("/новости/?p=3").content
    assert client.get("/новости").status_code == 301
    assert client.get("/нет/?p=2").status_code == 404
