"""What triage's API gives of a chronology."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class PartialDate:
    """A date as people know it."""

    value: str = field(metadata={"example": "2016-05"})
    precision: str = field(metadata={"example": "month"})
    uncertain: bool
    as_entered: str = field(metadata={"example": "May 2016"})


@dataclass(frozen=True)
class RowShown:
    """One thing that happened, by an agency's records, with the place of the row in that agency's list, from 1."""

    id: UUID
    event_ref: int
    date: PartialDate
    agency: str = field(metadata={"example": "police"})
    time: str = field(metadata={"example": "10:00"})
    people: str = field(metadata={"example": "the mother"})
    action: str = field(metadata={"example": "none"})
    source: str = field(metadata={"example": "Police log"})
    event: str = field(metadata={"example": "An invented call."})
    end_date: PartialDate | None = field(metadata={"example": None})
    end_time: str = field(metadata={"example": "11:00"})
    contact_type: str = field(metadata={"example": "visit"})
    seen: str = field(metadata={"example": "yes"})
    seen_alone: str = field(metadata={"example": "no"})
    voice: str = field(metadata={"example": ""})
    outcome: str = field(metadata={"example": ""})
    impact: str = field(metadata={"example": "mixed"})
    impact_note: str = field(metadata={"example": ""})
    comment_analysis: str = field(metadata={"example": ""})
    rag: str = field(metadata={"example": "amber"})
    significance: str = field(metadata={"example": "key_event"})
    policy_or_practice_point: list[str] = field(metadata={"example": ["voice-of-child"]})
    recorded_at: PartialDate | None = field(metadata={"example": None})


@dataclass(frozen=True)
class Chronology:
    """A page of what happened, in one time order."""

    rows: list[RowShown]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Settled:
    """How something to look at was settled, by whom and when."""

    state: str = field(metadata={"example": "explained"})
    note: str = field(metadata={"example": "One of them wrote it down on the next day."})
    by: UUID | None
    at: datetime


@dataclass(frozen=True)
class ConflictShown:
    """Rows that somebody should look at, the first of `total`, and how that stands; no row is changed for it."""

    id: UUID
    kind: str = field(metadata={"example": "same_event"})
    words: str = field(metadata={"example": "The same event with another date or time"})
    about: str = field(metadata={"example": ""})
    state: str = field(metadata={"example": "open"})
    day: date = field(metadata={"example": "2016-05-22"})
    rows: list[RowShown]
    total: int
    history: list[Settled]


@dataclass(frozen=True)
class Conflicts:
    """A page of what does not agree in a chronology, what is open first."""

    conflicts: list[ConflictShown]
    open: int
    total: int
    page: int
    pages: int
