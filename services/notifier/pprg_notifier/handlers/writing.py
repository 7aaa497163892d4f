"""One letter, written as a row."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pprg_notifier import rules
from pprg_notifier.models import also_about, letters, place_of
from pprg_shared.boxes.tables import add_new
from pprg_shared.contract import Event
from pprg_shared.database import context, now

#: A person by number, a post or contact of an agency, or an address that stands in no directory.
Recipient = UUID | tuple[str, str] | str
#: What seals that address in a letter, and what its id says instead.
TO, MAILBOX = "to", "mailbox"
Facts = Mapping[str, str]


def write(
    session: Session,
    heard: Event,
    template: str,
    to: Recipient,
    facts: Facts,
    private: Facts | None = None,
    *,
    named: str = "",
    about: Sequence[str] = (),
) -> None:
    """One letter to one person, duty or address; of a replayed event it is kept, and not sent.

    `named` stands for the recipient in the letter's id, where it is not they themselves. It is about the subject of
    what was heard, unless it is said about which cases.
    """
    subject, *others = about or [heard.subject]
    if isinstance(to, str):
        named, private = MAILBOX, {**(private or {}), TO: to}
    person, agency, duty = _whom(to)
    name = rules.letter_id(heard.envelope.id, template, named or str(person or f"{agency}/{duty}"))
    row = {
        "id": name,
        "type": template,
        "subject": subject,
        "person_id": person,
        "agency": agency,
        "duty": duty,
        "facts": dict(facts),
        "content": _sealed(session, name, private) if private else None,
        "message_id": name.hex,
    }
    _keep(session, row | _because(heard, now(session)), others)


def _because(heard: Event, at: datetime) -> dict[str, Any]:
    """What a letter has of the event that it follows from; one that is replayed is as good as sent."""
    envelope = heard.envelope
    return {
        "event_id": envelope.id,
        "correlation_id": envelope.correlation_id,
        "expires_at": envelope.expires_at,
        "created_at": at,
        "due_at": at,
        "done_at": at if envelope.replayed else None,
        "problem": "replayed, not sent" if envelope.replayed else None,
    }


def _keep(session: Session, row: dict[str, Any], others: Sequence[str]) -> None:
    """Keep a letter with the further cases that it is about, and wake who sends it."""
    add_new(session, letters, row)
    for each in others:
        add_new(session, also_about, {"letter_id": row["id"], "subject": each})
    context(session).wakes = True


def _whom(to: Recipient) -> tuple[UUID | None, str | None, str | None]:
    """A recipient as person, agency and duty, as far as the directory knows them."""
    if isinstance(to, str):
        return None, None, None
    return (to, None, None) if isinstance(to, UUID) else (None, *to)


def _sealed(session: Session, letter: UUID, private: Facts) -> str:
    return context(session).keys["contact"].seal(json.dumps(dict(private)).encode(), place_of(letter, "content"))
