"""Asking agencies."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pprg_shared.acting import Done
from pprg_shared.actor import Actor
from pprg_shared.boxes import publish
from pprg_shared.database import now, unseal
from pprg_shared.errors import Refused
from pprg_shared.events import triage as says
from pprg_triage import rules
from pprg_triage.actions.cases import case_of, done
from pprg_triage.models import Request, reminders


def agencies_asked(session: Session, case_id: UUID) -> list[str]:
    """The agencies that were asked about a case."""
    return list(session.scalars(select(Request.agency).where(Request.case_id == case_id).order_by(Request.agency)))


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
    return done(case)


def _remind_later(session: Session, request: Request) -> None:
    about = {"subject": str(request.case_id), "request_id": request.id}
    rows = [
        # The row begins to wait when it is due; patience with its faults counts from then.
        {"id": uuid4(), "type": rung, **about, "created_at": due, "due_at": due}
        for rung, due in rules.reminder_times(request.due_on, now(session)).items()
    ]
    if rows:
        session.execute(insert(reminders), rows)
