"""Tables as spreadsheets write and read them: encodings, separators, and cells that must not become formulas. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

#: A cell that begins with one of these is a formula to a spreadsheet; the quote before it says that it is text.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
QUOTE = "'"
SEPARATORS = (",", ";", "\t")
#: So that a spreadsheet takes the file for UTF-8.
MARK = "\ufeff"
LONGEST_CELL = 100_000
#: How alike two spellings of a head must be.
ALIKE = 0.8
ADVICE = "In your spreadsheet choose “Save as”, then “CSV UTF-8”, and send that file"
BROKEN = (
    f"Row {{row}} cannot be read: a quotation mark is not closed or is in the wrong place, or a cell is longer than "
    f"{LONGEST_CELL} characters. Correct that row, or save the file as CSV again"
)
csv.field_size_limit(LONGEST_CELL)


EMPTY = "It is empty. Its first row must name the columns"


class NotATable(ValueError):
    """This is no table; the message is advice to the person who sent it, `row` the row that cannot be read."""

    def __init__(self, words: str, row: int = 1) -> None:
        super().__init__(words)
        self.row = row


@dataclass(frozen=True)
class Table:
    """The heads, each line that is not empty with the number that the spreadsheet gives it, and that of the heads."""

    heads: Sequence[str]
    lines: Sequence[tuple[int, Sequence[str]]]
    first: int = 1


def line(cells: Iterable[str]) -> str:
    """One line of a CSV file, in which no cell is a formula."""
    out = io.StringIO()
    csv.writer(out).writerow([safe(each) for each in cells])
    return out.getvalue()


def safe(cell: str) -> str:
    """A cell that no spreadsheet carries out; `plain` takes the quote away again."""
    return QUOTE + cell if _needs_quote(cell) else cell


def plain(cell: str) -> str:
    """What was written before `safe`; a quote that says nothing stays."""
    return cell[1:] if cell.startswith(QUOTE) and _needs_quote(cell[1:]) else cell


def _needs_quote(cell: str) -> bool:
    """Whether it begins like a formula, also behind spaces, or with the quote itself."""
    return cell.startswith((*FORMULA, QUOTE)) or cell.lstrip().startswith(FORMULA)


def read(raw: bytes) -> Table:
    """Read a file that a spreadsheet wrote, whatever its encoding and separator; raises NotATable with advice."""
    return read_text(text_of(raw))


def read_text(text: str) -> Table:
    """Read what was pasted from a spreadsheet or stands in its file; raises NotATable with advice."""
    text = text.removeprefix(MARK)
    first, _, rest = text.partition("\n")
    told = first.strip().lower()
    if told.startswith("sep=") and len(told) <= len("sep=x"):
        separator, text, skipped = first.strip()[4:] or "\t", rest, 1
    else:
        separator, skipped = _separator(text), 0
    lines: list[tuple[int, Sequence[str]]] = []
    number = skipped
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            number += 1
            if any(each.strip() for each in cells):
                lines.append((number, [plain(each) for each in cells]))
    except csv.Error:
        raise NotATable(BROKEN.format(row=number + 1), number + 1) from None
    if not lines:
        raise NotATable(EMPTY)
    (at, heads), *others = lines
    return Table([each.strip() for each in heads], others, at)


def whole(table: Table) -> str:
    """A table as the text of a file, each line where it was: read again it is the same."""
    rows = {table.first: table.heads, **dict(table.lines)}
    return "".join(line(rows.get(number) or [""]) for number in range(1, max(rows) + 1))


def meant(head: str, spellings: Mapping[str, str]) -> str | None:
    """The column that a head means, however it is spelt; `spellings` are small letters without spaces."""
    near = get_close_matches(re.sub(r"[^a-z]", "", head.lower()), spellings, 1, ALIKE)
    return spellings[near[0]] if near else None


def text_of(raw: bytes) -> str:
    """The text of a file; raises NotATable for what is no text."""
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotATable(f"This is a workbook, not a CSV file. {ADVICE}")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError:
            raise NotATable(f"This is not a CSV file. {ADVICE}") from None
    if b"\0" in raw:
        raise NotATable(f"This is not a CSV file. {ADVICE}")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotATable(f"The letters of this file cannot be read. {ADVICE}")


def _separator(text: str) -> str:
    """What parts the first line into the most cells."""
    first = next((each for each in text.splitlines() if each.strip()), "")

    def cells(separator: str) -> int:
        return len(next(csv.reader([first], delimiter=separator), ()))

    return max(SEPARATORS, key=cells)
