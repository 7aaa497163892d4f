"""What was referred, as it stood before somebody corrected it or added to it."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pprg_shared.database import UtcDateTime
from pprg_triage.models.declared import CASE, Base


class Amendment(Base):
    """That somebody of the office corrected what was referred: `content` seals why, and what stood there before.

    They are numbered from 1 in each case, so that no two people correct the same state of it.
    """

    __tablename__ = "amendments"
    __table_args__ = (sa.UniqueConstraint("case_id", "number"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    number: Mapped[int]
    by: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(sa.Text, info=CASE)
