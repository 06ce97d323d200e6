"""The finer points of a text on the reader's page: what style sheets cannot see.

It refines what articles/rendering.py made of a stored body. That is canonical HTML of
ours (lower case, quoted attributes), which is why patterns are enough here, and they
cost a tenth of parsing it again.
"""

import re

from django.utils.safestring import mark_safe

# A block that begins with a quotation mark, in marks such as <em> or not.
_OPENS = re.compile(r"<(p|li|h[234])>(?=\s*(?:<(?:em|strong|a)\b[^>]*>)*([“„«‘‚]))")
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t([dh])((?: scope=\"\w+\")?)>(.*?)</t\1>", re.DOTALL)
# A sign or a currency, digits with all that groups them, a short unit.
_NUMBER = re.compile(r"[^\w\s]{0,2}\s?\d[\d\s.,:’'/–-]*(?:[^\W\d_]{1,3}|[^\w\s]{1,2})?")
_EMPTY = ("", "–", "—", "-", "…", "·", "n/a")


def refine(markup):
    """Return the markup with hanging quotation marks and aligned columns of numbers.

    Paragraphs that begin with a quotation mark get a class (`hangs`, or `hangs-half`
    for a single mark), and so do the cells of a column (`number`) that holds numbers
    alone. A table with joined cells stays as it is.
    """
    markup = _OPENS.sub(_hang, markup)
    if "<table" in markup:
        markup = _TABLE.sub(_align, markup)
    return mark_safe(markup)


def _hang(match):
    name = "hangs-half" if match[2] in "‘‚" else "hangs"
    return f'<{match[1]} class="{name}">'


def _align(match):
    table = match[0]
    if "colspan" in table or "rowspan" in table or table.count("<table") > 1:
        return table
    rows = [_CELL.findall(row) for row in _ROW.findall(table)]
    columns = {
        column
        for column in range(max(map(len, rows), default=0))
        if _holds_numbers([row[column] for row in rows if column < len(row)])
    }
    return _ROW.sub(lambda row: _mark(row[0], columns), table) if columns else table


def _holds_numbers(cells):
    """Say whether a column's cells are numbers, as far as they are not its head."""
    texts = [
        re.sub(r"<[^>]*>", "", cell[2]).strip() for cell in cells if cell[0] == "d"
    ]
    texts = [text for text in texts if text not in _EMPTY]
    return bool(texts) and all(map(_NUMBER.fullmatch, texts))


def _mark(row, columns):
    column = -1

    def mark(cell):
        nonlocal column
        column += 1
        if column not in columns:
            return cell[0]
        return f'<t{cell[1]}{cell[2]} class="number">{cell[3]}</t{cell[1]}>'

    return _CELL.sub(mark, row)
