"""What stands in every page itself, so that its first paint needs one request.

The style sheet and a few lines of script are written into the page. Nothing else may
be: the Content-Security-Policy names both by the hash of their text. Unlike a nonce,
which is another for every reader, a hash can be kept in a page cache.
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.utils.safestring import mark_safe

FOLDER = Path(__file__).resolve().parent.parent / "static/site"
# By the directive of the policy that has to allow them.
FILES = {
    "style-src": ("site.css", "media.css", "plain.css"),
    "script-src": ("first.js",),
}
# A string, a comment, or a run of anything else.
TOKENS = re.compile(r'("[^"]*")|/\*.*?\*/|([^"/]+|/)', re.DOTALL)


class Inline:
    """The texts that pages hold, for templates: `inline.style`, `inline.script`."""

    @property
    def style(self):
        return _text("site.css")

    @property
    def media_style(self):
        return _text("media.css")

    @property
    def plain_style(self):
        return _text("plain.css")

    @property
    def script(self):
        return _text("first.js")


class PolicyMiddleware(CSPMiddleware):
    """django-csp's, which also allows what stands in the pages of readers.

    On the desk too: its preview writes such a page into a frame, and Chromium puts
    what is written under the policy of the page that writes.
    """

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        hashes = {
            directive: [_source(name) for name in names]
            for directive, names in FILES.items()
        }
        for directive, sources in (parts.update or {}).items():
            hashes[directive] = [*sources, *hashes.get(directive, ())]
        parts.update = hashes
        return parts


def _text(name):
    return _read(name)[0]


def _source(name):
    """Return the hash of a file's text as the policy writes it (CSP 3, 2.3.1)."""
    return _read(name)[1]


def _read(name):
    # A developer sees a change at once; a site reads each file once.
    return (_read_now if settings.DEBUG else _read_once)(name)


def _read_now(name):
    text = (FOLDER / name).read_text("utf-8")
    text = shorten_style(text) if name.endswith(".css") else shorten_script(text)
    digest = b64encode(sha256(text.encode()).digest()).decode()
    return mark_safe(text), f"'sha256-{digest}'"


_read_once = cache(_read_now)


def shorten_style(css):
    """Return a style sheet without comments and blanks that say nothing.

    It knows the CSS we write: strings stand in double quotes, and no string holds
    one. Blanks before ":" and around "+" stay, for both mean something.
    """
    css = TOKENS.sub(lambda match: match[1] or match[2] or "", css)
    parts = re.split(r'("[^"]*")', css)
    for place in range(0, len(parts), 2):
        part = re.sub(r"\s+", " ", parts[place])
        part = re.sub(r" ?([{};,>]) ?", r"\1", part)
        parts[place] = part.replace(": ", ":").replace(";}", "}")
    return "".join(parts).strip()


def shorten_script(script):
    """Return a script without its comment lines, indents and empty lines."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
