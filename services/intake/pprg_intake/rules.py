"""References, and chronology rows as agencies write them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pprg_shared.partial_dates import NotADate, PartialDate, parse


@dataclass(frozen=True)
class Line:
    """A chronology row that can be read."""

    when: PartialDate
    source: str
    event: str
    action: str


def reference(prefix: str, year: int, number: int) -> str:
    """`PPRG-2026-0001`."""
    return f"{prefix}-{year}-{number:04}"


def is_reference(prefix: str, text: str) -> bool:
    """Whether a text has the shape of our references."""
    return re.fullmatch(rf"{re.escape(prefix)}-\d{{4}}-\d{{4,6}}", text) is not None


def lines(rows: Sequence[Mapping[str, str]], today: date) -> tuple[list[Line], dict[int, dict[str, str]]]:
    """The rows that can be read, and for the others what to change: row number to field to advice."""
    found, problems = [], {}
    for number, row in enumerate(rows):
        wrong = {name: words for name, words in REQUIRED.items() if not row.get(name)}
        try:
            when = parse(row.get("date", ""), today=today)
        except NotADate as error:
            wrong["date"] = str(error)
        if wrong:
            problems[number] = wrong
        else:
            found.append(Line(when, row["source"], row["event"], row.get("action", "")))
    return found, problems


REQUIRED = {"source": "Say where this was recorded", "event": "Say what happened"}
