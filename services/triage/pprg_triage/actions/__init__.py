"""What people do in triage; each function one transaction."""

from pprg_triage.actions.cases import case_of, known_days, note_day
from pprg_triage.actions.decisions import decide_by, propose_decision, ratify_decision, ratifying_roles, send_back
from pprg_triage.actions.importing import (
    Plan,
    import_cases,
    import_of,
    plan_of,
    remembered,
    touched,
    undo_import,
)
from pprg_triage.actions.meetings import (
    called,
    cancel_meeting,
    hold_meeting,
    invited_to,
    move_meeting,
    schedule_meeting,
)
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
    "Plan",
    "accept_return",
    "agencies_asked",
    "called",
    "cancel_meeting",
    "case_of",
    "decide_by",
    "hold_meeting",
    "import_cases",
    "import_of",
    "invited_to",
    "known_days",
    "move_due_day",
    "move_meeting",
    "note_day",
    "plan_of",
    "propose_decision",
    "query_return",
    "ratify_decision",
    "ratifying_roles",
    "release_requests",
    "remembered",
    "request_of",
    "return_id",
    "rows_here",
    "schedule_meeting",
    "send_back",
    "standard_request",
    "touched",
    "undo_import",
    "waive_request",
]
