"""One instead of two: merging authors, tags, sections and series; another picture.

What points at the first points at the second afterwards, in live articles and in
working copies, in the trash, and in tables this app does not know. Tables change as
a whole: something that 20,000 articles use moves in a few statements.
"""

import re

import lxml.html
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from articles import in_use, revisions, signals
from articles.html import clean
from articles.models import (
    Article,
    Byline,
    Page,
    Picture,
    Section,
    Tag,
    TagSynonym,
)
from authors.models import Author, AuthorAlias
from authors.shown import change

# So many rows are named in one statement, so many bodies are in memory.
KEYS, BODIES = 1000, 100
# What an author may leave to the one they become, where that one has nothing.
FILLED = ("photo", "tagline", "bio", "lives_in", "email", "contact")


@transaction.atomic
def merge(old, new, *, fills=False, keeps_printed_name=False):
    """Make `new` stand wherever `old` stands, and delete `old`.

    Returns how many articles changed, working copies counted as their originals.
    Of authors: `fills` gives the new one what it lacks (portrait, lines about them);
    `keeps_printed_name` prints the old name in the bylines that move.
    """
    model = type(old)
    if old.pk == new.pk:
        raise ValueError("A row cannot be merged into itself.")
    # In the order of their keys, so that two merges cannot wait for each other.
    rows = model.objects.select_for_update().filter(pk__in=[old.pk, new.pk])
    held = {row.pk: row for row in rows.order_by("pk")}
    old, new = held[old.pk], held[new.pk]
    keys = in_use.article_keys(old)
    in_step = _fields_in_step(keys)
    if model is Author:
        _merge_authors(old, new, fills, keeps_printed_name)
    elif model is Tag:
        _merge_tags(old, new)
    elif model is Section:
        _move_children(old, new)
    elif model is Picture:
        _show_instead(old, new, keys)
    _count_versions(keys - _repoint(old, new))
    _keep_in_step(in_step)
    signals.articles_changed.send(sender=model, articles=list(keys))
    change(*(key for row in (old, new) for key in (row.shown_key(), row.card_key())))
    if hasattr(old, "get_absolute_url"):
        moves = [(old.get_absolute_url(), new.get_absolute_url())]
        signals.addresses_moved.send(sender=model, moves=moves, reason="merge")
    old.delete()
    return _count_originals(keys)


def _repoint(old, new):
    """Let all rows point at the new one; return the keys of articles written here.

    A row of an article is long: it is written once, with its version.
    """
    written = set()
    for relation in in_use.relations_to(type(old)):
        rows, name = relation.related_model._base_manager, relation.field.name
        pointing = rows.filter(**{name: old})
        for others in _unique_with(relation.field):
            same = {other: OuterRef(other) for other in others}
            pointing.filter(Exists(rows.filter(**{name: new}, **same))).delete()
        values = {name: new}
        if relation.related_model is Article:
            written.update(pointing.values_list("pk", flat=True))
            values |= {"version": F("version") + 1, "updated_at": timezone.now()}
        pointing.update(**values)
    return written


def _unique_with(field):
    """Yield the fields that must not be alike in two rows with one value here."""
    meta = field.model._meta
    names = [*meta.unique_together]
    names += [constraint.fields for constraint in meta.total_unique_constraints]
    for together in names:
        if field.name in together:
            yield [name for name in together if name != field.name]


def _in_batches(keys, size):
    keys = sorted(keys)
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _count_versions(keys):
    """Let whoever has one of these articles open look again before writing."""
    for batch in _in_batches(keys, KEYS):
        Article.objects.filter(pk__in=batch).update(
            version=F("version") + 1, updated_at=timezone.now()
        )


def _count_originals(keys):
    live = _live_rows()
    return len({live.get(key, key) for key in keys})


def _live_rows():
    """Return {working copy's key: its article's}; they are few, and have an index."""
    copies = Article.objects.filter(copy_of__isnull=False).order_by()
    return dict(copies.values_list("pk", "copy_of_id"))


# Working copies remember what the live article said when they were made. A merge
# changes both, and is no change that an editor would have to settle.


def _copies(keys):
    wanted = [
        copy for copy, live in _live_rows().items() if copy in keys or live in keys
    ]
    return Article.objects.select_related("copy_of").in_bulk(wanted)


def _fields_in_step(keys):
    """Return {working copy's key: the fields the live article has not changed}."""
    return {
        key: [
            name
            for name, digest in revisions.digests(revisions.take(copy.copy_of)).items()
            if digest == (copy.base or {}).get(name)
        ]
        for key, copy in _copies(keys).items()
    }


def _keep_in_step(in_step):
    for key, copy in _copies(in_step).items():
        now = revisions.digests(revisions.take(copy.copy_of))
        base = copy.base | {name: now[name] for name in in_step[key]}
        Article.objects.filter(pk=key).update(base=base)


# What is special to each.


def _merge_authors(old, new, fills, keeps_printed_name):
    if keeps_printed_name:
        Byline.objects.filter(author=old, credit="").update(credit=old.name)
    _keep_name(AuthorAlias, "author", old, new)
    known = Q(pk__in=[])
    for link in new.links.all():
        known |= Q(url=link.url) if link.url else Q(kind=link.kind, title=link.title)
    last = new.links.aggregate(last=Max("position"))["last"]
    after = 0 if last is None else last + 1
    old.links.exclude(known).update(author=new, position=F("position") + after)
    changed = []
    if fills:
        changed = [
            name for name in FILLED if getattr(old, name) and not getattr(new, name)
        ]
        if "email" in changed:
            changed.append("is_email_public")
        for name in changed:
            setattr(new, name, getattr(old, name))
    if old.user_id and not new.user_id:
        new.user_id, old.user_id = old.user_id, None
        old.save(update_fields=["user"])
        changed.append("user")
    if changed:
        new.save(update_fields=changed)


def _merge_tags(old, new):
    _keep_name(TagSynonym, "tag", old, new)


def _keep_name(model, field, old, new):
    """Let the old name, and the other names of the old one, mean the new one."""

    def named(name):
        return model.objects.annotate(lowered=Lower("name")).filter(
            lowered=Lower(Value(name))
        )

    model.objects.filter(**{field: old}).update(**{field: new})
    named(new.name).filter(**{field: new}).delete()
    if old.name.casefold() != new.name.casefold() and not named(old.name).exists():
        model.objects.create(name=old.name, **{field: new})


def _move_children(old, new):
    """Sections have one level: under a section that stands in another goes none."""
    if new.parent_id == old.pk:
        new.parent = None
        new.save(update_fields=["parent"])
    home = new.parent or new
    old.children.exclude(pk=new.pk).update(parent=home)
    change("furniture", f"in-section-{home.pk}")


def _show_instead(old, new, keys):
    """Put another picture into the bodies that show the old one."""
    shown = in_use.in_figure(old.pk)
    pages = Page.objects.filter(body__contains=shown)
    for model, wanted in (
        (Article, keys),
        (Page, list(pages.values_list("pk", flat=True))),
    ):
        for batch in _in_batches(wanted, BODIES):
            rows = model.objects.select_for_update().filter(
                pk__in=batch, body__contains=shown
            )
            rows = list(rows.only("pk", "body").order_by("pk"))
            for row in rows:
                row.body = with_picture(row.body, old, new)
            model.objects.bulk_update(rows, ["body"])


def with_picture(body, old, new):
    """Return a body that shows `new` where it showed `old`.

    The words of a caption stay, but not those that were copied from the old
    picture's own record: they say what it showed, and who took it.
    """

    def changed(found):
        figure = lxml.html.fragment_fromstring(found[0])
        figure.set("data-picture", str(new.pk))
        for image in figure.iterfind(".//img"):
            image.set("src", new.file.url)
            image.set("alt", new.alt_text)
            image.set("width", str(new.width))
            image.set("height", str(new.height))
        _correct_caption(figure, old, new)
        return lxml.html.tostring(figure, encoding="unicode", with_tail=False)

    # A stored body has one spelling; figures stand in galleries, which show none
    # themselves.
    shown = re.escape(in_use.in_figure(old.pk))
    figure = rf"<figure\b[^>]*\s{shown}[^>]*>.*?</figure>"
    return clean(re.sub(figure, changed, body, flags=re.DOTALL))


def _correct_caption(figure, old, new):
    caption = figure.find("figcaption")
    if caption is None:
        return
    credit = caption.find(".//small")
    if credit is not None and credit.text_content().strip() == old.credit.strip():
        credit.text = new.credit
        for child in list(credit):
            credit.remove(child)
        if not new.credit:
            credit.drop_tree()
    if old.caption and (caption.text or "").strip() == old.caption.strip():
        caption.text = f"{new.caption} " if len(caption) else new.caption
