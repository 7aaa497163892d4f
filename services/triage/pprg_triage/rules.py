"""The clock of a case, when the group may meet, who may decide, and the order of a chronology."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from pprg_shared.calendar import (
    Working,
    add_working_days,
    is_working_day,
    london,
    london_date,
    short,
    working,
    working_days_between,
)
from pprg_shared.partial_dates import PartialDate

OUTCOMES = {
    "criteria_met": "Criteria met",
    "criteria_not_met": "Criteria not met",
    "insufficient_information": "Not enough information yet",
}
STEPS = ("Referred", "Requested", "Returned", "Meeting", "Decision", "Published")

#: Internal targets of a rapid review, and the clocks of the profile that they are.
TARGETS: Mapping[str, str] = {
    "request_out": "rr.request_out",
    "agency_return": "rr.agency_return",
    "meeting": "rr.meeting",
    "sign_off": "rr.signoff",
}
#: Letters that nobody waits for go out when the office opens.
OFFICE_OPENS = time(9)
#: Rungs of the ladder: working days before (-) or after the due day.
RUNGS: Mapping[str, int] = {"soon": -3, "overdue": 1}
ANSWERED = frozenset({"returned", "nil"})


@dataclass(frozen=True)
class Clock:
    """The statutory day and the internal targets before it, each with its working."""

    submit: Working
    targets: Mapping[str, Working]


def clock(received: date, days: Mapping[str, int]) -> Clock:
    """The rapid-review clock, of the working days by clock, from the day the referral was received (day 0)."""
    targets = {name: working(received, days[code]) for name, code in TARGETS.items()}
    return Clock(working(received, days["rr.submit"]), targets)


def day_words(received: date, due: date, today: date) -> str:
    """`Day 9 of 15, due Tue 21 Apr 2026, 6 working days left`."""
    total, gone = working_days_between(received, due), working_days_between(received, today)
    left = total - gone
    days = "working day" if abs(left) == 1 else "working days"
    rest = f"{left} {days} left" if left >= 0 else f"{-left} {days} late"
    return f"Day {gone} of {total}, due {short(due)}, {rest}"


def meeting_problem(starts: datetime, ends: datetime, now: datetime, due: date) -> tuple[str, str] | None:
    """Why the group cannot meet then and which of `day`, `starts` and `ends` is to blame, or None when it can."""
    day = london_date(starts)
    if starts <= now:
        return "The meeting must lie in the future", "starts" if day == london_date(now) else "day"
    if ends <= starts:
        return "The meeting must end after it starts", "ends"
    if day > due:
        return f"The meeting must be inside the clock: on {short(due)} at the latest", "day"
    if not is_working_day(day):
        return f"{short(day)} is not a working day", "day"
    return None


def ratifying_problem(proposed_by: object, ratified_by: object, *, already: bool) -> str | None:
    """Why this person cannot confirm the decision, or None when they can."""
    if already:
        return "This decision has been ratified already"
    if proposed_by == ratified_by:
        return "A second person must ratify: you proposed this decision"
    return None


def reminder_times(due: date, now: datetime) -> dict[str, datetime]:
    """When an agency is reminded of a request, by rung; a rung whose time has passed already is left out."""
    times = {rung: london(add_working_days(due, days), OFFICE_OPENS) for rung, days in RUNGS.items()}
    return {rung: at for rung, at in times.items() if at > now}


def reminder_applies(rung: str, state: str, due: date, today: date) -> bool:
    """Whether a reminder still makes sense: not answered, and `soon` not after the due day."""
    return state not in ANSWERED and (rung != "soon" or today <= due)


@dataclass(frozen=True)
class Entry:
    """A chronology row with what orders it."""

    when: PartialDate
    number: int
    agency: str
    source: str
    event: str
    action: str


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """One time order: by date, the exact before the vague, then as each agency numbered them."""
    return sorted(entries, key=lambda each: (*each.when.sort_key(), each.number, each.agency))


def still_missing(asked: Sequence[str], answered: Iterable[str]) -> list[str]:
    """Agencies that were asked and have not answered."""
    have = set(answered)
    return [each for each in asked if each not in have]
