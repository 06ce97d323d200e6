"""Pictures of old pages that are nowhere: how they are told, and known by later."""

import re
from urllib.parse import unquote, urljoin, urlsplit

from .addresses import host_of
from .story import Story

# WordPress and others name a smaller copy by its size: quay-300x200.jpg.
SIZED = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w{3,4}$)|-scaled(?=\.\w{3,4}$)")


def absolute(story: Story, address: str) -> str:
    """Return an address of a story as a web address, where its site's is known."""
    try:
        return urljoin(story.base_url, address.strip()) if story.base_url else address
    except ValueError:
        return address


def note_missing(story, note, why=""):
    """Put a picture that is not here on the story's record, and why it is not."""
    address = absolute(story, note.src)
    if why:
        story.note(
            "picture-not-fetched", f"A picture is missing. {why}", sample=address
        )
    elif host_of(address):
        story.note(
            "picture-elsewhere",
            "A picture stands on another site and was not fetched.",
            sample=address,
        )
    else:
        story.note(
            "picture-missing",
            "A picture of the page is not in its folder.",
            sample=note.src,
        )


def names_of(address):
    """Return the names under which a copy of the media may hold an address, best first.

    Whoever made the copy took the whole path, or began at any folder of it.
    """
    try:
        path = unquote(urlsplit(address).path).strip("/")
    except ValueError:
        return []
    parts = path.split("/")
    names = ["/".join(parts[start:]) for start in range(min(len(parts), 5))]
    whole = [SIZED.sub("", name) for name in names]
    return list(dict.fromkeys(filter(None, [*names, *whole])))
