"""What an event is: declared once as a frozen dataclass, sealed, written and read as CloudEvents JSON."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar, Self, dataclass_transform
from uuid import UUID, uuid4

from pprg_shared.errors import TooLarge, Unreadable
from pprg_shared.parts import Part
from pprg_shared.sealing import Keyring, Keys

#: Largest message that goes on the bus; larger content travels as a sealed file.
MESSAGE_BYTES = 256 * 1024
#: Events by wire type, filled as they are declared.
EVENTS: dict[str, type["Event"]] = {}


def sealed(ring: str, **options: Any) -> Any:
    """A confidential field of an event, sealed under the keys of this ring wherever it lies."""
    return field(metadata={"ring": ring}, repr=False, **options)


@dataclass(frozen=True)
class Envelope:
    """An event as it travels: the public part in clear, one sealed token for each ring."""

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    correlation_id: str
    public: Mapping[str, Any]
    sealed: Mapping[str, str] = field(default_factory=dict)
    revision: int | None = None
    expires_at: datetime | None = None
    replayed: bool = False

    def to_json(self) -> bytes:
        """The CloudEvents 1.0 form of this event; raises TooLarge beyond 256 kB."""
        wire: dict[str, Any] = {
            "specversion": "1.0",
            "id": str(self.id),
            "type": self.type,
            "source": self.source,
            "subject": self.subject,
            "time": self.time.isoformat(),
            "datacontenttype": "application/json",
            "correlationid": self.correlation_id,
        }
        if self.revision is not None:
            wire["revision"] = self.revision
        if self.expires_at is not None:
            wire["expiresat"] = self.expires_at.isoformat()
        if self.replayed:
            wire["replayed"] = True
        wire["data"] = {"public": self.public, "sealed": self.sealed}
        body = json.dumps(wire, separators=(",", ":")).encode()
        if len(body) > MESSAGE_BYTES:
            kilobytes = MESSAGE_BYTES // 1024
            raise TooLarge(f"This is too long to send at once: {len(body) // 1024} kB, and {kilobytes} is the most.")
        return body

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """Read the wire form, ignoring what is not known; raises Unreadable for anything else."""
        try:
            wire = json.loads(body.decode())
            data = wire["data"]
            expires = wire.get("expiresat")
            envelope = cls(
                id=UUID(wire["id"]),
                type=wire["type"],
                source=wire["source"],
                subject=wire["subject"],
                time=datetime.fromisoformat(wire["time"]).astimezone(UTC),
                correlation_id=wire["correlationid"],
                public=dict(data["public"]),
                sealed=dict(data["sealed"]),
                revision=wire.get("revision"),
                expires_at=datetime.fromisoformat(expires).astimezone(UTC) if expires else None,
                replayed=wire.get("replayed") is True,
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unreadable(f"not an event: {type(error).__name__}") from None
        texts = (envelope.type, envelope.source, envelope.subject, envelope.correlation_id)
        if not all(isinstance(token, str) for token in envelope.sealed.values()):
            raise Unreadable("not an event: what is sealed is not text")
        if not all(isinstance(text, str) and text.isprintable() for text in texts):
            raise Unreadable("not an event: an attribute is not plain text")
        return envelope

    def again(self) -> Self:
        """The same event, marked as replayed."""
        return dataclasses.replace(self, replayed=True)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field, sealed))
class Event:
    """Base of all events: `class CaseOpened(Event, name="case.opened", version=1, subject="case_id")` declares one."""

    event_name: ClassVar[str]
    event_version: ClassVar[int]
    event_type: ClassVar[str]
    #: The field whose value is the referral or case that the event is about, indexed in every box.
    subject_field: ClassVar[str]
    #: A transient event says until when it is of use: after that nobody acts on it. It is never replayed, and boxes
    #: drop its body once it is published and once it is handled.
    transient: ClassVar[bool]
    #: Whether the event carries `revision`: copies of what it describes keep the higher.
    revised: ClassVar[bool]
    public_part: ClassVar[Part]
    #: What is sealed, by ring.
    ring_parts: ClassVar[Mapping[str, Part]]

    def __init_subclass__(cls, *, name: str, version: int, subject: str, transient: bool = False) -> None:
        """Make the class a frozen dataclass in parts."""
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True)(cls)
        cls.event_name, cls.event_version, cls.event_type = name, version, f"{name}.v{version}"
        cls.subject_field, cls.transient = subject, transient
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # made a dataclass two lines above
        cls.revised = any(each.name == "revision" for each in fields)
        rings = sorted({each.metadata["ring"] for each in fields if "ring" in each.metadata})
        for each in fields:
            if "ring" in each.metadata and each.name in vars(cls):
                delattr(cls, each.name)  # or the default would be read where only a key opens the value
        cls.public_part = Part(cls, [f for f in fields if "ring" not in f.metadata], cls.__name__)
        cls.ring_parts = {
            ring: Part(cls, [f for f in fields if f.metadata.get("ring") == ring], f"{cls.__name__}_{ring}")
            for ring in rings
        }
        if cls.event_type in EVENTS and EVENTS[cls.event_type].__qualname__ != cls.__qualname__:
            raise TypeError(f"{cls.event_type} is declared twice")
        EVENTS[cls.event_type] = cls

    def __getattr__(self, name: str) -> Any:
        """Only reached for what was not readable here: say so plainly."""
        if name in {each.name for each in dataclasses.fields(type(self))}:  # type: ignore[arg-type]  # a dataclass
            raise AttributeError(f"{self.event_type}: {name} is sealed under a key that this service does not hold")
        raise AttributeError(name)

    @cached_property
    def envelope(self) -> Envelope:
        """The envelope in which this event arrived; an event not yet sent has none."""
        raise AttributeError(f"{self.event_type} has not arrived from anywhere")

    @property
    def subject(self) -> str:
        """The referral or case that the event is about."""
        return str(getattr(self, self.subject_field))

    def wrap(
        self,
        keys: Keys,
        *,
        source: str,
        time: datetime,
        correlation_id: str,
        event_id: UUID | None = None,
        expires_at: datetime | None = None,
    ) -> Envelope:
        """Seal and write this event strictly; raises ValueError for what its own schema refuses.

        A transient event must say when it expires, and no other does.
        """
        if self.transient is (expires_at is None):
            raise ValueError(f"{self.event_type} {'must' if self.transient else 'cannot'} say when it expires")
        number = event_id or uuid4()
        public = self.public_part.write(self)
        return Envelope(
            id=number,
            type=self.event_type,
            source=f"/pprg/{source}",
            subject=self.subject,
            time=time,
            correlation_id=correlation_id,
            public=public,
            sealed={
                ring: keys[ring].seal(
                    json.dumps(part.write(self), separators=(",", ":")).encode(),
                    seal_context(number, self.event_type, ring),
                )
                for ring, part in self.ring_parts.items()
            },
            revision=public.get("revision"),
            expires_at=expires_at,
        )

    @classmethod
    def unwrap(cls, envelope: Envelope, keys: Keys) -> Self:
        """Read an event tolerantly; parts sealed under rings not held here are left out, and say so when asked for."""
        values = cls.public_part.read(envelope.public)
        for ring, part in cls.ring_parts.items():
            if ring in keys:
                values |= part.read(_opened(envelope, ring, keys[ring]))
        event = object.__new__(cls)
        event.__dict__.update(values, envelope=envelope)
        return event


def is_transient(event_type: str) -> bool:
    """Whether events of this type are never replayed and their bodies dropped once handled."""
    return event_type in EVENTS and EVENTS[event_type].transient


def transient_types() -> list[str]:
    """The types of which that is so."""
    return [name for name, event in EVENTS.items() if event.transient]


def _opened(envelope: Envelope, ring: str, keys: Keyring) -> dict[str, Any]:
    """What lies in the part sealed under this ring: nothing, when the event was said before the part was declared."""
    if ring not in envelope.sealed:
        return {}
    values: dict[str, Any] = json.loads(
        keys.open(envelope.sealed[ring], seal_context(envelope.id, envelope.type, ring))
    )
    return values


def seal_context(event_id: UUID, event_type: str, ring: str) -> str:
    """The place to which the sealed part of an event is bound."""
    return f"event:{event_id}:{event_type}:{ring}"
