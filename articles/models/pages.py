from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.fields import BodyField
from articles.languages import direction_of
from articles.models.articles import Article, default_language
from articles.models.pictures import Picture
from articles.paths import quoted, validate_path
from articles.querysets import PageQuerySet
from authors.shown import Shown


class Page(Shown, models.Model):
    """A simple page: about, contact, advertise with us. An article without byline."""

    class Purpose(models.TextChoices):
        """What the site says to machines, and elsewhere, that this page is."""

        MASTHEAD = "masthead", _("masthead: who makes the publication")
        ETHICS = "ethics", _("ethics: what it holds itself to")
        CORRECTIONS = "corrections", _("corrections policy")

    path = models.CharField(
        _("address"),
        max_length=200,
        unique=True,
        validators=[validate_path],
        help_text=_(
            "As /about/. Once it is changed, the old address leads to the new one; the "
            "menus follow."
        ),
    )
    title = models.CharField(_("title"), max_length=200)
    standfirst = models.TextField(
        _("standfirst"),
        blank=True,
        help_text=_("One or two sentences between title and text."),
    )
    body = BodyField(blank=True)
    lead_picture = models.ForeignKey(
        Picture,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="lead_of_pages",
        verbose_name=_("lead picture"),
    )
    language = models.CharField(
        _("language"),
        max_length=35,
        default=default_language,
        help_text=_("A language tag: en, de, ar, zh-Hant."),
    )
    seo_description = models.CharField(
        _("description for search engines"),
        max_length=300,
        blank=True,
        help_text=_("Left empty, the standfirst."),
    )
    purpose = models.CharField(
        _("is the page of"),
        max_length=12,
        choices=Purpose,
        blank=True,
        help_text=_("Search engines are told where these three stand."),
    )
    is_published = models.BooleanField(
        _("visible to readers"),
        default=True,
        help_text=_("Without it, the page is a draft: only the desk sees it."),
    )
    # When readers last got another text: "Last updated". Not every save.
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"],
                condition=~models.Q(purpose=""),
                name="page_of_a_purpose_once",
                violation_error_message=_("Another page has this purpose already."),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return quoted(self.path)

    def clean(self):
        if Article.objects.at_address(self.path).exists():
            raise ValidationError({"path": _("An article stands at this address.")})

    def is_live(self):
        """Say what PageQuerySet.live() says, of this one page."""
        return self.is_published and self.trashed_at is None

    def state(self):
        """Return what the desk says of it: "live", "draft" or "trashed"."""
        if self.trashed_at:
            return "trashed"
        return "live" if self.is_published else "draft"

    @property
    def direction(self):
        return direction_of(self.language)
