"""Names of those whom a case is about are in no message, neither in a queue nor among the dead letters."""

import secrets

import pika
import pytest
import sqlalchemy as sa

from broker.conftest import bodies_in
from invented import REFERRAL
from pprg_embedded.world import SERVICES
from pprg_shared.boxes.outgoing import Outbox
from pprg_shared.boxes.tables import inbox
from pprg_shared.bus import Message
from pprg_shared.contract import EVENTS, Envelope
from pprg_shared.definitions import definitions
from pprg_shared.events.intake import ReferralSubmitted
from pprg_shared.rabbit import RabbitBus
from pprg_shared.rabbit.topology import dead_queue_name, queue_name
from waiting import eventually

pytestmark = pytest.mark.broker
SUBJECT, FAMILY, TOLD, REFERRER = CANARIES = ("Quillfeather", "Wrenbury", "Thistledown", "Marshwiggle")
HEARS = {each.name: {event.event_name for event in each.hears} for each in SERVICES}
SAYS = {each.name: {event.event_name for event in each.says} for each in SERVICES}


@pytest.fixture
def url(private_rabbitmq):
    """A virtual host with the queues of all services, which nobody hears."""
    vhost, user = f"canaries-{secrets.token_hex(4)}", private_rabbitmq.url.partition("//")[2].partition(":")[0]
    loaded = definitions({name: (SAYS[name], HEARS[name]) for name in SAYS}, dict.fromkeys(SAYS, ""), vhost)
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    loaded["permissions"].append({"user": user, "vhost": vhost, **everything})
    private_rabbitmq.load(loaded)
    return f"{private_rabbitmq.url.rpartition('/')[0]}/{vhost}"


@pytest.fixture
def bus(url):
    """Makes a bus on that virtual host, as a service has it."""
    made = []

    def make(service):
        made.append(RabbitBus(url, service))
        return made[-1]

    yield make
    for each in made:
        each.close()


def refer(world):
    """A referral with names wherever there may be names."""
    subject = REFERRAL["subjects"][0] | {"name": SUBJECT, "school_or_setting": TOLD, "gp_practice": FAMILY}
    told = {"family": FAMILY, "what_happened": TOLD, "family_views": FAMILY, "referrer_name": REFERRER}
    referral = REFERRAL | {"subjects": [subject]} | told
    headers = {"Idempotency-Key": "canaries"}
    assert world.client("intake").post("/api/v1/referrals", json=referral, headers=headers).status_code == 201


def in_clear(bodies):
    """What can be read of names in these bodies."""
    return [each for each in CANARIES if any(each.encode() in body for body in bodies)]


def test_names_are_sealed_in_queues_and_dead_letters(world, bus, url):
    refer(world)
    Outbox(world.services["intake"].database, bus("intake")).drain()
    waiting = {name: eventually(lambda name=name: bodies_in(url, queue_name(name))) for name in ("triage", "notifier")}
    triage, there = world.services["triage"], [Envelope.from_json(each) for each in waiting["triage"]]
    opened = repr([vars(EVENTS[each.type].unwrap(each, triage.keys)) for each in there])
    ((envelope, body),) = [
        each for each in zip(there, waiting["triage"], strict=True) if each[0].type == ReferralSubmitted.event_type
    ]

    # What is cut off on its way cannot be read, and is put aside.
    bus("intake").publish([Message(envelope.id, envelope.type, body[:-1], "triage")])
    bus("triage").listen("triage", sorted(HEARS["triage"]), triage.arrival.receive)
    dead = eventually(lambda: bodies_in(url, dead_queue_name("triage")))
    eventually(lambda: not bodies_in(url, queue_name("triage")))
    with triage.database.reading() as session:
        kept = session.scalars(sa.select(inbox.c.body).where(inbox.c.type == envelope.type)).all()

    assert [each for each in CANARIES if each not in opened] == []
    assert dead == [body[:-1]]
    assert [bytes(each) for each in kept] == [body]
    assert in_clear([*waiting["triage"], *waiting["notifier"], *dead]) == []


def test_a_name_in_clear_would_be_found(url):
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", queue_name("triage"), f'{{"event": "{TOLD}"}}'.encode())

    assert in_clear(bodies_in(url, queue_name("triage"))) == [TOLD]
