"""Where Alembic meets the database that `pprg_shared.migrations` gives it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from pprg_shared.database import UtcDateTime


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Written as plain SQLAlchemy, so that a migration never needs our code of today."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    render_as_batch=True,
    render_item=render,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
