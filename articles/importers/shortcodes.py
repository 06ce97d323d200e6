"""WordPress's shortcodes: [caption …] and the like into HTML, the unknown kept raw.

The names and attributes are those of WordPress's Code Reference ("Shortcode") and of
the plugins that many sites had. Square brackets of prose ("[sic]", "[he said]") are
not shortcodes and stay.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Callable
from urllib.parse import quote

# [name attributes], [name attributes /], [/name]; [[name]] is an escaped one.
CODE = re.compile(
    r"\[(?P<escaped>\[)?(?P<close>/)?(?P<name>[a-zA-Z][\w-]{0,60})"
    r"(?P<attributes>(?:\s[^\[\]<>]*|\s(?:[^\[\]\"']|\"[^\"]*\"|'[^']*')*)?)"
    r"(?P<self>/)?\](?(escaped)\]?)"
)
ATTRIBUTE = re.compile(
    r"([\w-]+)\s*=\s*(?:[\"“”″]([^\"“”″]*)[\"“”″]|'([^']*)'|([^\s\"'\]]+))"
    r"|(?:\"([^\"]*)\"|(\S+))"
)
# Wrapping of plugins that says nothing about the words in it.
TRANSPARENT = re.compile(
    r"(?:vc_|et_pb_|fusion_|av_|cs_|x_|wpb_|fl_|mk_|tatsu_)\w+|columns?|row|col|one_\w+"
    r"|two_\w+|three_\w+|section|div|span|center|dropcap|lead|highlight|box|tabs?"
    r"|accordion|toggle|spoiler|expand|clear|divider|spacer|text|pagebreak"
)
AUDIO = ("src", "mp3", "m4a", "ogg", "wav", "wma", "flac")
VIDEO = ("src", "mp4", "m4v", "webm", "ogv", "flv", "wmv")
PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}",
    "ted": "https://www.ted.com/talks/{}",
    "tweet": "https://twitter.com/i/status/{}",
    "twitter": "https://twitter.com/i/status/{}",
}


def expand(text: str, picture: Callable, report: Callable) -> str:
    """Return a post's content with its shortcodes as HTML.

    `picture(number)` returns an attachment's (address, alt, caption) or None;
    `report(kind, sentence, sample)` hears of what was kept raw or left out.
    """
    if "[" not in text:
        return text
    return _Codes(picture, report).expand(text)


def attributes_of(written: str) -> dict:
    """Return a shortcode's attributes; values without a name by their place: "0"."""
    found, place = {}, 0
    for name, double, single, bare, quoted, word in ATTRIBUTE.findall(written or ""):
        if name:
            found[name.lower()] = html.unescape(double or single or bare)
        elif quoted or word:
            found[str(place)] = html.unescape(quoted or word)
            place += 1
    return found


class _Codes:
    def __init__(self, picture, report):
        self.picture, self.report = picture, report

    def expand(self, text):
        pieces, at = [], 0
        ends = _Ends(text)
        while match := CODE.search(text, at):
            pieces.append(text[at : match.start()])
            at = match.end()
            if match["escaped"]:
                pieces.append(match[0][1:-1] if match[0].endswith("]]") else match[0])
                continue
            name, inner = match["name"].lower(), None
            if match["close"]:
                pieces.append(self.stray(match))
                continue
            end = None if match["self"] else ends.after(name, match.end())
            if end is not None:
                inner = text[match.end() : end[0]]
            made = self.one(name, attributes_of(match["attributes"]), inner, match[0])
            if made is None:
                pieces.append(match[0])
                continue
            pieces.append(made)
            if end is not None:
                at = end[1]
        pieces.append(text[at:])
        return "".join(pieces)

    def stray(self, match):
        """An end without a beginning: of a known name it is a slip, else prose."""
        name = match["name"].lower()
        known = hasattr(self, f"do_{name}") or TRANSPARENT.fullmatch(name)
        return "" if known else match[0]

    def one(self, name, attributes, inner, written):
        """Return the HTML of one shortcode; None where the brackets are prose."""
        do = getattr(self, f"do_{name.replace('-', '_')}", None)
        if do is not None:
            return do(attributes, inner)
        if name in PLAYERS:
            return self.player(PLAYERS[name], attributes, inner)
        named = any(not key.isdigit() for key in attributes)
        if TRANSPARENT.fullmatch(name) and (inner is not None or named or "_" in name):
            return self.expand(inner) if inner is not None else ""
        if inner is None and not named and "_" not in name:
            return None
        self.report("shortcode", f"The shortcode [{name}] was kept as it is.", written)
        raw = f"<p>{html.escape(written, quote=False)}</p>"
        if inner is not None:
            raw += self.expand(inner)
        return f'<div data-raw="{html.escape(name)}">{raw}</div>'

    def do_caption(self, attributes, inner):
        inner = inner or ""
        image = re.search(r"(?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?", inner)
        words = attributes.get("caption", "")
        if image:
            words = words or inner[image.end() :].strip()
            inner = image[0]
        caption = f"<figcaption>{words}</figcaption>" if words else ""
        return f"\n\n<figure>{inner}{caption}</figure>\n\n"

    do_wp_caption = do_caption

    def do_gallery(self, attributes, inner):
        numbers = re.findall(
            r"\d+", attributes.get("ids", attributes.get("include", ""))
        )
        found = [shown for n in numbers if (shown := self.picture(int(n)))]
        if not found:
            self.report("gallery", "A gallery names no picture that is here.", "")
            return ""
        figures = "".join(map(figure, found))
        return f'\n\n<figure class="gallery">{figures}</figure>\n\n'

    def do_playlist(self, attributes, inner):
        numbers = re.findall(r"\d+", attributes.get("ids", ""))
        files = [shown[0] for n in numbers if (shown := self.picture(int(n)))]
        return "".join(map(embed, files))

    def do_embed(self, attributes, inner):
        return embed(
            (inner or attributes.get("src") or attributes.get("0", "")).strip()
        )

    def do_audio(self, attributes, inner):
        return self.file(AUDIO, attributes, inner)

    def do_video(self, attributes, inner):
        return self.file(VIDEO, attributes, inner)

    def do_soundcloud(self, attributes, inner):
        address = attributes.get("url") or attributes.get("0") or (inner or "").strip()
        return embed(address)

    do_spotify = do_googlemaps = do_iframe = do_instagram = do_soundcloud

    def do_quote(self, attributes, inner):
        who = attributes.get("author") or attributes.get("cite") or ""
        cite = f"<cite>{html.escape(who, quote=False)}</cite>" if who else ""
        return f"<blockquote>{self.expand(inner or '')}{cite}</blockquote>"

    do_blockquote = do_quote

    def do_pullquote(self, attributes, inner):
        who = attributes.get("author") or attributes.get("cite") or ""
        cite = f"<cite>{html.escape(who, quote=False)}</cite>" if who else ""
        words = self.expand(inner or "")
        return f'\n\n<aside class="pullquote"><p>{words}</p>{cite}</aside>\n\n'

    def do_footnote(self, attributes, inner):
        note = re.sub(r"<[^>]*>", "", inner or attributes.get("0", "")).strip()
        note = html.escape(html.unescape(note))
        return f'<sup class="footnote" data-footnote="{note}"></sup>' if note else ""

    do_ref = do_fn = do_note = do_efn_note = do_mfn = do_footnote

    def do_code(self, attributes, inner):
        return f"<pre>{inner or ''}</pre>"

    do_sourcecode = do_code

    def do_button(self, attributes, inner):
        address = attributes.get("url") or attributes.get("link") or ""
        words = inner or attributes.get("text") or address
        return f'<a href="{html.escape(address)}">{words}</a>' if address else words

    def do_wp_list_pages(self, attributes, inner):
        self.report("left-out", "A list that WordPress made was left out.", "")
        return ""

    do_contact_form_7 = do_recent_posts = do_sitemap = do_wp_list_pages
    do_gravityform = do_mailpoet_form = do_ninja_form = do_wpforms = do_wp_list_pages

    def player(self, pattern, attributes, inner):
        given = (
            attributes.get("url") or attributes.get("id") or attributes.get("0") or ""
        )
        given = (given or inner or "").strip().lstrip("=").strip()
        address = given if "://" in given else pattern.format(quote(given, safe=""))
        return embed(address) if given else ""

    def file(self, names, attributes, inner):
        address = next((attributes[n] for n in names if attributes.get(n)), "")
        address = address or attributes.get("0", "") or (inner or "").strip()
        return embed(address)


def figure(shown):
    """Return the HTML of a picture (address, alt, caption)."""
    address, alt, caption = shown
    words = f"<figcaption>{html.escape(caption, quote=False)}</figcaption>"
    return (
        f'<figure><img src="{html.escape(address)}" alt="{html.escape(alt)}">'
        f"{words if caption else ''}</figure>"
    )


def embed(address):
    """Return the HTML of what another site, or a file, shows at an address."""
    if not re.match(r"(?:https?:)?//|/", address):
        return ""
    shown = html.escape(address)
    return (
        f'\n\n<figure class="embed" data-embed="{shown}">'
        f'<a href="{shown}">{shown}</a></figure>\n\n'
    )


class _Ends:
    """Where shortcodes end."""

    def __init__(self, text):
        self.places = {}
        for found in re.finditer(r"\[/([a-zA-Z][\w-]*)\s*\]", text):
            self.places.setdefault(found[1].lower(), []).append(found.span())

    def after(self, name, place):
        """Return (start, end) of the next [/name], or None."""
        places = self.places.get(name, [])
        at = bisect_left(places, (place, 0))
        return places[at] if at < len(places) else None
