"""Redirects of a static site, for nginx and for Netlify."""

import re
from urllib.parse import quote, unquote

from django.apps import apps
from django.utils.encoding import iri_to_uri

from newsroom.static_site.places import files_of

NGINX = "redirects.nginx.conf"
# Of old addresses with a query: nginx looks them up, which only its http block can say.
NGINX_MAP = "redirects.map.nginx.conf"
NETLIFY = "_redirects"
GONE_PAGE = "410.html"
# Lists and text-only pages had their number in a query; whoever asks for one that is
# not there, as for the page 1 of old links, gets what stands at the path.
NGINX_QUERIES = """\
# In the server block: include …/redirects.nginx.conf;
error_page 404 /404.html;
error_page 410 /410.html;
# A feed stands at /feed/ beside its copy for servers that know index.html alone.
index index.xml index.json index.html;
set $list_page "";
if ($arg_page ~ "^[1-9][0-9]*$") { set $list_page $arg_page; }
if (-f "$document_root${uri}page-$list_page/index.html") {
    rewrite ^(.*/)$ $1page-$list_page/? permanent;
}
set $text_alone .none;
if ($args ~ "(^|&)plain(=|&|$)") { set $text_alone plain; }
if (-f "$document_root$uri$text_alone/index.html") {
    rewrite ^(.*/)$ $1plain/? permanent;
}
"""
NGINX_LOOKS_UP = f"""\
# In the http block: include …/{NGINX_MAP};
if ($old_address_moved) {{ return 301 $old_address_moved; }}
if ($old_address_moved_for_now) {{ return 302 $old_address_moved_for_now; }}
set $is_gone $old_address_gone;
if ($uri = "/{GONE_PAGE}") {{ set $is_gone ""; }}
if ($is_gone) {{ return 410; }}
"""
VARIABLES = {301: "old_address_moved", 302: "old_address_moved_for_now"}
GONE = "old_address_gone"
END = "# This file cannot say:\n"
# What a star of a pattern stood for, in its target; nginx has nine of them.
NUMBER = re.compile(r"\$[1-9]")
MOST_CAPTURES = 9
ENDS = {301: "permanent", 302: "redirect"}
WHERE_NOTHING_IS = "if (!-e $request_filename)"


def files(followed, pages=(), stands=lambda path: False):
    """Return [(name, bytes, how many redirects it cannot say)] of the files.

    `followed` are (old path, where it leads) of redirects that pages lead to, "" of
    what says at its own address that it is gone. Those of the site's list of old
    addresses, where it has one, are added, but where `stands` says that a page is.
    `pages` are the Addresses with a number of a page. What a file cannot say is named
    at its end.
    """
    rules = {}
    for match, old, to, answer in kept_rules():
        if match != "exact" or "?" in old or not stands(old):
            rules[match, unquote(old) if match == "exact" else old] = (to, answer)
    for old, to in followed:
        match = "exact" if to else "notice"
        rules.setdefault((match, unquote(old)), (to, 301 if to else 410))
    rules = sorted(((*rule, *answer) for rule, answer in rules.items()), key=_order)
    looked_up = _looked_up(rules)
    others = [rule for rule in rules if rule not in looked_up]
    nginx, no_nginx = _nginx(others)
    netlify, no_netlify = _lines(rules, netlify_line)
    paged = "".join(_netlify_pages(pages))
    start = NGINX_QUERIES + (NGINX_LOOKS_UP if looked_up else "")
    made = [
        (NGINX, (start + nginx).encode(), no_nginx),
        (NETLIFY, (paged + netlify).encode(), no_netlify),
    ]
    if looked_up:
        made.insert(1, (NGINX_MAP, _maps(looked_up).encode(), 0))
    return made


def _nginx(rules):
    """Return nginx's locations and how many rules are left out, as `_lines` does.

    No location stands there twice: nginx would not start.
    """
    taken, others = set(), set()
    for rule in rules:
        others |= {head for is_own, head, _ in nginx_locations(*rule) if is_own}

    def line_of(*rule):
        said = []
        for is_own, head, block in nginx_locations(*rule):
            if head not in taken and (is_own or head not in others):
                taken.add(head)
                said.append(f"location {head} {{ {block} }}")
        return "\n".join(said)

    return _lines(rules, line_of)


def _netlify_pages(pages):
    """Yield a line for each page of a list. Without force, the list itself is shown."""
    for address in pages:
        pairs = address.query.split("&")
        if all("=" in pair for pair in pairs) and _is_plain(address.path):
            query = " ".join(pairs)
            yield f"{unquote(address.path)} {query} {address.link} 301!\n"


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
        old = iri_to_uri(old)  # as browsers ask for it
        tables.setdefault(name, []).append(f'    "{old}" "{iri_to_uri(to) or 1}";\n')
    longest = max(len(iri_to_uri(old)) for _match, old, _to, _answer in rules)
    lines = [
        f"map_hash_max_size {max(2048, 2 * len(rules))};\n",
        f"map_hash_bucket_size {max(128, 1 << (longest + 32).bit_length())};\n",
    ]
    for name in (*VARIABLES.values(), GONE):
        told = "".join(tables.get(name, ()))
        lines.append(f'map $request_uri ${name} {{\n    default "";\n{told}}}\n')
    return "".join(lines)


def _order(rule):
    """Sort as the site itself asks: an address, all below one, a pattern.

    Of two of a kind, the one that says more is asked first.
    """
    match, old, _to, _answer = rule
    if match in ("notice", "exact"):
        return 0, 0
    return (2 if match == "pattern" else 1), -len(old.replace("*", ""))


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
    """Return nginx's directives, "" for what it cannot say there: a query."""
    return " ".join(
        f"location {head} {{ {block} }}"
        for _is_own, head, block in nginx_locations(match, old, to, answer)
    )


def nginx_locations(match, old, to, answer):
    """Return [(whether a rule names it itself, location, directives)], [] for a query.

    Where an address ends with a slash, it is answered without it, too.
    """
    is_pattern = match == "pattern"
    old = old if is_pattern else unquote(old)
    is_said = "?" not in old and old.isprintable() and not set(old) & set('"\\$')
    if not is_said or not _is_held(NUMBER.sub("", to) if is_pattern else to):
        return []
    if is_pattern and old.count("*") > MOST_CAPTURES:
        return []
    to = iri_to_uri(to)
    result = f"return {answer}" + (f' "{to}"' if to else "") + ";"
    if match == "notice":
        page = files_of(quote(old), "text/html")[0]
        result = f'error_page 410 "/{page}"; {result}'
    if is_pattern:
        # Each star takes as little as it can, from the left.
        expression = "(.*?)".join(_escaped(piece) for piece in old.split("*"))
        if NUMBER.search(to):  # it writes what a star stood for as addresses do
            result = f'rewrite "^{expression}$" "{to}" {ENDS[answer]};'
        block = f"{WHERE_NOTHING_IS} {{ {result} }}"
        return [(True, f'~ "^{expression}$"', block)]
    found = [(False, f'= "{old.rstrip("/")}"', result)] if old.endswith("/") else []
    if match in ("notice", "exact"):
        found = [(True, f'= "{old}"', result), *found]
    else:
        if match == "prefix" and to:
            result = f'rewrite "^{_escaped(old)}(.*)$" "{to}$1" {ENDS[answer]};'
        block = f"{WHERE_NOTHING_IS} {{ {result} }}"
        found = [(True, f'^~ "{old}"', block), *found]
    return [location for location in found if location[1] != '= ""']


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


def _is_held(target):
    """Say whether quotation marks hold a target for nginx: `$` is its own."""
    return target.isprintable() and "$" not in target


def _is_plain(text):
    """Say whether text is none that these files would read as something else."""
    return text.isprintable() and not set(text) & set(' "\\;{}$*')


def _escaped(text):
    return "".join(f"\\{c}" if c in ".*+?()[]{}|^" else c for c in text)
