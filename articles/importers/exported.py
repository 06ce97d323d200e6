"""Bodies out of other systems' exports: their HTML into a story's, nothing guessed.

A saved page has to be searched for its story (webpage.py); an export hands it over,
so all of it is kept. Pictures become places for pictures, frames and posts of other
sites become embeds, and what the vocabulary has no word for becomes its words, or
stays as a raw block and is reported.
"""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml.html import builder

from articles.embeds import address_in, recognise

from .figures import stand_alone
from .markup import figure_html
from .originals import film_at, whole_picture
from .story import PageError, PictureNote, Problem, Story, When
from .webtree import MOST_ELEMENTS, parse, put_in_place

SPACE = re.compile(r"\s+")
LONGEST_FIRST_WORDS = 80
# Sizes of pictures, in pixels, that are no pictures: counters and spacers.
TINY = 3
# What shows nothing without a program, or belongs to the old site's own machinery.
DROPPED = (
    *("script", "style", "noscript", "template", "link", "meta", "form", "button"),
    *("input", "select", "textarea", "object", "applet", "svg", "canvas", "map"),
)
FRAMES = ("iframe", "embed", "video", "audio")
REPORTED = {"form": "A form", "object": "An object", "applet": "An applet"}
# Where a picture's address is said, the largest first: Jetpack, WordPress's older
# galleries, Squarespace, and what loads pictures late.
ADDRESSES = (
    *("data-orig-file", "data-full-url", "data-url", "data-image"),
    *("data-src", "data-lazy-src", "src"),
)
POSTS_OF = (
    *("twitter-tweet", "twitter-video", "instagram-media", "tiktok-embed", "fb-post"),
    *("mastodon-embed", "bluesky-embed", "reddit-embed", "reddit-card"),
)
POSTS = re.compile("|".join(POSTS_OF))
PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?)$", re.IGNORECASE)
# Any but the elements that mean the same in an export as in a body: where there is
# none, cleaning is all it takes. A table's strays each parser puts elsewhere.
OTHER = re.compile(
    r"<(?!/?(?:p|a|br|em|strong|b|i|u|s|sub|sup|code|cite|small|span|h[1-6]|ul|ol|li"
    r"|blockquote|hr|div)[\s/>])",
    re.IGNORECASE,
)
# What elements that look the same may say in their attributes, in small letters.
TELLING = ("gallery", "data-picture", *POSTS_OF)
TAG_NAME = re.compile(r"<([A-Za-z][\w-]*)")
CAPTION_CLASS = re.compile(r"caption|cutline", re.IGNORECASE)
CREDIT_CLASS = re.compile(r"credit|photographer", re.IGNORECASE)
GALLERY_CLASS = re.compile(r"gallery", re.IGNORECASE)


def read_body(markup: str, story: Story, local=None) -> str:
    """Return an export's HTML as a story's body; its pictures go to the story's.

    `local(address)` returns the path of a picture below the import folder, or "".
    Links stay as they are; saving makes them lead to what their pages became.
    Raises PageError for what cannot be read at all.
    """
    if _needs_no_reading(markup):
        return markup.strip()
    root = root_of(markup)
    lxml.etree.strip_elements(root, lxml.etree.Comment, with_tail=False)
    # The numbers of our pictures are not the source's to give.
    for element in root.xpath("//*[@data-picture]"):
        del element.attrib["data-picture"]
    names = {name.lower() for name in TAG_NAME.findall(markup)}
    _Reader(story, local or (lambda address: "")).read(root, names)
    return inner_html(root)


def _needs_no_reading(markup):
    """Say whether all of the markup means in a body what it means in the export."""
    if markup.count("<") > MOST_ELEMENTS or OTHER.search(markup):
        return False
    lower = markup.lower()
    return not any(word in lower for word in TELLING)


def finish(story: Story, markup: str, local=None) -> Story | Problem:
    """Give a story its body, and a headline where it has none.

    Returns the story, or the Problem with it.
    """
    try:
        story.body_html = read_body(markup, story, local)
    except PageError as error:
        return Problem(story.source_id, error.kind, str(error))
    head_by_words(story, markup)
    return story


def head_by_words(story: Story, markup: str) -> None:
    """Give a story without a headline its first words as one, or its name."""
    if story.headline:
        return
    words = plain_text(markup)
    if len(words) > LONGEST_FIRST_WORDS:
        words = words[:LONGEST_FIRST_WORDS].rpartition(" ")[0]
    story.headline = words or story.source_id
    what = "first words stand" if words else "name stands"
    story.note("no-headline", f"It has no title; its {what} in.")


def later(story: Story, markup: str, local=None) -> Story:
    """Return the story with its text to be read by `finish`, if it is wanted at all."""
    story.unread = partial(finish, replace(story), markup, local)
    return story


def moment_of(written: str | None) -> When | None:
    """Return the When of an ISO 8601 moment, in UTC where it names no zone."""
    try:
        moment = datetime.fromisoformat((written or "").strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return When(moment if moment.tzinfo else moment.replace(tzinfo=UTC), "moment")


def path_of(link: str) -> str:
    """Return the path of a web address, "" for what is none."""
    try:
        return urlsplit(link.strip()).path
    except ValueError:
        return ""


def replaced(markup: str, opening, closing, replace) -> str:
    """Return the markup with each piece from an opening to the next closing replaced.

    Both are patterns. In linear time, however much is opened and never closed.
    """
    pieces, at = [], 0
    for found in opening.finditer(markup):
        if found.start() < at:
            continue
        end = closing.search(markup, found.end())
        if end is None:
            break
        pieces += [
            markup[at : found.start()],
            replace(markup[found.start() : end.end()]),
        ]
        at = end.end()
    return "".join([*pieces, markup[at:]])


def plain_text(markup: str) -> str:
    """Return the words of a short piece of markup, in one line."""
    if "<" in markup:
        markup = re.sub(r"<(?:br|/p|/li|/div)\b[^<>]{0,500}>", " ", markup)
        markup = re.sub(r"<[^<>]{0,2000}>", "", markup)
    return SPACE.sub(" ", html.unescape(markup)).strip()


def root_of(markup: str):
    """Return a div with a piece of markup in it. Raises PageError."""
    body = parse(f"<div>{markup}</div>").find("body")
    if markup.count("<") > MOST_ELEMENTS < sum(1 for _ in body.iter()):
        reason = f"The text has more than {MOST_ELEMENTS} tags."
        raise PageError("too-large", reason)
    root = builder.DIV()
    root.text = body.text
    root.extend(body)
    # Where the markup closes more than it opened, its end stands beside the div.
    if len(root) == 1 and root[0].tag == "div" and not (root.text or "").strip():
        # Nothing stands around it: what is replaced is always in it.
        whole = root[0]
        root.remove(whole)
        return whole
    return root


def inner_html(root) -> str:
    """Return what is in such a div as markup."""
    markup = lxml.etree.tostring(
        root, encoding="unicode", method="html", with_tail=False
    )
    return markup.partition(">")[2].removesuffix("</div>").strip()


class _Reader:
    """Replaces what the vocabulary says in another way, from the leaves up."""

    def __init__(self, story, local):
        self.story, self.local = story, local

    def read(self, root, names):
        """Read all below the root, in which these are the elements' names."""
        for element in root.xpath(".//object") if "object" in names else ():
            self.object(element)
        for name in filter(names.__contains__, DROPPED):
            for element in root.xpath(f".//{name}"):
                if name in REPORTED:
                    self.report("left-out", f"{REPORTED[name]} was left out.", element)
                _drop(element)
        if not names.isdisjoint(FRAMES):
            for element in root.xpath(".//iframe|.//embed|.//video|.//audio"):
                self.frame(element)
        for element in root.xpath(".//blockquote[@class]"):
            if POSTS.search(element.get("class")):
                self.post(element)
        for element in root.xpath(".//figure|.//div|.//dl|.//span|.//ul"):
            if not GALLERY_CLASS.search(element.get("class") or ""):
                continue
            # What stood within another is gone with it.
            if any(one is root for one in element.iterancestors()):
                self.gallery(element)
        for element in root.xpath(".//img"):
            if element.getroottree() is not None and not _is_placed(element):
                self.picture(element)
        if "figure" in names:
            stand_alone(root)

    def report(self, kind, reason, element):
        sample = lxml.html.tostring(element, encoding="unicode", with_tail=False)
        self.story.note(kind, reason, sample=SPACE.sub(" ", sample)[:200])

    def absolute(self, address):
        address = (address or "").strip()
        if address.startswith("data:") or not address:
            return ""
        try:
            address = urljoin(self.story.base_url, address)
            return address if urlsplit(address).scheme in ("http", "https", "") else ""
        except ValueError:
            return ""

    # Frames and posts.

    def object(self, element):
        """Put in an object's place the film of another site that it shows."""
        said = [element.get("data"), *element.xpath(".//embed/@src")]
        said += element.xpath(".//param[@name='movie' or @name='src']/@value")
        address = next(filter(None, map(self.absolute, said)), "")
        if address := film_at(address):
            put_in_place(element, embed_of(address, ""))

    def frame(self, element):
        code = lxml.html.tostring(element, encoding="unicode", with_tail=False)
        source = element.find("source")
        address = address_in(code) if element.tag == "iframe" else ""
        address = address or element.get("src") or element.get("data-src") or ""
        if not address and source is not None:
            address = source.get("src") or ""
        address = self.absolute(address)
        if not address:
            self.report("left-out", "A frame without an address was left out.", element)
            _drop(element)
            return
        if element.tag in ("video", "audio"):
            element.tail = f" {element.tail or ''}"
        address = film_at(address) or address
        put_in_place(element, embed_of(address, element.get("title") or ""))

    def post(self, quotation):
        code = lxml.html.tostring(quotation, encoding="unicode", with_tail=False)
        address = address_in(code)
        if not recognise(address):
            return
        # Its words stay: the post itself may be gone by now.
        link = embed_of(address, "")
        quotation.attrib.pop("class")
        quotation.set("cite", address)
        quotation.addnext(link)
        link.tail, quotation.tail = quotation.tail, None

    # Pictures.

    def gallery(self, element):
        images = element.findall(".//img")
        if len(images) < 2:
            return
        figures = []
        for image in images:
            holder = _holder(image, element)
            caption, credit = _caption_of(holder) if holder is not image else ("", "")
            figures.append(self.figure(image, caption, credit))
        figures = [figure for figure in figures if figure is not None]
        gallery = builder.E.figure({"class": "gallery"}, *figures)
        own = next(
            (
                child
                for child in element
                if child.tag == "figcaption"
                or (
                    child.find(".//img") is None
                    and CAPTION_CLASS.search(child.get("class") or "")
                )
            ),
            None,
        )
        if own is not None and (words := _words(own)):
            gallery.append(builder.E.figcaption(words))
        put_in_place(element, gallery)

    def picture(self, image):
        holder = _holder(image, None)
        caption, credit = _caption_of(holder) if holder is not image else ("", "")
        figure = self.figure(image, caption, credit)
        target = holder
        while (parent := target.getparent()) is not None and _is_only(target, parent):
            target = parent
        if figure is None:
            _drop(image)
        else:
            # In the middle of a paragraph, cleaning divides it.
            put_in_place(target, figure)

    def figure(self, image, caption="", credit=""):
        """Return a place for the picture; None where it is none."""
        address = next(
            (found for name in ADDRESSES if (found := self.absolute(image.get(name)))),
            "",
        )
        link = image.getparent()
        if link is not None and link.tag == "a":
            # The picture in full size, behind the small one.
            full = self.absolute(link.get("href"))
            address = full if PICTURE_NAME.search(urlsplit(full).path) else address
        sizes = [image.get("width") or "", image.get("height") or ""]
        if not address or any(s.isdigit() and int(s[:9]) <= TINY for s in sizes):
            return None
        address = whole_picture(address)
        alt = SPACE.sub(" ", image.get("alt") or "").strip()
        note = PictureNote(
            src=address,
            # A file's name describes nothing.
            alt="" if PICTURE_NAME.search(alt) else alt,
            caption=caption,
            credit=credit,
            path=self.local(address),
        )
        self.story.pictures.append(note)
        place = figure_html(len(self.story.pictures) - 1, note)
        return lxml.html.fragment_fromstring(place)


def _words(element):
    return SPACE.sub(" ", element.text_content()).strip()


def _is_placed(image):
    parent = image.getparent()
    return parent is not None and parent.get("data-picture") is not None


def _holder(image, within):
    """Return the figure, or the element with a caption, that a picture stands in."""
    element = image
    while (element := element.getparent()) is not None and element is not within:
        # Two are enough to know; a page may hold thousands.
        if len(list(islice(element.iter("img"), 2))) > 1:
            break
        if element.tag in ("figure", "dl", "li") or CAPTION_CLASS.search(
            element.get("class") or ""
        ):
            if element.tag == "li" and within is None:
                break
            return element
    return image


def _caption_of(holder):
    """Return (caption, credit) of what holds one picture."""
    caption = credit = ""
    for child in holder.iterdescendants():
        if not isinstance(child.tag, str) or child.find(".//img") is not None:
            continue
        text = _words(child)
        marks = child.get("class") or ""
        if CREDIT_CLASS.search(marks) or child.tag == "small":
            credit = credit or text
        elif child.tag in ("figcaption", "dd") or CAPTION_CLASS.search(marks):
            caption = caption or text
    # The old shape: an image and its words in one div.
    if not caption and CAPTION_CLASS.search(holder.get("class") or ""):
        caption = _words(holder)
    if credit and caption.endswith(credit):
        caption = caption.removesuffix(credit).rstrip(" |(–—-")
    return caption, credit


def _is_only(element, parent):
    """Say whether a parent is nothing but a wrapping of this one element."""
    return (
        parent.getparent() is not None
        and parent.tag in ("a", "p", "div", "center", "span", "figure", "picture")
        and all(
            child is element or child.tag in ("figcaption", "source")
            for child in parent
        )
        and not (parent.text or "").strip()
        and not (element.tail or "").strip()
    )


def embed_of(address: str, title: str):
    """Return the element of what another site shows at an address."""
    words = title.strip() or address
    return builder.E.figure(
        {"class": "embed", "data-embed": address}, builder.A(words, href=address)
    )


def _drop(element):
    if element.getparent() is not None:
        element.drop_tree()
