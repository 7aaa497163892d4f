"""What may happen on the way to RabbitMQ: a confirm is lost, a link is reset or stalls, a login is refused."""

import dataclasses
import shutil
import threading
import time
from secrets import token_hex
from uuid import uuid4

import pika
import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from invented import REFERRAL
from pprg_intake.service import service as intake
from pprg_shared.boxes.operations import replay
from pprg_shared.boxes.tables import outbox
from pprg_shared.bus import BusDown
from pprg_shared.health import Operations
from pprg_shared.rabbit import RabbitBus
from pprg_shared.rabbit.backoff import AWAY_SECONDS, REFUSED_SECONDS, BackOff
from pprg_shared.rabbit.topology import EXCHANGE, queue_name
from pprg_shared.service import Runtime
from pprg_triage.models import Case
from pprg_triage.service import service as triage
from rabbitmq import USER
from spared import APPS
from waiting import eventually
from wire import Wire

pytestmark = pytest.mark.broker
SAID = "referral.submitted.v1"
AWAY_FOR_SECONDS = 1.5
#: In that time each of the two links of a service calls at once and after 0.1, 0.3, 0.7 and 1.5 seconds at the soonest.
MOST_CALLS = 2 * 2 * 5 + 4


class Pair:
    """Intake and triage at work, each on a wire of its own to the broker."""

    def __init__(self, settings, address, broker_port):
        self.wires = {each.name: Wire("127.0.0.1", broker_port) for each in (intake, triage)}
        self.alive = {each.name: self._alive(each, settings, address) for each in (intake, triage)}
        self.app = APPS.lent(self.alive["intake"])

    def _alive(self, service, settings, address):
        bus = RabbitBus(address(self.wires[service.name].port), service.name)
        made = Runtime(service, settings, bus)
        bus.on_return = made.hurry
        made.migrate()
        made.listen()
        made.start()
        return made

    def refer(self):
        """Somebody refers; the reference, and how long the answer took."""
        began = time.monotonic()
        headers = {"Idempotency-Key": str(uuid4())}
        sent = self.app.test_client().post("/api/v1/referrals", json=REFERRAL, headers=headers)
        assert sent.status_code == 201
        return sent.json["reference"], time.monotonic() - began

    def cases(self):
        with self.alive["triage"].database.reading() as session:
            return session.scalars(sa.select(Case.reference)).all()

    def waiting(self):
        """The referrals that intake has not said yet, with what it says about that."""
        which = (outbox.c.type == SAID, outbox.c.done_at.is_(None))
        with self.alive["intake"].database.reading() as session:
            return session.scalars(sa.select(outbox.c.problem).where(*which)).all()

    def arrived(self, reference):
        return reference in self.cases() and not self.waiting()

    def broker(self, service):
        """What the operations port says of the link to the broker."""
        port = Client(Operations([self.alive[service]]))
        return port.get("/readyz").json["services"][service]["broker"]

    def well(self):
        return all(self.broker(name)["ok"] for name in self.alive)

    def close(self):
        APPS.back({self.alive["intake"]: self.app})
        for each in self.alive.values():
            each.stop()
        for each in self.wires.values():
            each.close()


@pytest.fixture(scope="module")
def address(private_rabbitmq):
    """Gives the address by which a login may do everything on a virtual host of this module's, through any port."""
    name, everything = f"links-{token_hex(4)}", dict.fromkeys(("configure", "write", "read"), ".*")
    permission = {"user": USER, "vhost": name, **everything}
    private_rabbitmq.load({"vhosts": [{"name": name}], "permissions": [permission]})
    direct = private_rabbitmq.address(USER, private_rabbitmq.password, name)
    return lambda port: direct.replace(f":{private_rabbitmq.port}/", f":{port}/")


@pytest.fixture(scope="module")
def pair(address, begun, sealed_with, tmp_path_factory, private_rabbitmq):
    """The same two throughout: whatever a test does to them, they are well again without being started anew."""
    folder = tmp_path_factory.mktemp("pair")
    shutil.copytree(begun, folder, dirs_exist_ok=True)
    settings = dataclasses.replace(sealed_with, var=str(folder), limits=False)
    made = Pair(settings, address, private_rabbitmq.port)
    eventually(made.well)
    yield made
    made.close()


@pytest.fixture
def channel(address, private_rabbitmq):
    """An administrator's hand on that virtual host."""
    with pika.BlockingConnection(pika.URLParameters(address(private_rabbitmq.port))) as connection:
        yield connection.channel()


@pytest.fixture
def copies(channel):
    """How many copies of referrals have gone over the broker since the test began."""
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, EXCHANGE, SAID)
    return lambda: channel.queue_declare(queue, passive=True).method.message_count


@pytest.mark.fault("F29")
def test_what_is_not_known_to_be_safe_because_its_confirm_is_lost_is_said_again_and_has_one_effect(pair, copies):
    pair.wires["intake"].lose_the_reply_to(SAID.encode())

    reference, _ = pair.refer()

    eventually(lambda: copies() == 2)
    assert eventually(lambda: pair.arrived(reference))
    assert pair.wires["intake"].lost.is_set()
    assert pair.cases().count(reference) == 1
    assert eventually(pair.well)


@pytest.mark.fault("F36")
def test_links_that_are_reset_are_made_again_by_themselves_and_in_no_storm(pair):
    wires = pair.wires.values()
    calls = -sum(each.knocks for each in wires)
    for each in wires:
        each.refusing = True
        each.cut()
    reference, took = pair.refer()
    eventually(lambda: not any(pair.broker(name)["ok"] for name in pair.alive))
    eventually(lambda: any("The bus did not take it" in (each or "") for each in pair.waiting()))

    time.sleep(AWAY_FOR_SECONDS)
    calls += sum(each.knocks for each in wires)
    for each in wires:
        each.refusing = False

    assert took < 2
    assert 4 <= calls <= MOST_CALLS
    assert eventually(lambda: pair.arrived(reference))
    assert pair.cases().count(reference) == 1
    assert eventually(pair.well)


@pytest.mark.fault("F35")
def test_what_lay_in_a_queue_that_is_gone_is_missed_and_said_again_by_a_replay(pair, channel):
    wire = pair.wires["triage"]
    wire.refusing = True
    wire.cut()
    eventually(lambda: not pair.broker("triage")["ok"])
    reference, _ = pair.refer()
    eventually(lambda: not pair.waiting())

    channel.queue_delete(queue_name("triage"))
    wire.refusing = False
    eventually(lambda: "docs/how-to/replay.md" in pair.broker("triage")["detail"])
    missed = reference not in pair.cases()
    replay(pair.alive["intake"], "triage", None, lambda _count: None)

    assert missed
    assert eventually(lambda: reference in pair.cases())
    assert eventually(lambda: "docs/how-to/replay.md" not in pair.broker("triage")["detail"])
    assert len(pair.cases()) == len(set(pair.cases()))


@pytest.mark.long
@pytest.mark.fault("F39")
def test_forms_are_taken_while_the_broker_takes_nothing_and_what_they_say_goes_out_once_it_does(pair, private_rabbitmq):
    private_rabbitmq.ctl("set_disk_free_limit", "999999GB")
    try:
        reference, took = pair.refer()
        (why,) = eventually(lambda: [each for each in pair.waiting() if each])
        said = pair.broker("intake")
    finally:
        private_rabbitmq.ctl("set_disk_free_limit", "50MB")

    assert took < 2
    assert "short of memory or disk" in why
    assert not said["ok"]
    assert eventually(lambda: pair.arrived(reference))
    assert eventually(pair.well)


@pytest.mark.fault("F36", "F44")
@pytest.mark.parametrize(
    ("lasting", "longest"), [(False, AWAY_SECONDS), (True, REFUSED_SECONDS)], ids=["away", "refused"]
)
def test_the_waits_double_up_to_a_bound_and_no_two_are_alike(lasting, longest):
    def waits():
        pause = BackOff()
        for _ in range(20):
            pause.failed(lasting=lasting)
            yield pause.left
        pause.worked()
        yield pause.left

    several = [list(waits()) for _ in range(20)]

    first = min(longest, 1.0 if lasting else 0.2)
    bounds = [min(longest, first * 2**number) for number in range(20)]
    for *some, after in several:
        assert all(bound / 2 - 0.05 < wait <= bound for wait, bound in zip(some, bounds, strict=True))
        assert after == 0
    assert len({round(each[-2], 3) for each in several}) > 10


@pytest.fixture
def speaker(rabbit):
    """A bus that speaks through a wire, and the wire."""
    wire = Wire("127.0.0.1", rabbit.broker.port)
    bus = rabbit.buses["speaker"] = RabbitBus(through(wire, rabbit.broker), rabbit.name("speaker"))
    yield bus, wire
    wire.close()


def through(wire, broker, query=""):
    return broker.url.replace(f":{broker.port}/", f":{wire.port}/") + query


def told(bus, message):
    """How long it took to be told that the broker does not answer."""
    began = time.monotonic()
    with pytest.raises(BusDown, match="the broker does not answer"):
        bus.publish([message])
    assert not bus.connected()
    return time.monotonic() - began


@pytest.mark.fault("F37")
@pytest.mark.parametrize("way", ["questions", "answers"])
def test_whoever_speaks_over_a_link_that_stalls_one_way_is_told_in_time_and_takes_another(
    rabbit, speaker, deadline, way
):
    heard = rabbit.listen("first", "case.opened")
    bus, wire = speaker
    rabbit.say(rabbit.message("case.opened.v1", b"before"))
    during = rabbit.message("case.opened.v1", b"during")

    wire.hold_back(way)
    took = [told(bus, during) for _ in range(2)]
    wire.let_go()

    assert max(took) < deadline
    rabbit.say(during)
    rabbit.eventually(lambda: set(heard) == {b"before", b"during"})
    assert wire.knocks > 1
    assert bus.problem() is None


@pytest.mark.fault("F33")
@pytest.mark.usefixtures("deadline")
def test_a_link_that_is_late_once_is_kept_for_the_answers_that_still_come(rabbit, speaker, lines):
    """A node that freezes is replaced later than anybody waits; a fresh channel would learn of it last of all."""
    heard, returned = rabbit.listen("first", "case.opened"), threading.Event()
    bus, wire = speaker
    bus.on_return = returned.set
    rabbit.say(rabbit.message("case.opened.v1", b"before"))

    wire.hold_back("answers")
    told(bus, rabbit.message("case.opened.v1", b"during"))
    rabbit.eventually(lambda: b"during" in heard)
    rabbit.eventually(lambda: "broker is away" in [each["event"] for each in lines])
    wire.let_go()

    assert returned.wait(10)
    assert bus.connected()
    assert bus.problem() is None
    after = rabbit.message("case.opened.v1", b"after")
    assert bus.publish([after]) == {after.id}
    rabbit.eventually(lambda: heard == [b"before", b"during", b"after"])
    assert wire.knocks == 1


@pytest.mark.long
@pytest.mark.fault("F37")
@pytest.mark.parametrize("way", ["questions", "answers"])
def test_a_link_on_which_nothing_comes_through_is_ended_by_its_heartbeat(rabbit, way):
    """The broker gives up after two of them; pika waits five seconds more than one."""
    wire, name = Wire("127.0.0.1", rabbit.broker.port), rabbit.name("first")
    bus = rabbit.buses["first"] = RabbitBus(through(wire, rabbit.broker, "?heartbeat=1"), name)
    heard = rabbit.listen("first", "case.opened")

    wire.hold_back(way)
    rabbit.say(rabbit.message("case.opened.v1", b"meanwhile"))
    rabbit.eventually(lambda: not bus.connected())
    wire.let_go()

    rabbit.eventually(bus.connected)
    rabbit.say(rabbit.message("case.opened.v1", b"after"))
    rabbit.eventually(lambda: set(heard) == {b"meanwhile", b"after"})
    wire.close()


@pytest.mark.fault("F44")
def test_a_virtual_host_that_is_not_open_to_the_login_is_reported_and_not_asked_for_again_and_again(rabbit, lines):
    wire = Wire("127.0.0.1", rabbit.broker.port)
    bus = RabbitBus(through(wire, rabbit.broker).rpartition("/")[0] + "/elsewhere", "first")
    for _ in range(50):
        with pytest.raises(BusDown, match="virtual host|elsewhere"):
            bus.publish([rabbit.message("case.opened.v1")])
    said = f"{bus.problem()} {lines}"
    bus.close()
    wire.close()

    assert 1 <= wire.knocks <= 2
    assert not bus.connected()
    assert rabbit.broker.password not in said
