from django.db import models
from django.utils.translation import gettext_lazy as _


class ReadCount(models.Model):
    """How often an article was read in one hour. Nobody's name or address is kept."""

    article = models.ForeignKey(
        "articles.Article", models.CASCADE, related_name="read_counts"
    )
    hour = models.DateTimeField(help_text=_("The moment the hour begins."))
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hour", "article"], name="read_count_once")
        ]

    def __str__(self):
        return f"{self.article_id} at {self.hour:%Y-%m-%d %H} h: {self.count}"
