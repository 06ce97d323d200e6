"""Tables as files, CSV and Excel: written to open right, read with suspicion.

Nothing here knows a model. A sheet is a header and numbered rows of text; what a
spreadsheet would run as a formula leaves with an apostrophe before it (CSV) or as
text (Excel), and both ways back take it off again: `unguard(guard(text)) == text`.
"""

import csv
import importlib
import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from xml.etree.ElementTree import ParseError

from django.utils.formats import get_format
from django.utils.translation import gettext as _

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 100
# What an .xlsx may unpack to: 100,000 rows of ours come to 60 MB of XML.
MAX_UNPACKED = 100 * 1024 * 1024
# Excel's own limits ("Excel specifications and limits", Microsoft).
EXCEL_CELL = 32_767
EXCEL_ROWS = 1_048_576
# The reader's limit is the process's: a long text must come back whole.
csv.field_size_limit(MAX_BYTES)

# What begins a formula in some spreadsheet, the full-width forms of East Asia
# included (OWASP, "CSV Injection").
SIGNS = "=+\\-@＝＋－＠"
BEGINS = re.compile(rf"'*(?:\s*[{SIGNS}]|[\t\r\n])")
# A program that takes another character for the separator than the one meant
# begins a cell, or a row, in the middle of ours.
INSIDE = re.compile(rf"([;,\t\r\n])('*[^\S\t\r\n]*[{SIGNS}])")
GUARDED_INSIDE = re.compile(rf"([;,\t\r\n])'('*[^\S\t\r\n]*[{SIGNS}])")
# XML 1.0 has no place for these, so an Excel file has none either.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Excel's way to write a carriage return; nobody means these letters.
WRITTEN_RETURN = "_x000D_"
# openpyxl has no exception of its own for most of what can be wrong in a file.
BROKEN_FILE = (
    *(zipfile.BadZipFile, zlib.error, ParseError, EOFError),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError),
    *(NotImplementedError, RuntimeError, OSError),
)


def _openpyxl():
    """Return the package, loaded when somebody wants an Excel file.

    At the top of the module it took 12 MB of every process that serves readers, and of
    the clock (measured in 2026).
    """
    return importlib.import_module("openpyxl")


class BadSheet(Exception):
    """The file cannot be read as a table; the message tells the editor why."""


@dataclass
class Sheet:
    """What a file says: `rows` are (number as the spreadsheet shows it, cells)."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    # (row's number, column's place) → what is wrong with that cell.
    problems: list[tuple[int, int, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def tidy(text: str) -> str:
    """Return the text without what a spreadsheet may change on its way.

    Texts are compared in this form: another kind of line break or a letter and its
    accent as two characters is no change of an editor's.
    """
    text = text.replace(WRITTEN_RETURN, "").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", UNPRINTABLE.sub("", text)).strip()


def guard(text: str) -> str:
    """Return the text so that no spreadsheet runs it as a formula."""
    text = INSIDE.sub(r"\1'\2", text)
    return f"'{text}" if BEGINS.match(text) else text


def unguard(text: str) -> str:
    """Take off what `guard` put on."""
    if text.startswith("'") and BEGINS.match(text[1:]):
        text = text[1:]
    return GUARDED_INSIDE.sub(r"\1\2", text)


def write_csv(header, rows) -> bytes:
    """Return the table as CSV for a double click.

    With a byte order mark: Excel reads a CSV without one as the Windows code page
    of the machine, LibreOffice and Numbers understand it too. Excel splits at the
    semicolon where its language writes a comma in numbers, so that is followed.
    """
    separator = ";" if get_format("DECIMAL_SEPARATOR") == "," else ","
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows([guard(tidy(text)) for text in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(header, rows, title) -> bytes:
    """Return the table as an Excel file, every cell of it text.

    Raises BadSheet for a text that is longer than a cell of Excel: it would be cut.
    """
    # Before the book is begun: one that is not ended leaves a file behind.
    rows = [[_excel_text(text) for text in row] for row in rows]
    openpyxl = _openpyxl()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31])
    sheet.freeze_panes = "A2"
    for place in range(len(header)):
        sheet.column_dimensions[chr(ord("A") + place)].width = 28
    sheet.append([_text_cell(sheet, text, bold=True) for text in header])
    like = _text_cell(sheet, "")
    for row in rows:
        cells = [_text_cell(sheet, text, like) for text in row]
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _excel_text(text):
    text = tidy(text)
    # The cell is text already. An apostrophe goes before what would lose its own
    # on the way back, and only there.
    text = text if unguard(text) == text else guard(text)
    if len(text) > EXCEL_CELL:
        raise BadSheet(
            _(
                "One text has more than the 32,767 characters that a cell of Excel "
                "can hold: “%(text)s…”. Take CSV instead."
            )
            % {"text": text[:60]}
        )
    return text


def _text_cell(sheet, text, like=None, bold=False):
    openpyxl = _openpyxl()
    cell = openpyxl.cell.WriteOnlyCell(sheet)
    cell.value = text
    # openpyxl takes a text that begins with "=" for a formula.
    cell.data_type = "s"
    if like is not None:
        # Looking a style up for every cell takes longer than writing the file.
        cell._style = like._style
        return cell
    # Edited in Excel, it stays a text.
    cell.number_format = "@"
    if bold:
        cell.font = openpyxl.styles.Font(bold=True)
    return cell


def read_sheet(file) -> Sheet:
    """Read an uploaded CSV or Excel file; what it is, its content says.

    Raises BadSheet, with a sentence for the editor.
    """
    if file.size > MAX_BYTES:
        raise BadSheet(
            _("The file has more than 10 MB. Divide the table into several files.")
        )
    content = file.read()
    if not content.strip():
        raise BadSheet(_("The file is empty."))
    if content.startswith(b"PK\x03\x04"):
        records, problems, remarks = _read_xlsx(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadSheet(
            _(
                "This is an Excel file of the old kind (.xls), or one with a "
                "password. Save it as .xlsx without a password, or as CSV."
            )
        )
    else:
        records, problems, remarks = _read_csv(_decode(content)), [], []
    return _sheet_of(records, problems, remarks)


def _sheet_of(records, problems, remarks):
    """Part header and rows; blank rows count for the numbers, nothing else."""
    header, rows = None, []
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = [tidy(unguard(cell)) for cell in cells]
            while not header[-1]:
                header.pop()
            if len(header) > MAX_COLUMNS:
                raise BadSheet(_("The table has more than 100 columns."))
            continue
        if len(rows) == MAX_ROWS:
            raise BadSheet(
                _("The table has more than 100,000 rows. Divide it into several files.")
            )
        if any(cell.strip() for cell in cells[len(header) :]):
            problems.append((number, 0, _too_wide(len(header))))
        cells = [*cells, *[""] * len(header)][: len(header)]
        rows.append((number, [unguard(cell) for cell in cells]))
    if header is None:
        raise BadSheet(_("The file is empty."))
    if not rows:
        raise BadSheet(_("Below the names of the columns the table has no rows."))
    return Sheet(header, rows, problems, remarks)


def _too_wide(width):
    return _(
        "This row has more cells than there are columns with a name (%(width)s). Is "
        "there a separator in a text without quotation marks around it?"
    ) % {"width": width}


# CSV


def _decode(content):
    """Return the text: by its mark, else UTF-8, else windows-1252 as Excel saves."""
    encodings = ["utf-8", "cp1252"]
    if content.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(UNPRINTABLE.findall(text[:100_000])) <= len(text[:100_000]) // 50:
            return text
    raise BadSheet(_("This file is no table. Choose a CSV file or an Excel file."))


def _read_csv(text):
    separator, skipped = _separator(text), 0
    if text.startswith("sep="):
        separator = text[4:5]
        text, skipped = text.partition("\n")[2], 1
    if separator in "\r\n\"'" or not separator:
        raise BadSheet(_("The first line names a separator that cannot be one."))
    # strict: quotation marks that do not match would swallow the rest of the file.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = skipped
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadSheet(
                _("Row %(row)s: the quotation marks around a text do not match.")
                % {"row": number}
            ) from error


def _separator(text):
    """Return what parts the first row into the most cells: a comma, if nothing."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def count(separator):
        return len(next(csv.reader([first], delimiter=separator), []))

    return max(",;\t", key=count)


# Excel


def _read_xlsx(content):
    """Return numbered records, problems of cells, and remarks.

    Whole, not one by one: a fault anywhere in the file is found here.
    """
    try:
        _refuse_bombs(content)
        book = _openpyxl().load_workbook(io.BytesIO(content), read_only=True)
        sheet = book.worksheets[0]
        # The limits keep a file from claiming rows and columns without end.
        rows = sheet.iter_rows(max_col=MAX_COLUMNS + 1, max_row=EXCEL_ROWS)
        records, problems, before = [], [], None
        for number, row in enumerate(rows, start=1):
            # For rows that are not there openpyxl gives one and the same tuple;
            # a file may claim a million of them.
            if row is before:
                continue
            before = row
            cells = [_cell_text(cell, number, problems) for cell in row]
            if any(cells):
                records.append((number, _without_tail(cells)))
            if len(records) > MAX_ROWS + 1:
                break
    except BROKEN_FILE as error:
        raise BadSheet(
            _("This Excel file is damaged. Save it again, or save it as CSV.")
        ) from error
    remarks = []
    if len(book.worksheets) > 1:
        remarks.append(
            _("The file has several sheets; only the first, “%(name)s”, is read.")
            % {"name": sheet.title}
        )
    return records, problems, remarks


def _refuse_bombs(content):
    """Raise BadSheet for what is no workbook, or would unpack without end.

    zipfile unpacks no more of a part than the directory says, so its sizes hold.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise BadSheet(
                _("This file is no table we can read. Save it as .xlsx or as CSV.")
            )
        if sum(part.file_size for part in parts) > MAX_UNPACKED or len(parts) > 2000:
            raise BadSheet(
                _("This Excel file unpacks to far too much. Save the table as CSV.")
            )
        for part in parts:
            # No workbook declares a document type; an entity could grow without end.
            xml = part.filename.endswith((".xml", ".rels"))
            if xml and b"<!DOCTYPE" in archive.read(part).replace(b"\0", b""):
                raise BadSheet(_("This Excel file is damaged."))


def _without_tail(cells):
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _cell_text(cell, number, problems):
    """Return the cell as text; what has none is noted with its place."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or not isinstance(
        value, str | bool | int | float | date | time
    ):
        problems.append(
            (number, cell.column - 1, _("holds a formula: put its result there"))
        )
        return "="
    if cell.data_type == "e":
        problems.append(
            (number, cell.column - 1, _("holds an error of Excel: %s") % value)
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
