"""Where Alembic meets the database that `pprg_shared.migrations` gives it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from pprg_shared.database import UtcDateTime


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Written as plain SQLAlchemy, so that a migration never needs our code of today."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


about = context.config.attributes


def applied(*_nothing: object, **_what: object) -> None:
    """A version and its number are there, and not yet committed."""
    about["before_commit"]()


context.configure(
    connection=about["connection"],
    target_metadata=about["metadata"],
    render_as_batch=True,
    render_item=render,
    transaction_per_migration=True,
    transactional_ddl=True,  # on SQLite too, for `Database.alone` begins a transaction there
    on_version_apply=applied,
)
with context.begin_transaction():
    context.run_migrations()
