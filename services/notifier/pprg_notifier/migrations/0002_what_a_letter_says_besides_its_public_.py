"""What a letter says besides its public facts.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("content", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("correlation_id", sa.String(length=80), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_column("correlation_id")
        batch_op.drop_column("content")
