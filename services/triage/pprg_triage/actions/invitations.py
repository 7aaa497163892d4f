"""Whom a meeting brings together: who is invited, whom an interest takes out again, and what is said of it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.boxes import publish
from pprg_shared.database import now, unseal
from pprg_shared.events import triage as says
from pprg_triage import rules
from pprg_triage.actions.sittings import alone, held, say_sitting
from pprg_triage.actions.ties import people_with, ties_of, untie
from pprg_triage.models import Case, Meeting

Said = type[says.MeetingScheduled] | type[says.MeetingMoved] | type[says.MeetingCancelled]


def open_meeting(session: Session, case_id: UUID) -> Meeting | None:
    """The meeting that is called: there is one at a time that is neither held nor cancelled."""
    found: Meeting | None = session.scalar(
        select(Meeting).where(Meeting.case_id == case_id, Meeting.state == rules.CALLED)
    )
    return found


def members_of_group(session: Session) -> list[str]:
    """Who chairs the group, and its members."""
    return list(dict.fromkeys(str(each) for role in ("chair", "member") for each in people_with(session, role)))


def invited_to(session: Session, case: Case) -> list[str]:
    """Whom a meeting about a case brings together: those invited to the one that is called, else group and referrer.

    Nobody is invited to whom an interest closes the case, and no referrer who has no address.
    """
    if meeting := open_meeting(session, case.id):
        return meeting.invited
    closed = interested(session, case.id)
    has_address = unseal(session, case, "content").get("has_address", True)
    usual = [*members_of_group(session), *([str(case.referrer_id)] if has_address else [])]
    return [each for each in dict.fromkeys(usual) if each not in closed]


def interested(session: Session, case_id: UUID) -> set[str]:
    """To whom an interest closes a case."""
    return {str(each.person_id) for each in ties_of(session, case_id) if each.role == rules.INTEREST}


def uninvite(session: Session, case: Case, people: Iterable[UUID], by: UUID | None) -> None:
    """Take people out of the meeting that is called, unless it has begun; they alone are told, it takes place."""
    meeting = open_meeting(session, case.id)
    if meeting is None or meeting.starts_at <= now(session):
        return
    out = [each for each in people if str(each) in meeting.invited]
    if out:
        alone(session)
        meeting.sequence += 1
        meeting.invited = [each for each in meeting.invited if UUID(each) not in out]
        given = [each for each in ties_of(session, case.id, of=meeting.id) if each.person_id in out]
        untie(session, given, by=by)
        say_meeting(session, says.MeetingCancelled, case, meeting, invited=out, only=True)
        say_sitting(session, meeting.sits_in, held(session, meeting))


def say_meeting(session: Session, event: Said, case: Case, meeting: Meeting, **more: Any) -> None:
    """Say how a meeting stands now, to everyone who is invited unless it is said to whom."""
    about = {"meeting_id": meeting.id, "case_id": case.id, "reference": case.reference, "sequence": meeting.sequence}
    period = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at, "place": unseal(session, meeting, "place")}
    told = {"invited": [UUID(each) for each in meeting.invited], "sitting_id": meeting.sits_in}
    publish(session, event(**{**about, **period, **told, **more}))
