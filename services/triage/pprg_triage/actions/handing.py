"""Handing over: who leads a case passes all of theirs on, names who stands in for them, or has left; chairs too."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.audit import record
from pprg_shared.database import now, today
from pprg_shared.errors import Refused
from pprg_shared.identity import people
from pprg_triage import rules
from pprg_triage.actions.members import tell_office
from pprg_triage.actions.ties import (
    CHAIRS,
    agency_of,
    is_closed,
    people_with,
    roles_of,
    say_members,
    tie,
    ties_of,
    untie,
    why_lost,
)
from pprg_triage.models import Case, Tie

LEAD, STAND_IN, CHAIR = "lead", "stand-in", "chair"
ASKED_FIRST = "Asked the agencies"
CASELOAD = "/cases/caseload"


def led_by(session: Session, person: UUID | None, *, role: str = LEAD, alone: bool = False) -> list[tuple[Case, Tie]]:
    """The cases that somebody leads (or chairs) now, by reference, each with what ties them to it."""
    at = now(session)
    held = (Tie.person_id == person, Tie.role == role, Tie.since <= at, or_(Tie.until.is_(None), Tie.until > at))
    chosen = select(Case, Tie).join(Tie, Tie.case_id == Case.id).where(*held).order_by(Case.reference)
    rows = session.execute(chosen.with_for_update(of=Case) if alone else chosen)
    return [(case, found) for case, found in rows]


def lead_if_nobody_does(session: Session, actor: Actor, case: Case) -> None:
    """Whoever asks the agencies about a case that nobody leads is its lead."""
    led = any(each.role == LEAD for each in ties_of(session, case.id))
    if not led and actor.person and rules.OFFICE & roles_of(session, actor.person):
        tie(session, case.id, actor.person, LEAD, ASKED_FIRST, by=actor.person)
        say_members(session, case)


def hand_over(session: Session, actor: Actor, *, person: UUID, why: str) -> Done:
    """Make somebody else of the office the lead of every case that the actor leads."""
    if person == actor.person or not rules.OFFICE & roles_of(session, person):
        raise Refused("Choose somebody else of the office", "person")
    mine = led_by(session, actor.person, alone=True)
    if not mine:
        raise Refused("You lead no case: there is nothing to hand over.")
    _may_lead(session, mine, person)
    for case, found in mine:
        _pass_on(session, case, found, person, why, by=actor.person)
    return _done(session, actor, "hand_over", mine)


def name_stand_in(session: Session, actor: Actor, *, person: UUID, first: date, last: date, why: str) -> Done:
    """Have somebody else of the office stand in, from one day to another, in every case that the actor leads."""
    if person == actor.person or not rules.OFFICE & roles_of(session, person):
        raise Refused("Choose somebody else of the office", "person")
    if problem := rules.absence_problem(first, last, today(session)):
        raise Refused(*problem)
    mine = led_by(session, actor.person, alone=True)
    if not mine:
        raise Refused("You lead no case: nobody has to stand in.")
    _may_lead(session, mine, person)
    since, until = rules.absence(first, last, now(session))
    for case, _ in mine:
        tie(session, case.id, person, STAND_IN, why, by=actor.person, since=since, until=until)
        tell_office(session, case.id, "stand-in", agency_of(session, person))
        say_members(session, case)
    return _done(session, actor, "name_stand_in", mine)


def _may_lead(session: Session, cases: Sequence[tuple[Case, Tie]], person: UUID) -> None:
    """Refuse to give cases to somebody to whom one of them is closed: nobody would lead it."""
    closed = [case.reference for case, _ in cases if is_closed(session, case.id, person)]
    if closed:
        raise Refused(f"They have an interest in {', '.join(closed)}: name another lead there first.", "person")


def pass_to_deputy(session: Session, person: UUID) -> None:
    """The deputy leads what somebody led who is not of the office any more; without one the office is told.

    Nobody stands in for a lead who has gone: that ends where another leads.
    """
    if rules.OFFICE & roles_of(session, person):
        return
    why = left_the_office(session, person)
    for case, found in led_by(session, person, alone=True):
        if free := free_deputies(session, case, person):
            standing = [each for each in ties_of(session, case.id) if each.role == STAND_IN]
            untie(session, standing, because="another leads the case")
            _pass_on(session, case, found, free[0], why)
        else:
            untie(session, [found], because=why_lost(session, person))
            tell_office(session, case.id, "no-lead", agency_of(session, person))
            say_members(session, case)


def free_deputies(session: Session, case: Case, person: UUID) -> list[UUID]:
    """The deputies who can take over in a case from somebody: those to whom it is not closed."""
    deputies = [each for each in people_with(session, "deputy") if each != person]
    return [each for each in deputies if not is_closed(session, case.id, each)]


def left_the_office(session: Session, person: UUID) -> str:
    """Why somebody else takes over from them."""
    gone = people.known(session, person)
    return f"{gone.name if gone else 'The lead'} has left the office"


def pass_chair(session: Session, person: UUID) -> None:
    """Who chairs the group now chairs the cases of somebody who does not any more, at once or when they come."""
    if CHAIR in roles_of(session, person):
        for case in _chaired_by_nobody(session, person):
            tie(session, case.id, person, CHAIR, CHAIRS)
            say_members(session, case)
        return
    mine = led_by(session, person, role=CHAIR, alone=True)
    chairs = people_with(session, CHAIR) if mine else []
    for case, found in mine:
        untie(session, [found], because=why_lost(session, person))
        held = {each.person_id for each in ties_of(session, case.id) if each.role == CHAIR}
        for each in chairs:
            if each not in held:
                tie(session, case.id, each, CHAIR, CHAIRS)
        tell_office(session, case.id, "chair" if chairs else "no-chair", agency_of(session, person))
        say_members(session, case)


def _chaired_by_nobody(session: Session, person: UUID) -> list[Case]:
    """The cases that had a chair and have none now; not those that this person was taken off."""
    at = now(session)
    chair = (Tie.case_id == Case.id, Tie.role == CHAIR)
    holds = exists().where(*chair, or_(Tie.until.is_(None), Tie.until > at))
    theirs = exists().where(*chair, Tie.person_id == person)
    chosen = select(Case).where(exists().where(*chair), ~holds, ~theirs).order_by(Case.reference)
    return list(session.scalars(chosen.with_for_update(of=Case)))


def _pass_on(session: Session, case: Case, found: Tie, to: UUID, why: str, *, by: UUID | None = None) -> None:
    """Another lead, visibly: the old tie ends, the new one says why, and the first page has a line."""
    untie(session, [found], by=by, because="" if by else why_lost(session, found.person_id))
    tie(session, case.id, to, LEAD, why, by=by)
    tell_office(session, case.id, "handed", agency_of(session, to))
    say_members(session, case)


def _done(session: Session, actor: Actor, verb: str, mine: Sequence[tuple[Case, Tie]]) -> Done:
    """The entry of the first case is written with the answer."""
    (first, _), *others = mine
    for case, _ in others:
        record(session, "change", verb, str(case.id), actor)
    return Done(CASELOAD, f"{len(mine)} cases", str(first.id))
