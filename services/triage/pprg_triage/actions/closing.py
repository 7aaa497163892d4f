"""Closing a case without a review, and opening it again."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.database import today
from pprg_shared.errors import Refused
from pprg_triage import rules
from pprg_triage.actions.access import case_of, visible
from pprg_triage.actions.cases import bind, done, keep_noted
from pprg_triage.models import Case, Decision, Meeting, Request, TriggerDay
from pprg_triage.rules import closing


def close_case(session: Session, actor: Actor, *, case_id: UUID, reason: str, why: str, other: str = "") -> Done:
    """Close a case on which the group need not decide; none of its clocks binds any more, and nobody is written to."""
    case = case_of(session, actor, case_id, "close", alone=True)
    if problem := _closing_problem(session, case_id):
        raise Refused(problem)
    other = other.strip().upper()
    if problem := closing.other_problem(reason, other, case.reference):
        raise Refused(problem, "other")
    there = select(Case.id).where(Case.reference == other, visible(session, actor, Case.id))
    if other and session.scalar(there) is None:
        raise Refused("No case has this reference", "other")
    said = {"reason": reason, "reference": other, "why": why}
    keep_noted(session, actor, case, closing.CLOSED, today(session), said)
    bind(session, case)
    return done(case)


def reopen_case(session: Session, actor: Actor, *, case_id: UUID, why: str) -> Done:
    """Open a case again that was closed without a review: its clocks run as if it had never been closed."""
    case = case_of(session, actor, case_id, "close", alone=True)
    if not is_closed_case(session, case_id):
        raise Refused("The case is not closed.")
    keep_noted(session, actor, case, closing.CLOSED, None, {"why": why})
    bind(session, case)
    return done(case)


def is_closed_case(session: Session, case_id: UUID) -> bool:
    """Whether a case is closed without a review: what was noted of it last says so."""
    noted = (TriggerDay.case_id == case_id, TriggerDay.trigger == closing.CLOSED)
    last = select(TriggerDay.day).where(*noted).order_by(TriggerDay.noted_at.desc()).limit(1)
    return session.scalar(last) is not None


def keep_open(session: Session, case_id: UUID) -> None:
    """Raises Refused where the case is closed: nobody is asked, called or decides about it."""
    if is_closed_case(session, case_id):
        raise Refused(closing.REOPEN_FIRST)


def _closing_problem(session: Session, case_id: UUID) -> str | None:
    """What others do about the case, for which it cannot be closed now."""
    asked = (Request.case_id == case_id, Request.state.not_in(rules.SETTLED))
    called = (Meeting.case_id == case_id, Meeting.state == rules.CALLED)
    return closing.closing_problem(
        closed=is_closed_case(session, case_id),
        waiting=session.scalar(select(func.count()).select_from(Request).where(*asked)) or 0,
        called=session.scalar(select(Meeting.id).where(*called).limit(1)) is not None,
        decided=session.scalar(select(Decision.id).where(Decision.case_id == case_id).limit(1)) is not None,
    )
