"""The one adapter around pika: a connection that its caller runs by hand, with a deadline on every wait."""

import logging
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any

import pika
from pika.adapters.select_connection import IOLoop

from pprg_shared import tls

HEARTBEAT_SECONDS = 15
CONNECT_SECONDS = 8.0
#: Reasons that no waiting cures: login, vhost, permission, other arguments.
LASTING = {403, 406, 530}

logging.getLogger("pika").setLevel(logging.CRITICAL)  # what it would say, we say once and in one line


class Lost(Exception):
    """The connection or channel is gone; `code` is the broker's reason, 0 when there is none."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.code = code


class Late(Exception):
    """The broker did not answer by the deadline."""


class _Connection(pika.SelectConnection):  # type: ignore[misc]  # pika is not typed
    """pika's connection with the things that only its subclasses may do."""

    def write(self, frames: bytes) -> None:
        """Send encoded frames as they are."""
        self._adapter_emit_data(frames)

    def unsent(self) -> int:
        """Bytes that the socket has not taken yet."""
        return int(self._get_write_buffer_size())

    def abort(self) -> None:
        """Let go of the socket without a word to the broker."""
        self._adapter_disconnect_stream()


class Channel:
    """A channel, and why it closed once it has."""

    def __init__(self, link: "Link", raw: Any) -> None:
        self.link, self.raw = link, raw
        self.lost: Lost | None = None
        raw.add_on_close_callback(self._closed)

    def _closed(self, _raw: Any, reason: BaseException) -> None:
        self.lost = lost(reason)

    def call(self, method: str, deadline: float, **arguments: Any) -> None:
        """Ask and await the answer; raises Lost when the broker closes the channel instead, Late when it is silent."""
        answers: list[Any] = []
        getattr(self.raw, method)(callback=answers.append, **arguments)
        self.link.run(lambda: bool(answers or self.lost), deadline)
        if self.lost:
            raise self.lost

    @property
    def number(self) -> int:
        """The channel's number in every frame."""
        return int(self.raw)

    def write(self, frames: bytes) -> None:
        """Send frames that were encoded for this channel; raises Lost when it is closed."""
        if not self.raw.is_open:
            raise self.lost or Lost("channel closed")
        self.link.write(frames)

    def close(self) -> None:
        """Give the channel back; nothing is awaited."""
        if self.raw.is_open:
            self.raw.close()


class Link:
    """One connection. Only the thread that runs it may touch it, but for `soon`."""

    def __init__(self, parameters: Any) -> None:
        self.blocked = False
        self.lost: Lost | None = None
        self._open = False
        self._alarm = inf
        self._loop = IOLoop()
        self._loop.activate_poller()
        self._raw = _Connection(
            parameters,
            on_open_callback=self._opened,
            on_open_error_callback=self._closed,
            on_close_callback=self._closed,
            custom_ioloop=self._loop,
        )
        self._raw.add_on_connection_blocked_callback(lambda *_: self._set_blocked(True))
        self._raw.add_on_connection_unblocked_callback(lambda *_: self._set_blocked(False))

    @classmethod
    def open(cls, parameters: Any, deadline: float) -> "Link":
        """Connect; raises Lost or Late, and then nothing is left behind."""
        link = cls(parameters)
        try:
            link.run(lambda: link._open, min(deadline, monotonic() + CONNECT_SECONDS))
        except BaseException:
            link.drop()
            raise
        return link

    def _opened(self, _raw: Any) -> None:
        self._open = True

    def _closed(self, _raw: Any, reason: BaseException) -> None:
        self.lost = lost(reason)

    def _set_blocked(self, blocked: bool) -> None:  # noqa: FBT001 -- a fact that the broker tells
        self.blocked = blocked

    @property
    def usable(self) -> bool:
        """Whether the connection is open as far as is known."""
        return self._open and self.lost is None

    def turn(self, at_most: float) -> None:
        """Wait for the broker or for `soon`, and do what there is to do; raises Lost when the connection is gone."""
        if at_most <= 0:
            self._loop.call_later(0, _nothing)
        elif (at := monotonic() + at_most) < self._alarm:  # one alarm serves many waits
            self._alarm = at
            self._loop.call_later(at_most, self._rang)
        self._loop.poll()
        self._loop.process_timeouts()
        if self.lost:
            raise self.lost

    def _rang(self) -> None:
        self._alarm = inf

    def run(self, until: Callable[[], bool], deadline: float) -> None:
        """Turn until something holds; raises Late at the deadline, Lost when the connection is gone."""
        while not until():
            left = deadline - monotonic()
            if left <= 0:
                raise Late("the broker does not answer")
            self.turn(left)

    def channel(self, deadline: float) -> Channel:
        """A fresh channel."""
        opened: list[Any] = []
        channel = Channel(self, self._raw.channel(on_open_callback=opened.append))
        self.run(lambda: bool(opened or channel.lost), deadline)
        if channel.lost:
            raise channel.lost
        return channel

    @property
    def frame_bytes(self) -> int:
        """The longest frame, as agreed with the broker."""
        return int(self._raw.params.frame_max)

    def write(self, frames: bytes) -> None:
        """Send encoded frames."""
        self._raw.write(frames)

    @property
    def unsent(self) -> int:
        """Bytes that the socket has not taken yet."""
        return self._raw.unsent()

    def soon(self, act: Callable[[], None]) -> None:
        """Have the thread that runs this link do something at once; may be called from any thread, at any time."""
        self._loop.add_callback_threadsafe(act)

    def close(self, seconds: float = 1.0) -> None:
        """Say goodbye, but do not insist."""
        if self.usable:
            try:
                self._raw.close()
                self.run(lambda: False, monotonic() + seconds)
            except Exception:  # noqa: BLE001, S110 -- Lost is what we want, and anything else ends it just as well
                pass
        self.drop()

    def drop(self) -> None:
        """Let go at once, whatever state the connection is in."""
        try:
            if self.lost is None:
                self._raw.abort() if self._open else self._raw.close()
                self.run(lambda: False, monotonic() + 0.5)
        except Exception:  # noqa: BLE001, S110 -- as above; what matters is that the sockets are closed
            pass
        self.lost = self.lost or Lost("connection dropped")
        self._loop.close()


def parameters_of(url: str, name: str, ca: str = "") -> Any:
    """Pika's parameters for an address; raises ValueError when it is none, or `ca` no file of certificates."""
    if not url.startswith(("amqp://", "amqps://")):
        raise ValueError("BROKER_URL must begin with amqp:// or amqps://")
    try:
        parameters = pika.URLParameters(url)
    except Exception:  # noqa: BLE001 -- pika raises many kinds, and their texts may hold the password
        raise ValueError("BROKER_URL cannot be read: amqp://user:password@host:port/vhost") from None
    if url.startswith("amqps:"):  # whatever the address says of TLS, the certificate and its name are verified
        parameters.ssl_options = pika.SSLOptions(tls.trusting(ca, "BROKER_CA"), parameters.host)
    if "heartbeat=" not in url:
        parameters.heartbeat = HEARTBEAT_SECONDS
    parameters.socket_timeout = parameters.stack_timeout = CONNECT_SECONDS
    parameters.connection_attempts = 1
    parameters.client_properties = {"connection_name": name}
    return parameters


def lost(reason: BaseException) -> Lost:
    """What pika gives as a reason, in words for the operations page and without the address."""
    while nested := _inner(reason):
        reason = nested
    code = int(getattr(reason, "reply_code", 0) or 0)
    if isinstance(reason, pika.exceptions.ProbableAuthenticationError):
        return Lost("the broker refuses the login", 403)
    if isinstance(reason, pika.exceptions.ProbableAccessDeniedError):
        return Lost("the broker refuses the login this virtual host", 530)
    if what_to_do := tls.advice(reason, "BROKER_URL", "BROKER_CA"):
        return Lost(f"the broker is not trusted: {what_to_do}")
    text = str(getattr(reason, "reply_text", "") or getattr(reason, "strerror", "") or reason)
    return Lost(f"{text or type(reason).__name__}"[:300], code)


def _inner(reason: BaseException) -> BaseException | None:
    """Pika wraps the real reason up to three times, each time in another way."""
    wrapped = [*getattr(reason, "exceptions", ()), getattr(reason, "exception", None), *reason.args[:1]]
    return next((each for each in reversed(wrapped) if isinstance(each, BaseException)), None)


def _nothing() -> None:
    """Make the poll return at once."""
