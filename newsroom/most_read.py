"""What readers read most: the beacon that counts, and the lists.

The beacon sets no cookie and stores no address; docs/reading-counts.md says what it
knows, and what a publisher can tell readers of it.
"""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from articles import reads
from articles.robots import is_robot
from newsroom.front import TITLES

# Digits of an article's key: what the databases' integers hold.
LONGEST = 18
PAGE_LISTED = 10


# A beacon carries no token: the page it comes from is the same for everybody. Where
# it comes from is asked of the browser instead (is_from_here).
@csrf_exempt
@require_POST
def count(request):
    """Count a read of the article whose key is the body. The answer is always empty."""
    article = key_of(request)
    if article and is_from_here(request) and is_reader(request):
        reads.buffer.add(article, address_of(request))
    response = HttpResponse(status=204)
    response["Cache-Control"] = "no-store"
    return response


def key_of(request):
    """Return the number that was sent, None for anything else, however long."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal() or int(length) > LONGEST:
        return None
    body = request.read(LONGEST)
    return int(body) if body.isdigit() else None


def is_from_here(request):
    """Say whether one of our own pages sent it, as the browser says.

    Every browser that has beacons sends Origin with a POST; Sec-Fetch-Site, which no
    script can set, comes with secure pages.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


def is_reader(request):
    """Say whether a person reads who is none of the staff.

    Only the desk gives a session; who has one is not a reader to be counted.
    """
    agent = request.headers.get("User-Agent", "")
    return (
        settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "Sec-Purpose" not in request.headers
        and agent
        and not is_robot(agent)
    )


def address_of(request):
    """Return the reader's network address, to bound repeats; of IPv6 the network.

    A proxy's word is taken if TRUST_PROXY says so, or if it runs on this machine.
    """
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if forwarded and (settings.TRUST_PROXY or is_local(address)):
        address = forwarded
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if known.version == 6:
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        # A household has 2⁶⁴ of them, and its devices change theirs daily.
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def is_local(address):
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return True  # a Unix socket has no address


# The lists.


@require_safe
def page(request):
    """Show what was read most in a day, a week and a month."""
    lists = [
        {"title": TITLES[window], "name": window, "stories": stories}
        for window in reads.WINDOWS
        if (stories := reads.most_read(window, PAGE_LISTED))
    ]
    return render(request, "newsroom/most_read.html", {"lists": lists})


@require_safe
def fragment(request):
    """Answer the list alone, for the page of an article to show."""
    window, stories = reads.most_read_now()
    context = {"most_read": stories, "window": TITLES[window]}
    response = render(request, "newsroom/_most_read.html", context)
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, public=True, max_age=60)
    return response
