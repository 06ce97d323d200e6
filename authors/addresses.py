"""Addresses of the site's own pages. They stand here because every app imports them."""

from functools import lru_cache
from urllib.parse import urljoin

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse


def address_of(name, *args):
    """Return what Django's `reverse` does, remembered: a page names dozens of them."""
    return _reverse(name, args, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=4096)
def _reverse(name, args, urlconf, prefix):
    return reverse(name, urlconf, args=args)


def whole(address, request=None):
    """Return an address of the site with scheme and host; one of elsewhere as it is.

    The same at whatever host it was asked for. Only where nobody said where readers
    find the site, it is the host of the `request`.
    """
    if request is None or settings.IS_SITE_NAMED:
        base = settings.SITE_URL
    else:
        base = f"{request.scheme}://{request.get_host()}"
    if address.startswith("/") and not address.startswith("//"):
        # Nearly all; urljoin takes ten times as long.
        return base + address
    return urljoin(f"{base}/", address)
