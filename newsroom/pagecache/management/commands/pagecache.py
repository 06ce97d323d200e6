from datetime import UTC, datetime

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from newsroom.pagecache import journal, node
from newsroom.pagecache.checking import Asking


class Command(BaseCommand):
    help = "Show what the page cache keeps and why, check it, or empty it."

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", metavar="VERB")
        verbs.add_parser("list", help="how many pages are kept, and the newest")
        show = verbs.add_parser("show", help="what one page shows")
        show.add_argument("path", help="the page's address: /2026/11/slug/")
        key = verbs.add_parser("key", help="the pages that hold a surrogate key")
        key.add_argument("key", help="article-12, tagged-5, furniture …")
        verify = verbs.add_parser(
            "verify", help="render pages anew and compare; fails if one is stale"
        )
        verify.add_argument("--sample", type=int, metavar="N", help="only N of them")
        purge = verbs.add_parser("purge", help="throw away the pages of these keys")
        purge.add_argument("keys", nargs="+")
        verbs.add_parser("clear", help="throw all pages away")

    def handle(self, *, verb, **options):
        if node.store is None:
            raise CommandError("No pages are kept: PAGE_CACHE is false.")
        getattr(self, f"_{verb or 'list'}")(node.store, **options)

    def _list(self, store, **options):
        count, size = store.totals()
        self.stdout.write(f"{count} pages, {size / 1e6:.1f} MB, in {store.pages}")
        for page in store.entries(newest=20):
            self.stdout.write(f"  {_when(page.kept_at)}  {page.address}")

    def _show(self, store, path, **options):
        pages = list(store.entries(path=path))
        if not pages:
            raise CommandError(f"No page is kept of {path}.")
        for page in pages:
            times = f"since {_when(page.kept_at)}"
            if page.until:
                times += f", until {_when(page.until)}"
            self.stdout.write(f"{page.address}: {page.bytes} bytes, {times}")
            self.stdout.write("  " + " ".join(store.keys_of(page)))

    def _key(self, store, key, **options):
        pages = list(store.entries(key=key))
        for page in pages:
            self.stdout.write(page.address)
        self.stdout.write(f"{len(pages)} pages hold {key!r}.")

    def _verify(self, store, sample, **options):
        if sample is not None and sample < 1:
            raise CommandError("--sample takes a number of pages.")
        pages, asking = list(store.entries(sample=sample)), Asking()
        stale = [
            page.address
            for page in tqdm(pages, disable=None, unit="page")
            if not asking.is_fresh(store, page.as_address())
        ]
        for address in stale:
            self.stderr.write(f"stale: {address}")
        if stale:
            raise CommandError(f"{len(stale)} of {len(pages)} pages are stale.")
        self.stdout.write(f"{len(pages)} pages are what a fresh rendering is.")

    def _purge(self, store, keys, **options):
        with transaction.atomic():
            journal.write(keys)
        self.stdout.write("The pages of these keys are gone, on every node.")

    def _clear(self, store, **options):
        store.clear()
        self.stdout.write("All pages of this node are gone.")


def _when(seconds):
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
