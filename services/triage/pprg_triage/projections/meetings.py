"""The meetings of a case, put together for reading."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.database import unseal
from pprg_triage import rules
from pprg_triage.models import Meeting


@dataclass(frozen=True)
class Met:
    """A meeting with its place and, once it was held, who was there."""

    row: Meeting
    place: str
    record: dict[str, Any]

    @property
    def held_on(self) -> date:
        """The day on which the group met."""
        return date.fromisoformat(self.record["held_on"])


def meetings_of(session: Session, case_id: UUID) -> list[Met]:
    """The meetings of a case in time order; the one that is called comes last."""
    rows = session.scalars(select(Meeting).where(Meeting.case_id == case_id)).all()
    ordered = sorted(rows, key=lambda each: (each.state == rules.CALLED, each.starts_at, each.id))
    return [
        Met(each, unseal(session, each, "place"), unseal(session, each, "record") if each.record else {})
        for each in ordered
    ]
