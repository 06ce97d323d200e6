"""Our own export: what goes out comes in again, and pages cannot be told apart."""

import json
import random
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone
from taggit import models as taggit

from articles import publishing
from articles.models import (
    Article,
    Byline,
    Correction,
    Origin,
    Picture,
    ReadCount,
    RelatedStory,
    Tag,
    TagSynonym,
)
from articles.translations import link
from authors.models import Author, AuthorAlias, AuthorLink
from newsroom.backup import restoring
from newsroom.blocks.models import (
    AdvertiseBlock,
    ShareBlock,
    ShareBlockNetwork,
    ShareNetwork,
)
from newsroom.crawlers.models import Agent, SiteFiles
from newsroom.models import MenuItem, Publication
from newsroom.search import indexing
from newsroom.search.models import Pick
from newsroom.transfer.kinds import KINDS, TIES
from newsroom.transfer.loading import NoExport, load_export
from tests.factories import (
    NOON,
    image_file,
    make_article,
    make_author,
    make_menu,
    make_page,
    make_picture,
    make_section,
    make_series,
    make_tag,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def world():
    """A small site with something of every kind; returns its first article."""
    Publication.objects.create(name="The Lantern", copyright="The Lantern Trust")
    news = make_section("News")
    town, tag = make_section("Town", parent=news), make_tag("river", description="W.")
    TagSynonym.objects.create(tag=tag, name="stream")
    author = make_author("Ada Lane", bio="Writes.", user=make_user("ada"))
    author.photo.save("ada.png", image_file(50, 50))
    AuthorLink.objects.create(author=author, kind="book", title="Tides")
    AuthorAlias.objects.create(author=author, name="A. Lane")
    lead, inside = make_picture(60, 40, credit="B."), make_picture(80, 40)
    article = make_article(
        "Bären & “quotes” \U0001f43b",
        path="/old/Story.htm",
        body=f'<p>Text.</p><figure data-picture="{inside.pk}">'
        f'<img src="{inside.file.url}" alt="A square"></figure>',
        section=town,
        series=make_series("Bridges"),
        series_position=1,
        authors=[author, make_author("Ben Hill")],
        tags=[tag, make_tag("bridge")],
        lead_picture=lead,
        created_by=User.objects.get(),
    )
    later = make_article("Later", section=news, tags=[tag], authors=[author])
    RelatedStory.objects.create(article=article, story=later)
    Article.objects.filter(pk=later.pk).update(language="de", checked_by="Bo")
    link(article, later)
    Correction.objects.create(article=article, text="It was Tuesday.", place="top")
    Origin.objects.create(
        article=article, system="old", identifier="1", source=b"\0\xff", digest="0" * 64
    )
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    ReadCount.objects.create(article=later, hour=hour, count=7)
    make_article("A draft", status="draft")
    make_article("Gone", status="withdrawn", path="/gone/")
    publishing.move_to_trash(make_article("Thrown away"), None)
    copy = publishing.open_working_copy(article, None)
    Article.objects.filter(pk=copy.pk).update(headline="Changed")
    MenuItem.objects.all().delete()
    make_menu(
        news, make_page("About", path="/about/"), ("Elsewhere", "https://a.test/")
    )
    share = ShareBlock.objects.create(name="Share", placement="after_body", call="Go")
    share.not_tags.add(Tag.objects.get(name="bridge"))
    network = ShareNetwork.objects.create(name="N", url_pattern="https://n.test/{url}")
    ShareBlockNetwork.objects.create(block=share, network=network)
    for text in ("One", "Two"):
        block = AdvertiseBlock.objects.create(
            name="House",
            placement="sidebar",
            text=text,
            link_url="/about/",
            picture=lead,
            starts_at=NOON,
            ends_at=timezone.now() + timedelta(days=9),
        )
        block.sections.add(news)
    Pick.objects.create(query="The River", article=article)
    Pick.objects.create(query="The River", address="/tags/", title="All", position=1)
    indexing.drain()
    return article


def export(folder):
    out = StringIO()
    call_command("export_site", str(folder), stdout=out, stderr=out)
    return folder


def content_of(folder):
    return (Path(folder) / "content.jsonl").read_text(encoding="utf-8")


def records_of(folder, type):
    records = map(json.loads, content_of(folder).splitlines())
    return [record for record in records if record["type"] == type]


def rewrite(folder, change):
    """Change records of an export; `change` gets each and returns it, or None."""
    records = map(change, map(json.loads, content_of(folder).splitlines()))
    lines = [json.dumps(record) for record in records if record]
    (folder / "content.jsonl").write_text("".join(f"{line}\n" for line in lines))


def empty_site():
    restoring._empty()
    for name in Path(default_storage.location).rglob("*.*"):
        name.unlink()


PAGES = (
    *("/", "/old/Story.htm", "/old/Story.htm?plain", "/about/", "/gone/", "/nothing/"),
    *("/sections/news/", "/sections/town/", "/tags/", "/tags/river/", "/authors/"),
    *("/authors/ada-lane/", "/series/bridges/", "/archive/", "/archive/2024/05/"),
    *("/most-read/", "/2024/05/later/", "/search/?q=text", "/search/?q=the+river"),
)


def pages(client):
    return {
        path: (r.status_code, r.content) for path in PAGES for r in [client.get(path)]
    }


class TestThereAndBack:
    def test_pages_and_the_next_export_are_the_same_byte_for_byte(
        self, world, client, tmp_path
    ):
        before, first = pages(client), export(tmp_path / "one")
        assert before["/old/Story.htm"][0] == 200
        empty_site()
        assert pages(client)["/old/Story.htm"][0] == 404

        report = load_export(first)
        assert (report.problems, report.kept) == ([], [])
        assert pages(client) == before
        second = export(tmp_path / "two")
        assert content_of(second) == content_of(first)
        files = {p.relative_to(first): p for p in (first / "media").rglob("*.*")}
        assert files
        for name, path in files.items():
            assert (second / name).read_bytes() == path.read_bytes()

    def test_a_second_run_changes_nothing(self, world, tmp_path):
        folder = export(tmp_path / "one")
        versions = list(Article.objects.order_by("pk").values())
        report = load_export(folder)
        assert (report.new, report.kept, report.problems) == (0, [], [])
        assert report.unchanged == len(content_of(folder).splitlines())
        assert list(Article.objects.order_by("pk").values()) == versions

    def test_the_command_says_what_it_read_and_refuses_what_is_no_export(
        self, world, tmp_path
    ):
        folder, out = export(tmp_path / "one"), StringIO()
        call_command("import_site", folder, stdout=out)
        assert out.getvalue().startswith("0 new")
        with pytest.raises(CommandError, match=r"no export\.json"):
            call_command("import_site", tmp_path, stdout=out)
        # Whoever takes it for an old site's pages is told which command reads it.
        with pytest.raises(CommandError, match="could not be imported"):
            call_command("import_articles", folder, stdout=out, stderr=out)
        assert "manage.py import_site" in out.getvalue()

    def test_what_stopped_half_way_is_finished_by_the_next_run(self, world, tmp_path):
        folder, part = export(tmp_path / "one"), export(tmp_path / "part")
        lines = content_of(part).splitlines(keepends=True)
        (part / "content.jsonl").write_text("".join(lines[: len(lines) // 2]))
        empty_site()
        assert "cut short" in load_export(part).problems[-1]
        report = load_export(folder)
        assert report.new and report.unchanged and not report.problems
        assert content_of(export(tmp_path / "two")) == content_of(folder)

    def test_what_is_here_and_says_something_else_stays(self, world, tmp_path):
        folder = export(tmp_path / "one")
        Article.objects.filter(pk=world.pk).update(headline="Corrected here")
        report = load_export(folder)
        assert report.kept == ["article /old/Story.htm"]
        world.refresh_from_db()
        assert world.headline == "Corrected here"

    def test_pictures_in_texts_are_found_where_their_numbers_are_taken(
        self, world, tmp_path
    ):
        folder = export(tmp_path / "one")
        inside = json.loads(json.dumps(records_of(folder, "article")[0]["pictures"]))
        empty_site()
        numbers = Picture.objects.bulk_create(
            Picture(pk=int(n), file=f"pictures/{n}.png", digest=n) for n in inside
        )
        load_export(folder)
        article = Article.objects.get(path="/old/Story.htm")
        (number,) = map(int, article.body.split('data-picture="')[1].split('"')[:1])
        assert number not in [picture.pk for picture in numbers]
        assert Picture.objects.get(pk=number).digest in inside.values()

    def test_a_menu_nobody_touched_gives_way_once(self, tmp_path):
        make_section("News")
        # As a site is born (newsroom/migrations/0004), whatever other tests left.
        MenuItem.objects.all().delete()
        born = [
            ("/archive/", "Archive"),
            ("/authors/", "Authors"),
            ("/tags/", "Subjects"),
        ]
        for position, (address, label) in enumerate(born):
            MenuItem.objects.create(
                menu="footer", position=position, address=address, label=label
            )
        folder = export(tmp_path / "born")
        assert load_export(folder).new == 0
        MenuItem.objects.filter(address="/tags/").update(label="Our subjects")
        folder = export(tmp_path / "changed")
        MenuItem.objects.filter(address="/tags/").update(label="Subjects")
        assert load_export(folder).new == 1
        assert MenuItem.objects.filter(label="Our subjects").count() == 1
        assert MenuItem.objects.count() == len(born)

    def test_what_migrating_made_gives_way_to_what_was_taken_out_there(
        self, client, tmp_path
    ):
        restoring._empty()
        agent = {"name": "Nosy", "purpose": "training"}
        Agent.objects.create(name="Kept", purpose="training", maker="Bo")
        SiteFiles.objects.create(machines="none")
        folder, told = export(tmp_path / "one"), client.get("/robots.txt").content
        assert b"Kept" in told
        for has_content in (False, True):
            restoring._empty()
            Agent.objects.create(**agent)
            Agent.objects.create(name="Kept", purpose="answering")
            make_menu(("Archive", "/archive/"))
            if has_content:
                SiteFiles.objects.create(machines="none")
            load_export(folder)
            assert Agent.objects.filter(**agent).exists() is has_content
            assert MenuItem.objects.exists() is has_content
            assert (client.get("/robots.txt").content == told) is not has_content
        # Somebody else's file with stories alone takes nothing away.
        rewrite(folder, lambda record: None)
        about = json.loads((folder / "export.json").read_text())
        about["records"] = {}
        (folder / "export.json").write_text(json.dumps(about))
        restoring._empty()
        make_menu(("Archive", "/archive/"))
        load_export(folder)
        assert MenuItem.objects.count() == 1


# What docs/export.md leaves to backups, or says to be of no other site.
LEFT_OUT = {
    *("Group", "Group_permissions", "LogEntry", "Permission", "User", "User_groups"),
    *("User_user_permissions", "Autosave", "Note", "Notice", "PageAutosave"),
    *("PageRevision", "Presence", "PreviewLink", "PublishCheck", "Revision"),
    *("Import", "ImportMade", "ImportProblem", "MissingPage", "QueryCount", "Report"),
    *("ContentType", "Heartbeat", "Ping", "Purge", "Session"),
    # Of the library of tags, which keep ours in tables of their own.
    *("taggit.Tag", "TaggedItem"),
}


class TestWhatItHolds:
    def test_every_table_is_in_it_or_left_out_on_purpose(self):
        parts = [part for kind in KINDS.values() for part in kind.parts]
        parts += [part for part, _parents in TIES.values()]
        held = {part.model for part in parts} | {kind.model for kind in KINDS.values()}
        models = set(apps.get_models(include_auto_created=True)) - held
        names = {m.__name__ if m is not taggit.Tag else m._meta.label for m in models}
        assert names == LEFT_OUT

    def test_every_state_and_no_login(self, world, tmp_path):
        folder = export(tmp_path / "one")
        states = sorted(record["status"] for record in records_of(folder, "article"))
        assert states == [
            *("draft", "published", "published", "trashed", "withdrawn", "working")
        ]
        (record,) = [r for r in records_of(folder, "article") if r["origin"]]
        assert record["tags"] == ["river", "bridge"]
        assert [line["author"] for line in record["bylines"]] == [
            "ada-lane",
            "ben-hill",
        ]
        assert record["section"] == "town"
        assert record["origin"][0]["source"] == "AP8="
        assert "created_by" not in record
        assert "password" not in content_of(folder)
        assert not list(folder.glob("*.partial"))

    def test_a_file_that_is_gone_is_told_and_the_rest_is_there(self, world, tmp_path):
        default_storage.delete(world.lead_picture.file.name)
        with pytest.raises(CommandError, match="1 things are not in it"):
            export(tmp_path / "one")
        assert len(records_of(tmp_path / "one", "picture")) == 2


class TestHostileExports:
    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"path": "/admin/", "key": "/admin/"}, "belong to the site itself"),
            ({"section": "nowhere"}, "There is no section 'nowhere'"),
            ({"headline": "x" * 10_000}, "headline"),
            ({"headline": {"a": []}}, "its headline cannot be"),
            ({"published_at": "soon"}, "its published_at cannot be"),
            ({"bylines": "Ada"}, "Its bylines are no list"),
            ({"tags": [{"a": 1}]}, "There is no tag"),
            ({"path": "/other/"}, "calls itself by another key"),
            ({"pictures": [1]}, "Its pictures are no names"),
            ({"key": "@2024-99-99T99:99:99+00:00"}, "calls itself by another key"),
        ],
    )
    def test_one_wrong_record_is_told_and_the_rest_comes_in(
        self, changed, sentence, world, tmp_path
    ):
        folder = export(tmp_path / "one")

        def change(record):
            is_it = record["key"] == "/2024/05/later/" and record["type"] == "article"
            return record | changed if is_it else record

        rewrite(folder, change)
        empty_site()
        report = load_export(folder)
        assert any(sentence in problem for problem in report.problems), report.problems
        assert Article.objects.filter(path="/old/Story.htm").exists()
        assert not Article.objects.filter(path="/admin/").exists()

    @pytest.mark.parametrize("name", ["../out.png", "/etc/passwd", "a/../../b", ""])
    def test_files_come_from_the_folder_alone(self, name, world, tmp_path):
        folder = export(tmp_path / "one")

        def change(record):
            if record["type"] == "picture" and name:
                record["file"] = name
            elif record["type"] == "picture":
                record["renditions"] = [{"name": "../../x.png"}]
            return record

        rewrite(folder, change)
        empty_site()
        report = load_export(folder)
        assert any("cannot be called" in problem for problem in report.problems)
        assert not Picture.objects.exists()

    def test_links_among_the_files_are_not_followed(self, world, tmp_path):
        folder = export(tmp_path / "one")
        secret = tmp_path / "secret"
        secret.write_text("secret")
        for path in (folder / "media" / "pictures").rglob("*.*"):
            path.unlink()
            path.symlink_to(secret)
        empty_site()
        assert load_export(folder).problems
        assert not Picture.objects.exists()

    def test_what_is_no_export_is_told_in_a_sentence(self, world, tmp_path):
        with pytest.raises(NoExport, match=r"no export\.json"):
            load_export(tmp_path)
        (tmp_path / "export.json").write_text('{"newsroom export": 99, "records": {}}')
        with pytest.raises(NoExport, match="version 99"):
            load_export(tmp_path)
        (tmp_path / "export.json").write_text("[")
        with pytest.raises(NoExport, match="cannot be read"):
            load_export(tmp_path)
        with pytest.raises(NoExport, match=r"no export\.json"):
            load_export(tmp_path / "export.json")
        (tmp_path / "export.json").write_text('{"newsroom export": 1, "records": {}}')
        with pytest.raises(NoExport, match=r"no content\.jsonl"):
            load_export(tmp_path)

    def test_folders_of_the_site_itself_are_refused(self, settings, world, tmp_path):
        media = Path(settings.MEDIA_ROOT)
        for folder in (media, media / "x", media.parent, settings.BASE_DIR):
            for format in ("jsonl", "wxr", "static"):
                with pytest.raises(CommandError, match="of the site’s own"):
                    call_command("export_site", str(folder), format=format)
        assert not (media / "x").exists()

    def test_lines_of_rubbish_are_counted_and_passed(self, world, tmp_path):
        folder = export(tmp_path / "one")
        dice = random.Random(2026)
        lines = content_of(folder).splitlines(keepends=True)
        for rubbish in ("\n", "[]\n", '{"type": 1}\n', "[" * 9999 + "\n", '{"a"\n'):
            lines.insert(dice.randrange(len(lines)), rubbish)
        (folder / "content.jsonl").write_text("".join(lines))
        empty_site()
        report = load_export(folder)
        assert report.problem_count == 5
        assert Author.objects.count() == 2
        assert Byline.objects.count() == 5
