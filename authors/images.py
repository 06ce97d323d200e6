"""Reading pictures that people upload, and making what readers get of them.

Everything that decodes an uploaded file goes through `read_image`: it opens an
allow-list of formats, refuses bombs before decoding, turns the picture upright,
brings its colours to sRGB and drops every piece of metadata (GPS positions!).
It stands in this app because authors have photographs and imports point
`newsroom → articles → authors`.
"""

import hashlib
import io
import os
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF"]
# 40 megapixels hold what cameras of 2026 make; decoded they take 120 MB.
MAX_PIXELS = 40_000_000
MAX_BYTES = 40 * 1024 * 1024
SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True)
class CleanImage:
    """A decoded picture: upright, sRGB, RGB or RGBA, without metadata."""

    image: Image.Image
    format: str  # of the upload: one of FORMATS

    @property
    def has_alpha(self):
        return self.image.mode == "RGBA"


def read_image(file):
    """Decode an uploaded file into a CleanImage.

    Raises ValidationError, with a sentence an editor understands, for whatever
    is no picture, is damaged, or is too large; nothing is decoded before its
    size is known.
    """
    file.seek(0, os.SEEK_END)
    if file.tell() > MAX_BYTES:
        raise ValidationError(
            _("This file is larger than %(limit)d MB. Please upload a smaller one."),
            params={"limit": MAX_BYTES // 1024 // 1024},
        )
    file.seek(0)
    try:
        image = Image.open(file, formats=FORMATS)
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise Image.DecompressionBombError(f"{width} × {height} pixels")
        name = image.format
        image = _upright_srgb(image)
    except Image.UnidentifiedImageError as error:
        raise ValidationError(
            _(
                "This is not a picture we can read. Please upload a JPEG, PNG, WebP, "
                "GIF or AVIF file."
            )
        ) from error
    # Ours, or Pillow's own for what is larger still.
    except Image.DecompressionBombError as error:
        raise ValidationError(
            _(
                "This picture has more than %(limit)d megapixels. Please upload a "
                "smaller version."
            ),
            params={"limit": MAX_PIXELS // 1_000_000},
        ) from error
    # Pillow's decoders raise these for truncated and for malicious files.
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise ValidationError(
            _("This picture is damaged or incomplete. Please export it again.")
        ) from error
    return CleanImage(image, name)


def _upright_srgb(image):
    profile = image.info.get("icc_profile")
    image.seek(0)  # the first frame of an animation
    image.load()
    image = ImageOps.exif_transpose(image)
    if profile:
        try:
            image = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                SRGB,
                outputMode="RGBA" if image.mode in ("RGBA", "LA", "PA") else "RGB",
            )
        except (ImageCms.PyCMSError, OSError):
            # A broken profile says nothing; the numbers are taken as sRGB, as
            # browsers do.
            profile = None
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    image = image.convert("RGBA" if has_alpha else "RGB")
    image.info.clear()
    return image


def encode(image, format, *, width=None):
    """Return the bytes of a picture in a format, at most `width` pixels wide.

    Transparent pictures stand on white where the format has no transparency.
    """
    if width and image.width > width:
        height = max(1, round(image.height * width / image.width))
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2)
    if format == "JPEG" and image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    options = {
        "JPEG": {"quality": 82, "optimize": True, "progressive": True},
        "WEBP": {"quality": 80, "method": 4},
        "PNG": {"optimize": True},
    }[format]
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


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
            content = encode(read_image(value.file).image, "JPEG", width=self.WIDTH)
            value.file = ContentFile(content)
            value.name = content_name(content, "jpg")
        return value

    def formfield(self, **kwargs):
        field = super().formfield(**kwargs)
        field.widget.attrs["accept"] = "image/*"
        return field
