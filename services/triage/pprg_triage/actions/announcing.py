"""Telling before something is published: by letter to agencies and members, by hand to the family and the reviewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared import directory
from pprg_shared.actor import Actor, Done
from pprg_shared.boxes import publish
from pprg_shared.database import now, seal, today
from pprg_shared.duties import CONTACT, LEAD
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events.triage import PublicationAnnounced
from pprg_shared.identity import people
from pprg_triage.actions.access import case_of
from pprg_triage.actions.cases import done
from pprg_triage.actions.invitations import interested, members_of_group
from pprg_triage.actions.ties import people_with, ties_of
from pprg_triage.models import Case, Notice, Planned, Request, WentPublic
from pprg_triage.rules import OFFICE, ROLES, announcing
from pprg_triage.rules.announcing import Known, Whom, Written


@dataclass(frozen=True)
class Concerned:
    """Who is told before something is published, and who of them has no address: `agency:` or `person:`."""

    by_letter: Whom
    by_hand: tuple[str, ...]
    #: Whether somebody who reviews the case is among those who get a letter.
    reviewer: bool


def concerned(session: Session, case: Case) -> Concerned:
    """The agencies that were asked, the group with its partners, and who else is tied to the case, but for the office.

    Nobody is told to whom an interest closes the case.
    """
    asked = session.scalars(select(Request.agency).where(Request.case_id == case.id).order_by(Request.agency)).all()
    there = [each for each in asked if _reached(session, each)]
    closed, ties = interested(session, case.id), ties_of(session, case.id)
    office = {str(each) for each in people_with(session, *OFFICE)}
    tied = [str(each.person_id) for each in ties if each.role in ROLES]
    group = [*members_of_group(session), *map(str, people_with(session, "partner")), *tied]
    mine = [each for each in dict.fromkeys(group) if each not in closed | office]
    without = [each for each in mine if _without_address(session, UUID(each))]
    written = Whom(frozenset(there), frozenset(mine) - set(without))
    hands = (*(f"agency:{each}" for each in asked if each not in there), *(f"person:{each}" for each in without))
    reviewers = {str(each.person_id) for each in ties if each.role == "reviewer"}
    return Concerned(written, hands, bool(reviewers & written.people))


def _reached(session: Session, agency: str) -> bool:
    """Whether a letter to an agency would find its contact; of one that nobody told of yet, the letter waits for it."""
    there = directory.contact(session, agency)
    return there is None or (there.active and bool({CONTACT, LEAD} & set(there.duties)))


def _without_address(session: Session, person: UUID) -> bool:
    there = people.known(session, person)
    return there is not None and not (there.active and there.address)


def planned_of(session: Session, case_id: UUID) -> Sequence[Planned]:
    """What is planned to be published about a case, or was and is called off, the first first."""
    mine = select(Planned).where(Planned.case_id == case_id).order_by(Planned.planned_at, Planned.id)
    return session.scalars(mine).all()


def notices_of(session: Session, case_id: UUID) -> Sequence[Notice]:
    """Each time that somebody was told of a publication of a case, in order; whoever learns of a move does so first."""
    mine = select(Notice).where(Notice.case_id == case_id).order_by(Notice.revision, Notice.at, Notice.id)
    return sorted(session.scalars(mine), key=lambda each: (each.revision, each.at, each.what == announcing.TOLD))


def known_of(notices: Sequence[Notice], publication_id: UUID) -> Known:
    """Who was told last of which moment, by letter."""
    written = [each for each in notices if each.publication_id == publication_id and each.what != announcing.BY_HAND]
    whom = (Whom(frozenset(each.agencies), frozenset(each.people)) for each in written)
    return announcing.known_by(Written(each.what, each.planned_at, to) for each, to in zip(written, whom, strict=True))


def public_of(session: Session, case_id: UUID) -> set[UUID]:
    """The publications of a case that everybody can read."""
    return set(session.scalars(select(WentPublic.id).where(WentPublic.case_id == case_id)))


def tell_before(session: Session, actor: Actor, *, case_id: UUID, publication_id: UUID) -> Done:
    """Have letters written to all who are told before something is published, but to those who know the moment."""
    case = case_of(session, actor, case_id, "announce", alone=True)
    plan, planned_at = _to_tell(session, case, publication_id)
    known = known_of(notices_of(session, case.id), publication_id)
    left = concerned(session, case).by_letter - known.whom
    if not left:
        raise Refused("Everybody who gets a letter has been told of this moment. Tell the others by hand.")
    _say(session, case, plan, announcing.TOLD, planned_at, left, by=_somebody(actor))
    return done(case)


def note_told(
    session: Session, actor: Actor, *, case_id: UUID, publication_id: UUID, whom: str, day: date, how: str = ""
) -> Done:
    """Note that a person told somebody to whom no letter goes, on which day and how."""
    case = case_of(session, actor, case_id, "announce", alone=True)
    plan, planned_at = _to_tell(session, case, publication_id)
    if day > today(session):
        raise Refused("This day lies in the future: note it once they have been told", "day")
    if whom == announcing.SOMEBODY and not how:
        raise Refused("Say whom, and how", "how")
    kept = Notice(id=uuid4(), case_id=case.id, publication_id=plan.id, what=announcing.BY_HAND, planned_at=planned_at)
    kept.revision, kept.at, kept.by = plan.revision, now(session), _somebody(actor)
    kept.content = seal(session, kept, "content", {"whom": whom, "on": day.isoformat(), "how": how})
    session.add(kept)
    return done(case)


def tell_again(session: Session, case: Case, publication_id: UUID) -> None:
    """Tell those who were told that the moment is another one now, or that there is none; the others stay untold.

    Nobody is told any more to whom an interest has closed the case since, or who has left.
    """
    plan = session.get_one(Planned, publication_id, populate_existing=True)
    known = known_of(notices_of(session, case.id), publication_id)
    change = announcing.to_say(known, None if plan.called_off else plan.planned_at)
    gone = interested(session, case.id) | {each for each in known.whom.people if _without_address(session, UUID(each))}
    left = known.whom - Whom(people=frozenset(gone))
    if change and left:
        _say(session, case, plan, change, plan.planned_at, left)


def _to_tell(session: Session, case: Case, publication_id: UUID) -> tuple[Planned, datetime]:
    """What is planned, with its moment; raises NotThere for what is none of this case, Refused where it is too late."""
    plan = session.get(Planned, publication_id)
    if plan is None or plan.case_id != case.id:
        raise NotThere
    public = publication_id in public_of(session, case.id)
    problem = announcing.telling_problem(None if plan.called_off else plan.planned_at, now(session), public=public)
    if problem:
        raise Refused(problem)
    return plan, plan.planned_at


def _say(
    session: Session, case: Case, plan: Planned, change: str, planned_at: datetime, whom: Whom, by: UUID | None = None
) -> None:
    kept = Notice(id=uuid4(), case_id=case.id, publication_id=plan.id, what=change, planned_at=planned_at)
    kept.revision, kept.at, kept.by = plan.revision, now(session), by
    kept.agencies, kept.people = sorted(whom.agencies), sorted(whom.people)
    session.add(kept)
    publish(
        session,
        PublicationAnnounced(
            notice_id=kept.id,
            case_id=case.id,
            reference=case.reference,
            publication_id=plan.id,
            planned_at=planned_at,
            change=change,
            revision=plan.revision,
            agencies=kept.agencies,
            people=[UUID(each) for each in kept.people],
        ),
    )


def _somebody(actor: Actor) -> UUID:
    if actor.person is None:
        raise Refused("Say who you are first.")
    return actor.person
