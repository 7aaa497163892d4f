"""A window of messages in one piece: pika encodes the frames, but would hand each of them to the socket by itself."""

from collections.abc import Iterator, Sequence

import pika
from pika import frame, spec

from pprg_shared.bus import Message
from pprg_shared.rabbit.topology import EXCHANGE, routing_key

PERSISTENT = 2
CONTENT_TYPE = "application/cloudevents+json"
#: What a frame holds besides its payload: type, channel, size and end mark.
AROUND = 8


class Encoder:
    """Encodes for one channel."""

    def __init__(self, channel: int, frame_bytes: int) -> None:
        self._channel, self._piece = channel, frame_bytes - AROUND
        self._openings: dict[str, bytes] = {}

    def window(self, messages: Sequence[Message]) -> bytes:
        """Basic.Publish, persistent and mandatory, for each message."""
        return b"".join(part for each in messages for part in self._frames(each))

    def _frames(self, message: Message) -> Iterator[bytes]:
        body = message.body
        about = pika.BasicProperties(CONTENT_TYPE, delivery_mode=PERSISTENT, message_id=str(message.id))
        yield self._opening(routing_key(message.type, message.to))
        yield frame.Header(self._channel, len(body), about).marshal()
        for start in range(0, len(body), self._piece):
            yield frame.Body(self._channel, body[start : start + self._piece]).marshal()

    def _opening(self, key: str) -> bytes:
        """The same for every message of one key, and there are only some dozens of keys."""
        if key not in self._openings:
            publish = spec.Basic.Publish(exchange=EXCHANGE, routing_key=key, mandatory=True)
            self._openings[key] = frame.Method(self._channel, publish).marshal()
        return self._openings[key]
