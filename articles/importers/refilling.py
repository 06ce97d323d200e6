"""Pictures that were missing when their stories came, put in place once they are here.

A body keeps a picture that was nowhere by its old address. Whether or not an editor
worked on the story since, that place is filled when a later run finds the file.
"""

from lxml import html

from articles.importers.media import absolute, note_missing, read_picture, show_picture
from articles.importers.values import digest

MARK = "<figure><img "


def find(work, media):
    """Return [(origin, story, {address: picture})] of unchanged stories to be filled.

    Reads and fetches files, and writes no rows: ask outside of a transaction. `work`
    holds (story, outcome, origin) of unchanged stories.
    """
    found = []
    for story, _outcome, origin in work:
        row = (origin.article or origin.page) if origin else None
        if row is None or MARK not in row.body:
            continue
        missing = _missing(row.body)
        pictures = {}
        for note in story.pictures:
            address = absolute(story, note.src)
            if address not in missing:
                continue
            path = media.find(story, note)
            if path is None:
                note_missing(story, note, media.why_not(address))
            elif picture := read_picture(story, note, path):
                pictures[address] = picture
        if pictures:
            found.append((origin, story, pictures))
    return found


def fill(found, directory):
    """Show the pictures in their stories' bodies; return the stories by id()."""
    filled = set()
    for origin, story, pictures in found:
        row = origin.article or origin.page
        before = digest(row.body)
        row.body = _filled(row.body, pictures, directory)
        fields = ["body"]
        if hasattr(row, "updated_at"):
            fields.append("updated_at")
        row.save(update_fields=fields)
        if origin.imported.get("body") == before:
            origin.imported["body"] = digest(row.body)
            origin.save(update_fields=["imported"])
        filled.add(id(story))
    return filled


def _missing(body):
    root = html.fragment_fromstring(body, create_parent="div")
    return set(root.xpath(".//figure[not(@data-picture)]/img/@src"))


def _filled(body, pictures, directory):
    root = html.fragment_fromstring(body, create_parent="div")
    for image in root.xpath(".//figure[not(@data-picture)]/img"):
        picture = pictures.get(image.get("src"))
        if picture is None:
            continue
        if picture.pk is None:
            picture.save()
            directory.made("picture", picture)
        show_picture(image.getparent(), image, picture)
    markup = html.tostring(root, encoding="unicode")
    return markup.removeprefix("<div>").removesuffix("</div>")
