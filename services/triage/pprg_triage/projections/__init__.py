"""What pages and API show of a case, put together for reading."""

from pprg_triage.projections.case import (
    Part,
    Step,
    Whole,
    chronology_page,
    steps_of,
    whole_case,
    whole_chronology,
    whole_request,
)
from pprg_triage.projections.history import Happened, history_of
from pprg_triage.projections.referral import Told, known_days, told_of

__all__ = [
    "Happened",
    "Part",
    "Step",
    "Told",
    "Whole",
    "chronology_page",
    "history_of",
    "known_days",
    "steps_of",
    "told_of",
    "whole_case",
    "whole_chronology",
    "whole_request",
]
