"""Pictures and documents of imported stories, out of files that are here.

They lie beside the pages, or in a local copy of the old site's media (`--media`). A
picture that is nowhere stays in the body as the old site's address, which readers get
as a link; it is listed, and can be had later.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.files import File

from articles.html import CleanHTML
from articles.importers.addresses import host_of
from articles.importers.missing import absolute, names_of, note_missing
from articles.importers.readers import FIRST_PLACE
from articles.importers.story import PictureNote, Story
from articles.models import Document, Picture
from authors.images import MAX_BYTES, read_image

DOCUMENTS = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|csv|txt|epub|mp3|m4a|ogg|oga|wav|mp4|m4v"
    r"|mov|webm|zip|ics|kmz?)$",
    re.IGNORECASE,
)
PICTURES = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?)$", re.IGNORECASE)
HREFS = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
DOCUMENT_MAX = 200 * 1024 * 1024


@dataclass(frozen=True)
class Media:
    """Where files of the old site are looked for.

    `fetch(address)` returns the path of a file that was got from the network, or
    None; without it nothing is fetched.
    """

    folder: Path | None = None
    fetch: Callable | None = None
    problems: tuple = ()  # of an archive that the folder was unpacked from

    def find(self, story: Story, note: PictureNote):
        """Return the path of a picture's file, or None."""
        if note.path and (path := inside(story.root, note.path)):
            return path
        return self.at(absolute(story, note.src))

    def at(self, address):
        """Return the path of what stood at an address of the old site, or None."""
        if self.folder is not None:
            for name in names_of(address):
                if path := inside(self.folder, name):
                    return path
        return self.fetch(address) if self.fetch else None

    def may_have(self, story, missing):
        """Say whether any of these addresses may be had now, of a story not read yet.

        What lies beside a story's own source only its reader finds.
        """
        return story.root is not None or any(map(self.at, missing))

    def why_not(self, address):
        """Return why an address could not be fetched, "" where nothing was tried."""
        return getattr(self.fetch, "failures", {}).get(address, "")

    def look(self, story):
        """Note the story's pictures that are nowhere, without reading any."""
        for note in story.pictures:
            self.look_for(story, note)

    def look_for(self, story, note):
        """Note a picture that is nowhere here; nothing is fetched."""
        is_here = note.path and inside(story.root, note.path)
        if not is_here and not any(
            self.folder and inside(self.folder, name) for name in names_of(note.src)
        ):
            note_missing(story, note)

    def read_pictures(self, story: Story, known: dict) -> dict[int, Picture]:
        """Read the story's pictures; return them by position.

        `known` holds those of the stories before it that are no rows yet.

        New ones are stored as files but not yet as rows: encoding takes long, and an
        editor's save must not wait for it. What is missing, leads out of the folder
        or is no picture becomes a problem of the story.
        """
        found = {}
        for position, note in enumerate(story.pictures):
            path = self.find(story, note)
            if path is None:
                address = absolute(story, note.src)
                story.missing.append(address)
                note_missing(story, note, self.why_not(address))
                continue
            if picture := self.read_once(story, note, path, known):
                found[position] = picture
        self.fetch_documents(story)
        return found

    def read_once(self, story, note, path, known):
        """Return the Picture of a file, read once for all that `known` was given to."""
        key = path, _alt_of(note)
        if key not in known:
            known[key] = read_picture(story, note, path)
        return known[key]

    def fetch_documents(self, story):
        """Fetch what the story's text links to, where fetching is asked for."""
        # Now, as no network may be waited for while the database is.
        for href in HREFS.findall(story.body_html) if self.fetch else ():
            if DOCUMENTS.search(href.partition("?")[0]):
                address = absolute(story, unescape(href))
                if self.fetch(address) is None and (why := self.why_not(address)):
                    reason = f"A document was not fetched: {why}"
                    story.note("document-missing", reason, sample=address)

    def document(self, address, story):
        """Return the path of the document at an address of the old site, or None."""
        name = unquote(urlsplit(address).path).lstrip("/")
        return inside(story.root, name, DOCUMENT_MAX) or self.at(address)

    def read_document(self, address, story):
        """Return (the Document at an address of the old site, whether it is new).

        (None, False) where it is missing.
        """
        path = self.document(address, story)
        if path is None:
            return None, False
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if known := Document.objects.filter(digest=digest).first():
                return known, False
            file.seek(0)
            document = Document(
                name=path.name[:300], digest=digest, bytes=path.stat().st_size
            )
            _store(document, f"{digest[:20]}{path.suffix.lower()[:10]}", file)
            document.save()
        return document, True


def _store(document, name, file):
    """Store a document's file under its own name, once, however often it is tried."""
    storage, path = document.file.storage, f"{document.file.field.upload_to}/{name}"
    if storage.exists(path):
        if storage.size(path) == document.bytes:
            document.file.name = path
            return
        storage.delete(path)  # its writing was cut short
    document.file.save(name, File(file), save=False)


def _alt_of(note):
    return (note.alt or note.caption)[:500]


def read_picture(story, note, path):
    picture = Picture(
        title=path.name[:200],
        alt=_alt_of(note),
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
        return None
    known = Picture.objects.filter(digest=picture.digest, alt=picture.alt).first()
    return known or picture


def inside(root, name, largest=MAX_BYTES):
    """Return the file below the folder, or None; links must not lead out of it."""
    if root is None:
        return None
    try:
        root = Path(root).resolve()
        path = (root / name).resolve(strict=True)
        is_good = path.is_relative_to(root) and path.is_file()
        return path if is_good and path.stat().st_size <= largest else None
    except (OSError, ValueError, RuntimeError):
        return None


# A place for a picture, as cleaning spells it (articles.importers.readers).
PLACE = re.compile(
    r'<figure data-picture="(1\d{17})"><img([^>]*)>(.*?)</figure>', re.DOTALL
)
ALT = re.compile(r' alt="[^"]*"')


def place_pictures(story: Story, pictures: dict[int, Picture]) -> str:
    """Return the story's clean body with rows in the places of its picture notes.

    A picture that could not be had leaves its old address where that is a web
    address, else its caption, or nothing.
    """

    def shown(match):
        position = int(match[1]) - FIRST_PLACE
        alt = ALT.search(match[2])
        alt = alt[0] if alt else ' alt=""'
        if picture := pictures.get(position):
            image = (
                f'<img{alt} height="{picture.height}"'
                f' src="{escape(picture.url_near(800))}" width="{picture.width}">'
            )
            return f'<figure data-picture="{picture.pk}">{image}{match[3]}</figure>'
        address = ""
        if position < len(story.pictures):
            address = absolute(story, story.pictures[position].src)
        if host_of(address):
            source = escape(address)
            return f'<figure><img{alt} src="{source}">{match[3]}</figure>'
        return f"<figure>{match[3]}</figure>" if match[3] else ""

    body = PLACE.sub(shown, story.body_html)
    is_whole = all(
        n in pictures or note.is_lead for n, note in enumerate(story.pictures)
    )
    # With a picture missing, galleries and lines are put in order once more.
    return CleanHTML(body) if is_whole else body


def show_picture(figure, image, picture):
    """Make a figure of a body show a picture of ours."""
    figure.set("data-picture", str(picture.pk))
    image.set("src", picture.url_near(800))
    image.set("width", str(picture.width))
    image.set("height", str(picture.height))
