"""What a process that died had in hand is due soon, and what waits for its next try keeps its time."""

from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from pprg_shared.boxes.tables import box
from pprg_shared.boxes.work import LEASE, Box, Outcome, recover, take_many
from pprg_shared.database import Database


def test_only_what_is_in_hand_is_due_at_once(tmp_path, clock):
    metadata = sa.MetaData()
    table = box("work", metadata)
    database = Database(f"sqlite:///{tmp_path}/work.sqlite", "triage", clock=clock)
    metadata.create_all(database.engine)
    hour = timedelta(hours=1)
    about = {"type": "any", "subject": "any", "created_at": clock.at}
    ids = {name: uuid4() for name in ("in hand", "failed", "later")}
    due = {"in hand": clock.at, "failed": clock.at - hour, "later": clock.at + hour}
    with database.writing("action") as session:
        session.execute(sa.insert(table), [about | {"id": ids[each], "due_at": due[each]} for each in ids])
    taken = {row.id: row for row in take_many(database, table, 2)}
    outcome = Outcome("RuntimeError", clock.at + hour)
    Box(database, table, lambda *_: None).postpone(taken[ids["failed"]], outcome)

    recover(database, [table])

    with database.reading() as session:
        found = {row.id: row.due_at for row in session.execute(sa.select(table))}
    assert found == {ids["in hand"]: clock.at, ids["failed"]: clock.at + hour, ids["later"]: clock.at + hour}
    database.close()


def test_what_is_in_hand_whenever_a_process_dies_waits_longer_each_time_and_no_longer_than_its_lease(tmp_path, clock):
    metadata = sa.MetaData()
    table = box("work", metadata)
    database = Database(f"sqlite:///{tmp_path}/work.sqlite", "triage", clock=clock)
    metadata.create_all(database.engine)
    about = {"id": uuid4(), "type": "any", "subject": "any", "created_at": clock.at, "due_at": clock.at}
    with database.writing("action") as session:
        session.execute(sa.insert(table), [about])

    def waits():
        """Seconds from a death with the row in hand until it is due, also when more die before it is in hand again."""
        assert len(take_many(database, table, 1)) == 1
        for _ in range(3):
            recover(database, [table])
        with database.reading() as session:
            due_at = session.execute(sa.select(table.c.due_at)).scalar_one()
        before, clock.at = clock.at, due_at
        return (due_at - before).total_seconds()

    assert [waits() for _ in range(9)] == [0, 2, 4, 8, 16, 32, 64, *[LEASE.total_seconds()] * 2]
    database.close()
