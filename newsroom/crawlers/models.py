import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator, validate_email
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsroom.crawlers.robots import ANSWERING, TRAINING


class CrawlRule(models.Model):
    """A line of robots.txt: what one program, or all of them, may look at."""

    agent = models.CharField(
        _("program"),
        max_length=60,
        default="*",
        validators=[
            RegexValidator(
                r"^(\*|[A-Za-z0-9_.-]+)\Z",
                _("The name by which the program calls itself, or “*” for all."),
            )
        ],
        help_text=_("“*” means all that have no rule of their own: Bingbot, GPTBot …"),
    )
    path = models.CharField(
        _("address"),
        max_length=300,
        default="/",
        validators=[
            RegexValidator(
                r"^[/*][^\s#\x00-\x1f\x7f]*\Z",
                _("An address begins with “/” and has no spaces; “*” and “$” may be."),
            )
        ],
        help_text=_("And all that begins with it. The longest that fits counts."),
    )
    is_allowed = models.BooleanField(_("allowed"), default=False)
    note = models.CharField(
        _("note"), max_length=200, blank=True, help_text=_("For the desk; not printed.")
    )

    class Meta:
        ordering = ["agent", "path"]
        verbose_name = _("rule for robots")
        verbose_name_plural = _("rules for robots")
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "path"],
                name="crawl_rule_once",
                violation_error_message=_(
                    "There is a rule of this program and address."
                ),
            )
        ]

    def __str__(self):
        return f"{self.agent} {self.path}"

    @property
    def line(self):
        return f"{'Allow' if self.is_allowed else 'Disallow'}: {self.path}"


class Agent(models.Model):
    """A program of a language model, by the name that its maker documents.

    What all of them may do is said once (SiteFiles.machines). New ones come up every
    month: the list is the site's own.
    """

    class Purpose(models.TextChoices):
        TRAINING = TRAINING, _("fetches what a model learns from")
        ANSWERING = ANSWERING, _("fetches what answers somebody, and names it")

    name = models.CharField(
        _("program"),
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9_.-]+\Z",
                _("The name by which the program calls itself, as in robots.txt."),
            )
        ],
    )
    maker = models.CharField(_("made by"), max_length=100, blank=True)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["purpose", "name"]
        verbose_name = _("program of a language model")
        verbose_name_plural = _("programs of language models")

    def __str__(self):
        return self.name


SECURITY_URI = re.compile(r"(?:https://|tel:\+?)[^\s]+\Z")
ADS_ACCOUNT = re.compile(
    r"[a-z0-9-]+(?:\.[a-z0-9-]+)+\s*,\s*[^\s,]+\s*,\s*(?:DIRECT|RESELLER)"
    r"(?:\s*,\s*[^\s,]+)?\Z",
    re.IGNORECASE,
)
ADS_VARIABLES = (
    *("CONTACT", "SUBDOMAIN", "INVENTORYPARTNERDOMAIN", "OWNERDOMAIN"),
    "MANAGERDOMAIN",
)
ADS_VARIABLE = re.compile(rf"(?:{'|'.join(ADS_VARIABLES)})\s*=\s*\S.*\Z", re.IGNORECASE)
SECURE = [URLValidator(schemes=["https"])]


def validate_contacts(contacts):
    """Accept one contact per line, as RFC 9116 has them (2.5.3)."""
    for line in filter(None, map(str.strip, contacts.splitlines())):
        if SECURITY_URI.match(line):
            continue
        try:
            validate_email(line.removeprefix("mailto:"))
        except ValidationError as error:
            raise ValidationError(
                _(
                    "“%(line)s” is no contact: give an e-mail address, an address that "
                    "begins with https://, or tel: and a number."
                ),
                params={"line": line},
            ) from error


def validate_ads(text):
    """Accept ads.txt as the IAB has it (ads.txt 1.1): a record per line."""
    for number, line in enumerate(text.splitlines(), start=1):
        record = line.partition("#")[0].partition(";")[0].strip()
        if record and not (ADS_ACCOUNT.match(record) or ADS_VARIABLE.match(record)):
            raise ValidationError(
                _(
                    "Line %(number)d, “%(line)s”: write domain, account, DIRECT or "
                    "RESELLER, with commas between them, or OWNERDOMAIN=example.org."
                ),
                params={"number": number, "line": line.strip()[:80]},
            )


class SiteFiles(models.Model):
    """What stands in robots.txt, security.txt, humans.txt and ads.txt. There is one."""

    class Machines(models.TextChoices):
        ALL = "all", _("may read everything")
        ANSWERS = "answers", _("may answer readers with it, not train with it")
        NONE = "none", _("may read nothing")

    machines = models.CharField(
        _("language models"),
        max_length=10,
        choices=Machines,
        default=Machines.ALL,
        help_text=_(
            "Put into robots.txt, for the programs that say what they are for. Search "
            "engines are not meant. It is a request: not every program heeds it."
        ),
    )
    security_contacts = models.TextField(
        _("whom to tell of a hole"),
        blank=True,
        validators=[validate_contacts],
        help_text=_(
            "One per line, the preferred first: an e-mail address or https://… "
            "With it, there is a security.txt."
        ),
    )
    security_expires_on = models.DateField(
        _("looked through again by"),
        null=True,
        blank=True,
        help_text=_("From this day on nobody trusts the file: at most a year ahead."),
    )
    security_policy = models.URLField(
        _("how to report"), max_length=300, blank=True, validators=SECURE
    )
    security_encryption = models.URLField(
        _("key to encrypt with"), max_length=300, blank=True, validators=SECURE
    )
    security_thanks = models.URLField(
        _("page that thanks"), max_length=300, blank=True, validators=SECURE
    )
    security_languages = models.CharField(
        _("languages"),
        max_length=100,
        blank=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9-]+(\s*,\s*[A-Za-z0-9-]+)*\Z",
                _("Language tags, with commas between them: en, de."),
            )
        ],
        help_text=_("In which to write to you: en, de."),
    )
    humans = models.TextField(
        "humans.txt", blank=True, help_text=_("Who makes this site, in any form.")
    )
    ads = models.TextField(
        "ads.txt",
        blank=True,
        validators=[validate_ads],
        help_text=_(
            "Who may sell your advertising space, as the networks tell you: "
            "example.org, 1234, DIRECT"
        ),
    )

    class Meta:
        verbose_name = _("files for machines")
        verbose_name_plural = _("files for machines")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="crawlers_site_files_is_one"
            )
        ]

    def __str__(self):
        return "robots.txt, security.txt, humans.txt, ads.txt"

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    def clean(self):
        expires = self.security_expires_on
        if self.security_contacts.strip() and expires is None:
            raise ValidationError(
                {"security_expires_on": _("A security.txt needs a day (RFC 9116).")}
            )
        today = timezone.localdate()
        if (
            expires
            and self.security_contacts
            and not (0 < (expires - today).days <= 366)
        ):
            raise ValidationError(
                {"security_expires_on": _("A day within a year from tomorrow on.")}
            )

    def contacts(self):
        """Return the contacts of security.txt as addresses, the preferred first."""
        lines = filter(None, map(str.strip, self.security_contacts.splitlines()))
        return [
            line
            if line.startswith(("https://", "tel:", "mailto:"))
            else f"mailto:{line}"
            for line in lines
        ]
