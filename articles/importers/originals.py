"""Where pictures and films themselves stand that an export names by another address."""

import re
from urllib.parse import unquote

# What hands out smaller copies of pictures: WordPress.com, Substack, Ghost.
COPIES = (
    (re.compile(r"https?://i\d\.wp\.com/([^?#]+)"), "https://{}"),
    (
        re.compile(
            r"https?://(?:cdn\.substack|substackcdn)\.com/image/fetch/[^?#]*"
            r"/(https?%3A[^?#/]+)"
        ),
        "{}",
    ),
    (
        re.compile(
            r"(.{0,500}/content/images)/size/[wh]\d+(?:[wh]\d+)?(?:/format/\w+)?(/[^?#]+)"
        ),
        "{}",
    ),
)
# Flash players, in which films stood until about 2012.
PLAYERS = (
    (
        re.compile(r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/v/([\w-]{11})"),
        "https://www.youtube.com/watch?v={}",
    ),
    (
        re.compile(
            r"(?:https?:)?//(?:www\.)?vimeo\.com/moogaloop\.swf\?(?:.*&)?clip_id=(\d+)"
        ),
        "https://vimeo.com/{}",
    ),
)


def whole_picture(address: str) -> str:
    """Return the address of the picture that a smaller copy was made of."""
    for copy, itself in COPIES:
        if found := copy.match(address):
            return unquote(itself.format("".join(found.groups())))
    return address


def film_at(address: str) -> str:
    """Return the page of the film that a Flash player showed, "" for any other."""
    for player, page in PLAYERS:
        if found := player.match(address):
            return page.format(found[1])
    return ""
