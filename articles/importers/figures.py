"""Figures around one embed, table, quotation or code: in a body these stand alone."""

from itertools import islice

from lxml.html import builder

from .webtree import put_in_place


def stand_alone(root) -> None:
    """Put embeds, tables, quotations and code in the places of the figures around them.

    Only where a figure holds nothing else but its caption.
    """
    for name, join in JOINS.items():
        for element in list(root.iter(name)):
            outer = next(element.iterancestors("figure"), None)
            if outer is not None and (name != "figure" or element.get("data-embed")):
                join(element, outer)


def _join_embed(embed, outer):
    caption = _caption_beside(embed, outer)
    if caption is not None:
        if _letters(caption):
            embed.append(caption)
        put_in_place(outer, embed)
    elif _is_small(outer) and next(outer.iter("figcaption", "img"), None) is None:
        outer.drop_tag()  # around a post's words and the post itself


def _join_table(table, outer):
    caption = _caption_beside(table, outer)
    if caption is None or (_letters(caption) and table.find("caption") is not None):
        return
    if _letters(caption):
        caption.tag = "caption"
        caption.attrib.clear()
        table.insert(0, caption)
    put_in_place(outer, table)


def _join_code(code, outer):
    """Put code in a figure's place, and its caption below."""
    caption = _caption_beside(code, outer)
    if caption is not None:
        put_in_place(outer, code)
        if _letters(caption):
            caption.tag = "p"
            caption.tail, code.tail = code.tail, None
            code.addnext(caption)


def _join_quotation(quotation, outer):
    """Put a quotation in a figure's place, with who said it."""
    caption = _caption_beside(quotation, outer)
    if caption is None:
        return
    if who := " ".join(caption.text_content().split()).strip("—–- "):
        quotation.append(builder.E.footer(builder.E.cite(who)))
    put_in_place(outer, quotation)


JOINS = {
    "figure": _join_embed,
    "table": _join_table,
    "blockquote": _join_quotation,
    "pre": _join_code,
}


def _caption_beside(element, outer):
    """Return a figure's caption, a new one where it has none.

    None where the figure holds more than the element and one caption.
    """
    held = islice(outer.iter("img", "figure", "table", "blockquote", "pre"), 3)
    if any(one is not outer and one is not element for one in held):
        return None
    captions = list(islice(outer.iter("figcaption"), 2))
    if len(captions) > 1 or any(one.getparent() is element for one in captions):
        return None
    caption = captions[0] if captions else builder.E.figcaption()
    if _letters(outer) != _letters(element) + _letters(caption):
        return None
    caption.tail = None
    return caption


def _is_small(outer):
    # Counting them all takes as long as there are.
    return next(islice(outer.iterchildren(), 8, None), None) is None


def _letters(element):
    return len("".join(element.text_content().split()))
