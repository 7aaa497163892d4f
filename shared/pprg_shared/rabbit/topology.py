"""What lies on the broker: names, arguments and bindings, for definitions.json and for mending what is missing."""

from collections.abc import Sequence
from typing import Any

from pprg_shared.rabbit.link import Channel, Link, Lost

EXCHANGE = "pprg"
DEAD_EXCHANGE = "pprg.dlx"
#: Begins the key of what is said to one service alone, which is a replay.
ADDRESSED = "to."
NOT_FOUND, REFUSED, OTHER_ARGUMENTS = 404, 403, 406
#: Attempts are counted in the inbox; a broker that counted to 20 (the default of RabbitMQ 4) would throw away what
#: was only unlucky. RabbitMQ 3.10 takes no -1 for "never", so the number is one that is never reached.
DELIVERY_LIMIT = 1_000_000


def queue_name(service: str) -> str:
    """The queue of a service."""
    return f"pprg.{service}"


def dead_queue_name(service: str) -> str:
    """Where the bodies lie that a service could not read."""
    return f"pprg.{service}.dead"


def queue_arguments(service: str) -> dict[str, Any]:
    """Arguments that RabbitMQ 3.10 and 4 both take; at-least-once dead letters need reject-publish."""
    return {
        **dead_queue_arguments(),
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-dead-letter-routing-key": service,
        "x-dead-letter-strategy": "at-least-once",
    }


def dead_queue_arguments() -> dict[str, Any]:
    """A dead letter waits for a person, as long as it takes."""
    return {"x-queue-type": "quorum", "x-overflow": "reject-publish", "x-delivery-limit": DELIVERY_LIMIT}


def binding_keys(service: str, names: Sequence[str]) -> list[str]:
    """Every version of what a service hears, said to all or replayed to it alone."""
    return [key for name in names for key in (f"{name}.*", f"{ADDRESSED}{service}.{name}.*")]


def routing_key(event_type: str, to: str | None) -> str:
    """The key a message is published with."""
    return f"{ADDRESSED}{to}.{event_type}" if to else event_type


class Topology:
    """Declares what a service needs; where the login may not, checks that definitions.json has put it there."""

    def __init__(self, link: Link, deadline: float) -> None:
        self.link, self.deadline = link, deadline
        self.channel = link.channel(deadline)
        #: Exchanges and queues that were not there.
        self.made: set[str] = set()

    def lacks(self, queue: str) -> bool:
        """Whether there is no such queue; to ask takes no permission, whosever it is."""
        return self._try("queue_declare", queue=queue, passive=True) == NOT_FOUND

    def exchange(self, name: str) -> None:
        """Looked for first: in production the login may not declare it, and asking would fill the broker's log."""
        about = {"exchange": name, "exchange_type": "topic", "durable": True}
        if self._try("exchange_declare", passive=True, **about) == NOT_FOUND:
            self._must("exchange_declare", f"exchange {name} is missing, load definitions.json", **about)
            self.made.add(name)

    def queue(self, name: str, arguments: dict[str, Any]) -> bool:
        """Declare a queue; False when the login may not, but the queue is there."""
        missing = self.lacks(name)
        code = self._try("queue_declare", queue=name, durable=True, arguments=arguments)
        if code == OTHER_ARGUMENTS:
            raise Lost(f"queue {name} exists with other arguments: empty it, delete it and start again", code)
        if code == REFUSED:
            self._must("queue_declare", f"queue {name} is missing, load definitions.json", queue=name, passive=True)
        if missing:
            self.made.add(name)
        return code == 0

    def bind(self, queue: str, exchange: str, key: str) -> None:
        """Bind a queue to a key."""
        words = f"may not bind {queue} to {key}, load the definitions.json of this version"
        self._must("queue_bind", words, queue=queue, exchange=exchange, routing_key=key)

    def _try(self, method: str, **arguments: Any) -> int:
        """The broker's refusal, or 0; a refusal costs the channel."""
        try:
            self.channel.call(method, self.deadline, **arguments)
        except Lost as error:
            if error.code not in {NOT_FOUND, REFUSED, OTHER_ARGUMENTS} or self.link.lost:
                raise
            self.channel = self.link.channel(self.deadline)
            return error.code
        return 0

    def _must(self, method: str, words: str, **arguments: Any) -> None:
        if code := self._try(method, **arguments):
            raise Lost(words, REFUSED if code == NOT_FOUND else code)


def declare(link: Link, service: str, names: Sequence[str], deadline: float) -> Topology:
    """See that exchanges, queues and bindings of a service are there; what was not, and the channel it was done on."""
    topology = Topology(link, deadline)
    for exchange in (EXCHANGE, DEAD_EXCHANGE):
        topology.exchange(exchange)
    if topology.queue(dead_queue_name(service), dead_queue_arguments()):
        topology.bind(dead_queue_name(service), DEAD_EXCHANGE, service)
    if topology.queue(queue_name(service), queue_arguments(service)):
        for key in binding_keys(service, names):
            topology.bind(queue_name(service), EXCHANGE, key)
    return topology


def declare_exchange(link: Link, deadline: float) -> Channel:
    """See that the exchange to publish to is there; the channel it was done on."""
    topology = Topology(link, deadline)
    topology.exchange(EXCHANGE)
    return topology.channel
