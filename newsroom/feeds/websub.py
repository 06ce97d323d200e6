"""Telling a WebSub hub that feeds have changed (w3.org/TR/websub).

What is to be told stands in a table, written with the change; the clock sends it. A
hub that is away, or slow, keeps nobody waiting: it is asked again, ever more seldom.
"""

import logging
import threading
from datetime import timedelta
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.db import Error, connection
from django.utils import timezone

from authors.addresses import whole
from newsroom.feeds.addresses import KINDS, corrections_path, feed_path
from newsroom.feeds.models import Ping
from newsroom.models import Publication

logger = logging.getLogger(__name__)

TIMEOUT = 10  # seconds
# Addresses in one request. The hub's part of the specification leaves open how many;
# those of its forerunner take them repeated (PubSubHubbub Core 0.4, 7.1).
TOPICS = 20
TRIES = 10  # the last one 17 hours after the first
CLAIMED = timedelta(minutes=5)


def hub():
    """Return the hub's address, "" without one."""
    rows = Publication.objects.filter(pk=1).values_list("hub", flat=True)
    return rows.first() or ""


def hear_of_article(sender, article, **_):
    """Note that the feeds which show an article have changed."""
    if not hub():
        return
    now = timezone.now()
    Ping.objects.bulk_create(
        [Ping(topic=topic, due_at=now) for topic in topics_of(article)],
        update_conflicts=True,
        unique_fields=["topic"],
        update_fields=["due_at", "tries"],
    )


def topics_of(article):
    """Return the whole addresses of all feeds that show an article."""
    section = article.section
    subjects = [section, section and section.parent, article.series]
    subjects += [*article.tags.all(), *article.authors.distinct()]
    pages = ["/", *(row.get_absolute_url() for row in subjects if row)]
    paths = [
        feed_path(page, kind, is_summary=is_summary)
        for page in dict.fromkeys(pages)
        for kind in KINDS
        for is_summary in (False, True)
    ]
    if article.corrections.exists():
        paths += map(corrections_path, KINDS)
    return [whole(path) for path in paths]


def send(at=None):
    """Tell the hub of what is due; return how many addresses it took.

    Of two clocks that send at once both may tell it: a hub looks twice then.
    """
    at = at or timezone.now()
    address, told = hub(), 0
    if not address:
        Ping.objects.all().delete()
        return 0
    while pings := list(Ping.objects.filter(due_at__lte=at).order_by("pk")[:TOPICS]):
        keys = [ping.pk for ping in pings]
        claimed = at + CLAIMED
        Ping.objects.filter(pk__in=keys, due_at__lte=at).update(due_at=claimed)
        # What changed again meanwhile is due again, and stays.
        ours = Ping.objects.filter(pk__in=keys, due_at=claimed)
        try:
            tell(address, [ping.topic for ping in pings])
        except (OSError, ValueError) as error:
            logger.warning("The hub at %s could not be told: %s", address, error)
            _put_off(ours, pings, at)
            continue
        ours.delete()
        told += len(pings)
    return told


def tell(address, topics):
    """Send the hub a publish request. Raises OSError unless the answer is a 2xx."""
    told = [("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)]
    request = Request(address, urlencode(told).encode(), method="POST")
    with urlopen(request, timeout=TIMEOUT) as answer:
        if not 200 <= answer.status < 300:
            raise URLError(f"answered {answer.status}")


def _put_off(rows, pings, at):
    """Ask again after 1, 2, 4 … minutes; give up in the end."""
    for ping in pings:
        own = rows.filter(pk=ping.pk)
        if ping.tries + 1 >= TRIES:
            own.delete()
        else:
            later = at + timedelta(minutes=2**ping.tries)
            own.update(due_at=later, tries=ping.tries + 1)


class Sender:
    """A thread of the clock's process, there while something is to be sent."""

    def __init__(self):
        self._thread = None

    def look(self):
        """Begin to send, unless it does so already or nothing is due."""
        if self._thread and self._thread.is_alive():
            return
        if Ping.objects.filter(due_at__lte=timezone.now()).exists():
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def _run(self):
        try:
            send()
        except Error as error:
            logger.error("What the hub is told of could not be read: %s", error)
        finally:
            connection.close()


sender = Sender()
