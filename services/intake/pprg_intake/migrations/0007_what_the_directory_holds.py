"""What the directory holds: areas, secure domains and contacts of agencies, how people are found, kept searches.

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
    op.create_table(
        "searches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("domains", sa.String(length=2000), server_default="", nullable=False))
        batch_op.add_column(sa.Column("contacts", sa.Text(), nullable=True))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("found_by", sa.String(length=220), nullable=True))
        batch_op.create_index(batch_op.f("ix_people_found_by"), ["found_by"], unique=False)
        batch_op.create_index(
            "people_active_address",
            ["address"],
            unique=True,
            sqlite_where=sa.text("active AND address IS NOT NULL"),
            postgresql_where=sa.text("active AND address IS NOT NULL"),
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index("people_active_address")
        batch_op.drop_index(batch_op.f("ix_people_found_by"))
        batch_op.drop_column("found_by")

    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.drop_column("contacts")
        batch_op.drop_column("domains")
        batch_op.drop_column("area")

    op.drop_table("searches")
