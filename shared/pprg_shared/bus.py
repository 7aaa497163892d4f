"""What a bus is: the one verb by which services say things, and the promise behind it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

#: What has arrived is handed on at once, at most this much of it together.
BATCH = 50
BATCH_BYTES = 8 * 1024 * 1024
#: However the broker behaves, publishing answers within this many seconds.
DEADLINE = 10.0


@dataclass(frozen=True)
class Message:
    """One event on its way: `type` is the routing key; `to` names the one service that a replay is for."""

    id: UUID
    type: str
    body: bytes
    to: str | None = None


#: Takes 1 to 50 bodies; True for each that is stored or done (acknowledge), False for one that cannot be read
#: (dead letter). Raises when the database is away: nothing is acknowledged and all are delivered again.
Receive = Callable[[Sequence[bytes]], Sequence[bool]]


class BusDown(Exception):
    """Nothing could be sent; the text says why, for the operations page."""


class Unheard(BusDown):
    """No service listens to any of these messages: they must not pass for safe."""


class Bus(Protocol):
    """The in-process bus and RabbitMQ alike."""

    def publish(self, messages: Sequence[Message]) -> set[UUID]:
        """Send some messages, a few hundred at most; the ids whose safe arrival is confirmed.

        What nobody listens to is not confirmed. Raises BusDown when none could go, Unheard when nobody listens to any.
        """

    def listen(self, service: str, names: Sequence[str], receive: Receive) -> None:
        """Deliver events of these names (`referral.submitted`, in every version) to a service; returns at once."""

    def connected(self) -> bool:
        """Whether messages can go and come at the moment."""

    def problem(self) -> str | None:
        """What is wrong, if something is."""

    def close(self) -> None:
        """Finish what is in hand and let go."""


def noun_and_verb(event_type: str) -> str:
    """`referral.submitted` for `referral.submitted.v1`."""
    return event_type.rpartition(".v")[0]


def batches(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """Cut into batches of at most 50 messages or 8 MB."""
    batch: list[Message] = []
    size = 0
    for each in messages:
        if batch and (len(batch) == BATCH or size + len(each.body) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += len(each.body)
    if batch:
        yield batch
