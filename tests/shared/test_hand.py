from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from pprg_shared.actor import NOBODY
from pprg_shared.audit import record
from pprg_shared.audit.verifying import verified
from pprg_shared.boxes.tables import add_new, inbox, metadata, steps
from pprg_shared.database import Database, write_last
from pprg_shared.hand import ask, carry_out

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ADD, CHANGE = sa.insert(steps), sa.update(steps).where(steps.c.id == sa.bindparam("row")).values(phase="changed")
FOUND = sa.select(steps.c.id, steps.c.person, steps.c.count, steps.c.at).where(steps.c.id == sa.bindparam("which"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.database)])
def database(request, tmp_path):
    """A database with the tables that every service has, and no row."""
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("postgres").fresh() if postgresql else f"sqlite:///{tmp_path}/own.sqlite"
    empty = Database(url, "boxes")
    metadata.create_all(empty.engine)
    yield empty
    empty.close()


def step(**other):
    usual = {"subject": "s", "phase": "first", "kind": "form", "count": 3, "leads_to": None, "at": NOW}
    return {"id": uuid4(), "person": uuid4(), **usual, **other}


def phases(database):
    with database.reading() as session:
        return {row.id: row.phase for row in session.execute(sa.select(steps.c.id, steps.c.phase))}


def test_what_is_last_is_carried_out_in_its_order_and_committed(database):
    row = step()

    with database.writing("action") as session:
        write_last(session, ADD, row)
        write_last(session, CHANGE, {"row": row["id"]})
        assert session.scalar(sa.select(sa.func.count()).select_from(steps)) == 0

    assert phases(database) == {row["id"]: "changed"}


def test_what_is_last_is_committed_where_nothing_came_before_it(database):
    with database.writing("action") as session:
        record(session, "read", "look", "case", NOBODY)
        record(session, "read", "look", "another", NOBODY)

    assert verified(database, []).entries == 2
    assert verified(database, []).whole


def test_of_a_transaction_whose_last_statement_fails_nothing_is_left(database):
    first, row = step(), step()
    with database.writing("action") as session:
        session.execute(ADD, first)

    with pytest.raises(sa.exc.IntegrityError), database.writing("action") as session:
        session.execute(ADD, row)
        write_last(session, CHANGE, {"row": first["id"]})
        write_last(session, ADD, first)
        record(session, "read", "look", "case", NOBODY)

    assert phases(database) == {first["id"]: "first"}
    assert verified(database, []).entries == 0


def test_of_a_transaction_that_is_given_up_nothing_is_left(database):
    with pytest.raises(LookupError), database.writing("action") as session:
        carry_out(session.connection(), [(ADD, step())])
        write_last(session, ADD, step())
        raise LookupError

    assert phases(database) == {}


def test_values_are_asked_back_as_they_were_given(database):
    row = step()

    with database.writing("action") as session:
        carry_out(session.connection(), [(ADD, row)])
        inside = ask(session.connection(), FOUND, {"which": row["id"]})
    with database.reading() as session:
        outside = ask(session.connection(), FOUND, {"which": row["id"]})

    assert inside == outside == [(row["id"], row["person"], 3, NOW)]


@pytest.mark.parametrize("kind", ["reading", "writing"])
def test_an_error_of_the_database_quotes_no_value(database, kind):
    name = f"Canary {uuid4()}"

    with (
        pytest.raises(sa.exc.DBAPIError) as caught,
        database.reading() if kind == "reading" else database.writing("action") as session,
    ):
        session.execute(sa.text("SELECT * FROM nowhere WHERE name = :name"), {"name": name})

    assert "nowhere" in str(caught.value)
    assert name not in str(caught.value)


def test_a_row_whose_key_is_taken_stays_as_it_is(database):
    kept = {"id": uuid4(), "type": "a.b.v1", "subject": "s", "body": b"\x00", "created_at": NOW, "due_at": NOW}

    with database.writing("action") as session:
        add_new(session, inbox, kept)
        add_new(session, inbox, kept | {"subject": "another"})

    with database.reading() as session:
        assert session.scalars(sa.select(inbox.c.subject)).all() == ["s"]


def test_what_the_driver_is_asked_by_itself_is_seen_by_whoever_counts(database):
    seen = []
    for engine in {database.engine, database._single}:
        sa.event.listen(engine, "before_cursor_execute", lambda *about: seen.append(about[2]))

    with database.writing("action") as session:
        ask(session.connection(), FOUND, {"which": uuid4()})
        write_last(session, ADD, step())

    assert [each.split()[0] for each in seen if each.split()[0] != "BEGIN"] == ["SELECT", "INSERT"]
