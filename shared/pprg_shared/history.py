"""Alembic for one service: its versions applied, written, and compared with the models."""

from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from pprg_shared.database import Database


class History:
    """The versions in one folder."""

    def __init__(self, folder: Path, metadata: Any) -> None:
        self._metadata, self._config = metadata, Config()
        self._config.set_main_option("script_location", str(Path(str(files("pprg_shared"))) / "migration_scripts"))
        self._config.set_main_option("version_locations", str(folder))
        self._config.set_main_option("path_separator", "os")
        self._config.attributes["metadata"] = metadata

    def upgrade(
        self, connection: sa.Connection, before_commit: Callable[[], None], after_commit: Callable[[], None]
    ) -> None:
        """Apply every version that the database does not have, each one with its number in one transaction."""
        script = ScriptDirectory.from_config(self._config)

        def missing(there: Any, _context: object) -> Iterator[Any]:
            for each in script._upgrade_revs("head", there):  # noqa: SLF001 -- has no other name
                yield each  # whoever comes back for the next has committed this one
                after_commit()

        self._config.attributes.update(connection=connection, before_commit=before_commit)
        with EnvironmentContext(self._config, script, fn=missing, destination_rev="head"):
            script.run_env()

    def write(self, database: Database, message: str, number: str) -> None:
        """Write the next migration from the difference between models and database (for developers)."""
        with database.engine.connect() as connection:
            self._config.attributes["connection"] = connection
            command.revision(self._config, message, autogenerate=True, rev_id=number)

    def missing(self, database: Database) -> list[object]:
        """What the models say and the database does not have; empty when the versions are complete."""
        with database.engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), self._metadata))
