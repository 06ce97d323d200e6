"""A site that answers at two hosts: its pages have one address each."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from newsroom.blocks.models import ShareBlock
from newsroom.models import Publication
from tests.factories import (
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_series,
    make_tag,
)

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = "https://news.example"
# What readers are told to ask elsewhere would lead search engines and networks away.
ASKED = "www.news.example"


@pytest.fixture(autouse=True)
def site(db, settings):
    settings.ALLOWED_HOSTS = ["news.example", ASKED]
    settings.SITE_URL, settings.IS_SITE_NAMED = SITE, True
    Publication.objects.create(name="The Weir", hub="https://hub.example/")
    section, tag = make_section("River", picture=make_picture()), make_tag("eels")
    for headline, path in (("Weir", "/weir/"), ("Mill", "/mill/")):
        make_article(
            headline,
            path=path,
            body='<p><a href="https://news.example/mill/">The mill</a></p>',
            section=section,
            series=make_series("The eels"),
            tags=[tag],
            authors=[make_author("Ada Lane")],
        )
    make_page("Masthead", path="/masthead/", purpose="masthead")


ADDRESSES = [
    *("/", "/weir/", "/weir/?plain", "/masthead/", "/masthead/?plain"),
    *("/sections/river/", "/tags/", "/tags/eels/", "/series/the-eels/"),
    *("/authors/", "/authors/ada-lane/", "/archive/", "/archive/2024/"),
    *("/archive/2024/05/", "/corrections/", "/most-read/", "/search/"),
    *("/feed/", "/feed/atom/", "/feed/json/", "/tags/eels/feed/", "/sitemap.xml"),
    *("/sitemaps/pages.xml", "/sitemaps/articles-2024-05.xml", "/robots.txt"),
    f"/oembed/?url={quote(f'{SITE}/weir/')}",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_says_the_same_at_both(client, address):
    asked = client.get(address, headers={"host": ASKED})
    own = client.get(address, headers={"host": "news.example"})
    assert asked.status_code == own.status_code == 200
    assert asked.content == own.content
    assert ASKED not in asked.content.decode()
    assert "http://news.example" not in asked.content.decode()


def test_shares_the_one_address(client):
    ShareBlock.objects.create(name="Share", placement="after_body")
    page = client.get("/weir/", headers={"host": ASKED}).content.decode()
    assert f'<link rel="canonical" href="{SITE}/weir/">' in page
    assert f'<meta property="og:url" content="{SITE}/weir/">' in page
    assert ASKED not in page


def test_knows_its_stories_by_every_name(client):
    for host in ("news.example", ASKED):
        answer = ask(client, url=f"http://{host}/weir/")
        assert f'href=\\"{SITE}/weir/\\"' in answer.content.decode()
    assert json.loads(answer.content)["provider_url"] == f"{SITE}/"
    elsewhere = ask(client, url="http://elsewhere.example/weir/")
    assert elsewhere.status_code == 404


def ask(client, **query):
    return client.get("/oembed/", query, headers={"host": "news.example"})


def test_without_a_name_the_asked_host_stays(client, settings):
    settings.IS_SITE_NAMED = False
    settings.ALLOWED_HOSTS = ["localhost"]
    page = client.get("/weir/", headers={"host": "localhost:8000"}).content.decode()
    assert '<link rel="canonical" href="http://localhost:8000/weir/">' in page
    assert "news.example/weir/" not in page


@pytest.mark.parametrize(
    ("told", "site", "is_named"),
    [
        ({"ALLOWED_HOSTS": "news.example,www.news.example"}, SITE, True),
        ({"ALLOWED_HOSTS": ".news.example"}, SITE, True),
        ({"ALLOWED_HOSTS": "www.news.example", "SITE_URL": f"{SITE}/"}, SITE, True),
        ({"ALLOWED_HOSTS": "localhost", "SITE_URL": SITE}, SITE, True),
        ({"ALLOWED_HOSTS": "127.0.0.1,news.example"}, "https://127.0.0.1", False),
        ({"ALLOWED_HOSTS": "*"}, "https://localhost", False),
        ({"DEBUG": "true", "ALLOWED_HOSTS": "a.example"}, "http://a.example", False),
    ],
)
def test_is_named_by_the_environment(told, site, is_named, tmp_path):
    clean = {"ENV_FILE": os.devnull, "SECRET_KEY": "x", "DATA_DIR": str(tmp_path)}
    asked = "from newsroom.settings import *; print(SITE_URL, IS_SITE_NAMED)"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        env={**clean, **told},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [site, str(is_named)]
