"""Long lists in pages. It stands in this app because every other imports it."""

import re

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404

from authors.shown import note_parameter

PER_PAGE = 20


def get_page(request, rows, per_page=PER_PAGE):
    """Return the Page that `?page=` asks for, the first without it; `pages` are all.

    Raises Http404 for what is no number or no page: a list has one address per
    page, so "01" and "last" are none.
    """
    number = asked_page(request)
    try:
        page = Paginator(rows, per_page).page(number)
    except InvalidPage as error:
        raise Http404(str(error)) from error
    page.pages = page.paginator.num_pages
    return page


def asked_page(request):
    """Return the number in `?page=`, 1 without it. Raises Http404 for what is none."""
    note_parameter("page")
    number = request.GET.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,6}", number):
        raise Http404(f"There is no page {number!r}.")
    return int(number)
