"""Rows in hand: taken, acted upon and marked, and nobody else's meanwhile."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.rows import namedtuple_row

Values = Mapping[str, Any]
Change = tuple[sa.Executable, Values]
Model = TypeVar("Model")


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


class Ready(NamedTuple):
    """A statement that is built once, as the driver takes it."""

    text: str
    #: What the statement itself holds.
    own: Values
    #: The order of the values, where the driver wants them by place.
    places: tuple[str, ...] | None
    #: How values become what the driver knows, by name.
    turned: tuple[tuple[str, Callable[[Any], Any]], ...]
    #: How what the driver gives becomes what columns hold, by place.
    back: tuple[Callable[[Any], Any] | None, ...]

    def row(self, given: Sequence[Any]) -> tuple[Any, ...]:
        """A row as SQLAlchemy would give it."""
        return tuple(turn(each) if turn else each for turn, each in zip(self.back, given, strict=True))

    def values(self, given: Values) -> Any:
        """Values as the driver takes them."""
        whole = {**self.own, **given}
        for name, turn in self.turned:
            whole[name] = turn(whole[name])
        return whole if self.places is None else [whole[name] for name in self.places]


def ask(connection: sa.Connection, statement: sa.Executable, values: Values) -> list[Any]:
    """The rows that a statement gives, by the driver itself: half the time of SQLAlchemy's way."""
    made = ready(statement, connection.dialect, tuple(values))
    whole = made.values(values)
    raw: Any = connection.connection.driver_connection
    _note(connection, made.text, whole)
    with _as_sqlalchemy(connection, made.text):
        if connection.dialect.name != "postgresql":
            return [made.row(each) for each in raw.execute(made.text, whole).fetchall()]
        rows: list[Any] = raw.asked.execute(made.text, whole).fetchall()
    return rows


def only_read(connection: sa.Connection, model: type[Model], statement: sa.Select[Any], values: Values) -> list[Model]:
    """The rows of a model that `select(model)` gives, which no session watches: for pages, at a third of the cost."""
    names = _names(sa.inspect(model).local_table)
    return [model(**dict(zip(names, row, strict=True))) for row in ask(connection, statement, values)]


def carry_out(connection: sa.Connection, changes: Iterable[Change], *, last: bool = False) -> None:
    """Carry out what gives nothing, in this order; on PostgreSQL in one round trip, with the COMMIT of what is `last`.

    One statement alone is carried out by itself: that takes a third less of the processor, and costs a round trip.
    """
    dialect = connection.dialect
    made = [(ready(statement, dialect, tuple(values)), values) for statement, values in changes]
    prepared = [(each.text, each.values(values)) for each, values in made]
    for text, whole in prepared:
        _note(connection, text, whole)
    raw: Any = connection.connection.driver_connection
    with _as_sqlalchemy(connection, "; ".join(text for text, _ in prepared)):
        if dialect.name != "postgresql":
            for text, whole in prepared:
                raw.execute(text, whole)
            return
        with raw.pipeline() if len(prepared) > 1 else nullcontext():
            for text, whole in prepared:
                raw.asked.execute(text, whole)
            if last:
                raw.commit()


def add_each(connection: sa.Connection, statement: sa.Executable, rows: Sequence[Values]) -> list[bool]:
    """Insert rows with the same names one after another, on SQLite; of each whether it is there now and was not."""
    made = ready(statement, connection.dialect, tuple(rows[0]))
    raw: Any = connection.connection.driver_connection
    _note(connection, made.text, rows)
    with _as_sqlalchemy(connection, made.text):
        return [raw.execute(made.text, made.values(each)).rowcount > 0 for each in rows]


def say(connection: sa.Connection, text: str) -> None:
    """Say a word such as BEGIN, which takes and gives nothing, to SQLite."""
    raw: Any = connection.connection.driver_connection
    _note(connection, text, ())
    with _as_sqlalchemy(connection, text):
        raw.execute(text)


def _note(connection: sa.Connection, text: str, values: Any) -> None:
    """Whoever counts what SQLAlchemy carries out counts this as well."""
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, None, text, values, None, False)


def insertion(row: Any) -> Change:
    """How a row of a model is inserted by a statement that is built once, without the ORM's book-keeping."""
    return _inserting(row.__table__), {name: getattr(row, name) for name in _names(row.__table__)}


@cache
def _names(table: sa.Table) -> tuple[str, ...]:
    return tuple(table.columns.keys())


@cache
def _inserting(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


@contextmanager
def _as_sqlalchemy(connection: sa.Connection, text: str) -> Iterator[None]:
    """What the driver raises as whoever calls knows it; a connection that is lost goes back to no pool."""
    dialect = connection.dialect
    driver: Any = dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if lost:
            connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(
            text, None, error, driver.Error, hide_parameters=True, connection_invalidated=lost, dialect=dialect
        ) from error


@cache
def ready(statement: Any, dialect: sa.Dialect, names: tuple[str, ...]) -> Ready:
    """A statement for values of these names."""
    made = statement.compile(dialect=dialect, column_keys=list(names))
    turns = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in made.bind_names.items()}
    places = tuple(made.positiontup) if made.positional else None
    back = [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in statement.exported_columns]
    turned = tuple((name, turn) for name, turn in turns.items() if turn)
    return Ready(str(made), made.params, places, turned, tuple(back))


@cache
def compiled(statement: Any, dialect: sa.Dialect) -> tuple[str, dict[str, Any]]:
    """Text and own parameters of a statement that is built once."""
    made = statement.compile(dialect=dialect)
    return str(made), made.params
