"""All rows of a case compared, which takes seconds: read beside whoever writes, and kept later if it still holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import waiting
from pprg_shared.database import profile_of, today, unseal
from pprg_shared.directory import name_of
from pprg_triage import rules
from pprg_triage.models import Case, Request, reminders
from pprg_triage.projections.chronology import whole_chronology
from pprg_triage.projections.conflicts import lives_of


@dataclass(frozen=True)
class Compared:
    """What does not agree in the rows of a case, and the answers that they are of: revisions by agency."""

    answers: Mapping[str, int]
    found: Sequence[rules.Conflict]


def compared(session: Session, case_id: UUID) -> Compared | None:
    """Compare all rows of a case; None of one that is not there."""
    case = session.get(Case, case_id)
    if case is None:
        return None
    day, profile, answers = today(session), profile_of(session), answers_of(session, case_id)
    lives = lives_of(unseal(session, case, "content"), day)
    names = {agency: name_of(session, profile, agency) for agency in answers}
    entries = whole_chronology(session, case_id)
    return Compared(answers, rules.conflicts(entries, lives, names, day, profile.chronology.gap_days))


def answers_of(session: Session, case_id: UUID) -> dict[str, int]:
    """The revisions of the answers to a case that are here whole, by agency."""
    here = select(Request.agency, Request.answer).where(Request.case_id == case_id, Request.answer > 0)
    return {row.agency: row.answer for row in session.execute(here)}


def compared_again(session: Session, row: Any) -> bool:
    """Whether a later row of the box has all rows of the same case compared anyway."""
    again = (reminders.c.type == rules.COMPARE, reminders.c.subject == row.subject, *waiting(reminders))
    later = sa.tuple_(reminders.c.created_at, reminders.c.id) > sa.tuple_(
        sa.literal(row.created_at, reminders.c.created_at.type), sa.literal(row.id, reminders.c.id.type)
    )
    return session.scalar(select(reminders.c.id).where(*again, later).limit(1)) is not None
