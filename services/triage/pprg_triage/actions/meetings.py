"""Calling the group."""

from datetime import date, time
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.acting import Done
from pprg_shared.actor import Actor
from pprg_shared.boxes import publish
from pprg_shared.calendar import london
from pprg_shared.database import now, seal
from pprg_shared.errors import Refused
from pprg_shared.events import triage as says
from pprg_triage import rules
from pprg_triage.actions.cases import case_of, done
from pprg_triage.models import Meeting


def schedule_meeting(
    session: Session,
    _actor: Actor,
    *,
    case_id: UUID,
    members: list[UUID],
    day: date,
    starts: time,
    ends: time,
    place: str,
) -> Done:
    """Call the group and the referrer to a meeting inside the clock."""
    case = case_of(session, case_id, alone=True)
    starts_at, ends_at = london(day, starts), london(day, ends)
    if problem := rules.meeting_problem(starts_at, ends_at, now(session), case.due_on):
        raise Refused(*problem)
    if session.scalar(select(Meeting.id).where(Meeting.case_id == case_id)):
        raise Refused("A meeting about this case has been called already.")
    meeting = Meeting(id=uuid4(), case_id=case.id, starts_at=starts_at, ends_at=ends_at, sequence=0)
    meeting.place = seal(session, meeting, "place", place)
    session.add(meeting)
    publish(
        session,
        says.MeetingScheduled(
            meeting_id=meeting.id,
            case_id=case.id,
            reference=case.reference,
            starts_at=starts_at,
            ends_at=ends_at,
            sequence=0,
            place=place,
            invited=list(dict.fromkeys([*members, case.referrer_id])),
        ),
    )
    return done(case)
