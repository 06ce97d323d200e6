"""What the newsroom says to itself about an article. Readers see none of it."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.articles import Article
from articles.models.revisions import Revision


class Note(models.Model):
    """A remark on an article, at a paragraph if wanted. Never published."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="notes")
    text = models.TextField()
    # The beginning of the paragraph it was written at; found again by its words,
    # because paragraphs have no names and move.
    paragraph = models.CharField(max_length=200, blank=True)
    is_send_back = models.BooleanField(default=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    written_by_name = models.CharField(max_length=150, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["written_at", "pk"]

    def __str__(self):
        return self.text[:60]


class Notice(models.Model):
    """Word to one member of staff of what happened to an article, on the desk."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices"
    )
    article = models.ForeignKey(Article, models.CASCADE, related_name="notices")
    text = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["user", "seen_at"], name="notice_unseen")]

    def __str__(self):
        return self.text


def make_token():
    return secrets.token_urlsafe(24)


class PreviewLink(models.Model):
    """An address under which somebody without a login may see an article early."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="preview_links")
    token = models.CharField(max_length=40, unique=True, default=make_token)
    # Pinned to this version; else it shows the newest.
    revision = models.ForeignKey(
        Revision, models.CASCADE, null=True, blank=True, related_name="preview_links"
    )
    label = models.CharField(_("for whom"), max_length=100, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    openings = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.label or f"{self.created_at:%Y-%m-%d %H:%M}"

    def why_closed(self, at=None):
        """Return "" while it opens, else why it does not.

        "trashed", "revoked", "expired", or "published": what it was made to show
        early has gone out since; of a live article, its changes were published or
        thrown away.
        """
        at = at or timezone.now()
        article = self.article
        if article.status == Article.Status.TRASHED:
            return "trashed"
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= at:
            return "expired"
        if article.is_live(at):
            # It shows the changes it was made for, not ones somebody began later.
            begun = Article.objects.filter(
                copy_of=article, created_at__lte=self.created_at
            )
            is_open = article.has_unpublished_changes and begun.exists()
            return "" if is_open else "published"
        # It was out meanwhile, and is withdrawn or ended by now.
        was_out = article.announced_at and article.announced_at > self.created_at
        return "published" if was_out else ""


class PublishCheck(models.Model):
    """How strict the site is about one check of the publish gate.

    Checks without a row have the level that articles/gate.py gives them.
    """

    class Level(models.TextChoices):
        BLOCKING = "blocking", _("blocks publication")
        ADVISORY = "advisory", _("advice")
        OFF = "off", _("not checked")

    check_name = models.CharField(_("check"), max_length=40, unique=True)
    level = models.CharField(max_length=10, choices=Level)

    class Meta:
        ordering = ["check_name"]
        verbose_name = _("publishing check")

    def __str__(self):
        return self.check_name
