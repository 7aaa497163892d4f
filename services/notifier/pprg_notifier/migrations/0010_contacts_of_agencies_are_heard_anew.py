"""Contacts of agencies are heard anew.

The copy leaves out contacts that were named before it kept any. A revision of one less lets it take the present state
of each agency when `pprg-intake directory republish --to notifier` says it.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.execute("UPDATE agencies SET revision = revision - 1")


def downgrade() -> None:
    """Go back."""
    op.execute("UPDATE agencies SET revision = revision + 1")
