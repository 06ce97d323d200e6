"""How often one network address may ask in a minute, so that a flood slows nobody else.

Shared by all processes where Redis is; else each counts for itself. Of the address a
number is remembered until the minute is over: a hash of both under the site's secret.
"""

import time
from contextlib import suppress
from threading import Lock

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.utils.crypto import salted_hmac

from articles.reads import REMEMBERED
from newsroom.most_read import address_of

try:
    from redis.exceptions import RedisError
except ImportError:  # only several nodes need it
    RedisError = OSError

MINUTE = 60  # seconds


class Limit:
    """So many requests of an address in a minute by the clock."""

    def __init__(self, name, most):
        self.name, self.most = name, most
        self.minute, self.seen, self.lock = None, {}, Lock()

    def wait(self, request):
        """Count a request; return 0, or the seconds to wait if it is one too many."""
        now = time.time()
        minute, past = divmod(int(now), MINUTE)
        number = _number(address_of(request), minute)
        return 0 if self._count(minute, number) <= self.most else MINUTE - past

    def _count(self, minute, number):
        shared = caches["default"]
        if isinstance(shared, RedisCache):
            # While it is away, everybody counts alone.
            with suppress(RedisError):
                return self._count_there(shared, f"search-{self.name}-{number}")
        with self.lock:
            if minute != self.minute:
                self.minute, self.seen = minute, {}
            count = self.seen.get(number, 0) + 1
            if count == 1 and len(self.seen) >= REMEMBERED:
                del self.seen[next(iter(self.seen))]  # the one that came first
            self.seen[number] = count
        return count

    @staticmethod
    def _count_there(shared, key):
        # Longer than the minute, so that it is there for the second line.
        shared.add(key, 0, 2 * MINUTE)
        return shared.incr(key)


def _number(address, minute):
    salt = "newsroom.search.limits"
    return salted_hmac(salt, f"{minute} {address}", algorithm="sha256").hexdigest()[:16]


# Nobody reads sixty pages of results in a minute; a letter is a suggestion.
questions = Limit("questions", most=60)
suggested = Limit("suggested", most=240)
