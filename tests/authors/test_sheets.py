import csv
import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from authors import sheets
from authors.sheets import (
    BadSheet,
    guard,
    read_sheet,
    tidy,
    unguard,
    write_csv,
    write_xlsx,
)

WILD = ["=cmd|' /C calc'!A0", "-Anna", "+49 30 1234", "@handle", "\t=1+1", "\r=1"]
WILD += [
    " =1",
    "＝1+1",
    "'=1",
    "''-1",
    "'quoted'",
    "a;=1",
    "x\n- one\n- two",
    "-5",
    "=-+@",
]
pieces = st.sampled_from(
    [*"=+-@＝＋－＠'\"\t\r\n;,|\\ \u3000", "a", "é", "_x000D_", "1"]
)
texts = st.one_of(st.text(), st.lists(pieces, max_size=12).map("".join))


def upload(content, name="table.csv"):
    return ContentFile(
        content if isinstance(content, bytes) else content.encode(), name
    )


def xlsx(*rows, **sheets):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title in sheets:
        book.create_sheet(title)
    out = io.BytesIO()
    book.save(out)
    return upload(out.getvalue(), "table.xlsx")


def unpacked(file):
    """The same archive without compression, so that a fault is one in the XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part))
    return out.getvalue()


UNPACKED = unpacked(xlsx(["name", "bio"], ["Ada", "x"], ["Ben", 5]))


def refusal(file):
    with pytest.raises(BadSheet) as caught:
        read_sheet(file)
    return str(caught.value)


class TestFormulae:
    @pytest.mark.parametrize("text", WILD)
    def test_nothing_that_leaves_in_csv_begins_a_formula(self, text):
        guarded = guard(text)
        assert guarded.lstrip()[:1] not in set("=+-@＝＋－＠")
        assert guarded[:1] not in set("\t\r\n")
        assert unguard(guarded) == text

    @pytest.mark.parametrize("separator", [";", ",", "\t"])
    def test_nor_where_another_program_splits_at_another_separator(self, separator):
        content = write_csv(["name"], [[f"Rain{separator} =1+1\n@x"]]).decode(
            "utf-8-sig"
        )
        for mark in ";,\t\n":
            for cell in content.split(mark):
                assert cell.strip(' "\r')[:1] not in set("=+-@")

    @given(texts)
    @settings(max_examples=300)
    def test_guard_and_unguard_are_each_others_way_back(self, text):
        assert unguard(guard(text)) == text

    def test_ordinary_texts_leave_as_they_are(self):
        for text in [
            "Ada",
            "O’Neil",
            "'tis",
            "Jean-Luc",
            "ada@example.org",
            "5-3",
            "–",
        ]:
            assert guard(text) == text

    @pytest.mark.parametrize("text", WILD)
    def test_excel_gets_text_and_no_formula(self, text):
        content = write_xlsx(["name"], [[text]], "Authors")
        cell = load_workbook(io.BytesIO(content)).active["A2"]
        assert (cell.data_type, cell.number_format) == ("s", "@")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")

    @given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
    @settings(max_examples=75, deadline=None)
    def test_what_is_written_is_read_again(self, rows):
        rows = [["x", *row] for row in rows]
        for write in (write_csv, lambda h, r: write_xlsx(h, r, "Tags")):
            sheet = read_sheet(upload(write(["key", "name", "bio"], rows)))
            assert sheet.header == ["key", "name", "bio"]
            read = [[tidy(cell) for cell in cells] for _number, cells in sheet.rows]
            assert read == [[tidy(cell) for cell in row] for row in rows]
            assert sheet.problems == []


class TestCsv:
    def test_has_a_byte_order_mark_and_the_separator_of_the_language(self):
        assert write_csv(["a", "b"], []).startswith(b'\xef\xbb\xbf"a","b"')
        with override("de"):
            assert write_csv(["a", "b"], []).startswith(b'\xef\xbb\xbf"a";"b"')

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-be"]
    )
    def test_is_read_in_any_usual_encoding_with_any_usual_separator(
        self, separator, encoding
    ):
        text = f"name{separator}bio\r\nZoë{separator}“Fine, thanks; really”\r\n"
        if separator != "\t":
            text = text.replace("“Fine, thanks; really”", '"“Fine, thanks; really”"')
        mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
        sheet = read_sheet(upload(mark + text.encode(encoding)))
        assert sheet.header == ["name", "bio"]
        assert sheet.rows == [(2, ["Zoë", "“Fine, thanks; really”"])]

    def test_rows_have_the_numbers_that_a_spreadsheet_shows(self):
        sheet = read_sheet(upload('name,bio\nAda,"two\nlines"\n\nBen,\n'))
        assert [number for number, _cells in sheet.rows] == [2, 4]

    def test_excels_line_about_the_separator_is_no_header(self):
        sheet = read_sheet(upload("sep=|\nname|bio\nAda|Hello\n"))
        assert (sheet.header, sheet.rows) == (["name", "bio"], [(3, ["Ada", "Hello"])])

    def test_a_row_with_too_many_cells_is_named(self):
        sheet = read_sheet(upload("name,bio\nAda,Hello, you\n"))
        ((number, _place, sentence),) = sheet.problems
        assert number == 2
        assert "more cells" in sentence

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "is empty"),
            (b" \n\n", "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            (b",,\n,,\n", "is empty"),
            (b"name,bio\n", "no rows"),
            (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "is no table"),
            (bytes(5000), "is no table"),
            (b"\xff\xfea", "is no table"),
            (b'name\n"Ada', "Row 2: the quotation marks"),
            (b'name,bio\nAda,x\nBen,"x"y"\n', "Row 3: the quotation marks"),
            (b"\xd0\xcf\x11\xe0" + bytes(600), "old kind"),
            (b"name\n" + b"x\n" * 100_001, "more than 100,000 rows"),
            (
                ",".join(map(str, range(101))).encode() + b"\nx\n",
                "more than 100 columns",
            ),
        ],
    )
    def test_what_is_no_table_is_refused_with_a_sentence(self, content, sentence):
        assert sentence in refusal(upload(content))

    def test_a_big_file_is_refused_unread(self):
        file = upload(b"name\nAda\n")
        file.size = 50 * 1024 * 1024
        file.file = None  # reading it would fail
        assert "10 MB" in refusal(file)


class TestExcel:
    def test_numbers_and_dates_are_read_as_they_look(self):
        sheet = read_sheet(
            xlsx(["name", "n"], ["Ada", 3.0], ["Ben", True], [4915, None])
        )
        assert [cells for _n, cells in sheet.rows] == [
            ["Ada", "3"],
            ["Ben", "yes"],
            ["4915", ""],
        ]

    def test_formulae_and_errors_are_named_with_their_place(self):
        sheet = read_sheet(xlsx(["name", "bio"], ["Ada", "=1+1"], ["#REF!", "x"]))
        assert [(row, place) for row, place, _s in sheet.problems] == [(2, 1), (3, 0)]
        assert "formula" in sheet.problems[0][2]

    def test_only_the_first_sheet_is_read_and_that_is_said(self):
        sheet = read_sheet(xlsx(["name"], ["Ada"], Other=True))
        assert "several sheets" in sheet.remarks[0]
        assert read_sheet(xlsx(["name"], ["Ada"])).remarks == []

    def test_a_text_longer_than_a_cell_is_refused_not_cut(self):
        with pytest.raises(BadSheet, match="32,767"):
            write_xlsx(["bio"], [["x" * 32_768]], "Authors")
        content = write_csv(["bio"], [["x" * 200_000]])
        assert read_sheet(upload(content)).rows == [(2, ["x" * 200_000])]

    def test_a_bomb_is_refused_before_it_is_unpacked(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"<workbook/>")
            with archive.open(
                "xl/worksheets/sheet1.xml", "w", force_zip64=True
            ) as part:
                for _megabyte in range(101):
                    part.write(b" " * 1024 * 1024)
        assert len(out.getvalue()) < 200_000
        assert "unpacks to far too much" in refusal(upload(out.getvalue()))

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_xml_that_declares_entities_is_refused(self, encoding):
        xml = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><workbook/>'
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("xl/workbook.xml", xml.encode(encoding))
        assert "damaged" in refusal(upload(out.getvalue()))

    def test_rows_and_columns_without_end_are_not_followed(self):
        file = xlsx(["name"], ["Ada"])
        out = io.BytesIO()
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
            for part in old.infolist():
                content = old.read(part)
                if part.filename == "xl/worksheets/sheet1.xml":
                    content = content.replace(b'<row r="2"', b'<row r="99999999999"')
                    content = content.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
                new.writestr(part, content)
        assert "no rows" in refusal(upload(out.getvalue()))

    def test_other_archives_are_refused(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(
                "mimetype", "application/vnd.oasis.opendocument.spreadsheet"
            )
        assert "Save it as .xlsx or as CSV" in refusal(upload(out.getvalue()))

    @given(st.data())
    @settings(max_examples=75, deadline=None)
    def test_a_damaged_file_gets_a_sentence_and_no_traceback(self, data):
        content = bytearray(UNPACKED)
        for _time in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.integers(4, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
        try:
            sheet = read_sheet(upload(bytes(content)))
        except BadSheet as error:
            assert str(error)
        else:
            assert len(sheet.rows) <= sheets.MAX_ROWS


def test_csv_of_ours_is_what_the_standard_library_reads():
    content = write_csv(["name", "bio"], [["Ada", 'She said "no"\r\nand left']])
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [["name", "bio"], ["Ada", 'She said "no"\nand left']]
