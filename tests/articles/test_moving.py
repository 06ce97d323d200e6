"""Another address for a story that readers know: who may, what it leaves."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from articles import publishing
from articles.models import Article
from newsroom.redirects.models import Redirect
from tests.articles.test_admin_form import change_url, press
from tests.factories import make_article, make_page, make_user

pytestmark = pytest.mark.django_db


def address(article):
    return reverse("admin:articles_article_move", args=[article.pk])


@pytest.fixture
def desk(client):
    client.force_login(make_user("pat", "publisher"))
    return client


@pytest.fixture
def article():
    return make_article("Rain", path="/2024/05/rian/")


def move(desk, article, path):
    return desk.post(address(article), {"path": path}, follow=True)


def test_the_form_leads_there_and_the_old_address_leads_to_the_new(desk, article):
    assert address(article) in desk.get(change_url(article)).content.decode()
    assert "/2024/05/rian/" in desk.get(address(article)).content.decode()
    page = move(desk, article, "/2024/05/rain/")
    assert "It stands at “/2024/05/rain/” now" in page.content.decode()
    assert page.redirect_chain == [(change_url(article), 302)]
    assert desk.get("/2024/05/rain/").status_code == 200
    old = desk.get("/2024/05/rian/")
    assert (old.status_code, old["Location"]) == (301, "/2024/05/rain/")
    entry = LogEntry.objects.get(object_id=article.pk)
    assert "/2024/05/rian/ to /2024/05/rain/" in entry.get_change_message()


def test_chains_are_flattened_and_a_story_may_come_back(desk, article):
    move(desk, article, "/b/")
    move(desk, article, "/c/")
    targets = Redirect.objects.order_by("old").values_list("old", "target")
    assert list(targets) == [("/2024/05/rian/", "/c/"), ("/b/", "/c/")]
    move(desk, article, "/2024/05/rian/")
    targets = Redirect.objects.order_by("old").values_list("old", "target")
    assert list(targets) == [("/b/", "/2024/05/rian/"), ("/c/", "/2024/05/rian/")]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", "required"),
        ("rain", "begins with"),
        ("/admin/rain/", "belong to the site itself"),
        ("/a b/", "no spaces"),
        ("/about/", "A page stands at this address."),
        ("/other/", "already exists"),
        ("/%6Fther/", "spelled in another way"),
    ],
)
def test_what_cannot_be_is_told_and_moves_nothing(desk, article, path, told):
    make_page(path="/about/")
    make_article("Other", path="/other/")
    assert told in move(desk, article, path).content.decode()
    article.refresh_from_db()
    assert article.path == "/2024/05/rian/"
    assert not Redirect.objects.exists()


def test_changes_that_wait_are_kept_and_published_at_the_new_address(desk, article):
    press(desk, change_url(article), "_save", headline="Rain, again")
    assert address(article) in desk.get(change_url(article)).content.decode()
    move(desk, article, "/2024/05/rain/")
    article.refresh_from_db()
    assert publishing.working_row(article).headline == "Rain, again"
    press(desk, change_url(article), "_publish")
    article.refresh_from_db()
    assert (article.headline, article.path) == ("Rain, again", "/2024/05/rain/")


def test_the_same_address_leaves_nothing(desk, article):
    version = article.version
    move(desk, article, article.path)
    article.refresh_from_db()
    assert article.version == version
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("group", ["editor", "contributor"])
def test_only_who_publishes_may(client, article, group):
    user = make_user("erin", group)
    if user.has_perm("articles.publish_article"):
        user.groups.get().permissions.filter(codename="publish_article").delete()
        user = type(user).objects.get(pk=user.pk)
    client.force_login(user)
    assert address(article) not in client.get(change_url(article)).content.decode()
    assert client.post(address(article), {"path": "/x/"}).status_code in (403, 404)
    assert Article.objects.get().path == "/2024/05/rian/"


def test_a_draft_without_an_address_has_none_to_change(desk):
    draft = make_article("Rain", status="draft", path=None)
    assert address(draft) not in desk.get(change_url(draft)).content.decode()
    assert desk.get(address(draft)).status_code == 403
