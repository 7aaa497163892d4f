"""A loop before a long backlog shows that it lives, and ends after the piece of work in hand."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from pprg_shared.boxes.housekeeping import Housekeeping
from pprg_shared.boxes.outgoing import WINDOW, Outbox
from pprg_shared.boxes.tables import answers, inbox, outbox, waiting
from pprg_shared.boxes.work import Box
from pprg_shared.service import Loop
from speaking import Ear, say
from waiting import eventually

pytestmark = pytest.mark.both_databases("each takes and marks rows in its own way")
ROWS = 2000


@pytest.fixture
def triage(world):
    return world.services["triage"]


def left(triage, table):
    with triage.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table).where(*waiting(table)))


def stopped_in_the_midst(loop, busy):
    """Start a loop and stop it once it is busy: whether it beat meanwhile, and how long it took to end."""
    made = loop.beat
    loop.start()
    eventually(busy)
    beat = eventually(lambda: loop.beat if loop.beat > made else None)
    eventually(lambda: loop.beat > beat)
    began = time.monotonic()
    loop.ask_to_stop()
    loop.join()
    return time.monotonic() - began


def test_many_messages_that_wait_keep_no_loop_from_beating_and_ending(world, triage):
    row = {"type": "x.y.v1", "subject": "s", "body": b"", "created_at": world.clock(), "due_at": world.clock()}
    with triage.database.writing("action") as session:
        session.execute(sa.insert(inbox), [row | {"id": uuid4()} for _ in range(ROWS)])
    handled = []

    def slowly(_session, row):
        time.sleep(0.02)
        handled.append(row.id)

    seconds = stopped_in_the_midst(Loop(triage, Box(triage.database, inbox, slowly)), lambda: handled)

    assert seconds < 2
    assert left(triage, inbox) == ROWS - len(handled) > 0


def test_many_events_to_be_said_keep_no_loop_from_beating_and_ending(triage):
    say(triage.database, ROWS)
    ear = Ear(pause=0.05)

    seconds = stopped_in_the_midst(Loop(triage, Outbox(triage.database, ear.bus)), lambda: ear.bodies)

    assert seconds < 2
    assert left(triage, outbox) == ROWS - len(ear.bodies) > 0
    assert len(ear.bodies) % WINDOW == 0  # what was in hand is said and marked


def test_much_that_is_old_keeps_no_loop_from_beating_and_ending(world, triage):
    row = {"scope": "x", "fingerprint": "", "location": "", "reference": "", "kept_at": world.clock()}
    with triage.database.writing("action") as session:
        session.execute(sa.insert(answers), [row | {"key": str(uuid4())} for _ in range(1500)])
    world.clock.forward(days=31)
    turns = iter([True, True, False, *[False] * 20])

    count = Housekeeping(triage.database, timedelta(days=400), sa.MetaData()).drain(lambda: next(turns))

    assert count == 1000
