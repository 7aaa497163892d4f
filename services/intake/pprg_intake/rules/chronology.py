"""Chronology rows as agencies write them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from pprg_intake.rules.columns import CHOICES, COLUMNS, FURTHER, choice, themes_of
from pprg_shared.chronology import Further
from pprg_shared.partial_dates import NotADate, PartialDate, parse
from pprg_shared.profile import Theme

MOST_ROWS = 5000
#: So many times are remembered as they were read: a chronology is checked, and then sent.
READ = 2000
#: The most that a message may hold of a chronology, in bytes of JSON: sealed it stays below 200 kB.
PART_BYTES = 140_000
_TIME = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?(?::\d{2})?\s*(am|pm)?")
_MOST = {name: most for name, (_, most) in COLUMNS.items()}
TIME = "Write the time with 24 hours, such as 14:30, or leave it out"
REQUIRED = {"source": "Say where this was recorded", "event": "Say what happened"}


class Line(NamedTuple):
    """A chronology row that can be read; `time` is `HH:MM` or empty."""

    when: PartialDate
    source: str
    event: str
    action: str
    time: str = ""
    people: str = ""
    further: Further | None = None


def lines(
    rows: Sequence[Mapping[str, str]], today: date, themes: Mapping[str, Theme]
) -> tuple[list[Line], dict[int, dict[str, str]]]:
    """The rows that can be read, and for the others what to change: row number to field to advice."""
    found, problems = [], {}
    for number, row in enumerate(rows):
        wrong = _slips(row)
        try:
            when = parse(row.get("date", ""), today=today)
        except NotADate as error:
            wrong["date"], when = str(error), None
        if (at := time_of_day(row.get("time", ""))) is None:
            wrong["time"] = TIME
        further = _further(row, when, today, themes, wrong) if row.keys() & FURTHER else None
        if wrong or when is None:
            problems[number] = wrong
        else:
            told = row.get("action", ""), at or "", row.get("people", "")
            found.append(Line(when, row["source"], row["event"], *told, further))
    return found, problems


def _further(
    row: Mapping[str, str], begins: PartialDate | None, today: date, themes: Mapping[str, Theme], wrong: dict[str, str]
) -> Further:
    """What a row says besides; what is wrong with it is added to what is wrong."""
    values: dict[str, Any] = {name: row.get(name, "") for name in TEXTS}
    for name in ("end_date", "recorded_at"):
        try:
            values[name] = parse(row[name], today=today) if row.get(name) else None
        except NotADate as error:
            wrong[name] = str(error)
    for name in CHOICES:
        values[name] = choice(name, row[name]) if row.get(name) else ""
        if values[name] is None:
            wrong[name] = f"Choose {', '.join(CHOICES[name].values())}, or leave it out"
    if (at := time_of_day(row.get("end_time", ""))) is None:
        wrong["end_time"] = TIME
    values["end_time"] = at or ""
    codes, unknown = themes_of(row.get("policy_or_practice_point", ""), themes)
    if unknown:
        wrong["policy_or_practice_point"] = "Name themes as the learning hub does, with semicolons between them"
    if wrong:
        return Further()
    if begins and _ends_early(begins, values["end_date"], time_of_day(row.get("time", "")) or "", values["end_time"]):
        wrong["end_date" if values["end_date"] else "end_time"] = "The end cannot come before the beginning"
    return Further(**values, policy_or_practice_point=tuple(codes))


TEXTS = ("voice", "outcome", "impact_note", "comment_analysis")


def _ends_early(begins: PartialDate, ends: PartialDate | None, start: str, end: str) -> bool:
    """Whether an end lies before its beginning, whatever day and time of those possible each was."""
    if ends and ends.until < begins.value:
        return True
    one_day = begins.precision == "day" and (ends is None or (ends.value, ends.until) == (begins.value, begins.until))
    return bool(one_day and start and end and end < start)


def _slips(row: Mapping[str, str]) -> dict[str, str]:
    """What is missing in a row, and what is longer than it may be."""
    wrong = {name: words for name, words in REQUIRED.items() if not row.get(name)}
    for name, cell in row.items():
        if len(cell) > _MOST.get(name, len(cell)):
            wrong[name] = f"Keep this to {_MOST[name]} characters"
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
    further = line.further
    if further and further.recorded_at and further.recorded_at.until < line.when.value:
        found.append("This was written before it happened")
    if further and (further.seen, further.seen_alone) == ("no", "yes"):
        found.append("Somebody who was not seen was seen alone")
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
