"""Letters as pages and API show them: how each fares, and never to which address unless that is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_notifier import rules
from pprg_notifier.models import also_about, letter_closed, letters, parts_of, place_of
from pprg_notifier.rules import State
from pprg_shared.actor import Actor
from pprg_shared.database import context, profile_of
from pprg_shared.directory import copies
from pprg_shared.errors import NotThere
from pprg_shared.profile import Profile

MOST = 200
_ALL = sa.select(letters, copies.c.name.label("agency_name")).outerjoin(copies, copies.c.id == letters.c.agency)
_STATES: Mapping[State, tuple["sa.ColumnElement[bool]", ...]] = {
    State.WAITING: (letters.c.done_at.is_(None), letters.c.failed_at.is_(None)),
    State.FAILED: (letters.c.failed_at.is_not(None),),
    State.ACCEPTED: (letters.c.done_at.is_not(None), letters.c.problem.is_(None)),
    State.NOT_SENT: (letters.c.done_at.is_not(None), letters.c.problem.is_not(None)),
}


@dataclass(frozen=True)
class Shown:
    """A letter and how it fares."""

    id: UUID
    template: str
    kind: str
    reference: str
    #: The referral or case that it is about.
    subject: str
    person: UUID | None
    agency: str | None
    agency_name: str | None
    duty: str | None
    state: State
    written_at: datetime
    ended_at: datetime | None
    attempts: int
    next_try: datetime | None
    problem: str
    invitation: bool
    typed: bool
    #: The further cases that one letter is about, where it alone is shown.
    also: tuple[str, ...] = ()

    @property
    def to(self) -> str:
        """Whom it is for, by number or duty and never by address."""
        if self.person:
            return str(self.person)
        return f"{self.agency}/{self.duty}" if self.agency else "the address in the form"


def letters_of(session: Session, actor: Actor, subject: UUID | None, state: str | None) -> list[Shown]:
    """Letters, newest first: all about a subject, or the newest 200 of all; none about what is closed to the actor."""
    query = _open_to(session, actor).order_by(letters.c.created_at.desc(), letters.c.id)
    if state:
        query = query.where(*_STATES[State(state)])
    query = query.where(_about(str(subject))) if subject else query.limit(MOST)
    return [_shown(row, profile_of(session)) for row in session.execute(query)]


def letter_of(session: Session, actor: Actor, letter: UUID) -> Shown:
    """One letter; raises NotThere, also when what it is about is closed to the actor."""
    row = session.execute(_open_to(session, actor).where(letters.c.id == letter)).first()
    if row is None:
        raise NotThere
    return replace(_shown(row, profile_of(session)), also=tuple(each for _, each in parts_of(session, row)[1:]))


def _open_to(session: Session, actor: Actor) -> "sa.Select[Any]":
    return _ALL.where(~letter_closed(session, actor.person))


def _about(subject: str) -> "sa.ColumnElement[bool]":
    also = sa.select(also_about.c.letter_id).where(also_about.c.subject == subject)
    return sa.or_(letters.c.subject == subject, letters.c.id.in_(also))


def address_of(session: Session, letter: UUID) -> str | None:
    """The address that a letter went to in the end, or was refused for."""
    sent = session.scalar(sa.select(letters.c.sent).where(letters.c.id == letter))
    return context(session).keys["contact"].open(sent, place_of(letter, "sent")).decode() if sent else None


def _shown(row: Any, profile: Profile) -> Shown:
    letter = profile.letters.kinds.get(row.type)
    state = rules.state(row.done_at, row.failed_at, row.problem)
    return Shown(
        id=row.id,
        template=row.type,
        kind=letter.subject if letter else row.type,
        reference=row.facts.get("references") or row.facts.get("reference", ""),
        subject=row.subject,
        person=row.person_id,
        agency=row.agency,
        agency_name=row.agency_name or row.agency,
        duty=row.duty,
        state=state,
        written_at=row.created_at,
        ended_at=row.done_at or row.failed_at,
        attempts=row.attempts,
        next_try=row.due_at if state is State.WAITING else None,
        problem=row.problem or "",
        invitation="uid" in row.facts,
        typed=row.type in rules.TYPED,
    )
