"""Authors' photos out of an export, for authors who have none."""

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction

from articles.importers.missing import note_missing
from articles.importers.story import Story
from articles.models import ImportMade
from authors.models import Author
from authors.shown import many_changes

# So many are written at once; a small picture each waits for it in memory.
BATCH = 50


def take_portraits(directory, choices):
    """Give photos to the authors an export told of; yield Problems.

    Those have none who are here by their names, and whom no import gave one before: if
    it is gone, an editor took it away. A dry run says what is missing.
    """
    wanted = list(_wanted(directory.people))
    for start in range(0, len(wanted), BATCH):
        ready = []
        for author, person in wanted[start : start + BATCH]:
            carrier = Story(source_id=person.name[:500], root=person.root)
            path = _find(carrier, person.photo, choices)
            if path and not choices.is_dry_run and _read(author, path, carrier):
                ready.append(author)
            yield from carrier.problems
        with transaction.atomic(), many_changes():
            for author in ready:
                # Nobody has given them one meanwhile.
                if Author.objects.select_for_update().filter(pk=author.pk, photo=""):
                    author.save(update_fields=["photo"])
                    directory.made("photo", author)
            directory.write()


def _wanted(people):
    found = {}
    for person in people.told.values():
        author = people.find(person.name) if person.photo else None
        if author is not None and author.pk and not author.photo:
            found[author.pk] = person
    given = set(ImportMade.objects.filter(model="photo").values_list("key", flat=True))
    for author in Author.objects.filter(pk__in=found.keys() - given, photo=""):
        yield author, found[author.pk]


def _find(carrier, photo, choices):
    if choices.is_dry_run:
        choices.media.look_for(carrier, photo)
        return None
    path = choices.media.find(carrier, photo)
    if path is None:
        note_missing(carrier, photo, choices.media.why_not(photo.src))
    return path


def _read(author, path, carrier):
    """Set a photo, cleaned and not stored yet; say whether it is one."""
    field = Author._meta.get_field("photo")
    try:
        with path.open("rb") as file:
            author.photo = File(file, name=path.name)
            field.clean(author.photo, author)
    except (ValidationError, OSError) as error:
        reason = error.messages[0] if isinstance(error, ValidationError) else error
        carrier.note("picture", f"A photo was left out: {reason}", sample=path.name)
        return False
    return True
