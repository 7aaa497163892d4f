"""What the publisher keeps: publications, from draft to public page."""

from datetime import date
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CASE = {"ring": "case"}


class Base(DeclarativeBase):
    """Of all tables of the publisher."""


class Publication(Base):
    """One outcome; `content` seals what only the author may see, the other texts are for everybody once live."""

    __tablename__ = "publications"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    reference: Mapped[str] = mapped_column(sa.String(40))
    route: Mapped[str] = mapped_column(sa.String(60))
    state: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(sa.Text)
    slug: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    published_on: Mapped[date | None]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)
