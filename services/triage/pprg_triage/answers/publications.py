"""What triage's API gives of who is told before something is published."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class ToldByLetter:
    """Agencies by code, and people by id."""

    agencies: list[str] = field(metadata={"example": ["police"]})
    people: list[UUID]


@dataclass(frozen=True)
class ToldByHand:
    """Whom a person tells: `family`, `reviewer`, `somebody`, or who has no address, as `agency:` or `person:`."""

    whom: str = field(metadata={"example": "family"})
    told_on: date | None = field(metadata={"example": "2026-11-24"})


@dataclass(frozen=True)
class PlanShown:
    """A publication that is or was planned: its moment, who was told of it, and who has still to be told."""

    id: UUID
    type: str = field(metadata={"example": "lcspr"})
    planned_at: datetime | None
    told: ToldByLetter
    not_told: ToldByLetter
    by_hand: list[ToldByHand]


@dataclass(frozen=True)
class Plans:
    """What is planned to be published about a case."""

    publications: list[PlanShown]
