"""The bus on RabbitMQ: confirmed publishing, acknowledgement after receive, both over links that mend themselves."""

from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from time import monotonic
from types import MappingProxyType
from uuid import UUID

from pprg_shared.bus import DEADLINE, Message, Receive
from pprg_shared.logs import log
from pprg_shared.rabbit.consumer import Consumer
from pprg_shared.rabbit.link import parameters_of
from pprg_shared.rabbit.listeners import Heard
from pprg_shared.rabbit.publisher import Publisher

KEEP_SECONDS = 1.0


class RabbitBus:
    """Publishes in the calling thread and receives in a thread of its own; connects when first needed."""

    def __init__(self, url: str, service: str, ca: str = "", heard: Heard = MappingProxyType({})) -> None:
        """`heard`: who hears what this service says; while one of them has no queue, what is for them waits."""
        self.service = service
        #: Called after the broker has come back (or unblocked), so that what waits need not wait for its due time.
        self.on_return: Callable[[], None] = _nothing
        #: Whether the service heard anything in an earlier life; then its queue cannot be missing for being new.
        self.has_heard: Callable[[], bool] = lambda: False
        self._publisher = Publisher(parameters_of(url, f"{service} publisher", ca), service, heard)
        self._url, self._ca = url, ca
        self._consumer: Consumer | None = None
        self._keeper: Thread | None = None
        self._closing = Event()
        self._starting = Lock()

    def publish(self, messages: Sequence[Message]) -> set[UUID]:
        """The ids whose safe arrival the broker has confirmed; answers within DEADLINE, raises BusDown."""
        self._keep()
        return self._publisher.publish(messages)

    def listen(self, service: str, names: Sequence[str], receive: Receive) -> None:
        """Begin to deliver events of these names to this bus's service; returns at once."""
        if service != self.service or self._consumer:
            raise ValueError(f"this bus is {self.service}'s, and one service listens once")
        parameters = parameters_of(self._url, f"{service} consumer", self._ca)
        self._consumer = Consumer(parameters, service, names, receive, self.has_heard)
        self._consumer.start()
        self._keep()

    def connected(self) -> bool:
        """Whether the publisher's link is open and not blocked, and the consumer, if there is one, is subscribed."""
        return self._publisher.connected() and (self._consumer is None or self._consumer.connected())

    def problem(self) -> str | None:
        """What is wrong with publishing or receiving, or None."""
        found = [self._publisher.problem, self._publisher.listeners.problem]
        if self._consumer:
            found += [self._consumer.problem, self._consumer.missed]
        return "; ".join(dict.fromkeys(each for each in found if each)) or None

    def close(self) -> None:
        """Finish the batch in hand, acknowledge it and let go, all within DEADLINE."""
        deadline = monotonic() + DEADLINE
        self._closing.set()
        if self._consumer:
            self._consumer.close(deadline - 1)
        if self._keeper:
            self._keeper.join(max(0.0, deadline - monotonic()))
        self._publisher.close()

    def _keep(self) -> None:
        """Start the thread that answers heartbeats while others are busy; it is the first to see the broker return."""
        with self._starting:
            if self._keeper is None and not self._closing.is_set():
                self._keeper = Thread(target=self._tend, name=f"{self.service}-bus-keeper", daemon=True)
                self._keeper.start()

    def _tend(self) -> None:
        was_up = True
        while not self._closing.is_set():
            is_up = self._publisher.tend()
            if self._consumer:
                self._consumer.tend()
            if is_up != was_up:
                log.info("broker is back" if is_up else "broker is away", service=self.service, why=self.problem())
            if is_up and not was_up:
                self.on_return()
            was_up = is_up
            self._closing.wait(KEEP_SECONDS)


def _nothing() -> None:
    """Nobody waits for the broker to return."""
