"""What intake's API gives, by name; its document says the same."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
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
    wanted: str = field(metadata={"example": "both"})


@dataclass(frozen=True)
class Requests:
    """What one's agency is asked."""

    requests: list[Asked]


@dataclass(frozen=True)
class SoughtShown:
    """A person whom an agency looks for in its records; what is not known of them is empty."""

    kind: str = field(metadata={"example": "child"})
    name: str = field(metadata={"example": "Invented Child"})
    born: str = field(metadata={"example": "May 2016"})
    also_known_as: str = field(metadata={"example": ""})
    nhs_number: str = field(metadata={"example": "943 476 5919"})
    address: str = field(metadata={"example": "not known"})
    local_id: str = field(metadata={"example": ""})
    relation: str = field(metadata={"example": ""})


@dataclass(frozen=True)
class WholeRequest(Asked):
    """What is asked of an agency, about all `subjects`; `subject_name` and `subject_born` are those of the first."""

    subject_name: str = field(metadata={"example": "Invented Child"})
    subject_born: str = field(metadata={"example": "May 2016"})
    subjects: list[SoughtShown]
    #: Whom a nil return means, who sends it back: it is refused once there are others.
    people_seen: str = field(metadata={"example": "8c6976e5b541"})
    questions: str = field(metadata={"example": "What was your part?"})


@dataclass(frozen=True)
class Warned:
    """What should be looked at once more in a row, which counts from 1."""

    row: int
    words: str = field(metadata={"example": "This lies before the period that is asked about."})


@dataclass(frozen=True)
class DraftShown:
    """A chronology that was uploaded and not sent yet."""

    draft: UUID
    rows: list[dict[str, str]] = field(metadata={"example": [{"date": "May 2016", "event": "An invented call."}]})
    warnings: list[Warned]


@dataclass(frozen=True)
class ReturnSent:
    """What an agency sent last, a `return` or a `nil` one; `answers` under the names that a return takes."""

    kind: str = field(metadata={"example": "return"})
    revision: int = field(metadata={"example": 1})
    submitted_on: date = field(metadata={"example": "2026-11-24"})
    answers: dict[str, Any] = field(metadata={"example": {"author": "Invented Lead", "summary": "Invented."}})


@dataclass(frozen=True)
class WorkerShown:
    """A member of staff: what the return calls them, and who they are."""

    code: str = field(metadata={"example": "Social worker 1"})
    name: str = field(metadata={"example": "Invented Person"})
    role: str = field(metadata={"example": "Duty team"})


@dataclass(frozen=True)
class Staff:
    """Who the members of staff are whom an agency names by role."""

    staff: list[WorkerShown]


@dataclass(frozen=True)
class OutcomeShown:
    """What was decided on one kind of review, in the words for whoever asks."""

    route: str = field(metadata={"example": "rapid_review"})
    outcome: str = field(metadata={"example": "criteria_met"})
    decided_on: date = field(metadata={"example": "2026-12-10"})
    corrected_on: date | None = field(metadata={"example": None})
    words: str = field(metadata={"example": "The criteria for this are met: Rapid review."})


@dataclass(frozen=True)
class WhatWasDecided:
    """What was decided on a case; a later decision on the same kind of review takes the place of the one before it."""

    reference: str = field(metadata={"example": "PPRG-2026-0001"})
    outcomes: list[OutcomeShown]
