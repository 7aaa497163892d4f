"""What the notifier keeps: letters as rows, and its copy of the directory."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pprg_shared.database import UtcDateTime

CONTACT = {"ring": "contact"}


class Base(DeclarativeBase):
    """Of all tables of the notifier."""


#: One row a letter: for one person or duty, about one matter. `type` is the template, `facts` its public facts.
letters = sa.Table(
    "letters",
    Base.metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("type", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("person_id", sa.Uuid),
    sa.Column("agency", sa.String(60)),
    sa.Column("duty", sa.String(60)),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("message_id", sa.String(120), nullable=False),
    sa.Column("sent", sa.Text, info=CONTACT),
    sa.Column("unknown", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("done_at", UtcDateTime),
    sa.Column("failed_at", UtcDateTime),
    sa.Column("problem", sa.String(500)),
    sa.Index("letters_waiting", "due_at"),
)


class Person(Base):
    """A copy of a person in the directory; `content` seals name and address."""

    __tablename__ = "people"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    active: Mapped[bool]
    revision: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text, info=CONTACT)


class Agency(Base):
    """A copy of an agency in the directory; `content` seals its duties."""

    __tablename__ = "agencies"
    id: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    active: Mapped[bool]
    revision: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text, info=CONTACT)
