"""What triage's API gives of members of staff."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class WorkerShown:
    """A member of staff: what the return of their agency calls them, and who they are."""

    code: str = field(metadata={"example": "Social worker 1"})
    name: str = field(metadata={"example": "Invented Person"})
    role: str = field(metadata={"example": "Duty team"})


@dataclass(frozen=True)
class StaffOfAgency:
    """Whom one agency has named, and when."""

    agency: str = field(metadata={"example": "police"})
    named_on: date = field(metadata={"example": "2026-12-03"})
    staff: list[WorkerShown]


@dataclass(frozen=True)
class Staff:
    """Who the members of staff are whom agencies name by role."""

    agencies: list[StaffOfAgency]
