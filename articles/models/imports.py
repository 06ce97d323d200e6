from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.articles import Article
from articles.models.pages import Page

# Whoever has not told for so long is gone.
SILENCE = timedelta(minutes=2)


class Import(models.Model):
    """One run of an import: what was asked, what became of it, what may be undone."""

    class State(models.TextChoices):
        SEEN = "seen", _("looked through")  # a dry run: nothing was written
        WAITING = "waiting", _("waiting to start")
        RUNNING = "running", _("running")
        STOPPING = "stopping", _("stopping")  # as soon as its batch is written
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    # States in which a process has it in hand, or is to take it (`began_at` is empty).
    AT_WORK = (State.RUNNING, State.STOPPING, State.UNDOING)

    # What the stories' origins call the source; see Origin.system.
    source = models.CharField(_("source"), max_length=50)
    kind = models.CharField(_("kind"), max_length=30, blank=True)
    paths = models.JSONField(_("files"), default=list)
    options = models.JSONField(_("options"), default=dict)
    is_dry_run = models.BooleanField(_("dry run"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    began_at = models.DateTimeField(_("began"), null=True)
    # Written as it goes: one that is old belongs to a process that is gone. Of one that
    # waits, when the desk asked for it; it is empty where a command begins it itself.
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    total = models.PositiveIntegerField(null=True)  # stories there seem to be
    done = models.PositiveIntegerField(default=0)
    # {"new": 5, "changed": 1, "unchanged": 0, "refused": 0, "problems": {kind: 7},
    # "comments": 12, "authors": 3 …}
    counts = models.JSONField(default=dict)
    message = models.CharField(max_length=500, blank=True)
    # Not stored: the State that its process has been asked to end in.
    ends_as = None

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        permissions = [("run_import", _("Can import, and undo an import"))]

    def __str__(self):
        return f"{self.source}, {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

    @property
    def upload(self):
        """The name of the file that an editor uploaded, as long as it is kept."""
        return self.options.get("upload", "")

    def is_lost(self, at=None):
        """Say whether its process is gone without having said how it ended."""
        if self.state not in self.AT_WORK:
            return False
        return self.beat_at is None or (at or timezone.now()) - self.beat_at > SILENCE

    def is_under_way(self, at=None):
        """Say whether it is at work, or will be without anybody's doing."""
        waits = self.state == self.State.WAITING and self.beat_at is not None
        return waits or (self.state in self.AT_WORK and not self.is_lost(at))


class ImportProblem(models.Model):
    """Something an import did not understand, as its report lists it."""

    run = models.ForeignKey(Import, models.CASCADE, related_name="problems")
    kind = models.CharField(max_length=40)
    file = models.CharField(max_length=500)
    line = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=500)
    sample = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["run", "kind", "id"], name="import_problem")]

    def __str__(self):
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.reason}"


class ImportMade(models.Model):
    """A row beside the articles that an import made, so that it can be undone."""

    run = models.ForeignKey(Import, models.CASCADE, related_name="made")
    model = models.CharField(max_length=30)  # "author", "tag", "section", "picture" …
    key = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["run", "model"], name="import_made")]

    def __str__(self):
        return f"{self.model} {self.key}"


class Origin(models.Model):
    """Where an imported article, or a simple page, came from, and what it was there.

    Importers find their articles by (system, identifier). `imported` holds digests of
    the values as they were imported: a field that differs from them was changed by
    an editor, whose word counts more than the next import's.
    """

    article = models.OneToOneField(
        Article, models.CASCADE, null=True, related_name="origin"
    )
    page = models.OneToOneField(Page, models.CASCADE, null=True, related_name="origin")
    run = models.ForeignKey(Import, models.SET_NULL, null=True, related_name="origins")
    system = models.CharField(max_length=50)
    identifier = models.CharField(max_length=500)
    # Its path and query on the old site, as links there have it.
    address = models.CharField(max_length=500, blank=True, db_index=True)
    source = models.BinaryField(blank=True)  # the page, untouched
    encoding = models.CharField(max_length=40, blank=True)
    digest = models.CharField(
        max_length=64, db_index=True, help_text=_("SHA-256 of the file.")
    )
    imported = models.JSONField(default=dict, blank=True)
    imported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "identifier"], name="origin_once"
            ),
            models.CheckConstraint(
                condition=Q(article__isnull=True) ^ Q(page__isnull=True),
                name="origin_of_one_thing",
            ),
        ]

    def __str__(self):
        return f"{self.system}:{self.identifier}"


class Document(models.Model):
    """A file of an imported page that is no picture: a PDF, a recording, a table."""

    file = models.FileField(upload_to="documents", max_length=300)
    name = models.CharField(max_length=300)  # as it was called
    digest = models.CharField(max_length=64, unique=True)
    bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self):
        return self.name
