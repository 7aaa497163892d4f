"""What somebody noted about a case: days that clocks count from or end with, and that it was closed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from pprg_shared.database import unseal
from pprg_triage.actions import Known, references
from pprg_triage.rules import closing


@dataclass(frozen=True)
class Noted:
    """The day of something that somebody noted, and its reference."""

    trigger: str
    day: date
    reference: str


@dataclass(frozen=True)
class Closing:
    """That a case was closed without a review: when and by whom, for which reason, and why in words."""

    on: date
    by: UUID
    reason: str
    other: str
    why: str
    words: str


def noted_of(session: Session, there: Known) -> list[Noted]:
    """The days that were noted, but for that on which the case was closed."""
    days, said = [each for each in there.noted if each.trigger != closing.CLOSED], references(session, there.noted)
    return [Noted(each.trigger, each.day, said.get(each.trigger, "")) for each in days if each.day]


def closing_of(session: Session, there: Known) -> Closing | None:
    """That the case was closed without a review, unless it is open."""
    for each in there.noted:
        if each.trigger == closing.CLOSED and each.day:
            said = unseal(session, each, "content")
            words = closing.closed_words(said)
            return Closing(each.day, each.noted_by, said["reason"], said["reference"], said["why"], words)
    return None
