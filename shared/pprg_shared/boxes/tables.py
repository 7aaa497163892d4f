"""The tables that every service has besides its own: boxes, kept answers, steps, the audit chain, ended sessions."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pprg_shared.database import UtcDateTime
from pprg_shared.hand import add_each, ask, carry_out

metadata = sa.MetaData()
#: Marks the column that says until when a row is of use: housekeeping lets go of it after that.
PASSES = {"passes": True}


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

#: Who saw or did what; only ever added to, which triggers hold. Each entry holds the hash of the one before.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("person", sa.Uuid),
    sa.Column("agency", sa.String(60)),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("verb", sa.String(80), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False),
    sa.Column("correlation_id", sa.String(80), nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index(
        "audit_sign_ins",
        "person",
        "sequence",
        postgresql_where=sa.text("kind = 'sign_in'"),
        sqlite_where=sa.text("kind = 'sign_in'"),
    ),
)
#: Places in the chain: `head` is the newest entry, `told` the newest of which triage was told.
audit_marks = sa.Table(
    "audit_marks",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
#: Sessions that were ended before their time, until no token of theirs could be shown any more.
ended_sessions = sa.Table(
    "ended_sessions",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("ends_at", UtcDateTime, nullable=False, info=PASSES),
)


def boxes_of(own: sa.MetaData) -> dict[str, sa.Table]:
    """Every box of a service by name: outbox and inbox, and those among its own tables."""
    tables = (*metadata.sorted_tables, *own.sorted_tables)
    return {table.name: table for table in tables if {"due_at", "failed_at", "attempts"} <= set(table.c.keys())}


def passing(own: sa.MetaData) -> "Iterator[sa.Column[Any]]":
    """The columns of all tables of a service that are marked by PASSES."""
    tables = (*metadata.sorted_tables, *own.sorted_tables)
    return (each for table in tables for each in table.columns if "passes" in each.info)


def waiting(table: sa.Table) -> "tuple[sa.ColumnElement[bool], ...]":
    """Neither done nor given up."""
    return table.c.done_at.is_(None), table.c.failed_at.is_(None)


def among(column: "sa.ColumnElement[Any]", name: str, *, sqlite: bool) -> "sa.ColumnElement[bool]":
    """Whether a column has one of the values of a parameter; on PostgreSQL that is one statement however many."""
    if sqlite:
        return column.in_(sa.bindparam(name, expanding=True))
    return column == sa.any_(sa.bindparam(name, type_=postgresql.ARRAY(column.type)))


def insert_new(session: Session, table: sa.Table) -> sa.Executable:
    """An insert that passes over rows whose primary key is already taken, and gives back the keys of the others."""
    return _passing_over(session.get_bind().dialect.name, table)


def add_new(session: Session, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Insert a row, unless its primary key is already taken."""
    carry_out(session.connection(), [(_unless_there(session.get_bind().dialect.name, table), row)])


def insert_all_new(session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Insert the rows whose id is not yet taken; their ids."""
    if session.get_bind().dialect.name != "postgresql":
        added = add_each(session.connection(), _unless_there("sqlite", table), rows)
        return {row["id"] for row, fresh in zip(rows, added, strict=True) if fresh}
    first = rows[0]
    if len(rows) == 1:
        return {number for (number,) in ask(session.connection(), _one(table, tuple(first)), first)}
    alike = frozenset(name for name in first if all(row[name] == first[name] for row in rows))
    values = {name: first[name] if name in alike else [row[name] for row in rows] for name in first}
    statement = _from_arrays(table, tuple(first), alike)
    return {number for (number,) in ask(session.connection(), statement, values)}


@cache
def _passing_over(dialect: str, table: sa.Table) -> sa.Executable:
    return _unless_there(dialect, table).returning(*table.primary_key)


@cache
def _unless_there(dialect: str, table: sa.Table) -> sa.Insert:
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return insert.on_conflict_do_nothing()


@cache
def _one(table: sa.Table, names: tuple[str, ...]) -> sa.Executable:
    insert = postgresql.insert(table).values({name: sa.bindparam(name) for name in names})
    return insert.on_conflict_do_nothing().returning(*table.primary_key)


@cache
def _from_arrays(table: sa.Table, names: tuple[str, ...], alike: frozenset[str]) -> sa.Executable:
    """Short however many rows: VALUES with hundreds of parameters takes longer to send than to carry out."""
    kinds = {name: table.c[name].type for name in names}
    arrays = {name: sa.bindparam(name, type_=postgresql.ARRAY(kinds[name])) for name in names if name not in alike}
    rows = sa.func.unnest(*arrays.values()).table_valued(*arrays).render_derived()
    values = [sa.bindparam(name, type_=kinds[name]) if name in alike else rows.c[name] for name in names]
    insert = postgresql.insert(table).from_select(list(names), sa.select(*values))
    return insert.on_conflict_do_nothing().returning(*table.primary_key)
