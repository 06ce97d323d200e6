"""Telling a CDN, or a Varnish of ours, which surrogate keys have changed.

`journal → claim → request → sent_at`. A line of the journal whose sending failed is
sent again: late, twice, in any order, but never lost. Nothing here keeps a save
waiting, and what cannot be reached is asked again a few seconds later.
"""

import json
import logging
import threading
import time
import urllib.request
from contextlib import nullcontext
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection, connections, transaction
from django.utils import timezone

from authors.shown import EVERYTHING
from newsroom.pagecache.models import Purge

logger = logging.getLogger(__name__)

TIMEOUT = 5  # seconds
LINES = 500
SETTLED = timedelta(seconds=3)
PAUSE = 5  # seconds after a failure
# Keys in one request: Fastly takes 256, Cloudflare 30 (their documentation of purging
# by surrogate key and by tag, 2026); a header of Varnish is 8 kB at most.
KEYS = {"fastly": 256, "cloudflare": 30, "varnish": 100, "http": 256}


def is_told():
    """Say whether there is somebody to tell."""
    return bool(settings.PURGE_URL)


def send(at=None):
    """Tell of the journal's unsent lines; return how many are to be told again.

    Each is told at once and, once it is old enough, again: what was under way from a
    node to the CDN when the page changed could have been kept there. Only then it is
    sent. Raises OSError where nobody took them. Of several processes one sends a line
    (PostgreSQL; on SQLite, no lock may be held while the network is asked).
    """
    settled = (at or timezone.now()) - SETTLED
    while is_told():
        can_claim = connection.features.has_select_for_update_skip_locked
        with transaction.atomic() if can_claim else nullcontext():
            lines = Purge.objects.filter(sent_at=None).order_by("pk")
            # What is still to come is told when it has.
            lines = lines.exclude(at__gt=at or timezone.now())
            if can_claim:
                lines = lines.select_for_update(skip_locked=True)
            lines = list(lines[:LINES])
            for request in requests({key for line in lines for key in line.keys}):
                tell(request)
            old = [
                line.pk
                for line in lines
                if max(line.created_at, line.at or line.created_at) < settled
            ]
            Purge.objects.filter(pk__in=old).update(sent_at=timezone.now())
        if len(old) < LINES:
            return len(lines) - len(old)
    return 0


def requests(keys):
    """Return the urllib Requests that purge a set of keys, for the kind of CDN."""
    kind, url = settings.PURGE_KIND, settings.PURGE_URL.rstrip("/")
    if EVERYTHING in keys:
        return [REQUEST[kind](url, None)]
    keys, most = sorted(keys), KEYS[kind]
    return [
        REQUEST[kind](url, keys[start : start + most])
        for start in range(0, len(keys), most)
    ]


def tell(request):
    """Send a request. Raises OSError unless the answer is a 2xx."""
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        answer.read()


def _fastly(url, keys):
    # PURGE_URL: https://api.fastly.com/service/ID
    headers = {"Fastly-Key": settings.PURGE_TOKEN, "Accept": "application/json"}
    if keys is None:
        return urllib.request.Request(f"{url}/purge_all", b"", headers, method="POST")
    headers["Surrogate-Key"] = " ".join(keys)
    return urllib.request.Request(f"{url}/purge", b"", headers, method="POST")


def _cloudflare(url, keys):
    # PURGE_URL: https://api.cloudflare.com/client/v4/zones/ID
    told = {"purge_everything": True} if keys is None else {"tags": keys}
    return _json(f"{url}/purge_cache", told)


def _http(url, keys):
    return _json(url, {"everything": keys is None, "keys": keys or []})


def _varnish(url, keys):
    # deploy/varnish.vcl
    headers = {"X-Purge-Token": settings.PURGE_TOKEN}
    if keys is None:
        headers["X-Purge-All"] = "1"
    else:
        headers["X-Purge-Keys"] = " ".join(keys)
    return urllib.request.Request(f"{url}/", headers=headers, method="PURGE")


def _json(url, told):
    headers = {"Content-Type": "application/json"}
    if settings.PURGE_TOKEN:
        headers["Authorization"] = f"Bearer {settings.PURGE_TOKEN}"
    body = json.dumps(told).encode()
    return urllib.request.Request(url, body, headers, method="POST")


REQUEST = {
    "fastly": _fastly,
    "cloudflare": _cloudflare,
    "http": _http,
    "varnish": _varnish,
}


class Sender:
    """A thread of this process that sends after each commit, and again after failures.

    A commit only wakes it, and so does the clock, for what a process that was ended
    has left behind.
    """

    def __init__(self):
        self._wake, self._lock, self._thread = threading.Event(), threading.Lock(), None

    def wake(self):
        if not is_told():
            return
        self._wake.set()
        with self._lock:
            # A forked worker has no thread yet.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self):
        while self._wake.wait():
            self._wake.clear()
            try:
                if send():
                    self._again(SETTLED.total_seconds())
            except (OSError, Error) as error:
                logger.error("The CDN could not be told what has changed: %s", error)
                self._again(PAUSE)
            for used in connections.all(initialized_only=True):
                used.close_if_unusable_or_obsolete()

    def _again(self, seconds):
        time.sleep(seconds)
        self._wake.set()


sender = Sender()
