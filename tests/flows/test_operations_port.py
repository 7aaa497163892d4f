"""The operations port: alive, ready, metrics, for one service and for the whole world."""

import pytest
from werkzeug.test import Client

from pprg_shared.health import Operations

pytestmark = pytest.mark.both_databases


@pytest.fixture
def port(world):
    return Client(Operations(list(world.services.values())))


def test_it_lives(port):
    answer = port.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_is_not_ready_before_its_loops_turn_and_says_so(port):
    answer = port.get("/readyz")
    assert answer.status_code == 503
    assert not answer.json["ready"]
    parts = answer.json["services"]["triage"]
    assert parts["database"] == {"ok": True, "detail": "answers"}
    assert parts["loop"] == {"ok": False, "detail": "no beat for a minute"}


def test_it_is_ready_when_its_loops_turn(port, world):
    for each in world.services.values():
        each.start()
    assert port.get("/readyz").json["ready"]


def test_metrics_count_what_waits(port):
    answer = port.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert 'pprg_box_waiting{box="outbox",service="intake"} 0.0' in answer.text


def test_there_is_nothing_else_and_nothing_to_change(port):
    assert port.get("/cases").status_code == 404
    assert port.post("/healthz").status_code == 405
    assert port.head("/healthz").data == b""
