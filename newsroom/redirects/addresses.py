"""Old addresses: one spelling for all that mean the same, and what rules say of them.

An address is a path and perhaps a query, as old sites linked it. Its *key* is its
normal spelling: escapes of letters, digits and -._~ are undone, the others are in
capitals (RFC 3986, 6.2.2), and what may not stand in an address is escaped as UTF-8.
So a key is plain ASCII and never holds a line end, a space or a backslash.

An article's own key (articles.paths.key_of) is coarser, and no text: there "%2C" is a
comma, which a pattern here must tell apart. What is one address here is one there.
"""

import hashlib
import re
from urllib.parse import unquote, urlsplit

from django.conf import settings

from articles.paths import RESERVED, is_counting, quoted

MAX_LENGTH = 2000
# Escaped, a letter outside ASCII is three times as long as its bytes: an article's path
# (articles.paths.MAX_LENGTH) fits in whatever script it is.
MAX_KEY = 6000
# Of a key's folders, from the top, so many are asked for.
DEEPEST = 40
# First parts under which the site itself answers what is missing, or must not lead on.
# Below the others an old site may have had pages of its own (/feeds/…, /tags/…).
OWN = RESERVED - {
    *("", "archive", "authors", "feeds", "search", "sections", "series", "tags")
}
UNRESERVED = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)
TO_SPELL = re.compile(rb"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?\[\]]")
# What pages of this site know.
KNOWN = re.compile(r"page=[1-9][0-9]{0,6}|plain")


def normal(address):
    """Return the key of an address, text or bytes; what follows a "#" is cut off."""
    raw = (
        address.encode("utf-8", "surrogatepass")
        if isinstance(address, str)
        else address
    )
    key = TO_SPELL.sub(_spelled, raw.partition(b"#")[0]).decode("ascii")
    path, _, query = key.partition("?")
    return (path or "/") + (f"?{query}" if query else "")


def _spelled(found):
    piece = found[0]
    byte = int(piece[1:], 16) if len(piece) == 3 else piece[0]
    return bytes([byte]) if byte in UNRESERVED else b"%%%02X" % byte


def asked(request):
    """Return the key of what a request asks for, as it was sent."""
    # Undecoded, from the server or the proxy in front (newsroom/wsgi.py).
    raw = request.META.get("RAW_URI", "").partition("?")[0]
    path = raw if raw.startswith("/") else quoted(request.path)
    query = request.META.get("QUERY_STRING", "")
    # WSGI hands bytes over as latin-1 (PEP 3333).
    sent = (
        path.encode("utf-8", "surrogatepass")
        + b"?"
        + query.encode("latin-1", "replace")
    )
    return normal(sent)


def digest(key):
    """Return what a key is looked up by: short, and the same in both databases."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def path_of(key):
    return key.partition("?")[0]


def first_of(key):
    """Return the first part of a key's path, in small letters."""
    return unquote(path_of(key)).split("/")[1].lower() if "/" in key else ""


def without_strangers(key):
    """Return a key without the parameters that other sites and our pages add."""
    path, _, query = key.partition("?")
    parts = [
        part
        for part in query.split("&")
        if part and not is_counting(part) and not KNOWN.fullmatch(part)
    ]
    return path + (f"?{'&'.join(parts)}" if parts else "")


def known_part(query):
    """Return of a query what our own pages know, "" or "page=2"."""
    return "&".join(part for part in query.split("&") if KNOWN.fullmatch(part))


def spellings(key):
    """Return the keys a redirect may have for this one, the most exact first."""
    path = path_of(key)
    keys = [key, without_strangers(key), path]
    if not path.endswith("/"):
        # As pages of this site answer with or without the slash.
        keys.append(f"{path}/")
    return list(dict.fromkeys(keys))


def folders(key):
    """Return the folders a key lies in, itself too if it is one, the longest first."""
    parts = path_of(key).split("/")[1:]
    names = [*parts[:-1], parts[-1]] if parts[-1] else parts[:-1]
    paths = ["/"]
    for name in names[:DEEPEST]:
        paths.append(f"{paths[-1]}{name}/")
    return paths[::-1]


# Patterns: "/archive/*/story-*.html", where a * stands for any letters, or none.


def captures(pattern, key):
    """Return what the stars of a pattern stand for in a key; None if it differs.

    Each takes as little as it can. No step looks back, so that no address, however
    made, takes longer than its length times the number of stars.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return [] if pattern == key else None
    *middle, last = rest
    if not (key.startswith(first) and key.endswith(last)):
        return None
    place, end, found = len(first), len(key) - len(last), []
    for piece in middle:
        at = key.find(piece, place, end) if piece else place
        if at < 0:
            return None
        found.append(key[place:at])
        place = at + len(piece)
    return [*found, key[place:end]] if place <= end else None


def filled(target, found):
    """Return a target with what the stars stood for in the place of $1, $2 …"""
    return re.sub(r"\$([1-9])", lambda name: found[int(name[1]) - 1], target)


def stem(pattern):
    """Return the folder under which everything lies that a pattern may mean."""
    literal = path_of(pattern.partition("*")[0])
    return literal[: literal.rindex("/") + 1]


def at_home(address):
    """Return an address of this site without its host; others as they are."""
    if address.startswith(("http://", "https://")):
        try:
            parts = urlsplit(address)
            home = urlsplit(settings.SITE_URL)
        except ValueError:
            return address
        if parts.netloc.lower() in {home.netloc, *settings.ALLOWED_HOSTS} - {"*", ""}:
            return parts._replace(scheme="", netloc="").geturl() or "/"
    return address


def is_ours(target):
    return target.startswith("/")


def safe(target):
    """Return a target that stays on this site if it began as one.

    A browser reads "//elsewhere" as another site's address.
    """
    return re.sub(r"^[/\\]{2,}", "/", target)
