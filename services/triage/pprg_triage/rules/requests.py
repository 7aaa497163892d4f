"""When agencies are reminded, and who is still missing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

from pprg_shared.calendar import (
    add_working_days,
    london,
)

#: Letters that nobody waits for go out when the office opens.
OFFICE_OPENS = time(9)


#: Rungs of the ladder: working days before (-) or after the due day.
RUNGS: Mapping[str, int] = {"soon": -3, "overdue": 1}


ANSWERED = frozenset({"returned", "nil"})


def reminder_times(due: date, now: datetime) -> dict[str, datetime]:
    """When an agency is reminded of a request, by rung; a rung whose time has passed already is left out."""
    times = {rung: london(add_working_days(due, days), OFFICE_OPENS) for rung, days in RUNGS.items()}
    return {rung: at for rung, at in times.items() if at > now}


def reminder_applies(rung: str, state: str, due: date, today: date) -> bool:
    """Whether a reminder still makes sense: not answered, and `soon` not after the due day."""
    return state not in ANSWERED and (rung != "soon" or today <= due)


def still_missing(asked: Sequence[str], answered: Iterable[str]) -> list[str]:
    """Agencies that were asked and have not answered."""
    have = set(answered)
    return [each for each in asked if each not in have]
