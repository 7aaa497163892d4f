"""The in-process bus: what one service says, the others have in their inboxes before the call returns."""

from collections import deque
from collections.abc import Iterable, Sequence
from threading import Lock
from uuid import UUID

from pprg_shared.bus import BusDown, Message, Receive, Unheard, batches, noun_and_verb
from pprg_shared.crashpoints import crashpoint
from pprg_shared.logs import log

UNREADABLE = 1000


class LocalBus:
    """Durable through the boxes alone: a listener that cannot take a message leaves it in the sender's outbox."""

    def __init__(self, expected: Iterable[str] = ()) -> None:
        #: Nothing goes out before all these listen: whoever came later would have missed it for good.
        self._expected = frozenset(expected)
        self._listeners: dict[str, tuple[frozenset[str], Receive]] = {}
        self._lock = Lock()
        #: The dead letters: bodies that no listener could read, newest last.
        self.unreadable: deque[tuple[str, bytes]] = deque(maxlen=UNREADABLE)

    def listen(self, service: str, names: Sequence[str], receive: Receive) -> None:
        """Deliver events of these names to a service, in every version."""
        with self._lock:
            self._listeners[service] = (frozenset(names), receive)

    def publish(self, messages: Sequence[Message]) -> set[UUID]:
        """Hand the messages to all who listen; confirmed are those that every listener has safe.

        Raises BusDown while a service that is expected does not listen yet, Unheard when nobody listens to any.
        """
        heard: set[UUID] = set()
        failed: set[UUID] = set()
        with self._lock:
            listeners = list(self._listeners.items())
        if missing := self._expected - {service for service, _ in listeners}:
            raise BusDown(f"not listening yet: {', '.join(sorted(missing))}")
        for service, (names, receive) in listeners:
            wanted = [
                each for each in messages if (each.to or service) == service and noun_and_verb(each.type) in names
            ]
            heard |= {each.id for each in wanted}
            for batch in batches(wanted):
                failed |= self._deliver(service, receive, batch)
        if messages and not heard:
            raise Unheard(f"no service listens to {messages[0].type}")
        return heard - failed

    def _deliver(self, service: str, receive: Receive, batch: list[Message]) -> set[UUID]:
        crashpoint(f"{service}.bus.before_publish")
        try:
            safe = receive([each.body for each in batch])
        except Exception as error:  # noqa: BLE001 -- whatever ails one listener, the others must hear
            log.warning("delivery postponed", to=service, count=len(batch), fault=type(error).__name__)
            return {each.id for each in batch}
        crashpoint(f"{service}.bus.after_publish")
        self.unreadable.extend((service, each.body) for each, ok in zip(batch, safe, strict=True) if not ok)
        return set()

    def connected(self) -> bool:
        """Always: the bus is this process."""
        return True

    def problem(self) -> str | None:
        """None: there is nothing between sender and listener that could fail."""
        return None

    def close(self) -> None:
        """Nothing to let go of."""
