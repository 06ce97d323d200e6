"""Redirects of a static site, for nginx and for Netlify."""

import re

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


END = "# This file cannot say:\n"
# What a star of a pattern stood for, in its target; nginx has nine of them.
NUMBER = re.compile(r"\$[1-9]")
MOST_CAPTURES = 9
WHERE_NOTHING_IS = "if (!-e $request_filename)"
# Longer than any address: what is no pattern comes first.
FIRST = 10_000


def files(followed):
    """Return [(name, bytes, how many redirects it cannot say)] of both files.

    `followed` are (old path, where it leads) of redirects that pages lead to; those
    of the site's list of old addresses, where it has one, are added. What a file
    cannot say is named at its end.
    """
    rules = dict.fromkeys((("exact", old, to, 301) for old, to in followed))
    rules |= dict.fromkeys(kept_rules())
    # Of two patterns, the one that says more is asked first.
    rules = sorted(rules, key=_order)
    nginx, no_nginx = _lines(rules, nginx_line)
    netlify, no_netlify = _lines(rules, netlify_line)
    return [
        (NGINX, (NGINX_QUERIES + nginx).encode(), no_nginx),
        (NETLIFY, (netlify.replace(END, NETLIFY_QUERIES + END)).encode(), no_netlify),
    ]


def _order(rule):
    match, old, _to, _answer = rule
    return -len(old.replace("*", "")) if match == "pattern" else -FIRST


def _lines(rules, line_of):
    """Return (the text of a file, how many rules are only named at its end)."""
    lines, left_out = [], []
    for rule in rules:
        if line := line_of(*rule):
            lines.append(f"{line}\n")
        else:
            match, old, to, answer = rule
            name = f"# {match} {_told(old)} {answer} {_told(to)}".rstrip()
            left_out.append(f"{name}\n")
    end = END if left_out else ""
    return "".join([*lines, end, *left_out]), len(left_out)


def _told(address):
    """Return an address as a remark can hold it: in one line."""
    return "".join(c if c.isprintable() else "?" for c in address)


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
    """Return nginx's directive, "" for what it cannot say: a query.

    Pages go before rules of many addresses, as they do on the site itself.
    """
    is_pattern = match == "pattern"
    plain = (old.replace("*", ""), NUMBER.sub("", to)) if is_pattern else (old, to)
    if "?" in old or not all(map(_is_plain, plain)):
        return ""
    result = f"return {answer}" + (f' "{to}"' if to else "") + ";"
    if match == "exact":
        return f'location = "{old}" {{ {result} }}'
    if is_pattern:
        # Each star takes as little as it can, from the left.
        expression = "(.*?)".join(_escaped(piece) for piece in old.split("*"))
        if old.count("*") > MOST_CAPTURES:
            return ""
        return f'location ~ "^{expression}$" {{ {WHERE_NOTHING_IS} {{ {result} }} }}'
    if match == "prefix" and to:
        end = "permanent" if answer == 301 else "redirect"
        start = _escaped(old)
        result = f'rewrite "^{start}(.*)$" "{to}$1" {end};'
    return f'location ^~ "{old}" {{ {WHERE_NOTHING_IS} {{ {result} }} }}'


def netlify_line(match, old, to, answer):
    """Return Netlify's line, "" for what it cannot say.

    A query, what is gone, and a star that is not all the rest of an address.
    """
    is_rest = old.endswith("/*") and old.count("*") == 1
    if match == "pattern" and is_rest and set(NUMBER.findall(to)) <= {"$1"}:
        match, old, to = "rest", old.removesuffix("*"), to.replace("$1", ":splat")
    if match == "pattern" or "?" in old or not to or not _is_plain(old + to):
        return ""
    if "/:" in old:  # it stands for any name
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
