"""Open cases as the rows of a coordinator's list tell them: what can be read, what must change, what is left out."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pprg_shared.calendar import long, short, too_early
from pprg_shared.partial_dates import NotADate, PartialDate, parse
from pprg_shared.spreadsheet import Table
from pprg_triage.rules.clocks import clock
from pprg_triage.rules.columns import COLUMNS, NOTES, SIBLINGS, UNUSED, heading
from pprg_triage.rules.siblings import Sibling, siblings
from pprg_triage.rules.vocabulary import NOTHING, Vocabulary, fold, known_name

MOST_ROWS = 1000
CLOSED = frozenset({"closed", "case closed", "complete", "completed", "ended", "finished", "nfa", "no further action"})
SUMS = frozenset({"total", "totals", "grand total", "sum", "count"})
#: Kinds of people by the words that say so.
PEOPLE: Mapping[str, str] = {
    "unborn": "unborn",
    "child": "child",
    "baby": "child",
    "young": "child",
    "c": "child",
    "adult": "adult",
    "a": "adult",
}
_DAY_ONE = date(1899, 12, 30)
_SERIAL = re.compile(r"([2-5]\d{4})(?:\.0+)?")
_MIDNIGHT = re.compile(r"(?<=\d)[T ]0?0:00(?::00(?:\.0+)?)?\Z")


@dataclass(frozen=True)
class Note:
    """Something about a row: its number as spreadsheets count, the column, what it is and what to do.

    `case` is the reference of the case that its words name, None where they name none that is here.
    """

    row: int
    column: str
    words: str
    case: str | None = None


@dataclass(frozen=True)
class OpenCase:
    """A case as its row tells it: its texts by column as they were written, and what was understood of them."""

    row: int
    texts: Mapping[str, str]
    dates: Mapping[str, PartialDate]
    notified: date | None
    day_zero: date
    due_on: date
    routes: tuple[str, ...]
    agency: str
    about: str
    siblings: tuple[Sibling, ...] = ()

    @property
    def received_on(self) -> date:
        """The first day on which it may have been received: an early warning is safer than a late one."""
        return self.dates["received"].value

    @property
    def name(self) -> str:
        """Whom it is about, folded; empty where that is not known."""
        return known_name(self.texts.get("subject", ""))

    @property
    def names(self) -> list[str]:
        """Everybody whom it is about, folded, as far as they are known."""
        return [each for each in (self.name, *(known_name(one.name) for one in self.siblings)) if each]


@dataclass
class Reading:
    """A list as it was read: cases, what must change, what is worth a look, and what is left out."""

    cases: list[OpenCase] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    left_out: list[Note] = field(default_factory=list)


def read_cases(table: Table, columns: Sequence[str], words: Vocabulary, today: date) -> Reading:
    """Read the rows of a list whose columns were chosen."""
    reading = Reading()
    if len(table.lines) > MOST_ROWS:
        reading.problems.append(Note(table.lines[MOST_ROWS][0], "", f"Import at most {MOST_ROWS} rows at a time."))
        return reading
    heads = [fold(each) for each in table.heads]
    for row, cells in table.lines:
        texts = _texts(table, columns, cells)
        if why := _no_case(heads, cells, texts):
            reading.left_out.append(Note(row, "", why))
        elif case := _Row(row, texts, words, today, reading).case(_beyond(cells, columns)):
            reading.cases.append(case)
    return reading


def _texts(table: Table, columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells that say something, by column; notes of several columns under their heads."""
    found: dict[str, str] = {}
    several = list(columns).count(NOTES) > 1
    for place, (name, cell) in enumerate(zip(columns, cells, strict=False)):
        text = cell.strip()
        if name == UNUSED or not text:
            continue
        if name == NOTES:
            text = f"{heading(table, place)}: {text}" if several else text
            found[NOTES] = f"{found[NOTES]}\n{text}" if NOTES in found else text
        elif name == SIBLINGS:
            found[name] = "; ".join(" ".join(each.split()) for each in text.splitlines() if each.strip())
        else:
            found[name] = " ".join(text.split())
    return found


def _beyond(cells: Sequence[str], columns: Sequence[str]) -> bool:
    return any(each.strip() for each in cells[len(columns) :])


def _no_case(heads: Sequence[str], cells: Sequence[str], texts: Mapping[str, str]) -> str:
    """Why a row is left out; empty when it is a case."""
    plain = [fold(each) for each in cells]
    if [each for each in plain if each] == [each for each in heads if each]:
        return "These are the headings again."
    first = next((each for each in plain if each), "")
    if "received" not in texts and (first in SUMS or first.startswith("total ")):
        return "This is a sum, not a case."
    if fold(texts.get("stage", "")) in CLOSED:
        return f"By its stage (“{texts['stage']}”) this case is closed. Change the stage if it is open."
    return ""


class _Row:
    """Reads one row, and notes what must change in it and what is worth a look."""

    def __init__(self, row: int, texts: Mapping[str, str], words: Vocabulary, today: date, reading: Reading) -> None:
        self.row, self.texts, self.words, self.today, self.reading = row, texts, words, today, reading
        self.dates: dict[str, PartialDate] = {}

    def case(self, beyond: bool) -> OpenCase | None:  # noqa: FBT001 -- said once, beside its meaning
        """The case; None when something must change."""
        before = len(self.reading.problems)
        if beyond:
            self._note(self.reading.problems, "", "There are more cells than headings. Move them into a column.")
        for name, text in self.texts.items():
            if len(text) > COLUMNS[name].longest:
                self._wrong(name, f"Keep this to {COLUMNS[name].longest} characters.")
        received, notified = self._received(), self._notified()
        for name in ("born", "incident"):
            self._date(name, self._wrong)
        if received is None or len(self.reading.problems) > before:
            return None
        day_zero = notified if notified and self.words.from_notification else received.value
        due = clock(day_zero, self.words.days).due
        self._date("meeting", self._kept)
        routes, agency = self._routes(), self._agency()
        about = self._about(routes)
        if about != "adult":
            self._compare_due(due, day_zero)
        others = siblings(self.texts.get(SIBLINGS, ""), self.today)
        return OpenCase(self.row, self.texts, self.dates, notified, day_zero, due, routes, agency, about, others)

    def _received(self) -> PartialDate | None:
        found = self._date("received", self._wrong)
        if found is None:
            if fold(self.texts.get("received", "")) in NOTHING:
                self._wrong("received", "Enter when the case was received; a month or a year alone is fine.")
        elif problem := self._untoo_early(found.value):
            self._wrong("received", f"{self.texts['received']}: {problem}.")
        elif found.precision != "day":
            self._look("received", f"The clock counts from {long(found.value)}, the first day that this may mean.")
        return found

    def _notified(self) -> date | None:
        found = self._date("notified", self._wrong)
        if found is None:
            return None
        if problem := self._untoo_early(found.value):
            self._wrong("notified", f"{self.texts['notified']}: {problem}.")
        elif found.precision != "day" or found.uncertain:
            self._look("notified", "A clock counts from it once the very day is noted on the case.")
            return None
        return found.value

    def _untoo_early(self, day: date) -> str:
        if day > self.today:
            return "this day lies in the future"
        return "check the year, no clock can count from it" if too_early(day) else ""

    def _compare_due(self, due: date, day_zero: date) -> None:
        found = self._date("due", self._kept)
        if found and not found.value <= due <= found.until:
            words = f"The list says {self.texts['due']}, the clock {short(due)}, counted from {short(day_zero)}."
            self._look("due", f"{words} The clock holds; what the list says stays on the case.")

    def _date(self, name: str, say: Callable[[str, str], None]) -> PartialDate | None:
        """A date as it was written; None where nothing was, or what cannot be read, which `say` is told."""
        text = _MIDNIGHT.sub("", self.texts.get(name, ""))
        if fold(text) in NOTHING:
            return None
        if serial := _SERIAL.fullmatch(text):
            day = long(_DAY_ONE + timedelta(days=int(serial[1])))
            words = f"{text} is how a spreadsheet counts days, and stands for {day}."
            say(name, f"{words} Format the column as a date, and save the file again.")
            return None
        asked = f"?{text[:-1].strip()}" if text.endswith("?") and not text.startswith("?") else text
        try:
            found = self.dates[name] = parse(asked, today=self.today)
        except NotADate as error:
            words = str(error)
            say(name, f"{words if words.startswith(text.lower()) else f'{text}: {words}'}.")
            return None
        return found

    def _routes(self) -> tuple[str, ...]:
        text = self.texts.get("kind", "")
        if fold(text) in NOTHING:
            return ()
        if whole := self.words.routes.get(fold(text)):
            return (whole,)
        parts = [each for each in re.split(r"[/,;&+\n]|\band\b", text) if fold(each)]
        found = [self.words.routes.get(fold(each)) for each in parts]
        if None in found:
            known = ", ".join(self.words.names.values())
            self._look("kind", f"“{text}” is kept as it is written. Reviews that are known here: {known}.")
        return tuple(dict.fromkeys(each for each in found if each))

    def _agency(self) -> str:
        text = self.texts.get("agency", "")
        if fold(text) in NOTHING:
            return ""
        found = self.words.agencies.get(fold(text), "")
        if not found:
            self._look("agency", f"“{text}” is no agency that is known here. It is kept as it is written.")
        return found

    def _about(self, routes: Sequence[str]) -> str:
        said = [PEOPLE[each] for each in fold(self.texts.get("about", "")).split() if each in PEOPLE]
        if said:
            return said[0]
        kinds = {self.words.only.get(each, "") for each in routes}
        return kinds.pop() if len(kinds) == 1 else ""

    def _wrong(self, name: str, words: str) -> None:
        self._note(self.reading.problems, COLUMNS[name].label, words)

    def _look(self, name: str, words: str) -> None:
        self._note(self.reading.warnings, COLUMNS[name].label, words)

    def _kept(self, name: str, words: str) -> None:
        self._look(name, f"{words} It is kept as it is written.")

    def _note(self, notes: list[Note], column: str, words: str) -> None:
        notes.append(Note(self.row, column, words))
