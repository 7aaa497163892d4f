"""What RabbitMQ, or somebody at it, may do to us: nothing confirmed is lost, and every call answers in time."""

import threading
import time

import pika
import pytest

from pprg_shared.bus import BATCH, DEADLINE, BusDown, Unheard
from pprg_shared.rabbit import RabbitBus
from pprg_shared.rabbit.consumer import PREFETCH
from pprg_shared.rabbit.topology import EXCHANGE, dead_queue_name, queue_name

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


@pytest.mark.fault("F30")
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


@pytest.mark.fault("F35", "F41", "F53")
def test_the_queue_is_deleted_while_running(rabbit, channel):
    heard = rabbit.listen("first", "case.opened")

    channel.queue_delete(queue_name(rabbit.name("first")))

    rabbit.say(rabbit.message("case.opened.v1", b"one"))
    rabbit.eventually(lambda: heard == [b"one"])


@pytest.mark.fault("F41")
def test_nobody_takes_a_message(rabbit):
    heard = rabbit.listen("first", "case.opened")
    lonely, welcome = rabbit.message("case.forgotten.v1"), rabbit.message("case.opened.v1", b"one")

    confirmed = rabbit.bus("speaker").publish([lonely, welcome])

    assert confirmed == {welcome.id}
    assert "no service listens to" in rabbit.bus("speaker").problem()
    rabbit.eventually(lambda: heard == [b"one"])
    assert rabbit.bus("speaker").publish([rabbit.message("case.opened.v1")])


@pytest.mark.fault("F41")
def test_the_exchange_is_deleted_while_running(rabbit, channel):
    heard = rabbit.listen("first", "case.opened")
    rabbit.say(rabbit.message("case.opened.v1", b"before"))

    channel.exchange_delete(EXCHANGE)
    seconds, words = timed(lambda: rabbit.bus("speaker").publish([rabbit.message("case.opened.v1")]))
    assert seconds < 1
    assert "no exchange" in words

    seconds, words = timed(lambda: rabbit.bus("speaker").publish([rabbit.message("case.opened.v1")]))
    assert "no service listens to" in words  # the exchange is back; the binding returns with the listener's next look
    look_again(rabbit, "first")
    rabbit.say(rabbit.message("case.opened.v1", b"after"))
    rabbit.eventually(lambda: heard == [b"before", b"after"])


@pytest.mark.fault("F41")
def test_a_binding_is_taken_away_while_running(rabbit, channel):
    heard = rabbit.listen("first", "case.opened")
    key, queue = f"{rabbit.mark}.case.opened.*", queue_name(rabbit.name("first"))
    lost = rabbit.message("case.opened.v1", b"one")

    channel.queue_unbind(queue, EXCHANGE, key)
    with pytest.raises(Unheard):
        rabbit.bus("speaker").publish([lost])
    look_again(rabbit, "first")

    rabbit.say(lost)
    rabbit.eventually(lambda: heard == [b"one"])


def look_again(rabbit, service):
    """A service's regular look at what must be there, now and not within the minute."""
    consumer = rabbit.bus(service)._consumer
    consumer._look_again = 0.0
    consumer._live.link.soon(lambda: None)


def unreadable(service_heard):
    """A listener that cannot read what begins with a question mark."""

    def receive(bodies):
        service_heard.extend(bodies)
        return [not each.startswith(b"?") for each in bodies]

    return receive


@pytest.mark.fault("F59")
def test_what_cannot_be_read_stays_where_it_is_until_dead_letters_have_a_queue_again(rabbit, channel, impatient, lines):
    """It is neither lost nor handed over again and again, and all else is heard."""
    heard = []
    rabbit.listen("first", "case.opened", receive=unreadable(heard))
    dead = dead_queue_name(rabbit.name("first"))

    channel.queue_delete(dead)
    rabbit.say(rabbit.message("case.opened.v1", b"?one"), rabbit.message("case.opened.v1", b"two"))
    rabbit.eventually(lambda: set(heard) == {b"?one", b"two"})
    look_again(rabbit, "first")

    rabbit.eventually(lambda: dead_letters_gone(lines) == [[dead]])
    rabbit.eventually(lambda: rabbit.unreadable("first") == [b"?one"])
    assert sorted(heard) == [b"?one", b"two"]
    assert rabbit.bus("first").problem() is None


@pytest.mark.long
@pytest.mark.fault("F59")
def test_what_cannot_be_read_waits_for_room_among_the_dead_letters(rabbit, channel, impatient):
    heard, taken = [], set()
    rabbit.listen("first", "case.opened", receive=unreadable(heard))
    name = rabbit.name("first")
    dead, said = dead_queue_name(name), {b"?%d" % number for number in range(20)}
    limit = '{"max-length":3,"overflow":"reject-publish"}'
    rabbit.broker.ctl("set_policy", name, f"^{dead}$", limit, "--apply-to", "queues")

    rabbit.say(*(rabbit.message("case.opened.v1", each) for each in sorted(said)[:10]))
    rabbit.eventually(lambda: len(rabbit.unreadable("first")) >= 3)
    rabbit.say(*(rabbit.message("case.opened.v1", each) for each in sorted(said)[10:]))
    rabbit.eventually(lambda: set(heard) == said)
    time.sleep(SETTLED_SECONDS)
    held = len(rabbit.unreadable("first"))

    def take():
        while (got := channel.basic_get(dead, auto_ack=True))[0]:
            taken.add(got[2])
        return taken == said

    rabbit.eventually(take, 60)
    assert held < len(said)
    assert sorted(heard) == sorted(said)
    rabbit.broker.ctl("clear_policy", name)


def dead_letters_gone(lines):
    return [each["made"] for each in lines if each["event"] == "dead letters may be gone"]


@pytest.fixture
def impatient(private_rabbitmq):
    """Within a second the broker tries again to hand over a dead letter that nobody has taken."""
    patience = "application:set_env(rabbit, dead_letter_worker_publisher_confirm_timeout, {})."
    private_rabbitmq.ctl("eval", patience.format(1000))
    yield
    private_rabbitmq.ctl("eval", patience.format(180_000))


@pytest.mark.fault("F54")
def test_whoever_hears_slowly_holds_no_more_than_it_asked_for_and_holds_up_nobody(rabbit):
    slow, go_on = [], threading.Event()

    def receive(bodies):
        go_on.wait(30)
        slow.extend(bodies)
        return [True] * len(bodies)

    rabbit.listen("slow", "case.opened", receive=receive)
    quick = rabbit.listen("quick", "case.opened")
    said = [b"%d" % number for number in range(5 * PREFETCH)]
    rabbit.say(*(rabbit.message("case.opened.v1", each) for each in said))

    rabbit.eventually(lambda: set(quick) == set(said))
    rabbit.eventually(lambda: waiting(rabbit, "slow") == len(said) - PREFETCH)
    assert len(rabbit.bus("slow")._consumer._live.arrived) < PREFETCH
    go_on.set()
    rabbit.eventually(lambda: set(slow) == set(said))
    assert sorted(slow) == sorted(said)
    assert max(rabbit.sizes) <= BATCH


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


#: How the broker comes to be short of something, and how it is well again.
SHORT = {
    "memory": ("set_vm_memory_high_watermark", "0.00001", "0.4"),
    "disk": ("set_disk_free_limit", "999999GB", "50MB"),
}


@pytest.mark.parametrize(
    "what", [pytest.param("memory", id="F38-memory"), pytest.param("disk", id="F39-disk", marks=pytest.mark.long)]
)
def test_what_the_broker_needs_runs_short(rabbit, what):
    """Nobody may speak, and whoever hears goes on hearing what lies there."""
    command, short, well = SHORT[what]
    heard, go_on = [], threading.Event()

    def receive(bodies):
        go_on.wait(30)
        heard.extend(bodies)
        return [True] * len(bodies)

    rabbit.listen("first", "case.opened", receive=receive)
    bus = rabbit.bus("speaker")
    returned = threading.Event()
    bus.on_return = returned.set
    before = [b"before %d" % number for number in range(PREFETCH + 50)]
    rabbit.say(*(rabbit.message("case.opened.v1", each) for each in before))

    rabbit.broker.ctl(command, short)
    try:
        first, words = timed(lambda: bus.publish([rabbit.message("case.opened.v1", b"during")]))
        assert "short of memory or disk" in words
        again, _ = timed(lambda: bus.publish([rabbit.message("case.opened.v1", b"during")]))
        assert not bus.connected()
        go_on.set()
        rabbit.eventually(lambda: set(before) <= set(heard))
    finally:
        go_on.set()
        rabbit.broker.ctl(command, well)

    assert first < 3
    assert again < 0.5
    assert returned.wait(5)
    rabbit.say(rabbit.message("case.opened.v1", b"after"))
    rabbit.eventually(lambda: b"after" in heard)
    assert bus.problem() is None


@pytest.mark.fault("F33")
def test_the_broker_freezes(rabbit, deadline):
    heard = rabbit.listen("first", "case.opened")
    bus = rabbit.bus("speaker")
    rabbit.say(rabbit.message("case.opened.v1", b"before"))

    rabbit.broker.freeze()
    try:
        seconds, words = timed(lambda: bus.publish([rabbit.message("case.opened.v1", b"during")]))
    finally:
        rabbit.broker.thaw()

    assert seconds < deadline
    assert words == "the broker does not answer"
    rabbit.say(rabbit.message("case.opened.v1", b"after"))
    rabbit.eventually(lambda: {b"before", b"after"} <= set(heard))


@pytest.mark.fault("F51", "F53", "F55")
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


@pytest.mark.fault("F53")
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


@pytest.mark.fault("F52")
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


@pytest.mark.fault("F56")
def test_closing_finishes_and_acknowledges_the_batch_in_hand(rabbit):
    began = threading.Event()

    def receive(bodies):
        began.set()
        time.sleep(1)
        return [True] * len(bodies)

    rabbit.listen("first", "case.opened", receive=receive)
    rabbit.say(rabbit.message("case.opened.v1", b"one"))
    assert began.wait(5)
    asked = time.monotonic()
    rabbit.buses.pop("first").close()

    assert time.monotonic() - asked < DEADLINE
    rabbit.eventually(lambda: waiting(rabbit, "first") == 0)
    assert not [each for each in threading.enumerate() if each.name.startswith(rabbit.name("first"))]


@pytest.mark.fault("F56")
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


@pytest.mark.fault("F42")
def test_a_queue_with_other_arguments_is_reported_and_left_alone_until_somebody_deletes_it(rabbit, channel, lines):
    name = rabbit.name("first")
    channel.queue_declare(queue_name(name), durable=True)
    channel.basic_publish("", queue_name(name), b"of somebody else")
    bus = rabbit.bus("first")
    bus.listen(name, [f"{rabbit.mark}.case.opened"], lambda bodies: [True] * len(bodies))

    rabbit.eventually(lambda: "exists with other arguments" in (bus.problem() or ""))
    assert not bus.connected()
    assert [each["event"] for each in lines if "exists with other arguments" in each.get("why", "")] == [
        "not subscribed"
    ]
    assert waiting(rabbit, "first") == 1

    channel.queue_delete(queue_name(name))
    rabbit.eventually(bus.connected)
    assert bus.problem() is None


@pytest.mark.fault("F44")
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
