"""When the group meets as a rule."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from pprg_shared.calendar import add_months, add_working_days, horizon, is_working_day
from pprg_shared.profile.partnership import AgencyKind
from pprg_shared.profile.reading import Fault, key

WEEK = 7
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
WHICH = ("first", "second", "third", "fourth", "last")
EVERY = ("monthly", "every 2 months", "every 3 months")
_RULE = re.compile(rf"({'|'.join(WHICH)}) ({'|'.join(DAYS)}) ({'|'.join(EVERY)})")
_ADVICE = "is not a rule; write it as 'second Tuesday monthly' or 'last Friday every 2 months'"


@dataclass(frozen=True)
class Meetings:
    """The standing meetings: dates, or a rule for them, and how they are held."""

    starts: time = key("When they start, in London.", "10:00:00")
    minutes: int = key("How long they last.", "120")
    place: str = key("Where, or by which link; it stands in invitations.", '"County Hall, room 3, or by video"')
    notice: int = key("Working days between papers and meeting.", "5")
    quorum: tuple[AgencyKind, ...] = key(
        "Kinds of agency without which it decides nothing.", '["local authority", "health", "police"]'
    )
    dates: tuple[date, ...] = key("Standing dates, in order.", "[2027-01-12, 2027-02-09]", factory=tuple)
    rule: str = key(
        "In place of dates. One that is a bank holiday moves to the next working day.",
        '"second Tuesday monthly"',
        default="",
        check=lambda value: None if _RULE.fullmatch(value) else f"{value!r} {_ADVICE}",
    )
    reading_days: int = key(
        "Days after a meeting during which whoever was invited, and whoever ratified, may still read the case.",
        "28",
        default=28,
    )
    begins: date | None = key("The month from which a rule counts.", "2026-01-01", default=None)

    def problems(self) -> Iterator[Fault]:
        """Either dates or a rule; both would contradict each other."""
        if bool(self.dates) == bool(self.rule):
            yield Fault((), "needs either dates or a rule")
        if self.rule and self.begins is None:
            yield Fault((), "needs begins: the month from which the rule counts")
        for number, (before, after) in enumerate(zip(self.dates, self.dates[1:], strict=False)):
            if after <= before:
                yield Fault(("dates", number + 1), f"{after} does not come after {before}")
        for name in ("minutes", "notice", "reading_days"):
            if getattr(self, name) < 1:
                yield Fault((name,), "must be 1 or more")


def standing_dates(meetings: Meetings, first: date, last: date) -> list[date]:
    """The standing meetings between two days, both included; a rule ends with the bank holidays that are known."""
    if meetings.dates:
        return [each for each in meetings.dates if first <= each <= last]
    return [each for each in _by_rule(meetings, last) if first <= each <= last]


def next_standing(meetings: Meetings, today: date) -> date | None:
    """The first standing meeting after today, if one is known."""
    return next(iter(standing_dates(meetings, today + timedelta(days=1), date(horizon(), 12, 31))), None)


def _by_rule(meetings: Meetings, last: date) -> Iterator[date]:
    rule = _RULE.fullmatch(meetings.rule)
    which, weekday, every = rule.groups() if rule else ("", "", "")
    month = (meetings.begins or last).replace(day=1)
    while month <= last and month.year <= horizon():
        day = _day_of(month, WHICH.index(which), DAYS.index(weekday))
        yield day if is_working_day(day) else add_working_days(day, 1)
        month = add_months(month, EVERY.index(every) + 1)


def _day_of(month: date, which: int, weekday: int) -> date:
    first = month + timedelta(days=(weekday - month.weekday()) % WEEK)
    if WHICH[which] == "last":
        after = add_months(month, 1)
        return after - timedelta(days=1 + (after - timedelta(days=1) - timedelta(days=weekday)).weekday())
    return first + timedelta(weeks=which)
