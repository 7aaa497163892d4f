"""What triage's API gives of who reads a case."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class MemberShown:
    """What ties somebody to a case: a role in it, an interest that closes it to them, or the glass that they broke."""

    id: UUID
    person: UUID
    role: str = field(metadata={"example": "chair"})
    why: str = field(metadata={"example": "Chairs the group"})
    ended: bool
    since: datetime
    until: datetime | None = field(metadata={"example": None})


@dataclass(frozen=True)
class Members:
    """Who is, or was, tied to a case."""

    members: list[MemberShown]
