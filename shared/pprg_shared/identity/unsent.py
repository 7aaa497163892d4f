"""Forms that somebody sent after their sign-in had ended, or left: kept, sealed, until they have signed in again."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import PASSES
from pprg_shared.database import UtcDateTime, context, now

KEPT_FOR = timedelta(hours=12)
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Typed:
    """What was typed on a page and not sent; `whose` is None where nobody was signed in.

    `client` is the address of the browser.
    """

    whose: UUID | None
    path: str
    fields: Fields
    client: str = ""


def unsent_forms(owner: sa.MetaData, ring: str) -> sa.Table:
    """The table for a service's own; `content` seals what was typed, under this ring."""
    return sa.Table(
        "unsent_forms",
        owner,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, nullable=False, index=True),
        sa.Column("path", sa.String(600), nullable=False),
        sa.Column("content", sa.Text, nullable=False, info={"ring": ring}),
        sa.Column("ends_at", UtcDateTime, nullable=False, info=PASSES),
    )


def keep(session: Session, table: sa.Table, typed: Typed, until: datetime | None = None) -> UUID | None:
    """Keep what somebody typed on a page, under a number; what they typed on it before goes. Nothing of nobody's."""
    if typed.whose is None:
        return None
    session.execute(sa.delete(table).where(table.c.person == typed.whose, table.c.path == typed.path))
    row: dict[str, Any] = {"id": uuid4(), "person": typed.whose, "path": typed.path}
    row["ends_at"] = until or now(session) + KEPT_FOR
    keyring = context(session).keys[table.c.content.info["ring"]]
    row["content"] = keyring.seal(json.dumps(typed.fields).encode(), _place(row["id"]))
    session.execute(sa.insert(table), row)
    number: UUID = row["id"]
    return number


def find(session: Session, table: sa.Table, person: UUID, path: str) -> tuple[UUID, Fields] | None:
    """What this person typed on this page, and under which number it is kept."""
    mine = (table.c.person == person, table.c.path == path, table.c.ends_at > now(session))
    row = session.execute(sa.select(table.c.id, table.c.content).where(*mine)).first()
    if row is None:
        return None
    opened = context(session).keys[table.c.content.info["ring"]].open(row.content, _place(row.id))
    return row.id, [(name, value) for name, value in json.loads(opened)]


def waits(session: Session, table: sa.Table, person: UUID) -> bool:
    """Whether anything is kept that this person typed."""
    mine = sa.select(table.c.id).where(table.c.person == person, table.c.ends_at > now(session)).limit(1)
    return session.execute(mine).first() is not None


def let_go(session: Session, table: sa.Table, person: UUID, number: UUID) -> None:
    """It was sent, or is wanted no more."""
    session.execute(sa.delete(table).where(table.c.person == person, table.c.id == number))


def _place(number: UUID) -> str:
    return f"column:unsent_forms:{number}:content"
