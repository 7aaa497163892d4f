from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from pprg_shared.boxes.tables import inbox, insert_all_new, metadata
from pprg_shared.database import Database

ADD = sa.insert(inbox)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.database)])
def database(request, tmp_path):
    """An empty database with the boxes in it."""
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("postgres").fresh() if postgresql else f"sqlite:///{tmp_path}/boxes.sqlite"
    empty = Database(url, "boxes")
    metadata.create_all(empty.engine)
    yield empty
    empty.close()


def row(number=None, **other):
    usual = {"type": "case.opened.v1", "subject": "s", "body": b"\x00\xff'\\", "created_at": NOW, "due_at": NOW}
    return {"id": number or uuid4(), **usual, "done_at": NOW, "problem": None, **other}


def kept(database):
    with database.reading() as session:
        return {each.id: dict(each._mapping) for each in session.execute(sa.select(inbox))}


@pytest.mark.parametrize("count", [1, 2, 50])
def test_rows_whose_ids_are_new_are_kept_whole(database, count):
    rows = [
        row(subject=f"s{n} {{\"'\\", done_at=NOW if n else None, problem="why" if n else None) for n in range(count)
    ]

    with database.writing("arrival") as session:
        fresh = insert_all_new(session, inbox, rows)

    assert fresh == {each["id"] for each in rows}
    assert kept(database) == {each["id"]: {**each, "attempts": 0, "failed_at": None} for each in rows}


def test_rows_whose_ids_are_taken_are_passed_over(database):
    old, new = row(), row()
    with database.writing("arrival") as session:
        insert_all_new(session, inbox, [old])

    with database.writing("arrival") as session:
        fresh = insert_all_new(session, inbox, [row(old["id"], type="other.said.v1"), new])

    assert fresh == {new["id"]}
    assert kept(database)[old["id"]]["type"] == "case.opened.v1"


@pytest.mark.parametrize("naive", ["created_at", "done_at"])
def test_an_instant_without_a_zone_is_refused_whichever_way_it_is_written(database, naive):
    without = row(**{naive: NOW.replace(tzinfo=None)})

    def by_hand(session):
        insert_all_new(session, inbox, [without])

    def by_statement(session):
        session.execute(ADD, without)

    refused = pytest.raises((sa.exc.StatementError, ValueError), match="an instant needs a time zone")
    with refused, database.writing("action") as session:
        by_hand(session)
    with refused, database.writing("action") as session:
        by_statement(session)

    assert kept(database) == {}


def test_an_instant_of_any_zone_is_the_same_instant_in_utc(database):
    tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    with database.writing("action") as session:
        insert_all_new(session, inbox, [first := row(done_at=tokyo)])
        session.execute(ADD, second := row(done_at=tokyo))

    found = [each["done_at"] for each in kept(database).values()]
    assert [each.isoformat() for each in found] == ["2026-11-24T09:30:00+00:00"] * 2
    assert set(kept(database)) == {first["id"], second["id"]}
