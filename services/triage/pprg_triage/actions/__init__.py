"""What people do in triage; each function one transaction."""

from pprg_triage.actions.cases import case_of, note_day
from pprg_triage.actions.decisions import propose_decision, ratify_decision
from pprg_triage.actions.meetings import schedule_meeting
from pprg_triage.actions.requests import agencies_asked, release_requests

__all__ = [
    "agencies_asked",
    "case_of",
    "note_day",
    "propose_decision",
    "ratify_decision",
    "release_requests",
    "schedule_meeting",
]
