"""`boxes list|show|retry|drop|replay`: plain lines when piped, columns on a terminal, `--json` for programs."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
import sqlalchemy as sa

from pprg_shared.boxes.operations import drop, listed, passed_over, replay, replayable, retry
from pprg_shared.boxes.tables import boxes_of
from pprg_shared.contract import Envelope

if TYPE_CHECKING:  # the runtime imports boxes, and boxes must not import the runtime
    from pprg_shared.service import Runtime

Alive = Callable[[], "Runtime"]
HEADS = ("BOX", "ID", "TYPE", "TRIES", "DUE", "PROBLEM")
as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


def boxes_commands(alive: Alive) -> click.Group:
    """The `boxes` group of a service's command."""
    group = click.Group("boxes", help="Work that waits, and work that was parked.")
    for add in (_list, _show, _retry, _drop, _replay):
        group.add_command(add(alive))
    return group


def _list(alive: Alive) -> click.Command:
    @click.command("list")
    @click.option("--box", help="Only this box.")
    @click.option("--state", type=click.Choice(["waiting", "parked", "done"]), default="waiting")
    @click.option("--limit", default=50, type=click.IntRange(min=1))
    @as_json_option
    def command(*, box: str | None, state: str, limit: int, as_json: bool) -> None:
        """List rows, newest first."""
        runtime = alive()
        if box:
            _table(runtime, box)
        rows = listed(runtime, box, state, limit)
        if as_json:
            click.echo(json.dumps(rows, default=str))
            return
        for line in _lines([_words(row) for row in rows], columns=sys.stdout.isatty()):
            click.echo(line)

    return command


def _words(row: dict[str, Any]) -> tuple[str, ...]:
    due = f"{row['due_at']:%FT%TZ}"
    return (row["box"], str(row["id"]), row["type"], str(row["attempts"]), due, row["problem"] or "-")


def _lines(rows: Sequence[tuple[str, ...]], *, columns: bool) -> list[str]:
    """Rows with one blank between their words, or under their heads when a person reads them."""
    if not columns or not rows:
        return [" ".join(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (HEADS, *rows)]


def _show(alive: Alive) -> click.Command:
    @click.command("show")
    @click.argument("box")
    @click.argument("row", type=click.UUID)
    def command(*, box: str, row: UUID) -> None:
        """Show one row as JSON: its public part and its state, never what is sealed."""
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

    return command


def _retry(alive: Alive) -> click.Command:
    @click.command("retry")
    @click.argument("box")
    @click.argument("row", type=click.UUID, required=False)
    @as_json_option
    def command(*, box: str, row: UUID | None, as_json: bool) -> None:
        """Try a row again, or all that are parked in the box; what is in hand just now is left alone."""
        runtime = alive()
        _table(runtime, box)
        count = retry(runtime, box, row)
        click.echo(json.dumps({"due_again": count}) if as_json else f"{count} rows are due again")

    return command


def _drop(alive: Alive) -> click.Command:
    @click.command("drop")
    @click.argument("box")
    @click.argument("row", type=click.UUID)
    @as_json_option
    def command(*, box: str, row: UUID, as_json: bool) -> None:
        """Give up a row for good, unless it is in hand just now."""
        runtime = alive()
        _table(runtime, box)
        drop(runtime, box, row)
        click.echo(json.dumps({"dropped": 1}) if as_json else "dropped")

    return command


def _replay(alive: Alive) -> click.Command:
    @click.command("replay")
    @click.argument("to")
    @click.option("--subject", help="Only events about this referral or case.")
    @click.option("--send", is_flag=True, help="Let letters that were never written go out.")
    @as_json_option
    def command(*, to: str, subject: str | None, send: bool, as_json: bool) -> None:
        """Send all that this service once said to one other service again.

        But neither what was of use for a short time nor what a person dropped before it was said.
        """
        runtime = alive()
        total = len(replayable(runtime, subject))
        with click.progressbar(length=total, label=f"replaying to {to}", file=sys.stderr) as bar:
            sent = replay(runtime, to, subject, bar.update, mark=not send)
        passed, dropped = passed_over(runtime, subject)
        if as_json:
            click.echo(json.dumps({"sent": sent, "passed_over": passed, "dropped": dropped}))
            return
        also = f"; {passed} passed over, which were of use for a short time only" if passed else ""
        also += f"; {dropped} left out, which a person dropped" if dropped else ""
        click.echo(f"{sent} events sent again to {to}{also}")

    return command


def _table(runtime: "Runtime", box: str) -> sa.Table:
    known = boxes_of(runtime.service.metadata)
    if box not in known:
        raise click.ClickException(f"no such box; there are {', '.join(sorted(known))}")
    return known[box]


__all__ = ["boxes_commands", "drop", "listed", "replay", "retry"]
