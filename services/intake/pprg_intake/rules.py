"""References, what a referral says of its subjects, and chronology rows as agencies write them."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from pprg_shared.calendar import countable
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
}
_TIME = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?(?::\d{2})?\s*(am|pm)?")
REQUIRED = {"source": "Say where this was recorded", "event": "Say what happened"}
ADULT = 18
#: Days that clocks may count from and that a referrer may know.
KNOWN_DAYS = ("la_aware_on", "notified_on")


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


def reference(prefix: str, year: int, number: int) -> str:
    """`PPRG-2026-0001`."""
    return f"{prefix}-{year}-{number:04}"


def is_reference(prefix: str, text: str) -> bool:
    """Whether a text has the shape of our references."""
    return re.fullmatch(rf"{re.escape(prefix)}-\d{{4}}-\d{{4,6}}", text) is not None


def subject_problems(subjects: Sequence[Mapping[str, str]], incident_on: str, today: date) -> dict[int, dict[str, str]]:
    """What to change about each subject: its number to field to advice. Dates that cannot be read are passed over."""
    found = {}
    for number, each in enumerate(subjects):
        born, died = _date(each.get("born", ""), today), _date(each.get("died_on", ""), today)
        wrong = _life_problems(each.get("kind", ""), born, died, today)
        if problem := _age_problem(each.get("kind", ""), born, _date(incident_on, today)):
            wrong["kind"] = problem
        if each.get("nhs_number") and not is_nhs_number(each["nhs_number"]):
            wrong["nhs_number"] = "This is not an NHS number: it has 10 digits, and one of these is wrong"
        if wrong:
            found[number] = wrong
    return found


def _date(text: str, today: date) -> PartialDate | None:
    with suppress(NotADate):
        return parse(text, today=today)
    return None


def _life_problems(kind: str, born: PartialDate | None, died: PartialDate | None, today: date) -> dict[str, str]:
    wrong = {}
    if born and born.value > today and kind != "unborn":
        wrong["born"] = "This lies in the future. For a due date choose “An unborn child”"
    if died and died.value > today:
        wrong["died_on"] = "The date of death lies in the future"
    elif died and born and died.until < born.value and kind != "unborn":
        wrong["died_on"] = "The date of death lies before the date of birth"
    return wrong


def _age_problem(kind: str, born: PartialDate | None, incident: PartialDate | None) -> str | None:
    """Why a subject cannot have been of this kind when it happened; None while the dates leave it open."""
    if not born or not incident:
        return None
    if kind == "child" and years(born.until, incident.value) >= ADULT:
        return "With this date of birth they were 18 or older when it happened: choose “An adult”"
    if kind == "adult" and years(born.value, incident.until) < ADULT:
        return "With this date of birth they were under 18 when it happened: choose “A child”"
    return None


def years(born: date, on: date) -> int:
    """Completed years of age on a day; below 0 before birth."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_nhs_number(text: str) -> bool:
    """Ten digits, spaces between them allowed, of which the last is the check digit (modulus 11)."""
    digits = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    check = 11 - sum(int(each) * (10 - at) for at, each in enumerate(digits[:9])) % 11
    return check != 10 and check % 11 == int(digits[9])  # noqa: PLR2004 -- 10 is given out to nobody


def day_problems(answers: Mapping[str, Any], today: date) -> dict[str, str]:
    """Days of a referral that lie in the future: field to advice."""
    incident = _date(answers.get("incident_on", ""), today)
    days = {"incident_on": incident and incident.value} | {name: answers.get(name) for name in KNOWN_DAYS}
    late = {name: "This day lies in the future" for name, day in days.items() if day and day > today}
    known = {name: answers[name] for name in KNOWN_DAYS if answers.get(name)}
    return {
        name: "Check the year: no clock can count from it" for name, day in known.items() if not countable(day)
    } | late


def as_json(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers with their days as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in answers.items()}


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


def worth_a_letter(due_before: date, due_now: date, state: str) -> str:
    """Why the agency is written to when its request changes; empty when it need not be."""
    if due_before != due_now:
        return "moved"
    return state if state in {"queried", "waived"} else ""


def state_after(state: str, told: str) -> str:
    """How a request stands here when triage has told this; an answer that crossed a waiver stays an answer."""
    if told == "open" or (told == "waived" and state == "answered"):
        return state
    return told


#: An agency may answer in these states, and why not in the others.
ANSWERABLE = frozenset({"asked", "queried"})
CLOSED: Mapping[str, str] = {
    "answered": "Your agency has already answered this request. Ask the coordinator to return it for correction.",
    "accepted": "Your agency's answer has been accepted. Ask the coordinator to return it for correction.",
    "waived": "The group no longer waits for your agency's answer. Call the coordinator if you have something to add.",
}
