"""This process's part in the page cache: the folder of its node's pages."""

import logging
import time

from django.conf import settings
from django.db import Error

from newsroom.pagecache.store import DISK, Store

logger = logging.getLogger(__name__)

# None where no pages are kept (PAGE_CACHE=false).
store = Store(settings.PAGES_DIR) if settings.PAGE_CACHE else None


def until_next():
    """Return the seconds until the first page that is kept here ends by itself.

    For whoever follows: nginx does not look how long a page is true.
    """
    if store is None:
        return float("inf")
    try:
        moment = store.next_moment()
    except DISK:
        moment = None
    # Never at once again, whatever the disk does.
    return float("inf") if moment is None else max(0.01, moment - time.time())


def follow():
    """Throw away what the journal says has changed; return how many pages went.

    A database or a disk that fails here spoils no save: the clock follows too.
    """
    if store is None:
        return 0
    try:
        return store.follow() + store.sweep()
    except (Error, *DISK):
        logger.exception("The pages that changed could not be thrown away yet.")
        return 0
