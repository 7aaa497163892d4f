"""What triage's API gives, by name; its document says the same."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pprg_triage.answers.chronology import Chronology as Chronology
from pprg_triage.answers.chronology import Conflicts as Conflicts
from pprg_triage.answers.chronology import PartialDate as PartialDate
from pprg_triage.answers.meetings import Agenda as Agenda
from pprg_triage.answers.meetings import MeetingShown as MeetingShown
from pprg_triage.answers.meetings import Met as Met
from pprg_triage.answers.members import Members as Members
from pprg_triage.answers.members import MemberShown as MemberShown
from pprg_triage.answers.publications import Plans as Plans
from pprg_triage.answers.staff import Staff as Staff


@dataclass(frozen=True)
class CaseShown:
    """A case in a list; it is due by the clock that binds, and by none while that waits or where none does."""

    id: UUID
    reference: str = field(metadata={"example": "PPRG-2026-0001"})
    received_on: date = field(metadata={"example": "2026-11-24"})
    due_on: date | None = field(metadata={"example": "2026-12-15"})
    clock: str | None = field(metadata={"example": "rr.submit"})


@dataclass(frozen=True)
class CaseListed(CaseShown):
    """A case among all, with the reference that it had in a list it came from."""

    earlier_reference: str = field(metadata={"example": "23/014"})


@dataclass(frozen=True)
class Cases:
    """All cases."""

    cases: list[CaseListed]


@dataclass(frozen=True)
class RequestShown:
    """An agency that was asked, and how that stands."""

    id: UUID
    agency: str = field(metadata={"example": "police"})
    due_on: date = field(metadata={"example": "2026-12-03"})
    state: str = field(metadata={"example": "asked"})
    wanted: str = field(metadata={"example": "both"})
    answer: int = field(metadata={"example": 0})
    extension_until: date | None = field(metadata={"example": None})


@dataclass(frozen=True)
class ReturnShown:
    """One answer of an agency; a correction has a higher revision."""

    id: UUID
    revision: int
    kind: str = field(metadata={"example": "summary"})
    rows: int


@dataclass(frozen=True)
class WholeRequest(RequestShown):
    """What an agency was asked, how that stands, and which returns are here."""

    history: list[dict[str, Any]] = field(metadata={"example": []})
    returns: list[ReturnShown]
    arriving: str = field(metadata={"example": ""})


@dataclass(frozen=True)
class DecisionShown:
    """What the group decided on one route; besides this, its content."""

    id: UUID
    route: str = field(metadata={"example": "rapid_review"})
    outcome: str = field(metadata={"example": "criteria_met"})
    ratified: bool
    returned: bool
    body: str = field(metadata={"example": "Safeguarding partners"})


@dataclass(frozen=True)
class Letters:
    """How many letters about a case fared how."""

    accepted: int
    failed: int


@dataclass(frozen=True)
class RouteShown:
    """A route that the answers open or not, and why."""

    code: str = field(metadata={"example": "rapid_review"})


@dataclass(frozen=True)
class ClockShown:
    """A day by which something is due, nothing while it `waits`, and how it was counted; it `runs` or has `passed`.

    It was `met` or `met_late` on the day on which it ended, has `ended` though nobody knows its day 0, or is `over`
    where nothing had to be done. One that belongs to every case names the `route` of the decision it counts from.
    """

    code: str = field(metadata={"example": "rr.submit"})
    route: str | None = field(metadata={"example": "rapid_review"})
    day_zero: date | None = field(metadata={"example": "2026-11-24"})
    due_on: date | None = field(metadata={"example": "2026-12-15"})
    ended_on: date | None = field(metadata={"example": None})
    days_late: int | None = field(metadata={"example": None})
    state: str = field(metadata={"example": "runs"})
    words: str = field(metadata={"example": "Day 0 Tue 24 Nov; due Tue 15 Dec."})


@dataclass(frozen=True)
class DayNoted:
    """The day of something that clocks count from or end with, as somebody noted it."""

    trigger: str = field(metadata={"example": "notified"})
    day: date = field(metadata={"example": "2026-11-24"})
    reference: str = field(metadata={"example": "INVENTED-1"})


@dataclass(frozen=True)
class ClosedShown:
    """That the case was closed without a review: when and by whom, for which reason, of which other case, and why."""

    on: date = field(metadata={"example": "2026-11-24"})
    by: UUID
    reason: str = field(metadata={"example": "duplicate"})
    other: str = field(metadata={"example": "PPRG-2026-0002"})
    why: str = field(metadata={"example": "Both tell of one incident."})
    words: str = field(
        metadata={"example": "It is about the same as another case, PPRG-2026-0002. Both tell of one incident."}
    )


@dataclass(frozen=True)
class Happened:
    """Something that happened."""

    at: str = field(metadata={"example": "2026-11-24"})
    what: str = field(metadata={"example": "The referral arrived."})
    who: str = field(metadata={"example": ""})


@dataclass(frozen=True)
class History:
    """What happened in a case, in time order."""

    history: list[Happened]


@dataclass(frozen=True)
class Accessed:
    """Somebody saw, did or was sent something."""

    at: datetime
    who: str = field(metadata={"example": "Invented Person"})
    agency: str = field(metadata={"example": "Wiltshire Police"})
    what: str = field(metadata={"example": "Saw: the case"})
    service: str = field(metadata={"example": "triage"})


@dataclass(frozen=True)
class Accesses:
    """A page of who saw, did or was sent what about a case, the newest first."""

    entries: list[Accessed]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class WholeCase(CaseShown):
    """A case with everything that belongs to it."""

    working: str = field(metadata={"example": "Day 0 is Tue 24 Nov; due Tue 15 Dec."})
    warnings: list[str] = field(metadata={"example": []})
    steps: list[str] = field(metadata={"example": ["Referred"]})
    content: dict[str, Any] = field(metadata={"example": {"subject_name": "Invented Child"}})
    amendments: int = field(metadata={"example": 0})
    marking: str = field(metadata={"example": "Official: sensitive"})
    routes: list[RouteShown]
    clocks: list[ClockShown]
    noted: list[DayNoted]
    closed: ClosedShown | None = field(metadata={"example": None})
    requests: list[RequestShown]
    missing: list[str] = field(metadata={"example": ["police"]})
    rows: int
    meeting: MeetingShown | None
    meetings: list[Met]
    decisions: list[DecisionShown]
    letters: Letters
    planned_at: datetime | None = field(metadata={"example": None})
    published: str | None = field(metadata={"example": None})
    earlier_reference: str = field(metadata={"example": ""})
    listed: dict[str, Any] | None = field(metadata={"example": None})


@dataclass(frozen=True)
class ColumnRead:
    """A column of a list, and what it holds; empty when it is left out."""

    head: str = field(metadata={"example": "Date received"})
    column: str = field(metadata={"example": "received"})


@dataclass(frozen=True)
class CaseRead:
    """A case that a row of a list would make."""

    row: int = field(metadata={"example": 2})
    earlier_reference: str = field(metadata={"example": "23/014"})
    received: PartialDate
    subject: str = field(metadata={"example": "AB"})
    siblings: list[str] = field(metadata={"example": ["CB"]})
    routes: list[str] = field(metadata={"example": ["rapid_review"]})
    due_on: date | None = field(metadata={"example": "2026-11-24"})


@dataclass(frozen=True)
class RowNoted:
    """What is to be said of a row of a list."""

    row: int = field(metadata={"example": 7})
    column: str = field(metadata={"example": "Date received"})
    detail: str = field(metadata={"example": "31/02/2026 is not a real date."})


@dataclass(frozen=True)
class ImportPlan:
    """What a list of open cases would make."""

    columns: list[ColumnRead]
    new: list[CaseRead]
    problems: list[RowNoted]
    warnings: list[RowNoted]
    known: list[RowNoted]
    left_out: list[RowNoted]
    imported_before: str | None = field(metadata={"example": None})


@dataclass(frozen=True)
class CaseImported:
    """A case that an import made, and why it cannot be taken back, if it cannot."""

    id: UUID
    reference: str = field(metadata={"example": "PPRG-2026-L0001"})
    earlier_reference: str = field(metadata={"example": "23/014"})
    row: int = field(metadata={"example": 2})
    touched: str = field(metadata={"example": ""})


@dataclass(frozen=True)
class ImportShown:
    """What an import made."""

    id: UUID
    count: int
    undone_at: str | None = field(metadata={"example": None})
    cases: list[CaseImported]
    left_out: list[RowNoted]


@dataclass(frozen=True)
class Steps:
    """How many steps the coordinator took."""

    total: int
    by_phase: dict[str, int] = field(metadata={"example": {"requests": 1}})
