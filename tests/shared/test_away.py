"""A database that is away is told from one that has refused a statement, by what the drivers really raise."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa

from pprg_shared.away import away, fault
from pprg_shared.database import Database


def of_postgresql(cause):
    """As SQLAlchemy gives what the driver raises."""
    return sa.exc.DBAPIError.instance("", None, cause, psycopg.Error)


@pytest.mark.parametrize(
    ("state", "is_away"),
    [
        ("08000", True),  # the connection fails
        ("08006", True),
        ("57P01", True),  # an administrator ends the server
        ("57P02", True),  # it has crashed
        ("57P03", True),  # it begins
        ("53300", True),  # too many connections
        ("57014", False),  # the statement took too long
        ("54000", False),  # a value is too large for an index
        ("54023", False),  # too many arguments
        ("53400", False),  # too large a temporary file
        ("55P03", False),  # another holds the lock
        ("40P01", False),  # a deadlock
        ("40001", False),
        ("23505", False),
        ("22001", False),
        ("42P01", False),
    ],
)
def test_postgresql_says_by_its_state_what_it_is(state, is_away):
    assert away(of_postgresql(psycopg.errors.lookup(state)())) is is_away


def test_what_never_reached_postgresql_is_away(tmp_path):
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(host=str(tmp_path), dbname="x")

    assert away(of_postgresql(caught.value))
    assert away(sa.exc.TimeoutError("no connection was free"))
    assert away(sa.exc.DBAPIError("", None, psycopg.errors.QueryCanceled(), connection_invalidated=True))


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), OSError(5, "x"), of_postgresql(psycopg.DataError())])
def test_what_a_handler_does_wrong_is_not_away(error):
    assert not away(error)


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setattr("pprg_shared.database.BUSY_SECONDS", 0)
    made = Database(f"sqlite:///{tmp_path}/own.sqlite", "own")
    with made.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (id INTEGER PRIMARY KEY, what TEXT NOT NULL)")
    yield made
    made.close()


def raised(database, statement, values=()):
    with pytest.raises(sa.exc.DBAPIError) as caught, database.writing("action") as session:
        session.connection().exec_driver_sql(statement, values)
    return caught.value


def test_sqlite_that_another_holds_or_that_cannot_be_opened_is_away(database, tmp_path):
    with closing(sqlite3.connect(tmp_path / "own.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        held = raised(database, "INSERT INTO things (what) VALUES ('x')")
    (tmp_path / "folder").mkdir()
    folder = Database(f"sqlite:///{tmp_path}/folder", "own")
    unopened = raised(folder, "SELECT 1")

    assert (away(held), away(unopened)) == (True, True)


def test_sqlite_that_is_full_is_away(database):
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 3")
        with pytest.raises(sa.exc.OperationalError) as caught:
            connection.exec_driver_sql("INSERT INTO things (what) VALUES (hex(zeroblob(100000)))")

    assert away(caught.value)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (f"SELECT {', '.join('?' * 300_000)}", tuple(range(300_000))),  # too many variables
        ("SELECT json('no JSON')", ()),
        ("INSERT INTO nowhere VALUES (1)", ()),
        ("INSERT INTO things (what) VALUES (NULL)", ()),
    ],
    ids=["too many variables", "no JSON", "no table", "no value"],
)
def test_what_sqlite_cannot_do_is_not_away(database, statement, values):
    assert not away(raised(database, statement, values))


def test_what_is_told_is_the_drivers_own_word():
    assert fault(of_postgresql(psycopg.errors.QueryCanceled("canary"))) == "QueryCanceled"
    assert fault(ValueError("canary")) == "ValueError"
