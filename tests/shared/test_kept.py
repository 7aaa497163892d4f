"""A connection that stays with whoever does one unit of work after another."""

from time import sleep

import pytest
import sqlalchemy as sa

from pprg_shared.database import Database, context
from pprg_shared.postgres import RESTED_SECONDS

pytestmark = pytest.mark.database


@pytest.fixture
def database(postgres):
    made = Database(postgres.fresh(), "triage")
    yield made
    made.close()


def unit(database):
    with database.writing("arrival", again=True) as session:
        return session.scalar(sa.text("SELECT pg_backend_pid()"))


def cut(postgres, number):
    with postgres.admin() as connection:
        assert connection.execute("SELECT pg_terminate_backend(%s)", (number,)).fetchone() == (True,)


def lent(database):
    return database.engine.pool.checkedout()


def test_units_that_follow_each_other_have_one_connection(database):
    assert unit(database) == unit(database)
    assert lent(database) == 1


def test_a_second_unit_at_the_same_time_has_another(database):
    with database.writing("arrival", again=True) as session:
        first, second = session.scalar(sa.text("SELECT pg_backend_pid()")), unit(database)

    assert first != second
    assert lent(database) == 1


def test_a_unit_that_fails_gives_the_connection_back_and_stores_nothing(database):
    with database.writing("making") as session:
        session.execute(sa.text("CREATE TABLE thing (id int)"))

    with pytest.raises(ZeroDivisionError), database.writing("arrival", again=True) as session:
        session.execute(sa.text("INSERT INTO thing VALUES (1)"))
        raise ZeroDivisionError

    assert lent(database) == 0
    with database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM thing")) == 0


def test_one_that_the_server_has_cut_fails_one_unit_at_most(postgres, database):
    cut(postgres, unit(database))

    with pytest.raises(sa.exc.OperationalError):
        unit(database)

    assert unit(database)


def test_after_a_rest_nothing_fails(postgres, database):
    cut(postgres, unit(database))
    sleep(2 * RESTED_SECONDS)

    assert unit(database)


def test_closing_gives_it_back(database):
    unit(database)

    database.close()

    assert lent(database) == 0


def test_a_unit_has_nothing_of_the_one_before(database):
    with database.writing("making", again=True) as first:
        first.execute(sa.text("CREATE TABLE thing (id int)"))
        first.info["names"] = "as they were read"

    with database.writing("arrival", again=True) as second:
        assert second is first
        assert second.info.keys() == {"context", "writes"}
        assert second.info["context"].act == "arrival"


def test_what_a_unit_leaves_for_afterwards_is_done_once_and_only_if_it_commits(database):
    done = []

    with database.writing("arrival", again=True) as session:
        context(session).afterwards.append(lambda: done.append("stored"))
        assert done == []
    with pytest.raises(ZeroDivisionError), database.writing("arrival", again=True) as session:
        context(session).afterwards.append(lambda: done.append("failed"))
        raise ZeroDivisionError
    unit(database)

    assert done == ["stored"]
