"""What the publisher keeps: publications, from draft to public page, and their themes."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pprg_shared import directory
from pprg_shared.boxes.tables import box
from pprg_shared.database import UtcDateTime
from pprg_shared.identity import people
from pprg_shared.identity.unsent import unsent_forms
from pprg_shared.limits import limits

CASE = {"ring": "case"}


class Base(DeclarativeBase):
    """Of all tables of the publisher."""


people.copies.to_metadata(Base.metadata)
directory.copies.to_metadata(Base.metadata)
#: What was released and waits for its moment, which is `due_at`. Whether it still waits is seen when that has come.
embargoes = box("embargoes", Base.metadata, sa.Column("publication_id", sa.Uuid, nullable=False, index=True))
unsent_forms(Base.metadata, "case")
limits.to_metadata(Base.metadata)


class CaseMembers(Base):
    """Who is tied to a case, as triage said last: `members` are `{person, role, since, until}` each."""

    __tablename__ = "case_members"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]
    members: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)


class PublicationTheme(Base):
    """A theme of a publication, by its code in the profile."""

    __tablename__ = "publication_themes"
    publication_id: Mapped[UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True)
    theme: Mapped[str] = mapped_column(sa.String(80), primary_key=True, index=True)


class Publication(Base):
    """One review; `content` seals what only the author may see, the other texts are for everybody once live.

    `identity` is taken once it is offered or imported: partnership, type, label and year, which no two share.
    """

    __tablename__ = "publications"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    #: Of the case that it comes from; None for a review imported from a list.
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    reference: Mapped[str | None] = mapped_column(sa.String(40))
    #: The column keeps the name that the code of the release before reads and writes.
    type: Mapped[str] = mapped_column("route", sa.String(60))
    state: Mapped[str] = mapped_column(sa.String(20), index=True)
    label: Mapped[str] = mapped_column(sa.String(80), server_default="")
    partnership: Mapped[str] = mapped_column(sa.String(120), server_default="")
    year: Mapped[int | None]
    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(sa.Text)
    learning: Mapped[str] = mapped_column(sa.Text, server_default="")
    recommendations: Mapped[str] = mapped_column(sa.Text, server_default="")
    author: Mapped[str] = mapped_column(sa.String(150), server_default="")
    model: Mapped[str] = mapped_column(sa.String(80), server_default="")
    #: `{kind, format, bytes, address}` each; those of a list are kept elsewhere.
    documents: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list, server_default="[]")
    #: What a search by text looks at: the public texts, folded.
    words: Mapped[str] = mapped_column(sa.Text, server_default="")
    slug: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    identity: Mapped[str | None] = mapped_column(sa.String(300), unique=True, index=True)
    #: The first day that the date of publication may mean, and how exactly it is known: day, month or year.
    published_on: Mapped[date | None] = mapped_column(index=True)
    precision: Mapped[str] = mapped_column(sa.String(10), server_default="day")
    #: Before this moment nobody outside reads it, however early it is released; `plans` counts what was said about it.
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    plans: Mapped[int] = mapped_column(server_default="0", default=0)
    #: The day on which those who must be told before it is published got their copies.
    copies_on: Mapped[date | None]
    import_id: Mapped[UUID | None] = mapped_column(index=True)
    offered_by: Mapped[UUID | None]
    released_by: Mapped[UUID | None]
    withdrawn_on: Mapped[date | None]
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[str | None] = mapped_column(sa.Text, info=CASE)
    theme_rows: Mapped[list[PublicationTheme]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by=PublicationTheme.theme
    )

    @property
    def themes(self) -> list[str]:
        """The codes of its themes."""
        return [each.theme for each in self.theme_rows]

    @themes.setter
    def themes(self, codes: list[str]) -> None:
        kept = {each.theme: each for each in self.theme_rows}
        self.theme_rows = [kept.get(each) or PublicationTheme(theme=each) for each in dict.fromkeys(codes)]

    @property
    def updated(self) -> datetime:
        """When what the public sees last changed."""
        return self.changed_at or datetime.combine(self.published_on or date.min, time(), UTC)
