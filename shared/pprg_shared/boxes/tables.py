"""The tables that every service has besides its own: boxes, kept answers, and the coordinator's steps."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pprg_shared.database import UtcDateTime

metadata = sa.MetaData()


def box(name: str, owner: sa.MetaData, *more: "sa.Column[Any]") -> sa.Table:
    """A table of work that waits: rows with a due time, taken under a short lease."""
    return sa.Table(
        name,
        owner,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False, index=True),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("done_at", UtcDateTime),
        sa.Column("failed_at", UtcDateTime),
        sa.Column("problem", sa.String(500)),
        *more,
        sa.Index(
            f"{name}_waiting",
            "due_at",
            postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
            sqlite_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
        ),
    )


outbox = box("outbox", metadata)
inbox = box("inbox", metadata)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("scope", sa.String(200), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("location", sa.String(300), nullable=False),
    sa.Column("reference", sa.String(80), nullable=False),
    sa.Column("kept_at", UtcDateTime, nullable=False),
)

steps = sa.Table(
    "steps",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("person", sa.Uuid, nullable=False),
    sa.Column("phase", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("leads_to", sa.String(300), nullable=True),
    sa.Column("at", UtcDateTime, nullable=False),
)


def boxes_of(own: sa.MetaData) -> dict[str, sa.Table]:
    """Every box of a service by name: outbox and inbox, and those among its own tables."""
    tables = (*metadata.sorted_tables, *own.sorted_tables)
    return {table.name: table for table in tables if {"due_at", "failed_at", "attempts"} <= set(table.c.keys())}


def waiting(table: sa.Table) -> "tuple[sa.ColumnElement[bool], ...]":
    """Neither done nor given up."""
    return table.c.done_at.is_(None), table.c.failed_at.is_(None)


def insert_new(session: Session, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    """An insert that passes over rows whose primary key is already taken."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return insert.on_conflict_do_nothing()
