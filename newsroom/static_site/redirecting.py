"""Redirects of a static site, for nginx and for Netlify."""

import re

from django.apps import apps

NGINX = "redirects.nginx.conf"
# Of old addresses with a query: nginx looks them up, which only its http block can say.
NGINX_MAP = "redirects.map.nginx.conf"
NETLIFY = "_redirects"
# Lists and text-only pages had their number in a query.
NGINX_QUERIES = """\
# In the server block: include …/redirects.nginx.conf;
error_page 404 /404.html;
if ($arg_page ~ "^[1-9][0-9]*$") { rewrite ^(.*/)$ $1page-$arg_page/? permanent; }
if ($args ~ "(^|&)plain(=|&|$)") { rewrite ^(.*/)$ $1plain/? permanent; }
"""
NGINX_LOOKS_UP = f"""\
# In the http block: include …/{NGINX_MAP};
if ($old_address_moved) {{ return 301 $old_address_moved; }}
if ($old_address_moved_for_now) {{ return 302 $old_address_moved_for_now; }}
if ($old_address_gone) {{ return 410; }}
"""
VARIABLES = {301: "old_address_moved", 302: "old_address_moved_for_now"}
GONE = "old_address_gone"
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
    """Return [(name, bytes, how many redirects it cannot say)] of the files.

    `followed` are (old path, where it leads) of redirects that pages lead to; those
    of the site's list of old addresses, where it has one, are added. What a file
    cannot say is named at its end.
    """
    rules = dict.fromkeys((("exact", old, to, 301) for old, to in followed))
    rules |= dict.fromkeys(kept_rules())
    # Of two patterns, the one that says more is asked first.
    rules = sorted(rules, key=_order)
    looked_up = _looked_up(rules)
    others = [rule for rule in rules if rule not in looked_up]
    nginx, no_nginx = _lines(others, nginx_line)
    netlify, no_netlify = _lines(rules, netlify_line)
    start = NGINX_QUERIES + (NGINX_LOOKS_UP if looked_up else "")
    made = [
        (NGINX, (start + nginx).encode(), no_nginx),
        (NETLIFY, (netlify.replace(END, NETLIFY_QUERIES + END)).encode(), no_netlify),
    ]
    if looked_up:
        made.insert(1, (NGINX_MAP, _maps(looked_up).encode(), 0))
    return made


def _looked_up(rules):
    """Return those of the rules that say an address with its query: a dict."""
    found = {}
    for rule in rules:
        match, old, to, _answer = rule
        if match == "exact" and "?" in old and all(map(_is_plain, (old, to))):
            # A map knows no large and small letters, and no key twice.
            found.setdefault(old.lower(), rule)
    return dict.fromkeys(found.values())


def _maps(rules):
    """Return nginx's maps, with room for the rules: its own is for a few hundred."""
    tables = {}
    for _match, old, to, answer in rules:
        name = VARIABLES.get(answer, GONE) if to else GONE
        tables.setdefault(name, []).append(f'    "{old}" "{to or 1}";\n')
    longest = max(len(old.encode()) for _match, old, _to, _answer in rules)
    lines = [
        f"map_hash_max_size {max(2048, 2 * len(rules))};\n",
        f"map_hash_bucket_size {max(128, 1 << (longest + 32).bit_length())};\n",
    ]
    for name in (*VARIABLES.values(), GONE):
        told = "".join(tables.get(name, ()))
        lines.append(f'map $request_uri ${name} {{\n    default "";\n{told}}}\n')
    return "".join(lines)


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
    """Return nginx's directive, "" for what it cannot say there: a query.

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

    What is gone, and a star that is not all the rest of an address; of a query, two
    values of one name, or one without.
    """
    if match == "exact" and "?" in old:
        return _netlify_query(old, to, answer)
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


def _netlify_query(old, to, answer):
    path, _mark, query = old.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&")]
    names = {name for name, _sign, _value in pairs}
    # With a colon, a value stands for any.
    is_said = all(n and v and not v.startswith(":") for n, _sign, v in pairs)
    if not (to and is_said and len(names) == len(pairs) and _is_plain(old + to)):
        return ""
    if "/:" in path:
        return ""
    # By force: a page may stand at the path.
    return f"{path} {query.replace('&', ' ')} {to} {answer}!"


def _is_plain(text):
    """Say whether text is none that these files would read as something else."""
    return text.isprintable() and not set(text) & set(' "\\;{}$*')


def _escaped(text):
    return "".join(f"\\{c}" if c in ".+?()[]|^" else c for c in text)
