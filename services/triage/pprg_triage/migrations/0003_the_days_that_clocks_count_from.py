"""The days that clocks count from.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "trigger_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("trigger", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("trigger_days", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trigger_days_case_id"), ["case_id"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clock_from", sa.Date(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_column("clock_from")

    with op.batch_alter_table("trigger_days", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trigger_days_case_id"))

    op.drop_table("trigger_days")
