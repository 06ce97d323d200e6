"""What an entry of a feed says, of all the ways in which feeds say it.

Entries are feedparser's. Its reading of e-mail addresses is not used: it ends them
after four letters (".exam", "ple (Ann Weir)").
"""

import re
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from .bylines import parse_names
from .exported import PICTURE_NAME, path_of, plain_text
from .shortcodes import embed
from .story import Credit, PictureNote

# "ann@weir.example (Ann Weir)", as RSS has it, and the other way round.
ADDRESSED = re.compile(r"[^\s@<>()]+@[^\s@<>()]+(?:\s*\(([^()]*)\))?")
BRACKETED = re.compile(r"([^<>()@]+?)\s*[<(][^\s@<>()]+@[^\s@<>()]+[>)]")
# What is in two elements, of which the second names the show.
PODCASTERS = re.compile(
    rb"<itunes:author\b[^<>]{0,200}>[^<]{0,500}</itunes:author\s{0,9}>", re.IGNORECASE
)
TAG = re.compile(r"<[a-zA-Z!/]")
LARGEST_OF_MANY = 600  # pixels; where several sizes are offered, one that wide will do


def without_shows(content: bytes) -> bytes:
    """Return a feed without the names that only players of podcasts show.

    Only where its entries name authors otherwise, too.
    """
    if b"<dc:creator" in content or b"<author" in content:
        return PODCASTERS.sub(b"", content)
    return content


def credits_of(names) -> list[Credit]:
    """Return the Credits of names as a feed writes them, without e-mail addresses."""
    found = []
    for printed in names:
        name = " ".join(str(printed or "").split())
        if addressed := ADDRESSED.fullmatch(name) or BRACKETED.fullmatch(name):
            name = (addressed[1] or "").strip()
        found += _apart(name) if name else []
    return [Credit(name, printed=name) for name in dict.fromkeys(found)]


def _apart(name):
    """Return the names in "Ann Weir and Bo Lund"; else the one name whole."""
    names = parse_names(name) or [name]
    rest = name
    for one in names:
        rest = rest.replace(one, "", 1)
    is_apart = len(names) > 1 and all(" " in one for one in names)
    return names if is_apart and not re.sub(r"\band\b|[\s,&;]", "", rest) else [name]


def authors_of(entry, feed, is_atom: bool) -> list[Credit]:
    """Return who an entry names; else, in Atom, its feed."""
    for told in (entry, feed) if is_atom else (entry,):
        details = told.get("authors") or []
        names = [detail.get("name", "") for detail in details]
        if not is_atom and len(details) == 1 and details[0].get("email"):
            names = []
        if found := credits_of(names or [told.get("author")]):
            return found
    return []


def markup_of(entry, is_atom: bool) -> tuple[str, bool]:
    """Return (an entry's text as HTML, whether it is more than its summary).

    Of RSS only what is HTML is a text: plain is what a picture shows (Media RSS).
    """
    parts = [
        plain_paragraphs(part.value) if part.type == "text/plain" else part.value
        for part in entry.get("content", ())
        if is_atom or part.type != "text/plain"
    ]
    markup = max([*parts, ""], key=len)
    if plain_text(markup) or "<" in markup:
        return markup, True
    return summary_of(entry, is_atom), False


def standfirst_of(entry, is_atom: bool) -> str:
    """Return an entry's summary as plain text, "" where it is the text itself."""
    text = entry.get("summary", "")
    if any(text == part.value for part in entry.get("content", ())):
        return ""
    return plain_text(summary_of(entry, is_atom))[:500]


def summary_of(entry, is_atom: bool) -> str:
    summary = entry.get("summary", "")
    is_plain = is_atom and entry.get("summary_detail", {}).get("type") == "text/plain"
    if is_plain or not TAG.search(summary):
        # In HTML already, but without a tag its empty lines are meant.
        return plain_paragraphs(summary, is_escaped=not is_plain)
    return summary


def plain_paragraphs(words: str, is_escaped=False) -> str:
    """Return plain text as markup: empty lines divide it, others break a line."""
    words = words.replace("\r\n", "\n")
    if not is_escaped:
        words = escape(words, quote=False)
    some = [part.strip().replace("\n", "<br>") for part in re.split(r"\n\s*\n", words)]
    return "".join(f"<p>{part}</p>" for part in some if part)


def pictures_of(entry, markup: str) -> list[PictureNote]:
    """Return the picture an entry shows beside its text, as its lead picture."""
    given = [told for told in entry.get("media_content", ()) if _is_picture(told)]
    given.sort(key=lambda told: -min(_width(told), LARGEST_OF_MANY))
    given = given or [link for link in _enclosures(entry) if _is_picture(link)]
    given = given or list(entry.get("media_thumbnail", ()))[:1]
    address = next((told.get("url") or told.get("href") or "" for told in given), "")
    if not address or address in markup:
        return []
    about = [p.value for p in entry.get("content", ()) if p.type == "text/plain"]
    credit = next((c.get("content", "") for c in entry.get("media_credit", ())), "")
    caption = plain_text(about[0]) if about and entry.get("media_content") else ""
    note = PictureNote(
        address, caption=caption, credit=plain_text(credit or ""), is_lead=True
    )
    return [note]


def sounds_of(entry, markup: str) -> str:
    """Return the recordings and films that lie beside an entry, as embeds."""
    addresses = [
        link.get("href", "")
        for link in _enclosures(entry)
        if link.get("type", "").startswith(("audio/", "video/"))
    ]
    return "".join(embed(address) for address in addresses if address not in markup)


def _enclosures(entry):
    return [link for link in entry.get("links", ()) if link.get("rel") == "enclosure"]


def _is_picture(told):
    kind = told.get("medium") or told.get("type") or ""
    address = told.get("url") or told.get("href") or ""
    return kind.startswith("image") or (
        not kind and PICTURE_NAME.search(path_of(address))
    )


def _width(told):
    width = str(told.get("width") or "")
    return int(width) if width.isdigit() and len(width) < 6 else 0


def without_campaign(link: str) -> str:
    """Return an address without what counts from where readers came."""
    try:
        split = urlsplit(link)
    except ValueError:
        return link
    if "utm_" not in split.query:
        return link
    pairs = parse_qsl(split.query, keep_blank_values=True)
    query = urlencode([pair for pair in pairs if not pair[0].startswith("utm_")])
    return split._replace(query=query).geturl()
