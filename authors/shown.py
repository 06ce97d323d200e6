"""What the page being made shows, noted while it is rendered.

The page cache (newsroom/pagecache) asks for it: a page is thrown away when something
it shows changes. Rows note themselves when they are loaded, lists say which lists
they are. It stands in this app because every other imports it; where no page is being
made, noting costs a glance.
"""

import time
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.dispatch import Signal

_noted = ContextVar("noted", default=None)


class Noted:
    """Surrogate keys ("article-12"), and the moment when the page ages by itself."""

    def __init__(self):
        self.keys = set()
        self.begun_at = time.time()  # seconds since the epoch, as `until`
        self.until = None
        self.is_lasting = None  # a view's word on pages that are no 200
        self.looked_at = set()  # parameters of the query that make it another page


@contextmanager
def noting():
    """Collect what is noted by this thread; yields the Noted."""
    noted = Noted()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note(*keys):
    """Say that the page shows what these surrogate keys stand for."""
    if (noted := _noted.get()) is not None:
        noted.keys.update(keys)


def note_until(moment):
    """Say that the page is no longer true from this moment on; None says nothing.

    A moment that came while the page was made counts, too: such a page is not kept.
    """
    noted = _noted.get()
    if noted is not None and moment is not None:
        seconds = moment.timestamp()
        noted.until = min(noted.until or seconds, seconds)


def note_parameter(name):
    """Say that the page is another one for another value of this parameter."""
    if (noted := _noted.get()) is not None:
        noted.looked_at.add(name)


def note_lasting():
    """Say that a redirect, or the page of something gone, may be kept."""
    if (noted := _noted.get()) is not None:
        noted.is_lasting = True


class Shown:
    """A model whose rows note themselves when they are loaded for a page.

    As `author-3`; loaded without the column `whole_by`, as lists and bylines load
    them, as `author-3-card`: a change of what only the whole shows leaves those be.
    """

    whole_by = ""

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        row.note_with(field_names)
        return row

    def note_with(self, field_names):
        """Say that the page shows the row, of which these columns were loaded."""
        if (noted := _noted.get()) is not None:
            is_whole = not self.whole_by or self.whole_by in field_names
            noted.keys.add(self.shown_key() if is_whole else self.card_key())

    def save(self, *args, **kwargs):
        """Save the row and, in the same transaction, what hangs on its change."""
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)

    def shown_key(self):
        return f"{self._meta.model_name}-{self.pk}"

    def card_key(self):
        return f"{self._meta.model_name}-{self.pk}-card"

    def line_key(self):
        """Return the key of pages that show no more of it than a line."""
        return f"{self._meta.model_name}-{self.pk}-line"

    def place_key(self):
        """Return the key of pages that lead to it, and show nothing of it."""
        return f"{self._meta.model_name}-{self.pk}-place"


# What stands behind these keys was changed: sent with `keys`, a set, in the
# transaction of the change. After many changes with `rows`, too: those on which
# `at_the_end` was called.
changed = Signal()
_many = ContextVar("many", default=None)
EVERYTHING = "everything"


def change(*keys):
    """Say that what these surrogate keys stand for is being changed.

    Rows that are saved one by one say so themselves; code that uses `update()` or
    `bulk_create()` on what readers see calls this, in the same transaction.
    """
    if (many := _many.get()) is not None:
        many.is_changed = True
    elif keys:
        changed.send(sender=None, keys=set(keys))


def are_many():
    """Say whether so much is changing that nobody need ask what."""
    return _many.get() is not None


def at_the_end(row):
    """Among many changes: name the key of a row that is to be looked at after them."""
    _many.get().rows.add(row)


class _Many:
    def __init__(self):
        self.is_changed, self.rows = False, set()


@contextmanager
def many_changes():
    """Change so many rows that all pages go, with one word at the end.

    Stands inside the transaction. Where nothing is changed, nothing goes.
    """
    many = _Many()
    token = _many.set(many)
    try:
        yield
    finally:
        _many.reset(token)
    if many.is_changed:
        changed.send(sender=None, keys={EVERYTHING}, rows=many.rows)
