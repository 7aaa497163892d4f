"""What does not agree in a chronology.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "conflict_rows",
        sa.Column("conflict_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("conflict_id", "place"),
    )
    with op.batch_alter_table("conflict_rows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_rows_row_id"), ["row_id"], unique=False)

    op.create_table(
        "conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="open", nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflicts_case_id"), ["case_id"], unique=False)
    _compare_what_is_here()


def _compare_what_is_here() -> None:
    """Chronologies that came before are compared as soon as the loop turns."""
    at = datetime.now(UTC)
    requests = sa.table("requests", sa.column("id", sa.Uuid), sa.column("case_id", sa.Uuid), sa.column("answer"))
    reminders = sa.table(
        "reminders",
        *(sa.column("id", sa.Uuid), sa.column("type"), sa.column("subject"), sa.column("request_id", sa.Uuid)),
        *(sa.column("created_at", sa.DateTime(timezone=True)), sa.column("due_at", sa.DateTime(timezone=True))),
    )
    answered = sa.select(requests.c.id, requests.c.case_id).where(requests.c.answer > 0)
    rows = [
        {"id": uuid4(), "type": "compare", "subject": str(case), "request_id": number, "created_at": at, "due_at": at}
        for number, case in op.get_bind().execute(answered)
    ]
    op.bulk_insert(reminders, rows)


def downgrade() -> None:
    """Go back."""
    op.execute("DELETE FROM reminders WHERE type = 'compare'")
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflicts_case_id"))

    op.drop_table("conflicts")
    with op.batch_alter_table("conflict_rows", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_rows_row_id"))

    op.drop_table("conflict_rows")
