from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.articles import Article
from articles.models.pages import Page


class Version(models.Model):
    """What all versions have: a number of its own, a snapshot, who made it and why."""

    class Event(models.TextChoices):
        SAVED = "saved", _("Saved")
        BEFORE = "before", _("As it was before")
        SUBMITTED = "submitted", _("Submitted for review")
        SENT_BACK = "sent_back", _("Sent back")
        APPROVED = "approved", _("Approved")
        PUBLISHED = "published", _("Published")
        SCHEDULED = "scheduled", _("Scheduled")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        RESTORED = "restored", _("Restored")
        DISCARDED = "discarded", _("Changes discarded")
        BULK = "bulk", _("Changed from the list")
        IMPORTED = "imported", _("Imported")

    number = models.PositiveIntegerField()
    snapshot = models.JSONField(encoder=DjangoJSONEncoder)
    event = models.CharField(max_length=10, choices=Event, default=Event.SAVED)
    # Readers saw this one. Pruning keeps it, and what has a name.
    was_public = models.BooleanField(default=False)
    name = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Stays when the account is gone.
    created_by_name = models.CharField(max_length=150, blank=True)
    restored_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self):
        return self.name or f"{self.number}"

    @property
    def is_kept(self):
        return self.was_public or bool(self.name)


class Revision(Version):
    """A whole article as it was saved: every field, bylines, tags, corrections.

    It belongs to the live row, also where a working copy was saved. The shape of
    `snapshot` is told in articles/revisions.py.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="revisions")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "number"], name="revision_number_once"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="revision_created")]


class PageRevision(Version):
    """A simple page as it was saved; its snapshot is told in articles/pages.py."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="revisions")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "number"], name="page_revision_number_once"
            )
        ]


class Buffer(models.Model):
    """What somebody typed and has not saved yet: never history.

    One per row and user; of what has no row yet, one per `token`, which the form
    brings along.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token = models.CharField(max_length=36, blank=True)
    tab = models.CharField(max_length=36, blank=True)
    # [[name, value], …]: the form's own fields, as a browser sends them.
    data = models.JSONField(default=list)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.user}, {self.saved_at:%Y-%m-%d %H:%M}"


class Autosave(Buffer):
    """The buffer of an article's form."""

    article = models.ForeignKey(
        Article, models.CASCADE, null=True, related_name="autosaves"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article", "user"],
                condition=Q(article__isnull=False),
                name="autosave_once_per_article",
            ),
            models.UniqueConstraint(
                fields=["user", "token"],
                condition=Q(article__isnull=True),
                name="autosave_once_per_token",
            ),
        ]


class PageAutosave(Buffer):
    """The buffer of a simple page's form."""

    page = models.ForeignKey(Page, models.CASCADE, null=True, related_name="autosaves")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "user"],
                condition=Q(page__isnull=False),
                name="page_autosave_once_per_page",
            ),
            models.UniqueConstraint(
                fields=["user", "token"],
                condition=Q(page__isnull=True),
                name="page_autosave_once_per_token",
            ),
        ]


class Presence(models.Model):
    """Somebody has an article's form open, in one tab of a browser."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    tab = models.CharField(max_length=36)
    opened_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)
    typed_at = models.DateTimeField(null=True)
    # Who would like to take over, and since when.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article", "tab"], name="presence_once_per_tab"
            )
        ]

    def __str__(self):
        return f"{self.user}: {self.article}"
