"""The outbox: what a service says is kept with the change, then published and marked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.boxes.reasons import unsent
from pprg_shared.boxes.tables import among, outbox, waiting
from pprg_shared.boxes.work import GoesOn, always, back_off
from pprg_shared.bus import Bus, BusDown, Message
from pprg_shared.contract import Event, is_transient
from pprg_shared.crashpoints import crashpoint
from pprg_shared.database import Database, context, write_last
from pprg_shared.hand import Hand

WINDOW = 200
#: A broker or a listener that is back is found within this time.
LONGEST_WAIT = timedelta(seconds=30)

_ADD = sa.insert(outbox)
_OLDEST = (
    sa.select(outbox.c.id, outbox.c.type, outbox.c.body, outbox.c.created_at)
    .where(*waiting(outbox), outbox.c.due_at <= sa.bindparam("now"))
    .order_by(outbox.c.due_at)
    .limit(WINDOW)
    .with_for_update(skip_locked=True)
    .subquery("oldest")
)
_TAKE = sa.select(_OLDEST.c.id, _OLDEST.c.type, _OLDEST.c.body).order_by(_OLDEST.c.created_at)
_PUT_OFF = sa.select(outbox.c.id).where(*waiting(outbox), outbox.c.problem.is_not(None))
#: What another process has in hand just now needs no hurry.
_HURRY = (
    sa.update(outbox)
    .where(outbox.c.id.in_(_PUT_OFF.with_for_update(skip_locked=True)))
    .values(due_at=sa.bindparam("at"))
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
    if about.replayed:
        envelope = envelope.again()
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
    """Called before the commit: all that was said."""
    for row in context(session).outgoing:
        write_last(session, _ADD, row)


class Outbox:
    """The relay: takes up to WINDOW rows, publishes them, awaits all confirms, marks them in one update.

    From being taken until being marked they are locked; a relay that dies lets go of them.
    """

    name, table = "outbox", outbox

    def __init__(self, database: Database, bus: Bus) -> None:
        self.database, self.bus = database, bus
        self._failures, self._again_at = 0, database.clock()
        taken = sa.update(outbox).where(among(outbox.c.id, "ids", sqlite=database.sqlite))
        taken = taken.values(attempts=outbox.c.attempts + 1)
        self._done = taken.values(done_at=sa.bindparam("at"), problem=None)
        self._forget = self._done.values(body=None)
        self._postpone = taken.values(due_at=sa.bindparam("due"), problem=sa.bindparam("why"))

    def drain(self, goes_on: GoesOn = always) -> int:
        """Publish all that is due; the number of rows confirmed. Returns early while the broker is away."""
        total = 0
        while goes_on():
            with self.database.in_hand() as hand:
                rows = hand.take(_TAKE, {"now": self.database.clock()})
                confirmed = self._publish(hand, rows) if rows else set()
            total += len(confirmed)
            if len(confirmed) < WINDOW:
                break
        return total

    def hurry(self) -> None:
        """Make everything that waits due at once."""
        self.database.at_once("outbox-postpone", _HURRY, {"at": self.database.clock()})

    def _publish(self, hand: Hand, rows: Sequence[Any]) -> set[UUID]:
        messages = [Message(row.id, row.type, bytes(row.body)) for row in rows]
        try:
            confirmed, why = self.bus.publish(messages), self.bus.problem() or "the broker has not confirmed it"
        except BusDown as error:
            confirmed, why = set(), str(error)
        crashpoint(f"{self.database.service}.bus.after_confirm")
        self._mark(hand, rows, confirmed, why)
        return confirmed

    def _mark(self, hand: Hand, rows: Sequence[Any], confirmed: set[UUID], why: str) -> None:
        """Done or put off; a transient event that is done has no body any more."""
        at = self.database.clock()
        if confirmed:
            self._failures, self._again_at = 0, at
        changes: list[tuple[sa.Update, dict[str, Any]]] = []
        for transient, statement in ((False, self._done), (True, self._forget)):
            if ids := [row.id for row in rows if row.id in confirmed and is_transient(row.type) is transient]:
                changes.append((statement, {"ids": ids, "at": at}))
        if left := [row.id for row in rows if row.id not in confirmed]:
            changes.append((self._postpone, {"ids": left, "due": self._later(), "why": unsent(why)}))
        act = f"{self.database.service}.{'outbox-postpone' if left else 'outbox-mark'}"
        crashpoint(f"{act}.before_commit")
        hand.finish(changes)
        crashpoint(f"{act}.after_commit")

    def _later(self) -> datetime:
        """When to try again; however much fails during one wait, it counts as one failure."""
        at = self.database.clock()
        if at >= self._again_at:
            self._failures += 1
            self._again_at = at + min(back_off(self._failures), LONGEST_WAIT)
        return self._again_at


__all__ = ["Outbox", "publish"]
