"""The clock of a case, when the group may meet, who may decide, and the order of a chronology."""

from pprg_triage.rules.chronology import NO_TIME, Entry, position
from pprg_triage.rules.clocks import STEPS, TARGETS, Clock, clock, day_words
from pprg_triage.rules.decisions import OUTCOMES, ratifying_problem
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

__all__ = [
    "MOVES",
    "NO_TIME",
    "OFFICE_OPENS",
    "OUTCOMES",
    "RUNGS",
    "SETTLED",
    "STATES",
    "STEPS",
    "TARGETS",
    "TOLD",
    "WANTED",
    "Clock",
    "Entry",
    "clock",
    "day_words",
    "meeting_problem",
    "moved",
    "position",
    "ratifying_problem",
    "reminder_applies",
    "reminder_times",
    "scope",
    "still_missing",
]
