"""Services on one bus, in this process or on RabbitMQ, for tests that hold for both."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from uuid import uuid4

import pika
import pytest

from pprg_shared.bus import DEADLINE, Bus, BusDown, Message
from pprg_shared.local import LocalBus
from pprg_shared.rabbit import RabbitBus
from pprg_shared.rabbit.topology import dead_queue_name, queue_name
from rabbitmq import Address, Broker
from waiting import eventually


class Place:
    """Some services on one bus, whichever it is; names are unlike those of any other test."""

    eventually = staticmethod(eventually)

    def __init__(self, broker: Address | Broker | None) -> None:
        self.broker, self.mark = broker, f"t{secrets.token_hex(4)}"
        self.heard: dict[str, list[bytes]] = {}
        self.sizes: list[int] = []
        self.buses: dict[str, Bus] = {}
        self._local = LocalBus()

    def bus(self, service: str, query: str = "") -> Bus:
        """The bus as a service has it."""
        if service not in self.buses:
            remote = self.broker and RabbitBus(self.broker.url + query, f"{self.mark}{service}")
            self.buses[service] = remote or self._local
        return self.buses[service]

    def name(self, service: str) -> str:
        """What a service of this test is really called."""
        return f"{self.mark}{service}"

    def listen(self, service: str, *names: str, receive=None, query: str = "") -> list[bytes]:
        """Let a service hear; what it has heard."""
        heard = self.heard.setdefault(service, [])

        def keep(bodies):
            self.sizes.append(len(bodies))
            heard.extend(bodies)
            return [True] * len(bodies)

        bus = self.bus(service, query)
        bus.listen(self.name(service), [f"{self.mark}.{name}" for name in names], receive or keep)
        eventually(bus.connected)
        return heard

    def message(self, event_type: str, body: bytes = b"{}", to: str | None = None, number=None) -> Message:
        return Message(number or uuid4(), f"{self.mark}.{event_type}", body, self.name(to) if to else None)

    def say(self, *messages: Message, by: str = "speaker") -> None:
        """Publish as an outbox does: what is not confirmed is said again."""
        left = list(messages)

        def all_gone() -> bool:
            with suppress(BusDown):
                confirmed = self.bus(by).publish(left[:100])
                left[:] = [each for each in left if each.id not in confirmed]
            return not left

        eventually(all_gone, 30)

    def unreadable(self, service: str) -> list[bytes]:
        """The dead letters of a service."""
        if self.broker is None:
            return [body for name, body in self._local.unreadable if name == self.name(service)]
        return bodies_in(self.broker.url, dead_queue_name(self.name(service)))

    def close(self) -> None:
        for bus in self.buses.values():
            bus.close()
        if isinstance(self.broker, Address):
            forget(self.broker.url, map(self.name, self.heard))


def bodies_in(url: str, queue: str) -> list[bytes]:
    """What lies in a queue, left where it is."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        found = []
        while (got := channel.basic_get(queue))[0]:
            found.append(got[2])
        return found
    finally:
        connection.close()


def forget(url: str, services: Iterable[str]) -> None:
    """Leave somebody else's broker without queues of ours."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        for service in services:
            channel.queue_delete(queue_name(service))
            channel.queue_delete(dead_queue_name(service))


@pytest.fixture(params=[2.0, pytest.param(DEADLINE, marks=pytest.mark.long)])
def deadline(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """A publication waits less long than in earnest, for every day."""
    monkeypatch.setattr("pprg_shared.rabbit.publisher.DEADLINE", request.param)
    return request.param


@pytest.fixture
def rabbit(private_rabbitmq: Broker) -> Iterator[Place]:
    """Services on a RabbitMQ that the test may hurt."""
    place = Place(private_rabbitmq)
    yield place
    place.close()


@pytest.fixture(params=["local", pytest.param("rabbitmq", marks=pytest.mark.broker)])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Whatever the bus, these tests must hold."""
    place = Place(None if request.param == "local" else request.getfixturevalue("rabbitmq"))
    yield place
    place.close()
