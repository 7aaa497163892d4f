"""Who is tied to a case and in which way, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.database import now, unseal, uuid_of
from pprg_triage import rules
from pprg_triage.models import Tie


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

    @property
    def words(self) -> str:
        """What it is called."""
        return {**rules.ROLES, rules.INTEREST: "Declared an interest", rules.GLASS: "Broke the glass"}[self.role]


def tied_to(session: Session, case_id: UUID) -> list[Tied]:
    """All that ties, or has tied, anybody to a case, in time order."""
    at = now(session)
    rows: Sequence[Tie] = session.scalars(select(Tie).where(Tie.case_id == case_id).order_by(Tie.since, Tie.id)).all()
    return [_tied(session, each, at) for each in rows]


def _tied(session: Session, row: Tie, at: datetime) -> Tied:
    content = unseal(session, row, "content")
    by = uuid_of(content["by"]) if content["by"] else None
    holds = rules.Tie(row.role, row.since, row.until).holds(at)
    ended = row.until is not None and row.until <= max(at, row.since)
    return Tied(
        row.id, row.person_id, row.role, row.since, row.until, content["why"], by, holds, ended, row.of_id is not None
    )
