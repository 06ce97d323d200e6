from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from articles.embeds import FRAME_HOSTS, address_in, recognise

VIDEO_ID = "aB3_-x9ZkLm"
YOUTUBE = f"https://www.youtube-nocookie.com/embed/{VIDEO_ID}?autoplay=1&rel=0"
TRACK = "4uLU6hMCjMI75M1A2tKUQC"

SHOWN = [
    (f"https://www.youtube.com/watch?v={VIDEO_ID}", "YouTube", "video", YOUTUBE),
    (f"https://youtu.be/{VIDEO_ID}?si=tracking", "YouTube", "video", YOUTUBE),
    (f"https://youtu.be/{VIDEO_ID}?t=1m30s", "YouTube", "video", f"{YOUTUBE}&start=90"),
    (f"http://m.youtube.com/watch?v={VIDEO_ID}&feature=x", "YouTube", "video", YOUTUBE),
    (f"https://www.youtube.com/shorts/{VIDEO_ID}", "YouTube", "tall", YOUTUBE),
    (f"https://www.youtube.com/live/{VIDEO_ID}/", "YouTube", "video", YOUTUBE),
    (
        "https://www.youtube.com/playlist?list=PLabcdefghij",
        *("YouTube", "video"),
        "https://www.youtube-nocookie.com/embed/videoseries?list=PLabcdefghij",
    ),
    (
        "https://vimeo.com/123456789/abc123def4",
        *("Vimeo", "video"),
        "https://player.vimeo.com/video/123456789?dnt=1&autoplay=1&h=abc123def4",
    ),
    (
        "https://www.dailymotion.com/video/x8abcde",
        *("Dailymotion", "video"),
        "https://geo.dailymotion.com/player.html?video=x8abcde",
    ),
    (
        "https://soundcloud.com/a-choir/low-water",
        *("SoundCloud", "audio"),
        "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fa-choir"
        "%2Flow-water&auto_play=true&show_comments=false",
    ),
    (
        f"https://open.spotify.com/intl-de/episode/{TRACK}?si=1",
        *("Spotify", "audio"),
        f"https://open.spotify.com/embed/episode/{TRACK}",
    ),
    (
        "https://podcasts.apple.com/gb/podcast/the-tide/id1234567890?i=1000567891234",
        *("Apple Podcasts", "audio"),
        "https://embed.podcasts.apple.com/gb/podcast/the-tide/id1234567890?i=1000567891234",
    ),
    (
        "https://www.tiktok.com/@tide/video/7123456789012345678?lang=en",
        *("TikTok", "tall"),
        "https://www.tiktok.com/player/v1/7123456789012345678?rel=0",
    ),
    (
        "https://www.instagram.com/p/CabcDEF_123/?utm_source=x",
        *("Instagram", "post"),
        "https://www.instagram.com/p/CabcDEF_123/embed/captioned/",
    ),
    (
        "https://www.facebook.com/the.tide/posts/pfbid0abc",
        *("Facebook", "post"),
        "https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com"
        "%2Fthe.tide%2Fposts%2Fpfbid0abc&show_text=true&width=500",
    ),
    (
        "https://twitter.com/tide/status/1234567890123456789?s=20",
        *("X", "post"),
        "https://platform.twitter.com/embed/Tweet.html?dnt=true&id=1234567890123456789",
    ),
    (
        "https://bsky.app/profile/tide.example.org/post/3kabcdefghi2x",
        *("Bluesky", "post"),
        "https://embed.bsky.app/embed/tide.example.org/app.bsky.feed.post/3kabcdefghi2x",
    ),
    (
        "https://mastodon.social/@tide/109876543210987654",
        *("Mastodon", "post"),
        "https://mastodon.social/@tide/109876543210987654/embed",
    ),
    (
        "https://www.reddit.com/r/tides/comments/abc123/low_water/",
        *("Reddit", "post"),
        "https://embed.reddit.com/r/tides/comments/abc123/?embed=true",
    ),
    (
        "https://www.ted.com/talks/a_talk_on_tides?language=en",
        *("TED", "video"),
        "https://embed.ted.com/talks/a_talk_on_tides",
    ),
    (
        "https://archive.org/details/tides-of-1931",
        *("Internet Archive", "video"),
        "https://archive.org/embed/tides-of-1931",
    ),
    (
        "https://www.openstreetmap.org/#map=12/51.5000/0.5000",
        *("OpenStreetMap", "map"),
        "https://www.openstreetmap.org/export/embed.html?bbox=0.37984%2C51.43992%2C"
        "0.62016%2C51.56008&layer=mapnik",
    ),
    (
        "https://www.google.com/maps/embed?pb=!1m18!1m12!2d-0.1!3d51.5",
        *("Google Maps", "map"),
        "https://www.google.com/maps/embed?pb=%211m18%211m12%212d-0.1%213d51.5",
    ),
    (
        "https://datawrapper.dwcdn.net/aBc12/3/",
        *("Datawrapper", "chart"),
        "https://datawrapper.dwcdn.net/aBc12/",
    ),
    (
        "https://public.flourish.studio/visualisation/1234567/",
        *("Flourish", "chart"),
        "https://flo.uri.sh/visualisation/1234567/embed",
    ),
    (
        "https://framatube.org/w/9c9de5e8-0a1e-484a-b099-e80766180a6d",
        *("PeerTube", "video"),
        "https://framatube.org/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d"
        "?p2p=0&autoplay=1",
    ),
    (
        "https://t.me/tides/42",
        *("Telegram", "post"),
        "https://t.me/tides/42?embed=1",
    ),
    (
        "https://www.threads.net/@tide/post/CabcDEF123",
        *("Threads", "post"),
        "https://www.threads.net/@tide/post/CabcDEF123/embed",
    ),
]

LINKS_ONLY = [
    "https://video.example/watch?v=" + VIDEO_ID,
    "https://www.youtube.com/",
    "https://www.youtube.com/watch?v=short",
    "https://www.youtube.com/@tides",
    "https://social.example/@tide/109876543210987654",
    "https://www.google.com/search?q=tides",
    "https://www.facebook.com/the.tide",
    "https://www.dailymotion.com/about",
    "https://x.com/tide",
]

HOSTILE = [
    "javascript:alert(1)//www.youtube.com/watch?v=" + VIDEO_ID,
    "data:text/html,<script>alert(1)</script>",
    f"//www.youtube.com/watch?v={VIDEO_ID}",
    f"https://www.youtube.com.evil.example/watch?v={VIDEO_ID}",
    f"https://evil.example/www.youtube.com/watch?v={VIDEO_ID}",
    f"https://www.youtube.com@evil.example/watch?v={VIDEO_ID}",
    f"https://evil.example@www.youtube.com/watch?v={VIDEO_ID}",
    f"https://evil.example\\@www.youtube.com/watch?v={VIDEO_ID}",
    f"https://www.youtube.com\\.evil.example/watch?v={VIDEO_ID}",
    f"https://www.youtube.com:8443/watch?v={VIDEO_ID}",
    f"https://www.youtube.com./watch?v={VIDEO_ID}",
    f"https://www.youtubе.com/watch?v={VIDEO_ID}",  # a Cyrillic е
    f"https://www。youtube。com/watch?v={VIDEO_ID}",
    f"https://www.you\ttube.com/watch?v={VIDEO_ID}",
    f"https://www.youtube.com/watch?v={VIDEO_ID}\n.evil",
    f'https://www.youtube.com/watch?v={VIDEO_ID}"onload=x',
    f"https://www.youtube.com/embed/{VIDEO_ID}/../../x",
    "https://www.youtube.com/embed/..%2f..%2fx12345",
    "https://vimeo.com/video/123456/../../evil",
    "https://w.soundcloud.com/player/?url=https://evil.example/tracks/1",
    "https://w.soundcloud.com/player/?url=javascript:alert(1)",
    "https://www.facebook.com/plugins/post.php?href=https://evil.example/",
    "https://www.facebook.com/plugins/post.php?href=javascript:alert(1)",
    "https://www.google.com/maps/embed?pb=<script>",
    "https://www.google.com/url?q=https://evil.example/",
    "https://[::1]/watch?v=" + VIDEO_ID,
    "https://" + "a" * 3000,
    "",
]


def allowed(frame):
    """Say whether the pages' policy lets this address into a frame."""
    return any(
        frame == host or frame.startswith((f"{host}/", f"{host}?"))
        for host in FRAME_HOSTS
    )


class TestRecognising:
    @pytest.mark.parametrize(("address", "provider", "kind", "frame"), SHOWN)
    def test_knows_what_people_share(self, address, provider, kind, frame):
        embed = recognise(address)
        assert (embed.provider, embed.kind, embed.frame) == (provider, kind, frame)
        assert allowed(embed.frame)

    @pytest.mark.parametrize("address", LINKS_ONLY)
    def test_leaves_everything_else_a_link(self, address):
        assert recognise(address) is None

    @pytest.mark.parametrize("address", HOSTILE)
    def test_makes_no_frame_of_a_hostile_address(self, address):
        embed = recognise(address)
        assert embed is None, embed

    @given(
        st.sampled_from([address for address, *_ in SHOWN]),
        st.integers(0, 60),
        st.text(min_size=1, max_size=4) | st.sampled_from(["@", "\\", "//", "..", ":"]),
    )
    def test_frames_come_from_known_hosts_only(self, address, place, noise):
        embed = recognise(address[:place] + noise + address[place:])
        if embed:
            assert allowed(embed.frame)
            assert urlsplit(embed.frame).username is None
            assert not set(embed.frame) & set(" <>\"'\\\n\t")

    def test_every_host_of_the_policy_is_somebodys(self):
        made = {urlsplit(recognise(address).frame).hostname for address, *_ in SHOWN}
        listed = {urlsplit(host).hostname for host in FRAME_HOSTS}
        assert made <= listed
        assert all(
            host.startswith("https://") and "*" not in host for host in FRAME_HOSTS
        )


class TestPastedCode:
    @pytest.mark.parametrize(
        ("code", "address"),
        [
            ("https://a.example/1", "https://a.example/1"),
            (
                '<iframe width="560" src="//www.youtube.com/embed/aB3_-x9ZkLm'
                '?a=1&amp;b=2" allowfullscreen></iframe>',
                "https://www.youtube.com/embed/aB3_-x9ZkLm?a=1&b=2",
            ),
            ("<p>See</p><IFRAME SRC=https://a.example/1>", "https://a.example/1"),
            (
                '<blockquote class="twitter-tweet"><p>Low water '
                '<a href="https://t.co/x">pic</a></p>&mdash; Tide '
                '<a href="https://twitter.com/tide/status/1234567890?ref_src=x">May'
                '</a></blockquote> <script async src="https://platform.twitter.com/'
                'widgets.js"></script>',
                "https://twitter.com/tide/status/1234567890?ref_src=x",
            ),
            (
                '<blockquote class="instagram-media" data-instgrm-permalink='
                '"https://www.instagram.com/p/CabcDEF_123/?utm=1"><a href="https://'
                'www.instagram.com/">View</a></blockquote>',
                "https://www.instagram.com/p/CabcDEF_123/?utm=1",
            ),
            ("<b>No address</b>", ""),
            ("javascript:alert(1)", ""),
            ("two words", ""),
        ],
    )
    def test_gives_the_address_it_shows(self, code, address):
        assert address_in(code) == address


class TestTheDesksQuestion:
    def ask(self, client, text):
        return client.get(reverse("admin:articles_embed"), {"text": text})

    def test_is_answered_for_addresses_and_code(self, admin_client):
        code = '<iframe src="https://youtu.be/aB3_-x9ZkLm"></iframe>'
        assert self.ask(admin_client, code).json() == {
            "address": "https://youtu.be/aB3_-x9ZkLm",
            "provider": "YouTube",
            "kind": "video",
            "host": "youtube-nocookie.com",
        }
        assert self.ask(admin_client, "https://a.example/").json()["provider"] == ""
        assert self.ask(admin_client, "two words").json()["address"] == ""

    @pytest.mark.django_db
    def test_is_not_answered_to_strangers(self, client):
        assert self.ask(client, "https://a.example/").status_code == 302


class TestThePolicy:
    @pytest.mark.django_db
    def test_lets_the_providers_into_readers_pages_and_nobody_into_the_desk(
        self, client, admin_client
    ):
        def frames(response):
            policy = response["Content-Security-Policy"].split("; ")
            (found,) = [part for part in policy if part.startswith("frame-src ")]
            return found.split()[1:]

        assert sorted(frames(client.get("/"))) == sorted(FRAME_HOSTS)
        assert frames(admin_client.get("/admin/")) == ["'self'"]
