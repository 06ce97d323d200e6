import pytest
from django.contrib.auth.models import Group

from newsroom.groups import GROUPS, make_groups
from tests.factories import make_user


@pytest.mark.parametrize(
    ("group", "may", "may_not"),
    [
        ("contributor", "articles.add_article", "articles.edit_all_articles"),
        ("contributor", "articles.add_tag", "articles.change_tag"),
        ("contributor", "articles.add_picture", "articles.change_picture"),
        ("editor", "articles.edit_all_articles", "articles.publish_article"),
        ("editor", "authors.add_author", "articles.empty_trash"),
        ("editor", "blocks.change_shareblock", "blocks.change_advertiseblock"),
        ("publisher", "articles.publish_article", "articles.delete_correction"),
        ("publisher", "articles.delete_article", "auth.change_user"),
        ("editor", "articles.view_document", "articles.run_import"),
        ("publisher", "articles.run_import", "articles.change_import"),
        (
            "advertising manager",
            "blocks.delete_advertiseblock",
            "articles.view_article",
        ),
        ("advertising manager", "articles.add_picture", "blocks.view_shareblock"),
    ],
)
def test_a_group_may_what_it_needs_and_no_more(db, group, may, may_not):
    user = make_user(None, group)
    assert user.has_perm(may)
    assert not user.has_perm(may_not)


def test_what_the_owner_made_of_a_group_stays(db):
    group = Group.objects.get(name="editor")
    group.permissions.clear()
    Group.objects.get(name="contributor").delete()
    make_groups()
    assert not group.permissions.exists()
    assert Group.objects.get(name="contributor").permissions.exists()
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)
