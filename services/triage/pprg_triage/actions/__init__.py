"""What people do in triage; each function one transaction."""

from collections.abc import Callable, Mapping

from pprg_shared.actor import Done
from pprg_triage.actions.access import Closed, case_of, related, visible
from pprg_triage.actions.amending import OVERTAKEN, amend_referral
from pprg_triage.actions.announcing import (
    Concerned,
    concerned,
    known_of,
    note_told,
    notices_of,
    planned_of,
    public_of,
    tell_again,
    tell_before,
)
from pprg_triage.actions.cases import (
    Known,
    bind,
    bind_if_here,
    known,
    note_day,
    references,
    take_back_day,
    told_days,
    watch,
)
from pprg_triage.actions.closing import close_case, reopen_case
from pprg_triage.actions.conflicts import conflict_of, keep_conflicts, settle_conflict
from pprg_triage.actions.decisions import (
    FOR_OTHERS,
    correct_words,
    decide_by,
    propose_decision,
    ratify_decision,
    ratifying_roles,
    send_back,
)
from pprg_triage.actions.handing import hand_over, led_by, name_stand_in, pass_chair, pass_to_deputy
from pprg_triage.actions.importing import (
    Plan,
    import_cases,
    import_of,
    plan_of,
    remembered,
    touched,
    undo_import,
)
from pprg_triage.actions.invitations import invited_to, members_of_group
from pprg_triage.actions.leaving import end_memberships
from pprg_triage.actions.meetings import (
    called,
    cancel_meeting,
    hold_meeting,
    may_be_there,
    move_meeting,
    schedule_meeting,
)
from pprg_triage.actions.members import (
    break_glass,
    declare_interest,
    end_member,
    name_member,
    note_tried,
    own_interests,
    withdraw_interest,
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
from pprg_triage.actions.sittings import of_sitting
from pprg_triage.actions.ties import is_closed, name_chairs

HANDING: Mapping[str, Callable[..., Done]] = {"stand_in": name_stand_in, "hand_over": hand_over}

__all__ = [
    "CHANGES",
    "FOR_OTHERS",
    "HANDING",
    "OVERTAKEN",
    "Closed",
    "Concerned",
    "Known",
    "Plan",
    "accept_return",
    "agencies_asked",
    "amend_referral",
    "bind",
    "bind_if_here",
    "break_glass",
    "called",
    "cancel_meeting",
    "case_of",
    "close_case",
    "concerned",
    "conflict_of",
    "correct_words",
    "decide_by",
    "declare_interest",
    "end_member",
    "end_memberships",
    "hold_meeting",
    "import_cases",
    "import_of",
    "invited_to",
    "is_closed",
    "keep_conflicts",
    "known",
    "known_of",
    "led_by",
    "may_be_there",
    "members_of_group",
    "move_due_day",
    "move_meeting",
    "name_chairs",
    "name_member",
    "note_day",
    "note_told",
    "note_tried",
    "notices_of",
    "of_sitting",
    "own_interests",
    "pass_chair",
    "pass_to_deputy",
    "plan_of",
    "planned_of",
    "propose_decision",
    "public_of",
    "query_return",
    "ratify_decision",
    "ratifying_roles",
    "references",
    "related",
    "release_requests",
    "remembered",
    "reopen_case",
    "request_of",
    "return_id",
    "rows_here",
    "schedule_meeting",
    "send_back",
    "settle_conflict",
    "standard_request",
    "take_back_day",
    "tell_again",
    "tell_before",
    "told_days",
    "touched",
    "undo_import",
    "visible",
    "waive_request",
    "watch",
    "withdraw_interest",
]
