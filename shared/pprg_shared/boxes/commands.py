"""`boxes list|show|retry|drop|replay`: what waits, what was parked, and what a person can do about it."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
import sqlalchemy as sa

from pprg_shared.boxes.tables import metadata
from pprg_shared.bus import Message
from pprg_shared.contract import Envelope, is_transient

if TYPE_CHECKING:  # the runtime imports boxes, and boxes must not import the runtime
    from pprg_shared.service import Runtime

SLICE = 100


def tables(runtime: "Runtime") -> dict[str, sa.Table]:
    """The boxes of a service by name."""
    every = [*metadata.sorted_tables, *runtime.service.metadata.sorted_tables]
    return {table.name: table for table in every if {"due_at", "failed_at", "attempts"} <= set(table.c.keys())}


def listed(runtime: "Runtime", box: str | None, state: str, limit: int) -> list[dict[str, Any]]:
    """Rows of the boxes in this state (waiting, parked or done), newest first, without their content."""
    found = []
    for name, table in tables(runtime).items():
        if box not in {None, name}:
            continue
        conditions = {
            "waiting": (table.c.done_at.is_(None), table.c.failed_at.is_(None)),
            "parked": (table.c.failed_at.is_not(None),),
            "done": (table.c.done_at.is_not(None),),
        }[state]
        names = ("id", "type", "subject", "created_at", "due_at", "attempts", "done_at", "failed_at", "problem")
        query = sa.select(*(table.c[each] for each in names)).where(*conditions)
        with runtime.database.reading() as session:
            rows = session.execute(query.order_by(table.c.created_at.desc()).limit(limit)).mappings()
            found += [{"box": name, **row} for row in rows]
    return found


def retry(runtime: "Runtime", box: str, row: UUID | None) -> int:
    """Make a parked row, or all of a box, due again from the first attempt."""
    table = tables(runtime)[box]
    chosen = table.c.failed_at.is_not(None) if row is None else sa.and_(table.c.id == row, table.c.done_at.is_(None))
    again = {"failed_at": None, "attempts": 0, "due_at": runtime.clock(), "created_at": runtime.clock()}
    with runtime.database.writing("action") as session:
        result = session.execute(sa.update(table).where(chosen).values(**again))
        return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult


def drop(runtime: "Runtime", box: str, row: UUID) -> int:
    """Give up a row for good; it stays in the box as done, saying that a person dropped it."""
    table = tables(runtime)[box]
    with runtime.database.writing("action") as session:
        given_up = {"done_at": runtime.clock(), "failed_at": None, "problem": "dropped by a person"}
        waiting = (table.c.id == row, table.c.done_at.is_(None))
        result = session.execute(sa.update(table).where(*waiting).values(**given_up))
        return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult


def replay(runtime: "Runtime", to: str, subject: str | None, progress: Callable[[int], None]) -> int:
    """Send what was once said to one consumer again, marked as replayed; transient events never."""
    table = tables(runtime)["outbox"]
    query = sa.select(table.c.id).where(table.c.done_at.is_not(None), table.c.body.is_not(None))
    if subject:
        query = query.where(table.c.subject == subject)
    with runtime.database.reading() as session:
        ids = list(session.execute(query.order_by(table.c.created_at)).scalars())
    sent = 0
    for start in range(0, len(ids), SLICE):
        part = ids[start : start + SLICE]
        with runtime.database.reading() as session:
            rows = session.execute(sa.select(table.c.id, table.c.type, table.c.body).where(table.c.id.in_(part))).all()
        messages = [
            Message(row.id, row.type, Envelope.from_json(bytes(row.body)).again().to_json(), to)
            for row in rows
            if not is_transient(row.type)
        ]
        confirmed = runtime.bus.publish(messages)
        if len(confirmed) < len(messages):
            raise click.ClickException(f"{len(messages) - len(confirmed)} events were not taken; run it again")
        sent += len(confirmed)
        progress(len(part))
    return sent


def boxes_commands(alive: "Callable[[], Runtime]") -> click.Group:  # noqa: C901 -- five commands, few lines each
    """The `boxes` group of a service's command."""

    @click.group()
    def boxes() -> None:
        """Work that waits, and work that was parked."""

    @boxes.command("list")
    @click.option("--box", help="Only this box.")
    @click.option("--state", type=click.Choice(["waiting", "parked", "done"]), default="waiting")
    @click.option("--limit", default=50)
    @click.option("--json", "as_json", is_flag=True)
    def list_(*, box: str | None, state: str, limit: int, as_json: bool) -> None:
        """List rows, newest first."""
        rows = listed(alive(), box, state, limit)
        if as_json:
            click.echo(json.dumps(rows, default=str))
            return
        for row in rows:
            words = (
                row["box"],
                row["id"],
                row["type"],
                row["attempts"],
                f"{row['due_at']:%FT%TZ}",
                row["problem"] or "-",
            )
            click.echo(" ".join(map(str, words)))

    @boxes.command()
    @click.argument("box")
    @click.argument("row", type=click.UUID)
    def show(*, box: str, row: UUID) -> None:
        """Show one row: its public part and its state, never what is sealed."""
        runtime = alive()
        table = _table(runtime, box)
        with runtime.database.reading() as session:
            found = session.execute(sa.select(table).where(table.c.id == row)).mappings().first()
        if found is None:
            raise click.ClickException("no such row")
        shown = {name: value for name, value in found.items() if name != "body" and "ring" not in table.c[name].info}
        if box in {"inbox", "outbox"} and found["body"]:
            shown["public"] = Envelope.from_json(bytes(found["body"])).public
        click.echo(json.dumps(shown, default=str, indent=2))

    @boxes.command("retry")
    @click.argument("box")
    @click.argument("row", type=click.UUID, required=False)
    def retry_(*, box: str, row: UUID | None) -> None:
        """Try a parked row again, or all that are parked in the box."""
        runtime = alive()
        _table(runtime, box)
        click.echo(f"{retry(runtime, box, row)} rows are due again")

    @boxes.command("drop")
    @click.argument("box")
    @click.argument("row", type=click.UUID)
    def drop_(*, box: str, row: UUID) -> None:
        """Give up a row for good."""
        runtime = alive()
        _table(runtime, box)
        if not drop(runtime, box, row):
            raise click.ClickException("no such row, or it is done already")
        click.echo("dropped")

    @boxes.command("replay")
    @click.argument("to")
    @click.option("--subject", help="Only events about this referral or case.")
    def replay_(*, to: str, subject: str | None) -> None:
        """Send all that this service once said to one other service again."""
        runtime = alive()
        with runtime.database.reading() as session:
            total = session.scalar(sa.select(sa.func.count()).select_from(tables(runtime)["outbox"])) or 0
        with click.progressbar(length=total, label=f"replaying to {to}") as bar:
            sent = replay(runtime, to, subject, bar.update)
        click.echo(f"{sent} events sent again to {to}")

    return boxes


def _table(runtime: "Runtime", box: str) -> sa.Table:
    known = tables(runtime)
    if box not in known:
        raise click.ClickException(f"no such box; there are {', '.join(sorted(known))}")
    return known[box]


__all__ = ["boxes_commands", "drop", "listed", "replay", "retry"]
