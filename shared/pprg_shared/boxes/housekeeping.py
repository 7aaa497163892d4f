"""Housekeeping: what was kept for a time only is let go of, an hour at a time and in slices."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from pprg_shared.boxes.tables import answers, inbox, outbox, passing
from pprg_shared.boxes.work import GoesOn, always
from pprg_shared.contract import transient_types
from pprg_shared.database import Database

#: A repeat of a request gets the first answer for this long.
ANSWERS_KEPT = timedelta(days=30)
EVERY = timedelta(hours=1)
SLICE = 500


class Housekeeping:
    """Drops old answers to repeats, old bodies of messages and whatever else has an end.

    Rows of messages stay, so that none counts twice.
    """

    name = "housekeeping"
    #: Seconds between two turns, each of which asks no more than whether the hour is over.
    pause = 10.0

    def __init__(self, database: Database, bodies_kept: timedelta, own: sa.MetaData) -> None:
        self.database, self.bodies_kept = database, bodies_kept
        self._passing = tuple(passing(own))
        self._due: datetime | None = None

    def drain(self, goes_on: GoesOn = always) -> int:
        """Let go of what is too old; nothing when that was done within the hour."""
        at = self.database.clock()
        if self._due is not None and at < self._due:
            return 0
        count = sum(self._slices(each, goes_on) for each in self._old(at))
        self._due = at + EVERY
        return count

    def _old(self, at: datetime) -> Iterator[sa.Delete | sa.Update]:
        """What lets go of a slice each of all that is too old by now."""
        old = sa.select(answers.c.scope, answers.c.key).where(answers.c.kept_at < at - ANSWERS_KEPT).limit(SLICE)
        yield sa.delete(answers).where(sa.tuple_(answers.c.scope, answers.c.key).in_(old))
        # Bodies of messages that are done and old, and of those that nobody could act on before they expired.
        yield _emptied(outbox, outbox.c.done_at < at - self.bodies_kept)
        yield _emptied(inbox, inbox.c.done_at < at - self.bodies_kept)
        yield _emptied(inbox, inbox.c.failed_at < at - EVERY, inbox.c.type.in_(transient_types()))
        for until in self._passing:
            (key,) = until.table.primary_key
            yield sa.delete(until.table).where(key.in_(sa.select(key).where(until < at).limit(SLICE)))

    def _slices(self, statement: sa.Delete | sa.Update, goes_on: GoesOn) -> int:
        total = 0
        while goes_on():
            with self.database.writing("housekeeping") as session:
                count = int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # a CursorResult
            total += count
            if count < SLICE:
                break
        return total


def _emptied(box: sa.Table, *which: sa.ColumnElement[bool]) -> sa.Update:
    ids = sa.select(box.c.id).where(*which, box.c.body.is_not(None)).limit(SLICE)
    return sa.update(box).where(box.c.id.in_(ids)).values(body=None)
