"""Anchors: laid outside the database every hundred entries, every minute and at the end, and never in the way."""

import dataclasses
import shutil
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from pprg_shared.actor import NOBODY
from pprg_shared.audit import Mark, record
from pprg_shared.audit.anchors import Anchors
from pprg_shared.audit.keeping import Keeper
from pprg_shared.audit.verifying import head_of, verified
from pprg_shared.health import health
from pprg_shared.metrics import exposition

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HASH = "a" * 64


@pytest.fixture
def triage(world):
    return world.services["triage"]


def write(runtime, count):
    """So many entries; where the chain stands then."""
    with runtime.database.writing("action") as session:
        for _ in range(count):
            record(session, "read", "case", "a case", NOBODY)
    with runtime.database.reading() as session:
        return head_of(session)


def laid(runtime):
    return list(runtime.keeper.anchors)


def check_of(runtime):
    return next(each for each in health(runtime) if each[0] == "anchors")


def test_an_anchor_is_laid_after_a_hundred_entries_and_within_a_minute_of_any(triage, clock):
    write(triage, 99)
    triage.keeper.drain()
    early = laid(triage)
    hundredth = write(triage, 1)
    triage.keeper.drain()
    more = write(triage, 1)
    triage.keeper.drain()
    clock.forward(seconds=49)  # with a turn each five seconds, sixty at most
    triage.keeper.drain()
    before = laid(triage)
    clock.forward(seconds=1)
    triage.keeper.drain()
    clock.forward(minutes=5)
    triage.keeper.drain()

    assert (early, before) == ([], [hundredth])
    assert laid(triage) == [hundredth, more]
    assert verified(triage.database, triage.keeper.anchors).anchors == 2


def test_what_has_no_anchor_at_the_end_gets_one(triage):
    triage.keeper.drain()
    last = write(triage, 3)

    triage.keeper.close()
    triage.keeper.close()

    assert laid(triage) == [last]


@pytest.mark.fault("F80")
@pytest.mark.asvs("16.4.2")
def test_a_cut_behind_the_last_anchor_is_found_even_if_the_head_was_put_right(triage):
    first, last = write(triage, 150), write(triage, 50)
    triage.keeper.drain()
    with triage.database.writing("action") as session:
        session.execute(sa.text("DROP TRIGGER audit_no_delete"))
        session.execute(sa.text("DELETE FROM audit WHERE sequence > 150"))
        session.execute(sa.text("UPDATE audit_marks SET sequence = 150, hash = :hash"), {"hash": first.hash})

    assert laid(triage) == [last]
    assert verified(triage.database, []).whole
    assert verified(triage.database, triage.keeper.anchors).broken_at == 151


def test_a_folder_that_is_away_stops_nothing_and_is_said_until_it_is_back(world, triage, clock):
    folder = triage.keeper.anchors.path.parent
    folder.parent.mkdir(exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.touch()
    write(triage, 100)

    triage.keeper.drain()
    last = write(triage, 20)
    name, holds, words = check_of(triage)
    told = exposition([triage]).decode()
    folder.unlink()
    triage.keeper.drain()

    assert (name, holds, words) == ("anchors", False, "anchors cannot be laid: File exists")
    assert 'pprg_audit_anchors_failing{service="triage"} 1.0' in told
    assert 'pprg_audit_unanchored{service="triage"} 100.0' in told
    assert check_of(triage)[1:] == (True, "0 entries since")
    assert laid(triage) == [last]


def test_a_chain_that_is_shorter_than_its_newest_anchor_is_said(triage, clock):
    triage.keeper.anchors.lay(Mark(500, HASH), NOW)
    write(triage, 5)
    clock.forward(minutes=2)

    triage.keeper = Keeper(triage.database, triage.keeper.anchors)  # as after a start
    triage.keeper.drain()

    assert check_of(triage)[1:] == (False, "the chain is shorter than its newest anchor says: run `audit verify`")
    assert laid(triage) == [Mark(500, HASH)]


def test_a_line_that_a_power_cut_tore_is_passed_over_and_the_next_is_whole(tmp_path):
    anchors = Anchors(tmp_path / "new", "things")
    anchors.lay(Mark(1, HASH), NOW)
    with anchors.path.open("ab") as file:
        file.write(b"2 " + HASH[:10].encode())

    torn = list(anchors)
    anchors.lay(Mark(3, HASH), NOW)

    assert torn == [Mark(1, HASH)]
    assert list(anchors) == [Mark(1, HASH), Mark(3, HASH)]
    assert anchors.newest() == Mark(3, HASH)


def test_of_two_processes_the_slower_lays_no_older_anchor(tmp_path):
    one, other = Anchors(tmp_path, "things"), Anchors(tmp_path, "things")

    assert one.lay(Mark(250, HASH), NOW) == Mark(250, HASH)
    assert other.lay(Mark(240, HASH), NOW) == Mark(250, HASH)
    assert list(one) == [Mark(250, HASH)]


def test_anchors_that_are_laid_during_a_look_are_not_missed_in_it(triage):
    write(triage, 100)
    triage.keeper.drain()
    looking = iter(triage.keeper.anchors)
    write(triage, 100)
    triage.keeper.drain()

    assert len(list(looking)) == 1
    assert len(laid(triage)) == 2


def test_the_folder_is_a_setting(settings, tmp_path):
    chosen = dataclasses.replace(settings, audit_anchors=str(tmp_path / "elsewhere"))

    assert settings.anchors() == tmp_path / "anchors"
    assert chosen.anchors() == tmp_path / "elsewhere"


@pytest.mark.asvs("16.4.2")
def test_nobody_else_may_read_or_write_anchors(tmp_path):
    anchors = Anchors(tmp_path / "new", "things")
    anchors.lay(Mark(1, HASH), NOW)

    assert anchors.path.stat().st_mode & 0o077 == 0
    assert anchors.path.parent.stat().st_mode & 0o077 == 0
