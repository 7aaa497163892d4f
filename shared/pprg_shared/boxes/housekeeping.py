"""Housekeeping: what was kept for a time only is let go of, an hour at a time and in slices."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from pprg_shared.boxes.tables import answers, ended_sessions, inbox, outbox, passing
from pprg_shared.contract import EVENTS, is_transient
from pprg_shared.database import Database

#: A repeat of a request gets the first answer for this long.
ANSWERS_KEPT = timedelta(days=30)
#: No session lasts longer, so that an older one needs no ending.
LONGEST = timedelta(hours=13)
EVERY = timedelta(hours=1)
SLICE = 500


class Housekeeping:
    """Drops old answers to repeats, old bodies of messages and what of a service's own has passed.

    Rows of messages stay, so that none counts twice.
    """

    name = "housekeeping"

    def __init__(self, database: Database, bodies_kept: timedelta, own: sa.MetaData) -> None:
        self.database, self.bodies_kept = database, bodies_kept
        self._passing = tuple(passing(own))
        self._due: datetime | None = None

    def drain(self) -> int:
        """Let go of what is too old; nothing when that was done within the hour."""
        at = self.database.clock()
        if self._due is not None and at < self._due:
            return 0
        old_answers = sa.select(answers.c.scope, answers.c.key).where(answers.c.kept_at < at - ANSWERS_KEPT)
        gone = sa.delete(answers).where(sa.tuple_(answers.c.scope, answers.c.key).in_(old_answers.limit(SLICE)))
        count = self._slices(gone)
        ended = sa.select(ended_sessions.c.id).where(ended_sessions.c.ended_at < at - LONGEST).limit(SLICE)
        count += self._slices(sa.delete(ended_sessions).where(ended_sessions.c.id.in_(ended)))
        for table in (outbox, inbox):
            old = (table.c.done_at < at - self.bodies_kept, table.c.body.is_not(None))
            ids = sa.select(table.c.id).where(*old).limit(SLICE)
            count += self._slices(sa.update(table).where(table.c.id.in_(ids)).values(body=None))
        transient = [name for name in EVENTS if is_transient(name)]
        parked = (inbox.c.failed_at < at - EVERY, inbox.c.type.in_(transient), inbox.c.body.is_not(None))
        ids = sa.select(inbox.c.id).where(*parked).limit(SLICE)
        count += self._slices(sa.update(inbox).where(inbox.c.id.in_(ids)).values(body=None))
        for until in self._passing:
            (key,) = until.table.primary_key
            passed = sa.select(key).where(until < at).limit(SLICE)
            count += self._slices(sa.delete(until.table).where(key.in_(passed)))
        self._due = at + EVERY
        return count

    def _slices(self, statement: sa.Delete | sa.Update) -> int:
        total = 0
        while True:
            with self.database.writing("housekeeping") as session:
                count = int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # a CursorResult
            total += count
            if count < SLICE:
                return total
