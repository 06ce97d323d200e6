"""Redirects of a static site, for nginx and for Netlify."""

from django.apps import apps

NGINX = "redirects.nginx.conf"
NETLIFY = "_redirects"
# Lists and text-only pages had their number in a query.
NGINX_QUERIES = """\
# In the server block: include …/redirects.nginx.conf;
error_page 404 /404.html;
if ($arg_page ~ "^[1-9][0-9]*$") { rewrite ^(.*/)$ $1page-$arg_page/? permanent; }
if ($args ~ "(^|&)plain(=|&|$)") { rewrite ^(.*/)$ $1plain/? permanent; }
"""
NETLIFY_QUERIES = """\
/* page=:page /:splat/page-:page/ 301
/* plain=:plain /:splat/plain/ 301
"""


def files(followed):
    """Return [(name, bytes)] of both files.

    `followed` are (old path, where it leads) of redirects that pages lead to; those
    of the site's list of old addresses, where it has one, are added.
    """
    rules = dict.fromkeys((("exact", old, to, 301) for old, to in followed))
    rules |= dict.fromkeys(kept_rules())
    nginx = [line for rule in rules if (line := nginx_line(*rule))]
    netlify = [line for rule in rules if (line := netlify_line(*rule))]
    texts = {
        NGINX: NGINX_QUERIES + "".join(f"{line}\n" for line in nginx),
        NETLIFY: "".join(f"{line}\n" for line in netlify) + NETLIFY_QUERIES,
    }
    return [(name, text.encode()) for name, text in texts.items()]


def kept_rules():
    """Yield (match, old, target, answer) of the site's own list of old addresses."""
    if not apps.is_installed("newsroom.redirects"):
        return
    rows = apps.get_model("redirects", "Redirect").objects.order_by("pk")
    for row in rows.iterator(chunk_size=500):
        match = row.match
        if match == "prefix" and row.target and not row.keeps_rest:
            match = "below"
        yield match, row.old, row.target, row.answer


def nginx_line(match, old, to, answer):
    """Return nginx's directive, "" for what it cannot say: a pattern, a query."""
    if match == "pattern" or "?" in old or not _is_plain(old + to):
        return ""
    result = f"return {answer}" + (f' "{to}"' if to else "") + ";"
    if match == "exact":
        return f'location = "{old}" {{ {result} }}'
    if match == "prefix" and to:
        end = "permanent" if answer == 301 else "redirect"
        start = _escaped(old)
        result = f'rewrite "^{start}(.*)$" "{to}$1" {end};'
    return f'location ^~ "{old}" {{ {result} }}'


def netlify_line(match, old, to, answer):
    """Return Netlify's line, "" for what it cannot say."""
    if match == "pattern" or "?" in old or not to or not _is_plain(old + to):
        return ""
    if match == "exact":
        return f"{old} {to} {answer}"
    splat = ":splat" if match == "prefix" else ""
    return f"{old.rstrip('/')}/* {to}{splat} {answer}"


def _is_plain(text):
    """Say whether text is none that these files would read as something else."""
    return text.isprintable() and not set(text) & set(' "\\;{}$*')


def _escaped(text):
    return "".join(f"\\{c}" if c in ".+?()[]|^" else c for c in text)
