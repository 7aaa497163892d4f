"""Names of staff apart from returns.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "staff_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("named_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("staff_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_lists_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("staff_lists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_lists_case_id"))

    op.drop_table("staff_lists")
