"""Who is tied to a case and in which way, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor
from pprg_shared.calendar import london_date, short
from pprg_shared.database import now, unseal, uuid_of
from pprg_shared.hand import only_read
from pprg_shared.identity.people import known
from pprg_triage import actions, rules
from pprg_triage.models import Case, Tie
from pprg_triage.projections.staff import named_staff

_OF_CASE = select(Tie).where(Tie.case_id == bindparam("of_case", type_=Uuid)).order_by(Tie.since, Tie.id)


@dataclass(frozen=True)
class Tied:
    """One tie: whose, from when and until when, why and by whom; and whether it holds now or later, or has ended."""

    id: UUID
    person: UUID
    role: str
    since: datetime
    until: datetime | None
    why: str
    by: UUID | None
    holds: bool
    ended: bool
    #: Whether it came with a meeting or a decision.
    follows: bool
    #: Who ended it, or why it ended by itself; neither of what ended with its time.
    ended_by: UUID | None
    because: str

    @property
    def words(self) -> str:
        """What it is called."""
        if self.role == "stand-in" and not self.holds and not self.ended:
            return "Will stand in for the lead"
        return {**rules.ROLES, **rules.GRANTS, rules.INTEREST: "Declared an interest", rules.GLASS: "Broke the glass"}[
            self.role
        ]


def tied_to(session: Session, case_id: UUID) -> list[Tied]:
    """All that ties, or has tied, anybody to a case, in time order."""
    at = now(session)
    rows = only_read(session.connection(), Tie, _OF_CASE, {"of_case": case_id})
    return [_tied(session, each, at) for each in rows]


@dataclass(frozen=True)
class Alike:
    """Somebody who reads a case and is called as one of the staff whom an agency names."""

    person: UUID
    agency: str
    code: str


def called_as_staff(session: Session, case_id: UUID, tied: Sequence[Tied]) -> list[Alike]:
    """Who reads a case, declared no interest in it, and may be one of the staff who worked on it; for the office."""
    closed = {each.person for each in tied if each.role == rules.INTEREST and not each.ended}
    reading = {each.person: None for each in tied if each.role in rules.ROLES and not each.ended}
    people = [found for each in reading if each not in closed and (found := known(session, each))]
    staff = [(each.agency, one) for each in named_staff(session, case_id) for one in each.staff] if people else []
    return [
        Alike(each.id, agency, one["code"])
        for each in people
        for agency, one in staff
        if rules.may_be(each.name, one["name"])
    ]


@dataclass(frozen=True)
class Led:
    """A case that somebody leads, since when, and who stands in for them today or later."""

    case: Case
    since: datetime
    stand_ins: str


def caseload(session: Session, actor: Actor) -> list[Led]:
    """The cases that the actor leads and may read, by reference."""
    mine, at = actions.led_by(session, actor.person), now(session)
    held = (Tie.role == "stand-in", Tie.until > at, Tie.case_id.in_([case.id for case, _ in mine]))
    standing: dict[UUID, list[str]] = {}
    for each in session.scalars(select(Tie).where(*held).order_by(Tie.since)):
        found = known(session, each.person_id)
        last = london_date((each.until or at) - timedelta(seconds=1))
        words = f"{found.name if found else 'Somebody'}, {short(london_date(each.since))} to {short(last)}"
        standing.setdefault(each.case_id, []).append(words)
    closed = {each.case_id for each in session.scalars(select(Tie).where(*_interests(actor)))}
    return [
        Led(case, found.since, "; ".join(standing.get(case.id, []))) for case, found in mine if case.id not in closed
    ]


def _interests(actor: Actor) -> tuple["ColumnElement[bool]", ...]:
    return (Tie.person_id == actor.person, Tie.role == rules.INTEREST, Tie.until.is_(None))


def _tied(session: Session, row: Tie, at: datetime) -> Tied:
    content = unseal(session, row, "content")
    by = uuid_of(content["by"]) if content["by"] else None
    holds = rules.Tie(row.role, row.since, row.until).holds(at)
    ended = row.until is not None and row.until <= max(at, row.since)
    what = (row.id, row.person_id, row.role, row.since, row.until, content["why"], by, holds, ended)
    return Tied(*what, row.of_id is not None, uuid_of(content["ended_by"]), content.get("because", ""))
