"""Proposing and ratifying decisions."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.acting import Done
from pprg_shared.actor import Actor
from pprg_shared.boxes import publish
from pprg_shared.database import seal, today, unseal
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events import triage as says
from pprg_triage import rules
from pprg_triage.actions.cases import case_of, done
from pprg_triage.actions.requests import agencies_asked
from pprg_triage.models import Decision, Meeting


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
    return done(case)


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
    return done(case)


def _person(actor: Actor) -> UUID:
    if actor.person is None:
        raise Refused("Say who you are first.")
    return actor.person
