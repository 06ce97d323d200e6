"""The rules of RSS 2.0, Atom 1.0 and JSON Feed 1.1 that W3C's validator looks for.

Each function returns sentences about what is wrong: [] for a feed without a fault.
"""

import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import lxml.html
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
# RFC 822 with the four digits of RFC 1123, as the RSS Advisory Board asks for.
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct"
    r"|Nov|Dec) \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|GMT)"
)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:\S+")
# What feed readers take out of a text, or should ("Security risk" of the validator).
RISKY = {"script", "iframe", "object", "embed", "style", "link", "meta", "form", "base"}
CHANNEL_ONCE = (
    "title",
    "link",
    "description",
    "language",
    "copyright",
    "lastBuildDate",
)
ITEM_ONCE = ("title", "link", "guid", "pubDate", "description")


def faults_of_rss(content):
    root, faults = parsed(content)
    if root is None:
        return faults
    channels = root.findall("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or len(channels) != 1:
        return ["It is no RSS 2.0 with one channel."]
    channel = channels[0]
    for name in ("title", "link", "description"):
        if not channel.findtext(name):
            faults.append(f"The channel has no {name}.")
    faults += doubled(channel, CHANNEL_ONCE)
    faults += not_whole("channel link", channel.findtext("link"))
    if not LANGUAGE.fullmatch(channel.findtext("language") or ""):
        faults.append("The language is no tag.")
    faults += selfless(channel.findall(f"{ATOM}link"), "application/rss+xml")
    if (at := channel.findtext("lastBuildDate")) is not None:
        faults += rfc822("lastBuildDate", at)
    ids = []
    for item in channel.findall("item"):
        faults += doubled(item, ITEM_ONCE)
        if not (item.findtext("title") or item.findtext("description")):
            faults.append("An item has neither title nor description.")
        guid = item.find("guid")
        ids.append(guid.text)
        if guid.get("isPermaLink") != "false" and not_whole("guid", guid.text):
            faults.append("A guid that is no link says that it is one.")
        faults += not_whole("link", item.findtext("link"))
        faults += rfc822("pubDate", item.findtext("pubDate") or "")
        if item.find("author") is not None:
            faults.append("author wants an e-mail address.")
        for creator in item.findall(f"{DC}creator"):
            faults += empty("dc:creator", creator.text)
        for category in item.findall("category"):
            faults += empty("category", category.text)
        faults += bad_markup(item.findtext(f"{CONTENT}encoded") or "")
        faults += bad_media(item)
    return faults + repeated("guid", ids)


def faults_of_atom(content):
    root, faults = parsed(content)
    if root is None:
        return faults
    if root.tag != f"{ATOM}feed":
        return ["It is no Atom feed."]
    faults += atom_parts(root, "feed", ("id", "title", "updated"))
    faults += selfless(root.findall(f"{ATOM}link"), "application/atom+xml")
    has_author = root.find(f"{ATOM}author/{ATOM}name") is not None
    ids, moments = [], []
    for entry in root.findall(f"{ATOM}entry"):
        faults += atom_parts(entry, "entry", ("id", "title", "updated"))
        ids.append(entry.findtext(f"{ATOM}id"))
        moments.append(entry.findtext(f"{ATOM}updated"))
        links = [
            link
            for link in entry.findall(f"{ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        ]
        if len(links) != 1 and entry.find(f"{ATOM}content") is None:
            faults.append("An entry without content needs an alternate link.")
        for link in links:
            faults += not_whole("link", link.get("href"))
        if not has_author and entry.find(f"{ATOM}author") is None:
            faults.append("Neither feed nor entry has an author.")
        for author in entry.findall(f"{ATOM}author"):
            faults += empty("author's name", author.findtext(f"{ATOM}name"))
            if (uri := author.findtext(f"{ATOM}uri")) is not None:
                faults += not_whole("author's uri", uri)
        for category in entry.findall(f"{ATOM}category"):
            faults += empty("term", category.get("term"))
        content = entry.find(f"{ATOM}content")
        if content is not None:
            if content.get("type") != "html":
                faults.append("The content is no HTML.")
            faults += bad_markup(content.text or "")
        faults += bad_media(entry)
    return faults + repeated("id", ids) + repeated("moment of an update", moments)


def faults_of_json(content):
    told = json.loads(content)
    faults = []
    if told.get("version") != "https://jsonfeed.org/version/1.1":
        faults.append("The version is not 1.1's.")
    faults += empty("title", told.get("title"))
    for name in ("home_page_url", "feed_url"):
        faults += not_whole(name, told.get(name))
    ids = []
    for item in told["items"]:
        ids.append(item.get("id"))
        faults += empty("id", item.get("id"))
        faults += not_whole("url", item.get("url"))
        if not (item.get("content_html") or item.get("content_text")):
            faults.append("An item has no content.")
        for name in ("date_published", "date_modified"):
            if name in item and not is_rfc3339(item[name]):
                faults.append(f"{name} is no moment: {item[name]}.")
        for author in item.get("authors", ()):
            faults += empty("author's name", author.get("name"))
            faults += not_whole("author's url", author.get("url"))
        if "image" in item:
            faults += not_whole("image", item["image"])
        faults += bad_markup(item.get("content_html", ""))
        if "" in item.values() or [] in item.values():
            faults.append("Something empty is told.")
    return faults + repeated("id", ids)


FAULTS = {"rss": faults_of_rss, "atom": faults_of_atom, "json": faults_of_json}


def parsed(content):
    try:
        return etree.fromstring(content), []
    except etree.XMLSyntaxError as error:
        return None, [f"It is not well-formed: {error}."]


def atom_parts(element, name, required):
    faults = []
    for part in required:
        found = element.findall(f"{ATOM}{part}")
        if len(found) != 1 or not (found[0].text or "").strip():
            faults.append(f"{name} has {len(found)} × {part}.")
    identifier = element.findtext(f"{ATOM}id") or ""
    if not TAG_URI.fullmatch(identifier):
        faults.append(f"{identifier!r} is no tag: URI.")
    for part in ("updated", "published"):
        at = element.findtext(f"{ATOM}{part}")
        if at is not None and not is_rfc3339(at):
            faults.append(f"{part} is no moment: {at}.")
    return faults


def is_rfc3339(at):
    return bool(RFC3339.fullmatch(at)) and datetime.fromisoformat(at).year >= 1970


def rfc822(name, at):
    if not RFC822.fullmatch(at):
        return [f"{name} is no date of RFC 822: {at!r}."]
    moment = parsedate_to_datetime(at)
    return [] if moment.strftime("%a") == at[:3] else [f"{name}: no such day: {at}."]


def selfless(links, kind):
    found = [link for link in links if link.get("rel") == "self"]
    if len(found) != 1 or found[0].get("type") != kind:
        return ["It does not name itself."]
    return not_whole("self", found[0].get("href"))


def doubled(element, names):
    return [f"{name} stands twice." for name in names if len(element.findall(name)) > 1]


def repeated(name, values):
    return [] if len(values) == len(set(values)) else [f"A {name} stands twice."]


def empty(name, value):
    return [] if (value or "").strip() else [f"{name} is empty."]


def not_whole(name, address):
    parts = urlsplit(address or "")
    is_whole = parts.scheme in ("http", "https") and parts.netloc
    is_plain = not re.search(r"[\s<>\"\x00-\x1f\x7f-\U0010ffff]", address or "")
    return (
        [] if is_whole and is_plain else [f"{name} is no whole address: {address!r}."]
    )


def bad_media(item):
    faults = []
    for media in item.findall(f"{MEDIA}content"):
        faults += not_whole("media:content", media.get("url"))
        if not re.fullmatch(r"image/[a-z+]+", media.get("type", "")):
            faults.append("media:content has no type.")
    return faults


def bad_markup(markup):
    if not markup.strip():
        return []
    faults = []
    root = lxml.html.fragment_fromstring(markup, create_parent="div")
    for element in root.iter(etree.Element):
        if element.tag in RISKY:
            faults.append(f"<{element.tag}> in a text.")
        for name, value in element.attrib.items():
            if name.startswith(("on", "data-", "aria-")) or name in ("style", "srcset"):
                faults.append(f"{name} in a text.")
            if name in ("href", "src", "cite") and urlsplit(value).scheme not in (
                *("http", "https"),
                *("mailto", "tel"),
            ):
                faults.append(f"{name} is not whole: {value}.")
        if element.tag == "img" and element.get("alt") is None:
            faults.append("A picture has no alt.")
    return faults
