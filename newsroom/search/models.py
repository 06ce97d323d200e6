from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from newsroom.models import validate_link
from newsroom.search.words import ask

LONGEST_QUERY = 100


class PickQuerySet(models.QuerySet):
    def live(self, at=None):
        """Picks that readers may see: of stories, those of live ones."""
        live = Article.objects.live(at).filter(pk=models.OuterRef("article"))
        return self.filter(Q(article=None) | models.Exists(live))


class Pick(models.Model):
    """What an editor wants to stand above the results for a query."""

    query = models.CharField(
        _("query"),
        max_length=LONGEST_QUERY,
        help_text=_("The words a reader types: flood. Accents and capitals are one."),
    )
    # The words as the index has them.
    key = models.CharField(max_length=LONGEST_QUERY * 4, db_index=True, editable=False)
    article = models.ForeignKey(
        Article,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="search_picks",
        verbose_name=_("story"),
    )
    address = models.CharField(
        _("or an address"),
        max_length=500,
        blank=True,
        validators=[validate_link],
        help_text=_("A page of this site, as /tags/flood/, or of another one."),
    )
    title = models.CharField(
        _("title"),
        max_length=200,
        blank=True,
        help_text=_("Left empty, the story’s headline."),
    )
    text = models.CharField(_("text"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = PickQuerySet.as_manager()

    # A pick says nothing of its own: it goes with its story.
    goes_with = ("article",)

    class Meta:
        ordering = ["query", "position", "pk"]
        verbose_name = _("editor’s pick")
        verbose_name_plural = _("editor’s picks")
        constraints = [
            models.CheckConstraint(
                condition=Q(article__isnull=False, address="")
                | (Q(article__isnull=True) & ~Q(address="") & ~Q(title="")),
                name="pick_has_one_target",
                violation_error_message=_(
                    "A pick leads to a story, or to an address and has a title: one of "
                    "the two."
                ),
            )
        ]

    def __str__(self):
        return f"{self.query}: {self.title or self.article or self.address}"

    def save(self, *args, **kwargs):
        self.fill()
        super().save(*args, **kwargs)

    def fill(self):
        """Make the key of what was typed."""
        self.key = ask(self.query).key

    def clean(self):
        if self.query and not ask(self.query).key:
            raise ValidationError({"query": _("There is no word in it.")})


class QueryCount(models.Model):
    """How often something was searched for on a day. Nobody who did is in it."""

    day = models.DateField(_("day"), default=timezone.localdate)
    query = models.CharField(_("query"), max_length=LONGEST_QUERY)
    times = models.PositiveIntegerField(_("times"), default=0)
    results = models.PositiveIntegerField(
        _("results"), default=0, help_text=_("At the last time; 1,001: more than that.")
    )

    class Meta:
        ordering = ["-day", "-times", "query"]
        verbose_name = _("search")
        verbose_name_plural = _("searches of readers")
        constraints = [
            models.UniqueConstraint(fields=["day", "query"], name="query_once_a_day")
        ]
        indexes = [models.Index(fields=["-times", "-id"], name="query_by_times")]

    def __str__(self):
        return self.query
