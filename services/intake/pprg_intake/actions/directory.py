"""The directory: what the profile puts into it, what an administrator changes, and how both are said."""

from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_intake.actions.sessions import end_everywhere
from pprg_intake.models import Agency, Person
from pprg_intake.rules import directory as rules
from pprg_shared.actor import NOBODY, Actor, Done
from pprg_shared.audit import record
from pprg_shared.boxes import publish
from pprg_shared.database import seal, unseal
from pprg_shared.directory import REFERRER, changed
from pprg_shared.duties import CONTACTS
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events import intake as says
from pprg_shared.identity.people import Known
from pprg_shared.profile import Profile


def seed_directory(session: Session, profile: Profile) -> None:
    """Put into the directory what the profile names and it does not hold; what is there belongs to administrators."""
    _fill(session)
    there = set(session.scalars(sa.select(Agency.id)))
    for agency in profile.agencies:
        if agency.code in there:
            continue
        posts = tuple(rules.Post(each.code, each.label, each.address) for each in agency.duties)
        row = Agency(id=agency.code, revision=0)
        keep_agency(session, row, rules.AgencyState(agency.name, agency.kind, duties=posts))
        record(session, "directory", "seed_directory", row.id, NOBODY)
    people = set(session.scalars(sa.select(Person.id).where(Person.id.in_([each.id for each in profile.people]))))
    for each in profile.people:
        if each.id not in people:
            state = rules.PersonState(each.name, each.address, each.agency, each.roles)
            keep_person(session, Person(id=each.id, revision=0), state)
            record(session, "directory", "seed_directory", str(each.id), NOBODY)


def _fill(session: Session) -> None:
    """Of people from before names were clear, and before they could be looked for, make both so."""
    waiting = sa.or_(Person.name.is_(None), Person.found_by.is_(None))
    for row in session.scalars(sa.select(Person).where(waiting, Person.roles != REFERRER)):
        named = unseal(session, row, "content")
        row.name, row.address = row.name or named["name"], row.address or named["address"].lower()
        row.found_by = rules.found_by(row.name)


def agency_state(session: Session, row: Agency) -> rules.AgencyState:
    """All that the directory says of an agency."""
    contacts: dict[str, str] = unseal(session, row, "contacts") if row.contacts else {}
    posts = tuple(rules.Post(**each) for each in unseal(session, row, "content"))
    domains = tuple(row.domains.split())
    return rules.AgencyState(row.name, row.kind, row.active, row.area, domains=domains, duties=posts, **contacts)


def person_state(row: Person) -> rules.PersonState:
    """All that the directory says of a person."""
    roles = rules.in_order(row.roles.split())
    return rules.PersonState(row.name or "", row.address or "", row.agency or "", roles, row.active)


def keep_agency(session: Session, row: Agency, state: rules.AgencyState) -> None:
    """Give an agency its next state and say it."""
    row.name, row.kind, row.active, row.area = state.name, state.kind, state.active, state.area
    row.domains = " ".join(state.domains)
    row.revision += 1
    row.content = seal(session, row, "content", [vars(each) for each in state.duties])
    row.contacts = seal(session, row, "contacts", {name: getattr(state, name) for name in CONTACTS})
    session.add(row)
    changed(session)
    publish(session, said_of_agency(session, row))


def said_of_agency(session: Session, row: Agency) -> says.AgencyChanged:
    """The present state of an agency, as it is said."""
    state = agency_state(session, row)
    return says.AgencyChanged(
        agency=row.id,
        name=state.name,
        kind=state.kind,
        active=state.active,
        revision=row.revision,
        area=state.area,
        secure_domains=list(state.domains),
        duties=[says.Duty(**vars(each)) for each in state.duties],
        single_point=state.single_point,
        deputy=state.deputy,
        escalation=state.escalation,
    )


def keep_person(session: Session, row: Person, state: rules.PersonState) -> None:
    """Give a person their next state and say it; a higher revision ends what they signed in to as something else."""
    before = unseal(session, row, "content") if row.revision else {}
    if row.revision and (row.agency, row.roles, row.active) != (state.agency, " ".join(state.roles), state.active):
        end_everywhere(session, row.id)
    row.name, row.address, row.found_by = state.name, state.address.lower(), rules.found_by(state.name)
    row.agency, row.roles, row.active = state.agency, " ".join(state.roles), state.active
    row.revision += 1
    row.content = seal(session, row, "content", before | {"name": state.name, "address": state.address})
    session.add(row)
    changed(session)
    publish(session, said_of_person(session, row))


def said_of_person(session: Session, row: Person) -> says.PersonChanged:
    """The present state of a person, as it is said."""
    named = unseal(session, row, "content")
    return says.PersonChanged(
        person_id=row.id,
        agency=row.agency,
        roles=row.roles.split(),
        active=row.active,
        revision=row.revision,
        name=named["name"],
        address=named["address"],
    )


def agency_of(session: Session, code: str, *, alone: bool = False) -> Agency:
    """An agency, or NotThere; `alone`: whoever else changes it waits until this transaction ends."""
    found = session.get(Agency, code, with_for_update=alone) if code.isprintable() else None
    if found is None:
        raise NotThere
    return found


def person_of(session: Session, person_id: UUID, *, alone: bool = False) -> Person:
    """Somebody who works with the product, or NotThere, which whoever only referred is."""
    found = session.get(Person, person_id, with_for_update=alone)
    if found is None or found.name is None:
        raise NotThere
    return found


def add_agency(session: Session, _actor: Actor, **answers: Any) -> Done:
    """Put an agency into the directory."""
    blank = rules.AgencyState("", "")
    state = blank.told(blank.answers() | answers)
    taken = set(session.scalars(sa.select(Agency.id)))
    if any(rules.fold(state.name) == rules.fold(each) for each in session.scalars(sa.select(Agency.name))):
        raise Refused("An agency of this name is in the directory already. Change that one.", "name")
    row = Agency(id=rules.code_of(state.name, taken), revision=0)
    return _agency_kept(session, row, state)


def change_agency(session: Session, _actor: Actor, *, code: str, **answers: Any) -> Done:
    """Change what the directory says of an agency."""
    row = agency_of(session, code, alone=True)
    before = agency_state(session, row)
    return _agency_kept(session, row, before.told(before.answers() | answers), before)


def _agency_kept(
    session: Session, row: Agency, state: rules.AgencyState, before: rules.AgencyState | None = None
) -> Done:
    for field, words in (rules.office_problems(before, state) | rules.agency_problems(state)).items():
        raise Refused(f"{words}.", field)
    if not row.revision or state != agency_state(session, row):
        keep_agency(session, row, state)
    return Done(f"/agencies/{row.id}", row.id, row.id)


def add_person(session: Session, actor: Actor, **answers: Any) -> Done:
    """Put a person into the directory."""
    return _person_kept(session, actor, Person(id=uuid4(), revision=0), answers | {"state": rules.ACTIVE})


def change_person(session: Session, actor: Actor, *, person_id: UUID, **answers: Any) -> Done:
    """Change what the directory says of a person; whoever has left leaves their place at the agency to the deputy."""
    return _person_kept(session, actor, person_of(session, person_id, alone=True), answers)


def _person_kept(session: Session, actor: Actor, row: Person, answers: dict[str, Any]) -> Done:
    state = rules.person_state(answers)
    agency = session.get(Agency, state.agency)
    if agency is None:
        raise Refused("Choose an agency from the list.", "agency")
    if state.active and (words := rules.outside(state.address, agency.name, agency.domains.split())):
        raise Refused(f"{words}.", "address")
    if state.active and session.scalar(same_address(row.id, state.address)):
        raise Refused("Somebody else in the directory has this address. Each has their own.", "address")
    before = person_state(row) if row.revision else None
    if before != state:
        keep_person(session, row, state)
        if before is not None:
            contacts_follow(session, actor, before, state)
            somebody_administers(session, before, state)
    return Done(f"/people/{row.id}", "directory", str(row.id))


def same_address(person_id: UUID, address: str) -> "sa.Select[UUID]":
    """Anybody else who is active and has this address."""
    other = (Person.id != person_id, Person.active, Person.address == address.lower())
    return sa.select(Person.id).where(*other).limit(1)


def contacts_follow(session: Session, actor: Actor, before: rules.PersonState, after: rules.PersonState) -> None:
    """Whoever has left, or is elsewhere, leaves their place as a contact to the deputy; a new address follows."""
    left = before.active and (not after.active or after.agency != before.agency)
    agency = session.get(Agency, before.agency, with_for_update=True)
    if agency is None or not (left or before.address != after.address):
        return
    then = agency_state(session, agency)
    if left:
        state = rules.after_leaving(then, before.address)
    else:
        state = rules.after_moving(then, before.address, after.address)
    if state != then:
        keep_agency(session, agency, state)
        record(session, "directory", "contact_left" if left else "contact_moved", agency.id, actor)


def somebody_administers(session: Session, before: rules.PersonState, after: rules.PersonState) -> None:
    """Raises Refused when a change would leave nobody who may change the directory."""
    role = rules.ADMINISTRATOR
    if before.active and role in before.roles and not (after.active and role in after.roles):
        session.flush()
        left = sa.select(Person.roles).where(Person.active, Person.roles.contains(role))
        if not any(role in roles.split() for roles in session.scalars(left)):
            raise Refused("Nobody would be administrator any more. Name another one first.", "roles")


def person(session: Session, person_id: UUID) -> Known | None:
    """A person as the directory has them now; None for nobody."""
    row = session.get(Person, person_id)
    if row is None:
        return None
    named = unseal(session, row, "content")
    return Known(
        id=row.id,
        name=row.name or named["name"],
        address=row.address or named["address"],
        agency=row.agency,
        roles=frozenset(row.roles.split()),
        active=row.active,
        revision=row.revision,
    )
