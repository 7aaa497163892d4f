"""Naming somebody to a case and taking them off it, declaring an interest, and breaking the glass."""

from datetime import date, timedelta
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.access import Relation
from pprg_shared.actor import Actor, Done
from pprg_shared.audit import record
from pprg_shared.boxes import publish
from pprg_shared.database import now, today
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events import triage as says
from pprg_triage import rules
from pprg_triage.actions.access import BY_NUMBER, BY_REFERENCE, case_of, looked_up
from pprg_triage.actions.invitations import uninvite
from pprg_triage.actions.ties import agency_of, people_with, roles_of, say_members, shown, tie, ties_of, untie
from pprg_triage.models import Case, News, Tie

#: The answer about a reference that nobody has, and about a case that is closed to whoever asks.
NOT_OPENED = "No case that you could open has this reference. Check it, or ask the coordinator."


def name_member(
    session: Session, actor: Actor, *, case_id: UUID, person: UUID, role: str, why: str, until: date | None = None
) -> Done:
    """Give somebody a role in a case, for good or to the end of a day; a new lead takes the place of the one before."""
    case = case_of(session, actor, case_id, "name", alone=True)
    theirs = [each for each in ties_of(session, case.id) if each.person_id == person]
    if problem := rules.naming_problem(roles_of(session, person), role, {each.role for each in theirs}):
        raise Refused(problem, "person")
    if until and until < today(session):
        raise Refused("Choose a day that lies in the future", "until")
    held = [each for each in ties_of(session, case.id) if each.role == role]
    if any(each.person_id == person and each.until is None for each in held):
        raise Refused("This person has this role already.", "person")
    if role == "lead":
        untie(session, held, by=actor.person)
    end = rules.after(now(session), (until - today(session)).days) if until else None
    if role == rules.STAFF:
        reviews = [each.until for each in theirs if each.role == rules.REVIEWER]
        end = end if None in reviews else min(filter(None, [end, max(filter(None, reviews))]))
    tie(session, case.id, person, role, why, by=actor.person, until=end)
    say_members(session, case)
    return _members(case)


def end_member(session: Session, actor: Actor, *, case_id: UUID, tie_id: UUID) -> Done:
    """Take somebody off a case, or let the interest that they declared no longer close it to them."""
    case = case_of(session, actor, case_id, "name", alone=True)
    found = session.get(Tie, tie_id)
    if found is None or found.case_id != case_id or found.role == rules.GLASS:
        raise NotThere
    if found.until is not None and found.until <= now(session):
        raise Refused("This has ended already.")
    untie(session, [found, *_granted_with(session, found)], by=actor.person)
    if found.role == rules.INTEREST:
        tell_office(session, case.id, "withdrawn", agency_of(session, found.person_id))
    say_members(session, case)
    return _members(case)


def _granted_with(session: Session, found: Tie) -> list[Tie]:
    """What was granted to somebody as reviewer, which ends with that: named again, they are granted nothing unseen."""
    if found.role != rules.REVIEWER:
        return []
    there = ties_of(session, found.case_id)
    return [each for each in there if (each.person_id, each.role) == (found.person_id, rules.STAFF)]


def declare_interest(session: Session, actor: Actor, *, case_id: UUID, person: UUID | None = None, why: str) -> Done:
    """Declare an interest in a case, one's own or, for the office, somebody else's: the case is closed to them."""
    whom = person or actor.person
    verb = "declare" if whom == actor.person else "name"
    case = case_of(session, actor, case_id, verb, alone=True)
    if whom is None or not rules.READERS & roles_of(session, whom):
        raise Refused("Choose somebody of the office or the group", "person")
    closed(session, actor, case, [whom], why)
    return Done("/cases/interests", case.reference, str(case.id)) if whom == actor.person else _members(case)


def closed(session: Session, actor: Actor, case: Case, people: list[UUID], why: str) -> None:
    """Close a case to people who have an interest in it, and tell the office; to whom it is closed already it stays.

    They are no longer invited to the meeting that is called.
    """
    there = {each.person_id for each in ties_of(session, case.id) if each.role == rules.INTEREST}
    uninvite(session, case, people, actor.person)
    for each in people:
        if each not in there:
            tie(session, case.id, each, rules.INTEREST, why, by=actor.person)
            tell_office(session, case.id, "interest", agency_of(session, each))
    say_members(session, case)


def withdraw_interest(session: Session, actor: Actor, *, case_id: UUID) -> Done:
    """Withdraw an interest that one declared oneself; the office is told, and can declare it again."""
    case, relation = looked_up(session, actor, BY_NUMBER, case_id, alone=True)
    if case is None or relation is not Relation.CLOSED:
        raise NotThere
    own = [each for each in ties_of(session, case.id) if (each.person_id, each.role) == (actor.person, rules.INTEREST)]
    if not all(declared_by(session, each, actor.person) for each in own):
        raise Refused("The office declared this interest. Ask the coordinator, if it is none.")
    untie(session, own, by=actor.person)
    tell_office(session, case.id, "withdrawn", actor.agency or "")
    say_members(session, case)
    return Done("/cases/interests", case.reference, str(case.id))


def break_glass(session: Session, actor: Actor, *, reference: str, reason: str) -> Done:
    """Open a case that is not one's own for an hour, for a written reason; who chairs it and the office are told."""
    case, relation = looked_up(session, actor, BY_REFERENCE, reference.strip().upper(), alone=True)
    if case is None or actor.person is None or not rules.may(actor.roles, "break the glass", relation):
        raise Refused(NOT_OPENED, "reference")
    opened = Done(f"/cases/{case.id}", case.reference, str(case.id))
    if relation in {Relation.THEIRS, Relation.GRANTED}:
        return opened
    at = now(session)
    until = at + timedelta(minutes=rules.GLASS_MINUTES)
    tie(session, case.id, actor.person, rules.GLASS, reason, by=actor.person, until=until)
    record(session, "break_glass", "break_glass", str(case.id), actor)
    tell_office(session, case.id, "glass", actor.agency or "")
    told = [each for each in _chairs(session, case) if each != actor.person]
    role = min(actor.roles & rules.GROUP)
    publish(
        session,
        says.GlassBroken(case_id=case.id, reference=case.reference, role=role, at=at, until=until, told=told),
    )
    return opened


def _chairs(session: Session, case: Case) -> list[UUID]:
    """Who chairs a case, has not left and may see it; of one that nobody does, who chairs the group."""
    ties = [each for each in ties_of(session, case.id) if each.since <= now(session)]
    closed_to = {each.person_id for each in ties if each.role == rules.INTEREST}
    group = [each for each in people_with(session, "chair") if each not in closed_to]
    held = {each.person_id for each in ties if each.role == "chair"}
    return [each for each in group if each in held] or group


def tell_office(session: Session, case_id: UUID, kind: str, agency: str, *, name: UUID | None = None) -> None:
    """A line on the coordinator's first page; once for the same name."""
    number = name or uuid4()
    if name is None or session.get(News, number) is None:
        session.add(News(id=number, case_id=case_id, kind=kind, agency=agency, at=now(session)))


def note_tried(session: Session, actor: Actor, *, case_id: UUID) -> None:
    """Tell the office, once a day, that somebody tried to open a case that an interest closes to them."""
    name = uuid5(case_id, f"tried {actor.person} {today(session)}")
    tell_office(session, case_id, "tried", actor.agency or "", name=name)


def declared_by(session: Session, interest: Tie, person: UUID | None) -> bool:
    """Whether somebody declared an interest, or had it declared by the office or at a meeting."""
    return bool(shown(session, interest)["by"] == str(person))


def own_interests(session: Session, actor: Actor) -> list[tuple[Case, Tie, bool]]:
    """The cases that are closed to the actor, the last first, and whether they may withdraw the interest themselves."""
    mine = (Tie.person_id == actor.person, Tie.role == rules.INTEREST, Tie.until.is_(None))
    joined = select(Case, Tie).join(Tie, Tie.case_id == Case.id).where(*mine).order_by(Tie.since.desc())
    return [(case, found, declared_by(session, found, actor.person)) for case, found in session.execute(joined)]


def _members(case: Case) -> Done:
    return Done(f"/cases/{case.id}/members", case.reference, str(case.id))
