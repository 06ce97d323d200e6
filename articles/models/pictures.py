from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models.functions import Cast
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from articles import renditions
from articles.querysets import PictureQuerySet
from authors.images import content_name, read_image
from authors.shown import Shown, change

FOLDER = "pictures"


@dataclass(frozen=True)
class Sources:
    """What the markup of a picture needs, at what sizes it may be loaded."""

    formats: list[tuple[str, str]]  # (MIME type, srcset), best first, without JPEG
    url: str  # of the <img>: a JPEG
    srcset: str  # of the <img>; "" if there is only the original
    width: int  # pixels, of the largest: only their ratio matters to a page
    height: int
    is_cropped: bool  # False where a cut was asked for and is not there yet


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

    objects = PictureQuerySet.as_manager()

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
        return self.title or self.alt or self.uploaded_name or self.file.name

    def save(self, *args, **kwargs):
        """Save it; a moved focal point wants new cuts, an abandoned upload no files.

        What an earlier file of it left is removed after the commit.
        """
        if not self.is_unfinished and self.wanted():
            self.is_unfinished = True
            if (names := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*names, "is_unfinished"}
        try:
            super().save(*args, **kwargs)
        except Exception:
            # These were not there before `take`. The transaction is broken: who else
            # may have taken the same picture in this second cannot be asked.
            for name in self._stored:
                default_storage.delete(name)
            raise
        if self._replaced:
            transaction.on_commit(partial(remove_unused, self._replaced))
        self._stored, self._replaced = (), ()

    # Names of files that `take` stored for a row not saved yet, and of those that
    # row will no longer name.
    _stored = _replaced = ()
    # Sentences about the upload for who uploaded it, after `take`.
    remarks = ()

    def take(self, file):
        """Read an upload and store it with its renditions; the row is not saved.

        Raises ValidationError, before anything is stored, for what is no picture.
        """
        self.take_image(read_image(file))

    def take_image(self, clean):
        """Store a CleanImage with the renditions it needs at once; does not save.

        If anything fails on the way, or `save` fails, the files are removed again.
        """
        self._replaced = (*self._replaced, *self.file_names())
        original, extension = clean.as_original()
        digest = content_name(original, "").rstrip(".")
        stored = []
        try:
            name = _store(f"{digest}.{extension}", original, stored)
            sizes = renditions.at_once(*clean.size)
            files = list(_make(digest, clean.image, sizes, stored))
        # Whatever ends it, Ctrl-C too: no file may stay that no row names.
        except BaseException:
            remove_unused(stored)
            raise
        self._stored = (*self._stored, *stored)
        self.digest, self.likeness = digest, clean.likeness()
        self.width, self.height = clean.size
        self.file.name, self.renditions = name, files
        self.is_unfinished, self.remarks = True, clean.remarks

    def wanted(self):
        """Return the Renditions that are not there yet, of all there should be."""
        have = {_key(file) for file in self.renditions}
        focal = renditions.rounded(self.focal_x, self.focal_y)
        every = [
            *renditions.whole(self.width, self.height),
            *renditions.crops(self.width, self.height, focal),
        ]
        return [r for r in every if _key(r.as_json("")) not in have]

    def finish(self, *, is_anew=False):
        """Make the files that are missing (all of them: `is_anew`) and save the row.

        Returns whether the row was still what it was when the work began; if not, the
        files are dropped, and whoever changed it has left it unfinished. Raises
        OSError or ValidationError where its file is missing or is no picture.
        """
        before = (self.digest, self.focal_x, self.focal_y)
        with self.file.storage.open(self.file.name) as file:
            clean = read_image(file)
        old = self.file_names()
        if is_anew or (self.width, self.height) != clean.size:
            self.width, self.height = clean.size
            self.renditions = [f for f in self.renditions if _is_in_texts(f)]
        wanted, stored = self.wanted(), []
        try:
            made = list(_make(self.digest, clean.image, wanted, stored))
        # Whatever ends it, Ctrl-C too: no file may stay that no row names.
        except BaseException:
            remove_unused(stored)
            raise
        kept = [f for f in self.renditions if self._is_current(f) or _is_in_texts(f)]
        named = {_key(file): file for file in [*kept, *made]}
        self.renditions = list(named.values())
        self.likeness, self.is_unfinished = clean.likeness(), False
        digest, focal_x, focal_y = before
        with transaction.atomic():
            is_ours = Picture.objects.filter(
                pk=self.pk, digest=digest, focal_x=focal_x, focal_y=focal_y
            ).update(
                **{
                    name: getattr(self, name)
                    for name in ("renditions", "likeness", "width", "height")
                },
                is_unfinished=False,
            )
            if is_ours:
                change(self.shown_key())
            left = set(old) - set(self.file_names()) if is_ours else stored
            transaction.on_commit(partial(remove_unused, left))
        return bool(is_ours)

    def _is_current(self, file):
        if not file.get("crop"):
            return file["width"] in (*renditions.WIDTHS, self.width)
        focal = list(renditions.rounded(self.focal_x, self.focal_y))
        return file["crop"] in renditions.CROPS and file["focal"] == focal

    def file_names(self):
        """Return the names, in the storage, of all files of the picture."""
        names = [file["name"] for file in self.renditions]
        return [self.file.name, *names] if self.file.name else names

    @property
    def alt_text(self):
        return "" if self.is_decorative else self.alt

    def sources(self, crop="", near=960):
        """Return the Sources of the picture, whole or cut to a shape.

        `crop` is one of renditions.CROPS ("3:2"…). Where that cut is not there, or
        was made for another focal point, the whole picture is given, and the page
        has to cut it (object-fit). `near` is the width in pixels of the address for
        browsers that know no srcset. Asks the database nothing.
        """
        files = self._files(crop) if crop else []
        is_cropped = bool(files)
        files = files or self._files()
        jpegs = [file for file in files if file["format"] == "jpeg"]
        largest = jpegs[-1] if jpegs else None
        return Sources(
            formats=[
                (f"image/{format}", srcset)
                for format in renditions.FORMATS[:-1]
                if (srcset := _srcset(files, format))
            ],
            url=self._url_near(near, jpegs),
            srcset=_srcset(files, "jpeg"),
            width=largest["width"] if is_cropped else self.width,
            height=largest["height"] if is_cropped else self.height,
            is_cropped=is_cropped,
        )

    def _files(self, crop=""):
        """Return the kept renditions of a shape, narrowest first."""
        files = [file for file in self.renditions if file.get("crop", "") == crop]
        if crop:
            focal = list(renditions.rounded(self.focal_x, self.focal_y))
            files = [file for file in files if file["focal"] == focal]
        return sorted(files, key=lambda file: file["width"])

    def url_near(self, width, crop=""):
        """Address of the smallest JPEG at least this wide, else of the widest."""
        files = (self._files(crop) if crop else []) or self._files()
        return self._url_near(width, [f for f in files if f["format"] == "jpeg"])

    def largest(self, crop=""):
        """Return (address, width, height) of the widest JPEG of a shape.

        Where that cut is not made yet, of the whole picture.
        """
        files = (self._files(crop) if crop else []) or self._files()
        jpegs = [file for file in files if file["format"] == "jpeg"]
        if not jpegs:
            return self.file.url, self.width, self.height
        return _address(jpegs[-1]["name"]), jpegs[-1]["width"], jpegs[-1]["height"]

    def jpegs(self):
        """Return [(address, width, height)] of the whole picture, the widest first."""
        return [
            (_address(file["name"]), file["width"], file["height"])
            for file in reversed(self._files())
            if file["format"] == "jpeg"
        ]

    def _url_near(self, width, jpegs):
        wide_enough = [file for file in jpegs if file["width"] >= width]
        nearest = (wide_enough or jpegs[-1:] or [None])[0]
        return _address(nearest["name"]) if nearest else self.file.url


def _srcset(files, format):
    return ", ".join(
        f"{_address(file['name'])} {file['width']}w"
        for file in files
        if file["format"] == format
    )


@lru_cache(maxsize=4096)
def _address(name):
    # A picture has a dozen files, and stands on page after page.
    return default_storage.url(name)


def _key(file):
    """Return what tells apart the renditions of a picture."""
    focal = tuple(file.get("focal", ()))
    return (file.get("crop", ""), focal, file["format"], file["width"])


def _is_in_texts(file):
    """Say whether stored bodies may name the file, so that it has to stay.

    A body names a JPEG of the whole picture, for whoever reads it without us.
    """
    return file["format"] == "jpeg" and not file.get("crop")


def _make(digest, image, wanted, stored):
    """Make and store renditions; yield what Picture.renditions keeps of each.

    The names begin with the original's digest: only pictures of that digest share
    them, so that what is no longer used is found through an index.
    """
    for rendition, content in renditions.make(image, wanted):
        name = content_name(content, rendition.extension)
        yield rendition.as_json(_store(f"{digest}-{name}", content, stored))


def _store(name, content, stored):
    """Save a file named by its content, once; return its name in the storage.

    Notes the name in the list `stored` if it was not there before.
    """
    path = f"{FOLDER}/{name[:2]}/{name}"
    if default_storage.exists(path):
        if default_storage.size(path) == len(content):
            return path
        default_storage.delete(path)  # its writing was cut short
    try:
        path = default_storage.save(path, ContentFile(content))
    except OSError:
        # A full disk leaves what fitted. Where nothing may be written, nothing can
        # be deleted either.
        with suppress(OSError):
            default_storage.delete(path)
        raise
    stored.append(path)
    return path


def remove_unused(names):
    """Delete files of pictures, in the storage, that no picture names any more."""
    for name in {*names} - {*used(names)}:
        default_storage.delete(name)


def used(names):
    """Return those of the names of files, in the storage, that pictures name."""
    names = set(names)
    digests = {name.rpartition("/")[2][:20] for name in names}
    found = set()
    for picture in Picture.objects.filter(digest__in=digests):
        found.update(names.intersection(picture.file_names()))
    # Files of before 2026-11-23 do not say whose they are: their names hold no dash.
    for name in names - found:
        if "-" not in name and _is_named_anywhere(name):
            found.add(name)
    return found


def _is_named_anywhere(name):
    rows = Picture.objects.annotate(files=Cast("renditions", models.TextField()))
    return rows.filter(models.Q(file=name) | models.Q(files__contains=name)).exists()


@receiver(post_delete, sender=Picture, dispatch_uid="articles.pictures")
def _remove_files(instance, **kwargs):
    transaction.on_commit(partial(remove_unused, instance.file_names()))
