"""A long proof (`make prove`): kill -9 at any moment leaves nothing half done."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from tests.newsroom.backups import files_of, tables_of

KILLS = {"backup": 18, "jsonl": 16, "static": 16}


class Site:
    """A site of its own in a folder, on SQLite, whatever the tests run on."""

    def __init__(self, folder):
        self.environment = os.environ | {
            "DATA_DIR": str(folder / "data"),
            "ENV_FILE": os.devnull,
            "SITE_URL": "http://localhost:8000",
            "DEBUG": "true",
        }
        for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
            self.environment.pop(name, None)

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, settings.BASE_DIR / "manage.py", *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *arguments):
        """Run a command to its end; return how many seconds it took."""
        began = time.monotonic()
        self.start(*arguments).wait()
        return time.monotonic() - began

    def kill(self, seconds, *arguments):
        process = self.start(*arguments)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    site = Site(folder)
    site.run("migrate", "-v0")
    site.run("demo", "--picture-width", "300")
    return site


def contents(folder):
    """Return {name: bytes} of what an export made, without its own notes."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".export.")
        if path.name != "export.json"
    }


@pytest.mark.proof
@pytest.mark.parametrize("format", ["jsonl", "static"])
def test_an_export_that_was_killed_is_whole_after_the_next_run(
    format, site, tmp_path, record_property
):
    command = ("export_site", "--format", format)
    took = site.run(*command, tmp_path / "whole")
    dice = random.Random(2026)
    for _ in range(KILLS[format]):
        resume = ("--resume",) if format == "static" and dice.random() < 0.7 else ()
        seconds = dice.uniform(0.1, 1) * took
        site.kill(seconds, *command, tmp_path / "killed", *resume)
    resume = ("--resume",) if format == "static" else ()
    site.run(*command, tmp_path / "killed", *resume)
    whole, killed = contents(tmp_path / "whole"), contents(tmp_path / "killed")
    assert len(whole) > 100
    different = [n for n in whole | killed if whole.get(n) != killed.get(n)]
    record_property("figure", f"{KILLS[format]} kills, {len(different)} differences")
    assert different == []


@pytest.mark.proof
def test_a_backup_that_was_killed_is_not_there_and_leaves_nothing(
    site, tmp_path, record_property
):
    took = site.run("backup", tmp_path / "whole.tar")
    folder = tmp_path / "backups"
    folder.mkdir()
    dice, broken = random.Random(2026), []
    for number in range(KILLS["backup"]):
        file = folder / f"{number}.tar"
        site.kill(dice.uniform(0.1, 1) * took, "backup", file)
        if file.exists() and tables_of(file) != tables_of(tmp_path / "whole.tar"):
            broken.append(number)
    site.run("backup", folder / "last.tar")
    assert not list(folder.glob(".*"))
    assert tables_of(folder / "last.tar") == tables_of(tmp_path / "whole.tar")
    assert files_of(folder / "last.tar") == files_of(tmp_path / "whole.tar")
    record_property("figure", f"{KILLS['backup']} kills, {len(broken)} broken files")
    assert broken == []
