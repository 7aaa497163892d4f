"""What the notifier's API gives, by name; its document says the same."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class LetterShown:
    """How one letter fares; neither its words nor the address."""

    id: UUID
    template: str = field(metadata={"example": "receipt"})
    reference: str = field(metadata={"example": "PPRG-2026-0001"})
    to: str = field(metadata={"example": "the referrer"})
    state: str = field(metadata={"example": "accepted"})
    attempts: int
    written_at: datetime
    next_try: datetime | None = field(metadata={"example": None})
    problem: str | None = field(metadata={"example": None})
    invitation: Any = field(metadata={"example": None})
    typed: bool = field(metadata={"example": False})


@dataclass(frozen=True)
class Letters:
    """Letters, newest first."""

    letters: list[LetterShown]
