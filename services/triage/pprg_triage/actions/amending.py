"""Correcting what was referred, or adding to it."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.boxes import publish
from pprg_shared.database import now, seal, today, unseal
from pprg_shared.errors import Refused
from pprg_shared.events.triage import ReferrerChanged
from pprg_triage import rules
from pprg_triage.actions.access import case_of
from pprg_triage.actions.cases import bind, done
from pprg_triage.actions.invitations import open_meeting
from pprg_triage.actions.requests import tell_of_people
from pprg_triage.actions.told import sought_in
from pprg_triage.models import Amendment, Case, Decision, ImportedCase, Request, reminders

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
    content = rules.with_agencies(unseal(session, case, "content"), case.named)
    if revision != content.get("amendments", 0):
        raise Refused(OVERTAKEN)
    after = rules.amended(content, said) | {"amendments": revision + 1}
    before = rules.referred(content)
    if not list(rules.differences(before, rules.referred(after))):
        raise Refused("Nothing differs from what stands there. Change what is wrong, or add what is missing.")
    after |= _reach_referrer(session, case, content, after, revision + 1)
    kept = Amendment(id=uuid4(), case_id=case.id, number=revision + 1, by=actor.person, at=now(session))
    kept.content = seal(session, kept, "content", {"why": why, "before": before})
    session.add(kept)
    case.content, case.named = seal(session, case, "content", after), " ".join(after[rules.AGENCIES])
    bind(session, case)
    if sought_in(content) != sought_in(after):
        _tell_agencies(session, actor, case, after)
    return done(case)


def _reach_referrer(
    session: Session, case: Case, before: dict[str, Any], after: dict[str, Any], revision: int
) -> dict[str, Any]:
    """Have letters to the referrer go to another address; what is kept of it, and of what they had no letter before."""
    address = after["more"].get("referrer_email", "")
    if address == before["more"].get("referrer_email", ""):
        return {}
    if session.get(ImportedCase, case.id):
        raise Refused("This case came from a list: it has no referrer to whom letters go.", "referrer_email")
    about: dict[str, Any] = {"case_id": case.id, "reference": case.reference, "referrer_id": case.referrer_id}
    publish(session, ReferrerChanged(**about, revision=revision, address=address))
    return {"has_address": True} | ({} if before.get("has_address", True) else {"missed": _missed(session, case)})


def _missed(session: Session, case: Case) -> dict[str, Any]:
    """Of what a referrer without an address got no letter and still has to know: what was decided, and the meeting."""
    decided = select(Decision.route).where(Decision.case_id == case.id, Decision.ratified_on.is_not(None))
    meeting = open_meeting(session, case.id)
    invited = meeting and str(case.referrer_id) in meeting.invited
    to_come = meeting is not None and meeting.starts_at > now(session) and not invited
    routes = session.scalars(decided.order_by(Decision.ratified_on, Decision.id)).all()
    return {
        "on": today(session).isoformat(),
        "routes": list(routes),
        "meeting": str(meeting.id) if meeting and to_come else "",
    }


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
