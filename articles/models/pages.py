from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.fields import BodyField
from articles.models.articles import Article, default_language
from articles.paths import quoted, validate_path
from authors.shown import Shown


class Page(Shown, models.Model):
    """A simple page: about, contact, advertise with us."""

    path = models.CharField(
        _("address"), max_length=200, unique=True, validators=[validate_path]
    )
    title = models.CharField(max_length=200)
    body = BodyField(blank=True)
    language = models.CharField(max_length=35, default=default_language)
    is_published = models.BooleanField(_("visible to readers"), default=True)
    is_in_header = models.BooleanField(_("in the header menu"), default=False)
    is_in_footer = models.BooleanField(_("in the footer menu"), default=True)
    position = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "title"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return quoted(self.path)

    def clean(self):
        if Article.objects.filter(path=self.path).exists():
            raise ValidationError({"path": _("An article stands at this address.")})
