"""How often one network address may ask in a minute, so that a flood slows nobody else.

Shared by all processes where Redis is: under a hash of the address and the minute with
the site's secret, for two minutes. Else each process counts for itself.
"""

import time
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.utils.crypto import salted_hmac

from articles.reads import Repeats
from newsroom.most_read import address_of

try:
    from redis.exceptions import RedisError
except ImportError:  # only several nodes need it
    RedisError = OSError

MINUTE = 60  # seconds


class Limit:
    """So many requests of an address in a minute by the clock."""

    def __init__(self, name, most):
        self.name, self.lock = name, Lock()
        self.repeats = Repeats(most, lasts=MINUTE)

    def wait(self, request):
        """Count a request; return 0, or the seconds to wait if it is one too many."""
        now = time.time()
        is_too_many = self._is_too_many(address_of(request), now)
        return MINUTE - int(now) % MINUTE if is_too_many else 0

    def _is_too_many(self, address, now):
        shared = caches["default"]
        if isinstance(shared, RedisCache):
            # While it is away, everybody counts alone.
            with suppress(RedisError):
                number = _number(address, now // MINUTE)
                count = self._count(shared, f"search-{self.name}-{number}")
                return count > self.repeats.most
        with self.lock:
            at = datetime.fromtimestamp(now, UTC)
            return self.repeats.is_too_many(address, self.name, at)

    @staticmethod
    def _count(shared, key):
        # Longer than the minute, so that it is there for the second line.
        shared.add(key, 0, 2 * MINUTE)
        return shared.incr(key)


def _number(address, minute):
    salt = "newsroom.search.limits"
    return salted_hmac(salt, f"{minute} {address}", algorithm="sha256").hexdigest()[:16]


# Nobody reads sixty pages of results in a minute; a letter is a suggestion.
questions = Limit("questions", most=60)
suggested = Limit("suggested", most=240)
