"""`move FILE`: all rows of a service from an SQLite file into its PostgreSQL database, whole or not at all."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from pprg_shared.boxes.tables import inbox, outbox
from pprg_shared.boxes.tables import metadata as common
from pprg_shared.contract import Envelope
from pprg_shared.crashpoints import crashpoint
from pprg_shared.database import Database
from pprg_shared.migrations import WrongDatabase
from pprg_shared.postgres import lock_not_available
from pprg_shared.sealing import Keys
from pprg_shared.service import Runtime
from pprg_shared.startup import ending

SLICE = 200


class NotMoved(Exception):
    """Nothing was moved; the text says why and what to do."""


def move(runtime: Runtime, source: Database) -> dict[str, int]:
    """Copy every table of a service into its own database, empty until then; table to rows. Raises NotMoved."""
    if runtime.database.sqlite:
        raise NotMoved("DATABASE_URL must name PostgreSQL: that is where the rows go")
    there = runtime.migrations.current(source)
    if there != runtime.migrations.head:
        raise NotMoved(f"the file is at {there}, this version needs {runtime.migrations.head}: start it once with this")
    runtime.migrations.upgrade(runtime.database)
    tables = [*common.sorted_tables, *runtime.service.metadata.sorted_tables]
    with source.engine.connect() as old, runtime.database.alone() as new:
        with new.begin():
            _only_ours(new, tables)
            moved = {table.name: _copied(old, new, table, runtime.keys) for table in tables}
            crashpoint(f"{runtime.service.name}.move.before_commit")
        crashpoint(f"{runtime.service.name}.move.after_commit")
    return moved


def _only_ours(new: sa.Connection, tables: list[sa.Table]) -> None:
    """Nobody else writes until the end; nobody has written before."""
    quoted = new.dialect.identifier_preparer.format_table
    try:
        new.exec_driver_sql(f"LOCK TABLE {', '.join(map(quoted, tables))} IN EXCLUSIVE MODE")
    except sa.exc.OperationalError as error:
        if not lock_not_available(error):
            raise
        raise NotMoved("others use the database: stop the service first") from None
    filled = [each.name for each in tables if new.scalar(sa.select(sa.exists(sa.select(each))))]
    if filled:
        raise NotMoved(f"the database already holds {', '.join(filled)}: stop the service and name an empty database")


def _copied(old: sa.Connection, new: sa.Connection, table: sa.Table, keys: Keys) -> int:
    rows = old.execute(sa.select(table).execution_options(yield_per=SLICE)).mappings()
    for part in rows.partitions():
        plain = [dict(row) for row in part]
        for row in plain:
            _openable(table, row, keys)
        try:
            new.execute(sa.insert(table), plain)
        except sa.exc.DBAPIError as error:  # its text would quote the row
            raise NotMoved(f"{table.name}: PostgreSQL takes a row for wrong ({type(error.orig).__name__})") from None
    here, there = (each.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for each in (old, new))
    if here != there:
        raise NotMoved(f"{table.name}: {there} of {here} rows have arrived")
    return here


def _openable(table: sa.Table, row: Mapping[str, Any], keys: Keys) -> None:
    """What is sealed moves as it is, bound to table, row and column: its key must be among those of this service."""
    for ring, token in _sealed(table, row):
        if ring in keys and token[:8] not in keys[ring].ids:
            raise NotMoved(f"{table.name} needs key {token[:8]}: put it into {ring.upper()}_KEYS")


def _sealed(table: sa.Table, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        if "ring" in column.info and row[column.name] is not None:
            yield column.info["ring"], row[column.name]
    if table.name in {inbox.name, outbox.name} and row["body"] is not None:
        yield from Envelope.from_json(bytes(row["body"])).sealed.items()


def move_command(alive: Callable[[], Runtime]) -> click.Command:
    """`move FILE` of a service's command."""

    @click.command("move")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def command(file: Path) -> None:
        """Copy all rows of an SQLite file into the empty PostgreSQL database of this service; FILE stays as it is."""
        runtime = alive()
        source = Database(f"sqlite:///{file.absolute()}", runtime.service.name)
        ending(source.hold)
        try:
            moved = ending(lambda: move(runtime, source))
        except (NotMoved, WrongDatabase) as error:
            raise click.ClickException(f"nothing was moved: {error}") from None
        finally:
            source.close()
            runtime.database.close()
        for name, count in moved.items():
            click.echo(f"{name} {count}")
        click.echo(f"{sum(moved.values())} rows moved")

    return command
