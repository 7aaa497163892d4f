"""What is known of publications about a case: when they are planned, what is public, and who was told before."""

from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pprg_shared.database import UtcDateTime
from pprg_triage.models.declared import CASE, Base


class Published(Base):
    """That an outcome of a case is on the learning hub: the first one."""

    __tablename__ = "published"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(200))
    published_on: Mapped[date]


class WentPublic(Base):
    """One publication of a case that is on the learning hub, by its id, which is that of the decision it came from."""

    __tablename__ = "went_public"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    type: Mapped[str] = mapped_column(sa.String(60))
    slug: Mapped[str] = mapped_column(sa.String(200))
    published_on: Mapped[date]


class Planned(Base):
    """When something about a case is to be published, by the id of the publication; its highest revision is kept.

    `copies_on` is the day on which those who must be told before got their copies; `called_off` says that
    `planned_at` holds no more and nothing took its place.
    """

    __tablename__ = "planned"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    type: Mapped[str] = mapped_column(sa.String(60))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int]
    copies_on: Mapped[date | None]
    called_off: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)


class Notice(Base):
    """That somebody was told of a publication before it: `told`, `moved` or `called-off` by letter, or `by-hand`.

    `planned_at` is the moment that they were told of, `by` who had it done, nobody where it followed from the plan.
    `content` seals who was told by hand, on which day, and how.
    """

    __tablename__ = "notices"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    publication_id: Mapped[UUID]
    what: Mapped[str] = mapped_column(sa.String(20))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Of the plan that was told.
    revision: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[UUID | None]
    agencies: Mapped[list[str]] = mapped_column(sa.JSON, server_default="[]", default=list)
    people: Mapped[list[str]] = mapped_column(sa.JSON, server_default="[]", default=list)
    content: Mapped[str | None] = mapped_column(sa.Text, info=CASE)
