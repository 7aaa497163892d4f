"""Taking work that is due, acting on it, and what happens when that fails; the same for every box."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.away import away, fault
from pprg_shared.boxes.reasons import reason
from pprg_shared.boxes.tables import waiting
from pprg_shared.database import Database
from pprg_shared.errors import NotYet, Refused
from pprg_shared.logs import bound, log

#: Longer than the slowest act; whoever may act for longer renews it.
LEASE = timedelta(seconds=90)
LONGEST = timedelta(hours=1)
TRIES = 12
PATIENCE = timedelta(hours=1)
#: Asked between two pieces of work: whether there is to be another now. Whoever asks has shown that it lives.
GoesOn = Callable[[], bool]


def always() -> bool:
    """Go on until nothing is due."""
    return True


@dataclass(frozen=True)
class Outcome:
    """How an act went: done, or to be tried again at `due_at`, or given up for a person to look at."""

    problem: str
    due_at: datetime | None = None
    given_up: bool = False


def back_off(attempts: int) -> timedelta:
    """2, 4, 8 … seconds, at most an hour."""
    return min(timedelta(seconds=2 ** min(max(attempts, 1), 12)), LONGEST)


def patience(error: Exception, attempts: int, created_at: datetime, now: datetime) -> Outcome:
    """What becomes of a row whose act failed: a fault is tried 12 times or for an hour, a refusal not at all."""
    spent = attempts >= TRIES or now - created_at >= PATIENCE
    if isinstance(error, Refused) or (spent and not isinstance(error, NotYet)):
        return Outcome(reason(error), given_up=True)
    return Outcome(reason(error), now + back_off(attempts))


@cache
def _take(table: sa.Table, limit: int, counters: tuple[str, ...], first: tuple[str, ...]) -> sa.UpdateBase:
    """In one statement; the oldest are found apart, lest PostgreSQL looks for them again for every row."""
    due = (*waiting(table), table.c.due_at <= sa.bindparam("now"))
    order = [table.c.type.in_(first).desc()] if first else []
    oldest = sa.select(table.c.id).where(*due).order_by(*order, table.c.due_at).limit(limit)
    chosen = sa.select(oldest.with_for_update(skip_locked=True).cte("oldest").c.id)
    # A row in hand has no problem, so that it can be told from one that waits for its next try.
    leased = {"due_at": sa.bindparam("until"), "problem": None, **{each: table.c[each] + 1 for each in counters}}
    return sa.update(table).where(table.c.id.in_(chosen)).values(**leased).returning(table)


def take_many(
    database: Database,
    table: sa.Table,
    limit: int,
    counters: tuple[str, ...] = ("attempts",),
    first: tuple[str, ...] = (),
) -> list[Any]:
    """Up to `limit` rows that are due, leased to the caller; their counters already count this time.

    Rows of the types that go `first` come before others that have been due for longer.
    """
    at = database.clock()
    times = {"now": at, "until": at + LEASE}
    rows = database.at_once(f"{table.name}-take", _take(table, limit, counters, first), times)
    return sorted(rows, key=attrgetter("created_at"))


def leased(table: sa.Table, at: datetime) -> "sa.ColumnElement[bool]":
    """In hand at this moment, by the row itself; the outbox locks what it has in hand instead."""
    return sa.and_(*waiting(table), table.c.attempts > 0, table.c.problem.is_(None), table.c.due_at > at)


def recover(database: Database, tables: Iterable[sa.Table]) -> None:
    """Make due what a process that died had in hand; only where no other process can have it in hand now.

    It is due at once the first time. What was in hand when several died waits a little longer each time, and no longer
    than its lease: a process that dies again and again as it starts must not use up a letter's attempts in seconds.
    """
    at = database.clock()
    with database.writing("recovery") as session:
        for table in tables:
            in_hand = sa.select(table.c.id, table.c.attempts, table.c.due_at).where(leased(table, at))
            for row in session.execute(in_hand).all():
                due_at = at if row.attempts == 1 else min(row.due_at, at + back_off(row.attempts - 1))
                session.execute(sa.update(table).where(table.c.id == row.id).values(due_at=due_at))


@cache
def _done(table: sa.Table) -> sa.Update:
    mine = table.c.id == sa.bindparam("row")
    return sa.update(table).where(mine, *waiting(table)).values(done_at=sa.bindparam("at"), problem=None)


def finish(session: Session, table: sa.Table, row_id: UUID, at: datetime) -> bool:
    """Mark a row done within the transaction that does its work; False when somebody else already did."""
    result = session.execute(_done(table), {"row": row_id, "at": at})
    return bool(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult


class Box:
    """A table of waiting work and the act that does one row of it, in the same transaction as its mark.

    What takes long to find out is looked at before, while others may write: `look` reads, and what it finds is given to
    the act, which sees whether it still holds. `story` tells the correlation id of what a row follows from, which is
    also that of what follows from the row; one that says none begins a story of its own.
    """

    def __init__(
        self,
        database: Database,
        table: sa.Table,
        act: Callable[..., None],
        look: Callable[[Session, Any], Any] | None = None,
        story: Callable[[Any], str | None] = lambda _row: None,
    ) -> None:
        self.database, self.table, self.act, self.look, self.story = database, table, act, look, story
        self.name = table.name

    def drain(self, goes_on: GoesOn = always) -> int:
        """Do all that is due, one row a transaction; a failure postpones its own row only."""
        count = 0
        while goes_on() and (rows := take_many(self.database, self.table, 1)):
            for row in rows:
                story = self.story(row) or str(uuid4())
                with bound(correlation_id=story):
                    self._do(row, story)
                count += 1
        return count

    def _do(self, row: Any, story: str) -> None:
        try:
            seen = self._looked(row)
            with self.database.writing(f"{self.name}-handle", story) as session:
                if finish(session, self.table, row.id, self.database.clock()):
                    self.act(session, row, *seen)
            log.info("done", box=self.name, id=str(row.id), type=row.type)
        except Exception as error:
            if away(error) and row.attempts < TRIES:  # its lease runs out; only so often, lest it is the row's doing
                raise
            self.postpone(row, patience(error, row.attempts, row.created_at, self.database.clock()))
            log.warning("row postponed", box=self.name, id=str(row.id), type=row.type, fault=fault(error))

    def _looked(self, row: Any) -> tuple[Any, ...]:
        if self.look is None:
            return ()
        with self.database.reading() as session:
            return (self.look(session, row),)

    def postpone(self, row: Any, outcome: Outcome) -> None:
        """Write down what went wrong with a row and when it is tried again, if ever."""
        at = self.database.clock()
        values: dict[str, Any] = {"problem": outcome.problem, "due_at": outcome.due_at or row.due_at}
        if outcome.given_up:
            values["failed_at"] = at
        mine = self.table.c.id == row.id
        later = sa.update(self.table).where(mine, self.table.c.done_at.is_(None))
        self.database.at_once(f"{self.name}-postpone", later.values(**values), {})
