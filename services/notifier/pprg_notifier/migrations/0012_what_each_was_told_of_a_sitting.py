"""What each was told of a sitting.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "also_about",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("letter_id", "subject"),
    )

    with op.batch_alter_table("also_about", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_also_about_subject"), ["subject"], unique=False)

    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sitting_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("person_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("place", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("cases", sa.JSON(), nullable=True))
        batch_op.create_index(batch_op.f("ix_meetings_sitting_id"), ["sitting_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetings_sitting_id"))
        batch_op.drop_column("cases")
        batch_op.drop_column("place")
        batch_op.drop_column("ends_at")
        batch_op.drop_column("starts_at")
        batch_op.drop_column("person_id")
        batch_op.drop_column("sitting_id")

    with op.batch_alter_table("also_about", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_also_about_subject"))

    op.drop_table("also_about")
