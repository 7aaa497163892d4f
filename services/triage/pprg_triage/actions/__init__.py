"""What people do in triage; each function one transaction."""

from pprg_triage.actions.cases import case_of, note_day
from pprg_triage.actions.decisions import propose_decision, ratify_decision
from pprg_triage.actions.meetings import schedule_meeting
from pprg_triage.actions.requests import (
    CHANGES,
    accept_return,
    agencies_asked,
    move_due_day,
    query_return,
    release_requests,
    request_of,
    return_id,
    rows_here,
    standard_request,
    waive_request,
)

__all__ = [
    "CHANGES",
    "accept_return",
    "agencies_asked",
    "case_of",
    "move_due_day",
    "note_day",
    "propose_decision",
    "query_return",
    "ratify_decision",
    "release_requests",
    "request_of",
    "return_id",
    "rows_here",
    "schedule_meeting",
    "standard_request",
    "waive_request",
]
