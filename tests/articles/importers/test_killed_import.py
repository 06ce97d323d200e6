"""A long proof (`make prove`): an import that is killed loses and doubles nothing."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from django.conf import settings

from tests.articles.importers.test_import_articles import CLASSIC

PAGES, KILLS = 600, 8


@pytest.mark.proof
def test_killed_at_random_moments_and_run_again_it_is_as_if_never_killed(tmp_path):
    folder = tmp_path / "old-site"
    folder.mkdir()
    for number in range(PAGES):
        text = CLASSIC.replace("Cold Harbour", f"Harbour {number}")
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    # The processes are their own, on a file, whatever database the tests run on.
    environment = os.environ | {"DATA_DIR": str(tmp_path)}
    for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)

    def manage(*arguments):
        return subprocess.Popen(
            [sys.executable, settings.BASE_DIR / "manage.py", *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
        )

    assert manage("migrate", "-v0").wait() == 0
    dice = random.Random(2026)
    for _ in range(KILLS):
        process = manage("import_articles", str(folder))
        time.sleep(dice.uniform(0.5, 2))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert manage("import_articles", str(folder)).wait() == 0
    database = sqlite3.connect(tmp_path / "newsroom.sqlite3")
    for table in ("articles_article", "articles_byline", "articles_origin"):
        (rows,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert rows == PAGES
    (authors,) = database.execute("SELECT count(*) FROM authors_author").fetchone()
    assert authors == 1
    (links,) = database.execute("SELECT count(*) FROM authors_authorlink").fetchone()
    assert links == 3
