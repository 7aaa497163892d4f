"""Files as spreadsheets write them: read whatever their encoding and separator, and written so that no cell is run."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared import spreadsheet
from pprg_shared.spreadsheet import NotATable

TABLE = 'Date,Event\r\n22/05/2016,"Café, noté – “so”"\r\n\r\n2016,x\r\n'
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r")).map(str.strip)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_is_read_whatever_its_encoding_and_separator(encoding, separator):
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(csv.reader(io.StringIO(TABLE)))

    found = spreadsheet.read(out.getvalue().encode(encoding))

    assert found.heads == ["Date", "Event"]
    assert found.lines == [(2, ["22/05/2016", "Café, noté – “so”"]), (4, ["2016", "x"])]


def test_the_separator_that_a_spreadsheet_names_is_believed_and_rows_keep_their_numbers():
    found = spreadsheet.read(b"sep=;\r\nDate;Event\r\n2016;a, b, c\r\n")

    assert (found.heads, found.lines) == (["Date", "Event"], [(3, ["2016", "a, b, c"])])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "It is empty"),
        (b"\r\n , \r\n", "It is empty"),
        (b"PK\x03\x04rest of a workbook", "This is a workbook, not a CSV file"),
        (b"\xd0\xcf\x11\xe0an old one", "This is a workbook"),
        (b"Date,Event\0", "This is not a CSV file"),
        (b"\xff\xfea", "This is not a CSV file"),
        (b"Date,Event\x81", "letters of this file cannot be read"),
        (b'Date,Event\r\n2016,"open', "Row 2 cannot be read: a quotation mark is not closed"),
        (b'Date,Event\r\n2016,"a"b\r\n', "Row 2 cannot be read"),
        (b"Date,Event\r\n2016," + b"x" * 200_000, "Row 2 cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_advice(raw, words):
    with pytest.raises(NotATable, match=words):
        spreadsheet.read(raw)


def test_what_is_pasted_is_read_as_its_file_would_be():
    assert spreadsheet.read_text(f"{spreadsheet.MARK}Date\tEvent\n2016\ta, b\n") == spreadsheet.read(
        b'Date,Event\r\n2016,"a, b"\r\n'
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    with suppress(NotATable):
        assert spreadsheet.read(raw).heads


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-2", "@SUM(A1)", "'=1", "'"])
def test_a_cell_that_would_be_a_formula_is_written_as_text_and_read_as_it_was(cell):
    assert spreadsheet.safe(cell) == f"'{cell}"
    assert spreadsheet.plain(spreadsheet.safe(cell)) == cell


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2).filter(any), min_size=1, max_size=8))
def test_what_is_written_is_read_as_it_was(rows):
    text = spreadsheet.MARK + "".join(map(spreadsheet.line, [["a", "b"], *rows]))

    assert [list(cells) for _, cells in spreadsheet.read(text.encode()).lines] == rows


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2).filter(any), min_size=1, max_size=8), st.integers(1, 4))
def test_a_table_written_whole_keeps_each_row_where_it_was(rows, apart):
    lines = [(3 + apart * number, cells) for number, cells in enumerate(rows)]
    table = spreadsheet.Table(["a", "b"], lines, 2)

    assert spreadsheet.read_text(spreadsheet.whole(table)) == table


@pytest.mark.parametrize(("head", "column"), [("Date  Recieved", "received"), ("When?", None), ("", None)])
def test_a_head_is_understood_however_it_is_spelt(head, column):
    assert spreadsheet.meant(head, {"datereceived": "received"}) == column
