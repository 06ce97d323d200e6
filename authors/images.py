"""Reading pictures that people upload, and making what readers get of them.

Everything that decodes an uploaded file goes through `read_image`: it opens an
allow-list of formats, refuses bombs before decoding, and what is two files in one,
turns the picture upright, brings its colours to sRGB and drops every piece of
metadata (GPS positions!). It stands in this app because authors have photographs and
imports point `newsroom → articles → authors`.
"""

import hashlib
import io
import os
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageCms

from authors import image_files

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF"]
SUFFIXES = {"", ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".avif"}
# 40 megapixels hold what cameras of 2026 make. WebP and AVIF are decoded whole and
# copied by their libraries, so less of them fits into 300 MB of memory.
MAX_PIXELS = 40_000_000
MAX_PIXELS_OF = {"WEBP": 18_000_000, "AVIF": 24_000_000}
# What has to be turned or recoloured takes its room twice; larger ones are kept at
# half their width and height.
MAX_PIXELS_REMADE = 25_000_000
MAX_BYTES = 40 * 1024 * 1024
# As large as readers' files are made; JPEG is decoded no larger than needed.
ENOUGH = (1920, 1280)
SRGB = ImageCms.createProfile("sRGB")
# What Pillow's decoders raise for truncated and for malicious files.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error)

TOO_MANY_PIXELS = _(
    "This picture has more than %(limit)d megapixels. Please upload a smaller version."
)
DAMAGED = _("This picture is damaged or incomplete. Please export it again.")
EMPTY = _("This file is empty. Please choose it again, or export it again.")
WRONG_NAME = _(
    "This file calls itself “%(suffix)s”, which is no picture. Please upload a file "
    "that ends in .jpg, .png, .webp, .gif or .avif."
)
HIDDEN = _(
    "There is something else inside this picture (%(what)s). Please open it in a "
    "program for pictures, export it as a JPEG or PNG, and upload that."
)
NO_PICTURE = _(
    "This is not a picture we can read. Please upload a JPEG, PNG, WebP, GIF or AVIF "
    "file."
)
NO_PICTURES = {
    "SVG": _(
        "This is not a picture we can read: it is an SVG drawing, which can hold "
        "programs. Please export it as a PNG."
    ),
    "HEIC": _(
        "This is not a picture we can read: it is a HEIC file of a phone. Please "
        "export it as a JPEG."
    ),
    "video": _("This is not a picture we can read: it is a video."),
    "ZIP": _(
        "This is not a picture we can read: it is a packed file or a document. Please "
        "upload the pictures in it one by one."
    ),
}
OTHER_FILE = _(
    "This is not a picture we can read: it is a %(kind)s file. Please export it as a "
    "JPEG or PNG."
)
FIRST_FRAME = _("This picture moves; only its first frame is kept.")


@dataclass(frozen=True)
class CleanImage:
    """A decoded picture: upright, sRGB, RGB or RGBA, without metadata."""

    image: Image.Image  # a large JPEG is decoded smaller, but not below ENOUGH
    format: str  # of the upload: one of FORMATS
    # The upload itself without its metadata, where that is upright and sRGB.
    original: bytes = b""
    original_size: tuple[int, int] | None = None  # pixels; None: the image's own
    remarks: tuple[str, ...] = ()  # sentences for who uploaded it

    @property
    def size(self):
        """Width and height in pixels of what `as_original` returns."""
        return self.original_size or self.image.size

    @property
    def has_alpha(self):
        return self.image.mode == "RGBA"

    def as_original(self):
        """Return (bytes, file extension) of the picture in its full size, to keep."""
        if self.original:
            return self.original, "png" if self.format == "PNG" else "jpg"
        if self.has_alpha:
            return _save(self.image, "PNG", compress_level=3), "png"
        return _save(self.image, "JPEG", quality=92), "jpg"

    def likeness(self):
        """Return 16 hexadecimal digits that nearly equal pictures nearly share.

        A "difference hash": is each of 9 × 8 grey fields brighter than its left
        neighbour? Empty for pictures too flat to be told apart in this way.
        """
        return likeness_of(self.image)


def read_image(file, *, enough=ENOUGH, is_kept=True):
    """Decode an uploaded file into a CleanImage.

    A JPEG is decoded no larger than needed: `enough` says what is, in pixels; where
    the original `is_kept` and must be made anew, that needs all of it. Raises
    ValidationError, with a sentence an editor understands, for whatever is no
    picture, is damaged, is too large or is more than a picture; nothing is decoded
    before its size is known.
    """
    kind = _checked_kind(file)
    try:
        file.seek(0)
        with Image.open(file, formats=FORMATS) as image:
            _check_pixels(*image.size, kind)
            return _clean(image, kind, file, enough, is_kept)
    except Image.DecompressionBombError as error:  # Pillow's own, for what is larger
        raise _too_many_pixels(kind) from error
    except BROKEN as error:
        raise ValidationError(DAMAGED) from error


def _checked_kind(file):
    """Return the file's format, one of FORMATS, if that may be decoded at all."""
    file.seek(0, os.SEEK_END)
    length = file.tell()
    if not length:
        raise ValidationError(EMPTY)
    if length > MAX_BYTES:
        raise ValidationError(
            _("This file is larger than %(limit)d MB. Please upload a smaller one."),
            params={"limit": MAX_BYTES // 1024 // 1024},
        )
    file.seek(0)
    head = file.read(image_files.HEAD)
    kind = image_files.kind_of(head)
    if kind not in FORMATS:
        sentence = NO_PICTURES.get(kind) or (OTHER_FILE if kind else NO_PICTURE)
        raise ValidationError(sentence, params={"kind": kind})
    # Uploads only: saved pages name their pictures as their servers did.
    suffix = PurePath(file.name or "").suffix if isinstance(file, File) else ""
    if suffix.lower() not in SUFFIXES:
        raise ValidationError(WRONG_NAME, params={"suffix": suffix[:20]})
    if size := image_files.stated_size(kind, head):
        _check_pixels(*size, kind)
    if what := image_files.hidden_in(file, kind):
        raise ValidationError(HIDDEN, params={"what": what})
    return kind


def _check_pixels(width, height, kind):
    if width * height > MAX_PIXELS_OF.get(kind, MAX_PIXELS):
        raise _too_many_pixels(kind)


def _too_many_pixels(kind):
    limit = MAX_PIXELS_OF.get(kind, MAX_PIXELS) // 1_000_000
    return ValidationError(TOO_MANY_PIXELS, params={"limit": limit})


def _clean(image, kind, file, enough, is_kept):
    is_animated = kind != "JPEG" and getattr(image, "is_animated", False)
    if is_animated:
        image.seek(0)
    profile = _profile_of(image)
    orientation = image.getexif().get(ExifTags.Base.Orientation)
    full_size, original = image.size, b""
    is_as_is = orientation not in TURNS and not profile and not is_animated
    if is_kept and is_as_is:
        original = _alone(file, kind, image.mode)
    if kind == "JPEG" and (original or not is_kept):
        image.draft(None, enough)
    elif kind == "JPEG" and image.width * image.height > MAX_PIXELS_REMADE:
        image.draft(None, (image.width // 2, image.height // 2))
    file.seek(0)
    image.load()
    if original and kind == "PNG":
        image = _reduced(image, enough)
    elif kind != "JPEG" and image.width * image.height > MAX_PIXELS_REMADE:
        image = image.reduce(2)
    image = _in_srgb(image, profile)
    # Only now: turned in its final mode, and the file's own information is gone.
    if orientation in TURNS:
        image = image.transpose(TURNS[orientation])
    image.info.clear()
    remarks = (FIRST_FRAME,) if is_animated else ()
    return CleanImage(image, kind, original, full_size if original else None, remarks)


# EXIF 2.32, tag 274: how the picture has to be turned to stand upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _alone(file, kind, mode):
    """Return the file without its metadata, b"" where it has to be made anew."""
    if kind not in ("JPEG", "PNG") or mode == "CMYK":
        return b""
    file.seek(0)
    content = file.read()
    alone = image_files.jpeg_alone if kind == "JPEG" else image_files.png_alone
    try:
        return alone(content)
    except image_files.Unclear:
        return b""


def _reduced(image, enough):
    factor = min(image.width // enough[0], image.height // enough[1])
    if factor < 2 or image.mode not in ("L", "RGB", "RGBA"):
        return image
    return image.reduce(factor)


def _profile_of(image):
    """Return the picture's ICC profile, None if its numbers are sRGB already."""
    content = image.info.get("icc_profile")
    if not content:
        return _adobe_rgb() if _says_adobe_rgb(image) else None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
        return None if image.mode == "RGB" and _is_srgb(profile) else profile
    except (ImageCms.PyCMSError, OSError):
        # A broken profile says nothing; the numbers are taken as sRGB, as browsers do.
        return None


def _is_srgb(profile):
    """Say whether a profile changes no colour by more than two of 256 steps."""
    steps = range(0, 256, 51)
    colours = [(r, g, b) for r in steps for g in steps for b in steps]
    sample = Image.new("RGB", (len(colours), 1))
    sample.putdata(colours)
    shown = ImageCms.profileToProfile(sample, profile, SRGB)
    return all(
        abs(one - other) <= 2
        for one, other in zip(sample.tobytes(), shown.tobytes(), strict=True)
    )


def _says_adobe_rgb(image):
    """Say whether a camera wrote Adobe RGB, which it notes in EXIF, without a profile.

    Design rule for Camera File system 2.0: interoperability index "R03".
    """
    if image.mode != "RGB":
        return False
    interop = image.getexif().get_ifd(ExifTags.IFD.Interop)
    return interop.get(1) == "R03"


@cache
def _adobe_rgb():
    return ImageCms.ImageCmsProfile(io.BytesIO(matrix_profile(ADOBE_RGB, 563 / 256)))


# Red, green and blue as XYZ, adapted to D50 (Adobe RGB (1998), annex C).
ADOBE_RGB = (
    (0.60974, 0.31111, 0.01947),
    (0.20528, 0.62567, 0.06087),
    (0.14919, 0.06322, 0.74457),
)


def matrix_profile(primaries, gamma):
    """Return the bytes of a small ICC profile of a screen or camera (ICC.1:2001-04)."""

    def fixed(number):
        return struct.pack(">i", round(number * 65536))

    def xyz(numbers):
        return b"XYZ \0\0\0\0" + b"".join(fixed(number) for number in numbers)

    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    name = b"desc\0\0\0\0" + struct.pack(">I", 2) + b"-\0" + bytes(78)
    white = (0.9642, 1.0, 0.8249)
    tags = {
        b"desc": name + bytes(-len(name) % 4),
        b"cprt": b"text\0\0\0\0-\0\0\0",
        b"wtpt": xyz(white),
        **dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(xyz, primaries), strict=True)),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    place = 128 + 4 + 12 * len(tags)
    table, contents = struct.pack(">I", len(tags)), b""
    for key, content in tags.items():
        table += key + struct.pack(">II", place + len(contents), len(content))
        contents += content
    header = struct.pack(">I4xI", place + len(contents), 0x02100000)
    header += b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    header += b"".join(fixed(number) for number in white)
    return header.ljust(128, b"\0") + table + contents


def _in_srgb(image, profile):
    """Return the picture as RGB, or RGBA if any of it is transparent."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa")
    has_alpha = has_alpha or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    if profile and image.mode not in ("CMYK", "L"):
        image = image if image.mode == mode else image.convert(mode)
    if profile:
        image = _converted(image, profile, mode)
    if image.mode != mode:
        image = image.convert(mode)
    if has_alpha and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    return image


def _converted(image, profile, mode):
    is_in_place = image.mode == mode
    try:
        converted = ImageCms.profileToProfile(
            image, profile, SRGB, outputMode=mode, inPlace=is_in_place
        )
    except (ImageCms.PyCMSError, OSError):
        return image  # a profile for another kind of colours than the picture's
    return image if is_in_place else converted


def resized(image, width, height, box=None):
    """Return a PIL image scaled to a size in pixels; of `box` only, if given."""
    if image.size == (width, height) and box in (None, (0, 0, width, height)):
        return image
    return image.resize(
        (width, height), Image.Resampling.LANCZOS, box=box, reducing_gap=2
    )


def encode(image, format, *, width=None):
    """Return the bytes of a picture in a format, at most `width` pixels wide.

    Transparent pictures stand on white where the format has no transparency.
    """
    if width and image.width > width:
        image = resized(image, width, max(1, round(image.height * width / image.width)))
    options = {
        "JPEG": {"quality": 82, "optimize": True, "progressive": True},
        "WEBP": {"quality": 80, "method": 4},
        # Speed 6 takes nine times as long for files 5 % smaller.
        "AVIF": {"quality": 60, "speed": 8, "max_threads": 1},
        "PNG": {"optimize": True},
    }[format]
    return _save(image, format, **options)


def _save(image, format, **options):
    if format == "JPEG" and image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


# Of 64 neighbours so many must differ, and so many each way, to say anything.
TELLING, TELLING_EACH_WAY = 20, 6


def likeness_of(image):
    """Return the likeness of a PIL image (see CleanImage.likeness)."""
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    grey = image.resize((9, 8), Image.Resampling.BOX, reducing_gap=3).convert("L")
    rows = [grey.tobytes()[start : start + 9] for start in range(0, 72, 9)]
    steps = [row[n + 1] - row[n] for row in rows for n in range(8)]
    rises = sum(step > 1 for step in steps)
    falls = sum(step < -1 for step in steps)
    if rises + falls < TELLING or min(rises, falls) < TELLING_EACH_WAY:
        return ""
    return f"{sum((step > 0) << n for n, step in enumerate(steps)):016x}"


def content_name(content, extension):
    """Return a file name made of the content, so that an address never lies."""
    return f"{hashlib.sha256(content).hexdigest()[:20]}.{extension}"


class PhotoField(models.FileField):
    """A portrait, stored cleaned: a JPEG of at most 640 pixels.

    The upload is read when the form or `full_clean` validates, so a bad file is
    an error beside the field, not a broken page. It is no ImageField, because
    that one lets Pillow try every format it knows on a stranger's file.
    """

    WIDTH = 640

    def clean(self, value, instance):
        value = super().clean(value, instance)
        if value and not value._committed:
            clean = read_image(value.file, enough=(self.WIDTH,) * 2, is_kept=False)
            content = encode(clean.image, "JPEG", width=self.WIDTH)
            value.file = ContentFile(content)
            value.name = content_name(content, "jpg")
        return value

    def formfield(self, **kwargs):
        field = super().formfield(**kwargs)
        field.widget.attrs["accept"] = "image/*"
        return field
