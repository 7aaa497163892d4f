"""What triage's API gives of meetings, by name; its document says the same."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class MeetingShown:
    """When and where the group meets."""

    starts_at: datetime
    place: str = field(metadata={"example": "Room 2"})


@dataclass(frozen=True)
class Met:
    """A meeting that was called, moved, cancelled or held; `also` are the other cases that are heard at its sitting."""

    id: UUID
    sitting_id: UUID
    also: list[str] = field(metadata={"example": ["PPRG-2026-0003"]})
    starts_at: datetime
    ends_at: datetime
    place: str = field(metadata={"example": "Room 2"})
    sequence: int
    state: str = field(metadata={"example": "called"})
    invited: list[UUID]
    record: dict[str, Any] | None = field(metadata={"example": None})


@dataclass(frozen=True)
class DecisionListed:
    """A decision on one route, as an agenda names it."""

    id: UUID
    route: str = field(metadata={"example": "rapid_review"})
    outcome: str = field(metadata={"example": "criteria_met"})
    ratified: bool


@dataclass(frozen=True)
class AgendaItem:
    """A case on an agenda; `names` are those of whom it is about, for whoever reads them, `missing` the agencies."""

    case_id: UUID
    meeting_id: UUID
    reference: str = field(metadata={"example": "PPRG-2026-0001"})
    names: list[str] = field(metadata={"example": ["Invented Child"]})
    clock: str = field(metadata={"example": "Day 0 of 15, due Tue 15 Dec 2026"})
    asked: int
    missing: list[str] = field(metadata={"example": ["police"]})
    decisions: list[DecisionListed]
    invited: list[UUID]


@dataclass(frozen=True)
class Agenda:
    """Which cases the group hears at one sitting, those that the reader sees, by reference."""

    sitting_id: UUID
    starts_at: datetime
    ends_at: datetime
    place: str = field(metadata={"example": "Room 2"})
    marking: str = field(metadata={"example": "Official: sensitive"})
    cases: list[AgendaItem]
