"""Migrations of one service: its history, numbered 0001, 0002 …, boxes included, and where a database stands in it."""

import time
from collections.abc import Callable
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pprg_shared.boxes.tables import metadata as boxes
from pprg_shared.crashpoints import crashpoint
from pprg_shared.database import Database
from pprg_shared.logs import log
from pprg_shared.postgres import lock_not_available

#: Seconds between tries to change a table that others use: in them, the others have it to themselves.
PAUSES = (0.5, 1, 2, 4, 8, 15, 30, 30, 30, 30)

if TYPE_CHECKING:
    from pprg_shared.history import History

_applied = sa.table("alembic_version", sa.column("version_num"))


class WrongDatabase(Exception):
    """The database does not fit this code; the text says what to do."""


class Migrations:
    """The history of one service and the state of its database."""

    def __init__(self, package: str, metadata: sa.MetaData) -> None:
        self.package = package
        #: A list is what Alembic takes for several; its annotations know of one only.
        self.metadata: Any = [metadata, boxes]

    @property
    def folder(self) -> Path:
        """Where the service keeps its versions."""
        return Path(str(files(self.package))) / "migrations"

    @property
    def head(self) -> str:
        """The revision that this code needs."""
        return max((path.name[:4] for path in self.folder.glob("[0-9]*.py")), default="0000")

    @cached_property
    def history(self) -> "History":
        """Alembic, for who changes a database; who only looks saves the nine megabytes that it takes."""
        from pprg_shared.history import History  # noqa: PLC0415 -- see above

        return History(self.folder, self.metadata)

    def current(self, database: Database) -> str:
        """The revision that the database is at."""
        with database.engine.connect() as connection:
            return _revision(connection)

    def upgrade(self, database: Database, then: Callable[[], None] = lambda: None) -> None:
        """Bring the database up to what this code needs, then do what depends on it; one process at a time."""
        with database.alone() as connection:
            there = _revision(connection)
            connection.commit()
            if there != self.head:
                self._apply(database, connection)
            then()

    def _apply(self, database: Database, connection: sa.Connection) -> None:
        """Apply what is missing, in the pauses of those who use the tables."""

        def before_commit() -> None:
            if loose := database.loose(connection):
                raise WrongDatabase(
                    f"a migration would leave rows of {', '.join(loose)} that belong to nothing, and was undone: "
                    "go back to the version before, and tell whoever wrote this one"
                )
            crashpoint(f"{database.service}.migrate.before_commit")

        def after_commit() -> None:
            crashpoint(f"{database.service}.migrate.after_commit")

        for pause in PAUSES:
            try:
                self.history.upgrade(connection, before_commit, after_commit)
                break
            except sa.exc.OperationalError as error:
                connection.rollback()
                if not lock_not_available(error):
                    raise
                log.info("a table is in use", package=self.package, again_in=pause)
                time.sleep(pause)
        else:
            raise WrongDatabase("its tables were in use without a pause: run `migrate` again at a quieter time")
        connection.commit()

    def check(self, database: Database) -> None:
        """Raise WrongDatabase for one that this version cannot serve."""
        if amiss := self.amiss(self.current(database)):
            raise WrongDatabase(amiss)

    def amiss(self, there: str) -> str:
        """What is wrong with a database at this revision: older than this code needs, or more than one step newer."""
        current, head = int(there), int(self.head)
        if current < head:
            return f"the database is at {current:04}, this version needs {head:04}: run `migrate` first"
        if current > head + 1:
            return f"the database is at {current:04}, too new for this version ({head:04}): start a newer one"
        return ""


def _revision(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table(_applied.name):
        return "0000"
    return str(connection.scalar(sa.select(_applied.c.version_num)) or "0000")
