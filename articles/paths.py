"""Addresses of articles: what they look like, and what they may not take."""

import re
from urllib.parse import quote, unquote, unquote_to_bytes
from uuid import NAMESPACE_URL, uuid5

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from authors.slugs import make_slug

MAX_LENGTH = 500
# First parts of the site's own addresses (newsroom/urls.py); an article there
# would never be seen, or would hide the desk. A test holds the two together.
RESERVED = {
    "",
    ".well-known",
    "admin",
    "ads.txt",
    "archive",
    "atom.xml",
    "authors",
    "corrections",
    "favicon.ico",
    "favicon.svg",
    "feed",
    "feed.json",
    "feed.xml",
    "feeds",
    "health",
    "humans.txt",
    "index.xml",
    "media",
    "most-read",
    "oembed",
    "preview",
    "read",
    "report-error",
    "robots.txt",
    "rss",
    "rss.xml",
    "search",
    "sections",
    "security.txt",
    "series",
    "sitemap.xml",
    "sitemap_index.xml",
    "sitemaps",
    "social-pictures",
    "static",
    "tags",
    "wp-sitemap.xml",
}
# Parameters that newsletters, networks and advertisers add to links to count visits;
# deploy/nginx.conf has the same.
COUNTING = re.compile(
    r"utm_[a-z_]+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|mc_cid|mc_eid"
    r"|twclid|ttclid|yclid|igshid|igsh|srsltid|_ga|_gl|at_[a-z_]+|mtm_[a-z_]+"
)
WORD = re.compile(r"[^&=;+]+")
# Not of control characters, "/", "\\" and ".", which servers read in other ways.
ESCAPED = re.compile(r"%(?!2[EeFf]|5[Cc]|7[Ff]|[01])[0-9A-Fa-f]{2}")
# Control characters, spaces of any kind, and what ends a path (RFC 3986, 3.3).
FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\?#\u2028\u2029]|//|/\.\.?(/|$)")


def validate_path(path):
    """Refuse, with a sentence for the editor, a path no page can stand at."""
    if not path.startswith("/"):
        raise ValidationError(_("An address begins with “/”."))
    if len(path) > MAX_LENGTH or FORBIDDEN.search(unquote(path)):
        raise ValidationError(
            _(
                "An address has no spaces, “?”, “#” or empty parts, and at most "
                "%(length)d characters."
            ),
            params={"length": MAX_LENGTH},
        )
    _refuse_reserved(path)


def validate_address(address):
    """Refuse, with a sentence for the editor, an address no article can stand at.

    More is allowed than in a path: an imported article keeps the address it was born
    with, which may hold a query and any escapes.
    """
    path, mark, query = address.partition("?")
    if len(address) > MAX_LENGTH or FORBIDDEN.search(query) or (mark and not query):
        raise ValidationError(
            _(
                "An address has no spaces, at most %(length)d characters, and "
                "something after its “?”."
            ),
            params={"length": MAX_LENGTH},
        )
    if own_query(query) and path == "/":
        return
    # What an escape stands for may be anything that leads nowhere else.
    validate_path(ESCAPED.sub("x", path))
    _refuse_reserved(unquote(path))


def _refuse_reserved(path):
    first = path.split("/")[1]
    if first.lower() in RESERVED:
        raise ValidationError(
            _("Addresses under “/%(first)s” belong to the site itself."),
            params={"first": first},
        )


def address_key(address):
    """Return what all spellings of a stored address have in common.

    None for one that has but the spellings of `articles.views.spellings`: it is found
    by them, without a second query.
    """
    path, mark, query = (address or "").partition("?")
    if not mark and "%" not in path:
        return None
    return key_of(unquote_to_bytes(path), own_query(query))


def key_of(path, query):
    """Return the key of a decoded path, in bytes, and what `own_query` left of a query.

    Escapes that stand for one byte are one (RFC 3986, 6.2.2): %7E, %7e and ~.
    """
    return uuid5(NAMESPACE_URL, f"{quote(path)}?{query}")


def own_query(query):
    """Return what of a request's query may be an old address's own, in one spelling.

    Without `plain`, and the parameters that count visits.
    """
    own = "&".join(
        part
        for part in query.split("&")
        if part not in ("", "plain") and not is_counting(part)
    )
    return WORD.sub(lambda word: quote(unquote_to_bytes(word[0]), safe=""), own)


def is_counting(part):
    """Say whether a part of a query, as name=value, only counts visits."""
    return bool(COUNTING.fullmatch(part.partition("=")[0]))


def path_for(headline, day, *, fallback="story"):
    """Return the address a new article gets: /YYYY/MM/slug/."""
    slug = make_slug(headline) or fallback
    return f"/{day:%Y}/{day:%m}/{slug}/"


def quoted(path):
    """Return a stored path as it stands in a link (RFC 3986: UTF-8, percent).

    What is percent-encoded already, as in an old address kept byte for byte, and its
    query stay as they are.
    """
    return quote(path, safe="/%?:@!$&'()*+,;=~-._")
