"""Addresses of the site's own pages. They stand here because every app imports them."""

from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse


def address_of(name, *args):
    """Return what Django's `reverse` does, remembered: a page names dozens of them."""
    return _reverse(name, args, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=4096)
def _reverse(name, args, urlconf, prefix):
    return reverse(name, urlconf, args=args)
