from uuid import uuid4

import pytest
import sqlalchemy as sa

from pprg_shared.boxes.tables import answers, inbox, outbox

pytestmark = pytest.mark.both_databases("each cuts slices in its own way")


@pytest.fixture
def intake(world):
    runtime = world.services["intake"]
    row = {"scope": "x", "fingerprint": "", "location": "", "reference": "", "kept_at": world.clock()}
    with runtime.database.writing("action") as session:
        session.execute(sa.insert(answers), [row | {"key": str(uuid4())} for _ in range(1201)])
    return runtime


def count(runtime, *conditions):
    with runtime.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).where(*conditions))


@pytest.mark.fault("F08")
def test_answers_to_repeats_are_kept_for_thirty_days(world, intake):
    world.clock.forward(days=29)
    world.settle()
    kept = count(intake, answers.c.key.is_not(None))
    world.clock.forward(days=1, hours=2)
    world.settle()

    assert (kept, count(intake, answers.c.key.is_not(None))) == (1201, 0)


def test_bodies_are_kept_for_four_hundred_days_and_rows_for_ever(world):
    intake, notifier = world.services["intake"], world.services["notifier"]
    said = count(intake, outbox.c.body.is_not(None))

    world.clock.forward(days=399)
    world.settle()
    kept = count(intake, outbox.c.body.is_not(None))
    world.clock.forward(days=2)
    world.settle()

    assert said == kept == count(intake, outbox.c.done_at.is_not(None)) > 0
    assert count(intake, outbox.c.body.is_not(None)) == 0
    assert count(notifier, inbox.c.body.is_not(None)) == 0
    assert count(notifier, inbox.c.done_at.is_not(None)) == said
