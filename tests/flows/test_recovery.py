"""What a process that died had in hand is due at once, and what waits for its next try keeps its time."""

from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from pprg_shared.boxes.tables import box
from pprg_shared.boxes.work import Box, Outcome, recover, take_many
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
