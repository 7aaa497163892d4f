"""What intake's API gives, by name; its document says the same."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class AgencyShown:
    """An agency of the partnership."""

    slug: str = field(metadata={"example": "police"})
    name: str = field(metadata={"example": "Wiltshire Police"})


@dataclass(frozen=True)
class Agencies:
    """The agencies of the partnership."""

    agencies: list[AgencyShown]


@dataclass(frozen=True)
class Asked:
    """That something is asked of an agency, and by when."""

    id: UUID
    case_id: UUID
    reference: str = field(metadata={"example": "PPRG-2026-0001"})
    agency: str = field(metadata={"example": "police"})
    due_on: date = field(metadata={"example": "2026-12-03"})
    state: str = field(metadata={"example": "open"})


@dataclass(frozen=True)
class Requests:
    """What one's agency is asked."""

    requests: list[Asked]


@dataclass(frozen=True)
class WholeRequest(Asked):
    """What is asked of an agency."""

    subject_name: str = field(metadata={"example": "Invented Child"})
    subject_born: str = field(metadata={"example": "May 2016"})
    questions: str = field(metadata={"example": "What was your part?"})
