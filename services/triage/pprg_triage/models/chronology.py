"""What agencies told of a case: the rows of their chronologies, what in them does not agree, who their staff are."""

from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pprg_shared.database import UtcDateTime
from pprg_triage.models.declared import CASE, Base


class Row(Base):
    """One row of an agency's chronology, never changed; the merged view is a projection.

    What orders it stands in clear: `day` and `until` are the first and last day that its date may mean, `precision`
    the place of its kind among the kinds, `time` is `HH:MM`, or 24:00 where none is known.
    """

    __tablename__ = "chronology"
    __table_args__ = (sa.Index("chronology_of_return", "case_id", "agency", "revision"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    agency: Mapped[str] = mapped_column(sa.String(60))
    number: Mapped[int]
    revision: Mapped[int] = mapped_column(server_default="1", default=1)
    day: Mapped[date | None]
    until: Mapped[date | None]
    precision: Mapped[int] = mapped_column(server_default="0", default=0)
    time: Mapped[str] = mapped_column(sa.String(5), server_default="24:00", default="24:00")
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class Conflict(Base):
    """Rows of a chronology that somebody should look at, and how that stands; no row changes for it.

    `day` is the first that it is about. `content` seals what it is about, its mark, and who settled it how and when.
    """

    __tablename__ = "conflicts"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(20), server_default="open", default="open")
    day: Mapped[date]
    settled_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)


class ConflictRow(Base):
    """A row that a conflict is about, and its place among them in time order."""

    __tablename__ = "conflict_rows"
    conflict_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[UUID] = mapped_column(index=True)


class StaffList(Base):
    """Who the members of staff are whom an agency names by role; its id is that of the request."""

    __tablename__ = "staff_lists"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    agency: Mapped[str] = mapped_column(sa.String(60))
    named_on: Mapped[date]
    revision: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)
