"""Dates as people know them: a day, a month, a year or a range, certain or not. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMES: tuple[str, ...] = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
PRECISIONS = ("day", "month", "year", "range")
CENTURY = 100
FIRST_YEAR = 1900
#: So many dates are remembered as they were read: a chronology holds few that differ, and is read more than once.
READ = 5000
ADVICE = "Write the date as day, month and year, such as 22 May 2016; a month or a year alone is fine"

_NUMBERS = re.compile(r"(\d{1,2})[./\- ]+(\d{1,2})[./\- ]+(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NAMED = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?[./\- ]+)?([a-z]{3,9})[./\- ,]+(\d{4}|\d{2})")
_MONTH = re.compile(r"(\d{1,2})[./\-](\d{4})")
_YEAR = re.compile(r"\d{4}")
_RANGE = re.compile(r"(.+?)(?:\s+to\s+|\s*\u2013\s*|\s+-\s+)(.+)|(\d{4})-(\d{4})")


class NotADate(ValueError):
    """The text cannot be read as a date; the message is advice to the person who wrote it."""


@dataclass(frozen=True)
class PartialDate:
    """`value` is the first day it may mean, `until` the last; `as_entered` is what was written."""

    value: date
    precision: str
    uncertain: bool
    as_entered: str
    until: date

    def sort_key(self) -> tuple[date, int]:
        """Earlier first; of one day, the exact before the vague."""
        return self.value, PRECISIONS.index(self.precision)

    def words(self) -> str:
        """For people: `22 May 2016`, `about May 2016`, `2015 to 2016`."""
        month = NAMES[self.value.month - 1]
        text = {
            "day": f"{self.value.day} {month} {self.value.year}",
            "month": f"{month} {self.value.year}",
            "year": str(self.value.year),
            "range": self.as_entered.lstrip("? "),
        }[self.precision]
        return f"about {text}" if self.uncertain else text

    @property
    def text(self) -> str:
        """The value as events have it; that of a range is `first/last`."""
        return f"{self.value}/{self.until}" if self.precision == "range" else self.value.isoformat()

    def to_json(self) -> dict[str, object]:
        """`{value, precision, uncertain, as_entered}`; the value of a range is `first/last`."""
        return {
            "value": self.text,
            "precision": self.precision,
            "uncertain": self.uncertain,
            "as_entered": self.as_entered,
        }


def from_json(value: str, precision: str, as_entered: str, *, uncertain: bool) -> PartialDate:
    """What to_json wrote; raises ValueError for anything else."""
    first, _, last = value.partition("/")
    start = date.fromisoformat(first)
    end = date.fromisoformat(last) if last else _last(start, precision)
    return PartialDate(start, precision, uncertain, as_entered, end)


@lru_cache(READ)
def parse(text: str, *, today: date) -> PartialDate:
    """Read a date as written, day first; raises NotADate with advice.

    A two-digit year is the latest one that does not lie beyond next year. A leading `?` says that it is uncertain.
    """
    entered = " ".join(text.split())
    uncertain = entered.startswith("?")
    plain = entered.lstrip("? ").lower()
    if plain.endswith("?") or "probably" in plain:
        raise NotADate("If you are not sure of a date, put a question mark in front of it: ?22 May 2016")
    spell = _RANGE.fullmatch(plain)
    if spell and not _ISO.fullmatch(plain):
        parts = [part for part in spell.groups() if part]
        first, last = (_single(part, today) for part in parts)
        if last[2] < first[0]:
            raise NotADate("The first date of a range must come before the second")
        return PartialDate(first[0], "range", uncertain, entered, last[2])
    start, precision, end = _single(plain, today)
    return PartialDate(start, precision, uncertain, entered, end)


def words(text: str, *, today: date) -> str:
    """A date for people, from the text that somebody entered; what cannot be read stays as it is."""
    try:
        return parse(text, today=today).words()
    except NotADate:
        return text


def _single(plain: str, today: date) -> tuple[date, str, date]:
    day, month, year = _read(plain, today)
    if not FIRST_YEAR <= year <= today.year + 1:
        raise NotADate(f"The year must lie between {FIRST_YEAR} and {today.year + 1}")
    try:
        start = date(year, month or 1, day or 1)
    except ValueError:
        raise NotADate(f"{plain} is not a real date. {ADVICE}") from None
    precision = "day" if day else "month" if month else "year"
    return start, precision, _last(start, precision)


def _read(plain: str, today: date) -> tuple[int, int, int]:
    """Day, month and year; 0 for what was not said."""
    if found := _ISO.fullmatch(plain):
        year, month, day = map(int, found.groups())
        return day, month, year
    if found := _NUMBERS.fullmatch(plain):
        return int(found[1]), int(found[2]), _year(found[3], today)
    if (found := _NAMED.fullmatch(plain)) and found[2][:3] in MONTHS:
        month = MONTHS.index(found[2][:3]) + 1
        if NAMES[month - 1].lower().startswith(found[2]) or found[2] == "sept":
            return int(found[1] or 0), month, _year(found[3], today)
    if found := _MONTH.fullmatch(plain):
        return 0, int(found[1]), int(found[2])
    if _YEAR.fullmatch(plain):
        return 0, 0, int(plain)
    raise NotADate(ADVICE)


def _year(digits: str, today: date) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004 -- two digits are what needs a century
        return year
    year += (today.year // CENTURY) * CENTURY
    return year if year <= today.year + 1 else year - CENTURY


def _last(start: date, precision: str) -> date:
    if precision == "year":
        return date(start.year, 12, 31)
    if precision == "month":
        following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        return following - timedelta(days=1)
    return start
