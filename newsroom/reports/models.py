from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from articles.models import Article

MOST = 3000  # letters


class ReportQuerySet(models.QuerySet):
    def for_desk(self, user):
        """Reports of the articles that this member of staff may see."""
        seen = Article.objects.for_desk(user).order_by()
        # Looked up for each report: SQLite would list all articles first.
        return self.filter(models.Exists(seen.filter(pk=models.OuterRef("article"))))

    def waiting(self):
        """Reports that nobody has settled yet."""
        return self.filter(state=Report.State.NEW)


class Report(models.Model):
    """What a reader says is wrong in an article. Of the reader no more is kept."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        DONE = "done", _("done")
        SPAM = "spam", _("spam")

    article = models.ForeignKey(
        Article,
        models.CASCADE,
        related_name="reports",
        verbose_name=_("article"),
        editable=False,
    )
    text = models.TextField(_("what is wrong"), max_length=MOST, editable=False)
    email = models.EmailField(_("e-mail for an answer"), blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.NEW)
    note = models.TextField(
        _("note"), blank=True, help_text=_("For the desk: what was found.")
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("settled by"),
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("reported error")
        verbose_name_plural = _("reported errors")
        indexes = [models.Index(fields=["state", "-sent_at"], name="report_inbox")]

    def __str__(self):
        return Truncator(self.text).chars(60)
