"""Calling the group."""

from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from pprg_shared.acting import Done, act, needs, reading, runtime
from pprg_shared.web.forms import Form
from pprg_triage import actions, rules
from pprg_triage.pages.common import form_page, pages, typed
from pprg_triage.schemas import MeetingSchema


@pages.route("/cases/<uuid:case_id>/meetings/new", methods=["GET", "POST"])
def meet(case_id: UUID) -> ResponseReturnValue:
    """Take when the group meets."""
    needs("call")
    with reading() as session:
        about = actions.case_of(session, case_id)
    target = rules.clock(about.received_on, runtime().profile.working_days()).targets["meeting"].due
    members = [each.id for each in runtime().profile.people_with_role("chair", "member")]

    def send(data: dict[str, Any]) -> Done:
        return act(actions.schedule_meeting, phase="meeting", case_id=case_id, members=members, **data)

    return form_page("meet.html", Form(MeetingSchema(), typed()), send, case=about, target=target)
