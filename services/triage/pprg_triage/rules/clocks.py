"""The clock of a case, and its steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pprg_shared.calendar import (
    BeyondHorizon,
    Working,
    add_weekdays,
    countable,
    horizon,
    short,
    too_early,
    working,
    working_days_between,
)
from pprg_shared.profile import SUBMIT, TARGETS, Profile

STEPS = ("Referred", "Requested", "Returned", "Meeting", "Decision", "Published")


@dataclass(frozen=True)
class Clock:
    """The statutory day and the internal targets before it, each with its working where it can be counted.

    Where it cannot, `due` is counted by Mondays to Fridays alone, so that a case can open.
    """

    submit: Working | None
    due: date
    targets: Mapping[str, Working]

    def words(self) -> str:
        """The working of the statutory day, or why there is none."""
        return self.submit.words() if self.submit else uncounted()


def clock(received: date, days: Mapping[str, int]) -> Clock:
    """The rapid-review clock, of the working days by clock, from the day the referral was received (day 0)."""
    counted = {name: _counted(received, days[code]) for name, code in TARGETS.items()}
    submit = _counted(received, days[SUBMIT])
    due = submit.due if submit else add_weekdays(received, days[SUBMIT])
    return Clock(submit, due, {name: each for name, each in counted.items() if each})


def _counted(day0: date, days: int) -> Working | None:
    try:
        return working(day0, days)
    except BeyondHorizon:
        return None


def uncounted() -> str:
    """Why a day cannot be counted."""
    return f"cannot be counted: bank holidays are known until {horizon()}"


def day_words(received: date, due: date, today: date) -> str:
    """`Day 9 of 15, due Tue 21 Apr 2026, 6 working days left`."""
    if not all(map(countable, (received, due, today))):
        return f"Rapid review: {uncounted()}"
    total, gone = working_days_between(received, due), working_days_between(received, today)
    left = total - gone
    days = "working day" if abs(left) == 1 else "working days"
    rest = f"{left} {days} left" if left >= 0 else f"{-left} {days} late"
    return f"Day {gone} of {total}, due {short(due)}, {rest}"


def due_words(due: date | None, today: date) -> str:
    """`due Mon 14 Dec 2026`, `due Mon 14 Dec 2026, 2 working days late`."""
    if due is None:
        return uncounted()
    late = working_days_between(due, today) if due < today and countable(today) else 0
    return f"due {short(due)}" + (f", {late} working day{'' if late == 1 else 's'} late" if late > 0 else "")


def starts_clock(profile: Profile) -> str:
    """The trigger from which the clock of a rapid review counts, once its day is known."""
    return profile.clocks[SUBMIT].trigger


def day_problem(day: date, today: date) -> str | None:
    """Why a clock cannot count from this day, or None when it can."""
    if day > today:
        return "This day lies in the future: note it once it has come"
    if too_early(day):
        return "Check the year: no clock can count from it"
    return None
