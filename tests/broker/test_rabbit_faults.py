"""What RabbitMQ, or somebody at it, may do to us: nothing confirmed is lost, and every call answers in time."""

import threading
import time

import pika
import pytest

from pprg_shared.bus import DEADLINE, BusDown
from pprg_shared.rabbit import RabbitBus
from pprg_shared.rabbit.topology import EXCHANGE, queue_name

pytestmark = pytest.mark.broker
#: RabbitMQ 3.10 never finds a leader again for a quorum queue that died within half a second of its birth.
SETTLED_SECONDS = 1.5
#: Milliseconds that a consumer may take to acknowledge, and between two looks at that.
LIMIT = "application:set_env(rabbit, consumer_timeout, {}), application:set_env(rabbit, channel_tick_interval, {})."


@pytest.fixture
def channel(private_rabbitmq):
    """An administrator's hand on the broker."""
    connection = pika.BlockingConnection(pika.URLParameters(private_rabbitmq.url))
    yield connection.channel()
    if connection.is_open:
        connection.close()


def timed(act):
    began = time.monotonic()
    with pytest.raises(BusDown) as caught:
        act()
    return time.monotonic() - began, str(caught.value)


def test_the_broker_is_killed_and_comes_back(rabbit):
    heard = rabbit.listen("first", "case.opened")
    returned = threading.Event()
    rabbit.bus("speaker").on_return = returned.set
    rabbit.say(*(rabbit.message("case.opened.v1", b"before %d" % n) for n in range(20)))
    time.sleep(SETTLED_SECONDS)
    rabbit.broker.kill()

    seconds, words = timed(lambda: rabbit.bus("speaker").publish([rabbit.message("case.opened.v1")]))
    rabbit.eventually(lambda: not rabbit.bus("first").connected())
    rabbit.broker.start()

    assert seconds < 1
    assert "Connection re" in words
    assert returned.wait(10)
    rabbit.say(rabbit.message("case.opened.v1", b"after"))
    rabbit.eventually(lambda: b"after" in heard)
    assert set(heard) == {b"after", *(b"before %d" % n for n in range(20))}
    rabbit.eventually(rabbit.bus("first").connected)
    assert rabbit.bus("first").problem() is None


def test_the_queue_is_deleted_while_running(rabbit, channel):
    heard = rabbit.listen("first", "case.opened")

    channel.queue_delete(queue_name(rabbit.name("first")))

    rabbit.say(rabbit.message("case.opened.v1", b"one"))
    rabbit.eventually(lambda: heard == [b"one"])


def test_nobody_takes_a_message(rabbit):
    heard = rabbit.listen("first", "case.opened")
    lonely, welcome = rabbit.message("case.forgotten.v1"), rabbit.message("case.opened.v1", b"one")

    confirmed = rabbit.bus("speaker").publish([lonely, welcome])

    assert confirmed == {welcome.id}
    assert "no service listens to" in rabbit.bus("speaker").problem()
    rabbit.eventually(lambda: heard == [b"one"])
    assert rabbit.bus("speaker").publish([rabbit.message("case.opened.v1")])


def test_the_exchange_is_deleted_while_running(rabbit, channel):
    heard = rabbit.listen("first", "case.opened")
    rabbit.say(rabbit.message("case.opened.v1", b"before"))

    channel.exchange_delete(EXCHANGE)
    seconds, words = timed(lambda: rabbit.bus("speaker").publish([rabbit.message("case.opened.v1")]))
    assert seconds < 1
    assert "no exchange" in words

    seconds, words = timed(lambda: rabbit.bus("speaker").publish([rabbit.message("case.opened.v1")]))
    assert "no service listens to" in words  # the exchange is back; the binding returns with the listener's next look
    rabbit.bus("first")._consumer._look_again = 0.0
    rabbit.bus("first")._consumer._live.link.soon(lambda: None)
    rabbit.say(rabbit.message("case.opened.v1", b"after"))
    rabbit.eventually(lambda: heard == [b"before", b"after"])


def test_a_full_queue_refuses_and_a_fresh_channel_goes_on(rabbit):
    name = rabbit.name("first")
    released = threading.Event()

    def receive(bodies):
        released.wait(30)
        return [True] * len(bodies)

    rabbit.listen("first", "case.opened", receive=receive)
    pattern = f"^{queue_name(name)}$"
    rabbit.broker.ctl(
        "set_policy", name, pattern, '{"max-length":20,"overflow":"reject-publish"}', "--apply-to", "queues"
    )
    bus = rabbit.bus("speaker")
    confirmed, sent = set(), []
    with pytest.raises(BusDown, match="refuses messages"):
        for _ in range(20):
            window = [rabbit.message("case.opened.v1") for _ in range(100)]
            sent += window
            confirmed |= bus.publish(window)
    assert "refuses messages" in bus.problem()
    assert len(confirmed) < len(sent)

    released.set()
    rabbit.broker.ctl("clear_policy", name)
    rabbit.say(rabbit.message("case.opened.v1", b"after"))
    assert bus.problem() is None


def test_memory_runs_short(rabbit):
    heard = rabbit.listen("first", "case.opened")
    bus = rabbit.bus("speaker")
    returned = threading.Event()
    bus.on_return = returned.set
    rabbit.say(rabbit.message("case.opened.v1", b"before"))

    rabbit.broker.ctl("set_vm_memory_high_watermark", "0.00001")
    try:
        first, words = timed(lambda: bus.publish([rabbit.message("case.opened.v1", b"during")]))
        assert "short of memory" in words
        again, _ = timed(lambda: bus.publish([rabbit.message("case.opened.v1", b"during")]))
        assert not bus.connected()
    finally:
        rabbit.broker.ctl("set_vm_memory_high_watermark", "0.4")

    assert first < 3
    assert again < 0.5
    assert returned.wait(5)
    rabbit.say(rabbit.message("case.opened.v1", b"after"))
    rabbit.eventually(lambda: b"after" in heard)
    assert bus.problem() is None


def test_the_broker_freezes(rabbit):
    heard = rabbit.listen("first", "case.opened")
    bus = rabbit.bus("speaker")
    rabbit.say(rabbit.message("case.opened.v1", b"before"))

    rabbit.broker.freeze()
    try:
        seconds, words = timed(lambda: bus.publish([rabbit.message("case.opened.v1", b"during")]))
    finally:
        rabbit.broker.thaw()

    assert seconds < DEADLINE
    assert words == "the broker does not answer"
    rabbit.say(rabbit.message("case.opened.v1", b"after"))
    rabbit.eventually(lambda: {b"before", b"after"} <= set(heard))


def test_the_channel_is_closed_because_the_work_took_too_long(rabbit):
    rabbit.broker.ctl("eval", LIMIT.format(1000, 500))
    heard = []

    def receive(bodies):
        heard.extend(bodies)
        if len(heard) == 1:
            time.sleep(4)
        return [True] * len(bodies)

    try:
        rabbit.listen("first", "case.opened", receive=receive)
        rabbit.say(rabbit.message("case.opened.v1", b"one"))
        rabbit.eventually(lambda: len(heard) == 2)
    finally:
        rabbit.broker.ctl("eval", LIMIT.format(1_800_000, 60_000))
    rabbit.say(rabbit.message("case.opened.v1", b"two"))
    rabbit.eventually(lambda: b"two" in heard)
    assert heard.count(b"one") == 2  # once late, once again: the inbox takes care of it


def test_an_odd_error_beside_work_that_fails_costs_no_message(rabbit):
    heard, tries = [], []

    def odd():
        raise ValueError("as pika raises now and then")

    def receive(bodies):
        tries.append(bodies)
        if len(tries) == 1:
            live = rabbit.bus("first")._consumer._live
            live.link.soon(odd)
            assert live.over.wait(10)
            raise OSError("the database is away")
        heard.extend(bodies)
        return [True] * len(bodies)

    rabbit.listen("first", "case.opened", receive=receive)
    rabbit.say(rabbit.message("case.opened.v1", b"one"))

    rabbit.eventually(lambda: heard)
    rabbit.say(rabbit.message("case.opened.v1", b"two"))
    rabbit.eventually(lambda: heard == [b"one", b"two"])
    rabbit.eventually(lambda: waiting(rabbit, "first") == 0)


def test_work_may_take_longer_than_the_heartbeat(rabbit):
    heard = []

    def receive(bodies):
        heard.extend(bodies)
        time.sleep(4)
        return [True] * len(bodies)

    rabbit.listen("first", "case.opened", receive=receive, query="?heartbeat=1")
    live = rabbit.bus("first")._consumer._live
    rabbit.say(rabbit.message("case.opened.v1", b"one"))
    rabbit.eventually(lambda: heard)
    time.sleep(4.5)

    assert rabbit.bus("first")._consumer._live is live
    assert heard == [b"one"]
    rabbit.eventually(lambda: waiting(rabbit, "first") == 0)


def waiting(rabbit, service):
    connection = pika.BlockingConnection(pika.URLParameters(rabbit.broker.url))
    count = connection.channel().queue_declare(queue_name(rabbit.name(service)), passive=True).method.message_count
    connection.close()
    return count


def test_closing_finishes_and_acknowledges_the_batch_in_hand(rabbit):
    began = threading.Event()

    def receive(bodies):
        began.set()
        time.sleep(1)
        return [True] * len(bodies)

    rabbit.listen("first", "case.opened", receive=receive)
    rabbit.say(rabbit.message("case.opened.v1", b"one"))
    assert began.wait(5)
    rabbit.buses.pop("first").close()

    rabbit.eventually(lambda: waiting(rabbit, "first") == 0)
    assert not [each for each in threading.enumerate() if each.name.startswith(rabbit.name("first"))]


def test_closing_does_not_wait_for_a_database_that_stays_away(rabbit):
    failed = threading.Event()

    def receive(_bodies):
        failed.set()
        raise OSError("the database is away")

    rabbit.listen("first", "case.opened", receive=receive)
    rabbit.say(rabbit.message("case.opened.v1", b"one"))
    assert failed.wait(5)
    rabbit.eventually(lambda: "arrivals cannot be stored" in (rabbit.bus("first").problem() or ""))
    began = time.monotonic()
    rabbit.buses.pop("first").close()

    assert time.monotonic() - began < DEADLINE
    rabbit.eventually(lambda: waiting(rabbit, "first") == 1)  # the broker puts it back once it has seen the link end


def test_a_queue_with_other_arguments_is_reported_and_left_alone(rabbit, channel):
    name = rabbit.name("first")
    channel.queue_declare(queue_name(name), durable=True)
    bus = rabbit.bus("first")
    bus.listen(name, [f"{rabbit.mark}.case.opened"], lambda bodies: [True] * len(bodies))

    rabbit.eventually(lambda: "exists with other arguments" in (bus.problem() or ""))
    assert not bus.connected()


def test_a_wrong_password_is_reported_without_being_shown(rabbit):
    bus = RabbitBus(rabbit.broker.address("tests", "hunter2"), "first")
    try:
        _, words = timed(lambda: bus.publish([rabbit.message("case.opened.v1")]))
        assert words.startswith("the broker refuses the login")
        quickly, words = timed(lambda: bus.publish([rabbit.message("case.opened.v1")]))
        assert quickly < 0.1
        assert "next try in" in words
        assert "hunter2" not in f"{words} {bus.problem()}"
    finally:
        bus.close()


@pytest.mark.parametrize("url", ["", "http://broker.example", "amqp://user:hunter2@host:port/", "amqp://h?heartbeat=x"])
def test_an_address_that_is_none_is_refused_without_being_shown(url):
    with pytest.raises(ValueError, match="BROKER_URL") as caught:
        RabbitBus(url, "first")

    assert "hunter2" not in str(caught.value)
