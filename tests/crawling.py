"""Following every link of the site, as a search engine does, with the test client."""

import re
from collections import deque
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import quote, unquote, urljoin, urlsplit

import lxml.html
from django.conf import settings
from django.contrib.staticfiles import finders

HOST = "http://testserver"
# Where a page names what it leads to or shows.
LINKS = (
    ("a", "href"),
    ("area", "href"),
    ("form", "action"),
    ("iframe", "src"),
    ("img", "src"),
    ("link", "href"),
    ("script", "src"),
    ("source", "src"),
    ("video", "poster"),
)
# What the site does not answer to a GET of anybody's.
SKIPPED = ("/admin/", "/read/")
IN_TEXT = re.compile(rf"{HOST}/[^\s\"'<>\\]*")


@dataclass
class Crawl:
    """What was asked, and what was wrong: sentences."""

    client: object
    most: int | None = None  # pages whose links are followed; None: all
    pages: dict = field(default_factory=dict)  # {address: (status, text)}
    wrong: list = field(default_factory=list)
    _ids: dict = field(default_factory=dict)
    followed: int = 0
    links: int = 0

    def run(self, *starts):
        waiting, seen, anchors = deque((s, "") for s in starts), set(starts), {}
        while waiting:
            address, origin = waiting.popleft()
            for link in self.look(address, origin):
                if (found := own(link, address)) is None:
                    continue
                target, fragment = found
                self.links += 1
                if fragment:
                    anchors.setdefault((target, fragment), address)
                if target not in seen:
                    seen.add(target)
                    waiting.append((target, address))
        for (target, fragment), origin in anchors.items():
            if target in self._ids and fragment not in self._ids[target]:
                self.wrong.append(f"{origin}: no #{fragment} at {target}")
        return self

    def look(self, address, origin):
        """Ask an address, note what is wrong with it; return the links in it."""
        if address.startswith("/static/"):
            if not finders.find(unquote(urlsplit(address).path)[8:]):
                self.wrong.append(f"{origin}: {address} is no static file")
            return []
        response, hops = self.client.get(address), 0
        while response.status_code in (301, 302) and hops < 3:
            hops += 1
            found = own(response["Location"], address)
            if found is None:
                return []
            response = self.client.get(found[0])
        if hops > 1:
            self.wrong.append(f"{origin}: {address} redirects {hops} times")
        kind = response.get("Content-Type", "")
        is_text = not kind.startswith(("image/", "application/pdf"))
        content = b"" if not is_text else content_of(response)
        text = content.decode(errors="replace")
        self.pages[address] = (response.status_code, text)
        if response.status_code != 200 and origin:
            self.wrong.append(f"{origin}: {address} answers {response.status_code}")
        if not kind.startswith("text/html") or not text.strip():
            return [unescape(link) for link in IN_TEXT.findall(text)]
        root = lxml.html.fromstring(text)
        self._ids[address] = {*root.xpath("//@id"), "", "top"}
        if self.most is not None and self.followed >= self.most:
            return []
        self.followed += 1
        return links_of(root, text)


def content_of(response):
    if response.streaming:
        return b"".join(response.streaming_content)
    return response.content


def links_of(root, text):
    links = [
        value
        for tag, name in LINKS
        for element in root.iter(tag)
        if (value := element.get(name))
    ]
    for value in root.xpath("//@srcset | //@imagesrcset"):
        links += [part.split()[0] for part in value.split(",") if part.strip()]
    # Addresses in JSON-LD and Open Graph. What stands behind "#" there is a name that
    # data have, and no place on a page.
    found = (unescape(link).partition("#")[0] for link in IN_TEXT.findall(text))
    return [*links, *found]


def own(link, page):
    """Return (path and query, fragment) of a link of the site's own; else None."""
    whole = urlsplit(urljoin(f"{HOST}{page}", link.strip()))
    site = urlsplit(settings.SITE_URL).netloc
    is_web = whole.scheme in ("http", "https")
    if not is_web or whole.netloc not in ("testserver", site):
        return None
    path = quote(whole.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if path.startswith(SKIPPED):
        return None
    return path + (f"?{whole.query}" if whole.query else ""), unquote(whole.fragment)
