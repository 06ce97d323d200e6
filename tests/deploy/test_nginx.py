"""The real nginx, with deploy/nginx.conf, in front of the real server."""

import gzip
import http.client
import os
import subprocess

import brotli
import pytest

from articles.paths import COUNTING
from newsroom.management.commands.configure import HOST
from newsroom.pagecache.addresses import PRIVATE
from tests.deploy.conftest import check_old_addresses, get
from tests.processes import wait_for
from tests.tools import need

pytestmark = pytest.mark.django_db(transaction=True)

MAIN = """
{user}
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
{modules}
events {{ worker_connections 64; }}
http {{
    include /etc/nginx/mime.types; access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {site}
}}
"""
BROTLI = "/etc/nginx/modules-enabled/50-mod-http-brotli-static.conf"


@pytest.fixture
def nginx(old_stories, site, tmp_path):
    program = need("nginx")
    has_brotli = os.path.exists(BROTLI)
    listen = ("--listen", f"127.0.0.1:{site.front}")
    options = () if has_brotli else ("--no-brotli",)
    upstream = ("--upstream", f"127.0.0.1:{site.port}")
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        MAIN.format(
            folder=tmp_path,
            user="user root;" if os.geteuid() == 0 else "",
            modules=f"include {BROTLI};" if has_brotli else "",
            site=site.manage("configure", "nginx", *listen, *options, *upstream),
        )
    )
    process = subprocess.Popen([program, "-c", conf], stderr=subprocess.DEVNULL)
    site.start()
    wait_for(lambda: site.get("/health")[0] == 200)
    yield site
    process.terminate()
    process.wait(timeout=20)


def test_serves_kept_pages_as_the_application_does_and_without_it(nginx, article):
    path = article.path
    nginx.get(path)
    nginx.get(f"{path}?plain")
    own = {
        encoding: nginx.get_own(path, Accept_Encoding=encoding)
        for encoding in ("identity", "gzip", "br")
    }
    nginx.stop()
    for encoding, (status, headers, body) in own.items():
        found = nginx.get(path, Accept_Encoding=encoding)
        assert (found[0], found[2]) == (status, body) == (200, body)
        # What is for CDNs only, no reader hears.
        told = {"surrogate-key", "cache-tag", "cdn-cache-control", "surrogate-control"}
        assert not told & (set(headers) | set(found[1]))
        policy = "content-security-policy"
        assert set(found[1].pop(policy).split("; ")) == set(
            headers.pop(policy).split("; ")
        )
        extra = {"server", "date", "connection", "accept-ranges"}
        assert {k: v for k, v in found[1].items() if k not in extra} == {
            k: v for k, v in headers.items() if k not in extra
        }
    assert gzip.decompress(own["gzip"][2]) == own["identity"][2]
    assert brotli.decompress(own["br"][2]) == own["identity"][2]
    # A reader who has the page hears so; who has another encoding's, or none, not.
    tag = own["identity"][1]["etag"]
    assert nginx.get(path, If_None_Match=tag)[0] == 304
    assert nginx.get(path, If_None_Match='"other"')[0] == 200
    late = "Fri, 31 Dec 2100 23:59:59 GMT"
    assert nginx.get(path, If_Modified_Since=late)[0] == 200
    head = nginx.get(path, "HEAD")
    assert (head[0], head[2]) == (200, b"")
    # Parameters that count visits make no other page.
    assert nginx.get(f"{path}?utm_source=a%20b&fbclid=x")[2] == own["identity"][2]
    plain = nginx.get(f"{path}?plain")
    assert plain[0] == 200
    assert nginx.get(f"{path}?plain&gclid=x")[2] == plain[2] != own["identity"][2]
    # What could mean another page is the application's to answer.
    for odd in (
        *(f"{path}?page=2&page=3", f"{path}?pag%65=2", f"{path}?page=x"),
        *(f"{path}?p=123", f"{path}?page=2", f"{path}?utm_source=a&p=1", f"{path}%3f"),
        *(f"/.{path}", f"//{path}", f"/x/..{path}", path.replace("/2", "/%2f2", 1)),
        *(path.rstrip("/"), f"{path}@", f"{path}@.html", f"{path}%40.html"),
        *(f"{path}@.head", f"{path}@.html.gz", f"{path}%00", f"{path}%5c"),
        *("/admin/", "/preview/x/", "/search/?q=tide", "/static/../pages/"),
    ):
        status, _headers, body = nginx.get(odd)
        assert status in (400, 404, 502), odd
        assert b"Water stood" not in body
    assert nginx.get(path, "POST")[0] in (405, 502)
    assert nginx.get(path, CDN_Loop="fastly")[0] == 502
    assert get(nginx.url + path, Host="elsewhere.example")[0] == 502


def test_the_next_request_after_an_edit_gets_the_new_page(nginx, article):
    assert b"The tide came in" in nginx.get(article.path)[2]
    before = nginx.get(article.path)[1]["etag"]
    nginx.rename(article, "The tide went out")
    status, headers, body = nginx.get(article.path, If_None_Match=before)
    assert status == 200
    assert b"The tide went out" in body
    assert nginx.get(article.path, If_None_Match=headers["etag"])[0] == 304


def test_old_addresses_are_found_and_no_other_page_is(nginx):
    check_old_addresses(nginx.get)


def test_the_configuration_knows_what_is_never_kept(settings):
    text = (settings.BASE_DIR / "deploy/nginx.conf").read_text()
    names = "|".join(path[1:] for path in PRIVATE)
    assert f"(?!/(?:{names})(?:[/?]|$))" in text
    assert f"(?:{COUNTING.pattern})" in text
    assert f"server_name {HOST};" in text


def test_takes_an_export_of_any_size_and_nothing_else_as_large(nginx):
    head = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n\r\n'
    )
    form = head + b"x" * (50 * 1024 * 1024) + b"\r\n--x--\r\n"
    for path, status in (
        ("/admin/articles/import/add/", 302),
        ("/admin/articles/import/12/again/", 302),
        ("/admin/", 413),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", nginx.front, timeout=60)
        connection.putrequest("POST", path)
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(len(form)))
        connection.endheaders()
        # nginx says no before it has seen any of it.
        if status != 413:
            connection.send(form)
        assert connection.getresponse().status == status, path
        connection.close()
