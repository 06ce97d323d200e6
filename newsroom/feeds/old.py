"""Where other systems have their feeds, led to ours.

Only where nothing of the site's own, no story, page or redirect stands: an imported
story keeps the address it was born with (newsroom/redirects/serving.py asks here last).
"""

import re

from django.http import HttpResponse, HttpResponsePermanentRedirect

from articles import lists
from articles.models import Section, Series, Tag
from authors.models import Author
from authors.shown import note, note_lasting
from newsroom.feeds.addresses import ATOM, JSON, RSS, feed_path

# No NUL in what goes to the database: PostgreSQL refuses it with an error.
NAME = r"(?P<name>[^/\0]+)"
# WordPress names a category by all that it stands under; the last one is its own.
ABOUT = (
    rf"/(?:category/(?:[^/]+/)*?"
    rf"|(?P<about>tags?|authors?|sections?|series)/){NAME}"
)
KIND = r"(?:/(?:rss2?|rdf|(?P<kind>atom|json)))?"
SUBJECT = re.compile(rf"{ABOUT}/(?:feed|rss){KIND}/?")
# The page itself, asked for its feed: ?feed=rss2. No story can stand at those of ours.
ASKED = re.compile(rf"{ABOUT}/?")
OURS = re.compile(rf"/(?P<about>authors|sections|series|tags)/{NAME}/?")
SITE = re.compile(r"/wp-(?:feed|rdf|rss2?|(?P<kind>atom))\.php|/index\.rdf|/atom/?")
# Comments are none of ours. To their readers' programs "gone" says to ask no more
# (RFC 9110, 15.5.11); led to the site's feed, they would call its stories comments.
COMMENTS = re.compile(
    rf"/comments/feed{KIND}/?|/wp-commentsrss2\.php|/feeds/comments/default/?"
)
MODELS = {
    "category": (Section, Tag),
    "section": (Section,),
    "tag": (Tag,),
    "author": (Author,),
    "series": (Series,),
}
# Of a name without live stories nothing is said: it could give a plan away.
STORIES = {Tag: lists.tagged, Author: lists.by, Series: lists.in_series}


def answer_for(request):
    """Return what answers at another system's address of a feed; None for others."""
    path = request.path
    if COMMENTS.fullmatch(path):
        return gone()
    if found := SITE.fullmatch(path):
        is_atom = found["kind"] or path.startswith("/atom")
        return moved(feed_path("/", ATOM if is_atom else RSS))
    if found := SUBJECT.fullmatch(path):
        return _of_subject(found, found["kind"] or RSS)
    return asked_by_query(request, ASKED)


def asked_by_query(request, pages=OURS):
    """Return what answers where a subject's page is asked for its feed, or None."""
    found = "feed" in request.GET and pages.fullmatch(request.path)
    return _of_subject(found, kind_of(request.GET["feed"])) if found else None


def kind_of(asked):
    """Return the kind of a feed that is asked for; of what we have not, RSS."""
    return asked if asked in (ATOM, JSON) else RSS


def asked_of_site(asked):
    """Return what answers /?feed=rss2, with what it asks for."""
    if asked.startswith("comments-"):
        return gone()
    return moved(feed_path("/", kind_of(asked)))


def _of_subject(found, kind):
    about = found["about"] or "category"
    for model in MODELS[about if about in MODELS else about.removesuffix("s")]:
        row = model.objects.filter(slug=found["name"]).first()
        if row and (model is Section or STORIES[model](row).newest()):
            return moved(feed_path(row.get_absolute_url(), kind))
    return None


def moved(path):
    keep()
    return HttpResponsePermanentRedirect(path)


def keep():
    """Let the answer be kept until a story or a page may have come to stand there."""
    note("headlines", "pages")
    note_lasting()


def gone():
    keep()
    sentence = "There are no comments here.\n"
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=410)
