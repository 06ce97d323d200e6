"""Asking for pages without a reader: to compare them with what is kept, or to warm."""

import io
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from newsroom.pagecache.addresses import address_of

# In a request's environ, where no header can put it: render it, and keep nothing.
FRESH = "newsroom.fresh"
# The same: the site asks itself, and counts nobody's visit.
OURSELVES = "newsroom.ourselves"


class Asking:
    """Asks the site's own Django stack, as a server in front of it would."""

    def __init__(self):
        self.handler = WSGIHandler()

    def ask(self, path, query="", host=None, *, is_fresh=False):
        """Return (status as a number, body) of a page; `path` is decoded."""
        status, _headers, body = self.answer(path, query, host, is_fresh=is_fresh)
        return status, body

    def answer(self, path, query="", host=None, *, is_fresh=False):
        """Return (status as a number, {header in small letters: value}, body)."""
        site = urlsplit(settings.SITE_URL)
        name = host or site.hostname
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path.encode().decode("latin-1"),
            "newsroom.path": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": name,
            "SERVER_PORT": str(site.port or 80),
            "HTTP_HOST": f"{name}:{site.port}" if site.port else name,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            FRESH: is_fresh,
            OURSELVES: True,
        }
        if site.scheme == "https":
            # What a trusted proxy says (TRUST_PROXY); without one it is ignored.
            environ["HTTP_X_FORWARDED_PROTO"] = "https"
        answered = []
        chunks = self.handler(environ, lambda *answer: answered.extend(answer))
        try:
            body = b"".join(chunks)
        finally:
            chunks.close()
        headers = {name.lower(): value for name, value in answered[1]}
        return int(answered[0][:3]), headers, body

    def is_fresh(self, store, page):
        """Say whether an entry of the store equals what is rendered now.

        One that went meanwhile is as fresh as can be.
        """
        status, body = self.ask(page.path, page.query, page.host, is_fresh=True)
        kept = store.read(page, "")
        return kept is None or (int(kept.status[:3]), kept.body) == (status, body)


def is_kept(store, path, query=""):
    """Say whether a page lies ready."""
    site = urlsplit(settings.SITE_URL)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "HTTP_HOST": site.netloc,
    }
    address = address_of(environ)
    return address is not None and store.read(address, "") is not None
