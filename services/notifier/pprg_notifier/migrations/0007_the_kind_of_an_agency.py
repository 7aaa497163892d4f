"""The kind of an agency.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=60), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.drop_column("kind")
