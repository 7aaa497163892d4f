"""Which cases the group hears together: meetings at one time and place are one sitting, and one entry in a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from pprg_shared.boxes import publish
from pprg_shared.database import seal, unseal
from pprg_shared.events import triage as says
from pprg_triage import rules
from pprg_triage.models import Case, Meeting, Sitting


@dataclass(frozen=True)
class Held:
    """When and where a meeting is held."""

    starts_at: datetime
    ends_at: datetime
    place: str


def alone(session: Session) -> None:
    """Whoever calls, moves or cancels a meeting at the same time waits, and then finds what is here; on SQLite they do.

    Cases are locked before, never after.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sql(f"LOCK TABLE {Sitting.__tablename__} IN EXCLUSIVE MODE"))


def of_sitting(sitting_id: UUID) -> ColumnElement[bool]:
    """The condition by which meetings belong to a sitting."""
    return or_(Meeting.sitting_id == sitting_id, and_(Meeting.sitting_id.is_(None), Meeting.id == sitting_id))


def held(session: Session, meeting: Meeting) -> Held:
    """When and where a meeting is held."""
    return Held(meeting.starts_at, meeting.ends_at, unseal(session, meeting, "place"))


def put(session: Session, meeting: Meeting, at: Held) -> None:
    """Let a meeting be held then and there."""
    meeting.starts_at, meeting.ends_at = at.starts_at, at.ends_at
    meeting.place = seal(session, meeting, "place", at.place)


def join(session: Session, meeting: Meeting, at: Held) -> None:
    """Let a new meeting be held then and there: in the sitting of the others that are, or in one that it begins."""
    alone(session)
    put(session, meeting, at)
    meeting.sitting_id = _there(session, at, [meeting]) or _begun(session, meeting.id)
    session.add(meeting)


def move_together(session: Session, meetings: Sequence[Meeting], at: Held) -> UUID:
    """Move meetings of one sitting then and there, all of them or some; the sitting in which they were.

    Where others are held then they join these. Where none are, a sitting moves with all its meetings, and keeps its
    entry in calendars; those who leave others behind begin one of their own.
    """
    alone(session)
    before = meetings[0].sits_in
    moving = {each.id for each in meetings}
    stay = [each for each, _ in heard_at(session, before) if each.id not in moving]
    after = _there(session, at, meetings) or (_begun(session, uuid4()) if stay else before)
    for each in meetings:
        put(session, each, at)
        each.sitting_id = after
    return before


def heard_at(session: Session, sitting_id: UUID) -> list[tuple[Meeting, str]]:
    """The meetings of a sitting that are not cancelled, by the references of their cases."""
    chosen = select(Meeting, Case.reference).join(Case, Case.id == Meeting.case_id)
    rows = session.execute(chosen.where(of_sitting(sitting_id), Meeting.state != rules.CANCELLED))
    return sorted(((meeting, reference) for meeting, reference in rows), key=lambda each: each[1])


def say_sitting(session: Session, sitting_id: UUID, last: Held) -> None:
    """Say what a sitting is about now; without meetings, that it is not held as it was at `last`."""
    session.flush()
    rows = heard_at(session, sitting_id)
    periods = [held(session, meeting) for meeting, _ in rows] or [last]
    cases = [
        says.CaseHeard(each.id, each.case_id, reference, [UUID(person) for person in each.invited])
        for each, reference in rows
    ]
    sitting = session.get(Sitting, sitting_id) or _known_by_its_meeting(session, sitting_id)
    told = says.SittingChanged(
        sitting_id=sitting_id,
        revision=sitting.revision,
        starts_at=periods[0].starts_at,
        ends_at=max(each.ends_at for each in periods),
        place=periods[0].place,
        cases=cases,
    )
    sitting.revision += 1
    publish(session, told)


def _there(session: Session, at: Held, but: Sequence[Meeting]) -> UUID | None:
    """The sitting that is called for that time and place; of several the one with the most cases."""
    then = (Meeting.starts_at == at.starts_at, Meeting.state == rules.CALLED)
    rows = session.scalars(select(Meeting).where(*then, Meeting.id.not_in([each.id for each in but])))
    found = [each.sits_in for each in rows if rules.same_place(unseal(session, each, "place"), at.place)]
    return max(sorted(set(found)), key=found.count, default=None)


def _begun(session: Session, sitting_id: UUID) -> UUID:
    session.add(Sitting(id=sitting_id, revision=0))
    return sitting_id


def _known_by_its_meeting(session: Session, sitting_id: UUID) -> Sitting:
    """A meeting that was called before there were sittings is one: calendars know it by its id and its sequence."""
    sitting = Sitting(id=sitting_id, revision=session.get_one(Meeting, sitting_id).sequence + 1)
    session.add(sitting)
    return sitting
