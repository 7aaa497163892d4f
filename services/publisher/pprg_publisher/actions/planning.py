"""Planning when something is published, moving that moment, and not waiting for it any longer."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pprg_publisher import rules
from pprg_publisher.actions.publishing import (
    done,
    let_wait,
    make_public,
    notices_of,
    publication_of,
    told_in_time,
)
from pprg_publisher.models import Publication
from pprg_publisher.rules import State
from pprg_shared.actor import Actor, Done
from pprg_shared.boxes import publish
from pprg_shared.calendar import london
from pprg_shared.database import now, seal, today, unseal
from pprg_shared.errors import Refused
from pprg_shared.events.publisher import PublicationCalledOff, PublicationPlanned


def plan(
    session: Session,
    actor: Actor,
    *,
    publication_id: UUID,
    day: date,
    at: time,
    copies_on: date | None = None,
    why: str = "",
) -> Done:
    """Plan when it is published, or move that, and note when copies were sent; what is released follows."""
    found = _to_plan(session, actor, publication_id)
    moment, before = london(day, at), found.planned_at
    problem = rules.moment_problem(moment, before, now(session), why) or rules.copies_problem(copies_on, today(session))
    if problem:
        raise Refused(*problem)
    _keep(session, actor, found, moment, why, copies_on)
    if found.state == State.SCHEDULED:
        if problem := rules.notice_problem(notices_of(session, found), found.copies_on):
            raise Refused(*problem)
        let_wait(session, found)
    return done(found)


def lift(session: Session, actor: Actor, *, publication_id: UUID, why: str) -> Done:
    """Wait no longer: what is released is published now, anything else as soon as it is released."""
    found = _to_plan(session, actor, publication_id)
    if not rules.waits(found.planned_at, now(session)):
        raise Refused("This does not wait for any day.")
    _keep(session, actor, found, now(session), why, found.copies_on)
    if found.state == State.SCHEDULED:
        told_in_time(session, found)
        make_public(session, found)
    return done(found)


def call_off(session: Session, actor: Actor, *, publication_id: UUID, why: str) -> Done:
    """Plan no day any more: what was released waits for a second person again, and who was told is told of it."""
    found = _to_plan(session, actor, publication_id)
    before = found.planned_at
    if before is None or not rules.waits(before, now(session)):
        raise Refused("No day is planned that could be called off.")
    by = _line(session, actor, found, None, why)
    found.planned_at, found.plans = None, found.plans + 1
    if found.state == State.SCHEDULED:
        found.state, found.released_by = State.OFFERED, None
    if found.case_id and found.reference:
        about: dict[str, Any] = {"publication_id": found.id, "case_id": found.case_id, "reference": found.reference}
        about |= {"publication_type": found.type, "planned_at": before, "called_off_by": by, "revision": found.plans}
        publish(session, PublicationCalledOff(**about))
    return done(found)


def _to_plan(session: Session, actor: Actor, publication_id: UUID) -> Publication:
    found = publication_of(session, actor, publication_id, "publish", alone=True)
    if problem := rules.planning_problem(found.state, imported=found.import_id is not None):
        raise Refused(problem)
    return found


def _keep(
    session: Session, actor: Actor, found: Publication, moment: datetime, why: str, copies_on: date | None
) -> None:
    """Keep another moment with who planned it and why, or when copies were sent, and say it; nothing when both stay."""
    if (moment, copies_on) == (found.planned_at, found.copies_on):
        return
    by = _somebody(actor) if moment == found.planned_at else _line(session, actor, found, moment, why)
    found.planned_at, found.copies_on, found.plans = moment, copies_on, found.plans + 1
    if found.case_id and found.reference:
        about = PublicationPlanned(
            publication_id=found.id,
            case_id=found.case_id,
            reference=found.reference,
            publication_type=found.type,
            planned_at=moment,
            planned_by=by,
            revision=found.plans,
            copies_on=copies_on,
        )
        publish(session, about)


def _line(session: Session, actor: Actor, found: Publication, moment: datetime | None, why: str) -> UUID:
    """Keep what is planned now, or that nothing is, with the reason and who says so, which is returned."""
    by = _somebody(actor)
    content = unseal(session, found, "content") if found.content else {}
    planned = moment.isoformat() if moment else ""
    line = {"planned_at": planned, "by": str(by), "at": now(session).isoformat(), "why": why}
    found.content = seal(session, found, "content", {**content, "planned": [*content.get("planned", ()), line]})
    return by


def _somebody(actor: Actor) -> UUID:
    if actor.person is None:
        raise Refused("Say who you are first.")
    return actor.person
