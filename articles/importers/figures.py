"""Figures around one embed, table, quotation or code: in a body these stand alone."""

from itertools import islice

from lxml.html import builder


def join_embed(embed) -> None:
    """Put an embed in the place of the figure around it, with its caption.

    Only where the figure holds nothing else.
    """
    outer = next(embed.iterancestors("figure"))
    caption = _caption_beside(embed, outer)
    if caption is not None:
        if _letters(caption):
            embed.append(caption)
        _put_in_place(outer, embed)
    elif next(outer.iter("figcaption", "img"), None) is None:
        outer.drop_tag()  # around a post's words and the post itself


def join_table(table) -> None:
    """Put a table in the place of the figure around it, with its caption as its own.

    Only where the figure holds nothing else.
    """
    outer = next(table.iterancestors("figure"))
    caption = _caption_beside(table, outer)
    if caption is None or (_letters(caption) and table.find("caption") is not None):
        return
    if _letters(caption):
        caption.tag = "caption"
        caption.attrib.clear()
        table.insert(0, caption)
    _put_in_place(outer, table)


def join_code(code) -> None:
    """Put code in the place of the figure around it, with the caption below."""
    outer = next(code.iterancestors("figure"))
    caption = _caption_beside(code, outer)
    if caption is not None:
        _put_in_place(outer, code)
        if _letters(caption):
            caption.tag = "p"
            caption.tail, code.tail = code.tail, None
            code.addnext(caption)


def join_quotation(quotation) -> None:
    """Put a quotation in the place of the figure around it, with who said it."""
    outer = next(quotation.iterancestors("figure"))
    caption = _caption_beside(quotation, outer)
    if caption is None:
        return
    if who := " ".join(caption.text_content().split()).strip("—–- "):
        quotation.append(builder.E.footer(builder.E.cite(who)))
    _put_in_place(outer, quotation)


def _caption_beside(element, outer):
    """Return a figure's caption, a new one where it has none.

    None where the figure holds more than the element and one caption.
    """
    held = islice(outer.iter("img", "figure", "table", "blockquote", "pre"), 3)
    captions = list(islice(outer.iter("figcaption"), 2))
    if any(one is not outer and one is not element for one in held):
        return None
    if len(captions) > 1 or any(one.getparent() is element for one in captions):
        return None
    caption = captions[0] if captions else builder.E.figcaption()
    if _letters(outer) != _letters(element) + _letters(caption):
        return None
    caption.tail = None
    return caption


def _letters(element):
    return len("".join(element.text_content().split()))


def _put_in_place(outer, element):
    element.tail, outer.tail = outer.tail, None
    outer.getparent().replace(outer, element)
