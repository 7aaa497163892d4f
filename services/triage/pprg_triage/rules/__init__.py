"""The clock of a case, when the group may meet, who may decide, and the order of a chronology."""

from pprg_triage.rules.chronology import Entry, in_order
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
from pprg_triage.rules.requests import ANSWERED, OFFICE_OPENS, RUNGS, reminder_applies, reminder_times, still_missing
from pprg_triage.rules.routes import CERTAIN, NOT_RULED_OUT, POSSIBLE, Route, routes

__all__ = [
    "ANSWERED",
    "CERTAIN",
    "NOT_RULED_OUT",
    "OFFICE_OPENS",
    "OUTCOMES",
    "POSSIBLE",
    "RUNGS",
    "STEPS",
    "TARGETS",
    "Clock",
    "Entry",
    "Route",
    "clock",
    "clocks",
    "day_problem",
    "day_words",
    "event_words",
    "in_order",
    "meeting_problem",
    "notable",
    "ratifying_problem",
    "reminder_applies",
    "reminder_times",
    "routes",
    "starts_clock",
    "still_missing",
]
