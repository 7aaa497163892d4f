"""Migrations of one service: its Alembic history, numbered 0001, 0002 …, boxes included."""

import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from pprg_shared.boxes.tables import metadata as boxes
from pprg_shared.database import Database
from pprg_shared.logs import log
from pprg_shared.postgres import lock_not_available

#: Seconds between tries to change a table that others use: in them, the others have it to themselves.
PAUSES = (0.5, 1, 2, 4, 8, 15, 30, 30, 30, 30)


class WrongDatabase(Exception):
    """The database does not fit this code; the text says what to do."""


class Migrations:
    """The history of one service and the state of its database."""

    def __init__(self, package: str, metadata: sa.MetaData) -> None:
        self.package = package
        #: A list is what Alembic takes for several; its annotations know of one only.
        self.metadata: Any = [metadata, boxes]
        self._config = Config()
        self._config.set_main_option("script_location", str(Path(str(files("pprg_shared"))) / "migration_scripts"))
        self._config.set_main_option("version_locations", str(self.folder))
        self._config.set_main_option("path_separator", "os")
        self._config.attributes["metadata"] = self.metadata

    @property
    def folder(self) -> Path:
        """Where the service keeps its versions."""
        return Path(str(files(self.package))) / "migrations"

    @property
    def head(self) -> str:
        """The revision that this code needs."""
        return ScriptDirectory.from_config(self._config).get_current_head() or "0000"

    def current(self, database: Database) -> str:
        """The revision that the database is at."""
        with database.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or "0000"

    def upgrade(self, database: Database, then: Callable[[], None] = lambda: None) -> None:
        """Bring the database up to what this code needs, then do what depends on it; one process at a time."""
        with database.alone() as connection:
            self._config.attributes["connection"] = connection
            for pause in PAUSES:
                try:
                    command.upgrade(self._config, "head")
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
            then()

    def write(self, database: Database, message: str, number: str) -> None:
        """Write the next migration from the difference between models and database (for developers)."""
        with database.engine.connect() as connection:
            self._config.attributes["connection"] = connection
            command.revision(self._config, message, autogenerate=True, rev_id=number)

    def check(self, database: Database) -> None:
        """Raise WrongDatabase for one older than this code needs, or more than one step newer."""
        current, head = int(self.current(database)), int(self.head)
        if current < head:
            raise WrongDatabase(f"the database is at {current:04}, this version needs {head:04}: run `migrate` first")
        if current > head + 1:
            raise WrongDatabase(
                f"the database is at {current:04}, too new for this version ({head:04}): start a newer one"
            )

    def missing(self, database: Database) -> list[object]:
        """What the models say and the database does not have; empty when the history is complete."""
        with database.engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), self.metadata))
