from itertools import groupby
from operator import methodcaller

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from authors.addresses import address_of
from authors.images import PhotoField
from authors.querysets import AuthorQuerySet
from authors.shown import Shown
from authors.slugs import make_unique_slug

# Particles that belong to the family name where a name is sorted: "Ana de la Cruz"
# stands under D. Titles and suffixes do not count.
PARTICLES = {"de", "del", "della", "der", "di", "du", "la", "le", "van", "von", "al"}
SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md", "m.d."}


def sort_name_of(name):
    """Return "Family, Given" for a name written "Given Family".

    A name that is one word, or that has a comma already, is returned as it is.
    """
    words = name.split()
    suffixes = []
    while len(words) > 2 and words[-1].lower().strip(",") in SUFFIXES:
        suffixes.insert(0, words.pop())
    words = " ".join(words).rstrip(",").split()
    if len(words) < 2 or "," in " ".join(words):
        return name
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    given = [*words[:start], *suffixes]
    return f"{' '.join(words[start:])}, {' '.join(given)}"


class Author(Shown, models.Model):
    """Somebody who has written for the site, with or without a login."""

    whole_by = "bio"

    name = models.CharField(max_length=200, help_text=_("As printed in the byline."))
    sort_name = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("“Family, Given”. Left empty, it is made from the name."),
    )
    slug = models.SlugField(
        max_length=100,
        unique=True,
        blank=True,
        allow_unicode=True,
        help_text=_("The last part of the page’s address. Left empty, it is made."),
    )
    photo = PhotoField(upload_to="authors", blank=True)
    tagline = models.CharField(
        max_length=200, blank=True, help_text=_("A few words: “Columnist”.")
    )
    bio = models.TextField(
        blank=True,
        help_text=_("Sentences for the box below the article. Blank lines divide."),
    )
    lives_in = models.CharField(
        max_length=200, blank=True, help_text=_("“Kettle Falls, Washington”")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    is_email_public = models.BooleanField(
        _("show the e-mail address to readers"), default=False
    )
    contact = models.CharField(
        max_length=300,
        blank=True,
        help_text=_("Another way to reach them, as printed: a post box, a telephone."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="author",
        help_text=_("The login of this author, if there is one."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AuthorQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "pk"]
        indexes = [models.Index(Lower("name"), name="author_name_lower")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """Fill the sort name and the slug where they were left empty."""
        filled = set()
        if not self.sort_name:
            self.sort_name = sort_name_of(self.name)
            filled.add("sort_name")
        if not self.slug:
            others = Author.objects.exclude(pk=self.pk)
            self.slug = make_unique_slug(self.name, others, fallback="author")
            filled.add("slug")
        if (update_fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*update_fields, *filled}
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return address_of("authors:detail", self.slug)

    def links_by_kind(self):
        """Return [(the kind's name, its links)], as the links stand in order."""
        groups = groupby(self.links.all(), key=methodcaller("get_kind_display"))
        return [(kind, list(links)) for kind, links in groups]


class AuthorLink(models.Model):
    """A book, blog, show or page of an author, as their box shows it."""

    class Kind(models.TextChoices):
        WEBSITE = "website", _("website")
        BLOG = "blog", _("blog")
        BOOK = "book", _("book")
        SHOW = "show", _("radio show or podcast")
        SOCIAL = "social", _("social profile")
        OTHER = "other", _("other")

    author = models.ForeignKey(Author, models.CASCADE, related_name="links")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=300, blank=True)
    role = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("For a book: “author”, “editor and contributor”."),
    )
    publisher = models.CharField(_("publisher or station"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title="") | ~models.Q(url=""),
                name="author_link_says_something",
                violation_error_message=_("Give the link a title or an address."),
            )
        ]

    def __str__(self):
        return self.title or self.url


class AuthorAlias(models.Model):
    """Another spelling of an author's name, found in old pages."""

    author = models.ForeignKey(Author, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = _("author aliases")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="author_alias_once",
                violation_error_message=_(
                    "This spelling belongs to an author already."
                ),
            )
        ]

    def __str__(self):
        return self.name
