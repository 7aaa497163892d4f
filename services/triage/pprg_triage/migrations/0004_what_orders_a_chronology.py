"""What orders a chronology, what was asked of an agency, and corrected returns.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("chronology", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("precision", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("time", sa.String(length=5), server_default="24:00", nullable=False))
        batch_op.create_index("chronology_of_return", ["case_id", "agency", "revision"], unique=False)

    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wanted", sa.String(length=20), server_default="both", nullable=False))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("answer", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("content", sa.Text(), nullable=True))

    with op.batch_alter_table("returns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("rows", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE requests SET answer = 1 WHERE state IN ('returned', 'nil')")


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("returns", schema=None) as batch_op:
        batch_op.drop_column("rows")
        batch_op.drop_column("revision")

    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_column("content")
        batch_op.drop_column("answer")
        batch_op.drop_column("revision")
        batch_op.drop_column("wanted")

    with op.batch_alter_table("chronology", schema=None) as batch_op:
        batch_op.drop_index("chronology_of_return")
        batch_op.drop_column("time")
        batch_op.drop_column("precision")
        batch_op.drop_column("until")
        batch_op.drop_column("day")
        batch_op.drop_column("revision")
