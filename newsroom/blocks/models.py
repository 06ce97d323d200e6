from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from newsroom.blocks.querysets import BlockQuerySet


class Placement(models.TextChoices):
    """The places of a page where blocks can stand, from top to bottom."""

    ABOVE_ARTICLE = "above_article", _("above the article")
    BETWEEN_PARAGRAPHS = "between_paragraphs", _("between paragraphs")
    AFTER_BODY = "after_body", _("after the body")
    SIDEBAR = "sidebar", _("sidebar")
    HOME = "home", _("home page")
    FOOTER = "footer", _("footer")


class Block(models.Model):
    """What share and advertise blocks have in common: where and when they show."""

    name = models.CharField(max_length=100, help_text=_("For the desk; not printed."))
    placement = models.CharField(max_length=20, choices=Placement)
    position = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Small numbers come first.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    sections = models.ManyToManyField(
        "articles.Section",
        blank=True,
        related_name="+",
        help_text=_("Only in these sections. None chosen: in all."),
    )
    not_sections = models.ManyToManyField(
        "articles.Section",
        verbose_name=_("except sections"),
        blank=True,
        related_name="+",
    )
    tags = models.ManyToManyField(
        "articles.Tag",
        blank=True,
        related_name="+",
        help_text=_("Only on articles with one of these tags. None chosen: on all."),
    )
    not_tags = models.ManyToManyField(
        "articles.Tag", verbose_name=_("except tags"), blank=True, related_name="+"
    )

    objects = BlockQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["placement", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_at__isnull=True)
                | models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="%(class)s_ends_after_it_starts",
                violation_error_message=_("“Until” must be after “from”."),
            )
        ]

    def __str__(self):
        return self.name


class ShareNetwork(models.Model):
    """A network readers can share on: a name and the address that takes a link."""

    name = models.CharField(max_length=50, unique=True)
    url_pattern = models.CharField(
        _("address pattern"),
        max_length=300,
        help_text=_(
            "{url} and {title} are replaced: https://example.org/share?u={url}&t={title}"
        ),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self):
        return self.name

    def clean(self):
        if not self.url_pattern.startswith(("https://", "http://")):
            raise ValidationError(
                {"url_pattern": _("The pattern begins with https:// or http://.")}
            )
        if "{url}" not in self.url_pattern:
            raise ValidationError(
                {"url_pattern": _("The pattern needs {url}, the place of the link.")}
            )
        rest = self.url_pattern.replace("{url}", "").replace("{title}", "")
        if "{" in rest or "}" in rest:
            raise ValidationError(
                {"url_pattern": _("Only {url} and {title} are replaced.")}
            )


class ShareBlock(Block):
    """An invitation to pass the story on."""

    call = models.CharField(
        _("call to action"), max_length=200, default=_("Share our stories")
    )
    text = models.TextField(blank=True, help_text=_("A sentence below it."))
    link_url = models.CharField(
        _("link"),
        max_length=500,
        blank=True,
        help_text=_("A page that says more: /share-our-stories/"),
    )
    link_label = models.CharField(max_length=100, blank=True)
    has_native = models.BooleanField(
        _("the device’s own share button"),
        default=True,
        help_text=_("Where the browser has one."),
    )
    has_copy = models.BooleanField(_("copy link"), default=True)
    has_email = models.BooleanField(_("e-mail"), default=True)
    networks = models.ManyToManyField(
        ShareNetwork, through="ShareBlockNetwork", blank=True, related_name="+"
    )


class ShareBlockNetwork(models.Model):
    """A network's place in a share block."""

    block = models.ForeignKey(ShareBlock, models.CASCADE, related_name="block_networks")
    network = models.ForeignKey(ShareNetwork, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["block", "network"],
                name="share_block_network_once",
                violation_error_message=_("This network is in the block already."),
            )
        ]

    def __str__(self):
        return str(self.network)


class AdvertiseBlock(Block):
    """An advertisement, or the house's own “advertise here”."""

    advertiser = models.CharField(
        max_length=200, blank=True, help_text=_("Left empty: a house advertisement.")
    )
    label = models.CharField(
        max_length=50,
        default=_("Advertisement"),
        help_text=_("Printed above it, so that nobody takes it for a story."),
    )
    headline = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    picture = models.ForeignKey(
        "articles.Picture", models.PROTECT, null=True, blank=True, related_name="+"
    )
    link_url = models.CharField(_("link"), max_length=500)
    link_label = models.CharField(
        max_length=100, blank=True, help_text=_("“Find out more”")
    )

    def clean(self):
        super().clean()
        if not (self.picture_id or self.headline or self.text):
            raise ValidationError(
                _("Give the block a picture, a headline or a text: it is empty.")
            )
