"""One of two processes that share a queue freezes, with messages in hand, and thaws when the other has handled them."""

import os
import signal

import pytest

from faults.grown import Grown
from faults.scenario import Client, Office
from waiting import eventually

REFERRALS = 8


@pytest.mark.broker
@pytest.mark.database
@pytest.mark.long
@pytest.mark.fault("F55")
def test_what_one_of_two_does_after_it_thaws_has_no_effect_any_more(tmp_path, private_rabbitmq, postgres):
    """The broker takes it for dead after two heartbeats and gives what it had to the other."""
    grown = Grown(tmp_path, private_rabbitmq, postgres, replicas={"triage": 2})
    for each in grown.of("triage"):
        each.environment["BROKER_URL"] += "?heartbeat=2"
    with grown.running() as setup:
        frozen, other = setup.of("triage")
        office = Office(Client(setup.addresses | {"triage": [other.address]}, setup.secrets["SIGN_IN_KEY"]))
        office.whole_case()

        os.killpg(frozen.process.pid, signal.SIGSTOP)
        try:
            for each in [office.refer() for _ in range(REFERRALS)]:
                office.case(each)
        finally:
            os.killpg(frozen.process.pid, signal.SIGCONT)
        eventually(lambda: frozen.output.read_text().count("] subscribed") == 2)
        office.whole_case()
        found = setup.check(office.told)

    assert "not subscribed" in frozen.output.read_text()
    assert found == []
