"""Whole imports of WordPress's export, from the file to readers' pages and back."""

import json
import re
import shutil

import pytest
from django.db import IntegrityError
from django.db.models.signals import pre_save
from django.utils import timezone

from articles.html import clean
from articles.importers import undoing, wxr
from articles.importers.holding import holding
from articles.importers.undoing import edited, undo
from articles.importers.values import digest
from articles.models import (
    Article,
    Document,
    Import,
    ImportMade,
    Origin,
    Page,
    Picture,
    Section,
    Tag,
)
from authors.models import Author
from newsroom.redirects.models import Redirect
from tests.factories import make_article, make_picture

from .importing import GAZETTE, counts, dump, media_copy, run

pytestmark = pytest.mark.django_db
FERRY = "/2014/03/ferry-back/"
BLOCKS = "/2021/05/blocks/"


@pytest.fixture
def media(tmp_path):
    return media_copy(tmp_path / "copy")


def article(headline):
    return Article.objects.get(headline__startswith=headline)


def test_the_report_names_its_source(tmp_path):
    for name, options in (("gazette.wxr.xml", {}), ("Gazette", {"source": "Gazette"})):
        report = tmp_path / "report.json"
        run(GAZETTE, report=str(report), dry_run=True, **options)
        told = json.loads(report.read_text("utf-8"))
        assert told["source"] == name
        problem = next(row for row in told["list"] if row["kind"] == "shortcode")
        assert problem["line"] > 1 and "tide_table" in problem["sample"]


class TestTheGazette:
    @pytest.fixture(autouse=True)
    def imported(self, media):
        self.said = run(GAZETTE, media=str(media))

    def test_says_what_it_made_and_what_it_left(self):
        assert "5 new, 0 changed, 0 unchanged, 0 not imported." in self.said
        assert "2 comments were left behind" in self.said
        assert "post-15, line" in self.said and "in the trash" in self.said
        assert "Traceback" not in self.said

    def test_says_each_kind_of_problem_on_a_line_of_its_own(self):
        lines = self.said.splitlines()
        assert "  2 comments were left behind" in lines
        assert "  1 × trashed" in lines

    def test_stories_answer_at_their_old_addresses(self, client):
        html = client.get(FERRY).content.decode()
        assert "The ferry that came back" in html and "A ferry without a crew." in html
        assert client.get(BLOCKS).status_code == 200
        answer = client.get("/?p=11")
        assert (answer.status_code, answer["Location"]) == (301, FERRY)
        assert client.get("/?p=14").status_code == 404

    def test_a_page_is_a_simple_page(self, client):
        assert Page.objects.get().path == "/about/"
        assert "We print on Thursdays." in client.get("/about/").content.decode()
        assert client.get("/?page_id=13")["Location"] == "/about/"

    def test_drafts_stay_drafts(self, client):
        for headline in ("For members", "Not yet"):
            assert article(headline).status == "draft"
        # WordPress dates a draft by its last save: it is not when it goes out.
        assert article("Not yet").published_at is None
        assert "Half a story" not in client.get("/").content.decode()

    def test_sections_are_made_as_they_were(self):
        harbour = Section.objects.get(slug="harbour")
        assert (harbour.name, harbour.parent.name) == ("Harbour", "News & Notes")
        assert harbour.parent.slug == "news"
        assert harbour.parent.description == "What happened."
        assert article("The ferry").section == harbour
        assert article("What the blocks").section is None
        assert Section.objects.count() == 2

    def test_tags_and_authors_come_along_and_no_login(self, django_user_model):
        assert list(article("The ferry").tags.slugs()) == ["ferry"]
        assert article("The ferry").byline_text() == "Mara Quill and Tobias Fen"
        assert Author.objects.get(name="Tobias Fen").bio == "Tobias Fen keeps bees."
        mara = Author.objects.get(name="Mara Quill")
        assert mara.email == "mara@gazette.example" and not mara.is_email_public
        assert not django_user_model.objects.exists()

    def test_pictures_come_from_the_copy_of_the_media(self):
        story = article("The ferry")
        assert story.lead_picture.title == "ferry.jpg"
        gallery = re.search(
            r'<figure class="gallery">.*?</figure></figure>', story.body
        )
        assert gallery[0].count("data-picture=") == 2
        assert "The quay at dusk." in story.body
        assert "wp-content" not in story.body
        # The quay stands there three times, with two descriptions.
        assert Picture.objects.count() == 3
        assert "Boats at a quay" in Picture.objects.values_list("alt", flat=True)

    def test_bodies_are_in_the_vocabularys_one_spelling(self):
        for body in Article.objects.values_list("body", flat=True):
            assert str(clean(str(body + " "))) == body

    def test_links_lead_to_what_their_pages_became(self, client):
        body = article("What the blocks").body
        assert f'<a href="{FERRY}#rope">March</a>' in body
        assert f'<a href="{FERRY}">again</a>' in body
        assert '<a href="https://elsewhere.example/a?b=1&amp;c=2">' in body
        document = Document.objects.get()
        assert f'<a href="{document.file.url}">the tables</a>' in body
        assert document.name == "tides.pdf"
        old = client.get("/wp-content/uploads/2014/03/tides.pdf")
        assert (old.status_code, old["Location"]) == (301, document.file.url)

    def test_links_to_what_is_not_here_are_listed_once(self):
        dead = [line for line in self.said.splitlines() if "was not imported" in line]
        assert len(dead) == 1 and "/2013/gone/" in dead[0] and "(2 links)" in dead[0]

    def test_its_row_tells_of_it(self):
        row = Import.objects.get()
        assert (row.state, row.kind, row.done) == ("done", "wordpress", 5)
        assert row.counts["new"] == 5 and row.counts["comments"] == 2
        assert row.problems.filter(kind="dead-link").count() == 1

    def test_a_second_run_changes_nothing(self, media):
        before, rows = dump(), counts()
        assert "0 new, 0 changed, 5 unchanged" in run(GAZETTE, media=str(media))
        assert dump() == before
        after = counts()
        changed = {t for t in rows | after if rows[t] != after[t]}
        assert changed == {"articles_import", "articles_importproblem"}


class TestWithoutMedia:
    def test_missing_pictures_are_listed_and_shown_as_links(self, client):
        said = run(GAZETTE)
        assert said.count("picture-elsewhere") == 1
        assert not Picture.objects.exists()
        html = client.get(FERRY).content.decode()
        assert (
            'href="https://gazette.example/wp-content/uploads/2014/03/quay.jpg"' in html
        )
        assert '<img src="https://gazette.example' not in html


class TestAChangedSource:
    @pytest.fixture(autouse=True)
    def imported(self, tmp_path, media):
        self.file, self.media = tmp_path / "gazette.wxr.xml", str(media)
        self.file.write_bytes(GAZETTE.read_bytes())
        run(self.file, media=self.media)

    def change(self, *pairs):
        text = self.file.read_text("utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        self.file.write_text(text, "utf-8")
        return run(self.file, media=self.media)

    def test_fields_follow(self):
        said = self.change(
            ("The rope was wet.", "The rope was dry."),
            ("A ferry without a crew.", "Without a crew."),
            ("<title>About us", "<title>About the Gazette"),
        )
        assert "0 new, 2 changed, 3 unchanged" in said
        story = article("The ferry")
        assert "The rope was dry." in story.body and "was wet" not in story.body
        assert story.standfirst == "Without a crew."
        assert Page.objects.get().title == "About the Gazette"

    def test_what_editors_changed_is_kept_and_said(self):
        story = article("The ferry")
        story.standfirst = "Ours."
        story.save()
        said = self.change(
            ("The rope was wet.", "The rope was dry."),
            ("A ferry without a crew.", "Without a crew."),
        )
        assert "kept the editors’ own standfirst" in said
        story.refresh_from_db()
        assert story.standfirst == "Ours." and "was dry" in story.body

    def test_the_lead_picture_follows(self):
        old = "<![CDATA[22]]></wp:meta_value>"
        self.change((old, old.replace("22", "21")))
        assert article("The ferry").lead_picture.title == "quay.jpg"

    def test_a_draft_goes_out_when_the_source_published_it(self, client):
        self.change(
            ("0000-00-00 00:00:00</wp:post_date_gmt><wp:status>draft",
             "2015-02-03 04:05:06</wp:post_date_gmt><wp:status>publish"),
            ("https://gazette.example/?p=16", "https://gazette.example/2015/02/yet/"),
        )  # fmt: skip
        assert "Half a story." in client.get("/2015/02/yet/").content.decode()
        # Nobody is mailed about it.
        assert article("Not yet").announced_at

    def test_what_the_source_took_back_is_withdrawn(self, client):
        text = self.file.read_text("utf-8")
        at = text.index("What the blocks said")
        text = text[:at] + text[at:].replace(
            "<wp:status>publish", "<wp:status>draft", 1
        )
        self.file.write_text(text, "utf-8")
        run(self.file, media=self.media)
        assert article("What the blocks").status == "withdrawn"
        assert client.get(BLOCKS).status_code in (404, 410)


class TestNewPaths:
    def test_old_addresses_redirect_and_links_lead_to_the_new(self, client, media):
        run(GAZETTE, new_paths=True, media=str(media))
        new = article("The ferry").path
        assert new == "/2014/03/the-ferry-that-came-back/"
        for old in (FERRY, "/?p=11"):
            answer = client.get(old)
            assert (answer.status_code, answer["Location"]) == (301, new)
        body = article("What the blocks").body
        assert f'href="{new}#rope"' in body and f'<a href="{new}">again' in body
        assert FERRY not in body
        # It is the import's own doing, no editor's.
        assert "0 new, 0 changed" in run(GAZETTE, new_paths=True, media=str(media))

    def test_what_an_interrupted_run_had_not_led_there_the_next_one_does(self, media):
        run(GAZETTE, new_paths=True, media=str(media))
        # As it stood before the links were led on, when the power went.
        story, new = article("What the blocks"), article("The ferry").path
        story.body = story.body.replace(new, FERRY)
        story.save()
        story.origin.imported["body"] = digest(story.body)
        story.origin.save()
        Import.objects.update(state=Import.State.FAILED)
        said = run(GAZETTE, new_paths=True, media=str(media))
        assert "0 new, 0 changed, 5 unchanged" in said
        story.refresh_from_db()
        assert f'href="{new}#rope"' in story.body and FERRY not in story.body
        assert said.count("was not imported") == 1


class TestMediaInAnArchive:
    def test_are_the_same_as_in_a_folder(self, media, tmp_path):
        run(GAZETTE, media=str(media), source="folder")
        pictures = set(Picture.objects.values_list("digest", flat=True))
        run(undo=Import.objects.get().pk)
        archive = shutil.make_archive(tmp_path / "copy", "gztar", media)
        assert "5 new" in run(GAZETTE, media=archive, source="archive")
        assert set(Picture.objects.values_list("digest", flat=True)) == pictures
        assert Document.objects.count() == 1

    def test_that_is_none_gets_a_sentence(self, tmp_path):
        path = tmp_path / "copy.zip"
        path.write_bytes(b"PK\x03\x04 and nothing more")
        assert "no archive of that name" in run(GAZETTE, media=str(path))
        assert not Origin.objects.exists()


class TestMediaThatComeLater:
    def test_make_what_they_would_have_made_at_once(self, media):
        run(GAZETTE, media=str(media), source="whole")
        whole = dump()
        run(undo=Import.objects.get().pk)
        run(GAZETTE, source="late")
        assert not Picture.objects.exists() and not Document.objects.exists()
        said = run(GAZETTE, media=str(media), source="late")
        assert "0 new" in said and "0 changed" not in said
        late = dump()
        numbers = re.compile(r'data-picture="\d+"')
        for name, rows in whole["articles"].items():
            ours = late["articles"][name]
            assert numbers.sub("", ours[3]) == numbers.sub("", rows[3]), name
            assert ours[:3] + ours[4:] == rows[:3] + rows[4:], name
        assert Document.objects.count() == 1
        assert late["redirects"] == whole["redirects"]
        # Nothing is left to look for, and no editor's work is seen in it.
        assert not Origin.objects.filter(imported__has_key="missing").exists()
        said = run(GAZETTE, media=str(media), source="late")
        assert f"0 changed, {Origin.objects.count()} unchanged" in said
        assert not edited(Import.objects.filter(source="late").last())

    def test_come_whether_or_not_an_editor_worked_on_the_story(self, media):
        run(GAZETTE)
        story = article("The ferry")
        story.headline, story.body = "Ours", f"{story.body}<p>Also this.</p>"
        story.save()
        run(GAZETTE, media=str(media))
        story.refresh_from_db()
        assert story.headline == "Ours" and story.body.endswith("<p>Also this.</p>")
        assert story.lead_picture and "data-picture" in story.body
        blocks = article("What the blocks")
        assert Document.objects.get().file.url in blocks.body

    def test_take_the_place_of_no_lead_that_an_editor_chose(self, media):
        run(GAZETTE)
        story = article("The ferry")
        story.lead_picture = ours = make_picture()
        story.save()
        run(GAZETTE, media=str(media))
        story.refresh_from_db()
        assert story.lead_picture == ours

    def test_that_are_still_missing_are_not_even_looked_at(self, media, monkeypatch):
        run(GAZETTE)
        reads, read_post = [], wxr.read_post

        def note(content, line, name, export):
            reads.append(name)
            return read_post(content, line, name, export)

        monkeypatch.setattr(wxr, "read_post", note)
        empty = media / "nothing"
        empty.mkdir()
        said = run(GAZETTE, media=str(empty))
        # But for the one in the trash, which is known by what it says.
        assert "0 changed" in said and reads == ["post-15"]


class TestDryRun:
    def test_writes_nothing_at_all(self, media):
        before = counts()
        said = run(GAZETTE, dry_run=True, media=str(media), new_paths=True)
        assert counts() == before
        assert "5 would be new" in said
        assert "“The ferry that came back”, Mara Quill, Tobias Fen, 2014-03-02" in said
        # It has seen what will not be there, and only that.
        assert said.count("was not imported") == 1 and "/2013/gone/" in said


class TestUndo:
    def test_takes_back_all_it_made_and_can_be_repeated(self, media, client):
        before = counts()
        run(GAZETTE, media=str(media))
        first = dump()
        said = run(undo=Import.objects.get().pk)
        assert "4 articles" in said and "1 page" in said
        after = counts()
        left = {t for t in before | after if before[t] != after[t]}
        assert left <= {"articles_import", "articles_importproblem", "pagecache_purge"}
        assert client.get(FERRY).status_code == 404
        assert client.get("/?p=11").status_code in (200, 404)
        run(GAZETTE, media=str(media))
        again = dump()
        for name in first.keys() - {"articles"}:
            assert again[name] == first[name]

    def test_is_refused_when_somebody_worked_on_a_story(self, media):
        run(GAZETTE, media=str(media))
        story = article("The ferry")
        story.headline = "The ferry returned"
        story.save()
        rows = counts()
        said = run(undo=Import.objects.get().pk)
        assert "Editors have worked on “The ferry returned”" in said
        assert counts() == rows and Origin.objects.count() == 5

    def test_is_refused_when_somebody_moved_a_story(self, media):
        run(GAZETTE, media=str(media))
        story = article("The ferry")
        story.path = "/moved/ferry/"
        story.save()
        said = run(undo=Import.objects.get().pk)
        assert "Editors have worked on “The ferry that came back”" in said
        assert Origin.objects.count() == 5

    def test_leaves_what_others_use(self, media):
        run(GAZETTE, media=str(media))
        make_article(
            authors=[Author.objects.get(name="Mara Quill")],
            body=f'<p><a href="{Document.objects.get().file.url}">Tides</a></p>',
        )
        run(undo=Import.objects.get().pk)
        assert list(Author.objects.values_list("name", flat=True)) == ["Mara Quill"]
        assert Document.objects.count() == 1
        assert not Tag.objects.exists() and not ImportMade.objects.exists()

    @pytest.fixture
    def small_batches(self, monkeypatch):
        monkeypatch.setattr(undoing, "BATCH", 2)

    def test_goes_on_where_it_was_ended(self, media, small_batches):
        before = counts()
        run(GAZETTE, media=str(media))
        row, told = Import.objects.get(), []

        def end(done, total):
            told.append((done, total))
            if done > 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            undo(row, end)
        assert [done for done, _total in told] == [2, 4]
        assert Origin.objects.count() == 1
        row.refresh_from_db()
        assert row.state == Import.State.UNDOING
        assert "is being undone" in run(GAZETTE, media=str(media))
        assert Import.objects.count() == 1
        said = run(undo=row.pk)
        # What went before it was ended is counted, too.
        assert "4 articles" in said and "1 page" in said
        row.refresh_from_db()
        assert row.state == Import.State.UNDONE
        assert row.counts["undone"]["done"] == row.counts["undone"]["total"]
        after = counts()
        left = {t for t in before | after if before[t] != after[t]}
        assert left <= {"articles_import", "articles_importproblem", "pagecache_purge"}
        # However many batches there were: all pages go, and one line says so.
        assert after["pagecache_purge"] <= before["pagecache_purge"] + 1

    def test_leaves_what_is_worked_on_meanwhile(self, media, small_batches):
        run(GAZETTE, media=str(media))
        row = Import.objects.get()
        kept = row.origins.exclude(article=None).last()

        def edit(done, total):
            if done == 2:
                kept.article.standfirst = "An editor's own."
                kept.article.save(update_fields=["standfirst"])

        undo(row, edit)
        assert [kept] == list(Origin.objects.all())
        row.refresh_from_db()
        assert row.state == Import.State.UNDONE
        assert row.counts["edited"] == [["article", kept.article_id]]
        assert "those stay" in row.message
        # And so does what the story has: its authors and tags.
        assert kept.article.bylines.exists()

    def test_keeps_a_picture_that_a_text_shows_meanwhile(self, media, monkeypatch):
        monkeypatch.setattr(undoing, "BATCH", 1)
        run(GAZETTE, media=str(media))
        picture, *others = Picture.objects.order_by("pk")

        def show(done, total):
            if Picture.objects.count() == len(others) and not Article.objects.exists():
                figure = f'<figure data-picture="{picture.pk}"><img alt=""></figure>'
                make_article(body=figure)

        undo(Import.objects.get(), show)
        assert others and Article.objects.exists()
        assert list(Picture.objects.all()) == [picture]

    def test_a_number_that_is_none(self):
        assert "There is no import 77" in run(undo=77)
        assert not Redirect.objects.exists()


class TestAnImportThatWasKilled:
    def test_goes_on_in_the_same_row_at_once(self, media):
        run(GAZETTE, media=str(media))
        # As a process leaves it that is killed this moment.
        Import.objects.update(state=Import.State.RUNNING, beat_at=timezone.now())
        run(GAZETTE, media=str(media))
        assert Import.objects.get().state == Import.State.DONE

    def test_goes_on_where_it_had_not_begun(self, media):
        run(GAZETTE, media=str(media))
        Import.objects.update(state=Import.State.WAITING, beat_at=None)
        run(GAZETTE, media=str(media))
        assert Import.objects.get().state == Import.State.DONE

    def test_is_not_begun_beside_one_that_is_at_work(self, media):
        run(GAZETTE, media=str(media))
        Import.objects.update(state=Import.State.RUNNING, beat_at=timezone.now())
        with holding(Import.objects.get()):
            said = run(GAZETTE, media=str(media))
            assert "is under way in another process" in said
            assert "is under way in another process" in run(
                undo=Import.objects.get().pk
            )
        assert Import.objects.get().state == Import.State.RUNNING
        assert Origin.objects.count() == 5


def refuse_the_page(**_):
    raise IntegrityError("this page is refused")


class TestWhatTheDatabaseRefuses:
    def test_costs_its_own_story_only(self, media):
        # As a rule of the database would that the importer does not know.
        pre_save.connect(refuse_the_page, sender=Page)
        try:
            said = run(GAZETTE, media=str(media))
        finally:
            pre_save.disconnect(refuse_the_page, sender=Page)
        assert "The database refused it: this page is refused" in said
        assert "4 new" in said and not Page.objects.exists()
        # The batch was tried twice; its pictures are there once, and shown.
        assert Picture.objects.count() == 3
        assert article("The ferry").lead_picture.title == "ferry.jpg"
        assert Author.objects.count() == 2
