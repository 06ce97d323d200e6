"""Articles that are translations of one another: linked, parted, and listed."""

from django.conf.locale import LANG_INFO
from django.db import transaction
from django.utils.translation import gettext as _

from articles.models import Article, Translation


class CannotLink(Exception):
    """Two articles cannot be translations of one another; the text says why."""


def group_key(group):
    """Return a group's name in surrogate keys, however the database spells a UUID."""
    return str(group).replace("-", "")[:16]


def members_of(article):
    """Return all articles of an article's group, itself included, by language."""
    own = Translation.objects.filter(article=article).values("group")
    return Article.objects.filter(translation__group__in=own).order_by("language", "pk")


@transaction.atomic
def link(article, other):
    """Make two articles, and what each is linked with, translations of one another.

    Raises CannotLink where two of them would be in one language.
    """
    if article.pk == other.pk:
        raise CannotLink(_("This is the article itself."))
    # Locked, so that two who link at once do not make two groups of one.
    keys = [article.pk, other.pk]
    held = Article.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    held = list(held.only("language"))
    rows = {r.article_id: r for r in Translation.objects.filter(article__in=keys)}
    groups = {row.group for row in rows.values()}
    if len(rows) == 2 and len(groups) == 1:
        return
    members = Article.objects.filter(translation__group__in=groups)
    together = {row.pk: row.language.lower() for row in (*members, *held)}
    if len(set(together.values())) < len(together):
        raise CannotLink(
            _(
                "Two of these would be in one language. Look at their languages, or "
                "part the one that is linked already."
            )
        )
    group = next((r.group for r in rows.values()), None) or Translation().group
    for key in together:
        _put(key, group)


def _put(key, group):
    # Deleted and made, not changed: the pages of the old group must hear of it, too.
    row = Translation.objects.filter(article=key).first()
    if row and row.group == group:
        return
    if row:
        row.delete()
    Translation.objects.create(article_id=key, group=group)


@transaction.atomic
def part(article):
    """Take an article out of its group; one that is left alone there is in none."""
    row = Translation.objects.filter(article=article).first()
    if row is None:
        return
    row.delete()
    rest = list(Translation.objects.filter(group=row.group)[:2])
    if len(rest) == 1:
        rest[0].delete()


def name_of(language):
    """Return what a language calls itself: Deutsch; its tag where nobody knows."""
    tag = language.lower().replace("_", "-")
    for known in (tag, tag.partition("-")[0]):
        found = LANG_INFO.get(known, {})
        # Some lead on to another, which has the name.
        for fallback in found.get("fallback", ()):
            found = LANG_INFO.get(fallback, found)
        if "name_local" in found:
            name = found["name_local"]
            return name[:1].upper() + name[1:]
    return language
