"""definitions.json, loaded into a real broker: a login says only its own and hears only its own."""

import json
from uuid import uuid4

import pika
import pytest

from pprg_shared.bus import BusDown, Message
from pprg_shared.config import SettingsError
from pprg_shared.definitions import definitions, definitions_json, hash_name, hash_password
from pprg_shared.rabbit import RabbitBus
from pprg_shared.rabbit.topology import DEAD_EXCHANGE, EXCHANGE, dead_queue_name, queue_name
from pprg_shared.rabbit.wire import Encoder

pytestmark = pytest.mark.broker
VOICES = {
    "intake": (["referral.submitted", "nil-return.submitted"], ["case.opened"]),
    "triage": (["case.opened"], ["referral.submitted", "nil-return.submitted"]),
    "publisher": ([], ["case.opened"]),
}


@pytest.fixture(scope="module")
def loaded(private_rabbitmq):
    """The broker with our definitions."""
    hashes = {name: hash_password(f"{name}'s own") for name in VOICES}
    private_rabbitmq.load(definitions(VOICES, hashes))
    private_rabbitmq.load(definitions(VOICES, hashes))
    return private_rabbitmq


def address(broker, service):
    return broker.address(service, f"{service}'s own", "pprg")


@pytest.fixture
def login(loaded):
    """Channels of any login, as somebody who has stolen its password would open them."""
    open_now = []

    def channel(service):
        open_now.append(pika.BlockingConnection(pika.URLParameters(address(loaded, service))))
        return open_now[-1].channel()

    yield channel
    for each in open_now:
        each.close()


@pytest.fixture
def buses(loaded):
    said = [each for says, _ in VOICES.values() for each in says]
    hears = {each: [name for name, (_, heard) in VOICES.items() if each in heard] for each in said}
    made = {name: RabbitBus(address(loaded, name), name, heard=hears) for name in VOICES}
    yield made
    for each in made.values():
        each.close()


def refused(channel, act):
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as caught:
        act(channel)
    return caught.value.reply_code == 403


def test_services_with_these_logins_reach_one_another(buses, rabbit):
    heard = {name: [] for name in VOICES}

    def keep(name):
        return lambda bodies: heard[name].extend(bodies) or [True] * len(bodies)

    for name, (_, hears) in VOICES.items():
        buses[name].listen(name, hears, keep(name))
    for each in buses.values():
        rabbit.eventually(each.connected)

    assert buses["intake"].publish([Message(uuid4(), "nil-return.submitted.v2", b"nil")])
    assert buses["triage"].publish([Message(uuid4(), "case.opened.v1", b"case")])
    assert buses["triage"].publish([Message(uuid4(), "case.opened.v1", b"again", to="intake")])

    rabbit.eventually(lambda: all(heard.values()) and len(heard["intake"]) == 2)
    assert heard == {"intake": [b"case", b"again"], "triage": [b"nil"], "publisher": [b"case"]}


@pytest.mark.asvs("13.2.1", "13.2.2")
@pytest.mark.parametrize(
    ("service", "event_type", "to"),
    [
        ("intake", "case.opened.v1", None),
        ("intake", "case.opened.v1", "publisher"),
        ("intake", "referral.submitted.v1.v2", None),
        ("intake", "referralXsubmitted.v1", None),
        ("publisher", "case.opened.v1", None),
        ("publisher", "", None),
    ],
)
def test_nobody_says_what_is_not_theirs_to_say(buses, service, event_type, to):
    with pytest.raises(BusDown, match="ACCESS_REFUSED|no service listens to"):
        buses[service].publish([Message(uuid4(), event_type, b"forged", to=to)])


@pytest.mark.asvs("13.2.2")
def test_nobody_reads_or_touches_what_is_anothers(login):
    others = queue_name("triage")
    tries = [
        lambda channel: channel.basic_get(others),
        lambda channel: channel.basic_consume(others, print),
        lambda channel: channel.basic_get(dead_queue_name("triage")),
        lambda channel: channel.queue_purge(others),
        lambda channel: channel.queue_delete(others),
        lambda channel: channel.queue_bind(others, EXCHANGE, "case.opened.*"),
        lambda channel: channel.queue_bind(queue_name("intake"), EXCHANGE, "#"),
        lambda channel: channel.queue_bind(queue_name("intake"), EXCHANGE, "referral.submitted.*"),
        lambda channel: channel.queue_bind(queue_name("intake"), EXCHANGE, "to.triage.referral.submitted.*"),
        lambda channel: channel.queue_bind(dead_queue_name("intake"), DEAD_EXCHANGE, "triage"),
        lambda channel: channel.queue_declare("", exclusive=True),
        lambda channel: channel.exchange_delete(EXCHANGE),
        lambda channel: channel.exchange_declare("mine", "fanout"),
    ]

    assert [refused(login("intake"), each) for each in tries] == [True] * len(tries)


@pytest.mark.asvs("13.2.2")
@pytest.mark.parametrize(
    ("exchange", "key"),
    [("", "pprg.triage"), (DEAD_EXCHANGE, "triage"), (EXCHANGE, "case.opened.v1"), ("amq.topic", "case.opened.v1")],
)
def test_nobody_publishes_past_the_exchange(login, exchange, key):
    def publish(channel):
        channel.confirm_delivery()
        channel.basic_publish(exchange, key, b"forged")

    assert refused(login("intake"), publish)


@pytest.mark.fault("F41")
def test_a_missing_queue_is_put_back_with_the_service_s_own_login(loaded, buses, rabbit):
    loaded.ctl("--vhost", "pprg", "delete_queue", queue_name("publisher"))
    heard = []
    buses["publisher"].listen("publisher", ["case.opened"], lambda bodies: heard.extend(bodies) or [True] * len(bodies))
    rabbit.eventually(buses["publisher"].connected)

    buses["triage"].publish([Message(uuid4(), "case.opened.v1", b"case")])

    rabbit.eventually(lambda: b"case" in heard)


def test_a_login_sees_that_another_s_queue_is_missing(loaded, buses, rabbit):
    loaded.ctl("--vhost", "pprg", "delete_queue", queue_name("publisher"))

    with pytest.raises(BusDown, match=queue_name("publisher")):
        buses["triage"].publish([Message(uuid4(), "case.opened.v1", b"case")])

    buses["publisher"].listen("publisher", ["case.opened"], lambda bodies: [True] * len(bodies))
    rabbit.eventually(lambda: buses["triage"].problem() is None)
    assert buses["triage"].publish([Message(uuid4(), "case.opened.v1", b"case")])


def test_hearing_more_than_the_definitions_allow_is_reported(buses, rabbit):
    buses["publisher"].listen("publisher", ["case.opened", "referral.submitted"], lambda bodies: [True] * len(bodies))

    rabbit.eventually(lambda: "load the definitions.json of this version" in (buses["publisher"].problem() or ""))


def test_a_password_s_hash_is_salted_and_checkable():
    assert hash_password("test12", bytes.fromhex("908DC60A")) == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
    assert hash_password("same") != hash_password("same")


def test_a_missing_hash_is_named():
    class Mute:
        name, says, hears = "intake", (), {}

    with pytest.raises(SettingsError, match="INTAKE_BROKER_PASSWORD_HASH"):
        definitions_json([Mute()], {})
    assert (
        json.loads(definitions_json([Mute()], {hash_name("intake"): hash_password("x")}))["users"][0]["name"]
        == "intake"
    )


def test_queues_lose_nothing_by_arguments_that_old_and_new_brokers_know():
    kept = {"x-queue-type": "quorum", "x-overflow": "reject-publish", "x-delivery-limit": 1_000_000}
    dead = {"x-dead-letter-exchange": DEAD_EXCHANGE, "x-dead-letter-strategy": "at-least-once"}

    queues = {each["name"]: each for each in definitions(VOICES, dict.fromkeys(VOICES, ""))["queues"]}

    assert all(each["durable"] and not each["auto_delete"] for each in queues.values())
    assert {name: each["arguments"] for name, each in queues.items()} == {
        name: arguments
        for each in VOICES
        for name, arguments in (
            (queue_name(each), kept | dead | {"x-dead-letter-routing-key": each}),
            (dead_queue_name(each), kept),
        )
    }


def test_every_message_is_persistent_mandatory_and_known_by_its_id():
    message = Message(uuid4(), "case.opened.v1", b"body")

    rest, frames = Encoder(1, 4096).window([message]), []
    while rest:
        used, found = pika.frame.decode_frame(rest)
        frames.append(found)
        rest = rest[used:]
    method, header, body = frames

    assert (method.method.mandatory, method.method.exchange, method.method.routing_key) == (
        True,
        EXCHANGE,
        message.type,
    )
    assert (header.properties.delivery_mode, header.properties.message_id) == (2, str(message.id))
    assert (header.body_size, body.fragment) == (4, b"body")
