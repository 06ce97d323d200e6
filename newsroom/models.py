from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.articles import default_language


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
