"""Hits of redirects and of missing pages: counted in memory, written together.

A robot that asks for ten thousand missing pages costs a number each until they are
written, in one transaction every few seconds. What is in memory then is lost by a
crash, and no more than MOST addresses wait: who floods the site fills no disk.
"""

import logging
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.db import Error, transaction
from django.db.models import F
from django.utils import timezone

from articles.robots import is_robot
from authors.waiting import Waiting
from newsroom.redirects.addresses import at_home, digest, normal, without_strangers
from newsroom.redirects.models import MissingPage, Redirect

logger = logging.getLogger(__name__)

FLUSHED_AFTER = 3  # seconds
MOST = 2_000  # addresses that wait in one process
# Rows of missing pages that are kept; and left, once there are more.
KEPT, LEFT = 10_000, 9_000
LONGEST = 500  # letters of an address worth keeping
REFERRERS, REFERRER = 5, 200  # of an address; letters of each
AT_ONCE = 300
# What is asked for by those who look for holes, not for pages: parts of other systems
# that no newsroom's old site had, files of settings, shells.
PROBE = re.compile(
    r"/(?:wp-(?:login|admin|config|json|cron|includes|content/plugins)|xmlrpc\.php"
    r"|wlwmanifest\.xml|\.(?:env|git|svn|hg|aws|ssh|ds_store|htaccess|htpasswd|vscode)"
    r"|cgi-bin/|phpmyadmin|pma/|adminer|vendor/|phpunit|eval-stdin|actuator|solr/"
    r"|boaform|hnap1|owa/|autodiscover|_ignition|telescope|server-status|phpinfo"
    r"|administrator/|filemanager|webshell|shell\.|config\.(?:php|json|ya?ml)"
    r"|\.well-known/(?!change-password|security\.txt|apple))"
    r"|\.(?:sql|bak|old|swp|ini|asp|aspx|jsp|cgi|action|do|env|pem|key)(?:[/?.]|$)"
    r"|\.\.(?:/|%2F)|etc/passwd|%00|<script|%3Cscript|union(?:\+|%20)+select"
    r"|\.(?:tar\.gz|tgz|7z|rar)$",
    re.IGNORECASE,
)


@dataclass
class Count:
    at: datetime
    hits: int = 0
    robot_hits: int = 0
    referrers: Counter = field(default_factory=Counter)

    def add(self, other):
        self.at = max(self.at, other.at)
        self.hits += other.hits
        self.robot_hits += other.robot_hits
        self.referrers.update(other.referrers)


class Buffer(Waiting):
    """Counts that wait to be written by `write({key: Count})`."""

    def __init__(self, write, flushed_after=FLUSHED_AFTER):
        super().__init__(flushed_after)
        self.write = write
        self.waiting = {}

    def add(self, key, count):
        with self.lock:
            if key in self.waiting:
                self.waiting[key].add(count)
            elif len(self.waiting) < MOST:
                self.waiting[key] = count
            self._start_if_idle()

    def flush(self):
        """Write what waits. What the database refuses waits for the next time."""
        with self.lock:
            taken, self.waiting = self.waiting, {}
        if not taken:
            return
        try:
            self.write(taken)
        except Error as error:
            logger.warning("Hits could not be written yet: %s", error)
            for key, count in taken.items():
                self.add(key, count)


@transaction.atomic
def write_hits(counts):
    # In one order everywhere, so that two processes do not wait for each other.
    for key in sorted(counts):
        Redirect.objects.filter(pk=key).update(
            hits=F("hits") + counts[key].hits, last_used_at=counts[key].at
        )


def write_missing(counts):
    """Add {address: Count} to the inbox, and drop what is too much for it."""
    by_digest = {digest(address): address for address in counts}
    digests = sorted(by_digest)
    with transaction.atomic():
        for start in range(0, len(digests), AT_ONCE):
            some = {each: by_digest[each] for each in digests[start : start + AT_ONCE]}
            _write_some(some, counts)
    drop_what_is_too_much()


def _write_some(addresses, counts):
    rows = MissingPage.objects.select_for_update().filter(digest__in=addresses)
    rows = {row.digest: row for row in rows.order_by("digest")}
    stored = list(rows.values())
    new = []
    for each, address in addresses.items():
        count = counts[address]
        row = rows.get(each)
        if row is None:
            is_probe = bool(PROBE.search(address))
            row = MissingPage(
                address=address, digest=each, first_seen_at=count.at, is_probe=is_probe
            )
            new.append(row)
        row.hits += count.hits
        row.robot_hits += count.robot_hits
        row.last_seen_at = count.at
        row.referrers = _together(row.referrers, count.referrers)
    MissingPage.objects.bulk_update(
        stored, ["hits", "robot_hits", "last_seen_at", "referrers"]
    )
    # Another process may have written the same address meanwhile: its row stays.
    MissingPage.objects.bulk_create(new, ignore_conflicts=True)


def _together(stored, more):
    """Return [[referrer, hits]] of both, the most frequent few."""
    total = Counter(dict(stored)) + more
    return [list(each) for each in total.most_common(REFERRERS)]


def drop_what_is_too_much():
    """Keep the inbox bounded: probes go first, then what was asked for least, oldest.

    What an editor has settled stays longest: it would come back otherwise.
    """
    too_many = MissingPage.objects.count() - KEPT
    if too_many <= 0:
        return
    order = ("is_settled", "-is_probe", "hits", "robot_hits", "last_seen_at", "pk")
    keys = MissingPage.objects.order_by(*order).values_list("pk", flat=True)
    keys = list(keys[: too_many + KEPT - LEFT])
    for start in range(0, len(keys), AT_ONCE):
        MissingPage.objects.filter(pk__in=keys[start : start + AT_ONCE]).delete()


hits = Buffer(write_hits)
missing = Buffer(write_missing)


def count_hit(redirect):
    hits.add(redirect.pk, Count(timezone.now(), hits=1))


def count_missing(key, request):
    """Count that somebody asked for a key at which there is nothing."""
    address = without_strangers(key)
    if len(address) > LONGEST:
        return
    robots = is_robot(request.headers.get("User-Agent", ""))
    count = Count(timezone.now(), hits=not robots, robot_hits=int(robots))
    if referrer := referrer_of(request):
        count.referrers[referrer] += 1
    missing.add(address, count)


def referrer_of(request):
    """Return the page that was left: a path of ours, or another's address; or "".

    Without the query, in which forms and sessions write who somebody is.
    """
    told = request.headers.get("Referer", "")
    try:
        parts = urlsplit(told)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        place = parts.hostname + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return ""
    address = f"{parts.scheme}://{place}{normal(parts.path)}"
    if parts.netloc == request.get_host():
        address = normal(parts.path)
    return at_home(address)[:REFERRER]
