"""When copies were sent to those who are told before a publication.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("planned", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copies_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("planned", schema=None) as batch_op:
        batch_op.drop_column("copies_on")
