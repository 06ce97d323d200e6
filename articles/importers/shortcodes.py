"""WordPress's shortcodes: [caption …] and the like into HTML, the unknown kept raw.

The names and attributes are those of WordPress's Code Reference ("Shortcode") and of
the plugins that many sites had. Square brackets of prose ("[sic]", "[he said]") are
not shortcodes and stay.
"""

import base64
import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from urllib.parse import quote, unquote

# [name attributes], [name attributes /], [/name]; [[name]] is an escaped one. The
# oldest players wrote [youtube=address] and [audio:address|options].
CODE = re.compile(
    r"\[(?P<escaped>\[)?(?P<close>/)?(?P<name>[a-zA-Z][\w-]{0,60})"
    r"(?P<attributes>(?:\s[^\[\]<>]*|\s(?:[^\[\]\"']|\"[^\"]*\"|'[^']*')*"
    r"|[=:][^\s\[\]<>]{3,2000}(?:\s[^\[\]<>]{0,500})?)?)"
    r"(?P<self>/)?\](?(escaped)\]?)"
)
# What is shown letter by letter.
LITERAL = re.compile(r"<(pre|code|script|style|textarea)\b", re.IGNORECASE)
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
# These hold no other of their own name: what seems to is one without an end.
HOLDS_NONE = {"audio", "video", "gallery", "playlist", "embed"}
PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}",
    "ted": "https://www.ted.com/talks/{}",
    "tweet": "https://twitter.com/i/status/{}",
    "twitter": "https://twitter.com/i/status/{}",
}


def expand(
    text: str, picture: Callable, report: Callable, own=list, is_known_only=False
) -> str:
    """Return a post's content with its shortcodes as HTML.

    `picture(number)` returns an attachment's (address, alt, caption) or None;
    `report(kind, sentence, sample)` hears of what was kept raw or left out. `own()`
    returns the numbers of the post's own pictures, which a bare [gallery] shows. With
    `is_known_only` what no shortcode is known by stays as it is, unreported.
    """
    if "[" not in text:
        return text
    return _Codes(picture, report, own, is_known_only).expand(text)


def attributes_of(written: str) -> dict:
    """Return a shortcode's attributes; values without a name by their place: "0"."""
    found, place = {}, 0
    written = written or ""
    if written[:1] in ("=", ":"):
        first, _, written = written[1:].partition(" ")
        found["0"] = html.unescape(first.partition("|")[0].strip("\"'"))
        place = 1
    for name, double, single, bare, quoted, word in ATTRIBUTE.findall(written):
        if name:
            found[name.lower()] = html.unescape(double or single or bare)
        elif quoted or word:
            found[str(place)] = html.unescape(quoted or word)
            place += 1
    return found


class _Codes:
    def __init__(self, picture, report, own, is_known_only):
        self.picture, self.report, self.own = picture, report, own
        self.is_known_only = is_known_only

    def expand(self, text):
        pieces, at = [], 0
        ends, code = _Ends(text), _Literal(text)
        while match := CODE.search(text, at):
            pieces.append(text[at : match.start()])
            at = match.end()
            if match.start() in code:
                pieces.append(match[0])
                continue
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
                if name in HOLDS_NONE and f"[{name}" in inner.lower():
                    inner = end = None
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
        bare = name.removeprefix("su_")  # Shortcodes Ultimate's
        do = getattr(self, f"do_{bare.replace('-', '_')}", None)
        if do is not None:
            return do(attributes, inner)
        if bare in PLAYERS or TRANSPARENT.fullmatch(bare):
            name = bare
        if name in PLAYERS:
            return self.player(PLAYERS[name], attributes, inner)
        named = any(not key.isdigit() for key in attributes)
        if TRANSPARENT.fullmatch(name) and (inner is not None or named or "_" in name):
            return self.wrapping(name, attributes, inner)
        is_prose = inner is None and not named and "_" not in name
        if is_prose or self.is_known_only:
            return None
        self.report("shortcode", f"The shortcode [{name}] was kept as it is.", written)
        raw = f"<p>{html.escape(written, quote=False)}</p>"
        if inner is not None:
            raw += self.expand(inner)
        return f'<div data-raw="{html.escape(name)}">{raw}</div>'

    def wrapping(self, name, attributes, inner):
        """Return what stands in a page builder's box, and what its attributes show."""
        if name.endswith(("_raw_html", "_raw_js")):
            return _written_out(inner or "") if name.endswith("_html") else ""
        numbers = f"{attributes.get('image', '')} {attributes.get('images', '')}"
        shown = [self.picture(int(n)) for n in re.findall(r"\b\d{1,15}\b", numbers)]
        made = _figures([one for one in shown if one])
        if name.endswith("_image") and "://" in attributes.get("src", ""):
            words = attributes.get("alt", ""), attributes.get("caption", "")
            made += figure((attributes["src"], *words))
        if "video" in name:
            made += embed(attributes.get("link") or attributes.get("src") or "")
        told = attributes.get("title") or ""
        if name.endswith("heading"):
            told = attributes.get("text") or told
        if told := re.sub(r"<[^>]*>", "", told).strip():
            made += f"\n\n<h4>{html.escape(told, quote=False)}</h4>\n\n"
        return made + (self.expand(inner) if inner is not None else "")

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
        if not {"ids", "include"} & attributes.keys():
            left_out = re.findall(r"\d+", attributes.get("exclude", ""))
            numbers = [n for n in self.own() if str(n) not in left_out]
        found = [shown for n in numbers if (shown := self.picture(int(n)))]
        if not found:
            self.report("gallery", "A gallery names no picture that is here.", "")
            return ""
        return _figures(found)

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
        who = html.escape(who, quote=False)
        cite = f"<footer><cite>{who}</cite></footer>" if who else ""
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

    do_recent_posts = do_sitemap = do_wp_list_pages

    def do_contact_form_7(self, attributes, inner):
        self.report("left-out", "A form that WordPress made was left out.", "")
        return ""

    do_contact_form = do_gravityform = do_gravityforms = do_contact_form_7
    do_mailpoet_form = do_mc4wp_form = do_ninja_form = do_wpforms = do_contact_form_7

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


def _figures(shown):
    """Return the HTML of pictures: a gallery where there are several."""
    if len(shown) < 2:
        return f"\n\n{figure(shown[0])}\n\n" if shown else ""
    figures = "".join(map(figure, shown))
    return f'\n\n<figure class="gallery">{figures}</figure>\n\n'


def _written_out(packed):
    """Return HTML that a page builder packed as base64 of an escaped text."""
    try:
        return unquote(base64.b64decode(packed.strip(), validate=True).decode())
    except ValueError:
        return packed


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


class _Literal:
    """Which places of a text are code, shown letter by letter."""

    def __init__(self, text):
        self.starts, self.ends, never = [], [], set()
        lower = text.lower() if LITERAL.search(text) else ""
        for found in LITERAL.finditer(text) if lower else ():
            name = found[1].lower()
            if name in never or (self.ends and found.start() < self.ends[-1]):
                continue
            end = lower.find(f"</{name}", found.end())
            if end < 0:
                never.add(name)
                continue
            self.starts.append(found.start())
            self.ends.append(end)

    def __contains__(self, place):
        at = bisect_right(self.starts, place) - 1
        return at >= 0 and place < self.ends[at]


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
