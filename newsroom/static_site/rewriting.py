"""What a page leads to, and the page as a file server can give it out."""

import html
import re

from django.conf import settings

from newsroom.static_site.places import LIVE, address_of, index_name

ATTRIBUTE = re.compile(r'\b(href|src|action|poster|content|data-list)="([^"]*)"')
# A text may speak of href="…", too.
TAG = re.compile(r"""<[a-zA-Z](?:"[^"]*"|'[^']*'|[^<>"'])*>""")
SRCSET = re.compile(r'\b(?:imagesrcset|srcset)="([^"]*)"')
FEED_LINK = re.compile(r'<link\b[^>]*\btype="(application/[\w+.]+)"[^>]*>')
CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)")
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.{0,2}/[^"']+)["']""")
LIVE_PATH = rf'/(?:{"|".join(LIVE)})(?:[/?][^"]*)?'
# Forms, links and beacons that only the application answers.
FORM = re.compile(rf'<form\b[^>]*\baction="{LIVE_PATH}".*?</form>', re.DOTALL)
LINK = re.compile(
    rf'<a\b[^>]*\bhref="{LIVE_PATH}"[^>]*>.*?</a>|<link\b[^>]*\bhref="{LIVE_PATH}"[^>]*>',
    re.DOTALL,
)
BEACON = re.compile(r'\s+data-read="[^"]*"')
# What a page says to search engines (newsroom/structured.py).
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
REDIRECT = """<!doctype html>
<html><head><meta charset="utf-8"><title>{to}</title>
<link rel="canonical" href="{to}"><meta http-equiv="refresh" content="0; url={to}">
</head><body><p><a href="{to}">{to}</a></p></body></html>
"""


def page_as_file(text, page):
    """Return (HTML with the static site's links, [Addresses it leads to]).

    `page` is the path it is shown at.
    """
    found = []
    text = BEACON.sub("", LINK.sub("", FORM.sub("", text)))

    def point(match):
        name, link = match[1], html.unescape(match[2])
        # Of `content`, only what is an address: that of a shared picture, say.
        if name == "content" and not link.startswith(settings.SITE_URL):
            return match[0]
        target = address_of(link, page)
        if target is None or target[0].first in LIVE:
            return match[0]
        address, fragment = target
        found.append(address)
        if not address.query:
            return match[0]
        start = settings.SITE_URL if link.startswith(settings.SITE_URL) else ""
        link = f"{start}{address.link}" + (f"#{fragment}" if fragment else "")
        return f'{name}="{html.escape(link)}"'

    text = TAG.sub(lambda tag: ATTRIBUTE.sub(point, tag[0]), text)
    text = FEED_LINK.sub(_point_at_feed, text)
    for match in SRCSET.finditer(text):
        links = [part.split()[0] for part in match[1].split(",") if part.strip()]
        found += _addresses(map(html.unescape, links), page)
    for data in DATA.findall(text):
        found += links_in_text(data, page, "application/json")
    return text, found + _addresses(CSS_URL.findall(text), page)


def _point_at_feed(match):
    """Let programs that look for feeds find the file whose name says what it is."""
    if not match[1].endswith(("rss+xml", "atom+xml", "json")):
        return match[0]
    return re.sub(r'href="([^"]*/)"', rf'href="\1{index_name(match[1])}"', match[0])


def _addresses(links, page):
    found = (address_of(link, page) for link in links)
    return [target[0] for target in found if target and target[0].first not in LIVE]


def links_in_text(text, page, kind):
    """Return the Addresses that a file other than a page leads to."""
    if "css" in kind:
        return _addresses(CSS_URL.findall(text), page)
    if "javascript" in kind:
        return _addresses(IMPORTED.findall(text), page)
    site = re.escape(settings.SITE_URL)
    links = re.findall(rf"{site}/[^\s\"'<>\\]*", text)
    return _addresses(map(html.unescape, links), page)


def redirect_page(to):
    return REDIRECT.format(to=html.escape(to))
