"""Publications have a label, themes and a second person; those of a list come from no case.

The code before this migration must work with it too: both run at once while services are replaced one by one.
So only add here; drop what is no longer used in a later release.
"""

from datetime import UTC, datetime, time
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OF_A_CASE: dict[str, sa.types.TypeEngine[Any]] = {
    "case_id": sa.Uuid(),
    "reference": sa.String(length=40),
    "content": sa.Text(),
}
INDEXED = ("import_id", "published_on", "state")


def _columns() -> "list[sa.Column[Any]]":
    """New ones each time: a column belongs to one table."""
    return [
        sa.Column("label", sa.String(length=80), server_default="", nullable=False),
        sa.Column("partnership", sa.String(length=120), server_default="", nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("learning", sa.Text(), server_default="", nullable=False),
        sa.Column("recommendations", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.String(length=150), server_default="", nullable=False),
        sa.Column("model", sa.String(length=80), server_default="", nullable=False),
        sa.Column("documents", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("identity", sa.String(length=300), nullable=True),
        sa.Column("precision", sa.String(length=10), server_default="day", nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("offered_by", sa.Uuid(), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
    ]


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("publications", schema=None) as batch_op:
        for column in _columns():
            batch_op.add_column(column)
        for name, kind in OF_A_CASE.items():
            batch_op.alter_column(name, existing_type=kind, nullable=True)
        for name in INDEXED:
            batch_op.create_index(batch_op.f(f"ix_publications_{name}"), [name], unique=False)
        batch_op.create_index(batch_op.f("ix_publications_identity"), ["identity"], unique=True)
    op.create_table(
        "publication_themes",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("theme", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("publication_id", "theme"),
    )
    with op.batch_alter_table("publication_themes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_themes_theme"), ["theme"], unique=False)
    _say_of_what_is_live()


def _say_of_what_is_live() -> None:
    """What everybody can read already is found by its words and year."""
    names = ("id", "title", "summary", "published_on")
    table = sa.table(
        "publications",
        sa.column("id", sa.Uuid()),
        sa.column("title", sa.String()),
        sa.column("summary", sa.Text()),
        sa.column("published_on", sa.Date()),
        sa.column("words", sa.Text()),
        sa.column("year", sa.Integer()),
        sa.column("changed_at", sa.DateTime(timezone=True)),
    )
    live = sa.select(*(table.c[name] for name in names)).where(table.c.published_on.is_not(None))
    for row in op.get_bind().execute(live).all():
        words = " ".join(f"{row.title} {row.summary}".casefold().split())
        values = {"words": words, "year": row.published_on.year}
        values["changed_at"] = datetime.combine(row.published_on, time(), UTC)
        op.execute(sa.update(table).where(table.c.id == row.id).values(**values))


def downgrade() -> None:
    """Go back; what came from no case is lost, for the tables before cannot hold it."""
    with op.batch_alter_table("publication_themes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_themes_theme"))
    op.drop_table("publication_themes")
    op.execute("DELETE FROM publications WHERE case_id IS NULL")
    with op.batch_alter_table("publications", schema=None) as batch_op:
        for name in (*INDEXED, "identity"):
            batch_op.drop_index(batch_op.f(f"ix_publications_{name}"))
        for name, kind in OF_A_CASE.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        for column in reversed(_columns()):
            batch_op.drop_column(column.name)
