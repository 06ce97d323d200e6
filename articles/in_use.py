"""What uses an author, a section, a tag, a picture or a series.

Found by asking the models, so that it holds for tables this app does not know:
the site's advertisements are aimed at sections and tags, and show pictures.
"""

import re
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from articles.models import Article, ArticleTag, Byline, Page, Picture, TagSynonym
from authors.models import AuthorAlias, AuthorLink

# What belongs to a row and goes where it goes.
BELONGINGS = (AuthorAlias, AuthorLink, TagSynonym)
# Rows that tie something to an article: (the field of the article, what it is there).
TIES = {
    Byline: ("article", _("Articles, in the byline")),
    ArticleTag: ("content_object", _("Articles, as a tag")),
}


@dataclass(frozen=True)
class Use:
    """Rows that use something, and as what: “Articles, lead picture”."""

    label: str
    rows: QuerySet


def relations_to(model):
    """Return the relations by which rows of other tables point at a model's.

    Not those whose rows go with what they point at, by the word of their own model
    (`goes_with`: names of foreign keys), as the lines of a menu do.

    The hidden ones too: those of fields without a name for the reverse side, and
    those of the tables behind many-to-many fields.
    """
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if (relation.one_to_many or relation.one_to_one)
        and relation.auto_created
        and not relation.concrete
        and relation.related_model not in BELONGINGS
        and relation.field.name not in getattr(relation.related_model, "goes_with", ())
    ]


def uses_of(row):
    """Return a Use for each kind of use that there is.

    A working copy counts as the article that it is a copy of; what is in the trash
    is a use of its own, because it keeps its byline too.
    """
    uses = []
    for relation in relations_to(type(row)):
        uses += _uses_by(relation, row)
    if isinstance(row, Picture):
        keys = Article.objects.filter(pk__in=articles_that_show(row.pk))
        uses += _article_uses(_("Articles, in the text"), _originals_of(keys))
        pages = Page.objects.filter(body__contains=in_figure(row.pk))
        uses.append(Use(str(_("Pages, in the text")), pages))
    return [use for use in uses if use.rows.exists()]


def _uses_by(relation, row):
    model, field = relation.related_model, relation.field
    if model is Article:
        rows = Article.objects.filter(**{field.name: row})
        label = f"{_('Articles')}, {field.verbose_name}"
        return _article_uses(label, _originals_of(rows))
    if model in TIES:
        name, label = TIES[model]
        tied = model.objects.filter(**{field.name: row}).order_by()
        rows = Article.objects.filter(pk__in=tied.values(name))
        return _article_uses(label, _originals_of(rows))
    if owner := model._meta.auto_created:
        chosen = next(
            many
            for many in owner._meta.local_many_to_many
            if many.remote_field.through is model
        )
        model, field = owner, chosen
    rows = model._default_manager.filter(**{field.name: row})
    label = f"{capfirst(model._meta.verbose_name_plural)}, {field.verbose_name}"
    return [Use(label, rows)]


def _originals_of(rows):
    """Return the articles that these rows are, or are working copies of."""
    keys = rows.order_by().values(key=Coalesce(F("copy_of_id"), F("pk")))
    return Article.objects.filter(pk__in=keys)


def _article_uses(label, articles):
    trashed = _("%(use)s, in the trash") % {"use": label}
    return [
        Use(str(label), articles.originals()),
        Use(trashed, articles.in_trash()),
    ]


def in_figure(key):
    return f'data-picture="{key}"'


def articles_that_show(key):
    """Return the keys of the rows whose body shows a picture, working copies too.

    This reads every body: half a second at 100,000 articles.
    """
    rows = Article.objects.filter(body__contains=in_figure(key)).order_by()
    return list(rows.values_list("pk", flat=True))


def article_keys(row):
    """Return the keys of all article rows that use something, working copies too."""
    keys = set()
    for relation in relations_to(type(row)):
        model, name = relation.related_model, relation.field.name
        if model is Article or model in TIES:
            rows = model.objects.filter(**{name: row}).order_by()
            keys.update(rows.values_list(TIES.get(model, ("pk",))[0], flat=True))
    if isinstance(row, Picture):
        keys.update(articles_that_show(row.pk))
    return keys


def used_by_rows(model, keys):
    """Return those of the keys that rows of other tables point at; no text is read."""
    used = set()
    for relation in relations_to(model):
        rows = relation.related_model._base_manager
        name = relation.field.attname
        used.update(
            rows.filter(**{f"{name}__in": keys}).values_list(name, flat=True).distinct()
        )
    return used


def used_among(model, keys):
    """Return those of the keys whose rows are in use; a few queries for any number."""
    keys = set(keys)
    used = used_by_rows(model, keys)
    if model is Picture:
        for shown_in in (Article, Page):
            bodies = shown_in.objects.filter(body__contains='data-picture="')
            bodies = bodies.order_by().values_list("body", flat=True)
            for body in bodies.iterator():
                shown = re.findall(r'data-picture="(\d{1,18})"', body)
                used.update(keys.intersection(map(int, shown)))
    return used
