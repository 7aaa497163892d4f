"""What pages and API show of a case, put together for reading."""

from pprg_triage.projections.case import Step, Whole, chronology_of, steps_of, whole_case
from pprg_triage.projections.history import Happened, history_of
from pprg_triage.projections.referral import Told, known_days, told_of

__all__ = [
    "Happened",
    "Step",
    "Told",
    "Whole",
    "chronology_of",
    "history_of",
    "known_days",
    "steps_of",
    "told_of",
    "whole_case",
]
