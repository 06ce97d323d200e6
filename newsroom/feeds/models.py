import secrets

from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import ArticleTag, Byline, Section, Tag
from authors.models import Author
from authors.shown import Shown

LONGEST_DELAY = 60 * 24 * 30  # minutes


class PartnerFeed(Shown, models.Model):
    """A feed for one partner: which stories, how much of each, and how late."""

    class Format(models.TextChoices):
        RSS = "rss", _("RSS 2.0")
        ATOM = "atom", _("Atom 1.0")
        JSON = "json", _("JSON Feed 1.1")

    name = models.CharField(
        _("partner"), max_length=100, help_text=_("For the desk; partners see it too.")
    )
    slug = models.SlugField(
        _("name in the address"),
        max_length=60,
        unique=True,
        help_text=_("/feeds/partner/courier/"),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Without it, the feed answers 404.")
    )
    format = models.CharField(
        _("format"), max_length=5, choices=Format, default=Format.RSS
    )
    count = models.PositiveSmallIntegerField(
        _("number of stories"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    is_full = models.BooleanField(
        _("full text"), default=True, help_text=_("Without it: headline and summary.")
    )
    names_original = models.BooleanField(
        _("names the original"),
        default=True,
        help_text=_(
            "Each full text ends with a line that leads to the story here: what "
            "search engines need to know which one is the original."
        ),
    )
    delay = models.PositiveIntegerField(
        _("delay in minutes"),
        default=0,
        validators=[MaxValueValidator(LONGEST_DELAY)],
        help_text=_("So long after their publication do stories enter the feed."),
    )
    token = models.CharField(
        _("secret part of the address"),
        max_length=64,
        blank=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9_-]{12,64}\Z",
                _("Letters, digits, “-” and “_”: at least 12 of them."),
            )
        ],
        help_text=_(
            "Whoever has the whole address can read the feed. Left empty, everybody "
            "who knows its name can."
        ),
    )
    sections = models.ManyToManyField(
        Section, blank=True, related_name="+", verbose_name=_("sections")
    )
    tags = models.ManyToManyField(
        Tag, blank=True, related_name="+", verbose_name=_("tags")
    )
    authors = models.ManyToManyField(
        Author, blank=True, related_name="+", verbose_name=_("authors")
    )

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("partner feed")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(count__gte=1, count__lte=100),
                name="partner_feed_count",
                violation_error_message=_("A feed has 1 to 100 stories."),
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("feeds:partner", args=filter(None, [self.slug, self.token]))

    def opens_for(self, token):
        """Say whether somebody with this secret part (or none: "") may read it."""
        return self.is_active and secrets.compare_digest(
            self.token.encode(), token.encode()
        )

    def chosen(self, articles):
        """Return the articles that all three choices let through."""
        if sections := [*self.sections.all()]:
            below = Section.objects.filter(parent__in=sections)
            articles = articles.filter(section__in=[*sections, *below])
        # By keys, so that an article with two of them stands there once.
        if tags := [*self.tags.all()]:
            tagged = ArticleTag.objects.filter(tag__in=tags).order_by()
            articles = articles.filter(pk__in=tagged.values("content_object"))
        if authors := [*self.authors.all()]:
            bylines = Byline.objects.filter(author__in=authors).order_by()
            articles = articles.filter(pk__in=bylines.values("article"))
        return articles

    def list_keys(self):
        """Return the surrogate keys of what lets stories in, or keeps them out."""
        sections = [*self.sections.all()]
        below = Section.objects.filter(parent__in=sections)
        return {
            "latest",
            *(f"in-section-{row.pk}" for row in (*sections, *below)),
            *(f"tagged-{row.pk}" for row in self.tags.all()),
            *(f"by-author-{row.pk}" for row in self.authors.all()),
        }


class Ping(models.Model):
    """A feed's address that the hub has to be told of (WebSub); gone when it is."""

    topic = models.CharField(max_length=500, unique=True)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self):
        return self.topic
