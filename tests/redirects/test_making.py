"""Many moves at once, as an import tells them."""

import pytest

from articles.models import Article
from articles.signals import addresses_moved
from newsroom.redirects.making import leave
from newsroom.redirects.models import Redirect
from tests.redirects.test_redirects import make_redirect

pytestmark = pytest.mark.django_db


def ends():
    return dict(Redirect.objects.values_list("old", "target"))


def test_an_import_tells_what_it_moved():
    moves = [("/a.htm", "/a/"), ("/b.htm", ""), ("/c/", "/c/"), ("/%7Ed", "/~d")]
    addresses_moved.send(sender=Article, moves=moves, reason="import")
    assert ends() == {"/a.htm": "/a/", "/b.htm": ""}
    assert set(Redirect.objects.values_list("made_by", flat=True)) == {"import"}
    addresses_moved.send(sender=Article, moves=moves, reason="import")
    assert Redirect.objects.count() == 2


def test_chains_among_them_and_with_what_is_stored_are_flattened():
    make_redirect("/z", "/a")
    leave([("/a", "/b"), ("/b", "/c")], made_by="import")
    leave([("/c", "/d")], made_by="import")
    assert ends() == {"/z": "/d", "/a": "/d", "/b": "/d", "/c": "/d"}


def test_what_moves_back_leaves_no_ring():
    leave([("/a", "/b")], made_by="move")
    leave([("/b", "/a")], made_by="move")
    assert ends() == {"/b": "/a"}


def test_five_hundred_take_a_few_queries(django_assert_max_num_queries):
    moves = [(f"/old/{number}.htm", f"/new/{number}/") for number in range(500)]
    with django_assert_max_num_queries(15):
        leave(moves, made_by="import")
    assert Redirect.objects.count() == 500
