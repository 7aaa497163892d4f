"""The clock of a case, and its steps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pprg_shared.calendar import (
    Working,
    countable,
    short,
    working,
    working_days_between,
)
from pprg_shared.profile import PLANNED, SUBMIT, TARGETS, Deadline, Profile, deadlines
from pprg_triage.rules.routes import NOT_RULED_OUT, routes

STEPS = ("Referred", "Requested", "Returned", "Meeting", "Decision", "Published")


@dataclass(frozen=True)
class Clock:
    """The statutory day and the internal targets before it, each with its working."""

    submit: Working
    targets: Mapping[str, Working]


def clock(received: date, days: Mapping[str, int]) -> Clock:
    """The rapid-review clock, of the working days by clock, from the day the referral was received (day 0)."""
    targets = {name: working(received, days[code]) for name, code in TARGETS.items()}
    return Clock(working(received, days[SUBMIT]), targets)


def day_words(received: date, due: date, today: date) -> str:
    """`Day 9 of 15, due Tue 21 Apr 2026, 6 working days left`."""
    total, gone = working_days_between(received, due), working_days_between(received, today)
    left = total - gone
    days = "working day" if abs(left) == 1 else "working days"
    rest = f"{left} {days} left" if left >= 0 else f"{-left} {days} late"
    return f"Day {gone} of {total}, due {short(due)}, {rest}"


#: Triggers that rows of a case tell by themselves; the others somebody notes.
BY_THEMSELVES = ("referral_received", "decided", PLANNED, "published")


def clocks(profile: Profile, open_routes: Collection[str], days: Mapping[str, date]) -> list[Deadline]:
    """The clocks of the routes that are open, with their working or what they wait for."""
    return deadlines(profile, sorted(open_routes), days)


def clock_state(deadline: Deadline, today: date) -> str:
    """How a clock stands: it `waits` for its day 0, `runs`, or its day has `passed`, whatever was done by then."""
    if deadline.due is None:
        return "waits"
    return "passed" if deadline.due < today else "runs"


def clock_to_watch(
    profile: Profile, content: Mapping[str, Any], named: Sequence[str], days: Mapping[str, date], today: date
) -> str | None:
    """The clock to watch where no rapid review is possible; None where one is: then it is the clock of that.

    Of each route that is possible or was named, and that the group decides on, the profile's first clock counts: of
    these the one that is due first, else the likeliest route's. Without any it is the longest of those of every case.
    """
    good = content.get("reason_kind") == "good_outcome"
    found = [each.code for each in routes(profile, content, today) if not (good and each.strength == NOT_RULED_OUT)]
    possible = [each for each in (*found, *named) if each in profile.decided_routes()]
    if profile.clocks[SUBMIT].route in possible:
        return None
    running = clocks(profile, set(possible), days)
    firsts: dict[str | None, str] = {}
    for code, each in profile.clocks.items():
        firsts.setdefault(each.route, code)
    own = [each for each in running if each.clock.route in possible and firsts[each.clock.route] == each.clock.code]
    own.sort(key=lambda each: (each.due or date.max, possible.index(each.clock.route or "")))
    of_every_case = [each for each in running if each.clock.route is None and each.due]
    chosen = [*own, *reversed(of_every_case)]
    return chosen[0].clock.code if chosen else None


def notable(profile: Profile) -> dict[str, str]:
    """Words by code of the triggers that somebody may note."""
    used = {each.trigger for each in profile.clocks.values()}
    return {code: words for code, words in profile.triggers.items() if code in used and code not in BY_THEMSELVES}


def starts_clock(profile: Profile) -> str:
    """The trigger from which the clock of a rapid review counts, once its day is known."""
    return profile.clocks[SUBMIT].trigger


def day_problem(day: date, today: date) -> str | None:
    """Why a clock cannot count from this day, or None when it can."""
    if day > today:
        return "This day lies in the future: note it once it has come"
    if not countable(day):
        return "Check the year: no clock can count from it"
    return None
