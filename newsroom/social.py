"""The picture that is shared with a story that has none: its headline, drawn.

Drawn when it is asked for and then kept like a page, under the story's surrogate key:
so it is made once, and goes when the headline does. Its address names what is drawn on
it, so that other sites may keep it for good.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from io import BytesIO
from unicodedata import combining, normalize

from django.http import HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw, ImageFont, features

from articles.languages import direction_of
from articles.models import Article
from articles.renditions import SOCIAL
from newsroom.furniture import Furniture

# Part of each address: another drawing gets another one.
DRAWING = "2"
# Pixels, by shape: what social networks show, and what search engines ask for.
SIZES = {
    SOCIAL: (1200, 630),
    "16:9": (1200, 675),
    "4:3": (1200, 900),
    "1:1": (1200, 1200),
}
# In addresses; the first shape is the usual one.
SUFFIXES = {SOCIAL: "", "16:9": "-16x9", "4:3": "-4x3", "1:1": "-1x1"}
SHAPES = {suffix: shape for shape, suffix in SUFFIXES.items()}
# The colours of static/site/favicon.svg.
BRAND, PAPER = (0x8A, 0x1C, 0x12), (0xFF, 0xFD, 0xF8)
LIGHT, SHADES = 255, 16
EDGE = 80
LARGEST, SMALLEST = 96, 40  # of a headline, in pixels
FOR_GOOD = "public, max-age=31536000, immutable"
# Found by Pillow where systems keep fonts; the one in Pillow knows English letters.
FONTS = (
    *("DejaVuSerif-Bold.ttf", "NotoSerif-Bold.ttf", "LiberationSerif-Bold.ttf"),
    *("Georgia Bold.ttf", "georgiab.ttf", "DejaVuSans-Bold.ttf", "arialbd.ttf"),
    *("NotoSansArabic-Bold.ttf", "NotoNaskhArabic-Bold.ttf", "NotoSansHebrew-Bold.ttf"),
    *("NotoSansCJK-Bold.ttc", "NotoSerifCJK-Bold.ttc", "wqy-microhei.ttc"),
)
NOWHERE = "\U0010ffff"  # no font has it: what is drawn for it is drawn for others


@dataclass(frozen=True)
class Words:
    """What is drawn."""

    headline: str
    section: str
    publication: str
    language: str

    @classmethod
    def of(cls, article, publication):
        section = article.section.name if article.section else ""
        return cls(article.headline, section, publication.name, article.language)

    @property
    def digest(self):
        text = "\0".join(
            (DRAWING, self.headline, self.section, self.publication, self.language)
        )
        return blake2b(text.encode(), digest_size=8).hexdigest()


def address(article, publication, shape=SOCIAL):
    """Return where a story's drawn picture stands, in one of the SIZES."""
    name = f"{Words.of(article, publication).digest}{SUFFIXES[shape]}"
    return f"/social-pictures/{article.pk}-{name}.png"


def drawn(article, publication):
    """Return {shape: (address, width, height)} of a story's drawn pictures."""
    stem = address(article, publication).removesuffix(".png")
    return {
        shape: (f"{stem}{SUFFIXES[shape]}.png", *size) for shape, size in SIZES.items()
    }


@require_safe
def picture(request, key, digest, shape):
    """Draw a story's picture; an older one leads to today's."""
    articles = Article.objects.live().select_related("section")
    article = (
        articles.only(
            *("path", "headline", "language", "status", "published_at", "expires_at"),
            *("section__name", "section__slug"),
        )
        .filter(pk=key)
        .first()
    )
    if article is None:
        return HttpResponseNotFound("Not found\n", content_type="text/plain")
    publication = Furniture().publication
    words = Words.of(article, publication)
    if digest != words.digest:
        response = redirect(address(article, publication, SHAPES[shape]))
        response["Cache-Control"] = "no-cache"
        return response
    content = draw(words, SIZES[SHAPES[shape]])
    response = HttpResponse(content, content_type="image/png")
    response["Cache-Control"] = FOR_GOOD
    return response


# Drawing


def draw(words, size):
    """Return the PNG of these words, in a size (width, height) in pixels.

    What no font here can write is left out: boxes say nothing.
    """
    width, height = size
    # Drawn as light on dark, in one byte a pixel; the palette makes colours of it.
    image = Image.new("L", size, 0)
    pen = ImageDraw.Draw(image)
    pen.rectangle((EDGE, EDGE, width - EDGE, EDGE + 8), LIGHT)
    pen.rectangle((EDGE, EDGE + 16, width - EDGE, EDGE + 19), LIGHT)
    is_rtl = direction_of(words.language) == "rtl"
    _line(pen, words.section.upper(), 30, EDGE + 48, width, is_rtl)
    _line(pen, words.publication, 36, height - EDGE - 36, width, is_rtl)
    top, bottom = EDGE + 110, height - EDGE - 80
    _headline(pen, words.headline, (width, top, bottom), is_rtl)
    image = image.point([shade * SHADES // 256 for shade in range(256)])
    image = image.convert("P")
    image.putpalette(_palette())
    out = BytesIO()
    image.save(out, "PNG", bits=4, compress_level=4)
    return out.getvalue()


@cache
def _palette():
    """Return the colours from the ground to the letters, as Pillow wants them."""
    steps = range(SHADES)
    return [
        round(dark + (light - dark) * step / (SHADES - 1))
        for step in steps
        for dark, light in zip(BRAND, PAPER, strict=True)
    ]


def _line(pen, text, size, top, width, is_rtl):
    font, text = writing(text, size)
    if font is None:
        return
    while text and font.getlength(text) > width - 2 * EDGE:
        text = f"{text[:-2].rstrip()}…"
    _write(pen, text, font, top, width, is_rtl)


def _headline(pen, text, box, is_rtl):
    width, top, bottom = box
    for size in range(LARGEST, SMALLEST - 1, -8):
        font, written = writing(text, size)
        if font is None:
            return
        lines = wrapped(written, font, width - 2 * EDGE)
        high = round(size * 1.2)
        if len(lines) * high <= bottom - top:
            break
    room = (bottom - top) // high
    if len(lines) > room:
        lines = [*lines[: room - 1], f"{lines[room - 1].rstrip(' .,')}…"]
    for number, line in enumerate(lines):
        _write(pen, line, font, top + number * high, width, is_rtl)


def _write(pen, line, font, top, width, is_rtl):
    place = (width - EDGE, top) if is_rtl else (EDGE, top)
    more = {"direction": "rtl"} if is_rtl and features.check("raqm") else {}
    pen.text(place, line, LIGHT, font, anchor="ra" if is_rtl else "la", **more)


def wrapped(text, font, width):
    """Return a text in lines of at most this width; a longer word is broken."""
    lines, line, used = [], "", 0
    blank = font.getlength(" ")
    for word in text.split():
        wide = font.getlength(word)
        if line and used + blank + wide <= width:
            line, used = f"{line} {word}", used + blank + wide
            continue
        if line:
            lines.append(line)
        while wide > width and len(word) > 1:
            fits = max(1, int(len(word) * width / wide * 0.9))
            lines.append(word[:fits])
            word = word[fits:]
            wide = font.getlength(word)
        line, used = word, wide
    return [*lines, line] if line else lines


def writing(text, size):
    """Return (a font that has every sign of a text, the text), or (None, "").

    Where none has, letters lose their accents, then single signs are left out, an emoji
    of a headline; a text of which half would be missing is given up.
    """
    bare = "".join(c for c in normalize("NFKD", text) if not combining(c))
    for said in (text, bare):
        for name in fonts():
            if knows(name, "".join(sorted(set(said)))):
                return font(name, size), said
    left = {name: [sign for sign in bare if knows(name, sign)] for name in fonts()}
    name = max(left, key=lambda name: len(left[name]))
    said = " ".join("".join(left[name]).split())
    if 2 * len(said) <= len(bare):
        return None, ""
    return font(name, size), said


@cache
def fonts():
    """Return the names of fonts that are here; "" is Pillow's own."""
    found = []
    for name in FONTS:
        try:
            ImageFont.truetype(name, 12)
        except OSError:
            continue
        found.append(name)
    return [*found, ""]


@lru_cache(maxsize=64)
def font(name, size):
    if name:
        return ImageFont.truetype(name, size)
    return ImageFont.load_default(size=size)


@lru_cache(maxsize=4096)
def knows(name, signs):
    """Say whether a font has all of the signs."""
    small = font(name, 24)
    missing = _shape(small, NOWHERE)
    signs = re.sub(r"[\s\u200e\u200f\u2060-\u2069\ufe0f]", "", signs)
    return all(_shape(small, sign) != missing for sign in signs)


def _shape(small, sign):
    mask = small.getmask(sign)
    return mask.size, bytes(mask)
