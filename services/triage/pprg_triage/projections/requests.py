"""One request with everything that came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, select
from sqlalchemy.orm import Session

from pprg_shared.access import Relation
from pprg_shared.actor import Actor
from pprg_shared.calendar import london_date
from pprg_shared.database import unseal, uuid_of
from pprg_shared.hand import ask
from pprg_triage import rules
from pprg_triage.actions import related, request_of, return_id
from pprg_triage.models import Access, Case, Request, Return, Row


@dataclass(frozen=True)
class Sent:
    """That a letter has left or failed: when, which kind it was, and to which post or contact of the agency."""

    at: datetime
    letter: str
    to: str
    arrived: bool


@dataclass(frozen=True)
class WholeRequest:
    """A request with what was asked, what was said about it since, and every return; and who reads it."""

    case: Case
    actor: Actor
    relation: Relation
    request: Request
    content: dict[str, Any]
    returns: Sequence[Return]
    arriving: str
    #: What the return in force says, unless the agency holds nothing.
    said: dict[str, Any]
    #: What became of each letter about it, and of any other to this agency about the case, the newest first.
    letters: list[Sent]

    @property
    def reminded(self) -> list[date]:
        """The days on which letters left that remind the agency of it, in order."""
        return rules.reminded_on((each.letter, london_date(each.at)) for each in self.letters if each.arrived)

    def may(self, verb: str) -> bool:
        """Whether whoever reads it may do this about its case."""
        return rules.may(self.actor.roles, verb, self.relation)


def whole_request(session: Session, actor: Actor, case_id: UUID, request_id: UUID) -> WholeRequest:
    """Read a request; raises NotThere."""
    case, relation = related(session, actor, case_id)
    request = request_of(session, case_id, request_id)
    of_agency = (Return.case_id == case_id, Return.agency == request.agency)
    returns = session.scalars(select(Return).where(*of_agency).order_by(Return.revision.desc())).all()
    content = unseal(session, request, "content") if request.content else {"history": []}
    history = [line | {"by": uuid_of(line["by"])} for line in content["history"]]
    coming = arriving(session, case_id).get(request.agency, "")
    here = (one for one in returns if one.revision == request.answer and one.kind != "nil")
    said = next((told_by(session, one, names=True) for one in here), {})
    sent = letters_to(session, case_id, request.agency)
    return WholeRequest(case, actor, relation, request, content | {"history": history}, returns, coming, said, sent)


@dataclass(frozen=True)
class Told:
    """A return that is in force, and what it says."""

    agency: str
    kind: str
    revision: int
    returned_on: date
    content: dict[str, Any]


def told_by(session: Session, returned: Return, *, names: bool) -> dict[str, Any]:
    """What a return says besides its chronology, and what it leaves `open`; one from before had no more than these."""
    content: dict[str, Any] = {"more": {}, "views": [], "about": []} | unseal(session, returned, "content")
    content |= {"open": rules.left_open(content) if returned.kind != "nil" else [], "people": len(content["about"])}
    return content if names else rules.return_without_names(content)


def returns_of(session: Session, requests: Sequence[Request], *, names: bool) -> list[Told]:
    """What the agencies have answered that were asked, in the order of these requests."""
    ids = {return_id(each.id, each.answer): each for each in requests if each.answer}
    rows = {each.id: each for each in session.scalars(select(Return).where(Return.id.in_(ids)))} if ids else {}
    found = [rows[each] for each in ids if each in rows]
    told = ((each, told_by(session, each, names=names)) for each in found)
    return [Told(each.agency, each.kind, each.revision, each.returned_on, content) for each, content in told]


def letters_to(session: Session, case_id: UUID, agency: str) -> list[Sent]:
    """The letters of a case that went to posts or contacts of an agency; those with codes are not among them."""
    kinds = (Access.kind.in_((rules.LETTER, rules.LETTER_BACK)), Access.verb != "code", Access.duty.is_not(None))
    chosen = select(Access).where(Access.case_id == case_id, Access.agency == agency, *kinds)
    rows = session.scalars(chosen.order_by(Access.at.desc(), Access.id))
    return [Sent(each.at, each.verb, rules.duty_words(each.duty or ""), each.kind == rules.LETTER) for each in rows]


_ITS_ROWS = and_(Row.case_id == Return.case_id, Row.agency == Return.agency, Row.revision == Return.revision)
_ARRIVING = (
    select(Return.agency, Return.rows, func.count(Row.id))
    .join(Request, and_(Request.case_id == Return.case_id, Request.agency == Return.agency))
    .outerjoin(Row, _ITS_ROWS)
    .where(Return.case_id == bindparam("of_case", type_=Uuid), Return.revision > Request.answer)
    .group_by(Return.agency, Return.revision, Return.rows)
)


def arriving(session: Session, case_id: UUID) -> dict[str, str]:
    """Of which agencies a return is here that is not whole, and how much of its chronology."""
    found = ask(session.connection(), _ARRIVING, {"of_case": case_id})
    return {agency: f"{here} of {rows} rows have arrived" for agency, rows, here in found}
