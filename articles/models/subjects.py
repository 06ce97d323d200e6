from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from taggit.models import TagBase

from authors.addresses import address_of
from authors.shown import Shown
from authors.slugs import make_slug, make_unique_slug


class Section(Shown, models.Model):
    """A department of the publication. A section may stand under one other."""

    whole_by = "description"

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True, blank=True, allow_unicode=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    description = models.TextField(
        blank=True, help_text=_("Shown at the top of the section’s page.")
    )
    picture = models.ForeignKey(
        "articles.Picture",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pictured_sections",
        help_text=_("At the top of the section’s page, and where that is shared."),
    )
    position = models.PositiveSmallIntegerField(
        default=0,
        help_text=_("Place in lists of sections; small numbers come first."),
    )
    back_label = models.CharField(
        _("back-to label"),
        max_length=100,
        blank=True,
        help_text=_("Above an article: “Back to Commentary”. Left empty, the name."),
    )

    class Meta:
        ordering = ["position", "name"]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """Fill the slug where it was left empty."""
        if not self.slug:
            others = Section.objects.exclude(pk=self.pk)
            self.slug = make_unique_slug(self.name, others, fallback="section")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return address_of("articles:section", self.slug)

    def clean(self):
        if self.parent_id and self.parent_id == self.pk:
            raise ValidationError({"parent": _("A section cannot stand in itself.")})
        if self.parent_id and self.parent.parent_id:
            raise ValidationError(
                {"parent": _("Sections have one level: choose a section at the top.")}
            )
        if self.parent_id and self.pk and self.children.exists():
            raise ValidationError(
                {"parent": _("This section has sections of its own; move them first.")}
            )


class Series(Shown, models.Model):
    """Articles that are parts of one whole, in order."""

    whole_by = "description"

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, unique=True, blank=True, allow_unicode=True)
    description = models.TextField(
        blank=True, help_text=_("Shown at the top of the series’ page.")
    )
    picture = models.ForeignKey(
        "articles.Picture",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pictured_series",
        help_text=_("At the top of the series’ page, and where that is shared."),
    )

    class Meta:
        ordering = ["name"]
        verbose_name_plural = _("series")

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """Fill the slug where it was left empty."""
        if not self.slug:
            others = Series.objects.exclude(pk=self.pk)
            self.slug = make_unique_slug(self.name, others, fallback="series")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return address_of("articles:series", self.slug)


class Tag(Shown, TagBase):
    """What an article is about, across sections."""

    whole_by = "description"

    description = models.TextField(
        blank=True, help_text=_("Shown at the top of the tag’s page.")
    )
    picture = models.ForeignKey(
        "articles.Picture",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pictured_tags",
        help_text=_("Beside its name in the list of subjects, and on its page."),
    )

    class Meta:
        ordering = ["name"]
        # Autocomplete asks for names that begin with what was typed.
        indexes = [models.Index(Lower("name"), name="tag_name_lower")]

    def get_absolute_url(self):
        return address_of("articles:tag", self.slug)

    def slugify(self, tag, i=None):
        slug = make_slug(tag) or "tag"
        return slug if i is None else f"{slug}-{i}"


class TagSynonym(models.Model):
    """Another word for a tag; typed or imported, it becomes the tag."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="synonyms")
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="tag_synonym_once",
                violation_error_message=_("This word is a synonym of a tag already."),
            )
        ]

    def __str__(self):
        return self.name
