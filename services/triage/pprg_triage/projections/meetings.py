"""The meetings of a case, put together for reading."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.database import profile_of, unseal
from pprg_shared.directory import name_of
from pprg_shared.identity.people import colleague
from pprg_triage import actions, rules
from pprg_triage.models import Case, Meeting


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


def gathering(session: Session, case: Case) -> rules.Gathering:
    """Whom a meeting about a case brings together, who else may be there, by agency and name, and the group."""
    others = _named(session, actions.may_be_there(session, case))
    return rules.Gathering(
        invited=_named(session, actions.invited_to(session, case)),
        others=dict(sorted(others.items(), key=lambda each: each[1].rpartition(", ")[::-2])),
        members=_named(session, actions.members_of_group(session)),
    )


def _named(session: Session, people: Iterable[str]) -> dict[str, str]:
    return {each: _called(session, UUID(each)) for each in people}


def _called(session: Session, person: UUID) -> str:
    found = colleague(session, person)
    if found is None:
        return "The referrer"
    return f"{found.name}, {name_of(session, profile_of(session), found.agency)}" if found.agency else found.name
