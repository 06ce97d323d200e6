"""Imports from the desk: upload, dry run, import, report and undoing."""

import ast
import csv
import html
import io
import json
import os
import re
import signal
import zipfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles import signals
from articles.admin import import_report, import_upload
from articles.importers import running, saving, steering, undoing, uploads
from articles.management.commands import import_articles
from articles.models import (
    Article,
    Document,
    Import,
    ImportProblem,
    Origin,
    Page,
    Tag,
)
from articles.models.imports import SILENCE
from newsroom.blocks.models import ShareBlock
from tests.articles.importers.importing import drawing
from tests.articles.test_admin_form import change_url, press
from tests.factories import make_article, make_section, make_user

pytestmark = pytest.mark.django_db

EXPORT = Path(__file__).parents[1] / "data/exports/gazette.wxr.xml"
# Posts and pages, but the one in the trash.
STORIES = len(re.findall("<wp:post_type>(?:post|page)<", EXPORT.read_text("utf-8"))) - 1
LIST = reverse("admin:articles_import_changelist")
ADD = reverse("admin:articles_import_add")
State = Import.State


@pytest.fixture
def publisher(client):
    user = make_user("pub", "publisher")
    client.force_login(user)
    return user


def address(run, name="change"):
    return reverse(f"admin:articles_import_{name}", args=[run.pk])


def upload(client, content=None, name="gazette.wxr.xml", **chosen):
    content = EXPORT.read_bytes() if content is None else content
    form = {"status": "published", "addresses": "old", "source": "gazette", **chosen}
    return client.post(ADD, form | {"file": SimpleUploadedFile(name, content)})


def uploaded(client, **chosen):
    """Return the row of an upload, which waits for its dry run."""
    response = upload(client, **chosen)
    run = Import.objects.get()
    assert response["Location"] == address(run)
    return run


def work(run, **options):
    """Do what the clock's process does; return the row."""
    call_command("import_articles", run=run.pk, stdout=io.StringIO(), **options)
    run.refresh_from_db()
    return run


def imported(client, **chosen):
    run = work(uploaded(client, **chosen))
    client.post(address(run, "start"))
    return work(run)


def make_document(name):
    file = SimpleUploadedFile(f"{name}.pdf", f"%PDF-1.4 {name}".encode())
    return Document.objects.create(
        file=file, name=file.name, digest=name, bytes=file.size
    )


def text(response):
    return response.content.decode()


class TestUpload:
    def test_waits_for_its_dry_run_outside_of_what_readers_get(self, client, publisher):
        run = uploaded(client)
        assert (run.state, run.is_dry_run) == (State.WAITING, True)
        assert run.started_by == publisher
        (path,) = map(Path, run.paths)
        assert path.read_bytes() == EXPORT.read_bytes()
        assert path.is_relative_to(settings.DATA_DIR / "imports" / str(run.pk))
        assert not path.is_relative_to(settings.MEDIA_ROOT)
        assert not list(uploads.folder().glob(f"{uploads.PARTIAL}*"))
        assert "It begins in a moment." in text(client.get(address(run)))

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("tool.exe", b"MZ", "is none of the kinds an import reads"),
            ("empty.xml", b"", "This file is empty."),
            ("noending", b"x", "is none of the kinds an import reads"),
        ],
    )
    def test_that_is_none_gets_a_sentence(
        self, client, publisher, name, content, sentence
    ):
        response = upload(client, content, name)
        assert sentence in text(response)
        assert "Traceback" not in text(response)
        assert not Import.objects.exists()

    def test_without_a_file_gets_a_sentence_as_a_page_and_as_json(
        self, client, publisher
    ):
        form = {"status": "draft", "addresses": "old", "site": "no address"}
        assert "Choose a file." in text(client.post(ADD, form))
        answer = client.post(ADD, form, headers={"accept": "application/json"})
        assert answer.status_code == 400
        assert answer.json()["errors"].keys() == {"file", "site"}
        assert not Import.objects.exists()

    def test_on_a_full_disk_gets_a_sentence_and_leaves_nothing(self, client, publisher):
        before = set(uploads.folder().iterdir())
        full = os.statvfs_result((4096, 4096, 10, 0, 0, 10, 10, 10, 0, 255))
        with patch.object(os, "statvfs", return_value=full):
            response = upload(client)
        assert "its disk is full" in text(response)
        with patch.object(
            import_upload.PartialFile, "write", side_effect=OSError(28, "No space")
        ):
            response = upload(client)
        assert "its disk is full" in text(response)
        assert not Import.objects.exists()
        assert set(uploads.folder().iterdir()) == before

    def test_from_another_site_is_refused(self, publisher):
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(publisher)
        assert upload(careful).status_code == 403
        assert not Import.objects.exists()

    def test_never_lands_elsewhere_whatever_it_is_called(self, client, publisher):
        run = uploaded(client, name="../../..\\evil/../x y.xml")
        (path,) = map(Path, run.paths)
        assert path.is_relative_to(settings.DATA_DIR / "imports" / str(run.pk))


class TestDryRun:
    def test_shows_everything_and_writes_nothing_but_its_row(self, client, publisher):
        run = work(uploaded(client, addresses="new"))
        assert run.state == State.SEEN
        assert not Article.objects.exists()
        assert not Page.objects.exists()
        assert not Origin.objects.exists()
        assert not Tag.objects.exists()
        page = text(client.get(address(run)))
        assert "Nothing is written yet." in page
        assert "The ferry that came back" in page
        assert "Mara Quill" in page
        # Where a story will stand is not known before it is written.
        assert 'data-label="Old address"><bdi>/2014/03/ferry-back/' in page
        assert 'data-label="Address"' not in page
        assert "Shortcodes without a counterpart" in page
        assert "Start the import" in page
        assert "Undo this import" not in page

    def test_of_what_holds_no_story_says_so_and_offers_no_start(
        self, client, publisher
    ):
        content = io.BytesIO()
        zipfile.ZipFile(content, "w").close()
        run = work(
            uploaded(client, content=content.getvalue(), name="empty.zip", source="")
        )
        page = text(client.get(address(run)))
        assert "No story was found in it" in page
        assert "Everything was understood" not in page
        assert "Start the import" not in page
        client.post(address(run, "start"))
        run.refresh_from_db()
        assert run.state == State.SEEN

    def test_of_half_an_archive_says_so(self, client, publisher):
        whole = zipped({"a.htm": b"<h1>One</h1><p>Words.</p>" * 50}).read()
        half = whole[: len(whole) // 2]
        run = work(uploaded(client, content=half, name="site.zip", source=""))
        page = text(client.get(address(run)))
        assert "It is called an archive and is none, or a part of one." in page
        assert "no text" not in page

    def test_of_a_broken_off_export_says_so(self, client, publisher):
        content = EXPORT.read_bytes()
        half = content[: content.index(b"</item>") + len("</item>")]
        run = work(uploaded(client, content=half))
        page = text(client.get(address(run)))
        assert "Exports that are broken off" in page
        assert "The end of the export is missing." in page
        assert "The ferry that came back" in page
        assert '<li class="wrong"><b>1</b> not imported</li>' in page

    def test_shows_as_much_of_a_sample_as_a_table_can_hold(self, client, publisher):
        content = EXPORT.read_text("utf-8").replace(
            "The ferry that came back", "The ferry " * 900
        )
        run = work(uploaded(client, content=content.encode()))
        page = text(client.get(address(run)))
        assert page.count("The ferry The ferry") < 50
        assert "The headline was longer than 300 characters and cut." in page
        assert all(len(each["headline"]) <= 200 for each in run.counts["samples"])

    def test_calls_a_document_that_came_along_no_dead_link(self, client, publisher):
        words = (
            '<p>The <a href="a.pdf">minutes</a> were read aloud, and of the '
            '<a href="b.pdf">plan</a> nobody said a word until the hall was dark.</p>'
        )
        page = f"<h1>Minutes</h1><p>By Ada Fen</p>{words * 9}"
        content = zipped(
            {"old/a.htm": page.encode(), "old/a.pdf": b"%PDF-1.4 minutes"}
        ).read()
        run = work(uploaded(client, content=content, name="old.zip", source=""))
        dead = run.problems.filter(kind="dead-link").values_list("sample", flat=True)
        assert list(dead) == ["/b.pdf"]
        assert not Document.objects.exists()

    def test_uses_what_was_chosen(self, client, publisher):
        make_section("Archive", slug="archive")
        run = imported(
            client,
            section="archive",
            tags="Old, “Very, old”",
            timezone="Europe/Berlin",
            site="old.example",
        )
        assert run.options["site"] == "https://old.example"
        article = Article.objects.get(headline="The ferry that came back")
        assert article.section.slug == "archive"
        assert "Old" in article.tags.names()

    def test_chosen_otherwise_is_another_dry_run_of_the_same_file(
        self, client, publisher
    ):
        make_section("Archive", slug="archive")
        run = work(uploaded(client))
        form = {"status": "draft", "addresses": "new", "section": "archive"}
        page = text(client.get(address(run, "again")))
        assert 'value="gazette"' in page
        client.post(address(run, "again"), form | {"source": "old-gazette"})
        run.refresh_from_db()
        assert (run.state, run.is_dry_run) == (State.WAITING, True)
        assert run.options["section"] == "archive"
        assert run.options["new_paths"] is True
        assert work(run).state == State.SEEN
        assert run.source == "old-gazette"
        assert not Article.objects.exists()

    def test_of_a_section_that_is_gone_says_so(self, client, publisher):
        section = make_section("Archive", slug="archive")
        run = uploaded(client, section="archive")
        section.delete()
        with pytest.raises(CommandError):
            work(run)
        run.refresh_from_db()
        assert run.state == State.FAILED
        page = text(client.get(address(run)))
        assert "There is no section &#x27;archive&#x27;" in page
        assert "Choose otherwise" in page


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, written in files.items():
            archive.writestr(name, written)
    return SimpleUploadedFile("copy.zip", content.getvalue())


MEDIA = {
    "uploads/2014/03/quay.jpg": drawing(1),
    "uploads/2014/03/ferry.jpg": drawing(2),
    "uploads/2014/03/tides.pdf": b"%PDF-1.4 the tides of a year",
}
RULES = '[pages]\r\nheadline = "b.head"\r\nbody = "td.story"\r\n'
PAGE = (
    b"<html><title>The Old Gazette</title><table><tr><td><b class=head>Tide wins</b>"
    b"<td class=story><p>The tide came in at noon, as it always had.</p></table>"
)


class TestWhatElseIsChosen:
    def test_pictures_come_in_an_archive_of_their_own(self, client, publisher):
        run = imported(client, media=zipped(MEDIA))
        assert Document.objects.count() == 1
        assert run.origins.filter(article__lead_picture=None).count() < STORIES
        assert not run.problems.filter(kind="picture-missing").exists()
        archive = Path(uploads.media_of(run))
        assert archive.is_relative_to(settings.DATA_DIR / "imports" / str(run.pk))
        uploads.forget(run)
        assert not archive.exists() and not uploads.media_of(run)

    def test_pictures_can_be_brought_once_the_dry_run_missed_them(
        self, client, publisher
    ):
        run = work(uploaded(client))
        missed = run.problems.filter(kind="picture-elsewhere").count()
        assert missed
        form = {"status": "published", "addresses": "old", "source": "gazette"}
        client.post(address(run, "again"), form | {"media": zipped(MEDIA)})
        run = work(run)
        assert run.problems.filter(kind="picture-elsewhere").count() < missed
        page = text(client.get(address(run, "again")))
        assert "copy.zip are kept" in page
        client.post(address(run, "again"), form)
        # Without another archive, the one that is here stays.
        assert work(run).options["media_upload"] == "copy.zip"

    def test_from_another_site_nothing_is_brought(self, client, publisher):
        run = work(uploaded(client))
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(publisher)
        form = {"status": "draft", "addresses": "old", "media": zipped(MEDIA)}
        assert careful.post(address(run, "again"), form).status_code == 403
        assert "media_upload" not in Import.objects.get().options

    def test_names_that_lead_out_of_the_archive_are_told(self, client, publisher):
        run = work(uploaded(client, media=zipped(MEDIA | {"../../evil.jpg": b"x"})))
        (problem,) = run.problems.filter(kind="outside")
        assert problem.sample == "../../evil.jpg"

    def test_rules_are_followed(self, client, publisher):
        response = upload(client, PAGE, "tide.html", source="old", rules=RULES)
        assert response.status_code == 302
        run = Import.objects.get()
        page = text(client.get(address(run)))
        assert "3 lines" in page
        work(run)
        client.post(address(run, "start"))
        work(run)
        article = Article.objects.get()
        assert article.headline == "Tide wins"
        assert "as it always had" in article.body
        assert "td.story" in text(client.get(address(run, "again")))

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("rules", "[pages", "The rules: this is no TOML"),
            ("rules", "[pages]\nbody = '>>'", "line 2: body is no selector"),
            ("rules", "[pages]\nhedline = 'b'", "line 2: there is no rule"),
            ("rules", f"[pages]\nx = {'[' * 5_000}", "nested too deeply"),
            ("rules", "x" * 100_001, "at most 100000 characters"),
            ("hosts", "old.example, ../etc", "is no name of a host"),
            ("hosts", "user:password@old.example", "is no name of a host"),
            ("fetch_media", "on", "Say where from"),
            ("kind", "guess", "Select a valid choice"),
        ],
    )
    def test_a_mistake_is_told_at_its_field(
        self, client, publisher, field, value, sentence
    ):
        page = text(upload(client, **{field: value}))
        row = page.partition(f'field-{field} errors">')[2].partition("</div>")[0]
        assert sentence in html.unescape(row)
        assert not Import.objects.exists()

    def test_an_archive_that_is_none_is_told_at_its_field(self, client, publisher):
        media = SimpleUploadedFile("copy.zip", b"no zip at all")
        assert "is no zip and no tar" in text(upload(client, media=media))
        assert not Import.objects.exists()
        assert not list(uploads.folder().glob(f"{uploads.PARTIAL}*"))

    def test_media_are_fetched_from_the_hosts_that_were_named(self, client, publisher):
        run = uploaded(
            client, fetch_media="on", hosts="https://Old.example/, img.old.example"
        )
        assert run.options["fetch_media"] is True
        assert run.options["host"] == ["old.example", "img.old.example"]
        with ExitStack() as stack:
            choices, _asked = import_articles.chosen_by(run, stack)
        assert choices.media.fetch.hosts == {"old.example", "img.old.example"}
        page = text(client.get(address(run)))
        assert "old.example, img.old.example" in page

    def test_blocks_are_shown_in_the_dry_run_and_made_by_the_import(
        self, client, publisher
    ):
        page = "\n\n".join(
            [
                "Share our stories",
                "The Late Ferry",
                "By Ann Quay",
                "May 4, 2007",
                *[
                    f"{n} times the ferry was late, and nobody minded. " * 3
                    for n in "235"
                ],
            ]
        )
        run = uploaded(client, content=page.encode(), name="ferry.txt", blocks="on")
        seen = text(client.get(address(work(run))))
        assert "Would make this share block: Share our stories" in seen
        assert not ShareBlock.objects.exists()
        client.post(address(run, "start"))
        assert "Made these blocks: Share our stories" in work(run).message
        assert ShareBlock.objects.get().call == "Share our stories"

    def test_no_block_is_made_that_nobody_asked_for(self, client, publisher):
        page = "Share our stories\n\nThe Late Ferry\n\nIt was late. " * 5
        run = uploaded(client, content=page.encode(), name="ferry.txt")
        assert work(run).message == ""
        client.post(address(run, "start"))
        work(run)
        assert not ShareBlock.objects.exists()


def kinds_told():
    """{kind: file} of what importers report, as their source says it."""
    place = {"note": 0, "report": 0, "PageError": 0, "Problem": 1}
    found = {}
    for path in Path(saving.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            for told in ast.walk(ast.Tuple(call.args[place.get(name, 99) :][:1])):
                if isinstance(told, ast.Constant):
                    found[told.value] = path.name
    return found


class TestKinds:
    def test_of_problems_all_have_a_name_for_editors(self):
        found = kinds_told()
        assert {"shortcode", "damaged", "list", "card"} <= found.keys()
        assert {k: f for k, f in found.items() if k not in import_report.KINDS} == {}

    def test_of_sources_have_the_names_of_the_form(self, client, publisher):
        run = uploaded(client)
        # Before it is looked through nobody knows.
        assert "It finds out by itself" not in text(client.get(LIST))
        work(run)
        for page in (address(run), LIST):
            assert "WordPress or Squarespace (WXR)" in text(client.get(page))
            assert "wordpress ·" not in text(client.get(page))


class TestImport:
    def test_begins_only_after_its_dry_run_and_a_confirmation(self, client, publisher):
        run = uploaded(client)
        client.post(address(run, "start"))
        run.refresh_from_db()
        assert run.is_dry_run
        work(run)
        page = text(client.get(address(run, "start")))
        assert "there for readers as soon as they are written" in page
        run.refresh_from_db()
        assert run.state == State.SEEN
        client.post(address(run, "start"))
        run.refresh_from_db()
        assert (run.state, run.is_dry_run) == (State.WAITING, False)
        work(run)
        assert run.state == State.DONE
        assert Origin.objects.filter(run=run, system="gazette").count() == STORIES
        assert client.get("/2014/03/ferry-back/").status_code == 200

    def test_can_be_run_only_once_at_a_time(self, client, publisher):
        run = uploaded(client)
        steering.claim(run.pk, State.WAITING)
        with pytest.raises(CommandError) as refused:
            work(run)
        assert refused.value.returncode == 75
        client.post(address(run, "again"), {"status": "draft", "addresses": "old"})
        run.refresh_from_db()
        assert run.state == State.RUNNING
        assert run.options["status"] == "published"

    def test_reports_by_kind_page_by_page_and_as_files(self, client, publisher):
        run = imported(client)
        problems = [
            ImportProblem(run=run, kind="made-up", file=f"f{n}", reason="=R", line=n)
            for n in range(120)
        ]
        ImportProblem.objects.bulk_create(problems)
        first = text(client.get(address(run), {"kind": "made-up"}))
        assert "Page 1 of 3" in first
        assert "f49" in first
        assert "f50" not in first
        assert "Shortcode" not in first.partition("<h3>")[2]
        last = text(client.get(address(run), {"kind": "made-up", "page": "3"}))
        assert "line 119" in last
        told = json.loads(client.get(address(run, "json")).content)
        assert told["source"] == "gazette"
        assert len(told["list"]) == run.problems.count()
        assert {"kind", "file", "line", "reason", "sample"} == told["list"][0].keys()
        table = client.get(address(run, "csv")).content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(table)))
        assert len(rows) == run.problems.count() + 1
        # A table program would run it.
        assert not any(cell.startswith("=") for row in rows for cell in row)

    def test_report_leads_to_the_stories_it_speaks_of(self, client, publisher):
        run = imported(client)
        article = Article.objects.get(headline="The ferry that came back")
        page = client.get(address(run)).content.decode()
        assert f'<a href="{change_url(article)}">post-11</a>' in page
        # It lay in the trash: nothing came of it.
        assert "<bdi>post-15</bdi>" in page
        where = re.search(r'href="(\S+)">[^<]*came by this import', page)[1]
        shown = text(client.get(html.unescape(where)))
        assert "The ferry that came back" in shown
        assert "About us" in shown
        elsewhere = where.replace(f"={run.pk}", f"={run.pk + 1}")
        assert "ferry" not in text(client.get(html.unescape(elsewhere)))

    def test_shows_no_counts_that_stand_still_while_it_runs(self, client, publisher):
        run = imported(client)
        before = text(client.get(address(run)))
        Import.objects.filter(pk=run.pk).update(
            state=State.RUNNING, beat_at=timezone.now(), done=3
        )
        page = text(client.get(address(run)))
        for told in ("<b>0</b> here already", "came by this import"):
            assert told in before
            assert told not in page

    def test_tells_how_far_it_is(self, client, publisher):
        run = uploaded(client)
        now = timezone.now()
        Import.objects.filter(pk=run.pk).update(
            state=State.RUNNING,
            began_at=now - timedelta(seconds=100),
            beat_at=now,
            done=1000,
            total=4000,
        )
        told = client.get(address(run, "progress")).json()
        assert told["is_under_way"] is True
        assert told["share"] == 25
        assert told["told"] == (
            "1,000 of 4,000 stories, 10 per second; 5 minutes left."
        )
        page = text(client.get(address(run)))
        assert '<noscript><meta http-equiv="refresh"' in page
        assert "Start the import" not in page

    def test_says_when_no_clock_begins_it(self, client, publisher):
        run = uploaded(client)
        long_ago = timezone.now() - timedelta(minutes=5)
        Import.objects.filter(pk=run.pk).update(beat_at=long_ago)
        told = client.get(address(run, "progress")).json()["told"]
        assert f"import_articles --run {run.pk}" in told


class TestStop:
    def test_ends_between_two_batches_and_goes_on_where_it_was(
        self, client, publisher, monkeypatch
    ):
        run = work(uploaded(client))
        client.post(address(run, "start"))
        monkeypatch.setattr(running, "BEAT", timedelta(0))
        monkeypatch.setattr(saving, "BATCH", 1)

        def stop(**told):
            # As soon as the first story is written, as an editor would.
            client.post(address(run, "stop"))

        signals.articles_changed.connect(stop)
        try:
            work(run)
        finally:
            signals.articles_changed.disconnect(stop)
        assert run.state == State.STOPPED
        assert Article.objects.count() == 1
        page = text(client.get(address(run)))
        assert "Go on" in page
        assert "Undo this import" in page
        client.post(address(run, "go_on"))
        assert work(run).state == State.DONE
        assert Origin.objects.filter(run=run).count() == STORIES

    def test_of_one_that_waits_counts_at_once(self, client, publisher):
        run = uploaded(client)
        client.post(address(run, "stop"))
        run.refresh_from_db()
        assert run.state == State.STOPPED
        with pytest.raises(CommandError):
            work(run)

    def test_of_the_machine_leaves_it_waiting_for_the_next_clock(
        self, client, publisher
    ):
        run = uploaded(client)
        handler = signal.getsignal(signal.SIGTERM)

        def terminate(**told):
            os.kill(os.getpid(), signal.SIGTERM)

        post_save.connect(terminate, sender=Import)
        try:
            work(run)
        finally:
            post_save.disconnect(terminate, sender=Import)
        assert run.state == State.WAITING
        assert run in steering.due()
        assert signal.getsignal(signal.SIGTERM) == handler
        assert work(run).state == State.SEEN

    def test_of_a_process_that_is_gone_is_told_and_it_goes_on(self, client, publisher):
        run = uploaded(client)
        gone = timezone.now() - SILENCE - timedelta(seconds=1)
        Import.objects.filter(pk=run.pk).update(state=State.RUNNING, beat_at=gone)
        page = text(client.get(address(run)))
        assert "Its process is gone" in page
        assert "http-equiv" not in page
        client.post(address(run, "go_on"))
        assert work(run).state == State.SEEN


class TestUndo:
    def test_takes_back_what_it_brought_and_the_file(self, client, publisher):
        mine = make_article("Mine")
        run = imported(client)
        path = Path(run.paths[0])
        page = text(client.get(address(run, "undo")))
        assert f"{STORIES} stories and pages that this import made" in page
        assert Origin.objects.count() == STORIES
        client.post(address(run, "undo"))
        run.refresh_from_db()
        assert run.state == State.UNDOING
        call_command("import_articles", undo=run.pk, stdout=io.StringIO())
        run.refresh_from_db()
        assert run.state == State.UNDONE
        assert list(Article.objects.all()) == [mine]
        assert not path.exists()
        page = text(client.get(address(run)))
        assert "is gone again" in page
        assert "Go on" not in page
        assert client.get(address(run, "again")).status_code == 404

    def test_is_refused_with_names_where_somebody_worked_on_it(self, client, publisher):
        run = imported(client)
        ferry = Article.objects.get(headline="The ferry that came back")
        press(client, change_url(ferry), "_save", headline="The ferry is back")
        page = text(client.get(address(run, "undo")))
        assert "cannot be undone" in page
        assert change_url(ferry) in page
        assert "last changed by pub" in page
        assert '<button class="danger-button">' not in page
        # Who asks all the same gets the same answer from the undoing itself.
        client.post(address(run, "undo"))
        with pytest.raises(CommandError):
            call_command("import_articles", undo=run.pk)
        run.refresh_from_db()
        assert run.state == State.DONE
        assert Origin.objects.count() == STORIES
        page = text(client.get(address(run)))
        assert "nothing was undone" in page
        assert change_url(ferry) in page

    def test_shows_how_far_it_is_and_is_ended_where_it_was_broken_off(
        self, client, publisher, monkeypatch
    ):
        monkeypatch.setattr(undoing, "BATCH", 2)
        run = imported(client)
        client.post(address(run, "undo"))
        seen = []

        def look(done, total):
            seen.append(client.get(address(run, "progress")).json())
            if len(seen) == 2:
                raise KeyboardInterrupt

        run = steering.claim(run.pk, State.UNDOING)
        with pytest.raises(KeyboardInterrupt):
            undoing.undo(run, look)
        total = run.counts["undone"]["total"]
        assert seen[1]["share"] == 400 // total
        assert f"4 of {total} rows are gone" in seen[1]["told"]
        steering.lost(run.pk, "Its process ended unexpectedly.")
        page = text(client.get(address(run)))
        assert "Undo it to its end." in page and "Undo this import" in page
        assert "Go on" not in page and "Choose otherwise" not in page
        run.refresh_from_db()
        with pytest.raises(steering.NotNow):
            steering.ask(run, is_dry_run=False)
        client.post(address(run, "undo"))
        assert run in steering.due()
        call_command("import_articles", undo=run.pk, stdout=io.StringIO())
        run.refresh_from_db()
        assert run.state == State.UNDONE and not Origin.objects.exists()
        # One that was killed after its last batch has an end to come to, too.
        Import.objects.update(state=State.UNDOING, beat_at=None)
        assert "Undo this import" in text(client.get(address(run)))
        call_command("import_articles", undo=run.pk, stdout=io.StringIO())

    def test_is_possible_after_another_dry_run(self, client, publisher):
        run = imported(client)
        form = {"status": "draft", "addresses": "old", "source": "gazette"}
        client.post(address(run, "again"), form)
        assert work(run).state == State.SEEN
        assert run.counts["unchanged"] == STORIES
        client.post(address(run, "undo"))
        call_command("import_articles", undo=run.pk, stdout=io.StringIO())
        assert not Article.objects.exists()


class TestDelete:
    def test_takes_the_row_and_the_file_and_leaves_the_stories(self, client, publisher):
        run = imported(client)
        path = Path(run.paths[0])
        page = text(client.get(address(run, "delete")))
        assert "the uploaded file gazette.wxr.xml" in page
        assert f"{STORIES} stories and pages that it brought stay" in page
        client.post(address(run, "delete"), {"post": "yes"})
        assert not Import.objects.exists()
        assert not path.exists()
        assert Origin.objects.count() == STORIES

    def test_of_one_that_is_at_work_is_refused(self, client, publisher):
        run = uploaded(client)
        steering.claim(run.pk, State.WAITING)
        client.post(address(run, "delete"), {"post": "yes"})
        assert Import.objects.exists()
        assert Path(run.paths[0]).exists()


class TestWhoMay:
    @pytest.mark.parametrize("group", ["editor", "contributor", "advertising manager"])
    def test_others_neither_see_nor_open_any_of_it(self, client, publisher, group):
        run = work(uploaded(client))
        client.force_login(make_user(None, group))
        index = text(client.get(reverse("admin:index")))
        assert LIST not in index
        assert client.get(LIST).status_code == 403
        assert client.get(ADD).status_code == 403
        assert upload(client).status_code == 403
        names = ["change", "progress", "json", "csv", "start", "again", "undo"]
        for name in [*names, "delete", "history"]:
            response = client.get(address(run, name))
            assert response.status_code in (403, 404), name
            assert "gazette" not in text(response)
        for name in ["start", "go_on", "stop", "again", "undo", "delete"]:
            response = client.post(address(run, name), {"post": "yes"})
            assert response.status_code in (403, 404), name
        assert Import.objects.get().state == State.SEEN

    def test_a_publisher_finds_it_in_the_menu_and_the_palette(self, client, publisher):
        run = work(uploaded(client))
        assert LIST in text(client.get(reverse("admin:index")))
        page = text(client.get(LIST))
        assert ADD in page
        assert address(run) in page
        assert f"{STORIES} would be new" in page
        found = client.get(reverse("admin:jump"), {"q": "import"}).json()["groups"]
        addresses = [row["address"] for group in found for row in group["found"]]
        assert {LIST, ADD} <= set(addresses)


class TestDocuments:
    @pytest.fixture
    def document(self):
        return make_document("tides")

    def test_that_no_text_links_to_are_deleted_with_their_file(
        self, client, publisher, document, django_capture_on_commit_callbacks
    ):
        name = reverse("admin:articles_document_changelist")
        page = text(client.get(name))
        assert document.file.url in page
        assert "14\xa0bytes" in page
        delete = reverse("admin:articles_document_delete", args=[document.pk])
        with django_capture_on_commit_callbacks(execute=True):
            client.post(delete, {"post": "yes"})
        assert not Document.objects.exists()
        assert not document.file.storage.exists(document.file.name)

    def test_that_a_text_links_to_stay(self, client, publisher, document):
        make_article("Tides", body=f'<p><a href="{document.file.url}">Tides</a></p>')
        delete = reverse("admin:articles_document_delete", args=[document.pk])
        page = client.post(delete, {"post": "yes"}, follow=True)
        assert "stays, because texts link to it: “Tides”" in text(page)
        assert Document.objects.exists()

    def test_are_not_changed_or_deleted_by_an_editor(self, client, document):
        client.force_login(make_user(None, "editor"))
        change = reverse("admin:articles_document_change", args=[document.pk])
        assert document.file.url in text(client.get(change))
        delete = reverse("admin:articles_document_delete", args=[document.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403
        assert Document.objects.exists()
