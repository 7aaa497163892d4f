"""Who sees a case: it is read together with what ties the actor to it, and to whom it is not open it is not there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from pprg_shared.access import Relation
from pprg_shared.actor import Actor
from pprg_shared.database import now
from pprg_shared.errors import NotThere
from pprg_triage import rules
from pprg_triage.models import Case, Tie

LookUp = Select[Case, str, datetime, datetime | None]
_MINE = and_(Tie.case_id == Case.id, Tie.person_id == bindparam("whose", type_=Uuid))
_WITH_TIES = select(Case, Tie.role, Tie.since, Tie.until).outerjoin(Tie, _MINE)
#: How a case is looked up: built once, for every page of a case and every action begins with it.
BY_NUMBER: LookUp = _WITH_TIES.where(Case.id == bindparam("which", type_=Uuid))
BY_REFERENCE: LookUp = _WITH_TIES.where(Case.reference == bindparam("which"))


class Closed(NotThere):
    """It is not there for somebody who has declared an interest in it; the office is told that they tried."""

    def __init__(self, case_id: UUID) -> None:
        super().__init__()
        self.case_id = case_id


def case_of(session: Session, actor: Actor, case_id: UUID, verb: str = "read", *, alone: bool = False) -> Case:
    """A case, for somebody who may do this about it; to anybody else it is not there (NotThere).

    `alone`: whoever else acts on it waits until this transaction ends.
    """
    return related(session, actor, case_id, verb, alone=alone)[0]


def related(
    session: Session, actor: Actor, case_id: UUID, verb: str = "read", *, alone: bool = False
) -> tuple[Case, Relation]:
    """The same with what the actor has to do with it; one query, whatever it finds."""
    case, relation = looked_up(session, actor, BY_NUMBER, case_id, alone=alone)
    if case is None or not rules.may(actor.roles, verb, relation):
        raise Closed(case.id) if case and relation is Relation.CLOSED else NotThere
    return case, relation


def looked_up(
    session: Session, actor: Actor, query: LookUp, which: UUID | str, *, alone: bool = False
) -> tuple[Case | None, Relation]:
    """A case and what the actor has to do with it, whether or not it is theirs to see."""
    if alone:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    rows = session.execute(query, {"which": which, "whose": actor.person}).all()
    ties = [rules.Tie(role, since, until) for _, role, since, until in rows if role]
    return (rows[0][0] if rows else None), rules.relation(ties, now(session))


def visible(session: Session, actor: Actor, case_id: Any, verb: str = "read") -> ColumnElement[bool]:
    """The condition on a column of case ids by which those are chosen about which the actor may do this."""
    at, relations = now(session), rules.relations_of(actor.roles, verb)
    mine = (Tie.case_id == case_id, Tie.person_id == actor.person)
    holds = (*mine, Tie.since <= at, or_(Tie.until.is_(None), Tie.until > at))
    not_closed = ~exists().where(*holds, Tie.role == rules.INTEREST)
    if Relation.OTHERS in relations:
        return not_closed
    roles = [*rules.ROLES] if Relation.THEIRS in relations else []
    roles += [rules.GLASS] if Relation.OPENED in relations else []
    return and_(not_closed, exists().where(*holds, Tie.role.in_(roles)))
