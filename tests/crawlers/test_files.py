"""robots.txt, security.txt, humans.txt and ads.txt say what the records say."""

from datetime import timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from newsroom.crawlers.models import Agent, CrawlRule, SiteFiles
from newsroom.pagecache.addresses import address_of
from tests.articles.test_admin_form import filled_form
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SOON = timezone.localdate() + timedelta(days=100)
TEXT = "text/plain; charset=utf-8"


def robots(client):
    parser = RobotFileParser()
    page = client.get("/robots.txt")
    assert page["Content-Type"] == TEXT
    parser.parse(page.content.decode().splitlines())
    return parser


def may(client, agent, path="/2026/11/story/"):
    return robots(client).can_fetch(agent, f"http://testserver{path}")


def test_everybody_may_read_all_but_the_desk(client, settings):
    settings.SITE_URL = "https://news.example"
    for agent in ("Googlebot", "GPTBot", "Somebody"):
        assert may(client, agent)
        assert not may(client, agent, "/admin/")
    assert robots(client).site_maps() == [
        "https://news.example/sitemap.xml",
        "https://news.example/sitemaps/news.xml",
    ]


@pytest.mark.parametrize(
    ("choice", "trains", "answers"),
    [("all", True, True), ("answers", False, True), ("none", False, False)],
)
def test_language_models_are_asked_by_their_names(client, choice, trains, answers):
    SiteFiles(machines=choice).save()
    for agent in ("GPTBot", "ClaudeBot", "CCBot", "Google-Extended"):
        assert may(client, agent) is trains, agent
    for agent in ("OAI-SearchBot", "ChatGPT-User", "PerplexityBot"):
        assert may(client, agent) is answers, agent
        assert not may(client, agent, "/admin/")
    assert may(client, "Googlebot") and may(client, "bingbot")


def test_a_rule_of_a_program_keeps_what_is_for_all(client):
    CrawlRule.objects.create(agent="*", path="/drafts/")
    CrawlRule.objects.create(agent="Slowbot", path="/archive/")
    SiteFiles(machines="answers").save()
    CrawlRule.objects.create(agent="GPTBot", path="/press/", is_allowed=True)
    for path in ("/archive/2024/", "/drafts/a", "/admin/"):
        assert not may(client, "Slowbot", path)
    assert may(client, "Slowbot") and may(client, "Other", "/archive/2024/")
    assert may(client, "GPTBot", "/press/kit") and not may(client, "GPTBot")


def test_the_list_of_programs_is_the_sites_own(client):
    SiteFiles(machines="answers").save()
    assert may(client, "NewBot")
    Agent.objects.create(name="NewBot", purpose=Agent.Purpose.TRAINING)
    assert not may(client, "NewBot")
    Agent.objects.filter(name="GPTBot").delete()
    assert may(client, "GPTBot")
    with pytest.raises(ValidationError):
        Agent(name="Bot\nAllow: /", purpose="training").full_clean()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"path": "archive/"}, "path"),
        ({"path": "/a b"}, "path"),
        ({"path": "/a\nDisallow: /"}, "path"),
        ({"path": "/a\n"}, "path"),
        ({"path": "/a#b"}, "path"),
        ({"agent": "Two words"}, "agent"),
        ({"agent": "Bot\nAllow: /"}, "agent"),
        ({"agent": ""}, "agent"),
    ],
)
def test_a_rule_that_would_say_something_else_is_refused(fields, wrong):
    with pytest.raises(ValidationError) as error:
        CrawlRule(**fields).full_clean()
    assert list(error.value.message_dict) == [wrong]


def test_security_txt_has_what_the_rfc_wants(client, settings):
    settings.SITE_URL = "https://news.example"
    assert client.get("/.well-known/security.txt").status_code == 404
    SiteFiles(
        security_contacts="desk@news.example\nhttps://news.example/report",
        security_expires_on=SOON,
        security_languages="en, de",
    ).save()
    page = client.get("/.well-known/security.txt")
    assert page["Content-Type"] == TEXT
    assert page.content.decode().splitlines() == [
        "Contact: mailto:desk@news.example",
        "Contact: https://news.example/report",
        f"Expires: {SOON}T00:00:00Z",
        "Preferred-Languages: en, de",
        "Canonical: https://news.example/.well-known/security.txt",
    ]
    assert client.get("/security.txt")["Location"] == "/.well-known/security.txt"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"security_contacts": "nobody"}, "security_contacts"),
        ({"security_contacts": "http://plain.example"}, "security_contacts"),
        ({"security_contacts": "a@b.example"}, "security_expires_on"),
        ({"security_policy": "http://plain.example"}, "security_policy"),
        ({"security_languages": "en; de"}, "security_languages"),
        ({"ads": "example.org 1234 DIRECT"}, "ads"),
        ({"ads": "example.org, 1, DIRECT\n<script>"}, "ads"),
    ],
)
def test_what_would_make_a_wrong_file_is_refused(fields, wrong):
    with pytest.raises(ValidationError) as error:
        SiteFiles(**{"security_expires_on": None, **fields}).full_clean()
    assert wrong in error.value.message_dict


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_security_txt_is_good_for_a_year_at_most(days):
    day = timezone.localdate() + timedelta(days=days)
    files = SiteFiles(security_contacts="a@b.example", security_expires_on=day)
    with pytest.raises(ValidationError, match="within a year"):
        files.full_clean()


def test_ads_and_humans_are_as_they_were_typed(client):
    ads = "# Ours\nexample.org, 1234, DIRECT, f08c\nOWNERDOMAIN=news.example"
    files = SiteFiles(ads=ads, humans="Ann Ash\r\nيوسف 🍞\r\n")
    files.full_clean()
    files.save()
    assert client.get("/ads.txt").content.decode() == f"{ads}\n"
    assert client.get("/humans.txt").content.decode() == "Ann Ash\nيوسف 🍞\n"


def test_a_publisher_fills_the_form_and_an_editor_does_not_see_it(client):
    client.force_login(make_user("pub", "publisher"))
    listed = client.get(reverse("admin:crawlers_sitefiles_changelist"))
    form = filled_form(client, listed["Location"], "sitefiles_form")
    page = client.post(listed["Location"], form | {"ads": "nonsense"})
    assert "Line 1, “nonsense”" in page.content.decode()
    client.post(listed["Location"], form | {"humans": "Ann"})
    assert SiteFiles.objects.get().humans == "Ann"
    client.force_login(make_user("ed", "editor"))
    assert client.get(listed["Location"]).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_change_is_seen_at_once_and_no_page_goes_for_it(client, store):
    store.follow()
    for path in ("/robots.txt", "/humans.txt", "/feed/"):
        client.get(path)
    CrawlRule.objects.create(path="/drafts/")
    SiteFiles(humans="Ann").save()
    assert b"/drafts/" in client.get("/robots.txt").content
    assert client.get("/humans.txt").content == b"Ann\n"
    kept = address_of(RequestFactory().get("/feed/").environ)
    assert store.read(kept, "") is not None
