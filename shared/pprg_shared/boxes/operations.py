"""What a person can do about the rows of boxes: look, try again, give up, and send what was said once more."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import boxes_of, outbox, waiting
from pprg_shared.boxes.work import leased
from pprg_shared.bus import Message, Unheard
from pprg_shared.contract import Envelope, Event, is_transient, transient_types

if TYPE_CHECKING:  # the runtime imports boxes, and boxes must not import the runtime
    from pprg_shared.service import Runtime

SLICE = 100
#: Marks a row that is done because a person gave it up: what it would have said was not said.
DROPPED = "dropped by a person"
SHOWN = ("id", "type", "subject", "created_at", "due_at", "attempts", "done_at", "failed_at", "problem")


def listed(runtime: "Runtime", box: str | None, state: str, limit: int) -> list[dict[str, Any]]:
    """Rows of the boxes in this state (waiting, parked or done), newest first, without their content."""
    found = []
    for name, table in boxes_of(runtime.service.metadata).items():
        if box not in {None, name}:
            continue
        conditions = {
            "waiting": waiting(table),
            "parked": (table.c.failed_at.is_not(None),),
            "done": (table.c.done_at.is_not(None),),
        }[state]
        query = sa.select(*(table.c[each] for each in SHOWN)).where(*conditions)
        with runtime.database.reading() as session:
            rows = session.execute(query.order_by(table.c.created_at.desc()).limit(limit)).mappings()
            found += [{"box": name, **row} for row in rows]
    return found


def retry(runtime: "Runtime", box: str, row: UUID | None) -> int:
    """Make what is parked in a box due again from the first attempt, or one row that was tried; how many.

    Raises ClickException for a row that is named and cannot be tried again, as long as it is in hand above all.
    """
    table = boxes_of(runtime.service.metadata)[box]
    again: dict[str, Any] = {"failed_at": None, "due_at": runtime.clock(), "created_at": runtime.clock()}
    again |= dict.fromkeys({"attempts", "unknown"} & set(table.c.keys()), 0)
    parked = table.c.failed_at.is_not(None)
    return _changed(runtime, table, again, parked if row is None else sa.or_(parked, table.c.attempts > 0), row)


def drop(runtime: "Runtime", box: str, row: UUID) -> int:
    """Give up a row for good; it stays in the box as done, saying that a person dropped it.

    Raises ClickException for one that is done, not there, or in hand.
    """
    table = boxes_of(runtime.service.metadata)[box]
    given_up = {"done_at": runtime.clock(), "failed_at": None, "problem": DROPPED}
    return _changed(runtime, table, given_up, sa.true(), row)


def _changed(
    runtime: "Runtime", table: sa.Table, values: Mapping[str, Any], fit: "sa.ColumnElement[bool]", row: UUID | None
) -> int:
    """Change the rows that are fit for it, or the one that is named; what somebody has in hand stays as it is."""
    free = [table.c.done_at.is_(None), fit, sa.not_(leased(table, runtime.clock()))]
    named = [table.c.id == row] if row else []
    chosen = sa.select(table.c.id).where(*named, *free).with_for_update(skip_locked=True)
    with runtime.database.writing("action") as session:
        changed = session.execute(sa.update(table).where(table.c.id.in_(chosen)).values(**values))
        count = int(changed.rowcount)  # type: ignore[attr-defined]  # a CursorResult
        if row and not count:
            raise click.ClickException(_why_not(session, table, row, runtime.clock()))
    runtime.database.notify()
    return count


def _why_not(session: Session, table: sa.Table, row: UUID, at: datetime) -> str:
    """Why a row is left as it is."""
    named = table.c.id == row
    about = sa.select(table.c.done_at, table.c.due_at, leased(table, at).label("leased")).where(named)
    found = session.execute(about).first()
    if found is None:
        return "no such row"
    if found.done_at:
        return "it is done already"
    if found.leased or session.scalar(sa.select(table.c.id).where(named).with_for_update(skip_locked=True)) is None:
        return "it is in hand just now: wait until it is done, or until its time in hand is over"
    return f"it was not tried yet: that is due at {found.due_at:%FT%TZ}"


def replayable(runtime: "Runtime", subject: str | None) -> list[UUID]:
    """What was once said and is still kept, by type and then by age; what a person dropped was never said."""
    query = sa.select(outbox.c.id).where(*_done(subject, dropped=False), outbox.c.body.is_not(None))
    with runtime.database.reading() as session:
        return list(session.execute(query.order_by(outbox.c.type, outbox.c.created_at)).scalars())


def passed_over(runtime: "Runtime", subject: str | None) -> tuple[int, int]:
    """How many events about this are never sent again: transient ones that were said, and what a person dropped."""
    counted = sa.select(sa.func.count())
    transient = counted.where(*_done(subject, dropped=False), outbox.c.type.in_(transient_types()))
    with runtime.database.reading() as session:
        return session.scalar(transient) or 0, session.scalar(counted.where(*_done(subject, dropped=True))) or 0


def _done(subject: str | None, *, dropped: bool) -> "list[sa.ColumnElement[bool]]":
    """Rows of the outbox that wait for nothing any more: said, or else dropped."""
    which = outbox.c.problem == DROPPED if dropped else outbox.c.problem.is_distinct_from(DROPPED)
    about = [outbox.c.subject == subject] if subject else []
    return [outbox.c.done_at.is_not(None), which, *about]


def replay(
    runtime: "Runtime",
    to: str,
    subject: str | None,
    progress: Callable[[int], None],
    *,
    mark: bool = True,
) -> int:
    """Send what was once said to one consumer again, transient events never; how many it has taken.

    Marked as replayed, so that no letter goes out for it, unless `mark` is False. Types that the consumer does not
    hear are passed over; raises ClickException when it hears none of them, or when the broker did not take all.
    """
    ids = replayable(runtime, subject)
    sent, heard = 0, not ids
    for start in range(0, len(ids), SLICE):
        part = ids[start : start + SLICE]
        for messages in _by_type(runtime, part, to, mark=mark):
            try:
                confirmed = runtime.bus.publish(messages)
            except Unheard:
                continue
            heard = True
            if len(confirmed) < len(messages):
                raise click.ClickException(f"{len(messages) - len(confirmed)} events were not taken; run it again")
            sent += len(confirmed)
        progress(len(part))
    if not heard:
        raise click.ClickException(f"no service called {to} hears anything of this")
    return sent


def tell(runtime: "Runtime", to: str, events: Iterable[Event]) -> int:
    """Say something to one consumer and nobody else, marked as said before; how much it has taken.

    Raises ClickException when it hears nothing of this, or when the broker did not take all.
    """
    sent, correlation = 0, str(uuid4())
    for event_type, group in groupby(events, key=lambda each: each.event_type):
        while part := list(islice(group, SLICE)):
            messages = [
                Message(each.id, event_type, each.to_json(), to) for each in _wrapped(runtime, part, correlation)
            ]
            try:
                confirmed = runtime.bus.publish(messages)
            except Unheard:
                raise click.ClickException(f"no service called {to} hears {event_type}") from None
            if len(confirmed) < len(messages):
                raise click.ClickException(f"{len(messages) - len(confirmed)} events were not taken; run it again")
            sent += len(confirmed)
    return sent


def _wrapped(runtime: "Runtime", events: Iterable[Event], correlation: str) -> Iterator[Envelope]:
    about: dict[str, Any] = {"source": runtime.service.name, "time": runtime.clock(), "correlation_id": correlation}
    return (each.wrap(runtime.keys, **about).again() for each in events)


def _by_type(runtime: "Runtime", ids: Sequence[UUID], to: str, *, mark: bool) -> Iterator[list[Message]]:
    wanted = sa.select(outbox.c.id, outbox.c.type, outbox.c.body).where(outbox.c.id.in_(ids)).order_by(outbox.c.type)
    with runtime.database.reading() as session:
        rows = [row for row in session.execute(wanted) if not is_transient(row.type)]
    for _, group in groupby(rows, key=lambda row: str(row.type)):
        yield [Message(row.id, row.type, _body(bytes(row.body), mark=mark), to) for row in group]


def _body(body: bytes, *, mark: bool) -> bytes:
    return Envelope.from_json(body).again().to_json() if mark else body
