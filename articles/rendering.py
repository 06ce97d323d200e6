"""What readers get of a stored body.

The body is kept without anything that ages: a picture is a number, a footnote an
attribute, an embed an address. Here they become what a browser of today shows.
Nothing in this module asks the database: whoever calls it hands the pictures over.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from lxml import etree, html
from lxml.html.builder import E
from markupsafe import escape

from articles.embeds import AUDIO, CHART, MAP, POST, TALL, VIDEO, recognise
from articles.stills import draw

HEADINGS = ("h2", "h3", "h4")
# As browsers read addresses: "//host", "https:host" and backslashes lead away too
# (url.spec.whatwg.org, "special authority slashes state").
WEB = re.compile(r"(?:https?:/*|//+)([^/?#]*)", re.IGNORECASE)
# A reader is in the story by then.
PARAGRAPHS_BEFORE_BLOCKS = 3
# The text column of static/site/site.css.
SIZES = "(min-width: 42rem) 38rem, 100vw"
# Half of it, less the gap, where galleries show two pictures side by side.
GALLERY_SIZES = "(min-width: 42rem) 19rem, 50vw"
GALLERY_CROP = "3:2"
# Pixels of the picture that a gallery's small one leads to.
LARGE = 1600


@dataclass(frozen=True)
class Body:
    """A body in the two parts between which blocks may stand."""

    start: SafeString
    rest: SafeString  # "" where no place for blocks was found
    notes: list[str]  # the text of footnotes 1, 2, …
    has_gallery: bool = False
    has_frames: bool = False  # something that a reader can load from elsewhere

    @property
    def has_media(self):
        """Say whether it wants templates/readers/articles/_media.html before it."""
        return self.has_gallery or self.has_frames


def picture_ids(body):
    """Return the ids of the Picture rows a stored body refers to."""
    # 18 digits fit the databases' integers; what is no row is shown without one.
    return {int(n) for n in re.findall(r'data-picture="(\d{1,18})"', body)}


def expand(body, pictures, *, host="", is_plain=False):
    """Return the Body readers get of a stored, sanitised body.

    `pictures` holds Picture rows by id; those not in it leave their caption.
    `host` is the site's own: links to others say that they lead elsewhere. Where
    `is_plain`, pictures and embeds are links, and nothing loads with the text.
    """
    root = html.fragment_fromstring(body or "", create_parent="div")
    # Galleries last: they look at what their pictures have become.
    for figure in root.findall(".//figure[@data-picture]"):
        _expand_picture(figure, pictures, is_plain=is_plain)
    for number, figure in enumerate(root.findall(".//figure[@data-embed]"), start=1):
        _expand_embed(figure, number, is_plain=is_plain)
    for figure in root.findall(".//figure[@class='gallery']"):
        _expand_gallery(figure, is_plain=is_plain)
    for image in root.findall(".//img"):
        if _is_elsewhere(image.get("src", ""), host):
            _replace(image, _link(image.get("src"), image.get("alt") or _("Picture")))
    for quotation in root.findall(".//blockquote[@cite]"):
        _show_source(quotation)
    for link in root.findall(".//a[@href]"):
        if _is_elsewhere(link.get("href"), host):
            words = {*link.get("rel", "").split(), "external", "noopener"}
            link.set("rel", " ".join(sorted(words)))
    _mark_pull_quotes(root)
    _level_headings(root)
    _number_headings(root)
    _wrap_tables(root)
    notes = _number_footnotes(root)
    children = list(root)
    gap = _place_for_blocks(root)
    if gap is None:
        gap = len(children)
    start = format_html("{}{}", root.text or "", markup_of(children[:gap]))
    return Body(
        start,
        markup_of(children[gap:]),
        notes,
        has_gallery=root.find(".//div[@class='shots']") is not None,
        has_frames=root.find(".//a[@data-frame]") is not None,
    )


def markup_of(elements):
    """Return lxml elements as HTML of today."""
    markup = "".join(html.tostring(element, encoding="unicode") for element in elements)
    # libxml2 is older than <source> and closes it, which HTML forbids.
    return mark_safe(markup.replace("</source>", ""))


def _host(address):
    """Return the host of a web address, "" for everything else."""
    address = re.sub(r"[\t\n\r]", "", address).strip().replace("\\", "/")
    found = WEB.match(address)
    return found[1].rpartition("@")[2] if found else ""


def _is_elsewhere(address, host):
    return _host(address) not in ("", host)


def _link(address, text):
    return E.a(text, href=address)


def _replace(element, new):
    new.tail = element.tail
    element.getparent().replace(element, new)


def _expand_picture(figure, pictures, *, is_plain):
    number = figure.attrib.pop("data-picture")
    picture = pictures.get(int(number)) if number.isdecimal() else None
    image, caption = figure.find(".//img"), figure.find("figcaption")
    if picture is None:
        if image is not None:
            image.drop_tree()
        if caption is None or not caption.text_content().strip():
            figure.drop_tree()
        return
    stored_alt = image.get("alt", "") if image is not None else ""
    alt = stored_alt or picture.alt_text
    if is_plain:
        expanded = _link(picture.url_near(800), alt or _("Picture"))
    elif in_gallery(figure):
        expanded = _shot(picture, alt)
    else:
        expanded = picture_element(picture, alt)
    if image is None:
        figure.insert(0, expanded)
    else:
        _replace(image, expanded)
    complete_caption(figure, caption, picture)


def in_gallery(figure):
    parent = figure.getparent()
    return parent is not None and parent.get("class") == "gallery"


def picture_element(picture, alt, *, sizes=SIZES, crop="", is_first=False):
    """Return the element that shows a picture in the formats and sizes there are.

    `crop` is one of articles.renditions.CROPS; where that cut is not made yet, the
    style sheet makes it around the focal point. The first picture of a page is what
    readers wait for: it is loaded before all others, not lazily.
    """
    formats, image = _picture(picture, alt, sizes, crop, is_first=is_first)
    image = E.img(**image)
    if not formats:
        return image
    return E.picture(*(E.source(**format) for format in formats), image)


def picture_markup(picture, alt, *, sizes=SIZES, crop="", is_first=False):
    """Return the markup of `picture_element`: lists show two dozen of them."""
    formats, image = _picture(picture, alt, sizes, crop, is_first=is_first)
    tags = [_tag("source", format) for format in formats] + [_tag("img", image)]
    markup = "".join(tags)
    return mark_safe(f"<picture>{markup}</picture>" if formats else markup)


def _tag(name, attributes):
    said = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>"


def _picture(picture, alt, sizes, crop, *, is_first):
    """Return (the attributes of each <source>, those of the <img>) of a picture."""
    sources = picture.sources(crop)
    image = {
        "src": sources.url,
        "width": str(sources.width),
        "height": str(sources.height),
        "alt": alt,
        "decoding": "async",
    }
    if sources.srcset:
        image |= {"srcset": sources.srcset, "sizes": sizes}
    image |= {"fetchpriority": "high"} if is_first else {"loading": "lazy"}
    if crop and not sources.is_cropped and (classes := focus(picture)):
        image["class"] = classes
    formats = [
        {"type": mime_type, "srcset": srcset, "sizes": sizes}
        for mime_type, srcset in sources.formats
    ]
    return formats, image


def focus(picture):
    """Return CSS classes that keep a picture's focal point in sight when cropped.

    In steps of a quarter, because the pages' Content-Security-Policy allows no
    inline style. The middle needs no class.
    """
    steps = (("fx", round(picture.focal_x * 4)), ("fy", round(picture.focal_y * 4)))
    return " ".join(f"{axis}{step}" for axis, step in steps if step != 2)


def _shot(picture, alt):
    """Return a gallery's picture, small, which leads to itself in large.

    static/site/gallery.js opens the large one on the page, in its own measures.
    """
    small = picture_element(picture, alt, sizes=GALLERY_SIZES, crop=GALLERY_CROP)
    whole = picture.sources(near=LARGE)
    link = _link(whole.url, "")
    link.set("data-width", str(whole.width))
    link.set("data-height", str(whole.height))
    link.append(small)
    return link


def _expand_gallery(figure, *, is_plain):
    """Put the pictures in a grid; one whose pictures are gone keeps their captions."""
    shots = figure.findall("figure")
    links = [link for shot in shots for link in shot.findall("a")]
    if is_plain or not links:
        return
    for number, link in enumerate(links, start=1):
        # A link that holds nothing but a decorative picture has no name.
        if not link.find(".//img").get("alt"):
            told = _("Picture %(number)d of %(total)d")
            link.set("aria-label", told % {"number": number, "total": len(links)})
    if len(links) == len(shots) and len(links) % 2:
        # The first of an odd number stands over the others (static/site/media.css).
        for sized in links[0].xpath(".//*[@sizes]"):
            sized.set("sizes", SIZES)
    grid = E.div(*shots)
    grid.set("class", "shots")
    figure.insert(0, grid)


def complete_caption(figure, caption, picture):
    """Fill in from the record what the story itself does not say."""
    if caption is None:
        caption = E.figcaption()
        figure.append(caption)
    if not caption.text_content().strip():
        caption.clear()
        caption.text = picture.caption
    if picture.credit and caption.find(".//small") is None:
        caption.append(E.small(picture.credit))
    if not caption.text_content().strip():
        caption.drop_tree()


def _expand_embed(figure, number, *, is_plain):
    """Show what it is and where it is; nothing loads before a reader asks for it."""
    address = figure.attrib.pop("data-embed")
    link = figure.find(".//a[@href]")
    if link is None and _host(address):
        link = _link(address, "")
        figure.insert(0, link)
    if link is None or not _host(link.get("href")):
        return
    title = link.text_content().strip()
    title = "" if _host(title) else title
    embed = None if is_plain else recognise(address)
    if embed:
        _replace(link, _still(embed, title, number))
        figure.set("class", f"embed {embed.kind}")
        _caption_embed(figure, embed, title, number)
        return
    tail = link.tail
    for child in list(link):
        link.remove(child)
    link.text = title or _("Embedded content")
    host = _host(link.get("href")).removeprefix("www.")
    link.append(E.span(_("at %(host)s") % {"host": host}, {"class": "host"}))
    link.text += " "
    link.tail = tail


def _still(embed, title, number):
    """Return the link that static/site/embed.js turns into the frame it names."""
    offer = {
        VIDEO: _("Play the video"),
        TALL: _("Play the video"),
        AUDIO: _("Listen"),
        POST: _("Show the post"),
        MAP: _("Show the map"),
        CHART: _("Show the chart"),
    }[embed.kind]
    link = E.a(
        {
            "class": "still",
            "href": embed.address,
            "data-frame": embed.frame,
            "data-title": title or embed.provider,
            "aria-describedby": f"embed-{number}",
        }
    )
    if title:
        link.set("aria-label", f"{offer}: {title}")
    link.append(etree.fromstring(draw(embed.kind, embed.address)))
    link.append(E.span(offer))
    return link


def _caption_embed(figure, embed, title, number):
    caption = figure.find("figcaption")
    if caption is None:
        caption = E.figcaption()
        figure.append(caption)
    told = _("Loads from %(host)s. It will see your address.") % {"host": embed.host}
    note = E.span(told, {"class": "host", "id": f"embed-{number}"})
    title = E.strong(title or _("At %(site)s") % {"site": embed.provider})
    title.tail = " " + (caption.text or "")
    caption.text = None
    caption.insert(0, title)
    caption.append(note)


def _show_source(quotation):
    """Print where a quotation comes from, which HTML hides in an attribute."""
    address = quotation.get("cite")
    if not _host(address):
        return
    footer = quotation.find("footer")
    if footer is None:
        footer = E.footer()
        quotation.append(footer)
    if any(link.get("href") == address for link in footer.iter("a")):
        return
    source = _link(address, _host(address).removeprefix("www."))
    source.set("class", "source")
    footer.append(source)


def _mark_pull_quotes(root):
    """Keep screen readers from reading a pulled sentence twice."""
    asides = root.findall(".//aside[@class='pullquote']")
    if not asides:
        return
    text = _plain(" ".join(p.text_content() for p in root.findall("p")))
    for aside in asides:
        aside.set("role", "doc-pullquote")
        words = _plain(" ".join(p.text_content() for p in aside.findall("p")))
        # A link in it can still be reached by keyboard, so it must not be hidden.
        if words and words in text and aside.find(".//a") is None:
            aside.set("aria-hidden", "true")


def _plain(text):
    return re.sub(r"\W+", " ", text).strip().lower()


def _level_headings(root):
    """Skip no level: a story that begins with h3 shows h2 (HTML, "Headings").

    The body keeps what its author wrote. Headings alike stay alike under one heading.
    """
    above = []  # (level as written, level as shown), from the outermost
    for heading in root.iter(*HEADINGS):
        written = int(heading.tag[1])
        while above and above[-1][0] >= written:
            above.pop()
        shown = above[-1][1] + 1 if above else 2
        above.append((written, shown))
        heading.tag = f"h{shown}"


def _number_headings(root):
    """Give headings an address: h-slug, numbered where two are alike."""
    taken = set()
    for heading in root.iter(*HEADINGS):
        slug = slugify(heading.text_content(), allow_unicode=True) or "part"
        name, number = f"h-{slug}", 2
        while name in taken:
            name, number = f"h-{slug}-{number}", number + 1
        taken.add(name)
        heading.set("id", name)


def _wrap_tables(root):
    """Let a wide table scroll on its own, by keyboard too, and not the page."""
    for lines in root.iter("pre"):
        lines.set("tabindex", "0")
    for number, table in enumerate(root.findall(".//table"), start=1):
        caption = table.find("caption")
        label = caption.text_content().strip() if caption is not None else ""
        region = E.div(
            {
                "class": "table",
                "role": "group",
                "aria-label": label or _("Table %(number)d") % {"number": number},
                "tabindex": "0",
            }
        )
        _replace(table, region)
        table.tail = None
        region.append(table)


def _number_footnotes(root):
    """Turn footnotes into numbered references; return the notes' texts."""
    notes = []
    for reference in root.findall(".//sup[@data-footnote]"):
        note = reference.attrib.pop("data-footnote").strip()
        if not note:
            reference.drop_tree()
            continue
        notes.append(note)
        number = len(notes)
        words = reference.text_content()
        for child in list(reference):
            reference.remove(child)
        # What stood there was a number or a star, which the new number replaces.
        reference.text = words + " " if re.search(r"[^\W\d_]{2}", words) else ""
        reference.append(
            E.a(
                str(number),
                {
                    "id": f"ref-{number}",
                    "href": f"#note-{number}",
                    "role": "doc-noteref",
                    "aria-label": _("Note %(number)d") % {"number": number},
                },
            )
        )
    return notes


def _place_for_blocks(root):
    """Return the index of the first good place between two paragraphs, or None.

    Never before a list, a quotation or a picture, which the paragraph above it
    may announce, and never under a heading.
    """
    paragraphs = 0
    for index, (element, following) in enumerate(pairwise(root), start=1):
        paragraphs += element.tag == "p"
        if (
            paragraphs >= PARAGRAPHS_BEFORE_BLOCKS
            and element.tag == following.tag == "p"
            and not element.text_content().rstrip().endswith(":")
        ):
            return index
    return None
