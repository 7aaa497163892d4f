"""Handing over: who leads a case passes all of theirs on, names who stands in for them, or has left."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.audit import record
from pprg_shared.database import now, today
from pprg_shared.errors import Refused
from pprg_shared.identity import people
from pprg_triage import rules
from pprg_triage.actions.members import tell_office
from pprg_triage.actions.ties import agency_of, people_with, roles_of, say_members, tie, ties_of, untie
from pprg_triage.models import Case, Tie

LEAD, STAND_IN = "lead", "stand-in"
ASKED_FIRST = "Asked the agencies"
CASELOAD = "/cases/caseload"


def led_by(session: Session, person: UUID | None, *, alone: bool = False) -> list[tuple[Case, Tie]]:
    """The cases that somebody leads now, by reference, each with what ties them to it."""
    at = now(session)
    held = (Tie.person_id == person, Tie.role == LEAD, Tie.since <= at, or_(Tie.until.is_(None), Tie.until > at))
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
    since, until = rules.absence(first, last, now(session))
    for case, _ in mine:
        tie(session, case.id, person, STAND_IN, why, by=actor.person, since=since, until=until)
        tell_office(session, case.id, "stand-in", agency_of(session, person))
        say_members(session, case)
    return _done(session, actor, "name_stand_in", mine)


def pass_to_deputy(session: Session, person: UUID) -> None:
    """The deputy leads what somebody led who is not of the office any more; without one the office is told."""
    if rules.OFFICE & roles_of(session, person):
        return
    gone = people.known(session, person)
    why = f"{gone.name if gone else 'The lead'} has left the office"
    deputies = [each for each in people_with(session, "deputy") if each != person]
    for case, found in led_by(session, person, alone=True):
        if deputies:
            _pass_on(session, case, found, deputies[0], why)
        else:
            untie(session, [found])
            tell_office(session, case.id, "no-lead", agency_of(session, person))
            say_members(session, case)


def _pass_on(session: Session, case: Case, found: Tie, to: UUID, why: str, *, by: UUID | None = None) -> None:
    """Another lead, visibly: the old tie ends, the new one says why, and the first page has a line."""
    untie(session, [found], by=by)
    tie(session, case.id, to, LEAD, why, by=by)
    tell_office(session, case.id, "handed", agency_of(session, to))
    say_members(session, case)


def _done(session: Session, actor: Actor, verb: str, mine: Sequence[tuple[Case, Tie]]) -> Done:
    """The entry of the first case is written with the answer."""
    (first, _), *others = mine
    for case, _ in others:
        record(session, "change", verb, str(case.id), actor)
    return Done(CASELOAD, f"{len(mine)} cases", str(first.id))
