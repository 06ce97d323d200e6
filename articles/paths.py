"""Addresses of articles: what they look like, and what they may not take."""

import re
from urllib.parse import quote, unquote

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
    "preview",
    "read",
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
    "static",
    "tags",
    "wp-sitemap.xml",
}
# Control characters, spaces of any kind, and what ends a path (RFC 3986, 3.3).
FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\?#\u2028\u2029]|//|/\.\.?(/|$)")


def validate_path(path):
    """Refuse, with a sentence for the editor, a path no article can stand at."""
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
    if path.split("/")[1].lower() in RESERVED:
        raise ValidationError(
            _("Addresses under “/%(first)s” belong to the site itself."),
            params={"first": path.split("/")[1]},
        )


def path_for(headline, day, *, fallback="story"):
    """Return the address a new article gets: /YYYY/MM/slug/."""
    slug = make_slug(headline) or fallback
    return f"/{day:%Y}/{day:%m}/{slug}/"


def quoted(path):
    """Return a stored path as it stands in a link (RFC 3986: UTF-8, percent).

    What is percent-encoded already, as in an old address kept byte for byte,
    stays as it is.
    """
    return quote(path, safe="/%:@!$&'()*+,;=~-._")
