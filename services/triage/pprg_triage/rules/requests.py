"""The states of a request, what moves them, when agencies are reminded, and who is still missing."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from pprg_shared.calendar import (
    add_months,
    add_working_days,
    london,
)
from pprg_shared.partial_dates import PartialDate

#: Letters that nobody waits for go out when the office opens.
OFFICE_OPENS = time(9)
#: Rungs of the ladder: working days before (-) or after the due day.
RUNGS: Mapping[str, int] = {"soon": -3, "overdue": 1, "escalated": 3}
#: The letters that remind an agency of a request.
REMINDERS = frozenset({"reminder", "overdue", "overdue_escalated"})
#: How far back agencies look, unless the coordinator says otherwise and why.
SCOPE_MONTHS = 24
WANTED: Mapping[str, str] = {
    "both": "A summary and a chronology",
    "summary": "A summary only",
    "chronology": "A chronology only",
}

#: The states of a request, in the words of people.
STATES: Mapping[str, str] = {
    "asked": "Waiting",
    "ready": "Waiting",
    "opened": "In progress",
    "returned": "Return",
    "nil": "Holds nothing",
    "queried": "Queried",
    "accepted": "Accepted",
    "waived": "Waived",
}
#: State and what happens to it: the state that follows. What is not here is not allowed.
MOVES: Mapping[tuple[str, str], str] = {
    ("asked", "ready"): "ready",
    **{(state, "open"): "opened" for state in ("asked", "ready")},
    **{(state, "return"): "returned" for state in ("asked", "ready", "opened", "queried", "waived")},
    **{(state, "nil"): "nil" for state in ("asked", "ready", "opened", "queried", "waived")},
    **{(state, "accept"): "accepted" for state in ("returned", "nil")},
    **{(state, "query"): "queried" for state in ("returned", "nil", "accepted")},
    **{(state, "move"): state for state in ("asked", "ready", "opened", "queried")},
    **{(state, "decline"): state for state in ("asked", "ready", "opened", "queried")},
    **{(state, "waive"): "waived" for state in ("asked", "ready", "opened", "queried")},
}
#: Nobody waits for these any more, and nobody is reminded.
SETTLED = frozenset({"returned", "nil", "accepted", "waived"})
#: What the agency is told of each state.
TOLD: Mapping[str, str] = {
    "asked": "open",
    "ready": "open",
    "opened": "open",
    "queried": "queried",
    "accepted": "accepted",
    "waived": "waived",
}


def moved(state: str, happens: str) -> str | None:
    """The state that follows, or None where this may not happen."""
    return MOVES.get((state, happens))


def scope(incident: PartialDate | None, received: date) -> tuple[date, date]:
    """The period that agencies look at: two years up to the last day on which the incident may have been.

    A list of open cases need not say when that was; then it is two years up to the day of receipt.
    """
    last = min(incident.until, received) if incident else received
    return add_months(last, -SCOPE_MONTHS), last


def reminder_times(due: date, now: datetime) -> dict[str, datetime]:
    """When an agency is reminded of a request, by rung; a rung whose time has passed already is left out."""
    times = {rung: london(add_working_days(due, days), OFFICE_OPENS) for rung, days in RUNGS.items()}
    return {rung: at for rung, at in times.items() if at > now}


def reminder_applies(rung: str, state: str, due: date, today: date) -> bool:
    """Whether a reminder still makes sense: somebody waits, and `soon` not after the due day."""
    return state not in SETTLED and (rung != "soon" or today <= due)


def reminded_on(letters: Iterable[tuple[str, date]]) -> list[date]:
    """Of kinds of letters and the days on which they left: the days on which somebody was reminded, in order."""
    return sorted({day for letter, day in letters if letter in REMINDERS})


def still_missing(states: Iterable[tuple[str, str]]) -> list[str]:
    """Of agencies and the states of their requests: those that are still waited for."""
    return [agency for agency, state in states if state not in SETTLED]
