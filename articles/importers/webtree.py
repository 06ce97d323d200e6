"""Text to a tree, safely: no network, no entities, bounded depth and size."""

import re

import lxml.etree
import lxml.html

from .story import PageError

MAX_DEPTH = 120
MOST_ELEMENTS = 60_000
XML_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]{0,400}\?>", re.IGNORECASE)
STYLING_TAG = re.compile(
    r"</?(?:font|span|center|big|small|b|i|u|tt|basefont|blink|nobr)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
# Marks of style, of grammar and of machines that the body's vocabulary has no
# word for. Their text stays where it is.
PRESENTATIONAL = (
    "font", "span", "big", "nobr", "blink", "ins", "u", "abbr", "acronym", "bdo",
    "bdi", "mark", "dfn", "time", "label", "data", "wbr", "basefont", "ruby", "rb",
    "rt", "rp", "tbody", "thead", "tfoot", "picture", "source", "noindex",
)  # fmt: skip
# One class for all elements: lxml.html asks Python for each which it is to be, so that
# forms have methods of their own.
ONE_CLASS = lxml.etree.ElementDefaultClassLookup(
    element=lxml.html.HtmlElement, comment=lxml.html.HtmlComment
)


def parse(text: str) -> lxml.html.HtmlElement:
    """Parse decoded text as HTML, tolerantly and in linear time.

    The parser gets text, never bytes, so that no declaration in the page can
    have it decoded a second time. Raises PageError.
    """
    text = XML_DECLARATION.sub("", text, count=1)
    tree, is_cut_off = _parse(text)
    if is_cut_off:
        # Pages of the 1990s leave hundreds of font tags open; without them the
        # tree is as flat as it was meant.
        tree, is_cut_off = _parse(STYLING_TAG.sub("", text))
    if is_cut_off:
        raise PageError("too-deep", "The page's tags are nested too deeply to read.")
    return tree


def _parse(text):
    parser = lxml.html.HTMLParser(
        encoding="utf-8",
        no_network=True,
        huge_tree=False,
        remove_pis=True,
        collect_ids=False,
        recover=True,
    )
    parser.set_element_class_lookup(ONE_CLASS)
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser)
    except lxml.etree.ParserError as error:
        raise PageError("no-text", "The page has no content.") from error
    except lxml.etree.XMLSyntaxError as error:
        line = error.lineno or None
        raise PageError("unparsable", "The page is not readable HTML.", line) from error
    # libxml2 stops at 256 open tags and hands over what it has; only its log
    # tells that the rest of the page is missing.
    return tree, any(
        entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log
    )


def strip_styling(tree: lxml.html.HtmlElement) -> None:
    """Take out comments and marks of style, keeping their text.

    Raises PageError if what is left is deeper or larger than any real page: the
    mapper descends by recursion and must not reach Python's limit.
    """
    lxml.etree.strip_tags(tree, *PRESENTATIONAL)
    lxml.etree.strip_elements(tree, lxml.etree.Comment, with_tail=False)
    depth = deepest = count = 0
    for event, _ in lxml.etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        count += event == "start"
    if deepest > MAX_DEPTH:
        raise PageError("too-deep", "The page's tags are nested too deeply to read.")
    if count > MOST_ELEMENTS:
        raise PageError("too-large", f"The page has more than {MOST_ELEMENTS} tags.")


def put_in_place(other, element) -> None:
    """Put an element where the other one stands; the text behind stays behind."""
    element.tail, other.tail = other.tail, None
    other.getparent().replace(other, element)
