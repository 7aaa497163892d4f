"""Meetings are moved, cancelled and held; a proposed decision may be sent back.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("returned_on", sa.Date(), nullable=True))

    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=20), server_default="called", nullable=False))
        batch_op.add_column(sa.Column("invited", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("record", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_column("record")
        batch_op.drop_column("invited")
        batch_op.drop_column("state")

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("returned_on")
