"""Answering for old addresses: where nothing stands, and before pages for queries.

A redirect is looked for only where a page was not found, with one query; so pages cost
nothing. Its answers are in no cache, ours or another's: each is counted, and a changed
redirect counts at once.
"""

from django.http import Http404, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render

from articles.withdrawn import Withdrawn
from authors.shown import note
from newsroom.feeds import old as old_feeds
from newsroom.pagecache.checking import OURSELVES
from newsroom.redirects.addresses import (
    OWN,
    asked,
    first_of,
    is_ours,
    known_part,
    normal,
    without_strangers,
)
from newsroom.redirects.counting import count_hit, count_missing
from newsroom.redirects.models import HOPS, Redirect, missing_keys
from newsroom.redirects.standing import standing

Answer = Redirect.Answer
FRESH = "no-cache"


def answer_missing(request, instead=None, is_counted=True):
    """Return the answer of the redirect for an address where nothing stands.

    Where there is none, what `instead` answers; None is counted as a missing page,
    where it is one.
    """
    key = asked(request)
    if request.method not in ("GET", "HEAD") or first_of(key) in OWN:
        return None
    # The page that says so may be kept (articles.views: what was withdrawn).
    note("missing", *missing_keys(key))
    response = answer(request, key, Redirect.objects.leading(key))
    if response is None and instead:
        response = instead(request)
    if response is None and is_counted and not request.META.get(OURSELVES):
        count_missing(key, request)
    return response


def answer(request, key, redirect):
    """Return the response of a redirect, counted; None where it leads nowhere."""
    target = None if redirect is None else led(redirect, key)
    if target is None:
        return None
    if not request.META.get(OURSELVES):
        count_hit(redirect)
    if not target:
        response = render(request, "410.html", status=410)
    elif redirect.answer == Answer.FOR_NOW:
        response = HttpResponseRedirect(with_page(target, request))
    else:
        response = HttpResponsePermanentRedirect(with_page(target, request))
    response["Cache-Control"] = FRESH
    return response


def led(redirect, key):
    """Return where a redirect leads a key in the end: "" is gone, None is a ring.

    Exact ones were shortened when they were saved. What a folder or a pattern leads to
    may have moved itself; readers are sent to the end of it at once.
    """
    target, seen = redirect.lead(key), {key}
    first = redirect
    for _hop in range(HOPS):
        if not target or not is_ours(target):
            return target
        at = normal(target)
        if at in seen:
            return None
        seen.add(at)
        if redirect.match == Redirect.Match.EXACT or first.answer == Answer.FOR_NOW:
            return target
        redirect = Redirect.objects.leading(at)
        if redirect is None or redirect.answer == Answer.FOR_NOW or standing([at]):
            return target
        target = redirect.lead(at)
    return None


def with_page(target, request):
    """Return a target with what our own pages know of the request's query: page=2."""
    known = known_part(request.META.get("QUERY_STRING", ""))
    if not known or not is_ours(target) or "?" in target or "#" in target:
        return target
    return f"{target}?{known}"


class OldAddresses:
    """Lead on where a view finds nothing, and from addresses with a query of old.

    /?p=123 differs from the home page by its query alone, and would never be missing:
    it is looked for before the view, where a query says something that pages of ours
    do not know.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        query = request.META.get("QUERY_STRING")
        if query and request.method in ("GET", "HEAD"):
            key = asked(request)
            if "?" in without_strangers(key) and first_of(key) not in OWN:
                redirect = Redirect.objects.leading_by_query(key)
                response = answer(request, key, redirect)
                if response is not None:
                    return response
            if feed := old_feeds.asked_by_query(request):
                return feed
        return self.get_response(request)

    def process_exception(self, request, exception):
        """Answer instead of the page that nothing was found, which is long to make."""
        if isinstance(exception, Withdrawn):
            # Nobody has to look for it: it is no missing page.
            led_on = answer_missing(request, is_counted=False)
            return led_on or exception.answer(request)
        if isinstance(exception, Http404):
            # What a search or a list did not find, another site has no link to; and
            # what people look for is theirs.
            ours = request.resolver_match and request.resolver_match.app_name
            is_counted = ours != "search" and "page" not in request.GET
            return answer_missing(request, old_feeds.answer_for, is_counted)
        return None
