"""Hearing: a thread receives, works and acknowledges; what is acknowledged was stored before.

While it works, whoever calls `tend` answers the broker in its place.
"""

from collections import deque
from collections.abc import Callable, Sequence
from math import inf
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from pprg_shared.bus import BATCH, BATCH_BYTES, DEADLINE, Receive
from pprg_shared.crashpoints import crashpoint
from pprg_shared.logs import log
from pprg_shared.rabbit.backoff import BackOff
from pprg_shared.rabbit.link import LASTING, Channel, Link, Lost
from pprg_shared.rabbit.topology import ADDRESSED, EXCHANGE, declare, queue_name

PREFETCH = 100
#: A binding that somebody has removed is put back within this time; nothing else would tell.
REDECLARE_SECONDS = 60.0
LONGEST_WAIT = 30.0
REPLAY = "let each service that {0} hears replay to {0}, as docs/how-to/replay.md says"


class Deliveries:
    """What has arrived on one channel; it ends with the channel, so no acknowledgement can reach another."""

    def __init__(self, link: Link, channel: Channel) -> None:
        self.link, self.channel = link, channel
        self.arrived: deque[tuple[int, bytes]] = deque()
        #: Whether acknowledgements have been written that the socket may not have taken yet.
        self.written = False
        #: Whether a message came that was meant for this service alone.
        self.replayed = False
        #: Why the subscription is over; an error that the thread did not see itself ends it as one that it saw.
        self.ended: Exception | None = None
        #: Set when a wait is no longer worth it: then it is over, or the bus is closing.
        self.over = Event()

    def arrive(self, _channel: Any, method: Any, _about: Any, body: bytes) -> None:
        """Called for each message."""
        self.arrived.append((method.delivery_tag, body))
        if method.routing_key.startswith(ADDRESSED):
            self.replayed = True

    def cancel(self, _frame: Any) -> None:
        """The broker has ended the subscription: the queue is gone, or its node."""
        self.end(Lost("the broker has ended the subscription: the queue is gone"))

    def end(self, why: Exception) -> None:
        """Let whoever works know that what is in hand will come again."""
        self.ended = self.ended or why
        self.over.set()

    def check(self) -> None:
        """Raise what has ended it, if anything has."""
        if ended := self.channel.lost or self.ended:
            raise ended

    def take(self) -> list[tuple[int, bytes]]:
        """What has arrived, up to a batch."""
        batch: list[tuple[int, bytes]] = []
        size = 0
        while self.arrived and len(batch) < BATCH:
            size += len(self.arrived[0][1])
            if batch and size > BATCH_BYTES:
                break
            batch.append(self.arrived.popleft())
        return batch

    def settle(self, tags: Sequence[int], safe: Sequence[bool]) -> None:
        """Answer for a batch; all before it have been answered, so one acknowledgement does for what is safe."""
        last = 0
        for tag, ok in zip(tags, safe, strict=True):
            if ok:
                last = tag
            else:
                self.channel.raw.basic_reject(tag, requeue=False)
        if last:
            self.channel.raw.basic_ack(last, multiple=True)
        self.written = True


class Consumer:
    """Subscribes to a service's queue and subscribes again after whatever ends it."""

    def __init__(
        self, parameters: Any, service: str, names: Sequence[str], receive: Receive, has_heard: Callable[[], bool]
    ) -> None:
        self.problem: str | None = None
        #: That the queue was gone, and with it what others had said; until somebody says it again.
        self.missed: str | None = None
        self._has_heard, self._was_there = has_heard, False
        self._parameters, self._service, self._names, self._receive = parameters, service, names, receive
        self._pause = BackOff()
        self._closing = Event()
        self._deadline, self._look_again = inf, 0.0
        self._live: Deliveries | None = None
        #: Held by whoever runs the link.
        self._turning = Lock()
        self._thread = Thread(target=self._run, name=f"{service}-bus-receive", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def connected(self) -> bool:
        """Whether the subscription stands."""
        return self._live is not None

    def tend(self) -> None:
        """Answer heartbeats and take in what arrives while the thread works; what went wrong it finds later."""
        live = self._live
        if live is None or not self._turning.acquire(blocking=False):
            return
        try:
            if live is self._live:
                live.link.turn(0)
                live.check()
        except Exception as error:  # noqa: BLE001 -- pika raises nearly anything, and the thread must not miss it
            live.end(error)
        finally:
            self._turning.release()

    def close(self, deadline: float) -> None:
        """Finish and acknowledge the batch in hand, then leave; what else has arrived goes back to the queue."""
        self._deadline = deadline
        self._closing.set()
        if live := self._live:
            live.over.set()
            live.link.soon(_nothing)
        self._thread.join(max(0.0, deadline + 1 - monotonic()))

    def _run(self) -> None:
        while not self._closing.is_set():
            began = monotonic()
            try:
                self._serve()
            except Exception as error:  # noqa: BLE001 -- pika raises nearly anything, ValueError among it
                if monotonic() - began > LONGEST_WAIT:
                    self._pause.worked()
                self._pause.failed(lasting=isinstance(error, Lost) and error.code in LASTING)
                words = str(error)[:300] or type(error).__name__
                if words != self.problem:
                    log.warning("not subscribed", service=self._service, why=words)
                self.problem = words
            self._closing.wait(self._pause.left)

    def _serve(self) -> None:
        """Receive and acknowledge until something is wrong; returns when all is done and the bus is closing."""
        deadline = monotonic() + DEADLINE
        link = Link.open(self._parameters, deadline)
        try:
            self._live = live = self._subscribe(link, deadline)
            self.problem = None
            log.info("subscribed", service=self._service)
            self._attend(live)
        finally:
            with self._turning:
                self._live = None
                link.close()

    def _subscribe(self, link: Link, deadline: float) -> Deliveries:
        self._was_there = self._was_there or self._has_heard()
        channel = self._declare(link, deadline)
        self._was_there = True
        live = Deliveries(link, channel)
        channel.call("basic_qos", deadline, prefetch_count=PREFETCH)
        channel.raw.add_on_cancel_callback(live.cancel)
        channel.call("basic_consume", deadline, queue=queue_name(self._service), on_message_callback=live.arrive)
        return live

    def _declare(self, link: Link, deadline: float) -> Channel:
        """See that all is there for hearing; what had to be made anew may have held what will never come."""
        declared = declare(link, self._service, self._names, deadline)
        made = sorted(declared.made) if self._was_there else []
        if declared.made & {EXCHANGE, queue_name(self._service)} and made:
            self.missed = f"{' and '.join(made)} had to be made anew: {REPLAY.format(self._service)}"
            log.error("may have missed something", service=self._service, made=made)
        elif made:
            log.error("dead letters may be gone", service=self._service, made=made)
        return declared.channel

    def _attend(self, live: Deliveries) -> None:
        self._look_again = monotonic() + REDECLARE_SECONDS
        while not self._closing.is_set() or (live.written and monotonic() < self._deadline):
            with self._turning:
                live.check()
                live.link.turn(0 if live.arrived else min(REDECLARE_SECONDS, self._deadline - monotonic()))
                if live.written and not live.link.unsent:
                    live.written = False
                    crashpoint(f"{self._service}.bus.after_acknowledge")
                live.check()
                if live.replayed:
                    self.missed, live.replayed = None, False
                if monotonic() > self._look_again:
                    self._declare(live.link, monotonic() + DEADLINE).close()
                    self._look_again = monotonic() + REDECLARE_SECONDS
            while live.arrived and not live.over.is_set():
                self._deliver(live, live.take())

    def _deliver(self, live: Deliveries, batch: list[tuple[int, bytes]]) -> None:
        """Hand over until it is taken; a batch whose channel has gone is forgotten, for it will come again."""
        tags, bodies = [tag for tag, _ in batch], [body for _, body in batch]
        wait = 1.0
        while not live.channel.lost:
            try:
                safe = list(self._receive(bodies))
                if len(safe) != len(bodies):
                    raise ValueError(f"{len(safe)} answers for {len(bodies)} messages")  # noqa: TRY301 -- as if it had raised
            except Exception as error:  # noqa: BLE001 -- whatever it was, the messages must not be lost for it
                self.problem = f"arrivals cannot be stored: {type(error).__name__}"
                log.warning("arrivals kept back", service=self._service, count=len(bodies), fault=type(error).__name__)
                if live.over.wait(wait):
                    return
                wait = min(LONGEST_WAIT, wait * 2)
                continue
            if self.problem and wait > 1.0:
                self.problem = None
            crashpoint(f"{self._service}.bus.before_acknowledge")
            with self._turning:
                if not live.channel.lost and live.channel.raw.is_open:
                    live.settle(tags, safe)
            return


def _nothing() -> None:
    """Make the receiving thread look up."""
