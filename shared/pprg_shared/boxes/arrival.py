"""Arrivals: what comes from the bus is in the inbox, or done, before it is acknowledged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.away import away, fault
from pprg_shared.boxes.reasons import FORGED, GONE, STRANGE, malformed
from pprg_shared.boxes.tables import inbox, insert_all_new
from pprg_shared.boxes.work import Box
from pprg_shared.contract import EVENTS, Envelope, Event
from pprg_shared.database import Database, context
from pprg_shared.errors import Refused, Unreadable
from pprg_shared.logs import log
from pprg_shared.sealing import KeyMissing, SealError

#: Said of what came after it was of any use.
EXPIRED = "expired, not handled"
#: A database that is away for so many batches running may be there: a statement that ends its connection looks alike.
OFTEN = 3
#: For so long what has come tells whether this service keeps up.
LATELY = timedelta(minutes=1)
#: What it gives back is for who calls it by hand.
Handler = Callable[[Session, Any], object]


class Arrival:
    """Claims, handles and marks a batch in one transaction; if a handler raises, stores it and goes one by one."""

    def __init__(self, database: Database, handlers: Mapping[type[Event], Handler], wake: Callable[[], None]) -> None:
        self.database, self.wake = database, wake
        self.handlers = {each.event_type: handler for each, handler in handlers.items()}
        self.waiting = Box(database, inbox, self._again, story=_story)
        self._in_vain = 0
        self._longest = database.clock(), 0.0

    def receive(self, bodies: Sequence[bytes]) -> list[bool]:
        """True for each message that is now safe here; raises when the database is away, and then nothing is.

        What can only be stored is stored; if not even that can be done, the database is away, whatever it said.
        """
        read: list[Envelope | None] = [_read(body) for body in bodies]
        known = {each.id: (each, body) for each, body in zip(read, bodies, strict=True) if each is not None}
        self._note(each for each, _ in known.values())
        try:
            self._handle_all(known)
        except Exception as error:
            self._in_vain = self._in_vain + 1 if away(error) else 0
            if 0 < self._in_vain < OFTEN:
                raise
            log.info("batch goes one by one", count=len(known), fault=fault(error))
            self._park_all(known)  # one bad message must not hold up the others
            self.wake()
        self._in_vain = 0
        return [each is not None for each in read]

    def behind(self) -> float:
        """Seconds that what came within the last minute had been on its way, the longest of it."""
        at, seconds = self._longest
        return seconds if self.database.clock() - at < LATELY else 0.0

    def _note(self, envelopes: Iterable[Envelope]) -> None:
        """How long what came had been on its way; a replay is old by its nature."""
        if said := [each.time for each in envelopes if not each.replayed]:
            at = self.database.clock()
            seconds = (at - min(said)).total_seconds()
            if seconds >= self.behind():
                self._longest = at, seconds

    def _handle_all(self, known: Mapping[Any, tuple[Envelope, bytes]]) -> None:
        strange = {number for number, (envelope, _) in known.items() if envelope.type not in self.handlers}
        at = self.database.clock()
        rows = [_row(*known[number], at, strange=number in strange) for number in known]
        if not rows:
            return
        with self.database.writing("arrival", again=True) as session:
            fresh = insert_all_new(session, inbox, rows) - strange
            new = [envelope for number, (envelope, _) in known.items() if number in fresh]
            for each in new:
                self._handle(session, each)
        service = self.database.service
        for each in new:
            log.info("handled", service=service, type=each.type, id=str(each.id), correlation_id=each.correlation_id)

    def _park_all(self, known: Mapping[Any, tuple[Envelope, bytes]]) -> None:
        at = self.database.clock()
        rows = [_row(*pair, at, strange=False) | {"done_at": None} for pair in known.values()]
        with self.database.writing("parking") as session:
            insert_all_new(session, inbox, rows)

    def _again(self, session: Session, row: Any) -> None:
        if row.body is None:
            raise Refused(GONE)
        envelope = _read(bytes(row.body))
        if envelope is None or envelope.type not in self.handlers:
            raise Refused(STRANGE)
        self._handle(session, envelope)

    def _handle(self, session: Session, envelope: Envelope) -> None:
        about = context(session)
        if envelope.expires_at is not None and envelope.expires_at <= about.clock():
            log.info("expired", type=envelope.type, id=str(envelope.id), correlation_id=envelope.correlation_id)
            _drop_body(session, envelope, EXPIRED)
            return
        about.correlation_id, about.replayed = envelope.correlation_id, envelope.replayed
        try:
            heard = EVENTS[envelope.type].unwrap(envelope, about.keys)
        except Unreadable as error:
            raise Refused(malformed(error)) from None
        except KeyMissing:
            raise  # its ring may get the key yet
        except SealError:
            raise Refused(FORGED) from None
        self.handlers[envelope.type](session, heard)
        if EVENTS[envelope.type].transient:
            _drop_body(session, envelope)


def _drop_body(session: Session, envelope: Envelope, problem: str | None = None) -> None:
    """What was of use for a short time only is not kept once it is done."""
    session.execute(sa.update(inbox).where(inbox.c.id == envelope.id).values(body=None, problem=problem))


def _story(row: Any) -> str | None:
    """What the message of a row belongs to, if that can be read."""
    envelope = _read(bytes(row.body)) if row.body is not None else None
    return envelope.correlation_id if envelope else None


def _read(body: bytes) -> Envelope | None:
    try:
        return Envelope.from_json(body)
    except Unreadable:
        return None


def _row(envelope: Envelope, body: bytes, at: Any, *, strange: bool) -> dict[str, Any]:
    return {
        "id": envelope.id,
        "type": envelope.type[:120],
        "subject": envelope.subject[:80],
        "body": body,
        "created_at": at,
        "due_at": at,
        "done_at": None if strange else at,
        "failed_at": at if strange else None,
        "problem": STRANGE if strange else None,
    }
