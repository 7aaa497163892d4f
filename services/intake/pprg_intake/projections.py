"""What pages and API show of an outcome, put together for whoever may read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_intake import actions, rules
from pprg_intake.models import Outcome, Person
from pprg_shared.access import Relation
from pprg_shared.actor import Actor
from pprg_shared.database import profile_of, unseal
from pprg_shared.errors import NotThere


@dataclass(frozen=True)
class Told:
    """What was decided on one route, in the words for the person who reads it."""

    route: str
    outcome: str
    decided_on: date
    corrected_on: date | None
    words: str
    case_id: UUID


def told_to_referrer(session: Session, actor: Actor, reference: str) -> list[Told]:
    """What was decided on a referral, for who sent it and their agency's people; to anybody else it is not there."""
    wanted = reference if reference.isprintable() else ""
    sent_by = select(Outcome, Person.agency).outerjoin(Person, Person.id == Outcome.referrer_id)
    found = session.execute(sent_by.where(Outcome.reference == wanted)).all()
    rows = [row for row, _ in found]
    relation = rules.relation(actor.agency, found[0].agency if found else None)
    if any(row.referrer_id == actor.person for row in rows):
        relation = Relation.THEIRS
    if not rows or not rules.may(actor.roles, "read outcomes", relation):
        raise NotThere
    return [_told(session, each, "to_referrer") for each in _in_order(session, rows)]


def told_to_agency(session: Session, actor: Actor, request_id: UUID) -> tuple[str, list[Told]]:
    """The reference and what was decided on a case, for people of an agency that was asked about it.

    To anybody else it is not there, and to nobody before something was decided.
    """
    request = actions.request_of(session, actor, request_id)
    rows = _in_order(session, session.scalars(select(Outcome).where(Outcome.case_id == request.case_id)))
    if not rows:
        raise NotThere
    return request.reference, [_told(session, each, "to_agency") for each in rows]


def is_decided(session: Session, case_id: UUID) -> bool:
    """Whether there is something to read about a case."""
    return session.scalar(select(Outcome.id).where(Outcome.case_id == case_id).limit(1)) is not None


def _in_order(session: Session, rows: Iterable[Outcome]) -> list[Outcome]:
    order = {code: number for number, code in enumerate(profile_of(session).routes)}
    return sorted(rows, key=lambda each: (each.decided_on, order.get(each.route, len(order)), each.route))


def _told(session: Session, row: Outcome, whose: str) -> Told:
    content = unseal(session, row, "content")
    corrected = content.get("corrected_on")
    corrected_on = date.fromisoformat(corrected) if corrected else None
    return Told(row.route, row.outcome, row.decided_on, corrected_on, content[whose], row.case_id)
