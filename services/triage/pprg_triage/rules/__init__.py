"""The clock of a case, when the group may meet, who may decide, and the order of a chronology."""

from pprg_triage.rules.chronology import Entry, in_order
from pprg_triage.rules.clocks import STEPS, TARGETS, Clock, clock, day_words
from pprg_triage.rules.decisions import OUTCOMES, ratifying_problem
from pprg_triage.rules.meetings import meeting_problem
from pprg_triage.rules.requests import ANSWERED, OFFICE_OPENS, RUNGS, reminder_applies, reminder_times, still_missing

__all__ = [
    "ANSWERED",
    "OFFICE_OPENS",
    "OUTCOMES",
    "RUNGS",
    "STEPS",
    "TARGETS",
    "Clock",
    "Entry",
    "clock",
    "day_words",
    "in_order",
    "meeting_problem",
    "ratifying_problem",
    "reminder_applies",
    "reminder_times",
    "still_missing",
]
