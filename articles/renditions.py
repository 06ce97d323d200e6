"""Which files readers get of a picture, and making them.

A picture is shown whole at several widths, and cut to the shapes that cards, grids
and other sites want, around its focal point. Nothing is ever enlarged.
"""

from dataclasses import dataclass

from authors.images import encode, resized

# Phones at one, two and three pixels per point, the text column, the full width.
WIDTHS = (320, 480, 640, 960, 1280, 1920)
# What an upload waits for; the rest is made afterwards (manage.py finish_pictures).
WIDTHS_AT_ONCE = (320, 640, 1280)
# Cards, grids, wide teasers; 1200 × 630 is what social networks show. 4:3 is for
# search engines alone, which ask for a story's picture in three shapes.
CROPS = {
    "3:2": (240, 480, 960),
    "1:1": (160, 320, 640),
    "16:9": (480, 960),
    "4:3": (960,),
    "1.91:1": (1200,),
}
SOCIAL = "1.91:1"
SEARCHED = ("16:9", "4:3", "1:1")
RATIOS = {
    "3:2": 3 / 2,
    "1:1": 1.0,
    "16:9": 16 / 9,
    "4:3": 4 / 3,
    SOCIAL: 1200 / 630,
}
JPEG_ALONE = {SOCIAL, "4:3"}
# Best first. What crawlers of other sites read is JPEG alone.
FORMATS = ("avif", "webp", "jpeg")
EXTENSIONS = {"avif": "avif", "webp": "webp", "jpeg": "jpg"}


@dataclass(frozen=True)
class Rendition:
    """One file to be made of a picture."""

    format: str  # one of FORMATS
    width: int  # pixels
    height: int
    crop: str = ""  # one of CROPS; "" is the whole picture
    focal: tuple[float, float] | None = None  # of a crop: what it was cut around

    @property
    def extension(self):
        return EXTENSIONS[self.format]

    def as_json(self, name):
        """Return what Picture.renditions keeps of it, stored under the name."""
        row = {
            "name": name,
            "format": self.format,
            "width": self.width,
            "height": self.height,
        }
        if self.crop:
            row |= {"crop": self.crop, "focal": list(self.focal)}
        return row


def rounded(x, y):
    """Return a focal point as crops are kept under: a thousandth is exact enough."""
    return (round(x, 3), round(y, 3))


def widths_within(widths, limit):
    """Return the widths a picture of `limit` pixels can fill, its own where it ends."""
    fitting = [width for width in widths if width < limit]
    return [*fitting, min(limit, widths[-1])]


def whole(width, height, widths=WIDTHS, formats=FORMATS):
    """Return the Renditions of a whole picture of this size, widest first."""
    return [
        Rendition(format, wide, max(1, round(height * wide / width)))
        for wide in sorted(widths_within(widths, width), reverse=True)
        for format in formats
    ]


def at_once(width, height):
    """Return the Renditions that an upload waits for."""
    return whole(width, height, WIDTHS_AT_ONCE, ("webp", "jpeg"))


def crop_box(width, height, ratio, focal):
    """Return (left, top, right, bottom) of the largest cut with the focal point in it.

    `ratio` is width by height; `focal` goes from 0 to 1. The point is in the middle
    where the picture's edges allow it.
    """
    wide, high = min(width, height * ratio), min(height, width / ratio)
    left = min(max(focal[0] * width - wide / 2, 0), width - wide)
    top = min(max(focal[1] * height - high / 2, 0), height - high)
    return (left, top, left + wide, top + high)


def crops(width, height, focal):
    """Return the Renditions of the cuts of a picture of this size around a point."""
    wanted = []
    for crop, widths in CROPS.items():
        left, _top, right, _bottom = crop_box(width, height, RATIOS[crop], focal)
        limit = max(1, int(right - left))
        for wide in sorted(widths_within(widths, limit), reverse=True):
            high = max(1, round(wide / RATIOS[crop]))
            for format in ("jpeg",) if crop in JPEG_ALONE else FORMATS:
                wanted.append(Rendition(format, wide, high, crop, focal))
    return wanted


def make(image, wanted):
    """Yield (Rendition, bytes) for each wanted one of a PIL image, sorted or not.

    The image may be smaller than the picture the Renditions were reckoned for, as
    long as it is wide enough for them. Each size is scaled once for all its formats.
    """
    size, scaled = None, None
    for rendition in sorted(wanted, key=lambda r: (r.crop, -r.width)):
        if size != (rendition.crop, rendition.width):
            size = (rendition.crop, rendition.width)
            box = None
            if rendition.crop:
                box = crop_box(*image.size, RATIOS[rendition.crop], rendition.focal)
            scaled = resized(image, rendition.width, rendition.height, box)
        yield rendition, encode(scaled, rendition.format.upper())
