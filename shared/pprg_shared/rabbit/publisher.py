"""Saying: windows of confirmed, persistent, mandatory messages, with a deadline that the broker cannot stretch."""

from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import Any
from uuid import UUID

import pika

from pprg_shared.bus import DEADLINE, BusDown, Message, Unheard
from pprg_shared.crashpoints import crashpoint
from pprg_shared.rabbit.backoff import BackOff
from pprg_shared.rabbit.link import LASTING, Late, Link, Lost
from pprg_shared.rabbit.listeners import Heard, Listeners
from pprg_shared.rabbit.topology import declare_exchange
from pprg_shared.rabbit.wire import Encoder

#: Dropping a link that hangs must fit into the deadline too.
MARGIN_SECONDS = 1.0
#: How long to await confirms that may already be on their way once the broker says that it is blocked.
BLOCKED_SECONDS = 1.0
#: After a pause this long, see first what the broker has had to say.
PAUSE_SECONDS = 0.5
BLOCKED = "the broker takes no messages: it is short of memory or disk"


class Window:
    """A confirming channel and the messages on it that have no answer yet."""

    def __init__(self, link: Link, deadline: float) -> None:
        self.channel = declare_exchange(link, deadline)
        self.confirmed: set[UUID] = set()
        self.refused: str | None = None
        self.returned: set[UUID] = set()
        self._open: dict[int, UUID] = {}
        self._tag = 0
        self._encoder = Encoder(self.channel.number, link.frame_bytes)
        self.channel.raw.add_on_return_callback(self._came_back)
        self.channel.call("confirm_delivery", deadline, ack_nack_callback=self._answered)

    def send(self, messages: Sequence[Message]) -> None:
        """Put messages on the way; their answers come while the link turns."""
        self.confirmed, self.returned, self.refused = set(), set(), None
        for each in messages:
            self._tag += 1
            self._open[self._tag] = each.id
        self.channel.write(self._encoder.window(messages))

    def complete(self) -> bool:
        """Whether every message has its answer, or no more can come."""
        return not self._open or self.channel.lost is not None

    def _came_back(self, _channel: Any, method: Any, about: Any, _body: bytes) -> None:
        """No queue takes it; the confirm that follows all the same does not count."""
        self.returned.add(UUID(about.message_id))
        self.refused = f"no service listens to {method.routing_key}"

    def _answered(self, frame: Any) -> None:
        answer = frame.method
        tags = [tag for tag in self._open if tag <= answer.delivery_tag] if answer.multiple else [answer.delivery_tag]
        ids = {self._open.pop(tag) for tag in tags if tag in self._open}
        if isinstance(answer, pika.spec.Basic.Nack):
            self.refused = "the broker refuses messages: a queue is full, or has no leader"
        else:
            self.confirmed |= ids - self.returned


class Publisher:
    """Owns the publishing link; mends it, and takes a fresh channel after every refusal."""

    def __init__(self, parameters: Any, service: str, heard: Heard) -> None:
        self.problem: str | None = None
        self.listeners = Listeners(heard, service)
        self._parameters, self._service = parameters, service
        self._link: Link | None = None
        self._window: Window | None = None
        self._pause = BackOff()
        self._lock = Lock()
        self._turned = 0.0
        #: Whether the window has answers to come that did not come in time; once, and the link is kept for them.
        self._late = False

    def connected(self) -> bool:
        """Whether the link is open, takes messages and answers."""
        link = self._link
        return link is not None and link.usable and not link.blocked and not self._late

    def publish(self, messages: Sequence[Message]) -> set[UUID]:
        """The ids that are safe; raises BusDown when there are none and the broker is the reason."""
        if not messages:
            return set()
        deadline = monotonic() + DEADLINE - MARGIN_SECONDS
        if not self._lock.acquire(timeout=DEADLINE - MARGIN_SECONDS):
            raise BusDown("another publication is still waiting for the broker")
        try:
            return self._publish(messages, deadline)
        finally:
            self._lock.release()

    def tend(self) -> bool:
        """Answer heartbeats, notice endings, alarms and missing queues, connect again in time; whether all is well."""
        if self._lock.acquire(blocking=False):
            try:
                if self._link:
                    self._link.turn(0)
                    if self._late and self._window and self._window.complete():
                        self._settle(self._window)
                elif not self._pause.left:
                    self._connect(monotonic() + DEADLINE - MARGIN_SECONDS)
                if self._link and not self._link.blocked:
                    self._look(self._link, monotonic() + DEADLINE - MARGIN_SECONDS)
            except Exception as error:  # noqa: BLE001 -- pika raises nearly anything, ValueError among it
                self._drop(error)
            finally:
                self._lock.release()
        return self.connected() and not self.listeners.missing

    def close(self) -> None:
        """Let go of the link; a publication still waiting is left to its own deadline."""
        if self._lock.acquire(timeout=MARGIN_SECONDS):
            link, self._link, self._window = self._link, None, None
            if link:
                link.close(0.5)
            self._lock.release()

    def _publish(self, messages: Sequence[Message], deadline: float) -> set[UUID]:
        window: Window | None = None
        try:
            link, window = self._ready(deadline)
            if not (reached := self.listeners.reached(messages)):
                raise BusDown(self.listeners.problem)  # noqa: TRY301 -- as if the broker had refused
            self._send(link, window, reached, deadline)
        except BusDown:
            raise
        except Late as error:
            self._wait_once_more(error)
        except Exception as error:  # noqa: BLE001 -- pika raises nearly anything, ValueError among it
            self._drop(error)
        else:
            self._settle(window)
        confirmed = window.confirmed & {each.id for each in messages} if window else set()
        if self.problem and not confirmed:
            unheard = window is not None and window.returned == {each.id for each in messages}
            raise (Unheard if unheard else BusDown)(self.problem)
        return confirmed

    def _ready(self, deadline: float) -> tuple[Link, Window]:
        link = self._link
        if link and monotonic() - self._turned > PAUSE_SECONDS:
            try:
                link.turn(0)
            except Lost:
                self._let_go()
                link = None
        if link is None:
            link = self._connect(deadline)
        if link.blocked:
            raise BusDown(BLOCKED)
        self._look(link, deadline)
        if self._window is None:
            self._window = Window(link, deadline)
        return link, self._window

    def _look(self, link: Link, deadline: float) -> None:
        if self.listeners.due:
            self.listeners.look(link, deadline)

    def _send(self, link: Link, window: Window, messages: Sequence[Message], deadline: float) -> None:
        crashpoint(f"{self._service}.bus.before_publish")
        window.send(messages)
        link.run(lambda: not link.unsent or link.blocked, deadline)
        crashpoint(f"{self._service}.bus.after_publish")
        link.run(lambda: window.complete() or link.blocked, deadline)
        if link.blocked:
            with suppress(Late):
                link.run(window.complete, min(deadline, monotonic() + BLOCKED_SECONDS))
            window.refused = BLOCKED
        self._turned = monotonic()

    def _settle(self, window: Window) -> None:
        """A channel that has refused once may refuse for ever: take a new one for the next window."""
        self._late = False
        self.problem = window.refused or (str(window.channel.lost) if window.channel.lost else None)
        if self.problem:
            window.channel.close()
            self._window = None

    def _connect(self, deadline: float) -> Link:
        if left := self._pause.left:
            raise BusDown(f"{self.problem} (next try in {left:.0f} s)")
        self._link = Link.open(self._parameters, deadline)
        self._window = Window(self._link, deadline)
        self._pause.worked()
        self.problem = None
        self._turned = monotonic()
        return self._link

    def _wait_once_more(self, error: Late) -> None:
        """Keep a link that is late for the first time: that another node leads, a fresh channel is told last of all."""
        if self._late or self._window is None:
            self._drop(error)
        else:
            self._late, self.problem = True, str(error)

    def _drop(self, error: Exception) -> None:
        """Whatever it was, this link is not to be trusted any more."""
        self._pause.failed(lasting=isinstance(error, Lost) and error.code in LASTING)
        self.problem = str(error)[:300] or type(error).__name__
        self._let_go()

    def _let_go(self) -> None:
        link, self._link, self._window, self._late = self._link, None, None, False
        if link:
            link.drop()
