"""Slugs for whatever script a name or a headline is written in."""

from django.utils.text import slugify


def make_slug(text, length=80):
    """Return the slug of a text, cut at a word, or "" where nothing is left.

    Letters of every script are kept (RFC 3987 lets addresses carry them), so a
    headline in Arabic or Japanese gets a readable address, not an empty one.
    """
    slug = slugify(text, allow_unicode=True)
    if len(slug) <= length:
        return slug
    cut = slug[: length + 1].rpartition("-")[0]
    return (cut or slug[:length]).strip("-")


def make_unique_slug(text, queryset, *, fallback):
    """Return a slug no row of the queryset has, numbered from 2 where taken."""
    base = make_slug(text) or fallback
    taken = set(queryset.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
