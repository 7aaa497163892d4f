"""Whether all who hear what a service says have a queue: `mandatory` proves one of them, not each."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from time import monotonic

from pprg_shared.bus import Message, noun_and_verb
from pprg_shared.logs import log
from pprg_shared.rabbit.link import Link
from pprg_shared.rabbit.topology import Topology, queue_name

#: What is said while a queue is gone and nobody has looked is confirmed as long as somebody else hears it.
LOOK_SECONDS = 30.0
#: A queue that is back is found within this time.
LOOK_AGAIN_SECONDS = 1.0
#: Event to the services that hear it, of all services: an image holds one. `make docs` writes it.
HEARD = Path(__file__).parent / "heard.json"
Heard = Mapping[str, Collection[str]]


def heard(names: Iterable[str]) -> Heard:
    """Who hears the events of these names, as of this version."""
    known = json.loads(HEARD.read_bytes())
    return {name: known.get(name, ()) for name in names}


class Listeners:
    """Those who hear what one service says, and which of them have no queue."""

    def __init__(self, heard_by: Heard, service: str) -> None:
        self._heard_by = {name: frozenset(services) for name, services in heard_by.items()}
        self._all = sorted(frozenset().union(*self._heard_by.values()))
        self._service = service
        self._look_at = 0.0
        self.missing: frozenset[str] = frozenset()

    @property
    def due(self) -> bool:
        """Whether it is time for another look."""
        return bool(self._all) and monotonic() >= self._look_at

    @property
    def problem(self) -> str | None:
        """Who has no queue, if anybody has none."""
        if not self.missing:
            return None
        queues = ", ".join(queue_name(each) for each in sorted(self.missing))
        return f"what is for {queues} waits: there is no such queue, start its service or load definitions.json"

    def look(self, link: Link, deadline: float) -> None:
        """Ask the broker for each queue."""
        topology = Topology(link, deadline)
        missing = frozenset(each for each in self._all if topology.lacks(queue_name(each)))
        topology.channel.close()
        if gone := missing - self.missing:
            log.error("no queue", service=self._service, of=sorted(gone))
        if back := self.missing - missing:
            log.info("queue is back", service=self._service, of=sorted(back))
        self.missing = missing
        self._look_at = monotonic() + (LOOK_AGAIN_SECONDS if missing else LOOK_SECONDS)

    def reached(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Those of the messages all of whose listeners have a queue; a replay goes to one, which `mandatory` proves."""
        if not self.missing:
            return messages
        return [each for each in messages if each.to or not self.missing & self._hear(each)]

    def _hear(self, message: Message) -> frozenset[str]:
        return self._heard_by.get(noun_and_verb(message.type), frozenset())
