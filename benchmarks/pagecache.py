"""What the page cache costs: until visible, memory, and with many pages.

    python benchmarks/pagecache.py visible [articles]
    python benchmarks/pagecache.py memory [pages]
    python benchmarks/pagecache.py scale [pages …]

`visible` publishes drafts through the desk of a running `serve` and asks home,
section, tag and author pages, the feed and the news sitemap until they show them:
milliseconds after the desk answered, cold pages included, and the ratio to asking for
the same pages when they are kept. `memory` sums up what all processes of a running
`serve` hold (PSS) after asking for distinct pages. `scale` fills stores with pages as
an article page is, and measures bytes, keeping, and purging for an edit and for a
publication, as slopes for docs/scale.md. DATABASE_URL names an empty database; without
it, SQLite in a folder.
"""

import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FOLDER = Path(tempfile.mkdtemp(prefix="newsroom-bench-"))
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    PORT = free.getsockname()[1]
SITE = f"http://127.0.0.1:{PORT}"
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "newsroom.settings",
    "SECRET_KEY": "only-for-a-benchmark",
    "ALLOWED_HOSTS": "127.0.0.1,testserver",
    "HTTPS": "false",
    "SITE_URL": SITE,
    "DATA_DIR": str(FOLDER),
    "PAGE_CACHE": "true",
    "ENV_FILE": os.devnull,
    "EMAIL_URL": "dummymail://",
}

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.urls import reverse  # noqa: E402

from articles.models import Article  # noqa: E402
from authors.shown import Noted  # noqa: E402
from newsroom.pagecache import journal  # noqa: E402
from newsroom.pagecache.addresses import Address  # noqa: E402
from newsroom.pagecache.store import Page, Store  # noqa: E402

ROUNDS = 10
MOST_MEMORY = 250  # MB


def fill(articles):
    call_command("migrate", verbosity=0)
    call_command("demo", verbosity=0, articles=articles)
    call_command("collectstatic", interactive=False, verbosity=0)


class Serve:
    """`manage.py serve` in processes of its own, for the length of a block."""

    def __enter__(self):
        command = [sys.executable, str(ROOT / "manage.py"), "serve", str(PORT)]
        self.process = subprocess.Popen([*command, "--workers", "2"])
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{SITE}/health", timeout=5).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise SystemExit("The server did not start.")

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(30)

    def memory(self):
        """Return the megabytes that the server and its children hold (PSS)."""
        found, pids = 0, [self.process.pid]
        while pids:
            pid = pids.pop()
            tasks = Path(f"/proc/{pid}/task").glob("*/children")
            pids += [int(p) for task in tasks for p in task.read_text().split()]
            pss = re.search(
                r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M
            )
            found += int(pss[1])
        return found / 1024


def ask(path):
    with urllib.request.urlopen(SITE + path, timeout=60) as page:
        return page.read()


class Desk:
    """A publisher's browser without a screen."""

    def __init__(self):
        user = User.objects.create_user("bench", password="bench", is_staff=True)
        user.groups.set(Group.objects.filter(name="publisher"))
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        )
        page = self.get("/admin/login/")
        self.post("/admin/login/", self.token(page) | {"username": "bench",
                  "password": "bench", "next": "/health"})  # fmt: skip

    def get(self, path):
        return self.opener.open(SITE + path, timeout=60).read().decode()

    def post(self, path, fields):
        data = urllib.parse.urlencode(fields).encode()
        return self.opener.open(SITE + path, data, timeout=60).read().decode()

    def token(self, page):
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        return {"csrfmiddlewaretoken": found[1]}

    def publish(self, article):
        """Publish an article from the list of articles; return when it was answered."""
        listing = reverse("admin:articles_article_changelist")
        fields = self.token(self.get(listing))
        fields |= {"action": "publish", "_selected_action": article.pk}
        self.post(listing, fields)
        return time.perf_counter()


def shows(path, story):
    """Say whether a page has a link to a story: a feed's stands between tags."""
    page = ask(path)
    return any(story.encode() + end in page for end in (b'"', b"<"))


def visible(articles=10_000):
    """Print milliseconds from the desk's answer until each page shows the story."""
    fill(articles)
    rest = Article.objects.live().exclude(section=None).exclude(tags=None)
    drafts = list(rest.exclude(bylines=None).newest_first()[:ROUNDS])
    for draft in drafts:
        Article.objects.filter(pk=draft.pk).update(status="draft", published_at=None)
    times, again = [], []
    with Serve():
        desk = Desk()
        for draft in drafts:
            draft.refresh_from_db()
            pages = [
                draft.get_absolute_url(),
                "/",
                draft.section.get_absolute_url(),
                *(tag.get_absolute_url() for tag in draft.tags.all()),
                *(author.get_absolute_url() for author in draft.authors.all()),
                *("/feed/", "/sitemaps/news.xml"),
            ]
            for path in pages[1:]:
                ask(path)
            answered = desk.publish(draft)
            ask(pages[0])
            for path in pages:
                while path != pages[0] and not shows(path, pages[0]):
                    time.sleep(0.005)
                    if time.perf_counter() > answered + 30:
                        raise SystemExit(f"{path} never showed {pages[0]}.")
            times.append(time.perf_counter() - answered)
            start = time.perf_counter()
            for path in pages:
                ask(path)
            again.append(time.perf_counter() - start)
    found, kept = statistics.median(times), statistics.median(again)
    print(
        f"published → visible on {len(pages)} pages: median {found * 1000:.0f} ms, "
        f"worst {max(times) * 1000:.0f} ms; {found / kept:.1f} times asking for them "
        f"when they are kept ({kept * 1000:.0f} ms)"
    )


def memory(pages=10_000):
    """Print what a whole running site holds before and after so many pages."""
    fill(pages)
    # The clock would start a process for it.
    call_command("finish_pictures", verbosity=0)
    paths = [a.get_absolute_url() for a in Article.objects.live().only("path")[:pages]]
    with Serve() as server:
        ask("/")
        print(f"2 workers and the clock: {server.memory():.0f} MB at first", flush=True)
        for number, path in enumerate(paths, 1):
            ask(path)
            if number in (2_000, len(paths)):
                held = server.memory()
                print(f"{held:.0f} MB after {number} distinct pages", flush=True)
    if held > MOST_MEMORY:
        raise SystemExit(f"More than the {MOST_MEMORY} MB that are allowed.")


def scale(*sizes):
    """Print what keeping and purging costs with so many pages kept."""
    call_command("migrate", verbosity=0)
    chance = random.Random(1)
    # Of an article page: the whole frame, 10 kB of words that do not repeat.
    words = " ".join(f"{chance.getrandbits(40):x}" for _ in range(900))
    body = f"<p>{words}</p>".encode()
    for size in sizes or (1_000, 10_000, 100_000):
        store = Store(FOLDER / f"pages-{size}")
        place = journal.place()
        start = time.process_time()
        for number in range(size):
            tags = {f"related-{chance.randrange(size // 50 + 5)}" for _ in range(4)}
            near = {f"article-{max(0, number - k)}-line" for k in range(1, 9)}
            keys = {
                *(f"article-{number}", f"beside-{number}", "furniture", *tags, *near),
                *(f"author-{number % 400}", f"section-{number % 8}-card"),
                *(f"picture-{number % (size // 2 + 1)}", "blocks-sidebar", "blocks"),
            }
            page = Page("200 OK", [], body + str(number).encode(), "html")
            noted = Noted()
            noted.keys = keys
            store.keep(Address("site", f"/2026/{number}/", ""), page, noted, place)
        kept = (time.process_time() - start) / size
        index = sum(f.stat().st_size for f in store.folder.glob("index*"))
        disk = _disk(store.pages)
        edit = _purging(
            store, [{f"article-{n}"} for n in chance.sample(range(size), 50)]
        )
        publication = _purging(
            store,
            [
                {
                    "latest",
                    *(f"related-{chance.randrange(size // 50 + 5)}" for _ in "123"),
                }
                for _ in range(10)
            ],
        )
        print(
            f"{size:>7} pages: {disk / size / 1024:.1f} kB of disk and "
            f"{index / size:.0f} bytes of index a page; keeping {kept * 1000:.2f} ms, "
            f"an edit {edit[0] * 1000:.2f} ms ({edit[1]:.0f} page), a publication "
            f"{publication[0] * 1000:.1f} ms ({publication[1]:.0f} pages)"
        )


def _disk(folder):
    return sum(f.stat().st_blocks * 512 for f in folder.rglob("*") if f.is_file())


def _purging(store, lines):
    """Return (mean seconds, mean pages that went) of purging lines of keys."""
    times, gone = [], []
    for keys in lines:
        with store._locked() as index:
            start = time.perf_counter()
            gone.append(store._purge(index, keys))
            times.append(time.perf_counter() - start)
    return statistics.mean(times), statistics.mean(gone)


if __name__ == "__main__":
    name, *arguments = sys.argv[1:] or ["visible"]
    {"visible": visible, "memory": memory, "scale": scale}[name](*map(int, arguments))
