"""What pages and API show of a case, put together for reading."""

from pprg_triage.projections.cases import (
    Part,
    Step,
    chronology_page,
    steps_of,
    whole_case,
    whole_chronology,
    whole_request,
)
from pprg_triage.projections.decisions import Told, proposed_before
from pprg_triage.projections.meetings import Met

__all__ = [
    "Met",
    "Part",
    "Step",
    "Told",
    "chronology_page",
    "proposed_before",
    "steps_of",
    "whole_case",
    "whole_chronology",
    "whole_request",
]
