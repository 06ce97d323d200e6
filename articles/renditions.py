"""The files readers get of a picture: smaller ones, in WebP and JPEG."""

from dataclasses import dataclass

from authors.images import content_name, encode

# Phones at one and two pixels per point, the text column, the full width.
WIDTHS = (400, 800, 1200, 1600)


@dataclass(frozen=True)
class Rendition:
    """One encoded size of a picture."""

    content: bytes
    name: str  # made of the content
    format: str  # "webp" or "jpeg"
    width: int  # pixels
    height: int


def make_renditions(image):
    """Yield the renditions of a PIL image, never larger than the image itself."""
    widths = [width for width in WIDTHS if width < image.width]
    if not widths or image.width < WIDTHS[-1]:
        widths.append(image.width)
    for width in sorted(widths, reverse=True):
        height = max(1, round(image.height * width / image.width))
        for format, extension in (("WEBP", "webp"), ("JPEG", "jpg")):
            content = encode(image, format, width=width)
            yield Rendition(
                content, content_name(content, extension), format.lower(), width, height
            )
