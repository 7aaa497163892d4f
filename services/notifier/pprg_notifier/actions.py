"""What people do at the notifier; each function one transaction."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_notifier import rules
from pprg_notifier.models import duties_of, letter_closed, letters, parts_of
from pprg_shared.actor import Actor, Done
from pprg_shared.boxes import publish
from pprg_shared.boxes.tables import add_new
from pprg_shared.database import context, now
from pprg_shared.duties import CONTACT, DEPUTY, LEAD
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events.notifier import LetterFailed


def note_returned(session: Session, actor: Actor, *, letter_id: UUID, why: str) -> Done:
    """Write down that a letter came back after a mail server had taken it, and say that it did not arrive."""
    mine = sa.select(letters).where(letters.c.id == letter_id, ~letter_closed(session, actor.person))
    row = session.execute(mine.with_for_update()).first()
    if row is None:
        raise NotThere
    if rules.state(row.done_at, row.failed_at, row.problem) is not rules.State.ACCEPTED:
        raise Refused("Only a letter that a mail server has taken can come back.")
    problem = f"it came back: {rules.RETURNED[why]}"
    failed = {"done_at": None, "failed_at": now(session), "problem": problem}
    session.execute(sa.update(letters).where(letters.c.id == letter_id).values(**failed))
    whom = {"person": row.person_id, "agency": row.agency, "duty": row.duty}
    said = {"template": row.type, "because": row.event_id, "reason": problem}
    for name, subject in parts_of(session, row):
        publish(session, LetterFailed(letter_id=name, about=subject, **said, **whom))
    pass_on(session, row, row.duty)
    return Done(f"/letters/{letter_id}", row.facts.get("reference", ""), row.subject)


def pass_on(session: Session, letter: Any, duty: str | None) -> None:
    """Write to the deputy of an agency what could not be brought to its single point of contact, or to its lead.

    What is said in a sealed part, such as a code, is of use to whom it was for alone.
    """
    if duty not in {CONTACT, LEAD} or letter.content or letter.expires_at:
        return
    if not rules.apart(DEPUTY, duties_of(session, letter.agency)):
        return
    at, name = now(session), rules.letter_id(letter.event_id, letter.type, f"{letter.agency}/{DEPUTY}")
    same = ("type", "subject", "event_id", "agency", "facts", "correlation_id")
    row = {column: getattr(letter, column) for column in same}
    row |= {"id": name, "message_id": name.hex, "duty": DEPUTY, "created_at": at, "due_at": at}
    add_new(session, letters, row)
    context(session).wakes = True
