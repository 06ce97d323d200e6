"""The command on trees of old pages: rules, copies, and media that come later."""

import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from articles.importers.fetching_media import Fetcher
from articles.importers.media import Media
from articles.importers.running import run_import
from articles.importers.saving import Choices
from articles.importers.sources import Asked
from articles.models import Article, Document, Page, Picture
from tests.factories import image_file

from .test_import_articles import folder, page, run

pytestmark = pytest.mark.django_db
SITE = "https://old.example/"
IMAGE = '<p><img src="/pix/{}.png" alt="The {} pier"></p>'

__all__ = ["folder"]


def put(path, size=(300, 200)):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image_file(*size).read())


class TestRules:
    def test_bad_ones_import_nothing(self, folder, tmp_path):
        (folder / "a.htm").write_text(page())
        (tmp_path / "r.toml").write_text('[pages]\nheadline = "h1["\n')
        _out, err = run(folder, rules=str(tmp_path / "r.toml"))
        assert "r.toml, line 2: headline is no selector" in err
        assert not Article.objects.exists()

    def test_make_simple_pages_and_tell_what_they_did_not_find(self, folder, tmp_path):
        (folder / "a.htm").write_text(page())
        text = page("About the Gazette").replace("bridge", "paper")
        (folder / "about.htm").write_text(text)
        rules = '[pages]\nstandfirst = ".deck"\npages = ["about*"]\n'
        (tmp_path / "r.toml").write_text(rules)
        out, _err = run(folder, rules=str(tmp_path / "r.toml"))
        assert Page.objects.filter(title="About the Gazette").exists()
        assert Article.objects.count() == 1
        assert "1 × rule-unused" in out


class TestCopies:
    def test_a_printed_version_leads_to_its_story(self, folder, client):
        (folder / "a.htm").write_text(page())
        (folder / "a_print.htm").write_text(page())
        run(folder)
        assert Article.objects.get().path == "/a.htm"
        assert client.get("/a_print.htm")["Location"].endswith("/a.htm")

    def test_a_link_to_a_copy_leads_to_the_story_and_is_not_dead(self, folder):
        (folder / "a.htm").write_text(page())
        (folder / "a_print.htm").write_text(page())
        link = '<p>It was told <a href="a_print.htm">before</a>, at such a length.</p>'
        (folder / "b.htm").write_text(page(extra=link))
        out, _err = run(folder, dry_run=True)
        assert "what was not imported" not in out
        out, _err = run(folder)
        assert "what was not imported" not in out
        assert 'href="/a.htm"' in Article.objects.get(path="/b.htm").body


class TestMediaThatComeLater:
    def test_are_shown_by_their_old_address_until_then(self, folder, tmp_path):
        extra = IMAGE.format("north", "north") + IMAGE.format("south", "south")
        (folder / "a.htm").write_text(page(extra=extra))
        run(folder, site=SITE)
        article = Article.objects.get()
        assert 'src="https://old.example/pix/north.png"' in article.body
        put(tmp_path / "media" / "pix" / "north.png")
        out, _err = run(folder, site=SITE, media=str(tmp_path / "media"))
        assert "1 changed" in out
        article.refresh_from_db()
        picture = Picture.objects.get()
        assert f'data-picture="{picture.pk}"' in article.body
        assert "pix/north" not in article.body
        assert 'src="https://old.example/pix/south.png"' in article.body
        out, _err = run(folder, site=SITE, media=str(tmp_path / "media"))
        assert "0 changed, 1 unchanged" in out

    def test_come_into_what_an_editor_changed(self, folder, tmp_path):
        (folder / "a.htm").write_text(page(extra=IMAGE.format("north", "north")))
        run(folder, site=SITE)
        article = Article.objects.get()
        article.body = article.body.replace("nine feet", "ten feet")
        article.save()
        put(tmp_path / "media" / "pix" / "north.png")
        run(folder, site=SITE, media=str(tmp_path / "media"))
        article.refresh_from_db()
        assert "ten feet" in article.body
        assert "data-picture" in article.body

    def test_are_fetched_when_asked_for(self, folder, tmp_path):
        put(tmp_path / "www" / "pix" / "north.png")
        (tmp_path / "www" / "minutes.pdf").write_bytes(b"%PDF-1.4 minutes")

        class OldSite(SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=tmp_path / "www")

            def log_message(self, *arguments):
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), OldSite)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"127.0.0.1:{server.server_port}"
        extra = IMAGE.format("north", "north") + IMAGE.format("south", "south")
        extra += '<p>What was said is in <a href="/minutes.pdf">the minutes</a>.</p>'
        (folder / "a.htm").write_text(page(extra=extra))
        fetch = Fetcher(tmp_path / "f", [host], "us", delay=0, is_near_allowed=True)
        choices = Choices(zone=None, media=Media(fetch=fetch), hosts={"127.0.0.1"})
        report = run_import([folder], choices, Asked(site=f"http://{host}/"))
        server.shutdown()
        server.server_close()
        body = Article.objects.get().body
        assert f'data-picture="{Picture.objects.get().pk}"' in body
        assert Document.objects.get().file.url in body
        assert f'src="http://{host}/pix/south.png"' in body
        assert report.problems["picture-not-fetched"] == 1
        assert "picture-elsewhere" not in report.problems

    def test_are_fetched_from_somewhere_named(self, folder):
        (folder / "a.htm").write_text(page())
        _out, err = run(folder, fetch_media=True)
        assert "Say where from" in err
