"""The outbox: what a service says is kept with the change, then published and marked."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import outbox
from pprg_shared.boxes.work import LEASE, back_off, take_many
from pprg_shared.bus import Bus, BusDown, Message
from pprg_shared.contract import Event, is_transient
from pprg_shared.crashpoints import crashpoint
from pprg_shared.database import Database, context

WINDOW = 100
#: A broker or a listener that is back is found within this time.
LONGEST_WAIT = timedelta(seconds=30)

_ADD = sa.insert(outbox)
_MARK = (
    sa.update(outbox)
    .where(outbox.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(done_at=sa.bindparam("at"), problem=None)
)
_FORGET = _MARK.values(body=None)
_POSTPONE = (
    sa.update(outbox)
    .where(outbox.c.id.in_(sa.bindparam("ids", expanding=True)), outbox.c.done_at.is_(None))
    .values(due_at=sa.bindparam("due"), problem=sa.bindparam("why"))
)


def publish(
    session: Session, event: Event, *, event_id: UUID | None = None, expires_at: datetime | None = None
) -> UUID:
    """Say something in this transaction: it goes out if, and only if, the transaction commits."""
    about = context(session)
    envelope = event.wrap(
        about.keys,
        source=about.service,
        time=about.clock(),
        correlation_id=about.correlation_id,
        event_id=event_id,
        expires_at=expires_at,
    )
    about.outgoing.append(
        {
            "id": envelope.id,
            "type": envelope.type,
            "subject": envelope.subject,
            "body": envelope.to_json(),
            "created_at": envelope.time,
            "due_at": envelope.time,
        }
    )
    session.info["keep"] = _keep
    return envelope.id


def _keep(session: Session) -> None:
    """Called before the commit: all that was said, in one statement."""
    rows = context(session).outgoing
    session.execute(_ADD, rows)


_HURRY = (
    sa.update(outbox)
    .where(outbox.c.done_at.is_(None), outbox.c.failed_at.is_(None), outbox.c.problem.is_not(None))
    .values(due_at=sa.bindparam("at"))
)


class Outbox:
    """The relay: takes up to 100 rows, publishes them, awaits all confirms, marks them in one update."""

    name = "outbox"

    def __init__(self, database: Database, bus: Bus) -> None:
        self.database, self.bus = database, bus
        self._failures, self._again_at = 0, database.clock()

    def drain(self) -> int:
        """Publish all that is due; the number of rows confirmed. Returns early while the broker is away."""
        total = 0
        while rows := take_many(self.database, outbox, WINDOW):
            confirmed = self._publish(rows)
            total += len(confirmed)
            if len(confirmed) < len(rows) or len(rows) < WINDOW:
                break
        return total

    def hurry(self) -> None:
        """Make everything that waits due at once; a row that is just being published may go twice, and counts once."""
        self.database.at_once("outbox-postpone", _HURRY, {"at": self.database.clock()})

    def _publish(self, rows: list[Any]) -> set[UUID]:
        messages = [Message(row.id, row.type, bytes(row.body)) for row in rows]
        why = "not confirmed by the broker"
        try:
            confirmed = self.bus.publish(messages)
        except BusDown as error:
            confirmed, why = set(), str(error)[:500]
        crashpoint(f"{self.database.service}.bus.after_confirm")
        if confirmed:
            self._failures, self._again_at = 0, self.database.clock()
            self._mark([row for row in rows if row.id in confirmed])
        if left := [row.id for row in rows if row.id not in confirmed]:
            later = {"ids": left, "due": self._later(), "why": why}
            self.database.at_once("outbox-postpone", _POSTPONE, later)
        return confirmed

    def _mark(self, rows: list[Any]) -> None:
        """Done; a transient event has no body any more."""
        at = self.database.clock()
        for transient in (False, True):
            if ids := [row.id for row in rows if is_transient(row.type) is transient]:
                self.database.at_once("outbox-mark", _FORGET if transient else _MARK, {"ids": ids, "at": at})

    def _later(self) -> datetime:
        """When to try again; however much fails during one wait, it counts as one failure."""
        at = self.database.clock()
        if at >= self._again_at:
            self._failures += 1
            self._again_at = at + min(back_off(self._failures), LONGEST_WAIT)
        return self._again_at


__all__ = ["LEASE", "Outbox", "publish"]
