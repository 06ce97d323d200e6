"""Elements of WordPress's export, by their names without the version's namespace."""

import html.entities
import re

import lxml.etree

from .decode import decode

# Control characters that no XML may hold; old posts do.
ILLEGAL = bytes.maketrans(
    bytes([*range(9), 11, 12, *range(14, 32)]), b" " * (9 + 2 + 18)
)
# Nothing of the file's own head stands around a post when it is read: no entity is
# declared, none is expanded.
OPEN = (
    b'<rss xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
    b' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    b' xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    b' xmlns:media="http://search.yahoo.com/mrss/"'
    b' xmlns:wp="http://wordpress.org/export/1.2/">'
)
CLOSE = b"</rss>"
# Any that is no number's.
AMPERSAND = re.compile(rb"&(?!#\d{1,7};|#x[0-9A-Fa-f]{1,6};)(?:([A-Za-z]\w{1,31});)?")
SAFE = {
    **{"resolve_entities": False, "no_network": True, "load_dtd": False},
    **{"huge_tree": True, "recover": True},
}


def parse(content: bytes):
    """Return the element of an item's bytes, however damaged; None for none."""
    try:
        content.decode()
    except UnicodeDecodeError:
        content = decode(content).text.encode()
    content = content.translate(ILLEGAL)
    strict = lxml.etree.XMLParser(**{**SAFE, "recover": False})
    try:
        root = lxml.etree.fromstring(OPEN + content + CLOSE, strict)
    except lxml.etree.XMLSyntaxError:
        content = OPEN + _with_sound_ampersands(content) + CLOSE
        root = lxml.etree.fromstring(content, lxml.etree.XMLParser(**SAFE))
    return root.find("item") if root is not None else None


def _with_sound_ampersands(content):
    """Return XML in which entities of HTML, and ampersands that are none, are said so.

    Recovering, the parser would leave out what follows them.
    """
    parts = re.split(rb"(<!\[CDATA\[.*?\]\]>)", content, flags=re.DOTALL)
    parts[::2] = [AMPERSAND.sub(_sound, part) for part in parts[::2]]
    return b"".join(parts)


def _sound(found):
    name = (found[1] or b"").decode("latin-1")
    if name in ("amp", "lt", "gt", "quot", "apos"):
        return found[0]
    if name and (meant := html.entities.html5.get(f"{name};")):
        return "".join(f"&#{ord(letter)};" for letter in meant).encode()
    return b"&amp;" + found[0][1:]


class _Clean:
    """A file whose illegal control characters are blanks."""

    def __init__(self, file):
        self.file = file

    def read(self, size=-1):
        return self.file.read(size).translate(ILLEGAL)


def elements(file):
    """Yield (local name, element) of the channel's children, one at a time."""
    parsing = lxml.etree.iterparse(_Clean(file), events=("start", "end"), **SAFE)
    depth = 0
    try:
        for event, element in parsing:
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 2:
                yield local(element), element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except lxml.etree.XMLSyntaxError:
        return  # what comes before the damage was had


def local(element):
    return element.tag.rpartition("}")[2]


def children(element):
    """Return {local name: text} of the children of a small element."""
    return {
        local(child): (child.text or "").strip()
        for child in element
        if isinstance(child.tag, str)
    }


def fields(item):
    """Return {local name: text} of an item's own fields, the first of each name.

    content:encoded and excerpt:encoded are "content" and "excerpt".
    """
    found = {}
    for child in item:
        if isinstance(child.tag, str):
            namespace, _, name = child.tag.rpartition("}")
            if name == "encoded":
                name = "excerpt" if "excerpt" in namespace else "content"
            found.setdefault(name, (child.text or "").strip())
    return found


def meta_of(item):
    """Return {key: value} of an item's postmeta."""
    found = {}
    for child in item:
        if isinstance(child.tag, str) and local(child) == "postmeta":
            told = children(child)
            found[told.get("meta_key", "")] = told.get("meta_value", "")
    return found


def number_of(written):
    return int(written) if written.isdigit() and len(written) < 16 else 0
