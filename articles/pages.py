"""Simple pages as values, and what becomes of them: as revisions.py for articles.

A snapshot is a dict that JSON can hold: the plain fields by name, and "lead_picture"
as None or {"id": …, "name": …}.
"""

from django.db.models import Max
from django.utils import timezone
from django.utils.text import capfirst

from articles.models import Page, PageRevision, Picture
from articles.revisions import name_of

PLAIN = ("title", "standfirst", "body", "language", "path", "seo_description")
CONTENT = (*PLAIN, "lead_picture", "is_published")
# Restoring brings back what was written: not where it stood, nor whether it was seen.
RESTORED = (
    "title",
    "standfirst",
    "body",
    "language",
    "seo_description",
    "lead_picture",
)
# What readers get as the page's text: a change of it is "Last updated".
READ = ("title", "standfirst", "body", "lead_picture")
Event = PageRevision.Event


def label_of(name):
    """Return what the desk calls a field of a snapshot."""
    return capfirst(Page._meta.get_field(name).verbose_name)


def take(page):
    """Return the snapshot of a page."""
    picture = page.lead_picture
    named = {"id": picture.pk, "name": str(picture)} if picture else None
    plain = {name: str(getattr(page, name)) for name in PLAIN}
    return plain | {"lead_picture": named, "is_published": page.is_published}


def told(page, snapshot):
    """Return a Page that is not to be saved: this one as a snapshot has it."""
    shown = Page(pk=page.pk, path=page.path, updated_at=page.updated_at)
    for name in PLAIN:
        setattr(shown, name, snapshot.get(name, getattr(page, name)))
    named = snapshot.get("lead_picture")
    shown.lead_picture = named and Picture.objects.filter(pk=named["id"]).first()
    return shown


def record(page, user, event=Event.SAVED, **fields):
    """Make a revision of what a page holds now; a save that changed nothing, none.

    Call it inside the transaction of the change, which holds the page's row: that
    is what keeps the numbers apart.
    """
    snapshot = take(page)
    newest = page.revisions.first()
    if event == Event.SAVED and newest and newest.snapshot == snapshot:
        if name := fields.get("name"):
            newest.name = name
            newest.save(update_fields=["name"])
        return newest
    number = page.revisions.aggregate(last=Max("number"))["last"] or 0
    return PageRevision.objects.create(
        page=page,
        number=number + 1,
        snapshot=snapshot,
        event=event,
        was_public=page.is_live(),
        created_by=user,
        created_by_name=name_of(user),
        **fields,
    )


def record_before(page):
    """Keep what stands in a page that has no revision of it: the demo makes such."""
    newest = page.revisions.first()
    if newest is None or newest.snapshot != take(page):
        record(page, None, Event.BEFORE, created_at=page.updated_at)


def restore(page, revision, user):
    """Write an older version into a page, as a new one; return whether it differed."""
    now, names = take(page), [n for n in RESTORED if n in revision.snapshot]
    changed = [name for name in names if now[name] != revision.snapshot[name]]
    if not changed:
        return False
    record_before(page)
    old = told(page, revision.snapshot)
    for name in changed:
        setattr(page, name, getattr(old, name))
    page.updated_at = timezone.now()
    page.save(update_fields=[*changed, "updated_at"])
    record(page, user, Event.RESTORED, restored_from=revision)
    return True


def trash(page, user):
    """Take a page away from readers and from the desk's lists; it can come back."""
    record_before(page)
    page.trashed_at = timezone.now()
    page.save(update_fields=["trashed_at"])
    record(page, user, Event.WITHDRAWN)


def bring_back(page, user):
    """Take a page out of the trash: as a draft, so that nobody shows it by accident."""
    page.trashed_at, page.is_published = None, False
    page.save(update_fields=["trashed_at", "is_published"])
    record(page, user, Event.RESTORED)
