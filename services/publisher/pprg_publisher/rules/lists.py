"""A list of published reviews in CSV: which reviews it names, and what is wrong with its rows, in plain words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pprg_publisher.rules.lines import Line, documents_of, format_of, read_line, size_of
from pprg_publisher.rules.texts import fold, identity, public_problem
from pprg_publisher.rules.vocabulary import Vocabulary
from pprg_shared.partial_dates import NotADate, PartialDate, parse
from pprg_shared.spreadsheet import NotATable, read_text

MOST_ROWS = 1000
LONGEST: Mapping[str, int] = {"label": 80, "area": 120, "author": 150, "model": 80, "summary": 300}
#: Column to the headings by which it is found.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "item": ("title", "item", "name", "publication", "link text", "review"),
    "type": ("type", "review type", "type of review"),
    "label": ("label", "pseudonym", "subject"),
    "published": ("published", "date", "date published", "published on", "publication date", "year"),
    "themes": ("themes", "theme", "keywords", "themes include"),
    "summary": ("summary", "circumstances", "description"),
    "area": ("area", "partnership", "publisher"),
    "document": ("document", "document kind", "kind"),
    "size": ("size", "file size", "format"),
    "address": ("address", "link", "url"),
    "author": ("author", "lead reviewer", "reviewer"),
    "model": ("model", "method"),
}
_COLUMNS: Mapping[str, str] = {heading: column for column, all_ in HEADINGS.items() for heading in all_}
PRECISION = {"day": 0, "month": 1, "year": 2}


@dataclass(frozen=True)
class Note:
    """Something about a row: its number as spreadsheets count, the column, what it is and what to do."""

    row: int
    column: str
    words: str


@dataclass
class Review:
    """A review that a list names, put together from all rows about it."""

    partnership: str
    type: str
    label: str
    published: PartialDate
    title: str
    rows: list[int] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    themes: list[str] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)

    @property
    def year(self) -> int:
        """The year in which it was published."""
        return self.published.value.year

    @property
    def identity(self) -> str:
        """What makes it the same review."""
        return identity(self.partnership, self.type, self.label, self.year)


@dataclass
class Reading:
    """A list as it was read: reviews, rows with problems, rows that are no reviews, and what was read past."""

    reviews: list[Review] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)
    left_out: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)


@dataclass
class _Part:
    """One row, its columns laid over what its line says."""

    row: int
    line: Line
    texts: dict[str, str]
    published: PartialDate | None = None
    themes: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def label(self) -> str:
        return fold(self.line.label)


def columns_of() -> str:
    """The headings that a list may have, in words."""
    return ", ".join(each[0].capitalize() for each in HEADINGS.values())


def read_list(text: str, words: Vocabulary, *, partnership: str, today: date, usual: str | None = None) -> Reading:
    """Read a list; `usual` is the type of reviews whose type it does not say."""
    reading = Reading()
    try:
        table = read_text(text)
    except NotATable as error:
        reading.problems.append(Note(error.row, "", f"{error}."))
        return reading
    columns = _columns([_spaced(each) for each in table.heads], reading)
    if columns and len(table.lines) > MOST_ROWS:
        reading.problems.append(Note(MOST_ROWS + 2, "", f"A list may have {MOST_ROWS} rows. Import it in parts."))
    elif columns:
        reader = _Reader(reading, words, partnership, today, usual)
        parts = [reader.part(row, [_spaced(each) for each in cells], columns) for row, cells in table.lines]
        reading.reviews = reader.reviews(parts)
        reading.problems.sort(key=lambda each: each.row)
    return reading


def _spaced(cell: str) -> str:
    """A cell on one line: titles are broken anywhere where they were copied from a page."""
    return " ".join(cell.split())


def _columns(heads: Sequence[str], reading: Reading) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, head in enumerate(heads):
        column = _COLUMNS.get(fold(head))
        if column is None or column in found:
            if head:
                reading.remarks.append(Note(1, head, "This column is not used."))
        else:
            found[column] = place
    if "item" not in found and "label" not in found:
        words = f"No column holds the reviews. Call it Title in the first row. Columns that are read: {columns_of()}."
        reading.problems.append(Note(1, "", words))
        return {}
    return found


class _Reader:
    """Reads rows one by one, then puts those about the same review together."""

    def __init__(self, reading: Reading, words: Vocabulary, partnership: str, today: date, usual: str | None) -> None:
        self.reading, self.words, self.partnership, self.today, self.usual = reading, words, partnership, today, usual

    def part(self, row: int, cells: Sequence[str], columns: Mapping[str, int]) -> _Part | None:
        """What a row says; None when it is no review or has a problem, which is noted."""
        given = {name: cells[place] for name, place in columns.items() if place < len(cells) and cells[place]}
        line = read_line(given.get("item", ""), self.words)
        if line.other and not given.get("type"):
            words = f"“{given.get('item', '')}”: {line.other}. If it is a review, fill in the column Type."
            if "label" not in given:
                self.reading.left_out.append(Note(row, "Title", words))
                return None
        before = len(self.reading.problems)
        part = self._with_columns(_Part(row, line, {"summary": line.summary}), given)
        self._check(part)
        return part if len(self.reading.problems) == before else None

    def _with_columns(self, part: _Part, given: Mapping[str, str]) -> _Part:
        line = part.line
        line.label, line.area = given.get("label", line.label), given.get("area", line.area)
        if "type" in given:
            line.type = self.words.types.get(fold(given["type"]))
            if line.type is None:
                known = ", ".join(self.words.shorts.values())
                self._problem(part, "Type", f"“{given['type']}” is not a type of review here. Use one of: {known}.")
        part.published = self._date(part, given.get("published", line.published))
        part.themes, unknown = self.words.themes_in("; ".join(each for each in (line.themes,) if each))
        more, others = self.words.themes_in(given.get("themes", ""))
        part.themes = list(dict.fromkeys((*part.themes, *more)))
        for phrase in (*unknown, *others):
            words = f"“{phrase}” is no theme known here, so the review goes without it. A draft can be given others."
            self.reading.remarks.append(Note(part.row, "Themes", words))
        line.documents += [each for each in documents_of(given.get("document", ""))[0] if each not in line.documents]
        line.format = format_of(given.get("size", "")) or line.format
        line.bytes = size_of(given.get("size", "")) or line.bytes
        part.address = given.get("address", "")
        part.texts |= {name: given[name] for name in ("summary", "author", "model") if name in given}
        return part

    def _date(self, part: _Part, text: str) -> PartialDate | None:
        if not text:
            return None
        plain = text[len("published") :] if text.lower().startswith("published") else text
        try:
            read = parse(plain.strip(" :"), today=self.today)
        except NotADate as error:
            self._problem(part, "Published", f"“{text}” cannot be read. {error}.")
            return None
        if read.precision == "range":
            self._problem(part, "Published", f"“{text}”: Write one date, such as November 2021.")
        elif read.value > self.today:
            self._problem(part, "Published", f"“{text}” lies in the future. Only what is published can be imported.")
        return read

    def _check(self, part: _Part) -> None:
        texts = part.texts | {"label": part.line.label, "area": part.line.area}
        for name, text in texts.items():
            if len(text) > LONGEST[name]:
                self._problem(part, name.capitalize(), f"Shorten this to {LONGEST[name]} characters.")
            elif problem := public_problem(text):
                self._problem(part, name.capitalize(), f"“{text}”: {problem}.")
        if not part.label:
            words = (
                "No label is named. Write in the column Label what the review is called, such as Child H or Family N."
            )
            self._problem(part, "Label", words)
        if part.address and not part.address.startswith(("https://", "http://")):
            self._problem(part, "Address", f"“{part.address}” is no address. It must begin with https://.")

    def _problem(self, part: _Part, column: str, words: str) -> None:
        self.reading.problems.append(Note(part.row, column, words))

    def reviews(self, read: Iterable[_Part | None]) -> list[Review]:
        """The reviews of the rows that were read; what a row does not say, others with its label may.

        Labels recur from area to area, so an area is taken from the row above alone.
        """
        parts = [each for each in read if each]
        above: _Part | None = None
        for part in parts:
            of_above = above.line.area if above and above.label == part.label else self.partnership
            part.line.area, above = part.line.area or of_above, part
        for part in parts:
            part.line.type = part.line.type or self._said(part, parts, lambda each: each.line.type) or self.usual
        found: dict[str, Review] = {}
        for part in parts:
            if review := self._review(part, parts):
                _join(found.setdefault(review.identity, review), part)
        return list(found.values())

    def _said(self, part: _Part, parts: Iterable[_Part], what: Callable[[_Part], str | None]) -> str | None:
        """What the row says, or else what all others of its label and area that say something agree on."""
        if own := what(part):
            return own
        area = fold(part.line.area)
        near = (each for each in parts if each.label == part.label and fold(each.line.area) == area)
        others = {said for each in near if (said := what(each))}
        return others.pop() if len(others) == 1 else None

    def _review(self, part: _Part, parts: Iterable[_Part]) -> Review | None:
        line = part.line
        if line.type is None:
            words = f"“{line.label}” does not say which type of review it was. Fill in the column Type, such as LCSPR."
            self._problem(part, "Type", words)
            return None
        dated = [each.published for each in parts if each.published and _same(each, part)]
        if part.published is None and len({each.value.year for each in dated}) > 1:
            words = f"There are reviews of several years called “{line.label}”. Write in the column Published which."
            self._problem(part, "Published", words)
            return None
        if not dated:
            words = f"“{line.label}” does not say when it was published. Fill in the column Published; a year will do."
            self._problem(part, "Published", words)
            return None
        year = (part.published or dated[0]).value.year
        best = min((each for each in dated if each.value.year == year), key=lambda each: PRECISION[each.precision])
        title = f"{self.words.shorts[line.type]} {line.label}"
        return Review(line.area, line.type, line.label, best, title)


def _same(one: _Part, other: _Part) -> bool:
    return (one.label, one.line.type, fold(one.line.area)) == (other.label, other.line.type, fold(other.line.area))


def _join(review: Review, part: _Part) -> None:
    """Lay what a row says into the review that it is about."""
    review.rows.append(part.row)
    review.themes += [each for each in part.themes if each not in review.themes]
    review.texts |= {name: text for name, text in part.texts.items() if text and not review.texts.get(name)}
    line = part.line
    for kind in line.documents or (["full_report"] if part.address else []):
        if kind not in [each["kind"] for each in review.documents]:
            about = {"kind": kind, "format": line.format, "bytes": line.bytes, "address": part.address}
            review.documents.append(about)
