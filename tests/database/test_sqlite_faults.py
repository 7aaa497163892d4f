"""What may happen to an SQLite file, and what a service says then."""

import os
import subprocess
import sys
import time

import pytest

import forked
from pprg_shared.database import Damaged, Database, Locked

#: `synchronous` as SQLite calls it: each commit is on the disk before it returns.
FULL = 2
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(world):
    """Another process that holds the lock of intake's database until its input ends."""
    path = world.services["intake"].database.url.database
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process


def test_a_writer_that_holds_the_lock_is_waited_for_five_seconds_and_then_it_is_503(world, holder, refer, stored):
    """F16: nothing is stored, pages that read go on, and the same request succeeds when the lock is free."""
    reading = world.client("intake").get("/")
    began = time.monotonic()
    sent = refer("key")
    waited = time.monotonic() - began

    assert reading.status_code == 200
    assert (sent.status_code, sent.headers["Retry-After"]) == (503, "5")
    assert 4.5 < waited < 8
    assert stored() == []

    holder.stdin.close()
    assert refer("key").status_code == 201
    assert stored() == ["PPRG-2026-0001"]


def test_a_file_is_used_by_one_process_only(tmp_path):
    first, second = (Database(f"sqlite:///{tmp_path}/intake.sqlite", "intake") for _ in range(2))
    first.hold()

    with pytest.raises(Locked, match=r"intake\.sqlite; stop it first"):
        second.hold()

    first.close()
    second.hold()
    second.close()


def beginning(content):
    return b"no database at all " + content[19:]


def end(content):
    return content[: len(content) // 2]


def middle(content):
    at = 4096 * (len(content) // 8192)
    return content[:at] + os.urandom(4096) + content[at + 4096 :]


@pytest.mark.parametrize("harm", [beginning, middle, end])
def test_a_damaged_file_is_not_used_and_named(world, tmp_path, harm):
    """F25: refuse to start, say which file, restore."""
    world.services["triage"].stop()
    path = tmp_path / "triage.sqlite"
    path.write_bytes(harm(path.read_bytes()))
    database = Database(f"sqlite:///{path}", "triage")

    with pytest.raises(Damaged, match=r"triage\.sqlite is damaged .*restore the last backup"):
        database.hold()

    database.close()


def test_the_product_does_not_start_on_a_damaged_file(tmp_path):
    (tmp_path / "intake.sqlite").write_bytes(b"no database at all " * 1000)

    ended = forked.run(["-m", "pprg_embedded", "run"], os.environ | {"VAR": str(tmp_path), "PORT": "0"})

    assert ended.returncode == 3
    assert "intake.sqlite is damaged" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_is_committed_is_on_the_disk_whichever_connection_committed_it(world):
    """A killed process cannot show it, as the system writes for it; a power cut would."""
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    found = set()
    for each in world.services.values():
        for engine in (each.database.engine, each.database._single):
            with engine.connect() as connection:
                found.add(tuple(connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas))

    assert found == {("wal", FULL, 1)}
