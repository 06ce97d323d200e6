"""What stands at other sites and can be shown in a story: videos, posts, maps.

A body stores an address and nothing else. `recognise` says whose it is and which
page of theirs can stand in a frame. That page's address is never taken over from the
story: it is put together here, from a host written in this module and from pieces of
the stored address each of which has to match a pattern. FRAME_HOSTS, the only hosts
the pages' Content-Security-Policy lets into a frame, are the hosts written here.

Where a site offers a way of being shown with less tracking, it is taken. Knows no
model and asks nobody on the network.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

VIDEO, TALL, AUDIO, POST, MAP, CHART = "video", "tall", "audio", "post", "map", "chart"
MAX_ADDRESS = 2000  # characters


@dataclass(frozen=True)
class Embed:
    """A page of another site that can stand in a frame.

    `kind` is one of the words above and decides the shape: a video is 16 to 9, a
    tall one 9 to 16, a map or a chart 4 to 3; sound and posts have a height.
    """

    provider: str  # as people call it
    kind: str
    address: str  # where the embedded page stands, for a link
    frame: str  # what goes into the frame

    @property
    def host(self):
        """Where the frame comes from, as a reader is told it."""
        return urlsplit(self.frame).hostname.removeprefix("www.")


class Address:
    """A web address in its parts; only one that can have no other reading."""

    def __init__(self, parts):
        self.host = parts.hostname
        self.path = parts.path
        self.fragment = parts.fragment
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}

    def get(self, name, pattern):
        """Return the whole value of a query parameter where it fits, else ""."""
        value = self.query.get(name, "")
        return value if re.fullmatch(pattern, value) else ""


def _parse(address):
    """Return an Address, or None for everything that is not plainly one.

    Browsers and Python disagree about user names, ports, backslashes, control and
    full-width characters; none of these stands in an address that people share.
    """
    if len(address) > MAX_ADDRESS or not re.fullmatch(r"[!-\[\]-~]+", address):
        return None
    if not re.match(r"https?://[A-Za-z0-9.-]+(?=[/?#]|$)", address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return Address(parts) if parts.hostname else None


@dataclass(frozen=True)
class Provider:
    """A site, the hosts people link to, and how its addresses become frames.

    Each rule is (kind, pattern of the whole path, frame). `frame(found, address)`
    gets the match and the Address, and returns "" where it cannot be shown.
    """

    name: str
    hosts: tuple[str, ...]
    rules: tuple[tuple[str, str, Callable], ...]


def _query(**parameters):
    """Return "?a=b&c=d" of those that have a value."""
    kept = {name: value for name, value in parameters.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


# YouTube


def _youtube(video, address):
    return f"https://www.youtube-nocookie.com/embed/{video}" + _query(
        autoplay="1",
        rel="0",
        start=_seconds(
            address.get("t", r"[0-9hms]{1,12}") or address.get("start", r"\d{1,6}")
        ),
        list=address.get("list", r"[\w-]{10,64}"),
    )


def _seconds(moment):
    """Return "1h2m3s", "90s" or "90" in seconds, "" for none."""
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", moment)
    if not moment or not found:
        return ""
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return str(hours * 3600 + minutes * 60 + seconds)


def _youtube_watch(found, address):
    video = address.get("v", r"[\w-]{11}")
    return _youtube(video, address) if video else ""


def _youtube_list(found, address):
    playlist = address.get("list", r"[\w-]{10,64}")
    host = "https://www.youtube-nocookie.com/embed/videoseries"
    return host + _query(list=playlist) if playlist else ""


def _youtube_path(found, address):
    return _youtube(found["id"], address)


# The others


def _vimeo(found, address):
    secret = found.groupdict().get("secret") or address.get("h", r"[0-9a-f]{6,20}")
    return f"https://player.vimeo.com/video/{found['id']}" + _query(
        dnt="1", autoplay="1", h=secret
    )


def _soundcloud(found, address):
    track = f"https://soundcloud.com{found[0]}"
    return "https://w.soundcloud.com/player/" + _query(
        url=track, auto_play="true", show_comments="false"
    )


def _soundcloud_player(found, address):
    track = address.get(
        "url",
        r"https://(api\.)?soundcloud\.com/(tracks|playlists)/[\w:%-]+"
        r"|https://soundcloud\.com/[\w/-]+",
    )
    if not track:
        return ""
    return "https://w.soundcloud.com/player/" + _query(url=track, auto_play="true")


def _facebook(plugin):
    def frame(found, address):
        page = f"https://www.facebook.com{found[0]}"
        if video := address.get("v", r"\d{5,20}"):
            page += f"?v={video}"
        elif found[0].rstrip("/") == "/watch":
            return ""
        return f"https://www.facebook.com/plugins/{plugin}.php" + _query(
            href=page, show_text="true" if plugin == "post" else "false", width="500"
        )

    return frame


def _facebook_plugin(found, address):
    page = address.get("href", r"https://(www\.)?facebook\.com/[\w./?=&%-]+")
    if not page:
        return ""
    return f"https://www.facebook.com/plugins/{found[1]}.php" + _query(href=page)


def _apple(host):
    def frame(found, address):
        episode = address.get("i", r"\d{5,15}")
        return f"https://{host}{found[0]}" + _query(i=episode)

    return frame


def _google_map(found, address):
    place = address.get("pb", r"[\w!.:%+ -]{10,1500}")
    return "https://www.google.com/maps/embed" + _query(pb=place) if place else ""


def _street_map(found, address):
    box = address.get("bbox", r"-?\d[\d.]*(,-?\d[\d.]*){3}")
    marker = address.get("marker", r"-?\d[\d.]*,-?\d[\d.]*")
    if not box:
        place = re.fullmatch(
            r"map=(\d{1,2})/(-?\d+\.?\d*)/(-?\d+\.?\d*)(&.*)?", address.fragment
        )
        if not place:
            return ""
        zoom, latitude, longitude = int(place[1]), float(place[2]), float(place[3])
        # A map of 700 pixels, whose world is 256 × 2^zoom pixels wide.
        reach = 350 * 360 / (256 * 2**zoom)
        corners = (longitude - reach, latitude - reach / 2)
        corners += (longitude + reach, latitude + reach / 2)
        box = ",".join(f"{corner:.5f}" for corner in corners)
        pin = [address.get(name, r"-?\d{1,3}(\.\d+)?") for name in ("mlat", "mlon")]
        marker = ",".join(pin) if all(pin) else ""
    return "https://www.openstreetmap.org/export/embed.html" + _query(
        bbox=box, layer="mapnik", marker=marker
    )


def _at(template):
    """Return a rule's frame that fills in what the pattern found by name."""

    def frame(found, address):
        pieces = found.groupdict(default="")
        return template.format(
            **{name: quote(piece, safe="/@:%") for name, piece in pieces.items()}
        )

    return frame


_ID = r"(?P<id>[\w-]{1,64})"
_USER = r"(?P<user>[\w.-]{1,80})"

_dailymotion = _at("https://geo.dailymotion.com/player.html?video={id}")

# Of the many hosts of these two networks, those that anybody may join and that are
# likely to stay; a link to any other stays a link.
MASTODON = (
    *("mastodon.social", "mastodon.online", "mstdn.social", "mas.to"),
    *("fosstodon.org", "journa.host", "newsie.social", "social.coop"),
)
PEERTUBE = ("framatube.org", "peertube.tv", "tilvids.com", "makertube.net")


def _mastodon(host):
    path = rf"/@{_USER}(?:@[\w.-]+)?/(?P<id>\d{{5,25}})(?:/embed)?"
    rule = (POST, path, _at(f"https://{host}/@{{user}}/{{id}}/embed"))
    return Provider("Mastodon", (host,), (rule,))


def _peertube(host):
    path = r"/(?:w|videos/watch|videos/embed)/(?P<id>[\w-]{10,40})"
    rule = (VIDEO, path, _at(f"https://{host}/videos/embed/{{id}}?p2p=0&autoplay=1"))
    return Provider("PeerTube", (host,), (rule,))


PROVIDERS = (
    Provider(
        "YouTube",
        (
            *("www.youtube.com", "youtube.com", "m.youtube.com"),
            *("music.youtube.com", "www.youtube-nocookie.com", "youtube-nocookie.com"),
        ),
        (
            (VIDEO, r"/watch", _youtube_watch),
            (VIDEO, r"/playlist|/embed/videoseries", _youtube_list),
            (TALL, r"/shorts/(?P<id>[\w-]{11})", _youtube_path),
            (VIDEO, r"/(?:embed|live|v)/(?P<id>[\w-]{11})", _youtube_path),
        ),
    ),
    Provider(
        "YouTube", ("youtu.be",), ((VIDEO, r"/(?P<id>[\w-]{11})", _youtube_path),)
    ),
    Provider(
        "Vimeo",
        ("vimeo.com", "www.vimeo.com", "player.vimeo.com"),
        (
            (
                VIDEO,
                r"/(?:video/|channels/[\w-]+/|groups/[\w-]+/videos/)?"
                r"(?P<id>\d{5,12})(?:/(?P<secret>[0-9a-f]{6,20}))?",
                _vimeo,
            ),
        ),
    ),
    Provider(
        "Dailymotion",
        ("www.dailymotion.com", "dailymotion.com"),
        ((VIDEO, r"/(?:embed/)?video/(?P<id>[a-zA-Z0-9]{5,12})", _dailymotion),),
    ),
    Provider(
        "Dailymotion",
        ("dai.ly",),
        ((VIDEO, r"/(?P<id>[a-zA-Z0-9]{5,12})", _dailymotion),),
    ),
    Provider(
        "Streamable",
        ("streamable.com",),
        (
            (
                VIDEO,
                r"/(?:e/|o/)?(?P<id>[a-z0-9]{4,10})",
                _at("https://streamable.com/e/{id}"),
            ),
        ),
    ),
    Provider(
        "TED",
        ("www.ted.com", "ted.com", "embed.ted.com"),
        ((VIDEO, rf"/talks/{_ID}", _at("https://embed.ted.com/talks/{id}")),),
    ),
    Provider(
        "Internet Archive",
        ("archive.org", "www.archive.org"),
        (
            (
                VIDEO,
                r"/(?:details|embed)/(?P<id>[\w.-]{3,100})",
                _at("https://archive.org/embed/{id}"),
            ),
        ),
    ),
    Provider(
        "TikTok",
        ("www.tiktok.com", "tiktok.com", "m.tiktok.com"),
        (
            (
                TALL,
                r"/(?:@[\w.-]+/video|embed/v2|embed|player/v1)/(?P<id>\d{8,25})",
                _at("https://www.tiktok.com/player/v1/{id}?rel=0"),
            ),
        ),
    ),
    Provider(
        "SoundCloud",
        ("soundcloud.com", "www.soundcloud.com", "m.soundcloud.com"),
        ((AUDIO, r"/[\w-]+/(?:sets/)?[\w-]+", _soundcloud),),
    ),
    Provider(
        "SoundCloud",
        ("w.soundcloud.com",),
        ((AUDIO, r"/player/", _soundcloud_player),),
    ),
    Provider(
        "Spotify",
        ("open.spotify.com",),
        (
            (
                AUDIO,
                r"/(?:intl-[a-z-]+/)?(?:embed/)?"
                r"(?P<type>track|album|playlist|episode|show|artist)/"
                r"(?P<id>[A-Za-z0-9]{22})",
                _at("https://open.spotify.com/embed/{type}/{id}"),
            ),
        ),
    ),
    Provider(
        "Apple Podcasts",
        ("podcasts.apple.com", "embed.podcasts.apple.com"),
        (
            (
                AUDIO,
                r"/[a-z]{2}/podcast/(?:[\w%.-]+/)?id\d{5,15}",
                _apple("embed.podcasts.apple.com"),
            ),
        ),
    ),
    Provider(
        "Apple Music",
        ("music.apple.com", "embed.music.apple.com"),
        (
            (
                AUDIO,
                r"/[a-z]{2}/(?:album|song)/(?:[\w%.-]+/)?\d{5,15}",
                _apple("embed.music.apple.com"),
            ),
        ),
    ),
    Provider(
        "Mixcloud",
        ("www.mixcloud.com", "mixcloud.com"),
        (
            (
                AUDIO,
                rf"/{_USER}/(?P<id>[\w%-]{{1,200}})",
                _at(
                    "https://player-widget.mixcloud.com/widget/iframe/"
                    "?hide_cover=1&autoplay=1&feed=/{user}/{id}/"
                ),
            ),
        ),
    ),
    Provider(
        "Bandcamp",
        ("bandcamp.com",),
        (
            (
                AUDIO,
                r"/EmbeddedPlayer/(?:v=2/)?(?P<type>album|track)=(?P<id>\d{4,15})"
                r"(?:/[\w=#.-]*)*",
                _at(
                    "https://bandcamp.com/EmbeddedPlayer/{type}={id}"
                    "/size=large/tracklist=false/artwork=small/"
                ),
            ),
        ),
    ),
    Provider(
        "X",
        (
            *("x.com", "www.x.com", "mobile.x.com"),
            *("twitter.com", "www.twitter.com", "mobile.twitter.com"),
        ),
        (
            (
                POST,
                r"/(?:i/web|\w{1,30})/status(?:es)?/(?P<id>\d{5,25})(?:/(?:photo|video)/\d)?",
                _at("https://platform.twitter.com/embed/Tweet.html?dnt=true&id={id}"),
            ),
        ),
    ),
    Provider(
        "Bluesky",
        ("bsky.app", "embed.bsky.app"),
        (
            (
                POST,
                r"/profile/(?P<user>[\w.:-]{3,200})/post/(?P<id>[a-z0-9]{5,20})"
                r"|/embed/(?P<did>did:[\w.:-]{3,200})/app\.bsky\.feed\.post/"
                r"(?P<key>[a-z0-9]{5,20})",
                # One of each pair is empty.
                _at(
                    "https://embed.bsky.app/embed/{user}{did}"
                    "/app.bsky.feed.post/{id}{key}"
                ),
            ),
        ),
    ),
    *map(_mastodon, MASTODON),
    Provider(
        "Threads",
        ("www.threads.net", "threads.net", "www.threads.com", "threads.com"),
        (
            (
                POST,
                rf"/@{_USER}/post/{_ID}(?:/embed)?",
                _at("https://www.threads.net/@{user}/post/{id}/embed"),
            ),
        ),
    ),
    Provider(
        "Instagram",
        ("www.instagram.com", "instagram.com"),
        (
            (
                POST,
                rf"/(?:[\w.]+/)?(?P<type>p|reel|tv)/{_ID}(?:/embed(?:/captioned)?)?",
                _at("https://www.instagram.com/{type}/{id}/embed/captioned/"),
            ),
        ),
    ),
    Provider(
        "Facebook",
        ("www.facebook.com", "facebook.com", "m.facebook.com"),
        (
            (POST, r"/plugins/(post)\.php", _facebook_plugin),
            (VIDEO, r"/plugins/(video)\.php", _facebook_plugin),
            (VIDEO, r"/watch/?|/[\w.-]+/videos/(?:[\w.-]+/)?\d+", _facebook("video")),
            (POST, r"/[\w.-]+/posts/(?:[\w.-]+/)?[\w-]+", _facebook("post")),
        ),
    ),
    Provider(
        "Reddit",
        ("www.reddit.com", "reddit.com", "old.reddit.com", "embed.reddit.com"),
        (
            (
                POST,
                r"/r/(?P<user>\w{2,30})/comments/(?P<id>[a-z0-9]{4,12})(?:/[\w%-]*)*",
                _at("https://embed.reddit.com/r/{user}/comments/{id}/?embed=true"),
            ),
        ),
    ),
    Provider(
        "Telegram",
        ("t.me",),
        (
            (
                POST,
                r"/(?:s/)?(?P<user>\w{4,40})/(?P<id>\d{1,10})",
                _at("https://t.me/{user}/{id}?embed=1"),
            ),
        ),
    ),
    Provider(
        "LinkedIn",
        ("www.linkedin.com", "linkedin.com"),
        (
            (
                POST,
                r"/(?:embed/)?feed/update/(?P<id>urn:li:(?:activity|share|ugcPost):\d{10,25})",
                _at("https://www.linkedin.com/embed/feed/update/{id}"),
            ),
        ),
    ),
    Provider(
        "Google Maps",
        ("www.google.com", "maps.google.com"),
        ((MAP, r"/maps/embed", _google_map),),
    ),
    Provider(
        "OpenStreetMap",
        ("www.openstreetmap.org", "openstreetmap.org"),
        ((MAP, r"/?|/export/embed\.html", _street_map),),
    ),
    Provider(
        "Datawrapper",
        ("datawrapper.dwcdn.net", "www.datawrapper.de", "datawrapper.de"),
        (
            (
                CHART,
                r"/(?:_/)?(?P<id>[a-zA-Z0-9]{5})(?:/\d{1,4})?",
                _at("https://datawrapper.dwcdn.net/{id}/"),
            ),
        ),
    ),
    Provider(
        "Flourish",
        ("public.flourish.studio", "flo.uri.sh"),
        (
            (
                CHART,
                r"/(?P<type>visualisation|story)/(?P<id>\d{3,12})(?:/embed)?",
                _at("https://flo.uri.sh/{type}/{id}/embed"),
            ),
        ),
    ),
    Provider(
        "Infogram",
        ("infogram.com", "e.infogram.com"),
        (
            (
                CHART,
                r"/(?:_/)?(?P<id>[\w-]*\d[\w-]{10,80})",
                _at("https://e.infogram.com/{id}?src=embed"),
            ),
        ),
    ),
    Provider(
        "DocumentCloud",
        ("www.documentcloud.org", "embed.documentcloud.org"),
        (
            (
                CHART,
                r"/documents/(?P<id>\d{4,12}-[\w.-]{1,150})",
                _at("https://embed.documentcloud.org/documents/{id}/?embed=1"),
            ),
        ),
    ),
    *map(_peertube, PEERTUBE),
)

_BY_HOST = {}
for _provider in PROVIDERS:
    for _host in _provider.hosts:
        _BY_HOST.setdefault(_host, []).append(_provider)

FRAME_HOSTS = tuple(
    f"https://{host}"
    for host in (
        *("www.youtube-nocookie.com", "player.vimeo.com", "geo.dailymotion.com"),
        *("streamable.com", "embed.ted.com", "archive.org", "www.tiktok.com"),
        *("w.soundcloud.com", "open.spotify.com", "embed.podcasts.apple.com"),
        *("embed.music.apple.com", "player-widget.mixcloud.com", "bandcamp.com"),
        *("platform.twitter.com", "embed.bsky.app", *MASTODON, "www.threads.net"),
        *("www.instagram.com", "www.facebook.com", "embed.reddit.com", "t.me"),
        *("www.linkedin.com", "www.google.com/maps/embed", "www.openstreetmap.org"),
        *("datawrapper.dwcdn.net", "flo.uri.sh", "e.infogram.com"),
        *("embed.documentcloud.org", *PEERTUBE),
    )
)


def recognise(address):
    """Return the Embed an address stands for, or None: then it is just a link."""
    parsed = _parse((address or "").strip())
    if parsed is None:
        return None
    path = parsed.path.rstrip("/") or "/"
    for provider in _BY_HOST.get(parsed.host, ()):
        for kind, pattern, frame in provider.rules:
            found = re.fullmatch(pattern, path) or re.fullmatch(pattern, parsed.path)
            if found and (framed := frame(found, parsed)):
                return Embed(provider.name, kind, address.strip(), framed)
    return None


# A frame in pasted code, a post's quotation with its link, or an address alone.
_FRAME = re.compile(r"<iframe\b[^>]*?\ssrc=(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.I)
_LINK = re.compile(r"\s(?:cite|href|data-instgrm-permalink)=[\"']([^\"']*)[\"']", re.I)


def address_in(code):
    """Return the address that pasted code shows, or "" where it shows none.

    Takes an address, an <iframe>, or the <blockquote> and script that social
    networks hand out; in these the last address that is recognised is the post's.
    """
    code = (code or "").strip()[:20_000]
    if not code.startswith("<"):
        return code if re.fullmatch(r"https?://\S+", code, re.I) else ""
    found = [next(filter(None, groups), "") for groups in _FRAME.findall(code)]
    found = found or _LINK.findall(code)[::-1]
    found = [_completed(html.unescape(address)) for address in found]
    return next(filter(recognise, found), found[0] if found else "")


def _completed(address):
    address = address.strip()
    return f"https:{address}" if address.startswith("//") else address
