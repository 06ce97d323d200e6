from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from articles.renditions import make_renditions
from authors.images import content_name, encode, read_image
from authors.shown import Shown

FOLDER = "pictures"


class Picture(Shown, models.Model):
    """A picture with everything that must be said about it."""

    title = models.CharField(
        max_length=200, blank=True, help_text=_("For finding it again; not printed.")
    )
    file = models.FileField(upload_to=FOLDER, editable=False)
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    # [{"name": "pictures/ab12.webp", "format": "webp", "width": 800, "height": 533}]
    renditions = models.JSONField(default=list, editable=False)
    # AVIF, crops and the likeness are made after the upload was answered.
    is_unfinished = models.BooleanField(default=True, editable=False)
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    # 16 hexadecimal digits: nearly the same for nearly the same picture.
    likeness = models.CharField(max_length=16, blank=True, editable=False, default="")
    uploaded_name = models.CharField(
        _("name of the file"), max_length=200, blank=True, editable=False
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    alt = models.CharField(
        _("alternative text"),
        max_length=500,
        blank=True,
        help_text=_("What the picture shows, for readers who cannot see it."),
    )
    is_decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("It says nothing that the text does not say."),
    )
    caption = models.TextField(blank=True)
    credit = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    rights_expire_on = models.DateField(null=True, blank=True)
    focal_x = models.FloatField(
        default=0.5, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    focal_y = models.FloatField(
        default=0.5, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["id"],
                name="picture_unfinished",
                condition=models.Q(is_unfinished=True),
            )
        ]

    def __str__(self):
        return self.title or self.alt or self.file.name

    def take(self, file):
        """Read an upload and store it with its renditions; the row is not saved.

        Raises ValidationError, before anything is stored, for what is no picture.
        """
        self.take_image(read_image(file))

    def take_image(self, clean):
        """Store a CleanImage with its renditions; the row is not saved."""
        kind, extension = ("PNG", "png") if clean.has_alpha else ("JPEG", "jpg")
        original = encode(clean.image, kind)
        self.digest = content_name(original, "").rstrip(".")
        self.width, self.height = clean.image.size
        self.file.name = _store(content_name(original, extension), original)
        self.renditions = [
            {
                "name": _store(rendition.name, rendition.content),
                "format": rendition.format,
                "width": rendition.width,
                "height": rendition.height,
            }
            for rendition in make_renditions(clean.image)
        ]

    @property
    def alt_text(self):
        return "" if self.is_decorative else self.alt

    def _srcset(self, format):
        sizes = sorted(
            (r for r in self.renditions if r["format"] == format),
            key=lambda r: r["width"],
        )
        return ", ".join(
            f"{default_storage.url(r['name'])} {r['width']}w" for r in sizes
        )

    @cached_property
    def webp_srcset(self):
        return self._srcset("webp")

    @cached_property
    def jpeg_srcset(self):
        return self._srcset("jpeg")

    def url_near(self, width):
        """Address of the smallest JPEG at least this wide, else of the widest."""
        jpegs = sorted(
            (r for r in self.renditions if r["format"] == "jpeg"),
            key=lambda r: r["width"],
        )
        if not jpegs:
            return self.file.url
        wide_enough = [r for r in jpegs if r["width"] >= width]
        return default_storage.url((wide_enough or jpegs[-1:])[0]["name"])


def _store(name, content):
    """Save a file named by its content, once; return its name in the storage."""
    path = f"{FOLDER}/{name[:2]}/{name}"
    if not default_storage.exists(path):
        path = default_storage.save(path, ContentFile(content))
    return path
