"""Tying people to cases and untying them: the steps that actions and handlers share, and what is said of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor
from pprg_shared.boxes import publish
from pprg_shared.database import now, profile_of, seal, unseal
from pprg_shared.events import triage as says
from pprg_shared.identity import people
from pprg_triage import rules
from pprg_triage.models import Case, Meeting, Tie

INVITED, THERE, TO_RATIFY, CHAIRS = (
    "Invited to a meeting",
    "Was at a meeting",
    "Is to ratify a decision",
    "Chairs the group",
)


def tie(session: Session, case_id: UUID, person: UUID, role: str, why: str, **more: Any) -> Tie:
    """Tie somebody to a case, from now on unless it is said from when."""
    made = new_tie(session, case_id, person, role, why, **more)
    session.add(made)
    return made


def new_tie(
    session: Session,
    case_id: UUID,
    person: UUID,
    role: str,
    why: str,
    *,
    by: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    of: UUID | None = None,
) -> Tie:
    """What ties somebody to a case, not kept yet."""
    made = Tie(id=uuid4(), case_id=case_id, person_id=person, role=role, since=since or now(session), until=until)
    made.of_id, content = of, {"why": why, "by": str(by) if by else "", "ended_by": ""}
    made.content = seal(session, made, "content", content)
    return made


def untie(
    session: Session, ties: Iterable[Tie], *, by: UUID | None = None, at: datetime | None = None, because: str = ""
) -> None:
    """Let ties end, now unless it is said when; those that have ended already stay as they are.

    `by` is who ended them; of what nobody did, `because` says why it ended: "has left".
    """
    end = at or now(session)
    for each in ties:
        if each.until is None or each.until > end:
            each.until = end
            ending = {"ended_by": str(by) if by else "", "because": because}
            each.content = seal(session, each, "content", unseal(session, each, "content") | ending)


def ties_of(session: Session, case_id: UUID | None, *, of: UUID | None = None) -> Sequence[Tie]:
    """What ties anybody to a case today or later, all of it or what follows from a meeting or a decision."""
    at = now(session)
    held = select(Tie).where(Tie.case_id == case_id, or_(Tie.until.is_(None), Tie.until > at))
    return session.scalars((held.where(Tie.of_id == of) if of else held).order_by(Tie.since, Tie.id)).all()


def is_closed(session: Session, case_id: UUID | None, person: UUID | None) -> bool:
    """Whether an interest closes a case to somebody."""
    return any((each.person_id, each.role) == (person, rules.INTEREST) for each in ties_of(session, case_id))


def say_members(session: Session, case: Case) -> None:
    """Say who is tied to a case now, all of them."""
    session.flush()
    _say(session, case, ties_of(session, case.id))


def _say(session: Session, case: Case, ties: Iterable[Tie]) -> None:
    told = [each for each in ties if each.role not in {rules.GLASS, rules.STAFF}]
    members = [says.CaseMember(each.person_id, each.role, each.since, each.until) for each in told]
    case.members_revision += 1
    publish(session, says.CaseMembersChanged(case_id=case.id, revision=case.members_revision, members=members))


def people_with(session: Session, *roles: str) -> list[UUID]:
    """Everybody in the directory who has one of these roles."""
    return people.ids_with_role(session, *roles)


def roles_of(session: Session, person: UUID) -> frozenset[str]:
    """The roles of a person; none of somebody who has left or whom nobody knows."""
    found = people.known(session, person)
    return found.roles if found and found.active else frozenset()


def why_lost(session: Session, person: UUID) -> str:
    """Why somebody cannot hold a role any more."""
    found = people.known(session, person)
    return "has other roles now" if found and found.active else "has left"


def agency_of(session: Session, person: UUID) -> str:
    """The agency of a person, or nothing."""
    found = people.known(session, person)
    return (found.agency or "") if found else ""


def name_chairs(session: Session, case: Case) -> list[Tie]:
    """Whoever chairs the group chairs a new case until somebody says otherwise: said, and to be kept with the case."""
    ties = [new_tie(session, case.id, each, "chair", CHAIRS) for each in people_with(session, "chair")]
    if ties:
        _say(session, case, ties)
    return ties


def invite(session: Session, actor: Actor, case: Case, meeting: Meeting, whom: Iterable[UUID], why: str) -> None:
    """Whoever is to be, or was, at a meeting may read for its time; who chairs the group chairs the case for good."""
    meetings = profile_of(session).meetings
    at = now(session)
    since, until = rules.window(meeting.starts_at, meeting.ends_at, meetings.notice, meetings.reading_days, at)
    tied = {each.person_id for each in ties_of(session, case.id) if _is_in(each, meeting.id)}
    readers, chairs = set(people_with(session, *rules.READERS)), set(people_with(session, "chair"))
    for each in whom:
        if each in tied or each not in readers:
            continue
        if each in chairs:
            tie(session, case.id, each, "chair", CHAIRS, by=actor.person)
        elif until > at:
            first = {"since": min(since, at)} if why == THERE else {"since": since}
            tie(session, case.id, each, "member", why, by=actor.person, **first, until=until, of=meeting.id)
    say_members(session, case)


def _is_in(tied: Tie, meeting_id: UUID) -> bool:
    """Whether it is a role in the case without an end, or one that this meeting gave."""
    return tied.role in rules.ROLES and (tied.until is None or tied.of_id == meeting_id)


def reschedule(session: Session, case: Case, meeting: Meeting) -> None:
    """What a meeting gave lasts as the meeting is now; who reads already goes on."""
    meetings, at = profile_of(session).meetings, now(session)
    since, until = rules.window(meeting.starts_at, meeting.ends_at, meetings.notice, meetings.reading_days, at)
    for each in ties_of(session, case.id, of=meeting.id):
        each.since, each.until = (since if each.since > at else each.since), until
    say_members(session, case)


def to_ratify(session: Session, actor: Actor, case: Case, decision_id: UUID, review: str, roles: Iterable[str]) -> None:
    """Whoever ratifies a decision, on this kind of review, may read until it is ratified."""
    there: dict[UUID, list[Tie]] = {}
    for each in ties_of(session, case.id):
        there.setdefault(each.person_id, []).append(each)
    for person in people_with(session, *roles):
        if not any(_is_in(each, decision_id) for each in there.get(person, ())):
            tie(session, case.id, person, "ratifier", f"{TO_RATIFY}: {review}", by=actor.person, of=decision_id)
    say_members(session, case)


def ratified(session: Session, case: Case, decision_id: UUID) -> None:
    """Whoever could ratify a decision may read on for as long as after a meeting."""
    until = rules.after(now(session), profile_of(session).meetings.reading_days)
    untie(session, ties_of(session, case.id, of=decision_id), at=until)
    say_members(session, case)


def shown(session: Session, found: Tie) -> dict[str, Any]:
    """What is sealed of a tie: why, by whom, and who ended it."""
    content: dict[str, Any] = unseal(session, found, "content")
    return content
