"""Pages are kept as they are, and thrown away when what they show changes."""

import pytest
from django.test import RequestFactory

from articles.models import Article
from newsroom.pagecache.addresses import address_of
from tests.factories import make_article, make_author, make_section, make_tag

pytestmark = pytest.mark.django_db(transaction=True)


def environ(path, query="", **more):
    return RequestFactory().get(f"{path}{query and '?'}{query}", **more).environ


def kept(store, path, accepted=""):
    return store.read(address_of(environ(path)), accepted)


@pytest.fixture
def site(store):
    store.follow()  # the node begins to read the journal here
    section, tag, author = (
        make_section("News"),
        make_tag("Water"),
        make_author("Ann Ash"),
    )
    return make_article(
        "First", section=section, tags=[tag], authors=[author], body="<p>Old words.</p>"
    )


def test_a_page_is_kept_with_its_headers_and_answers_304(client, site, store):
    page = client.get(site.get_absolute_url())
    found = kept(store, site.path)
    assert found.body == page.content
    again = client.get(site.get_absolute_url(), headers={"if-none-match": page["ETag"]})
    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize("asked", ["*", " * ", 'W/"other", {}'])
def test_what_a_reader_has_is_not_sent_again(client, site, store, asked):
    path = site.get_absolute_url()
    for page in (client.get(path), client.get(path)):
        asked = asked.format(page["ETag"])
        again = client.get(path, headers={"if-none-match": asked})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == page["ETag"]
    assert client.get(path, headers={"if-none-match": '"*"'}).status_code == 200
    # Of what is not there, nobody has anything.
    site.withdraw()
    assert client.get(path, headers={"if-none-match": "*"}).status_code == 410


def test_a_changed_body_throws_away_the_story_and_not_the_lists(client, site, store):
    other = make_article("Second", section=site.section)
    for path in ("/", site.path, other.path):
        client.get(path)
    site.body = "<p>New words.</p>"
    site.save()
    assert kept(store, site.path) is None
    assert kept(store, other.path) is not None
    assert kept(store, "/") is not None
    assert b"New words" in client.get(site.path).content


def test_a_published_story_throws_away_the_lists_it_enters(client, site, store):
    elsewhere = make_article("Elsewhere", section=make_section("Sport"))
    story = make_article("Draft", section=site.section, status=Article.Status.DRAFT)
    paths = ("/", site.section.get_absolute_url(), site.path, elsewhere.path)
    for path in paths:
        client.get(path)
    assert all(kept(store, path) for path in paths)
    story.publish()
    assert [bool(kept(store, path)) for path in paths] == [False, False, False, True]


def test_a_node_that_was_away_too_long_starts_with_nothing(client, site, store):
    client.get(site.path)
    with store._locked() as index:
        store._put(index, "followed_at", "1000000000")
    assert store.follow() == 0
    assert kept(store, site.path) is None
