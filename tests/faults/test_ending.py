"""`make run` begins when it says so; at Ctrl-C and SIGTERM it finishes what is in hand, and starts nothing any more."""

import json
import os
import signal
import socket
import sqlite3
from contextlib import closing

import pytest
import requests
import sqlalchemy as sa

from faults.setups import NAMES, STARTED_SECONDS, Process
from invented import REFERRAL
from pprg_shared.audit.anchors import Anchors
from pprg_shared.audit.verifying import head_of, verified
from pprg_shared.boxes.tables import audit
from pprg_shared.database import Database
from waiting import eventually

#: A terminal tells everybody in the group, arbiter and worker; an init system tells the first process alone.
ENDS = {"Ctrl-C": (os.killpg, signal.SIGINT), "SIGTERM": (os.kill, signal.SIGTERM)}
HEAD = """POST /api/v1/referrals HTTP/1.1\r
Host: 127.0.0.1\r
Content-Type: application/json\r
Idempotency-Key: in hand\r
Content-Length: {}\r
Expect: 100-continue\r
\r
"""


@pytest.fixture
def world(tmp_path):
    process = Process("world", ["-m", "pprg_embedded", "run"], {"VAR": str(tmp_path)}, tmp_path)
    process.start()
    eventually(lambda: "ready: " in process.output.read_text(), STARTED_SECONDS, every=0.005)
    process.then = requests.get(f"http://127.0.0.1:{process.ops_port}/readyz", timeout=10)
    yield process
    if process.process.poll() is None:
        process.kill()


def test_all_are_ready_at_the_moment_it_says_so(world):
    found = world.then.json()

    assert (world.then.status_code, sorted(found["services"])) == (200, sorted(NAMES))
    assert [each for checks in found["services"].values() for each in checks.values() if not each["ok"]] == []
    assert world.output.read_text().count(f"ready: {world.address}\n") == 1


def answers(world):
    try:
        with socket.create_connection(("127.0.0.1", world.port), 1) as other:
            other.sendall(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return bool(other.recv(1))
    except OSError:
        return False


def stored(folder):
    with closing(sqlite3.connect(folder / "intake.sqlite")) as connection:
        return [reference for (reference,) in connection.execute("SELECT reference FROM referrals")]


def at_the_end(database, anchors):
    """What the last entry of a chain tells of, whose head is anchored."""
    with database.reading() as session:
        head = head_of(session)
        verb = session.scalar(sa.select(audit.c.verb).order_by(audit.c.sequence.desc()).limit(1))
    verdict = verified(database, anchors)
    assert (anchors.newest(), verdict.whole, verdict.entries) == (head, True, head.sequence if head else 0)
    return verb


@pytest.mark.fault("F56")
@pytest.mark.parametrize("how", ENDS)
def test_a_referral_that_is_half_sent_is_taken_before_the_end(world, tmp_path, how):
    tell, number = ENDS[how]
    body = json.dumps(REFERRAL).encode()
    with socket.create_connection(("127.0.0.1", world.port), 30) as link:
        link.sendall(HEAD.format(len(body)).encode() + body[:50])
        assert link.recv(100).startswith(b"HTTP/1.1 100")  # it is in hand

        tell(world.process.pid, number)
        eventually(lambda: not answers(world))
        link.sendall(body[50:])
        answer = b"".join(iter(lambda: link.recv(65536), b""))
    code = world.stopped()

    head, _, text = answer.decode().partition("\r\n\r\n")
    output = world.output.read_text()
    assert head.split()[1] == "201"
    assert stored(tmp_path) == [json.loads(text)["reference"]]
    assert code == 0
    assert output.count("stopped") == 1
    assert "Traceback" not in output
    found = {}
    for name in NAMES:
        database = Database(f"sqlite:///{tmp_path}/{name}.sqlite", name)
        database.hold()  # as whoever starts next
        found[name] = at_the_end(database, Anchors(tmp_path / "anchors", name))
        database.close()
    assert found["intake"] == "submit_referral"  # which nothing but the end itself can have anchored
