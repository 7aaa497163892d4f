"""People as the services know them: each keeps a copy of the directory's, and which sessions have ended."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import ended_sessions, insert_new
from pprg_shared.database import context, now, profile_of
from pprg_shared.directory import REFERRER, changed, keep_higher
from pprg_shared.events.intake import PersonChanged, SessionEnded
from pprg_shared.hand import ask
from pprg_shared.profile import Person

#: A copy of the people in the directory, for the metadata of every service but intake, which owns them;
#: `content` seals name and address.
copies = sa.Table(
    "people",
    sa.MetaData(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("agency", sa.String(60)),
    sa.Column("roles", sa.String(200), nullable=False, server_default=""),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("content", sa.Text, nullable=False, info={"ring": "contact"}),
)

#: No token lasts longer.
LONGEST = timedelta(hours=13)


@dataclass(frozen=True)
class Known:
    """A person as this service knows them."""

    id: UUID
    name: str
    address: str
    agency: str | None
    roles: frozenset[str]
    active: bool
    revision: int


_ONE = sa.select(copies).where(copies.c.id == sa.bindparam("person"))
_ENDED = sa.select(ended_sessions.c.id).where(ended_sessions.c.id == sa.bindparam("session"))


def known(session: Session, person: UUID) -> Known | None:
    """What the copy says of a person; None of somebody that nobody told of."""
    rows = ask(session.connection(), _ONE, {"person": person})
    return _opened(session, rows[0]) if rows else None


def colleague(session: Session, person: UUID) -> Known | Person | None:
    """Somebody of the directory, or else one of the profile's invented people; read once in a session.

    None of a stranger, and of whoever only referred: of them nobody says by name what they did.
    """
    read: dict[UUID, Known | Person | None] = session.info.setdefault("colleagues", {})
    if person not in read:
        there = known(session, person)
        read[person] = there if there and there.roles - {REFERRER} else profile_of(session).person(person)
    return read[person]


def with_role(session: Session, *roles: str) -> list[Known]:
    """Everybody who is here and has one of these roles."""
    return [_opened(session, row) for row in ask(session.connection(), _having(roles), {})]


def at_agencies(session: Session, agencies: Sequence[str]) -> list[Known]:
    """Everybody who is here and belongs to one of these agencies."""
    rows = session.execute(
        sa.select(copies).where(copies.c.active, copies.c.agency.in_(agencies)).order_by(copies.c.id)
    )
    return [_opened(session, row) for row in rows]


def ids_with_role(session: Session, *roles: str) -> list[UUID]:
    """The ids of everybody who is here and has one of these roles; their names and addresses stay sealed."""
    return [number for number, *_ in ask(session.connection(), _having(roles), {})]


@cache
def _having(roles: tuple[str, ...]) -> "sa.Select[Any]":
    """Everybody who is here and has one of these roles, built once: a case that opens asks for its chairs."""
    words = sa.literal(" ") + copies.c.roles + " "
    having = sa.or_(*(words.contains(f" {each} ", autoescape=True) for each in roles))
    return sa.select(copies).where(copies.c.active, having).order_by(copies.c.id)


def _opened(session: Session, row: Any) -> Known:
    number, agency, roles, active, revision, sealed = row
    content = json.loads(context(session).keys["contact"].open(sealed, _place(number)))
    about = {"agency": agency, "roles": frozenset(roles.split()), "active": active, "revision": revision}
    return Known(id=number, **content, **about)


def keep_colleague(session: Session, heard: PersonChanged) -> bool:
    """Keep the present state of somebody who works with the product; whether it is news.

    Whoever only referred is no concern of a service that does not write to them.
    """
    return heard.roles != [REFERRER] and keep_person(session, heard)


def keep_person(session: Session, heard: PersonChanged) -> bool:
    """Keep the present state of a person; whether it is news."""
    plain = json.dumps({"name": heard.name, "address": heard.address}).encode()
    values: dict[str, Any] = {
        "id": heard.person_id,
        "agency": heard.agency,
        "roles": " ".join(heard.roles),
        "active": heard.active,
        "revision": heard.revision,
        "content": context(session).keys["contact"].seal(plain, _place(heard.person_id)),
    }
    news = keep_higher(session, copies, "id", values)
    if news:
        changed(session)
    return news


def has_ended(session: Session, which: UUID) -> bool:
    """Whether a session was ended before its time."""
    return bool(ask(session.connection(), _ENDED, {"session": which}))


def end_sessions(session: Session, which: Sequence[UUID]) -> None:
    """Let nobody in any more by these sessions."""
    rows = [{"id": each, "ends_at": now(session) + LONGEST} for each in which]
    if rows:
        session.execute(insert_new(session, ended_sessions), rows)


def hear_ended(session: Session, heard: SessionEnded) -> None:
    """Somebody signed out, or was signed out."""
    end_sessions(session, heard.sessions)


def _place(person: UUID) -> str:
    return f"column:people:{person}:content"
