"""Pictures that a saved page keeps beside itself. None is ever fetched."""

from pathlib import Path

from django.core.exceptions import ValidationError
from lxml import html

from articles.importers.story import Story
from articles.models import Picture
from authors.images import MAX_BYTES, read_image


def read_pictures(story: Story) -> dict[int, Picture]:
    """Read the story's pictures from its own folder; return them by position.

    New ones are stored as files but not yet as rows: encoding takes long, and an
    editor's save must not wait for it. What is missing, leads out of the folder
    or is no picture becomes a problem of the story.
    """
    found = {}
    for position, note in enumerate(story.pictures):
        if not note.path:
            story.note(
                "picture-elsewhere",
                "A picture stands on another site and was not fetched.",
                sample=note.src,
            )
            continue
        path = _inside(story.root, note.path)
        if path is None:
            story.note(
                "picture-missing",
                "A picture of the page is not in its folder.",
                sample=note.src,
            )
            continue
        picture = Picture(
            title=path.name[:200],
            alt=(note.alt or note.caption)[:500],
            caption=note.caption,
            credit=note.credit[:200],
        )
        picture.is_decorative = not picture.alt
        try:
            with path.open("rb") as file:
                picture.take_image(read_image(file))
        except (ValidationError, OSError) as error:
            reason = error.messages[0] if isinstance(error, ValidationError) else error
            story.note("picture", f"A picture was left out: {reason}", sample=note.src)
            continue
        known = Picture.objects.filter(digest=picture.digest, alt=picture.alt).first()
        found[position] = known or picture
    return found


def _inside(root, name):
    """Return the file below the folder, or None; links must not lead out of it."""
    if root is None:
        return None
    try:
        path = (Path(root) / name).resolve(strict=True)
        is_good = path.is_relative_to(root) and path.is_file()
        return path if is_good and path.stat().st_size <= MAX_BYTES else None
    except (OSError, ValueError, RuntimeError):
        return None


def place_pictures(story: Story, pictures: dict[int, Picture]) -> str:
    """Return the story's body with rows in the place of its picture notes.

    A picture that could not be had leaves its caption, or nothing.
    """
    if 'data-picture="import-' not in story.body_html:
        return story.body_html
    root = html.fragment_fromstring(story.body_html, create_parent="div")
    for figure in root.xpath(".//figure[starts-with(@data-picture, 'import-')]"):
        position = int(figure.get("data-picture").removeprefix("import-"))
        image = figure.find(".//img")
        if picture := pictures.get(position):
            figure.set("data-picture", str(picture.pk))
            image.set("src", picture.url_near(800))
            image.set("width", str(picture.width))
            image.set("height", str(picture.height))
        elif figure.xpath("string(figcaption)").strip():
            del figure.attrib["data-picture"]
            image.drop_tree()
        else:
            figure.drop_tree()
    markup = html.tostring(root, encoding="unicode")
    return markup.removeprefix("<div>").removesuffix("</div>")
