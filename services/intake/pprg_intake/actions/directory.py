"""The directory of agencies and people, as the profile has it."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pprg_intake.models import Agency, Person
from pprg_shared.actor import NOBODY
from pprg_shared.audit import record
from pprg_shared.boxes import publish
from pprg_shared.database import seal, unseal
from pprg_shared.events import intake as says
from pprg_shared.identity.people import Known
from pprg_shared.profile import Profile


def seed_directory(session: Session, profile: Profile) -> None:
    """Bring the directory to what the profile says, and say what changed; nothing when nothing did."""
    for agency in profile.agencies:
        duties = [{"slug": d.code, "label": d.label, "address": d.address} for d in agency.duties]
        row = session.get(Agency, agency.code) or Agency(id=agency.code, revision=0)
        plain = (agency.name, agency.kind, True)
        if row.revision and (row.name, row.kind, row.active) == plain and unseal(session, row, "content") == duties:
            continue
        row.name, row.kind, row.active = plain
        row.revision += 1
        row.content = seal(session, row, "content", duties)
        session.add(row)
        record(session, "directory", "seed_directory", row.id, NOBODY)
        posts = [says.Duty(**each) for each in duties]
        state: dict[str, Any] = {
            "agency": row.id,
            "name": row.name,
            "kind": row.kind,
            "active": True,
            "revision": row.revision,
        }
        publish(session, says.AgencyChanged(**state, duties=posts))
    for each in profile.people:
        _seed_person(session, each.id, each.agency, list(each.roles), {"name": each.name, "address": each.address})


def _seed_person(session: Session, person_id: UUID, agency: str, roles: list[str], name: dict[str, Any]) -> None:
    row = session.get(Person, person_id) or Person(id=person_id, revision=0)
    plain = (agency, " ".join(roles), True, name["name"], name["address"].lower())
    if row.revision and (row.agency, row.roles, row.active, row.name, row.address) == plain:
        return
    row.agency, row.roles, row.active, row.name, row.address = plain
    row.revision += 1
    row.content = seal(session, row, "content", name)
    session.add(row)
    record(session, "directory", "seed_directory", str(row.id), NOBODY)
    state: dict[str, Any] = {
        "person_id": row.id,
        "agency": agency,
        "roles": roles,
        "active": True,
        "revision": row.revision,
    }
    publish(session, says.PersonChanged(**state, **name))


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
