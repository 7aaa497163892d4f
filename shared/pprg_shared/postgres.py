"""PostgreSQL as services use it: every statement, and every wait for an answer, ends in time."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from math import inf
from time import monotonic
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.abc import RV, PQGen
from psycopg.types.array import ListBinaryDumper
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import ConnectionPoolEntry

#: What the server sees to itself.
SETTINGS = {
    "lock_timeout": "2s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}
#: A frozen server keeps none of its own limits, so we have our own, a little longer than its.
ANSWER_SECONDS = 12.0
#: Whether a pooled connection still lives shows sooner.
PING_SECONDS = 3.0
#: Whoever connects waits so long for the server.
CONNECT_SECONDS = 5
#: One that was in use so shortly before is not asked.
RESTED_SECONDS = 0.5
#: So many connections of an engine stay open when nobody needs them.
KEPT = 4
#: The advisory lock of who changes the tables of a database, and how long the others wait for it.
TURN = 20_261_124
TURN_SECONDS = 600
#: While a change waits for a table, all others wait behind it: it gives up before they would.
TABLE_SECONDS = 1
LOCK_NOT_AVAILABLE = "55P03"
DRIVER = "postgresql+psycopg"


class Connection(psycopg.Connection[Any]):
    """A connection that gives up, and closes, when the server does not answer in time."""

    patience: float | None = ANSWER_SECONDS

    @cached_property
    def asked(self) -> "psycopg.Cursor[Any]":
        """A cursor for answers that are read at once; making one takes as long as asking."""
        return self.cursor(binary=True)

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer; raises OperationalError when none comes in time."""
        limit = self.patience if timeout is None else timeout
        try:
            return super().wait(gen, interval, limit)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 -- has no other name
            if timeout is not None:
                raise
            self.close()
            raise psycopg.OperationalError("the database does not answer") from None


def engine(url: sa.URL, size: int, seconds: int, *, at_once: bool = False) -> Engine:
    """An engine with at most `size` connections, for one of which others wait so many `seconds`.

    `at_once`: each statement is a transaction of its own.
    """
    made = sa.create_engine(
        url.set(drivername=DRIVER),  # an address without a driver means the one we have
        **({"isolation_level": "AUTOCOMMIT"} if at_once else {}),
        pool_size=min(size, KEPT),
        max_overflow=size - min(size, KEPT),
        pool_timeout=seconds,
        hide_parameters=True,  # what an error quotes might reach a log
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in SETTINGS.items()),
            "connect_timeout": seconds,
            "application_name": "pprg",
        },
    )

    @event.listens_for(made, "do_connect")
    def connect(_dialect: object, _record: object, arguments: Any, named: Any) -> Connection:
        made = Connection.connect(*arguments, **named)
        made.adapters.register_dumper(list, ListBinaryDumper)  # a kilobyte of bytes takes ten times as long as text
        return made

    @event.listens_for(made, "checkin")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["given_back"] = monotonic()

    @event.listens_for(made, "checkout")
    def look_first(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        rested = monotonic() - record.info.get("given_back", inf) > RESTED_SECONDS
        if rested or _has_been_told(connection):
            connection.patience = PING_SECONDS
            try:
                made.dialect.do_ping(connection)
            except psycopg.Error as error:
                raise sa.exc.DisconnectionError from error
            connection.patience = ANSWER_SECONDS

    return made


def connect(url: sa.URL, name: str) -> Connection:
    """A connection that is in no pool, every statement a transaction of its own; `name` is what the server calls it."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return Connection.connect(address, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name=name)


def _has_been_told(connection: Connection) -> bool:
    """Whether the server has said something unasked, which is mostly that it ends; costs no round trip."""
    if connection.closed:
        return True
    ear = select.poll()
    ear.register(connection.fileno(), select.POLLIN)
    return bool(ear.poll(0))


@contextmanager
def lent(engine: Engine) -> Iterator[Connection]:
    """A pooled connection as psycopg has it, for what is said so often that SQLAlchemy's share of the time counts."""
    pooled = engine.raw_connection()
    try:
        connection: Any = pooled.driver_connection
        yield connection
    except psycopg.OperationalError as error:
        pooled.invalidate(error)
        raise
    finally:
        pooled.close()


def take_turn(connection: sa.Connection) -> None:
    """Wait until no other process has its turn, and lift the limits; ends when the connection is closed."""
    connection.detach()  # so that neither turn nor limits go back to the pool
    raw: Any = connection.connection.dbapi_connection
    raw.patience = None
    settings = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '{}s'"
    connection.exec_driver_sql(settings.format(TURN_SECONDS))
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({TURN})")
    connection.exec_driver_sql(f"SET lock_timeout = '{TABLE_SECONDS}s'")
    connection.commit()


def loose(_connection: sa.Connection) -> list[str]:
    """The tables with rows that belong to what is not there: none, the server sees to it at each statement."""
    return []


def lock_not_available(error: sa.exc.DBAPIError) -> bool:
    """Whether somebody else held a lock for longer than we wait for one."""
    return getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE
