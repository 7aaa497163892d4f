"""SQLite as services use it: one file, written by one process, whole after a power cut."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine


def engine(url: sa.URL, size: int, seconds: int) -> Engine:
    """An engine on a file, or in memory; every connection waits `seconds` for the lock of another."""
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    made = sa.create_engine(
        url,
        pool_size=size,
        pool_timeout=seconds,
        hide_parameters=True,  # what an error quotes might reach a log
        connect_args={"timeout": seconds, "check_same_thread": False, "isolation_level": None},
        **({"poolclass": sa.QueuePool} if url.database else {}),
    )

    @event.listens_for(made, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return made


def take_turn(connection: sa.Connection) -> None:
    """Make each transaction whole or nothing, tables included; ends when the connection is closed.

    A table changes by a copy that takes its place. What belongs to its rows must not go with the old one, so rows may
    point to nothing meanwhile; `loose` finds who still does in the end.
    """
    connection.detach()
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF")  # within a transaction it would say nothing and do nothing
    event.listen(connection, "begin", _begin_at_once)


def _begin_at_once(connection: sa.Connection) -> None:
    """The driver begins nothing by itself, so that otherwise each statement would stand alone."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def loose(connection: sa.Connection) -> list[str]:
    """The tables with rows that belong to what is not there."""
    return sorted({str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})


def damage(path: str, seconds: int) -> str | None:
    """What SQLite finds wrong with a file, in one line; None when it is whole."""
    with closing(sqlite3.connect(path, timeout=seconds)) as connection:
        try:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            found = str(error)
    return None if found == "ok" else " ".join(found.split())
