import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Page, Section
from articles.models.articles import default_language
from authors.images import PhotoField


def default_authority():
    """Return "host,year" of a site that begins now (RFC 4151, 2.1)."""
    return f"{urlsplit(settings.SITE_URL).hostname},{timezone.now():%Y}"


class Publication(models.Model):
    """The site itself: its name and what stands on every page. There is one."""

    name = models.CharField(max_length=100, default="Newsroom")
    tagline = models.CharField(max_length=200, blank=True)
    description = models.TextField(
        blank=True, help_text=_("For search engines and the foot of every page.")
    )
    language = models.CharField(max_length=35, default=default_language)
    copyright = models.CharField(
        _("copyright line"),
        max_length=200,
        blank=True,
        help_text=_("Without the year."),
    )
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    logo = PhotoField(
        _("logo"),
        upload_to="publication",
        blank=True,
        help_text=_(
            "For search engines, which show it beside stories: square, on a light "
            "ground. Left empty, the icon that browsers show."
        ),
    )
    hub = models.URLField(
        _("WebSub hub"),
        max_length=300,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_(
            "A service that tells readers’ programs of new stories at once. Feeds name "
            "it, and it is told when they change. Left empty: none."
        ),
    )
    feed_authority = models.CharField(
        _("name in feeds’ ids"),
        max_length=100,
        default=default_authority,
        validators=[
            RegexValidator(
                r"^[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?\Z",
                _("A domain and the year it was yours: news.example,2026."),
            )
        ],
        help_text=_(
            "Begins the id of each story in feeds. Leave it when the site moves to "
            "another domain: changed, every reader gets every story again as new."
        ),
    )

    class Meta:
        verbose_name = _("publication")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="publication_is_one")
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return "/"


class Heartbeat(models.Model):
    """When the clock last ran, and how: the desk warns when it is late."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()
    # What the last run could not do, in sentences for the desk; empty if all went.
    trouble = models.TextField(blank=True)

    def __str__(self):
        return f"{self.name}, {self.beat_at:%Y-%m-%d %H:%M:%S}"


def validate_link(address):
    """Refuse what a menu must not lead to: all but own paths and web addresses.

    Browsers drop tabs and line ends and read "\\" as "/", so none may be there.
    """
    is_web = re.match(r"https?://[^/\s]", address, re.IGNORECASE)
    is_ours = address.startswith("/") and not address.startswith("//")
    if not (is_web or is_ours) or re.search(r"[\x00-\x20\x7f\\]", address):
        raise ValidationError(
            _("An address begins with “/” or “https://” and has no spaces.")
        )


class MenuItemQuerySet(models.QuerySet):
    def live(self):
        """Items that readers see: none that leads to a page they may not see."""
        return self.filter(
            Q(page=None) | Q(page__is_published=True, page__trashed_at=None)
        )


class MenuItem(models.Model):
    """A line of the header or footer menu: a section, a page, or an own link."""

    class Menu(models.TextChoices):
        HEADER = "header", _("header")
        FOOTER = "footer", _("footer")

    menu = models.CharField(_("menu"), max_length=6, choices=Menu)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    section = models.ForeignKey(
        Section,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="menu_items",
        verbose_name=_("section"),
    )
    page = models.ForeignKey(
        Page,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="menu_items",
        verbose_name=_("page"),
    )
    address = models.CharField(
        _("address"), max_length=500, blank=True, validators=[validate_link]
    )
    label = models.CharField(
        _("label"),
        max_length=100,
        blank=True,
        help_text=_("Left empty, the name of the section or the page’s title."),
    )

    objects = MenuItemQuerySet.as_manager()

    # Deleted with what it leads to, which is not in use because of it.
    goes_with = ("section", "page")

    class Meta:
        ordering = ["menu", "position", "pk"]
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        constraints = [
            models.CheckConstraint(
                condition=Q(section__isnull=False, page__isnull=True, address="")
                | Q(section__isnull=True, page__isnull=False, address="")
                | (Q(section__isnull=True, page__isnull=True) & ~Q(address="")),
                name="menu_item_has_one_target",
                violation_error_message=_(
                    "A menu item leads to a section, a page or an address: one of them."
                ),
            ),
            models.CheckConstraint(
                condition=Q(address="") | ~Q(label=""),
                name="menu_item_link_has_label",
                violation_error_message=_("A link of its own needs a label."),
            ),
            models.UniqueConstraint(
                fields=["menu", "section"], name="menu_item_section_once"
            ),
            models.UniqueConstraint(
                fields=["menu", "page"], name="menu_item_page_once"
            ),
        ]

    def __str__(self):
        return self.label or str(self.section or self.page or self.address)
