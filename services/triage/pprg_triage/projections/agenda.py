"""The agenda of a meeting: each case that the group hears at it, as far as whoever reads it sees the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor
from pprg_shared.database import unseal
from pprg_shared.errors import NotThere
from pprg_shared.profile import Profile
from pprg_triage import actions, rules
from pprg_triage.models import Case, Decision, Meeting, Published, Request
from pprg_triage.projections.case import clock_words


@dataclass(frozen=True)
class Item:
    """A case on the agenda: whom it is about (for those who read names), its clock, its agencies and decisions."""

    case: Case
    meeting: Meeting
    names: Sequence[str]
    clock: str
    asked: int
    #: The agencies that have not answered.
    missing: Sequence[str]
    decisions: Sequence[Decision]


@dataclass(frozen=True)
class Agenda:
    """When and where the group meets, and the cases that it hears, by reference."""

    meeting: Meeting
    place: str
    items: Sequence[Item]

    @property
    def ends_at(self) -> datetime:
        """When the last of its cases ends."""
        return max(each.meeting.ends_at for each in self.items)


def agenda_of(
    session: Session, reader: Actor, case_id: UUID, meeting_id: UUID, profile: Profile, today: date
) -> Agenda:
    """The agenda of the meeting that a case has; raises NotThere, also where it is cancelled."""
    actions.case_of(session, reader, case_id)
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.case_id != case_id or meeting.state == rules.CANCELLED:
        raise NotThere
    names = actions.visible(session, reader, Case.id, "names").label("names")
    chosen = select(Meeting, Case, Published.published_on, names).join(Case, Case.id == Meeting.case_id)
    chosen = chosen.outerjoin(Published, Published.id == Case.id).where(
        actions.of_sitting(meeting.sits_in), Meeting.state != rules.CANCELLED, actions.visible(session, reader, Case.id)
    )
    rows = session.execute(chosen.order_by(Case.reference)).all()
    cases = [case.id for _, case, *_ in rows]
    requests = session.execute(
        select(Request.case_id, Request.agency, Request.state)
        .where(Request.case_id.in_(cases))
        .order_by(Request.agency)
    ).all()
    routes = select(Decision).where(Decision.case_id.in_(cases)).order_by(Decision.proposed_on, Decision.id)
    decisions = session.scalars(routes).all()
    items = []
    for its, case, published_on, may_read_names in rows:
        asked = [(agency, state) for of, agency, state in requests if of == case.id]
        items.append(
            Item(
                case=case,
                meeting=its,
                names=_names(session, case) if may_read_names else [],
                clock=clock_words(case, published_on, profile, today),
                asked=len(asked),
                missing=rules.still_missing(asked),
                decisions=[each for each in decisions if each.case_id == case.id],
            )
        )
    return Agenda(meeting, unseal(session, meeting, "place"), items)


def _names(session: Session, case: Case) -> list[str]:
    subjects = unseal(session, case, "content").get("subjects", ())
    return [each["name"] for each in subjects if each.get("name")]
