import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from articles.models import (
    Correction,
    Document,
    Import,
    Origin,
    PublishCheck,
    TagSynonym,
)
from authors.models import AuthorAlias, AuthorLink
from newsroom.blocks.models import AdvertiseBlock, ShareBlock, ShareNetwork
from newsroom.crawlers.models import CrawlRule, SiteFiles
from newsroom.feeds.models import PartnerFeed
from newsroom.models import MenuItem, Publication
from newsroom.redirects.models import MissingPage, Redirect
from newsroom.reports.models import Report
from newsroom.search.models import Pick, QueryCount
from tests.articles.test_admin_form import filled_form
from tests.factories import (
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_series,
    make_tag,
    make_user,
)


@pytest.fixture
def superuser(db):
    return make_user("root", is_superuser=True)


@pytest.fixture
def everything(superuser):
    now = timezone.now()
    Redirect(old="/old/", target="/new/").save()
    MissingPage.objects.create(address="/x/", first_seen_at=now, last_seen_at=now)
    """One row of every model of the desk, with rows in their inlines."""
    author, tag = make_author("Ada Lindqvist"), make_tag()
    AuthorLink.objects.create(author=author, kind="blog", url="https://x.example")
    AuthorAlias.objects.create(author=author, name="A. L.")
    TagSynonym.objects.create(tag=tag, name="another word")
    article = make_article(
        authors=[author],
        tags=[tag],
        section=make_section(),
        series=make_series(),
        lead_picture=make_picture(),
    )
    Correction.objects.create(article=article, text="Wrong year")
    Origin.objects.create(article=article, system="files", identifier="a.txt")
    PublishCheck.objects.create(check_name="byline", level="off")
    Import.objects.create(source="gazette", state=Import.State.DONE)
    Document.objects.create(file="documents/a.pdf", name="a.pdf", digest="a", bytes=1)
    make_page()
    Publication(name="The Courier").save()
    network = ShareNetwork.objects.create(name="N", url_pattern="https://x/?u={url}")
    block = ShareBlock.objects.create(name="Share", placement="footer")
    block.block_networks.create(network=network)
    AdvertiseBlock.objects.create(name="Ad", placement="footer", link_url="/")
    PartnerFeed.objects.create(name="The Other Paper", slug="other")
    CrawlRule.objects.create(agent="GPTBot", path="/")
    Report.objects.create(article=article, text="It was a Tuesday.")
    SiteFiles().save()
    Pick.objects.create(query="flood", title="Flood desk", address="/")
    QueryCount.objects.create(query="flood", times=2)
    assert Group.objects.exists()


def test_every_page_of_the_desk_opens(everything, superuser, client):
    client.force_login(superuser)
    opened = 0
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        assert row, f"{model} has no row: add one to `everything`"
        for view in ("changelist", "add", "change", "history", "delete"):
            args = [row.pk] if view in ("change", "history", "delete") else []
            response = client.get(reverse(f"{name}_{view}", args=args))
            is_allowed = {
                "add": page.has_add_permission(response.wsgi_request),
                "delete": page.has_delete_permission(response.wsgi_request, row),
            }.get(view, True)
            expected = 200 if is_allowed else 403
            if model in (Publication, SiteFiles) and view == "changelist":
                expected = 302
            if model is MenuItem and view in ("change", "history", "delete"):
                # Both menus are one page, which is the list.
                expected = 302
            if model is MissingPage and view == "change":
                # Its list says all there is of it.
                expected = 302
            assert response.status_code == expected, f"{name}_{view}"
            opened += 1
    assert opened == 5 * len(admin.site._registry)
    assert client.get("/admin/no-such-page/").status_code == 404


def test_the_title_and_the_menu_are_the_publications_own(everything, superuser, client):
    client.force_login(superuser)
    page = client.get(reverse("admin:index")).content.decode()
    assert "The Courier" in page
    assert "Django administration" not in page
    menu = {
        str(group["name"]): [model["object_name"] for model in group["models"]]
        for group in client.get(reverse("admin:index")).context["app_list"]
    }
    assert list(menu) == [
        *("Stories", "Subjects", "People", "Site", "Addresses", "Search"),
    ]
    assert menu["Stories"][:3] == ["Article", "Picture", "Correction"]
    assert menu["People"] == ["Author", "User", "Group"]


def test_there_is_one_publication_and_its_list_is_its_form(superuser, client):
    client.force_login(superuser)
    response = client.get(reverse("admin:newsroom_publication_changelist"))
    url = reverse("admin:newsroom_publication_change", args=[1])
    assert response["Location"] == url
    form = filled_form(client, url, "publication_form")
    client.post(url, form | {"name": "The Valley Record"})
    assert Publication.objects.get().name == "The Valley Record"
    add = reverse("admin:newsroom_publication_add")
    assert client.get(add).status_code == 403


def policy(response):
    return response["Content-Security-Policy"]


def test_the_desk_runs_no_inline_script_without_its_nonce(superuser, client):
    assert "script-src 'self'" in policy(client.get(reverse("admin:login")))
    client.force_login(superuser)
    response = client.get(reverse("admin:articles_article_add"))
    nonce = str(response.wsgi_request.csp_nonce)
    assert f"script-src 'self' 'nonce-{nonce}'" in policy(response)
    assert f'<script type="importmap" nonce="{nonce}">' in response.content.decode()
    assert "unsafe-" not in policy(response)
    again = client.get(reverse("admin:articles_article_add"))
    assert nonce not in policy(again)


def test_public_pages_have_no_nonce(client, db):
    assert "nonce-" not in policy(client.get("/robots.txt"))
    assert "script-src 'self'" in policy(client.get("/robots.txt"))


def test_making_an_author_makes_no_login(superuser, client):
    client.force_login(superuser)
    url = reverse("admin:authors_author_add")
    client.post(url, filled_form(client, url, "author_form") | {"name": "Ada"})
    assert User.objects.count() == 1
    assert not User.objects.filter(username="Ada").exists()
