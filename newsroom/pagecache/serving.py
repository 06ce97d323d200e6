"""Answering with kept pages: before Django's stack, and around it where one is cold."""

import time

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

from articles.models import Article
from articles.paths import key_of, own_query
from authors.shown import noting
from newsroom.pagecache import checking, journal, node
from newsroom.pagecache.addresses import (
    address_of,
    old_address,
    scheme,
    scheme_of,
)
from newsroom.pagecache.headers import CDN, READERS, is_usual
from newsroom.pagecache.store import KINDS, OTHER, Page
from newsroom.redirects.addresses import asked
from newsroom.redirects.models import Redirect

# Who keeps pages for us says so (RFC 8586; Fastly's documentation; the Edge
# Architecture Specification of 2001). Readers hear nothing of keys.
CDN_SAYS = ("HTTP_CDN_LOOP", "HTTP_FASTLY_FF", "HTTP_SURROGATE_CAPABILITY")
# CDNs refuse longer headers (Fastly's and Cloudflare's documentation).
KEYS_MAX = 15_000  # bytes
NOT_BY_CDN = "max-age=0"
NOT_KEPT_ELSEWHERE = "no-cache"
# What is made anew for every answer.
NOT_KEPT = {"content-length", "content-encoding", "etag"}
# Kept where the view says so (note_lasting): anybody can ask for what is not there.
LASTING = {301, 404, 410}


class KeptPages:
    """A WSGI application that answers with kept pages and hands on the rest."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        if node.store is not None:
            address = address_of(environ)
            if address is not None and scheme_of(environ) == scheme():
                accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
                # Whether a story stands there, only the application knows.
                address = old_address(environ, address) or address
                kept = node.store.read(address, accepted)
                if kept is not None:
                    status, headers, body = answer(environ, kept)
                    start_response(status, headers)
                    return [body]
        return self.application(environ, start_response)


def answer(environ, kept):
    """Return (status line, headers, body) of a Kept page for a request's environ."""
    asked = environ.get("HTTP_IF_NONE_MATCH", "").strip()
    # "*" is any page that there is (RFC 9110, 13.1.2).
    is_named = asked == "*" or (asked and kept.etag in asked)
    is_unchanged = is_named and kept.status.startswith("200")
    # A copy, as servers write into it.
    headers = [*(kept.unchanged_headers if is_unchanged else kept.headers)]
    if settings.PURGE_URL or not environ.keys().isdisjoint(CDN_SAYS):
        headers += for_cdn(kept.keys, kept.until)
    if is_unchanged:
        return "304 Not Modified", headers, b""
    return (
        kept.status,
        headers,
        b"" if environ["REQUEST_METHOD"] == "HEAD" else kept.body,
    )


def for_cdn(keys, until):
    """Return the headers for a CDN: a page's keys, and how long it may keep it.

    `keys` are separated by spaces; None where we do not keep the page ourselves: it
    may be old already. Fastly and Varnish purge by Surrogate-Key, Cloudflare by
    Cache-Tag.
    """
    may_keep, told = CDN, []
    if keys is None or len(keys) > KEYS_MAX:
        # It could never be told to throw it away.
        may_keep = NOT_BY_CDN
    else:
        told = [("Surrogate-Key", keys), ("Cache-Tag", keys.replace(" ", ","))]
        if until:
            may_keep = f"max-age={max(0, int(until - time.time()))}"
    return [*told, ("CDN-Cache-Control", may_keep), ("Surrogate-Control", may_keep)]


class PageCacheMiddleware:
    """Keep what is rendered for readers. The outermost: what it keeps is whole."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self._answer(request)
        # What is not kept here must not be kept by a cache that we cannot tell either.
        response.headers.setdefault("Cache-Control", NOT_KEPT_ELSEWHERE)
        return response

    def _answer(self, request):
        store = node.store
        address = address_of(request.META) if store is not None else None
        if (
            address is None
            or request.scheme != scheme()
            or request.META.get(checking.FRESH)
        ):
            return self.get_response(request)
        accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
        own, story = old_address(request.META, address), None
        if own and (story := story_at(own)):
            address = own
        elif own and Redirect.objects.leading_by_query(asked(request)):
            # What leads on from /?p=123 is no business of the page at "/".
            return self.get_response(request)
        with store.rendering(address):
            kept = store.read(address, accepted)
            if kept is None:
                response, kept = self._render(request, store, address, accepted, story)
                if kept is None:
                    return response
        status, headers, body = answer(request.META, kept)
        if own and not story:
            # A story may come to stand there; what is purged then are other keys.
            headers = not_by_cdn(headers)
        number, _, reason = status.partition(" ")
        return HttpResponse(
            body, status=int(number), reason=reason, headers=dict(headers)
        )

    def _render(self, request, store, address, accepted, story=None):
        """Return (the response, what Kept would be of it or None).

        `story` is the key that the page must hold to be kept at an address with a
        query: the story may have gone since it was looked for.
        """
        # Nobody below compresses: what is kept is compressed once.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
        method, request.method = request.method, "GET"
        # Addresses in the page are written as the host is: for all readers the same.
        if host := request.META.get("HTTP_HOST"):
            request.META["HTTP_HOST"] = host.lower()
        place = journal.place()
        with noting() as noted:
            response = self.get_response(request)
        request.method = method
        if not may_be_kept(response, noted) or (story and story not in noted.keys):
            return response, None
        parameters = {part.partition("=")[0] for part in address.query.split("&")}
        if not story and parameters - {""} - noted.looked_at:
            # It is the page without them: anybody could fill the disk with copies.
            return response, None
        patch_vary_headers(response, ["Accept-Encoding"])
        page = page_of(response)
        keys, until = store.keep(address, page, noted, place) or (None, None)
        return response, page.as_kept(accepted, keys, until)


def story_at(address):
    """Return the surrogate key of the story whose address has this query, or None."""
    key = key_of(address.path.encode(), own_query(address.query))
    found = Article.objects.filter(address_key=key).order_by("pk")
    number = found.values_list("pk", flat=True).first()
    return number and f"article-{number}"


def not_by_cdn(headers):
    """Return headers, [(name, value)], with which no CDN keeps a page."""
    told = ("CDN-Cache-Control", "Surrogate-Control")
    return [(name, NOT_BY_CDN if name in told else value) for name, value in headers]


def may_be_kept(response, noted):
    """Say whether a response is the same for every reader."""
    if response.status_code != 200 and not (
        response.status_code in LASTING and noted.is_lasting
    ):
        return False
    told = response.get("Cache-Control", "")
    return not (
        response.streaming
        or response.cookies
        or any(word in told for word in ("private", "no-store", "no-cache"))
        or "cookie" in response.get("Vary", "").lower()
    )


def page_of(response):
    """Return the Page of a response, with the headers readers get."""
    response.headers.setdefault("Cache-Control", READERS)
    headers = [h for h in response.items() if h[0].lower() not in NOT_KEPT]
    # A page that says more than all others do is not left to nginx.
    kind = OTHER
    if response.status_code == 200 and is_usual(headers):
        kind = KINDS.get(response.get("Content-Type", ""), OTHER)
    status = f"{response.status_code} {response.reason_phrase}"
    return Page(status, headers, response.content, kind)
