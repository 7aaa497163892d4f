"""Working days of England and Wales, months, and London time. Pure: dates in, dates out."""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5
WEEK = 7
DECEMBER = 12
#: So many deadlines are remembered as they were counted: those of a list of cases count from few days that differ.
COUNTED = 5000


class BeyondHorizon(ValueError):
    """No bank holidays are known for that year yet."""


class Unit(StrEnum):
    """What a deadline is counted in."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"

    def words(self, number: int) -> str:
        """`15 working days`, `1 month`, `7 working days before`."""
        name = self.value.replace("_", " ").removesuffix("s") + ("" if abs(number) == 1 else "s")
        return f"{abs(number)} {name}{' before' if number < 0 else ''}"


@dataclass(frozen=True)
class Working:
    """A deadline with its working: which bank holidays lay between day 0 and the due day.

    `target` is the day to finish by: the due day, or the working day before it when it is none.
    """

    day0: date
    number: int
    due: date
    skipped: tuple[tuple[date, str], ...] = ()
    unit: Unit = Unit.WORKING_DAYS
    target: date | None = None

    def words(self) -> str:
        """The working as a person would write it."""
        names = [name for _, name in self.skipped]
        skipped = f"{', '.join(names[:-1])}{' and ' if names[1:] else ''}{names[-1]} skipped; " if names else ""
        counted = "" if self.unit is Unit.WORKING_DAYS else f"{self.unit.words(self.number)}; "
        early = f", no working day: finish by {short(self.target)}" if self.target not in {None, self.due} else ""
        return f"day 0 {short(self.day0)}; {counted}{skipped}due {short(self.due)}{early}"


@cache
def bank_holidays() -> Mapping[date, str]:
    """Bank holidays of England and Wales on weekdays, from the packaged official list (never the network)."""
    listed = json.loads(files("govuk_bank_holidays").joinpath("bank-holidays.json").read_text(encoding="utf-8"))
    known = {date.fromisoformat(each["date"]): each["title"] for each in listed["england-and-wales"]["events"]}
    return {day: title for day, title in known.items() if day.weekday() < SATURDAY}


@cache
def _in_order() -> Sequence[date]:
    """The bank holidays from the first that is known to the last."""
    return sorted(bank_holidays())


def horizon() -> int:
    """The last year for which bank holidays are known."""
    return _in_order()[-1].year


def too_early(day: date) -> bool:
    """Whether a day lies before all years whose bank holidays are known: none of those that come will hold it."""
    return day.year < _in_order()[0].year


def ends_soon(today: date) -> bool:
    """Whether this is the last year whose bank holidays are known: then the list must be renewed."""
    return today.year >= horizon()


def countable(day: date) -> bool:
    """Whether bank holidays of this year are known."""
    return _in_order()[0].year <= day.year <= horizon()


def _counted(day: date) -> None:
    if not countable(day):
        raise BeyondHorizon(f"bank holidays of {day.year} are not known yet: update the govuk-bank-holidays package")


def is_working_day(day: date) -> bool:
    """Monday to Friday and no bank holiday; raises BeyondHorizon outside the years that are known."""
    _counted(day)
    return day.weekday() < SATURDAY and day not in bank_holidays()


def add_working_days(day0: date, days: int) -> date:
    """Day `days` counted from day 0, which itself never counts; backwards when negative."""
    step = timedelta(days=1 if days >= 0 else -1)
    day, left = day0, abs(days)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def add_weekdays(day0: date, days: int) -> date:
    """The same by Mondays to Fridays alone, for days whose bank holidays nobody knows yet; days 1 or more."""
    day, left = day0, days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day


@lru_cache(COUNTED)
def working(day0: date, days: int) -> Working:
    """The due day and the bank holidays that were passed over on the way."""
    due = add_working_days(day0, days)
    first, last = sorted((day0, due))
    skipped = tuple((day, name) for day, name in sorted(bank_holidays().items()) if first < day < last)
    return Working(day0, days, due, skipped, target=due)


def count(day0: date, number: int, unit: Unit) -> Working:
    """A deadline in any unit with its working; backwards when negative. Raises BeyondHorizon."""
    if unit is Unit.WORKING_DAYS:
        return working(day0, number)
    due = add_months(day0, number) if unit is Unit.MONTHS else day0 + timedelta(days=number)
    return Working(day0, number, due, (), unit, internal_target(due))


@lru_cache(COUNTED)
def working_days_between(start: date, end: date) -> int:
    """How many working days come after `start` up to and including `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(end, start)
    if start == end:
        return 0
    first = start + timedelta(days=1)
    _counted(first)
    _counted(end)
    weeks, days = divmod((end - start).days, WEEK)
    weekdays = weeks * SATURDAY + sum((first + timedelta(days=n)).weekday() < SATURDAY for n in range(days))
    return weekdays - (bisect_right(_in_order(), end) - bisect_right(_in_order(), start))


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of a shorter month."""
    index = day.year * DECEMBER + day.month - 1 + months
    year, month = divmod(index, DECEMBER)
    following = date(year + (month + 1) // DECEMBER, (month + 1) % DECEMBER + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def internal_target(day: date) -> date:
    """The day itself when it is a working day, else the working day before."""
    return day if is_working_day(day) else add_working_days(day, -1)


def london_date(instant: datetime) -> date:
    """The date on the wall in London."""
    return instant.astimezone(LONDON).date()


def london(day: date, at: time) -> datetime:
    """The instant, in UTC, of a time on the wall in London (the earlier one where the clocks make two)."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def short(day: date) -> str:
    """`Fri 27 Mar 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def long(day: date) -> str:
    """`Friday 27 March 2026`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def moment(instant: datetime) -> str:
    """`Friday 27 March 2026, 10:00` in London."""
    return f"{long(london_date(instant))}, {time_of_day(instant)}"


def time_of_day(instant: datetime) -> str:
    """`10:00` in London."""
    return f"{instant.astimezone(LONDON):%H:%M}"
