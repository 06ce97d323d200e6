"""Files that were missing when their stories came, put in place once they are here.

A body keeps a picture that was nowhere, and a document, by its old address; a lead
picture leaves nothing. What was missing stands in the story's origin. Whether or not an
editor worked on the story since, its places are filled when a later run finds the file;
an editor's own lead picture stays.
"""

from dataclasses import dataclass, field

from lxml import html

from articles.importers.bodies import body_of, save_pictures
from articles.importers.media import show_picture
from articles.importers.missing import absolute, note_missing
from articles.importers.values import MISSING, digest
from articles.models import Picture
from articles.rendering import picture_ids

MARK = "<figure><img "


@dataclass
class Found:
    """What was found for one story."""

    origin: object
    story: object
    pictures: dict[str, Picture] = field(default_factory=dict)  # by address, of a body
    lead: Picture | None = None
    whole: dict[int, Picture] = field(default_factory=dict)  # by position, of the story


def may_be_filled(story, origin, choices):
    """Say whether an unchanged story is to be read for a file that may be here now."""
    missing = origin.imported.get(MISSING) if origin else None
    if not missing or choices.is_dry_run:
        return False
    return choices.media.may_have(story, missing)


def find(work, media):
    """Return the Found of unchanged stories, whose text was read.

    Reads and fetches files, and writes no rows: ask outside of a transaction. `work`
    holds (story, outcome, origin) of unchanged stories.
    """
    found, known = [], {}
    for story, _outcome, origin in work:
        # First: of what lacks nothing, no row was loaded.
        if origin is None or story.unread or MISSING not in origin.imported:
            continue
        if (row := origin.article or origin.page) is None:
            continue
        one = Found(origin, story)
        missing = _missing(row.body)
        for note in story.pictures:
            address = absolute(story, note.src)
            is_lead = note.is_lead and row.lead_picture_id is None and not one.lead
            if is_lead or address in missing:
                picture = _picture(story, note, address, media, known)
                if picture and address in missing:
                    one.pictures[address] = picture
                if picture and is_lead:
                    one.lead = picture
        if one.pictures and digest(row.body) == origin.imported.get("body"):
            one.whole = media.read_pictures(story, known)
        else:
            media.fetch_documents(story)
        found.append(one)
    return found


def _picture(story, note, address, media, known):
    path = media.find(story, note)
    if path is None:
        story.missing.append(address)
        note_missing(story, note, media.why_not(address))
        return None
    return media.read_once(story, note, path, known)


def fill(found, directory, links):
    """Put what was found in its place; return the stories that changed by id()."""
    return {id(one.story) for one in found if _fill(one, directory, links)}


def _fill(one, directory, links):
    row, imported = one.origin.article or one.origin.page, one.origin.imported
    before, fields = digest(row.body), []
    body = _filled(row.body, one.pictures, directory) if one.pictures else row.body
    body = links.place_documents(one.story, body)
    if one.whole:
        # With its galleries, which a body with missing pictures has not.
        save_pictures(one.story, one.whole, directory)
        whole = body_of(one.story, one.whole, links)
        # Of what an earlier run had, and this one has not, nothing may go.
        body = whole if picture_ids(body) <= picture_ids(whole) else body
    if body != row.body:
        row.body = body
        fields.append("body")
        if imported.get("body") == before:
            imported["body"] = digest(body)
    # One that an editor took away stays away.
    if one.lead and imported.get("lead_picture_id", digest(None)) == digest(None):
        _store(one.lead, directory)
        row.lead_picture = one.lead
        fields.append("lead_picture")
        imported["lead_picture_id"] = digest(row.lead_picture_id)
    if not fields:
        return False
    if hasattr(row, "updated_at"):
        fields.append("updated_at")
    row.save(update_fields=fields)
    imported.pop(MISSING, None)
    if one.story.missing:
        imported[MISSING] = sorted(set(one.story.missing))
    one.origin.save(update_fields=["imported"])
    return True


def _store(picture, directory):
    if picture.pk is None:
        picture.save()
        directory.made("picture", picture)


def _missing(body):
    if MARK not in body:
        return set()
    root = html.fragment_fromstring(body, create_parent="div")
    return set(root.xpath(".//figure[not(@data-picture)]/img/@src"))


def _filled(body, pictures, directory):
    root = html.fragment_fromstring(body, create_parent="div")
    for image in root.xpath(".//figure[not(@data-picture)]/img"):
        picture = pictures.get(image.get("src"))
        if picture is None:
            continue
        _store(picture, directory)
        show_picture(image.getparent(), image, picture)
    markup = html.tostring(root, encoding="unicode")
    return markup.removeprefix("<div>").removesuffix("</div>")
