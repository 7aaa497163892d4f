"""The meetings of a case, put together for reading."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor
from pprg_shared.calendar import london_date
from pprg_shared.database import now, profile_of, unseal
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
    #: The other cases that are heard with it, as far as whoever reads it sees them, by reference.
    also: Mapping[str, UUID] = field(default_factory=dict)

    @property
    def held_on(self) -> date:
        """The day on which the group met."""
        return date.fromisoformat(self.record["held_on"])


def meetings_of(session: Session, case_id: UUID, reader: Actor | None = None) -> list[Met]:
    """The meetings of a case in time order; the one that is called comes last. A reader is told what else is heard."""
    rows = session.scalars(select(Meeting).where(Meeting.case_id == case_id)).all()
    ordered = sorted(rows, key=lambda each: (each.state == rules.CALLED, each.starts_at, each.id))
    also = _heard_with(session, reader, [each for each in rows if each.state != rules.CANCELLED]) if reader else {}
    return [
        Met(
            each,
            unseal(session, each, "place"),
            unseal(session, each, "record") if each.record else {},
            {reference: of for reference, of in also.get(each.sits_in, {}).items() if of != case_id},
        )
        for each in ordered
    ]


def _heard_with(session: Session, reader: Actor, meetings: Sequence[Meeting]) -> dict[UUID, dict[str, UUID]]:
    """The cases that a reader sees of each sitting to which one of these meetings belongs."""
    found: dict[UUID, dict[str, UUID]] = {}
    if not meetings:
        return found
    sitting = func.coalesce(Meeting.sitting_id, Meeting.id)
    chosen = select(sitting, Case.reference, Case.id).join(Case, Case.id == Meeting.case_id)
    there = (sitting.in_({each.sits_in for each in meetings}), Meeting.state != rules.CANCELLED)
    for sits_in, reference, case_id in session.execute(
        chosen.where(*there, actions.visible(session, reader, Case.id)).order_by(Case.reference)
    ):
        found.setdefault(sits_in, {})[reference] = case_id
    return found


def heard_with(session: Session, reader: Actor, meeting: Meeting, verb: str = "read") -> list[str]:
    """The references of the other cases of a sitting about which a reader may do this."""
    there = (actions.of_sitting(meeting.sits_in), Meeting.state == rules.CALLED, Meeting.id != meeting.id)
    chosen = select(Case.reference).join(Meeting, Meeting.case_id == Case.id).where(*there)
    return [*session.scalars(chosen.where(actions.visible(session, reader, Case.id, verb)).order_by(Case.reference))]


def sittings_for(session: Session, reader: Actor, case: Case, *, but: Meeting | None = None) -> list[rules.Together]:
    """The sittings to come, inside its clock, that a case can join, each with the cases of it that the reader sees.

    That of one meeting is left out: the one in which the case is already.
    """
    to_come = (Meeting.starts_at > now(session), Meeting.state == rules.CALLED, Meeting.case_id != case.id)
    seen = actions.visible(session, reader, Case.id)
    chosen = select(Meeting, Case.reference).join(Case, Case.id == Meeting.case_id).where(*to_come, seen)
    found: dict[UUID, list[tuple[Meeting, str]]] = {}
    for meeting, reference in session.execute(chosen.order_by(Case.reference)):
        if london_date(meeting.starts_at) <= case.meets_by:
            found.setdefault(meeting.sits_in, []).append((meeting, reference))
    left_out = but.sits_in if but else None
    return [_together(session, sitting, rows) for sitting, rows in found.items() if sitting != left_out]


def _together(session: Session, sitting: UUID, rows: Sequence[tuple[Meeting, str]]) -> rules.Together:
    first = rows[0][0]
    ends_at = max(each.ends_at for each, _ in rows)
    references = [reference for _, reference in rows]
    return rules.Together(sitting, first.starts_at, ends_at, unseal(session, first, "place"), references)


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
