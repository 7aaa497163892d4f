"""How what was referred has been corrected."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.database import unseal
from pprg_triage import rules
from pprg_triage.models import Amendment, Case

#: How a difference is said; whoever shows it knows what the fields are called.
Tell = Callable[[rules.Difference], str]


@dataclass(frozen=True)
class Amended:
    """One correction: when, by whom, why, and what differs, in lines."""

    number: int
    at: datetime
    by: UUID
    why: str
    lines: list[str]


def amended_of(session: Session, case: Case, tell: Tell) -> list[Amended]:
    """All corrections of what was referred, the first first."""
    mine = select(Amendment).where(Amendment.case_id == case.id).order_by(Amendment.number)
    rows = session.scalars(mine).all()
    if not rows:
        return []
    kept = [unseal(session, each, "content") for each in rows]
    states = [
        *(each["before"] for each in kept),
        rules.referred(rules.with_agencies(unseal(session, case, "content"), case.named)),
    ]
    found: list[Amended] = []
    for place, row in enumerate(rows):
        lines = [tell(each) for each in rules.differences(states[place], states[place + 1])]
        found.append(Amended(row.number, row.at, row.by, kept[place]["why"], lines))
    return found
