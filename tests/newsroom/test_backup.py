"""Backups: whole, consistent, restorable into either database, and nothing else."""

import gzip
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tarfile
import threading
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings as site
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from articles import revisions
from articles.models import Article, Correction, Origin, Picture, Revision
from newsroom.backup import making, restoring, rotating
from newsroom.models import MenuItem
from newsroom.pagecache.models import Purge
from newsroom.search import indexing
from tests.factories import (
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_tag,
    make_user,
)
from tests.newsroom.backups import files_of, rewritten, tables_of

SOURCE = bytes(range(256))


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def world(db):
    """A small site with something in most tables; returns its article."""
    user = make_user("ada", "editor")
    user.user_permissions.add(Permission.objects.get(codename="publish_article"))
    article = make_article(
        "Bären & “quotes” \U0001f43b\u2028",
        body="<p>Text.</p>",
        section=make_section("Town", parent=make_section("News")),
        authors=[make_author("Ada Lane", photo="")],
        tags=[make_tag("river"), make_tag("bridge")],
        lead_picture=make_picture(60, 40),
        created_by=user,
    )
    Correction.objects.create(article=article, text="It was Tuesday.")
    Origin.objects.create(
        article=article, system="old", identifier="1", source=SOURCE, digest="0" * 64
    )
    revisions.record(article, user, Revision.Event.SAVED)
    make_page("About", path="/about/")
    return article


def run(*arguments, **options):
    """Run a command; return what it says."""
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=out, **options)
    return out.getvalue()


def backup(path, *arguments):
    run("backup", str(path), *arguments)
    return path


def refused(*arguments):
    """Return the sentence with which a command refuses, which is one line."""
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def elsewhere(folder, *arguments):
    """Run manage.py on a SQLite site of its own, in a folder."""
    environment = os.environ | {"DATA_DIR": str(folder), "ENV_FILE": os.devnull}
    for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, site.BASE_DIR / "manage.py", *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestRoundTrip:
    def test_brings_back_what_was_changed_and_deleted_since(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        Correction.objects.all().delete()
        Article.objects.update(headline="Changed")
        make_article("New since")
        Picture.objects.all().delete()
        User.objects.all().delete()

        run("restore", str(file), "--force")
        again = backup(tmp_path / "again.tar")
        assert tables_of(again) == tables_of(file)
        assert files_of(again) == files_of(file)
        assert not Article.objects.filter(headline="New since").exists()
        assert bytes(Origin.objects.get().source) == SOURCE

    def test_keeps_moments_that_saving_would_set_to_today(self, world, tmp_path):
        long_ago = datetime(2001, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
        Article.objects.update(updated_at=long_ago)
        Picture.objects.update(created_at=long_ago)
        run("restore", str(backup(tmp_path / "b.tar")), "--force")
        assert Article.objects.get().updated_at == long_ago
        assert Picture.objects.get().created_at == long_ago

    @pytest.mark.proof
    def test_goes_into_the_other_database_and_back(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        folder = tmp_path / "other"
        folder.mkdir()
        elsewhere(folder, "migrate", "-v0")
        said = elsewhere(folder, "restore", file)
        assert "made" in said
        back = folder / "back.tar"
        elsewhere(folder, "backup", back)
        assert tables_of(back) == tables_of(file)

        Article.objects.update(headline="Changed")
        run("restore", str(back), "--force")
        assert tables_of(backup(tmp_path / "again.tar")) == tables_of(file)

    def test_rights_are_found_by_name_where_keys_are_others(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        permission = Permission.objects.get(codename="publish_article")
        # Another database numbered them in another order.
        ContentType.objects.get(app_label="articles", model="article").delete()
        kind = ContentType.objects.create(app_label="articles", model="article")
        moved = Permission.objects.create(
            content_type=kind, codename="publish_article", name="Can publish"
        )
        assert moved.pk != permission.pk
        run("restore", str(file), "--force")
        user = User.objects.get(username="ada")
        assert user.has_perm("articles.publish_article")
        assert not user.has_perm("articles.empty_trash")
        assert moved in user.user_permissions.all()

    def test_readers_find_what_came_back(self, world, client, tmp_path):
        indexing.drain()
        file = backup(tmp_path / "b.tar")
        for _ in range(2):
            run("restore", str(file), "--force")
            found = client.get("/search/?q=text").content.decode()
            assert "Bären" in found

    def test_new_rows_get_keys_of_their_own_afterwards(self, world, tmp_path):
        Article.objects.filter(pk=world.pk).update(headline="Old")
        run("restore", str(backup(tmp_path / "b.tar")), "--force")
        assert make_article("After").pk > world.pk

    def test_nobody_stays_logged_in_and_all_pages_go(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        later = timezone.now() + timedelta(days=1)
        Session.objects.create(session_key="x" * 32, expire_date=later)
        Purge.objects.all().delete()
        run("restore", str(file), "--force")
        assert not Session.objects.exists()
        assert "everything" in Purge.objects.latest("pk").keys

    def test_holds_no_session_and_no_journal(self, world, tmp_path):
        later = timezone.now() + timedelta(days=1)
        Session.objects.create(session_key="secret" * 5, expire_date=later)
        file = backup(tmp_path / "b.tar")
        assert {"sessions.session", "pagecache.purge"}.isdisjoint(tables_of(file))
        assert file.stat().st_mode & 0o077 == 0


class TestMedia:
    def test_come_back_where_they_are_gone_and_where_they_are_cut(
        self, world, tmp_path
    ):
        file = backup(tmp_path / "b.tar")
        files = files_of(file)
        assert set(Picture.objects.get().file_names()) <= set(files)
        gone, cut, *_ = sorted(files)
        default_storage.delete(gone)
        (site.MEDIA_ROOT / cut).write_bytes(b"half")
        run("restore", str(file), "--force")
        for name, content in files.items():
            assert (site.MEDIA_ROOT / name).read_bytes() == content

    def test_what_is_missing_is_named_and_the_rest_is_backed_up(self, world, tmp_path):
        gone = Picture.objects.get().file.name
        default_storage.delete(gone)
        out = StringIO()
        with pytest.raises(CommandError, match="1 media files that the database"):
            call_command("backup", str(tmp_path / "b.tar"), stdout=out, stderr=out)
        assert f"missing: {gone}" in out.getvalue()
        assert "is whole" in run("restore", str(tmp_path / "b.tar"), "--check")

    def test_any_name_and_size_is_taken(self, world, tmp_path):
        folder = site.MEDIA_ROOT / ("ä" * 60) / ("long" * 30)
        folder.mkdir(parents=True)
        (folder / "empty.jpg").write_bytes(b"")
        (folder / "block.jpg").write_bytes(b"x" * 512)
        file = backup(tmp_path / "b.tar")
        (folder / "empty.jpg").unlink()
        (folder / "block.jpg").unlink()
        run("restore", str(file), "--force")
        assert (folder / "empty.jpg").read_bytes() == b""
        assert (folder / "block.jpg").read_bytes() == b"x" * 512


@pytest.mark.django_db(transaction=True)
def test_shows_one_moment_while_somebody_writes(tmp_path, monkeypatch):
    one, other = make_article("0"), make_article("0")
    ends = threading.Event()

    def write():
        for number in range(1, 10_000):
            if ends.is_set():
                break
            with transaction.atomic():
                for article in (one, other):
                    Article.objects.filter(pk=article.pk).update(headline=str(number))
        connection.close()

    # A row at a time: as much as possible happens between the two.
    monkeypatch.setattr("newsroom.backup.rows.AT_ONCE", 1)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = set()
        for turn in range(3):
            file = backup(tmp_path / f"{turn}.tar")
            first, second = tables_of(file)["articles.article"]
            assert first["headline"] == second["headline"]
            seen.add(first["headline"])
    finally:
        ends.set()
        writer.join()
    # The writer did not wait for us.
    assert len(seen) > 1


class TestRefusing:
    def test_a_site_with_content_is_left_alone_unless_forced(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        Article.objects.update(headline="Mine")
        assert "Say --force" in refused("restore", str(file))
        assert Article.objects.get().headline == "Mine"

    def test_what_migrating_makes_is_no_content(self, db):
        agents = import_module("newsroom.crawlers.migrations.0003_fill_agents")
        agents.fill(apps, None)
        MenuItem.objects.create(menu="footer", address="/archive/", label="Archive")
        assert restoring.in_use() is None
        make_page("About", path="/about/")
        assert restoring.in_use() == "articles.page"

    def test_check_writes_nothing_and_counts_all(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        Article.objects.update(headline="Mine")
        said = run("restore", str(file), "--check")
        assert "1  articles.article" in said
        assert "is whole" in said
        assert Article.objects.get().headline == "Mine"

    def test_a_file_cut_anywhere_changes_nothing(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        content = file.read_bytes()
        Article.objects.update(headline="Mine")
        cut = tmp_path / "cut.tar"
        for length in (0, 1, 511, 512, 700, len(content) // 2, len(content) - 1600):
            cut.write_bytes(content[:length])
            assert "cut.tar cannot be used" in refused("restore", str(cut), "--force")
        assert Article.objects.get().headline == "Mine"

    def test_a_flipped_byte_anywhere_is_found(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        content = file.read_bytes()
        with tarfile.open(file) as archive:
            places = [
                member.offset_data + offset
                for member in archive
                for offset in (0, member.size // 2, member.size - 1)
                if member.name != "manifest.sha256" and member.size
            ]
            # What fills its last block, and what follows the last member.
            padding = [m.offset_data + m.size for m in archive if m.size % 512]
            padding = [*padding[:2], len(content) - 600, len(content) - 1]
        dice = random.Random(2026)
        for place in [*dice.sample(places, 25), *padding]:
            wrong = bytearray(content)
            wrong[place] ^= 1 << dice.randrange(8)
            (tmp_path / "wrong.tar").write_bytes(wrong)
            assert refused("restore", str(tmp_path / "wrong.tar"), "--check")

    @pytest.mark.parametrize(
        "name",
        ["../../out.txt", "/etc/out.txt", "a/../../out", "a//b", "a\\b", "", "a\x00b"],
    )
    def test_a_media_file_that_leads_elsewhere_is_refused(self, name, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        hostile = forged(file, tmp_path / "hostile.tar", media_name=name)
        Article.objects.update(headline="Mine")
        assert "which cannot be" in refused("restore", str(hostile), "--force")
        assert Article.objects.get().headline == "Mine"
        assert not (tmp_path.parent / "out.txt").exists()

    def test_links_and_devices_are_refused(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, b"x", b"L"):

            def link(info, content, kind=kind):
                if info.name.startswith("media/"):
                    info.type, info.linkname = kind, "/etc/passwd"
                return info, content

            hostile = rewritten(file, tmp_path / "hostile.tar", link)
            assert "no ordinary file" in refused("restore", str(hostile), "--force")

    def test_a_size_beyond_all_reason_is_refused_at_once(self, world, tmp_path):
        content = bytearray(backup(tmp_path / "b.tar").read_bytes())
        info = tarfile.TarInfo("media/pictures/a.jpg")
        info.size = 8**11 - 1
        hostile = tmp_path / "hostile.tar"
        hostile.write_bytes(info.tobuf(tarfile.USTAR_FORMAT) + content)
        assert "cut short" in refused("restore", str(hostile), "--check")

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"headline": None}, "its headline is empty"),
            ({"section_id": 4711}, "points to a Section that is missing"),
            ({"id": "one"}, "its id cannot be 'one'"),
            ({"published_at": "soon"}, "its published_at cannot be 'soon'"),
            ({"shoe_size": 42}, "there is no column 'shoe_size'"),
            ({"copy_of_id": 4711}, "points to another that is missing"),
        ],
    )
    def test_a_row_that_would_not_load_is_named(
        self, changed, sentence, world, tmp_path
    ):
        file = backup(tmp_path / "b.tar")
        hostile = forged(file, tmp_path / "hostile.tar", article=changed)
        said = refused("restore", str(hostile), "--check")
        assert "Row 1 of articles.article" in said
        assert sentence in said

    def test_what_only_the_database_finds_changes_nothing_either(self, world, tmp_path):
        make_article("Second")
        file = backup(tmp_path / "b.tar")
        same = {"path": "/same/"}
        hostile = forged(file, tmp_path / "hostile.tar", article=same)
        Article.objects.update(headline="Mine")
        default_storage.delete(name := Picture.objects.get().file.name)
        said = refused("restore", str(hostile), "--force")
        assert "Nothing was changed" in said
        assert {article.headline for article in Article.objects.all()} == {"Mine"}
        assert not default_storage.exists(name)

    def test_a_newer_or_unknown_backup_says_what_to_do(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        newer = forged(file, tmp_path / "n.tar", migration=("articles", "9999_later"))
        assert "Update newsroom first" in refused("restore", str(newer), "--force")
        (tmp_path / "other.tar").write_bytes(b"Something else. " * 100)
        assert "no backup" in refused("restore", str(tmp_path / "other.tar"))
        assert "No such file" in refused("restore", str(tmp_path / "none.tar"))

    def test_a_full_disk_changes_nothing_and_leaves_no_half_file(self, world, tmp_path):
        make_picture(900, 700)
        file = backup(tmp_path / "b.tar")
        for name in (names := list(making.stored_files())):
            default_storage.delete(name)
        Article.objects.update(headline="Mine")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, limits[1]))
        try:
            said = refused("restore", str(file), "--force")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert said.startswith("b.tar was not restored: ")
        assert names and not list(making.stored_files())
        assert Article.objects.get().headline == "Mine"

    def test_scripts_in_a_forged_body_do_not_get_in(self, world, tmp_path):
        file = backup(tmp_path / "b.tar")
        body = {"body": "<p>Text.<script>alert(1)</script></p>"}
        run("restore", str(forged(file, tmp_path / "f.tar", article=body)), "--force")
        assert Article.objects.get().body == "<p>Text.</p>"


class TestWriting:
    def test_nothing_is_written_where_readers_could_ask_for_it(self, world, settings):
        for folder in (settings.MEDIA_ROOT, settings.STATIC_ROOT):
            said = refused("backup", str(folder / "backups"))
            assert "readers could ask for what lies in" in said
            assert not (folder / "backups").exists()

    def test_a_full_disk_leaves_no_part_of_a_file(self, world, tmp_path, monkeypatch):
        def full(*_arguments):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(making.os, "fsync", full)
        said = refused("backup", str(tmp_path / "b.tar"))
        assert "No space left on device" in said
        assert list(tmp_path.glob("*.tar")) == []
        assert list(tmp_path.glob(".*")) == []

    def test_what_a_killed_backup_left_is_removed_by_the_next(self, world, tmp_path):
        left = tmp_path / ".newsroom-2026-01-01-000000.tar.partial"
        left.write_bytes(b"half")
        backup(tmp_path / "b.tar")
        assert not left.exists()

    def test_rotates_its_own_files_only_and_after_the_new_one(self, world, tmp_path):
        folder = tmp_path / "backups"
        folder.mkdir()
        for day in range(1, 10):
            (folder / f"newsroom-2026-01-0{day}-030000.tar").touch()
        (folder / "letters.tar").touch()
        run("backup", str(folder), "--keep", "3")
        names = sorted(path.name for path in folder.iterdir())
        assert len(names) == 4
        assert "letters.tar" in names
        assert "newsroom-2026-01-08-030000.tar" in names
        assert "newsroom-2026-01-07-030000.tar" not in names

    def test_the_one_just_made_stays_where_a_clock_was_wrong(self, world, tmp_path):
        later = tmp_path / "newsroom-2099-01-01-000000.tar"
        later.touch()
        run("backup", str(tmp_path), "--keep", "1")
        assert len(list(tmp_path.glob("newsroom-*.tar"))) == 2


class TestRotation:
    # One at 3 o'clock of each of 400 days.
    NAMES = [
        rotating.name_at(datetime(2025, 1, 1, 3, tzinfo=UTC) + timedelta(days=day))
        for day in range(400)
    ]

    def kept(self, **rules):
        return set(self.NAMES) - set(rotating.to_remove(self.NAMES, **rules))

    def test_without_a_rule_all_is_kept(self):
        assert self.kept() == set(self.NAMES)

    def test_keeps_the_last_of_each_day_week_and_month(self):
        kept = self.kept(daily=7, weekly=4, monthly=12)
        assert set(self.NAMES[-7:]) <= kept
        assert "newsroom-2026-01-31-030000.tar" in kept
        assert "newsroom-2025-12-31-030000.tar" in kept
        assert "newsroom-2025-12-30-030000.tar" not in kept
        assert "newsroom-2025-02-28-030000.tar" not in kept
        assert 7 + 10 <= len(kept) <= 7 + 4 + 12

    def test_two_of_one_day_are_one(self):
        names = [f"newsroom-2026-01-01-0{hour}0000.tar" for hour in range(5)]
        assert rotating.to_remove(names, daily=3) == names[:-1]


def forged(path, new, *, article=None, media_name=None, migration=None):
    """Copy a backup with something wrong in it and every checksum right."""
    digests = {}

    def change(info, content):
        if info.name == "tables/articles.article/0001.jsonl.gz" and article:
            rows = [json.loads(line) for line in gunzip(content)]
            content = gzipped([json.dumps(row | article) for row in rows])
        elif info.name.startswith("media-lists/") and media_name is not None:
            rows = [json.loads(line) for line in gunzip(content)]
            rows[0]["name"] = media_name
            content = gzipped(map(json.dumps, rows))
        elif info.name == "manifest.json":
            manifest = json.loads(content)
            for part in manifest["parts"]:
                part["sha256"] = digests[part["name"]]
            if migration:
                manifest["migrations"][migration[0]].append(migration[1])
            content = json.dumps(manifest).encode()
        elif info.name == "manifest.sha256":
            content = digests["manifest.json"].encode()
        digests[info.name] = hashlib.sha256(content).hexdigest()
        return info, content

    return rewritten(path, new, change)


def gunzip(content):
    return gzip.decompress(content).splitlines()


def gzipped(lines):
    return gzip.compress("".join(f"{line}\n" for line in lines).encode())
