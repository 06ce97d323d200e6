"""Which database is asked where there is a read replica (docs/nodes.md).

Readers' pages are read from the replica; everything else from the primary, so that
whoever writes reads what was written. Whoever carries a session always does.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

REPLICA = "replica"
# Addresses that answer with what was saved a moment ago, also without a session.
PRIMARY = ("/admin/", "/preview/", "/health")

_is_for_readers = ContextVar("is_for_readers", default=False)


@contextmanager
def for_readers():
    """Let the queries of a block of code go to the replica, until it writes."""
    token = _is_for_readers.set(True)
    try:
        yield
    finally:
        _is_for_readers.reset(token)


class ReplicaRouter:
    """Django's database router: the replica for readers, else the primary."""

    def db_for_read(self, model, **hints):
        return REPLICA if _is_for_readers.get() else None

    def db_for_write(self, model, **hints):
        # What is read after it has to show it.
        _is_for_readers.set(False)

    def allow_relation(self, one, other, **hints):
        # They are the same rows.
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db != REPLICA


class ReadersReadTheReplica:
    """Middleware; stands outside the page cache, which asks where the journal ends.

    A page's place in the journal is the replica's own (journal.place): a page made of
    rows that are behind is served and not kept.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if (
            request.method not in ("GET", "HEAD")
            or request.path.startswith(PRIMARY)
            or settings.SESSION_COOKIE_NAME in request.COOKIES
        ):
            return self.get_response(request)
        with for_readers():
            return self.get_response(request)
