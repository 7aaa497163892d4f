import pytest

from pprg_shared.boxes.commands import listed
from pprg_shared.bus import BusDown, Message
from pprg_shared.local import LocalBus

pytestmark = pytest.mark.both_databases


def test_nothing_is_lost_that_is_said_before_everybody_listens(alive, clock):
    alive["intake"].listen()

    alive["intake"].drain()
    waiting = listed(alive["intake"], "outbox", "waiting", 100)
    for each in alive.values():
        each.listen()
    clock.forward(minutes=5)
    alive["intake"].drain()

    assert len(waiting) > 10
    assert "not listening yet" in waiting[0]["problem"]
    assert listed(alive["intake"], "outbox", "waiting", 100) == []
    assert len(listed(alive["notifier"], "inbox", "done", 100)) == len(waiting)


def test_a_bus_without_its_listeners_says_so():
    with pytest.raises(BusDown, match="triage"):
        LocalBus(["triage"]).publish([Message(None, "a.b.v1", b"")])
