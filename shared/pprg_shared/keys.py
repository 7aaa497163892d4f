"""`keys new|status|rotate`: sealing keys, what still needs which, and sealing anew under the newest."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import click
import sqlalchemy as sa

from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.contract import Envelope, seal_context
from pprg_shared.sealing import Keyring, new_key
from pprg_shared.service import Runtime

SLICE = 200
_TOKEN = re.compile(r"[0-9a-f]{8}\.")


def sealed_columns(runtime: Runtime) -> Iterator[tuple[sa.Table, sa.Column[Any], str]]:
    """Every sealed column of a service, with its ring."""
    for table in runtime.service.metadata.sorted_tables:
        for column in table.columns:
            if "ring" in column.info:
                yield table, column, column.info["ring"]


def status(runtime: Runtime) -> dict[str, dict[str, int]]:
    """Ring to key id to how many sealed values still need that key, in columns and in boxes."""
    counts: dict[str, Counter[str]] = {
        ring: Counter(dict.fromkeys(runtime.keys[ring].ids, 0)) for ring in runtime.keys.rings
    }
    with runtime.database.reading(in_pieces=True) as session:
        for _, column, ring in sealed_columns(runtime):
            for (token,) in session.execute(
                sa.select(column).where(column.is_not(None)).execution_options(yield_per=SLICE)
            ):
                counts[ring][token[:8]] += 1
        for table in (outbox, inbox):
            for (body,) in session.execute(
                sa.select(table.c.body).where(table.c.body.is_not(None)).execution_options(yield_per=SLICE)
            ):
                for ring, token in Envelope.from_json(bytes(body)).sealed.items():
                    if ring in counts:
                        counts[ring][token[:8]] += 1
    return {ring: dict(each) for ring, each in counts.items()}


def rotate(runtime: Runtime, progress: Callable[[int], None]) -> int:
    """Seal everything anew that needs an older key; the number of values changed. Safe to stop and start again."""
    changed = 0
    for table, column, ring in sealed_columns(runtime):
        changed += _rotate_column(runtime, table, column, runtime.keys[ring], progress)
    for table in (outbox, inbox):
        changed += _rotate_box(runtime, table, progress)
    return changed


def _slices(runtime: Runtime, table: sa.Table, wanted: sa.Column[Any]) -> Iterator[list[Any]]:
    """Ids of rows that hold something, a slice at a time, so that pages answer meanwhile."""
    with runtime.database.reading() as session:
        ids = list(session.execute(sa.select(table.c.id).where(wanted.is_not(None))).scalars())
    for start in range(0, len(ids), SLICE):
        yield ids[start : start + SLICE]


def _rotate_column(
    runtime: Runtime, table: sa.Table, column: sa.Column[Any], ring: Keyring, progress: Callable[[int], None]
) -> int:
    changed = 0
    for ids in _slices(runtime, table, column):
        with runtime.database.writing("action") as session:
            for row in session.execute(sa.select(table.c.id, column).where(table.c.id.in_(ids)).with_for_update()):
                if not _TOKEN.match(row[1]) or row[1].startswith(ring.ids[0]):
                    continue
                place = f"column:{table.name}:{row.id}:{column.name}"
                token = ring.seal(ring.open(row[1], place), place)
                session.execute(sa.update(table).where(table.c.id == row.id).values({column.name: token}))
                changed += 1
        progress(len(ids))
    return changed


def _rotate_box(runtime: Runtime, table: sa.Table, progress: Callable[[int], None]) -> int:
    changed = 0
    for ids in _slices(runtime, table, table.c.body):
        with runtime.database.writing("action") as session:
            for row in session.execute(
                sa.select(table.c.id, table.c.body).where(table.c.id.in_(ids)).with_for_update()
            ):
                fresh = _sealed_anew(runtime, bytes(row.body))
                if fresh is not None:
                    session.execute(sa.update(table).where(table.c.id == row.id).values(body=fresh))
                    changed += 1
        progress(len(ids))
    return changed


def _sealed_anew(runtime: Runtime, body: bytes) -> bytes | None:
    """A body whose parts, of the rings held here, are under the newest key; None when they are already."""
    wire = json.loads(body)
    envelope = Envelope.from_json(body)
    fresh = dict(envelope.sealed)
    for ring, token in envelope.sealed.items():
        if ring in runtime.keys and not token.startswith(runtime.keys[ring].ids[0]):
            place = seal_context(envelope.id, envelope.type, ring)
            fresh[ring] = runtime.keys[ring].seal(runtime.keys[ring].open(token, place), place)
    if fresh == envelope.sealed:
        return None
    wire["data"]["sealed"] = fresh
    return json.dumps(wire, separators=(",", ":")).encode()


def keys_commands(alive: Callable[[], Runtime]) -> click.Group:
    """The `keys` group of a service's command."""

    @click.group()
    def keys() -> None:
        """Sealing keys."""

    @keys.command()
    def new() -> None:
        """Print a fresh key; put it first in the ring's setting, in every service that holds the ring."""
        click.echo(new_key())

    @keys.command("status")
    @click.option("--json", "as_json", is_flag=True)
    def status_(*, as_json: bool) -> None:
        """Say which key is needed by how many sealed values."""
        found = status(alive())
        if as_json:
            click.echo(json.dumps(found))
            return
        for ring, counts in found.items():
            for name, count in counts.items():
                click.echo(
                    f"{ring} {name} {count}" + ("" if count else " (may leave the ring unless it is the newest)")
                )

    @keys.command("rotate")
    def rotate_() -> None:
        """Seal anew, under the newest key, all that needs an older one."""
        runtime = alive()
        total = sum(sum(counts.values()) for counts in status(runtime).values())
        with click.progressbar(length=total, label="sealing anew", file=sys.stderr) as bar:
            changed = rotate(runtime, bar.update)
        click.echo(f"{changed} values sealed anew")

    return keys
