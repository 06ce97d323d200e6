"""The static site: whole, from a plain file server, with no link that breaks."""

import os
import re
import socket
import subprocess
import threading
from datetime import timedelta
from functools import partial
from html import unescape
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from django.core.management import CommandError, call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from articles import publishing
from articles.models import Article
from newsroom.redirects import counting
from newsroom.redirects.addresses import captures
from newsroom.redirects.models import MissingPage, Redirect
from newsroom.static_site import making, redirecting
from newsroom.static_site.places import Address, address_of, files_of
from newsroom.static_site.rewriting import page_as_file
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_menu,
    make_page,
    make_picture,
    make_section,
    make_tag,
)
from tests.processes import wait_for
from tests.tools import need


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def is_answered(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(autouse=True)
def _own_site(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SITE_URL = "http://testserver"
    # The end of a request would close the connection of the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(db):
    section, author = make_section("Town"), make_author("Ada Lane")
    make_menu(section, make_page("About", path="/about/"))
    picture = make_picture(60, 40)
    make_article(
        "Old",
        path="/old/Story.htm",
        section=section,
        authors=[author],
        tags=[make_tag("river")],
        lead_picture=picture,
        body='<p><a href="/old/Other%20one">Other</a> &lt;a href="none"&gt;</p>',
    )
    make_article("Other", path="/old/Other%20one", section=section)
    for day in range(22):
        moment = NOON - timedelta(days=day)
        make_article(f"Story {day}", section=section, published_at=moment)
    make_article("Secret", status="draft", path="/secret/")


def export(folder, *arguments):
    out = StringIO()
    call_command(
        "export_site", str(folder), "--format", "static", *arguments, stdout=out
    )
    return out.getvalue()


@pytest.fixture
def serve():
    """Return a function that serves a folder as a file server does; gives its URL."""
    servers = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_arguments):
            pass

    def start(folder):
        handler = partial(Quiet, directory=folder)
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_every_link_leads_somewhere_on_a_plain_file_server(world, serve, tmp_path):
    folder = tmp_path / "site"
    export(folder)
    start = serve(folder)
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop()
        try:
            with urlopen(start + path) as answer:
                kind, body = answer.headers["Content-Type"] or "", answer.read()
        except HTTPError as error:
            pytest.fail(f"{path}: {error}")
        if not kind.startswith("text/html"):
            continue
        for tag in re.findall(r"<[a-z](?:\"[^\"]*\"|[^<>\"])*>", body.decode()):
            for link in re.findall(r'(?:href|src|data-list)="([^"#]*)', tag):
                whole = urljoin(f"http://testserver{path}", unescape(link))
                inner = whole.removeprefix("http://testserver")
                if inner.startswith("/") and inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
    assert {"/old/Story.htm", "/old/Other%20one", "/tags/river/", "/about/"} <= seen
    assert {"/sections/town/page-2/", "/old/Story-plain.htm"} <= seen
    assert not any("?" in path for path in seen)
    assert not (folder / "secret").exists()


def test_pages_are_those_of_the_site_but_for_what_needs_it(world, client, tmp_path):
    folder = tmp_path / "site"
    export(folder)
    page = (folder / "old/Story.htm").read_text()
    assert 'data-read="' not in page
    assert "<h1>Old</h1>" in page
    about = (folder / "about/index.html").read_bytes()
    # Feeds are files with a name of their own.
    about = re.sub(rb'(href="[^"]*/feed/[^"]*?)index\.\w+"', rb'\1"', about)
    asked = client.get("/about/", headers={"host": "testserver"}).content
    asked = re.sub(rb'<form class="to-search".*?</form>', b"", asked, flags=re.DOTALL)
    assert about == asked.replace(b'href="/about/?plain"', b'href="/about/plain/"')
    assert "page=2" not in (folder / "sections/town/index.html").read_text()
    assert b"<h1" in (folder / "404.html").read_bytes()


def test_a_second_run_writes_what_changed_and_removes_what_is_gone(world, tmp_path):
    folder = tmp_path / "site"
    export(folder)
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*.htm*")}
    assert " 0 written, 0 removed" in export(folder)
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*.htm*")} == before

    article = Article.objects.get(path="/old/Story.htm")
    publishing.move_to_trash(article, None)
    (folder / "mine.txt").write_text("An own file.")
    export(folder)
    assert not (folder / "old/Story.htm").exists()
    assert (folder / "old/Other one/index.html").exists()
    assert (folder / "mine.txt").exists()
    assert not list(folder.rglob("*.partial"))


def test_what_was_withdrawn_leaves_its_notice(world, tmp_path):
    folder = tmp_path / "site"
    linked = make_article("Linked", path="/linked/")
    Article.objects.filter(path="/about/").update(body='<p><a href="/linked/">L</a>')
    publishing.withdraw(linked, None, notice="It was wrong.")
    kept = make_article("Kept", path="/kept/")
    publishing.withdraw(kept, None, notice="It was unfair.", answer=200)
    publishing.withdraw(make_article("Draft", status="draft", path="/never/"), None)
    export(folder)
    assert "It was wrong." in (folder / "linked/index.html").read_text()
    assert "It was unfair." in (folder / "kept/index.html").read_text()
    assert not (folder / "never").exists()
    nginx = (folder / "redirects.nginx.conf").read_text()
    assert (
        'location = "/linked/" { error_page 410 "/linked/index.html"; return 410; }'
    ) in nginx
    assert "/kept" not in nginx


def test_nobody_counts_what_the_export_asks_for(world, tmp_path):
    make_author("Without Stories")
    Redirect(old="/gone.htm", answer=410).save()
    export(tmp_path / "site")
    counting.missing.flush()
    counting.hits.flush()
    assert not MissingPage.objects.exists()
    assert Redirect.objects.get().hits == 0


def test_a_stopped_run_is_gone_on_with(world, tmp_path, monkeypatch):
    folder, made = tmp_path / "site", []
    make = making._Making.make

    def stops(self, address):
        if len(made) == 30 and "first" not in made:
            raise KeyboardInterrupt
        made.append(address)
        make(self, address)

    monkeypatch.setattr(making._Making, "make", stops)
    with pytest.raises(KeyboardInterrupt):
        export(folder)
    done = set(made)
    made.append("first")
    export(folder, "--resume")
    assert not done & set(made[31:])
    monkeypatch.undo()
    whole = tmp_path / "whole"
    export(whole)
    names = {p.relative_to(whole) for p in whole.rglob("*") if p.name[0] != "."}
    assert names == {
        p.relative_to(folder) for p in folder.rglob("*") if p.name[0] != "."
    }
    for name in names:
        if (whole / name).is_file():
            assert (whole / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_site_that_does_not_answer_is_told_in_a_sentence(world, settings, tmp_path):
    settings.ALLOWED_HOSTS = ["elsewhere.test"]
    with pytest.raises(CommandError, match="ALLOWED_HOSTS"):
        export(tmp_path / "site")


def test_drafts_do_not_get_into_the_folder_of_a_static_site(world, tmp_path):
    content, static = tmp_path / "content", tmp_path / "static"
    export(static)
    for format in ("jsonl", "wxr"):
        with pytest.raises(CommandError, match="another format"):
            call_command("export_site", str(static), format=format)
    call_command("export_site", str(content), stdout=StringIO())
    with pytest.raises(CommandError, match="another format"):
        export(content)
    assert not (content / "index.html").exists()
    assert not (static / "content.jsonl").exists()


def test_notes_that_cannot_be_read_are_told_in_a_sentence(world, tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / ".export.sqlite3").write_text("This is no database. " * 99)
    with pytest.raises(CommandError, match=r"not a database .*\.export\.sqlite3"):
        export(folder)


class TestPlaces:
    @pytest.mark.parametrize(
        ("link", "file"),
        [
            ("/", "index.html"),
            ("/2026/11/slug/", "2026/11/slug/index.html"),
            ("/tags/a/?page=2", "tags/a/page-2/index.html"),
            ("/tags/a/?page=1&utm=x", "tags/a/index.html"),
            ("/old/s.htm?plain", "old/s-plain.htm"),
            ("/old/s.htm", "old/s.htm"),
            ("/old/s.php", "old/s.php/index.html"),
            ("/old/B%C3%A4r", "old/Bär/index.html"),
            ("http://testserver/x/", "x/index.html"),
        ],
    )
    def test_a_page_lies_where_a_file_server_looks(self, link, file):
        address, _fragment = address_of(link)
        assert files_of(address.link, "text/html; charset=utf-8") == [file]

    def test_a_feed_is_found_under_both_names(self):
        assert files_of("/feed/", "application/rss+xml") == [
            *("feed/index.html", "feed/index.xml")
        ]
        assert files_of("/sitemap.xml", "application/xml") == ["sitemap.xml"]

    @pytest.mark.parametrize("link", ["/a/%2e%2e/%2e%2e/b", "/a%5Cb", "/" + "x" * 256])
    def test_no_address_leads_out_of_the_folder(self, link):
        with pytest.raises(ValueError, match="name of a file"):
            files_of(link, "text/html")

    def test_other_sites_and_the_desk_are_not_followed(self):
        assert address_of("https://other.test/a") is None
        text = '<a href="/admin/">Desk</a><form action="/search/"><b>x</b></form>'
        assert page_as_file(text, "/") == ("", [])
        shown = '<p>&lt;a href="/not/a/link/"&gt;</p>'
        assert page_as_file(shown, "/") == (shown, [])

    def test_an_address_is_one_however_it_is_spelled(self):
        spellings = ("/caf%c3%a9/%61", "/caf%C3%A9/a", "/café/a")
        assert {address_of(link)[0].path for link in spellings} == {"/caf%C3%A9/a"}

    def test_links_keep_their_fragment_and_lose_their_query(self):
        text, found = page_as_file('<a href="?page=3#end">3</a>', "/tags/a/")
        assert text == '<a href="/tags/a/page-3/#end">3</a>'
        assert found == [Address("/tags/a/", "page=3")]


def text_of_redirects(followed=()):
    """Return ({file: its text}, {file: how many redirects it cannot say})."""
    files = redirecting.files(followed)
    texts = {name: content.decode() for name, content, _unsaid in files}
    return texts, {name: unsaid for name, _content, unsaid in files}


@pytest.mark.django_db
class TestRedirects:
    def test_are_written_for_both_servers_and_hold_no_directives(self):
        odd = [('/a";}', "/b"), ("/c\\", "/e"), ("/f\n/g", "/h")]
        texts, unsaid = text_of_redirects([("/old", "/new/"), *odd])
        nginx, netlify = texts["redirects.nginx.conf"], texts["_redirects"]
        assert 'location = "/old" { return 301 "/new/"; }' in nginx
        assert "/old /new/ 301\n" in netlify
        for text in texts.values():
            said, mark, named = text.partition("# This file cannot say:\n")
            assert mark and not any(old[:3] in said for old, _to in odd)
            assert all(line.startswith("# exact ") for line in named.splitlines())
        assert unsaid == {"redirects.nginx.conf": 3, "_redirects": 3}

    def test_of_all_below_an_address_lead_where_no_page_is(self):
        rule = redirecting.nginx_line("prefix", "/blog/", "/news/", 301)
        assert 'rewrite "^/blog/(.*)$" "/news/$1" permanent;' in rule
        assert "if (!-e $request_filename)" in rule
        assert redirecting.netlify_line("prefix", "/blog/", "/news/", 301) == (
            "/blog/* /news/:splat 301"
        )

    @pytest.mark.parametrize(
        ("old", "to", "nginx", "netlify"),
        [
            (
                "/archive/*/story-*.html",
                "/$1/$2/",
                r'location ~ "^/archive/(.*?)/story-(.*?)\.html$" '
                r"{ if (!-e $request_filename) { rewrite "
                r'"^/archive/(.*?)/story-(.*?)\.html$" "/$1/$2/" permanent; } }',
                "",
            ),
            (
                "/blog/*",
                "/news/$1",
                r'location ~ "^/blog/(.*?)$" '
                r'{ if (!-e $request_filename) { rewrite "^/blog/(.*?)$" '
                r'"/news/$1" permanent; } }',
                "/blog/* /news/:splat 301",
            ),
            ("/x*", "/y/", None, ""),
            ("/a/*/b/*", "/$2/$1/", None, ""),
            ("/s.php?id=*", "/s/$1/", "", ""),
            ("/x*", "/y/${host}", "", ""),
            ("/*" * 10, "/$9/", "", ""),
        ],
    )
    def test_by_pattern_are_said_where_the_server_has_words(
        self, old, to, nginx, netlify
    ):
        line = redirecting.nginx_line("pattern", old, to, 301)
        assert bool(line) if nginx is None else line == nginx
        assert redirecting.netlify_line("pattern", old, to, 301) == netlify

    def test_that_say_more_come_first(self):
        Redirect(old="/a/*", target="/b/", match="pattern").save()
        Redirect(old="/a/long-*.htm", target="/c/$1/", match="pattern").save()
        Redirect(old="/z", target="/y/").save()
        texts, unsaid = text_of_redirects()
        nginx = texts["redirects.nginx.conf"]
        places = [nginx.index(word) for word in ('"/z"', '"^/a/long-', '"^/a/(')]
        assert places == sorted(places)
        assert unsaid == {"redirects.nginx.conf": 0, "_redirects": 1}
        end = texts["_redirects"].partition("# This file cannot say:\n")[2]
        assert end == "# pattern /a/long-*.htm 301 /c/$1/\n"

    def test_with_a_query_are_looked_up_by_nginx(self):
        Redirect(old="/?p=12", target="/news/").save()
        Redirect(old="/?p=13", target="/later/", answer=302).save()
        Redirect(old="/i.php?a=1&b=2", answer=410).save()
        Redirect(old="/?p={7}", target="/odd/").save()
        Redirect(old="/?P=12", target="/other/").save()
        texts, unsaid = text_of_redirects()
        assert "include …/redirects.map.nginx.conf" in texts["redirects.nginx.conf"]
        looked_up = texts["redirects.map.nginx.conf"]
        assert '    "/?p=12" "/news/";\n' in looked_up
        # No map holds two keys that differ in nothing but large letters.
        assert "/other/" not in looked_up and "odd" not in looked_up
        assert unsaid["redirects.nginx.conf"] == 2
        netlify = texts["_redirects"]
        assert "\n/ p=12 /news/ 301!\n" in f"\n{netlify}"
        assert "/ p=13 /later/ 302!\n" in netlify
        # What is gone has no word there.
        assert "# exact /i.php?a=1&b=2 410\n" in netlify.partition("cannot say")[2]
        assert unsaid["_redirects"] == 2

    def test_with_a_query_need_no_file_where_there_are_none(self):
        Redirect(old="/a", target="/b/").save()
        texts, _unsaid = text_of_redirects()
        assert "redirects.map.nginx.conf" not in texts
        assert "old_address" not in texts["redirects.nginx.conf"]

    @pytest.mark.parametrize(
        ("old", "line"),
        [
            ("/i.php?a=1&b=2", "/i.php a=1 b=2 /n/ 301!"),
            ("/i.php?a=1&a=2", ""),
            ("/i.php?a", ""),
            ("/i.php?a=:b", ""),
            ("/:x?a=1", ""),
        ],
    )
    def test_with_a_query_are_told_to_netlify_by_name(self, old, line):
        assert redirecting.netlify_line("exact", old, "/n/", 301) == line

    def test_name_no_address_twice(self):
        """Nginx would not start; and what a rule says itself goes before the rest."""
        Redirect(old="/blog/", target="/news/", match="prefix").save()
        Redirect(old="/blog", target="/old-blog/").save()
        Redirect(old="/caf%c3%a9", target="/über/").save()
        texts, unsaid = text_of_redirects([("/caf%C3%A9", "/%C3%BCber/")])
        nginx = texts["redirects.nginx.conf"]
        assert nginx.count('location = "/blog"') == 1
        assert 'location = "/blog" { return 301 "/old-blog/"; }' in nginx
        assert nginx.count('location = "/café" { return 301 "/%C3%BCber/"; }') == 1
        assert unsaid["redirects.nginx.conf"] == 0

    def test_rest_where_a_page_stands(self):
        Redirect(old="/a.htm", target="/b/").save()
        files = redirecting.files([], stands=lambda path: path == "/a.htm")
        assert all(b"/a.htm" not in content for _name, content, _unsaid in files)

    def test_of_pages_of_lists_are_told_to_netlify_one_by_one(self):
        pages = [Address("/tags/caf%C3%A9/", "page=2"), Address("/a/", "plain")]
        (_nginx, (_name, netlify, _unsaid)) = redirecting.files([], pages)
        line = "/tags/café/ page=2 /tags/caf%C3%A9/page-2/ 301!\n"
        assert netlify.decode() == line

    def test_are_followed_by_a_real_nginx(self, tmp_path):
        program, port, long = need("nginx"), free_port(), "x" * 300
        Redirect(old="/?p=12", target="/news/").save()
        Redirect(old=f"/i.php?id={long}", answer=410).save()
        Redirect(old="/old.htm", target="/über/").save()
        Redirect(old="/my text {1};.htm", target="/new/").save()
        Redirect(old="/blog/", target="/news/", match="prefix").save()
        Redirect(old="/a/*.htm", target="/b/$1/", match="pattern").save()
        for name, content, _unsaid in redirecting.files([("/taken/", "")]):
            (tmp_path / name).write_bytes(content)
        pages = ("", "410", "list", "list/page-2", "story/plain", "story", "taken")
        for name in pages:
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / name / "index.html").write_text(name)
        (tmp_path / "410.html").write_text("It is gone.")
        (tmp_path / "list/index.xml").write_text("<rss/>")
        user = "user root;" if os.geteuid() == 0 else ""
        (tmp_path / "nginx.conf").write_text(
            f"{user} pid {tmp_path}/pid; error_log {tmp_path}/log; daemon off;"
            f"events {{}} http {{ access_log off; client_body_temp_path {tmp_path}/b;"
            f"include {tmp_path}/redirects.map.nginx.conf;"
            f"server {{ listen 127.0.0.1:{port}; root {tmp_path};"
            f"absolute_redirect off; include {tmp_path}/redirects.nginx.conf; }} }}"
        )
        server = subprocess.Popen(
            [program, "-c", tmp_path / "nginx.conf"], stderr=subprocess.DEVNULL
        )

        def ask(address):
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", address)
            answer = connection.getresponse()
            found = answer.headers["Location"] or answer.read().decode()
            return answer.status, found

        try:
            wait_for(lambda: is_answered(port))
            assert ask("/?p=12") == (301, "/news/")
            assert ask("/old.htm") == (301, "/%C3%BCber/")
            assert ask("/my%20text%20%7b1%7D;.htm") == (301, "/new/")
            assert ask("/blog/%C3%BC?a=1") == (301, "/news/%C3%BC?a=1")
            assert ask("/blog")[0] == 301
            assert ask("/a/%C3%BC%0Ab.htm")[0] == 404
            assert ask("/a/%C3%BC.htm") == (301, "/b/%C3%BC/")
            assert ask(f"/i.php?id={long}") == (410, "It is gone.")
            assert ask("/taken/") == ask("/taken") == (410, "taken")
            assert ask("/")[0] == ask("/?p=1")[0] == ask("/?p=123")[0] == 200
            assert ask("/i.php?id=x")[0] == 404
            assert ask("/list/?page=2&a=1") == (301, "/list/page-2/")
            assert ask("/list/?page=1") == ask("/list/?page=9") == (200, "<rss/>")
            assert ask("/story/?plain") == (301, "/story/plain/")
            assert ask("/?plain")[0] == ask("/?page=2")[0] == 200
        finally:
            server.terminate()
            server.wait(timeout=20)

    @pytest.mark.parametrize(
        "key", ["/a/b-c", "/a/b/c-d-e", "/ab-c", "/a/-", "/a/b-c-"]
    )
    def test_by_pattern_mean_what_they_mean_here(self, key):
        line = redirecting.nginx_line("pattern", "/a/*-*", "/n/$1/$2", 301)
        found = re.match(re.search(r'"(\^.*?\$)"', line)[1], key)
        own = captures("/a/*-*", key)
        assert (list(found.groups()) if found else None) == own
