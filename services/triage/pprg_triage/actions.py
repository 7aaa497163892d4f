"""What people do in triage; each function one transaction."""

from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pprg_shared.acting import Done
from pprg_shared.actor import Actor
from pprg_shared.boxes import publish
from pprg_shared.calendar import london
from pprg_shared.database import now, seal, today, unseal
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events import triage as says
from pprg_triage import rules
from pprg_triage.models import Case, Decision, Meeting, Request, reminders


def case_of(session: Session, case_id: UUID, *, alone: bool = False) -> Case:
    """A case, or NotThere; `alone`, so that whoever else acts on it waits until this transaction ends."""
    case = session.get(Case, case_id, with_for_update=alone)
    if case is None:
        raise NotThere
    return case


def agencies_asked(session: Session, case_id: UUID) -> list[str]:
    """The agencies that were asked about a case."""
    return list(session.scalars(select(Request.agency).where(Request.case_id == case_id).order_by(Request.agency)))


def _done(case: Case) -> Done:
    return Done(f"/cases/{case.id}", case.reference, str(case.id))


def release_requests(
    session: Session, _actor: Actor, *, case_id: UUID, due_on: date, agencies: list[str], questions: str
) -> Done:
    """Ask agencies; one that was asked already is not asked twice."""
    case = case_of(session, case_id, alone=True)
    asked = agencies_asked(session, case_id)
    fresh = [each for each in dict.fromkeys(agencies) if each not in asked]
    if not fresh:
        raise Refused("All these agencies have been asked already. Choose others.", "agencies")
    content = unseal(session, case, "content")
    for agency in fresh:
        request = Request(id=uuid4(), case_id=case.id, agency=agency, due_on=due_on, state="asked")
        session.add(request)
        _remind_later(session, request)
        publish(
            session,
            says.InformationRequested(
                request_id=request.id,
                case_id=case.id,
                reference=case.reference,
                agency=agency,
                due_on=due_on,
                subject_name=content["subject_name"],
                subject_born=content["subject_born"],
                questions=questions,
            ),
        )
    return _done(case)


def _remind_later(session: Session, request: Request) -> None:
    about = {"subject": str(request.case_id), "request_id": request.id}
    rows = [
        # The row begins to wait when it is due; patience with its faults counts from then.
        {"id": uuid4(), "type": rung, **about, "created_at": due, "due_at": due}
        for rung, due in rules.reminder_times(request.due_on, now(session)).items()
    ]
    if rows:
        session.execute(insert(reminders), rows)


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
    return _done(case)


def propose_decision(session: Session, actor: Actor, *, case_id: UUID, **answers: Any) -> Done:
    """Write down what the group proposes on one route."""
    case = case_of(session, case_id, alone=True)
    if session.scalar(select(Meeting.id).where(Meeting.case_id == case_id)) is None:
        raise Refused("Call the meeting first: the group decides.")
    if session.scalar(select(Decision.id).where(Decision.case_id == case_id, Decision.route == answers["route"])):
        raise Refused("There is a decision on this kind of review already.", "route")
    decision = Decision(id=uuid4(), case_id=case.id, route=answers["route"], outcome=answers["outcome"])
    decision.proposed_by, decision.proposed_on = _person(actor), today(session)
    decision.content = seal(session, decision, "content", {"reasons": answers["reasons"]})
    session.add(decision)
    return _done(case)


def ratify_decision(session: Session, actor: Actor, *, case_id: UUID, decision_id: UUID) -> Done:
    """Confirm a decision that somebody else proposed, and tell everyone."""
    case = case_of(session, case_id)
    decision = session.get(Decision, decision_id, with_for_update=True)
    if decision is None or decision.case_id != case_id:
        raise NotThere
    already = decision.ratified_by is not None
    if problem := rules.ratifying_problem(decision.proposed_by, actor.person, already=already):
        raise Refused(problem, "decision_id")
    decision.ratified_by, decision.ratified_on = _person(actor), today(session)
    publish(
        session,
        says.DecisionRatified(
            decision_id=decision.id,
            case_id=case.id,
            reference=case.reference,
            route=decision.route,
            outcome=decision.outcome,
            decided_on=decision.ratified_on,
            referrer_id=case.referrer_id,
            agencies=agencies_asked(session, case_id),
            reasons=unseal(session, decision, "content")["reasons"],
        ),
    )
    return _done(case)


def _person(actor: Actor) -> UUID:
    if actor.person is None:
        raise Refused("Say who you are first.")
    return actor.person
