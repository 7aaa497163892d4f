"""Chronology rows as agencies write them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pprg_shared.partial_dates import NotADate, PartialDate, parse
from pprg_shared.spreadsheet import meant

MOST_ROWS = 5000
#: So many times are remembered as they were read: a chronology is checked, and then sent.
READ = 2000
#: The most that a message may hold of a chronology, in bytes of JSON: sealed it stays below 200 kB.
PART_BYTES = 140_000
#: The columns of a chronology, what heads them in a file, and the most characters of each.
COLUMNS: Mapping[str, tuple[str, int]] = {
    "date": ("Date", 60),
    "time": ("Time", 10),
    "source": ("Source", 200),
    "people": ("People", 200),
    "event": ("Event", 4000),
    "action": ("Action", 2000),
}
#: What else people write at the head of these columns, in small letters without spaces.
SPELLINGS: Mapping[str, str] = {
    **dict.fromkeys(("date", "startdate", "dateofevent", "eventdate", "when", "dateoccurred", "day"), "date"),
    **dict.fromkeys(("time", "starttime", "timeofevent", "eventtime"), "time"),
    **dict.fromkeys(("source", "sourceofinformation", "record", "recordedin", "whererecorded"), "source"),
    **dict.fromkeys(("people", "person", "personconcerned", "whoitconcerns", "whomitconcerns", "who"), "people"),
    **dict.fromkeys(("event", "whathappened", "significantevent", "details", "description", "events"), "event"),
    **dict.fromkeys(("action", "actiontaken", "actionstaken", "whatwasdone", "response", "actions"), "action"),
    **dict.fromkeys(("agency", "organisation", "organization"), "agency"),
    **dict.fromkeys(("marking", "protectivemarking"), "marking"),
}
_TIME = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?(?::\d{2})?\s*(am|pm)?")
REQUIRED = {"source": "Say where this was recorded", "event": "Say what happened"}


@dataclass(frozen=True)
class Line:
    """A chronology row that can be read; `time` is `HH:MM` or empty."""

    when: PartialDate
    source: str
    event: str
    action: str
    time: str = ""
    people: str = ""


@dataclass(frozen=True)
class Wrong:
    """What is wrong in a file and what to do: the row as the spreadsheet numbers it, and the column."""

    row: int
    column: str
    words: str


def lines(rows: Sequence[Mapping[str, str]], today: date) -> tuple[list[Line], dict[int, dict[str, str]]]:
    """The rows that can be read, and for the others what to change: row number to field to advice."""
    found, problems = [], {}
    for number, row in enumerate(rows):
        wrong = _slips(row)
        try:
            when = parse(row.get("date", ""), today=today)
        except NotADate as error:
            wrong["date"] = str(error)
        if (at := time_of_day(row.get("time", ""))) is None:
            wrong["time"] = "Write the time with 24 hours, such as 14:30, or leave it out"
        if wrong:
            problems[number] = wrong
        else:
            told = row.get("action", ""), at or "", row.get("people", "")
            found.append(Line(when, row["source"], row["event"], *told))
    return found, problems


def _slips(row: Mapping[str, str]) -> dict[str, str]:
    """What is missing in a row, and what is longer than it may be."""
    wrong = {name: words for name, words in REQUIRED.items() if not row.get(name)}
    for name, cell in row.items():
        if name in COLUMNS and len(cell) > COLUMNS[name][1]:
            wrong[name] = f"Keep this to {COLUMNS[name][1]} characters"
    return wrong


@lru_cache(READ)
def time_of_day(text: str) -> str | None:
    """`HH:MM` from a time as people write it, empty for none; None when it cannot be read."""
    if not text:
        return ""
    found = _TIME.fullmatch(text.lower().strip())
    if not found or not (found[2] or found[3]):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= NOON:
            return None
        hour = hour % NOON + (NOON if found[3] == "pm" else 0)
    return f"{hour:02}:{minute:02}" if hour < 2 * NOON and minute < HOUR else None


NOON, HOUR = 12, 60


def table(
    heads: Sequence[str], cells: Sequence[tuple[int, Sequence[str]]], agency: Sequence[str]
) -> tuple[list[tuple[int, dict[str, str]]], list[Wrong]]:
    """The rows of a file by column with their numbers, and what is wrong with its heads; `agency` is whose."""
    columns = [meant(head, SPELLINGS) for head in heads]
    wrong = []
    for place, (head, column) in enumerate(zip(heads, columns, strict=True)):
        filled = head or any(place < len(line) and line[place].strip() for _, line in cells)
        if column is None and filled:
            known = ", ".join(name for name, _ in COLUMNS.values())
            wrong.append(
                Wrong(1, head or f"column {place + 1}", f"We do not know this column. Name it {known}, or remove it")
            )
        elif column and column in columns[:place]:
            wrong.append(Wrong(1, head, "Two columns mean the same. Keep one of them"))
    missing = [COLUMNS[name][0] for name in ("date", "source", "event") if name not in columns]
    wrong += [Wrong(1, head, f"Add a column with the head {head}") for head in missing]
    rows = []
    for number, line in cells:
        row = {column: cell for column, cell in zip(columns, line, strict=False) if column and cell}
        if len(line) > len(heads) and any(each.strip() for each in line[len(heads) :]):
            wrong.append(Wrong(number, "", "There are more cells than heads. Put text with commas in quotation marks"))
        row.pop("marking", "")  # every file that we give has it
        if row.pop("agency", agency[0]) not in agency:
            wrong.append(
                Wrong(number, "Agency", "This row is of another agency. Send the rows of your own agency only")
            )
        rows.append((number, row))
    return rows, wrong


def scope_of(asked: Mapping[str, str]) -> tuple[date, date] | None:
    """The period that is asked about, where one was said."""
    if not asked.get("scope_from") or not asked.get("scope_to"):
        return None
    return date.fromisoformat(asked["scope_from"]), date.fromisoformat(asked["scope_to"])


def warnings(line: Line, today: date, scope: tuple[date, date] | None) -> list[str]:
    """What somebody should look at once more before sending: not wrong, but not what is usual."""
    found = []
    if line.when.value > today:
        found.append("This date lies in the future")
    elif scope and (line.when.until < scope[0] or line.when.value > scope[1]):
        found.append("This is outside the period that is asked about")
    return found


def parts(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Which rows of these sizes in bytes travel together: the first, and the first that does not."""
    found, start, weight = [], 0, 0
    for number, size in enumerate(sizes):
        if number > start and weight + size > PART_BYTES:
            found.append((start, number))
            start, weight = number, 0
        weight += size
    return [*found, (start, len(sizes))] if sizes else []
