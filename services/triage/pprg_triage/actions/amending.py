"""Correcting what was referred, or adding to it."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.database import now, seal, unseal
from pprg_shared.errors import Refused
from pprg_triage import rules
from pprg_triage.actions.access import case_of
from pprg_triage.actions.cases import bind, done
from pprg_triage.actions.requests import tell_of_people
from pprg_triage.actions.told import sought_in
from pprg_triage.models import Amendment, Case, Request, reminders

OVERTAKEN = "Somebody else has corrected this since you opened it. Look at what they changed, then send yours again."


def amend_referral(session: Session, actor: Actor, *, case_id: UUID, revision: int, why: str, **said: Any) -> Done:
    """Correct what was referred, or add to it; what stood there before is kept, with who changed it and why.

    `revision` is the number of corrections that whoever corrects it now has seen. Routes follow from what is sealed
    whenever they are looked at; the clock to watch is found anew, agencies that were asked are told of the people as
    they are now, and their rows are compared with those.
    """
    case = case_of(session, actor, case_id, "amend", alone=True)
    if actor.person is None:
        raise Refused("Say who you are first.")
    content = unseal(session, case, "content")
    if revision != content.get("amendments", 0):
        raise Refused(OVERTAKEN)
    after = rules.amended(content, said) | {"amendments": revision + 1}
    before = rules.referred(content)
    if not list(rules.differences(before, rules.referred(after))):
        raise Refused("Nothing differs from what stands there. Change what is wrong, or add what is missing.")
    kept = Amendment(id=uuid4(), case_id=case.id, number=revision + 1, by=actor.person, at=now(session))
    kept.content = seal(session, kept, "content", {"why": why, "before": before})
    session.add(kept)
    case.content = seal(session, case, "content", after)
    bind(session, case)
    if sought_in(content) != sought_in(after):
        _tell_agencies(session, actor, case, after)
    return done(case)


def _tell_agencies(session: Session, actor: Actor, case: Case, content: dict[str, Any]) -> None:
    """Every agency that was asked learns of the people as they are now; what it answered is compared with them."""
    mine = select(Request).where(Request.case_id == case.id).order_by(Request.id).with_for_update()
    requests = session.scalars(mine).all()
    for each in requests:
        tell_of_people(session, actor, case, each, content)
    if answered := next((each for each in requests if each.answer), None):
        at = now(session)
        about = {"type": rules.COMPARE, "subject": str(case.id), "request_id": answered.id}
        session.execute(insert(reminders), {"id": uuid4(), **about, "created_at": at, "due_at": at})
