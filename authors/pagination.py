"""Long lists in pages. It stands in this app because every other imports it."""

import re

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404

PER_PAGE = 20


class Listing:
    """Rows for a Paginator whose keys come from one query, and they from another.

    `keys` is a queryset of keys in order; `load` returns {key: row} of a list of keys,
    as `in_bulk` does.
    """

    def __init__(self, keys, load):
        self.keys, self.load = keys, load

    def count(self):
        return self.keys.count()

    def __getitem__(self, place):
        keys = list(self.keys[place])
        rows = self.load(keys)
        # What went between the two is left out.
        return [rows[key] for key in keys if key in rows]


def get_page(request, rows, per_page=PER_PAGE):
    """Return the page that `?page=` asks for, the first without it.

    Raises Http404 for what is no number or no page: a list has one address per
    page, so "01" and "last" are none.
    """
    number = request.GET.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,6}", number):
        raise Http404(f"There is no page {number!r}.")
    try:
        return Paginator(rows, per_page).page(int(number))
    except InvalidPage as error:
        raise Http404(str(error)) from error
