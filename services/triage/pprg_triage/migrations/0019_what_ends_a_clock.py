"""What ends a clock, references of what was noted, and where a case stands in the list.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("trigger_days", schema=None) as batch_op:
        batch_op.add_column(sa.Column("content", sa.Text(), nullable=True))
        batch_op.alter_column("day", existing_type=sa.Date(), nullable=True)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waits", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("binds_on", sa.Date(), nullable=True))
        batch_op.create_index("cases_by_day", ["binds_on", "reference"], unique=False)

    # Nothing but its own next change says of a case which clock binds; until then it stands where it stood.
    op.execute("UPDATE cases SET binds_on = due_on, waits = watches IS NOT NULL")
    op.execute("UPDATE cases SET binds_on = NULL, watches = '', waits = false WHERE id IN (SELECT id FROM published)")


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("cases_by_day")
        batch_op.drop_column("binds_on")
        batch_op.drop_column("waits")

    op.execute("DELETE FROM trigger_days WHERE day IS NULL")
    with op.batch_alter_table("trigger_days", schema=None) as batch_op:
        batch_op.alter_column("day", existing_type=sa.Date(), nullable=False)
        batch_op.drop_column("content")
