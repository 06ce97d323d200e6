import uuid

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase

from articles.fields import AddressKeyField, BodyField
from articles.languages import direction_of
from articles.models.pictures import Picture
from articles.models.subjects import Section, Series, Tag
from articles.names import join_names
from articles.paths import path_for, quoted, validate_address
from articles.querysets import MOMENTS, ArticleQuerySet, TieQuerySet
from authors.shown import Shown, change

# Where an article stands on its way through review.
REVIEW = ("submitted_at", "approved_at", "approved_by")


def default_language():
    return settings.LANGUAGE_CODE


class Tie(models.Model):
    """A row that ties an article to a list: see TieQuerySet."""

    ARTICLE = "article_id"

    published_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)

    objects = TieQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        """Take the article's moments over when the row is made."""
        with transaction.atomic(savepoint=False):
            if self._state.adding:
                type(self).objects.fill([self])
            super().save(*args, **kwargs)

    def follow(self, article):
        """Take over the moments of an article that nobody else knows yet."""
        is_published = article.status == "published"
        for name in MOMENTS:
            setattr(self, name, getattr(article, name) if is_published else None)


class ArticleTag(Tie, ItemBase):
    """A tag on an article."""

    ARTICLE = "content_object_id"

    content_object = models.ForeignKey("Article", models.CASCADE)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="%(class)s_items")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_object", "tag"], name="article_tag_once"
            )
        ]
        indexes = [
            # A tag's page, counted and in order, without looking at the articles.
            models.Index(
                fields=["tag", "-published_at", "-content_object", "expires_at"],
                condition=Q(published_at__isnull=False),
                name="article_tag_listed",
            )
        ]

    def __str__(self):
        return f"{self.tag} on {self.content_object}"


class Article(Shown, models.Model):
    """A story: what an editor writes and a reader reads.

    An article keeps the path it was born with, wherever it was born: imported
    ones their old address, `.htm` and all, new ones `/YYYY/MM/slug/`, given at
    their first publication.
    """

    whole_by = "body"

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEW = "review", _("in review")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")
        # A row of its own that holds the unpublished changes of a live article.
        WORKING = "working", _("working copy")
        TRASHED = "trashed", _("in the trash")

    class Withdrawal(models.IntegerChoices):
        """How the page of a withdrawn article answers, beside its notice."""

        GONE = 410, _("the page is gone: search engines forget it (410)")
        NOTICE = 200, _("the notice is the page: it can be found (200)")

    # What the desk lists: neither working copies nor what was thrown away.
    LISTED = (Status.DRAFT, Status.REVIEW, Status.PUBLISHED, Status.WITHDRAWN)

    path = models.CharField(
        _("address"),
        max_length=500,
        unique=True,
        null=True,
        blank=True,
        validators=[validate_address],
        help_text=_(
            "Left empty, it becomes /year/month/headline/ at the first publication."
        ),
    )
    # Of an address that may be spelled in several ways (articles.paths.address_key).
    address_key = AddressKeyField()
    headline = models.CharField(max_length=300)
    front_headline = models.CharField(
        _("front-page headline"),
        max_length=300,
        blank=True,
        help_text=_("A shorter headline for the home page and lists."),
    )
    standfirst = models.TextField(
        blank=True, help_text=_("One or two sentences between headline and text.")
    )
    body = BodyField(blank=True)
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="articles"
    )
    series = models.ForeignKey(
        Series, models.SET_NULL, null=True, blank=True, related_name="articles"
    )
    series_position = models.PositiveSmallIntegerField(
        _("part"), null=True, blank=True, help_text=_("Its number in the series.")
    )
    authors = models.ManyToManyField(
        "authors.Author", through="Byline", related_name="articles"
    )
    tags = TaggableManager(through=ArticleTag, blank=True)
    lead_picture = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="leads"
    )
    language = models.CharField(
        max_length=35,
        default=default_language,
        help_text=_("A language tag: en, de, ar, zh-Hant."),
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    expires_at = models.DateTimeField(
        _("ends"),
        null=True,
        blank=True,
        help_text=_("From this moment on, readers no longer see it."),
    )
    material_update_at = models.DateTimeField(
        _("updated"),
        null=True,
        blank=True,
        help_text=_("Shown as “Updated”. Only for a change that matters to readers."),
    )
    material_update_note = models.CharField(
        _("what was updated"), max_length=300, blank=True
    )

    canonical_url = models.URLField(
        _("canonical address"),
        max_length=500,
        blank=True,
        help_text=_("For a republished piece: where the original stands."),
    )
    first_published_in = models.CharField(
        _("first published in"), max_length=200, blank=True
    )
    seo_title = models.CharField(
        _("title for search engines"), max_length=200, blank=True
    )
    seo_description = models.CharField(
        _("description for search engines"), max_length=300, blank=True
    )
    social_picture = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="social_of"
    )
    has_no_ads = models.BooleanField(_("no advertising"), default=False)
    is_no_index = models.BooleanField(_("hide from search engines"), default=False)
    ai_use = models.CharField(
        _("use of AI"),
        max_length=300,
        blank=True,
        help_text=_("What a machine did, in words for readers."),
    )
    sources = models.TextField(blank=True, help_text=_("What the story rests on."))
    checked_by = models.CharField(
        _("checked by"),
        max_length=300,
        blank=True,
        help_text=_("Who checked what, in words for readers."),
    )

    # Since when readers get a notice in its place; None where they never had it.
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawal_notice = models.TextField(
        _("notice"),
        blank=True,
        help_text=_(
            "Readers who follow a link to it get these sentences instead: why it was "
            "taken down. Left empty, they are told no more than that it was."
        ),
    )
    withdrawal_answer = models.PositiveSmallIntegerField(
        _("machines are told"),
        choices=Withdrawal,
        default=Withdrawal.GONE,
    )
    # Since when a retraction stands above it: the first Correction of that kind.
    retracted_at = models.DateTimeField(null=True, blank=True, editable=False)

    planned_for = models.DateField(
        _("planned for"),
        null=True,
        blank=True,
        help_text=_("A plan for the calendar. It publishes nothing."),
    )
    embargo_until = models.DateTimeField(
        _("embargo until"),
        null=True,
        blank=True,
        help_text=_("Nobody can publish it before this moment."),
    )

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # An editor found it fit to be published; a change by its author takes that back.
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    # Counts the saves; who holds an older number looks again before writing.
    version = models.PositiveIntegerField(default=1, editable=False)

    # The working copy: what editors change while readers see the live row.
    copy_of = models.OneToOneField(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="working_copy",
        editable=False,
    )
    has_unpublished_changes = models.BooleanField(default=False, editable=False)
    # Of a working copy: each field's digest in the live row when it was copied.
    base = models.JSONField(null=True, blank=True, editable=False)
    # Of a working copy: when the clock is to publish the changes.
    changes_due_at = models.DateTimeField(
        _("publish the changes at"), null=True, blank=True
    )

    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    trashed_from = models.CharField(max_length=10, blank=True, editable=False)

    # What must happen once at a moment did: see articles/publishing.py.
    announced_at = models.DateTimeField(null=True, blank=True, editable=False)
    end_announced_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        permissions = [
            ("publish_article", _("Can publish and withdraw articles")),
            ("edit_all_articles", _("Can see and edit everybody’s articles")),
            ("empty_trash", _("Can delete articles in the trash for good")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(published_at__isnull=False, path__isnull=False),
                name="article_published_has_moment_and_path",
                violation_error_message=_(
                    "A published article needs a date and an address."
                ),
            ),
            models.CheckConstraint(
                condition=Q(path__isnull=True) | Q(path__startswith="/"),
                name="article_path_is_absolute",
                violation_error_message=_("An address begins with “/”."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True)
                | Q(published_at__isnull=True)
                | Q(expires_at__gt=models.F("published_at")),
                name="article_ends_after_it_begins",
                violation_error_message=_("The end must be after the publication."),
            ),
            models.CheckConstraint(
                condition=Q(status="working", copy_of__isnull=False)
                | (~Q(status="working") & Q(copy_of__isnull=True)),
                name="article_working_copy_has_original",
            ),
        ]
        indexes = [
            models.Index(
                fields=["address_key"],
                condition=Q(address_key__isnull=False),
                name="article_address_key",
            ),
            # Public lists, all and one section's, with all that says who may see
            # them: SQLite looks for the status, too, before it skips a row. The
            # desk's newest first.
            models.Index(
                fields=["-published_at", "-id", "expires_at", "status"],
                condition=Q(status="published"),
                name="article_in_order",
            ),
            models.Index(
                fields=["section", "-published_at", "-id", "expires_at", "status"],
                condition=Q(status="published"),
                name="article_section_in_order",
            ),
            # The few that sitemaps leave out (newsroom/crawlers/sitemaps.py).
            models.Index(
                fields=["published_at"],
                condition=Q(status="published")
                & (Q(is_no_index=True) | ~Q(canonical_url="")),
                name="article_hidden",
            ),
            # With the status, so that page 1,000 skips the others without reading them.
            models.Index(
                fields=["-created_at", "-id", "status"], name="article_created"
            ),
            # The desk's filters, counts and search. SQLite reads a row's columns
            # in order, past the body: only an index answers without reading it.
            models.Index(
                fields=["status", "-created_at", "-id"], name="article_status"
            ),
            models.Index(
                fields=["status", "expires_at", "published_at"], name="article_state"
            ),
            models.Index(fields=["-published_at", "-id"], name="article_dated"),
            models.Index(fields=["language", "status"], name="article_language"),
            models.Index(
                fields=["section", "status", "-created_at", "-id"],
                name="article_section_desk",
            ),
            models.Index(fields=["headline"], name="article_headline"),
            # What the clock asks every second.
            models.Index(
                fields=["published_at"],
                condition=Q(status="published", announced_at__isnull=True),
                name="article_unannounced",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(
                    status="published",
                    expires_at__isnull=False,
                    end_announced_at__isnull=True,
                ),
                name="article_end_unannounced",
            ),
            models.Index(
                fields=["changes_due_at"],
                condition=Q(changes_due_at__isnull=False),
                name="article_changes_due",
            ),
            # The calendar of plans, and of the articles that have changes.
            models.Index(
                fields=["planned_for"],
                condition=Q(planned_for__isnull=False),
                name="article_planned",
            ),
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(has_unpublished_changes=True),
                name="article_changed",
            ),
        ]

    def __str__(self):
        return self.headline

    def save(self, *args, update_fields=None, **kwargs):
        """Count the version: every save of the row is one."""
        is_new = not self.pk or self._state.adding
        if update_fields is not None and "path" in update_fields:
            update_fields = {*update_fields, "address_key"}
        if not is_new:
            self.version = F("version") + 1
            if update_fields is not None:
                update_fields = {*update_fields, "version"}
                if "expires_at" in update_fields:
                    # A new end is to be announced when it comes.
                    self.end_announced_at = None
                    update_fields.add("end_announced_at")
        with transaction.atomic(savepoint=False):
            super().save(*args, update_fields=update_fields, **kwargs)
            named = update_fields is None or {"status", *MOMENTS} & set(update_fields)
            if named and not is_new:
                self.keep_ties_in_step([self.pk])
        if not isinstance(self.version, int):
            self.refresh_from_db(fields=["version"])

    def get_absolute_url(self):
        return quoted(self.path) if self.path else ""

    def plain_url(self):
        """Return where its text stands alone, for slow lines."""
        url = self.get_absolute_url()
        return f"{url}{'&' if '?' in url else '?'}plain"

    @staticmethod
    def keep_ties_in_step(keys):
        """Tell what lists these articles, by their keys, when readers may see them."""
        ArticleTag.objects.filter(content_object__in=keys).keep_in_step()
        Byline.objects.filter(article__in=keys).keep_in_step()

    def is_live(self, at=None):
        """Say what ArticleQuerySet.live() says, of this one article."""
        at = at or timezone.now()
        return (
            self.status == self.Status.PUBLISHED
            and self.published_at <= at
            and (self.expires_at is None or self.expires_at > at)
        )

    def state(self, at=None):
        """Return what the desk says of it: a status, or what the clock makes of one.

        One of "draft", "review", "withdrawn", "scheduled", "live", "changed" (live,
        with unpublished changes), "expired" and "trashed".
        """
        at = at or timezone.now()
        if self.status != self.Status.PUBLISHED:
            return self.status
        if self.is_live(at):
            return "changed" if self.has_unpublished_changes else "live"
        return "scheduled" if self.published_at > at else "expired"

    @property
    def original(self):
        """The article itself; of a working copy, the live one it belongs to."""
        return self.copy_of or self

    @property
    def direction(self):
        return direction_of(self.language)

    @cached_property
    def live_translations(self):
        """Its translations that readers may see: where, and for whom they are.

        `article_at` has them with the article.
        """
        if not self.pk:
            return []
        groups = self._meta.get_field("translation").related_model.objects
        own = groups.filter(article=self.pk).values("group")
        others = Article.objects.live().filter(translation__group__in=own)
        others = others.exclude(pk=self.pk).order_by("language", "pk")
        told = ("path", "language", "is_no_index", "canonical_url")
        return list(others.only(*told, "status", "published_at"))

    @property
    def is_listed(self):
        """Whether search engines are to list it: not hidden, and at home here."""
        return not (self.is_no_index or self.canonical_url)

    @property
    def alternates(self):
        """It and its translations as search engines are told of them, or nothing.

        They believe what each of them says of all: one that they are not to list names
        none, and none names it.
        """
        listed = [a for a in (self, *self.live_translations) if a.is_listed]
        return listed if self in listed and len(listed) > 1 else []

    @property
    def list_headline(self):
        return self.front_headline or self.headline

    @property
    def marked_headline(self):
        """The headline as it stands where the story itself does not."""
        if self.retracted_at:
            return _("Retracted: %(headline)s") % {"headline": self.headline}
        return self.headline

    def byline_text(self):
        """Return "A, B and C": the authors, without those who have another role."""
        return join_names(
            [byline.printed_name for byline in self.bylines.all() if not byline.role]
        )

    # The life of an article. These check nothing about who asks.

    def assign_path(self):
        """Give an article without an address its own, numbered where taken."""
        if self.path:
            return
        day = timezone.localtime(self.published_at or timezone.now())
        wanted = path_for(self.headline, day)
        stem, first = wanted.rstrip("/"), 1
        # Exact addresses are looked up in their index. Asking for what begins alike
        # reads all of them on SQLite: 240 ms at 100,000 (measured in 2026).
        while not self.path:
            numbers = range(first, first + 50)
            paths = [f"{stem}-{n}/" if n > 1 else wanted for n in numbers]
            found = Article.objects.filter(path__in=paths).exclude(pk=self.pk)
            taken = set(found.order_by().values_list("path", flat=True))
            self.path = next((path for path in paths if path not in taken), None)
            first += 50

    def submit(self):
        """Ask the editors to look at it, or at the changes of a working copy."""
        if self.status != self.Status.WORKING:
            self.status = self.Status.REVIEW
        self.submitted_at = timezone.now()
        self.approved_at = self.approved_by = None
        self.save(update_fields=["status", *REVIEW, "updated_at"])

    def approve(self, user):
        """Say that it may be published. Publishing stays a step of its own."""
        self.approved_at, self.approved_by = timezone.now(), user
        self.save(update_fields=["approved_at", "approved_by", "updated_at"])

    def take_approval_back(self):
        """Ask for another look: the text is no longer the one that was approved."""
        self.approved_at = self.approved_by = None
        self.save(update_fields=["approved_at", "approved_by"])

    def send_back(self):
        """Return it from review to its author."""
        if self.status != self.Status.WORKING:
            self.status = self.Status.DRAFT
        self.submitted_at = self.approved_at = self.approved_by = None
        self.save(update_fields=["status", *REVIEW, "updated_at"])

    def publish(self, at=None):
        """Show it to readers: now, or from the given moment on.

        A story that was already out keeps its first date, so that publishing
        it again does not lift it to the top of the home page.
        """
        now = timezone.now()
        self.status = self.Status.PUBLISHED
        self.published_at = at or min(self.published_at or now, now)
        self.submitted_at = self.approved_at = self.approved_by = None
        if self.announced_at:
            # Preview links that closed when it was out stay closed.
            links = self.preview_links.filter(created_at__lt=self.announced_at)
            links.filter(revoked_at=None).update(revoked_at=now)
        self.announced_at = self.end_announced_at = None
        self.withdrawn_at, self.withdrawal_notice = None, ""
        if self.expires_at and self.expires_at <= self.published_at:
            self.expires_at = None
        self._save_at_an_address(
            [
                *("status", "published_at", "expires_at", "path", "updated_at"),
                *(*REVIEW, "announced_at", "end_announced_at"),
                *("withdrawn_at", "withdrawal_notice"),
            ]
        )

    def _save_at_an_address(self, fields):
        """Save these fields; give it an address of its own, if it has none.

        On PostgreSQL somebody else may publish the same headline at this very moment:
        then the address is taken after it was found free.
        """
        if self.path:
            self.save(update_fields=fields)
            return
        for tries_left in reversed(range(10)):
            self.assign_path()
            try:
                with transaction.atomic():
                    self.save(update_fields=fields)
                return
            except IntegrityError:
                if not tries_left:
                    raise
                self.path = None

    def withdraw(self, notice="", answer=Withdrawal.GONE):
        """Take it from readers. The address stays its own, and tells them so.

        Of what was never out nobody is told anything.
        """
        now = timezone.now()
        if self.published_at and self.published_at <= now:
            self.withdrawn_at = now
        self.status = self.Status.WITHDRAWN
        self.withdrawal_notice, self.withdrawal_answer = notice, answer
        self.save(
            update_fields=[
                *("status", "withdrawn_at", "withdrawal_notice", "withdrawal_answer"),
                "updated_at",
            ]
        )

    def keep_retraction_in_step(self):
        """Note since when a retraction stands above it, where one does."""
        kind = Correction.Kind.RETRACTION
        rows = self.corrections.filter(kind=kind).order_by("corrected_at")
        at = rows.values_list("corrected_at", flat=True).first()
        others = Article.objects.filter(pk=self.pk).exclude(retracted_at=at)
        if others.update(retracted_at=at):
            change(self.shown_key(), self.card_key(), self.line_key())
        self.retracted_at = at


class Byline(Tie):
    """An author's place among the authors of an article."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="bylines")
    author = models.ForeignKey("authors.Author", models.PROTECT, related_name="bylines")
    role = models.CharField(
        max_length=100,
        blank=True,
        help_text=_("Left empty: a writer. Else “Photographs”, “Translation”."),
    )
    credit = models.CharField(
        _("name as printed"),
        max_length=200,
        blank=True,
        help_text=_("Where this story prints the name differently."),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "author", "role"],
                name="byline_once",
                violation_error_message=_("This author stands in the byline already."),
            )
        ]
        indexes = [
            # An author's page, as a tag's.
            models.Index(
                fields=["author", "-published_at", "-article", "expires_at"],
                condition=Q(published_at__isnull=False),
                name="byline_listed",
            )
        ]

    def __str__(self):
        return self.printed_name

    @property
    def printed_name(self):
        return self.credit or self.author.name


class RelatedStory(models.Model):
    """A story an editor picked to stand below another one."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="related_stories")
    # A pick says nothing of its own: with the story it goes away.
    story = models.ForeignKey(Article, models.CASCADE, related_name="picked_for")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "story"], name="related_story_once"
            )
        ]

    def __str__(self):
        return str(self.story)


class Correction(models.Model):
    """What was wrong in a published article, said openly. Never deleted."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", _("Correction")
        CLARIFICATION = "clarification", _("Clarification")
        UPDATE = "update", _("Update")
        RETRACTION = "retraction", _("Retraction")

    class Place(models.TextChoices):
        TOP = "top", _("above the text")
        BOTTOM = "bottom", _("below the text")

    article = models.ForeignKey(Article, models.PROTECT, related_name="corrections")
    # The same correction in a live article and in its working copy.
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.CORRECTION)
    text = models.TextField()
    corrected_at = models.DateTimeField(_("date"), default=timezone.now)
    place = models.CharField(max_length=10, choices=Place, default=Place.BOTTOM)

    class Meta:
        ordering = ["corrected_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "key"], name="correction_once_per_article"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.corrected_at:%Y-%m-%d}"

    def save(self, *args, **kwargs):
        """Save it; a retraction is told of in lists, too."""
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)
            if self.kind == self.Kind.RETRACTION or self.article.retracted_at:
                self.article.keep_retraction_in_step()

    @property
    def anchor(self):
        """Return its name on the article's page, where links to it lead."""
        return f"correction-{str(self.key)[:8]}"
