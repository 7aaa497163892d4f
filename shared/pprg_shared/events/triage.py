"""What triage says: cases, requests, meetings and decisions."""

from datetime import date, datetime
from uuid import UUID

from pprg_shared.contract import Event, sealed


class CaseOpened(Event, name="case.opened", version=1, subject="case_id"):
    """A referral has become a case, and its clock runs."""

    case_id: UUID
    referral_id: UUID
    reference: str
    received_on: date
    due_on: date


class InformationRequested(Event, name="information.requested", version=1, subject="case_id"):
    """An agency is asked for a summary and a chronology."""

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    due_on: date
    subject_name: str = sealed("case")
    subject_born: str = sealed("case")
    questions: str = sealed("case")


class MeetingScheduled(Event, name="meeting.scheduled", version=1, subject="case_id"):
    """The group meets about a case."""

    meeting_id: UUID
    case_id: UUID
    reference: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    invited: list[UUID]
    place: str = sealed("contact")


class DecisionRatified(Event, name="decision.ratified", version=1, subject="case_id"):
    """What the group proposed, its body has confirmed."""

    decision_id: UUID
    case_id: UUID
    reference: str
    route: str
    outcome: str
    decided_on: date
    referrer_id: UUID
    agencies: list[str]
    reasons: str = sealed("case")


class ReminderDue(Event, name="reminder.due", version=1, subject="case_id"):
    """A request is not answered, and its due day is near (`soon`) or past (`overdue`)."""

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    due_on: date
    rung: str
