"""One life of a site that is killed: run by test_crashes.py in a process of its own.

Starts as every start does, compares every page kept with a fresh rendering, says how
many were stale, keeps all pages, and then changes a story again and again; it says so
between the commit and the purge, and lingers there. It never ends by itself.
"""

import itertools
import json
import os
import random
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django.setup()

from articles.models import Article  # noqa: E402
from newsroom.pagecache import journal, node  # noqa: E402
from newsroom.pagecache.checking import Asking  # noqa: E402


def say(**words):
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


gone = node.follow()
store, asking = node.store, Asking()
kept = store.entries()
stale = [e.address for e in kept if not asking.is_fresh(store, e.as_address())]
say(kept=len(kept), stale=stale, gone=gone)

articles = list(Article.objects.live())
for path in ("/", *(article.path for article in articles)):
    asking.ask(path)


def linger():
    """Say that a change is committed, and give whoever kills us the time for it."""
    say(saved=True)
    time.sleep(random.uniform(0, 0.03))


journal._listeners.insert(0, linger)
say(ready=len(store.entries()))
for number in itertools.count():
    article = random.choice(articles)
    article.headline = f"Life {os.getpid()}, change {number}"
    article.body = f"<p>{number}</p>"
    article.save(update_fields=["headline", "body"])
    # Readers ask meanwhile, often for all there is.
    some = random.choice([articles, [random.choice(articles)]])
    for read in some:
        asking.ask(read.path)
