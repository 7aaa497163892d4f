"""What pages and API show of an outcome, and of the directory, put together for whoever may read it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, exists, false, func, or_, select
from sqlalchemy.orm import Session, defer

from pprg_intake import actions, rules
from pprg_intake.actions import directory
from pprg_intake.models import Agency, Outcome, Person, Referral, Request
from pprg_intake.rules import directory as directory_rules
from pprg_shared.access import Relation
from pprg_shared.actor import Actor
from pprg_shared.database import profile_of, unseal, uuid_of
from pprg_shared.errors import NotThere
from pprg_shared.paging import ROWS, Part, before

T = TypeVar("T")


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


@dataclass(frozen=True)
class WholeAgency:
    """An agency with its people: how many are there, whose address is not within its domains, who has which address."""

    row: Agency
    state: directory_rules.AgencyState
    people: int
    outside: list[Person]
    names: Mapping[str, Person]


def whole_agency(session: Session, code: str) -> WholeAgency:
    """Read an agency; raises NotThere."""
    row = directory.agency_of(session, code)
    state = directory.agency_state(session, row)
    mine = _light().where(Person.agency == code, Person.active)
    there = session.scalars(mine.order_by(Person.found_by, Person.id)).all()
    outside = [each for each in there if not directory_rules.within(each.address or "", state.domains)]
    named = session.scalars(_light().where(Person.address.in_(state.addresses().values()), Person.active))
    return WholeAgency(row, state, len(there), outside, {each.address or "": each for each in named})


def listed_agencies(session: Session, find: str, page: int) -> Part[Agency]:
    """A page of the agencies in the order of their names; `find` stands in the name."""
    chosen = select(Agency).options(defer(Agency.content), defer(Agency.contacts))
    if find:
        chosen = chosen.where(func.lower(Agency.name).contains(find.lower(), autoescape=True))
    return _part(session, chosen.order_by(func.lower(Agency.name), Agency.id), page)


def listed_people(session: Session, looked_for: Mapping[str, str], page: int) -> Part[Person]:
    """A page of the people whom somebody looks for, or of all, in the order of their names."""
    chosen, find = _light(), looked_for.get("find", "")
    if "@" in find:
        chosen = chosen.where(Person.address.startswith(find.lower(), autoescape=True))
    elif find:
        begins = [Person.found_by.contains(each, autoescape=True) for each in directory_rules.beginnings(find)]
        chosen = chosen.where(*(begins or [false()]))
    if of := looked_for.get("of"):
        chosen = chosen.where(Person.agency == of)
    return _part(session, chosen.order_by(Person.found_by, Person.id), page)


def _light() -> Select[Person]:
    """Those who work with the product, without what is sealed of them."""
    return select(Person).options(defer(Person.content)).where(Person.name.is_not(None))


def _part(session: Session, chosen: Select[T], page: int) -> Part[T]:
    total = session.scalar(select(func.count()).select_from(chosen.order_by(None).subquery())) or 0
    part = Part(session.scalars(chosen.limit(ROWS).offset(before(page))).all(), total, page)
    if page not in range(1, part.pages + 1):
        raise NotThere
    return part


def is_a_case(session: Session, _person: UUID | None, subject: str) -> bool:
    """Whether a subject is a case, or the referral whose number it has: intake hears of nobody's interests in one."""
    case_id = uuid_of(subject)
    of_it = or_(*(exists().where(each == case_id) for each in (Referral.id, Request.case_id, Outcome.case_id)))
    return case_id is not None and bool(session.scalar(select(of_it)))
