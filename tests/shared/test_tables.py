from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from pprg_shared.boxes.tables import inbox, insert_all_new, metadata
from pprg_shared.database import Database

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
