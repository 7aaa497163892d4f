"""What several hear is not safe because one of them has a queue: RabbitMQ itself proves no more than that."""

import threading
from contextlib import suppress

import pika
import pytest

from pprg_shared.bus import BusDown
from pprg_shared.rabbit import RabbitBus
from pprg_shared.rabbit.topology import EXCHANGE, queue_name

pytestmark = pytest.mark.broker


@pytest.fixture
def channel(private_rabbitmq):
    """An administrator's hand on the broker."""
    with pika.BlockingConnection(pika.URLParameters(private_rabbitmq.url)) as connection:
        yield connection.channel()


def speaker(rabbit):
    """A bus that knows: both hear of cases, the first alone of meetings."""
    both, alone = f"{rabbit.mark}.case.opened", f"{rabbit.mark}.meeting.held"
    hears = {both: [rabbit.name("first"), rabbit.name("second")], alone: [rabbit.name("first")]}
    made = rabbit.buses["speaker"] = RabbitBus(rabbit.broker.url, rabbit.name("speaker"), heard=hears)
    return made


def look_now(bus):
    bus._publisher.listeners._look_at = 0.0


@pytest.mark.fault("F41")
def test_what_one_of_two_has_no_queue_for_waits_until_it_is_back_and_all_else_goes(rabbit, channel):
    first = rabbit.listen("first", "case.opened", "meeting.held")
    second = rabbit.listen("second", "case.opened")
    bus = speaker(rabbit)
    returned = threading.Event()
    bus.on_return = returned.set
    rabbit.say(rabbit.message("case.opened.v1", b"before"))
    rabbit.eventually(lambda: first and second)
    rabbit.buses.pop("second").close()
    channel.queue_delete(queue_name(rabbit.name("second")))
    look_now(bus)

    for_both, for_one = rabbit.message("case.opened.v1", b"one"), rabbit.message("meeting.held.v1", b"two")
    confirmed = bus.publish([for_both, for_one])
    with pytest.raises(BusDown, match=queue_name(rabbit.name("second"))):
        bus.publish([for_both])
    rabbit.eventually(lambda: len(first) == 2)
    problem = bus.problem()
    rabbit.listen("second", "case.opened")

    assert confirmed == {for_one.id}
    assert first == [b"before", b"two"]
    assert queue_name(rabbit.name("second")) in problem
    assert returned.wait(10)
    assert bus.problem() is None
    rabbit.say(for_both)
    rabbit.eventually(lambda: second == [b"before", b"one"] and first[2:] == [b"one"])


def test_who_speaks_first_looks_first(rabbit):
    rabbit.listen("first", "case.opened")

    with pytest.raises(BusDown, match=queue_name(rabbit.name("second"))):
        speaker(rabbit).publish([rabbit.message("case.opened.v1", b"one")])

    assert rabbit.heard["first"] == []


def test_a_replay_does_not_wait_for_others(rabbit):
    first = rabbit.listen("first", "case.opened")

    with suppress(BusDown):
        speaker(rabbit).publish([rabbit.message("case.opened.v1")])
    rabbit.say(rabbit.message("case.opened.v1", b"again", to="first"))

    rabbit.eventually(lambda: first == [b"again"])


@pytest.mark.fault("F35", "F41")
def test_a_queue_that_was_gone_is_a_problem_until_somebody_says_again_what_lay_in_it(rabbit, channel):
    heard = rabbit.listen("first", "case.opened")
    bus = rabbit.bus("first")
    at_first = bus.problem()

    channel.queue_delete(queue_name(rabbit.name("first")))
    rabbit.eventually(lambda: "docs/how-to/replay.md" in (bus.problem() or ""))
    rabbit.say(rabbit.message("case.opened.v1", b"to all"))
    rabbit.eventually(lambda: heard == [b"to all"])
    still = bus.problem()
    rabbit.say(rabbit.message("case.opened.v1", b"again", to="first"))

    assert at_first is None
    assert queue_name(rabbit.name("first")) in still
    rabbit.eventually(lambda: bus.problem() is None)
    assert bus.connected()


@pytest.mark.fault("F35")
@pytest.mark.parametrize("has_heard", [True, False])
def test_a_queue_that_is_missing_at_the_start_is_one_for_whoever_has_heard_before(rabbit, has_heard):
    bus = rabbit.bus("first")
    bus.has_heard = lambda: has_heard
    rabbit.listen("first", "case.opened")

    rabbit.eventually(lambda: ("had to be made anew" in (bus.problem() or "")) is has_heard)


@pytest.mark.fault("F41")
def test_the_exchange_is_gone_and_with_it_what_was_bound(rabbit, channel):
    rabbit.listen("first", "case.opened")
    bus = rabbit.bus("first")

    channel.exchange_delete(EXCHANGE)
    bus._consumer._look_again = 0.0
    bus._consumer._live.link.soon(lambda: None)

    rabbit.eventually(lambda: f"{EXCHANGE} had to be made anew" in (bus.problem() or ""))
