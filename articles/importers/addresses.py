"""Addresses as authors print them: web, e-mail, telephone, social accounts."""

import re
from urllib.parse import urljoin, urlsplit

URL = re.compile(
    r"\ue002(?P<marked>[^\ue003]*)\ue003"
    r"|(?P<plain>(?<![\w@./-])(?:https?://|www\.)[^\s<>\"“”\ue000-\ue003]{3,300}"
    r"|(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|edu|gov|info|biz|us|uk|ca"
    r"|au|de|fr|es|it|nl|eu|ie|nz|in|jp|ch|at|be|se|no|dk|fi|pl|ru|io|co|tv|fm|me|blog"
    r"|press|news|radio|social|site|online|example|test)(?:\.[a-z]{2})?\b"
    r"(?:/[^\s<>\"“”\ue000-\ue003]{0,200})?)",
    re.IGNORECASE,
)

SPOKEN_ADDRESS = re.compile(
    r"\b([\w.+-]{1,64})\s*(?:\(at\)|\[at\]|\{at\}|\s+AT\s+|\s+at\s+(?=[\w-]+\s+dot\s))\s*"
    r"([\w-]{1,63}(?:\s*(?:\.|\(dot\)|\[dot\]|\s+dot\s+|\s+DOT\s+)\s*[a-z]{2,63}){1,4})",
)

PHONE = re.compile(
    r"(?<![\w/.])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,5}\)[ -]?|\d{2,5}[ .-])\d{2,5}"
    r"(?:[ .-]?\d{2,5}){0,3}(?:\s*(?:,|ext\.?|x)\s*\d{1,5})?(?![\w/])",
    re.IGNORECASE,
)

HANDLE = re.compile(r"(?<![\w.@/])@([A-Za-z0-9_][\w.]{0,40}\w)(@[\w-]+(?:\.[\w-]+)+)?")

NETWORKS = {
    "twitter": "https://twitter.com/{}",
    "x": "https://x.com/{}",
    "instagram": "https://www.instagram.com/{}/",
    "threads": "https://www.threads.net/@{}",
    "tiktok": "https://www.tiktok.com/@{}",
    "bluesky": "https://bsky.app/profile/{}",
    "youtube": "https://www.youtube.com/@{}",
    "facebook": "https://www.facebook.com/{}",
    "medium": "https://medium.com/@{}",
}

NETWORK = re.compile(
    r"\b(Twitter|X|Facebook|Instagram|Mastodon|Bluesky|Threads|LinkedIn|YouTube|TikTok"
    r"|Medium)\b"
)

HANDLE_AT_END = re.compile(rf"{HANDLE.pattern}$")

MASTODON = re.compile(r"^https?://[^/]+/(?:web/)?@\w+/?$")

SOCIAL_HOST = re.compile(
    r"(?:^|[./])(twitter|x|facebook|instagram|linkedin|mastodon|bsky|threads|tiktok"
    r"|myspace|youtube)\.(?:com|net|app|social|online)(?:/|$)",
    re.IGNORECASE,
)

BLOG_HOST = re.compile(
    r"blogspot\.|wordpress\.com|livejournal\.|typepad\.|tumblr\.|substack\.|xanga\."
    r"|(?:^|[/.])(?:web)?logs?\.|/(?:we)?blogs?(?:/|$)|medium\.com",
    re.IGNORECASE,
)


def joined(base: str, address: str) -> str:
    """Return what an address means at a base; the base, where it is none."""
    try:
        return urljoin(base, address)
    except ValueError:
        return base


def spoken_address(found):
    host = re.sub(r"\s*(?:\(dot\)|\[dot\]|\s+dot\s+)\s*", ".", found[2], flags=re.I)
    return f"{found[1]}@{host}".replace(" ", "")


def count_digits(text):
    return sum(character.isdigit() for character in text)


def web_address(printed: str) -> str:
    """A printed address as a link: http(s) and mailto only, no closing punctuation."""
    address = printed.strip().rstrip(".,;:!?'’\"”»>]}*_")
    while address.endswith(")") and address.count("(") < address.count(")"):
        address = address[:-1].rstrip(".,;")
    scheme = re.match(r"([a-z][a-z0-9+.-]*):(?!\d)", address, re.IGNORECASE)
    if scheme:
        allowed = scheme[1].lower() in ("http", "https", "mailto")
        return address if allowed and len(address) > len(scheme[0]) + 2 else ""
    if not address or address.startswith(("/", "#", "?", ".")) or "." not in address:
        return ""
    return f"http://{address}"


def trimmed_span(found):
    if found["marked"] is not None:
        return found.span()
    trimmed = found[0].rstrip(".,;:!?'’\"”»>)]}*_")
    return found.start(), found.start() + len(trimmed)


def host_of(address: str) -> str:
    """Return the host an address names, "" for none."""
    try:
        return urlsplit(address.strip()).hostname or ""
    except ValueError:
        return ""


def site_of(address: str) -> str:
    """Return the host an address names, with "www." or without the same."""
    return host_of(address).removeprefix("www.")


def within_site(address: str) -> str:
    """Return the path of a web address with its query, "" for what is none."""
    try:
        split = urlsplit(address.strip())
    except ValueError:
        return ""
    if not split.netloc:
        return ""
    return f"{split.path or '/'}?{split.query}" if split.query else split.path or "/"
