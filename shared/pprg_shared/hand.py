"""Rows in hand: taken, acted upon and marked, and nobody else's meanwhile."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import psycopg
import sqlalchemy as sa
from psycopg.rows import namedtuple_row

Values = Mapping[str, Any]
Change = tuple[sa.Executable, Values]


class Hand(Protocol):
    """What holds rows from when they are taken until they are marked."""

    def take(self, statement: sa.Executable, values: Values) -> Sequence[Any]:
        """The rows that are found and locked."""

    def finish(self, changes: Iterable[Change]) -> None:
        """Make the changes to them and commit."""


class PlainHand:
    """On SQLite, where one process has the database to itself: each statement is a transaction of its own."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def take(self, statement: sa.Executable, values: Values) -> Sequence[Any]:
        """The rows that are found."""
        return self._connection.execute(statement, values).all()

    def finish(self, changes: Iterable[Change]) -> None:
        """Make the changes to them."""
        for statement, values in changes:
            self._connection.execute(statement, values)


class QuickHand:
    """One transaction in two round trips: BEGIN goes with what takes rows, COMMIT with what marks them."""

    def __init__(self, connection: "psycopg.Connection[Any]", dialect: sa.Dialect) -> None:
        self._connection, self._dialect = connection, dialect
        self._cursor = connection.cursor(binary=True, row_factory=namedtuple_row)

    def take(self, statement: sa.Executable, values: Values) -> Sequence[Any]:
        """The rows that are found and locked."""
        with self._connection.pipeline():
            self._execute(statement, values)
        return self._cursor.fetchall()

    def finish(self, changes: Iterable[Change]) -> None:
        """Make the changes to them and commit, without waiting for the disk: what a power cut undoes is done again."""
        with self._connection.pipeline():
            self._cursor.execute("SET LOCAL synchronous_commit TO off")
            for statement, values in changes:
                self._execute(statement, values)
            self._connection.commit()

    def _execute(self, statement: sa.Executable, values: Values) -> None:
        text, own = compiled(statement, self._dialect)
        self._cursor.execute(text, {**own, **values})


def ask(connection: sa.Connection, statement: sa.Executable, values: Values) -> list[Any]:
    """The rows that a statement gives on PostgreSQL, asked by psycopg itself: half the time of SQLAlchemy's way."""
    text, own = compiled(statement, connection.dialect)
    raw: Any = connection.connection.driver_connection
    try:
        rows: list[Any] = raw.asked.execute(text, {**own, **values}).fetchall()
    except psycopg.OperationalError as error:
        raise sa.exc.OperationalError(text, None, error) from error
    return rows


@cache
def compiled(statement: Any, dialect: sa.Dialect) -> tuple[str, dict[str, Any]]:
    """Text and own parameters of a statement that is built once."""
    made = statement.compile(dialect=dialect)
    return str(made), made.params
