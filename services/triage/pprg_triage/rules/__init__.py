"""The clock of a case, when the group may meet, who may decide, and the order of a chronology."""

from pprg_triage.rules.chronology import NO_TIME, Entry, position
from pprg_triage.rules.clocks import (
    STEPS,
    TARGETS,
    Clock,
    clock,
    clocks,
    day_problem,
    day_words,
    notable,
    starts_clock,
)
from pprg_triage.rules.decisions import OUTCOMES, ratifying_problem
from pprg_triage.rules.history import event_words
from pprg_triage.rules.meetings import meeting_problem
from pprg_triage.rules.requests import (
    MOVES,
    OFFICE_OPENS,
    RUNGS,
    SETTLED,
    STATES,
    TOLD,
    WANTED,
    moved,
    reminder_applies,
    reminder_times,
    scope,
    still_missing,
)
from pprg_triage.rules.routes import CERTAIN, NOT_RULED_OUT, POSSIBLE, Route, routes

__all__ = [
    "CERTAIN",
    "MOVES",
    "NOT_RULED_OUT",
    "NO_TIME",
    "OFFICE_OPENS",
    "OUTCOMES",
    "POSSIBLE",
    "RUNGS",
    "SETTLED",
    "STATES",
    "STEPS",
    "TARGETS",
    "TOLD",
    "WANTED",
    "Clock",
    "Entry",
    "Route",
    "clock",
    "clocks",
    "day_problem",
    "day_words",
    "event_words",
    "meeting_problem",
    "moved",
    "notable",
    "position",
    "ratifying_problem",
    "reminder_applies",
    "reminder_times",
    "routes",
    "scope",
    "starts_clock",
    "still_missing",
]
