"""What triage does about what it hears."""

from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.boxes import publish
from pprg_shared.database import now, profile_of, seal, today
from pprg_shared.errors import NotYet
from pprg_shared.events.intake import (
    AgencySummarySubmitted,
    ChronologySubmitted,
    NilReturnSubmitted,
    ReferralSubmitted,
    RequestReady,
    Subject,
)
from pprg_shared.events.notifier import LetterAccepted, LetterFailed
from pprg_shared.events.publisher import OutcomePublished
from pprg_shared.events.triage import CaseOpened, ReminderDue
from pprg_triage import rules
from pprg_triage.models import Case, Letter, News, Published, Request, Return, Row, TriggerDay


def open_case(session: Session, heard: ReferralSubmitted) -> None:
    """A referral becomes a case; its clock runs from the notification, until that is known from the day of receipt."""
    profile = profile_of(session)
    days = {"la_aware": heard.la_aware_on, "notified": heard.notified_on}
    day_zero = days.get(rules.starts_clock(profile))
    due = rules.clock(day_zero or heard.submitted_on, profile.working_days()).submit.due
    case = Case(id=heard.referral_id, reference=heard.reference, received_on=heard.submitted_on, due_on=due)
    case.referrer_id, case.named, case.routes = heard.referrer_id, " ".join(heard.agencies), " ".join(heard.routes)
    case.clock_from = day_zero
    case.content = seal(session, case, "content", _content(heard))
    for trigger, day in days.items():
        if day is not None:
            about = {"case_id": case.id, "trigger": trigger, "day": day}
            session.add(TriggerDay(**about, noted_by=heard.referrer_id, noted_at=now(session)))
    session.add(case)
    _news(session, heard, case.id, "referral", heard.referrer_agency)
    publish(
        session,
        CaseOpened(
            case_id=case.id,
            referral_id=heard.referral_id,
            reference=case.reference,
            received_on=case.received_on,
            due_on=due,
        ),
    )


def _content(heard: ReferralSubmitted) -> dict[str, Any]:
    """What is sealed with the case; a referral from before there were several subjects has one."""
    plain = ("subject_name", "subject_born", "incident_on", "what_happened", "reason_kind", "source", "incident")
    content: dict[str, Any] = {name: getattr(heard, name) for name in (*plain, "harm", "parallel_processes")}
    only = Subject(kind=heard.subject_kind, name=heard.subject_name, born=heard.subject_born)
    content["subjects"] = [asdict(each) for each in heard.subjects or [only]]
    content["criteria"] = [asdict(each) for each in heard.criteria]
    content["entered_by"] = str(heard.entered_by) if heard.entered_by else ""
    return content | {"more": heard.more}


def _news(session: Session, heard: Any, case_id: UUID, kind: str, agency: str) -> None:
    session.add(News(id=heard.envelope.id, case_id=case_id, kind=kind, agency=agency, at=now(session)))


def _request(session: Session, request_id: UUID) -> Request:
    request = session.get(Request, request_id, with_for_update=True)
    if request is None:
        raise NotYet(f"request {request_id} is not known here yet")
    return request


def note_ready(session: Session, heard: RequestReady) -> None:
    """The agency's page is there, and the letter on its way."""
    request = _request(session, heard.request_id)
    if request.state == "asked":
        request.state = "ready"


def attach_summary(session: Session, heard: AgencySummarySubmitted) -> None:
    """Keep an agency's summary."""
    content = {"author": heard.author, "summary": heard.summary}
    _attach(session, heard, "return", content)


def attach_nil_return(session: Session, heard: NilReturnSubmitted) -> None:
    """Keep that an agency holds nothing."""
    _attach(session, heard, "nil", {"author": heard.author, "summary": ""})


def _attach(session: Session, heard: Any, kind: str, content: dict[str, str]) -> None:
    request = _request(session, heard.request_id)
    request.state = "returned" if kind == "return" else "nil"
    returned = Return(id=heard.request_id, case_id=heard.case_id, agency=heard.agency, kind=kind)
    returned.returned_on = heard.submitted_on
    returned.content = seal(session, returned, "content", content)
    session.add(returned)
    _news(session, heard, heard.case_id, kind, heard.agency)


def attach_chronology(session: Session, heard: ChronologySubmitted) -> None:
    """Keep an agency's rows as they were sent."""
    _request(session, heard.request_id)
    names = ("value", "precision", "uncertain", "as_entered", "source", "event", "action")
    for number, each in enumerate(heard.rows):
        row = Row(id=uuid4(), case_id=heard.case_id, agency=heard.agency, number=number)
        row.content = seal(session, row, "content", {name: getattr(each, name) for name in names})
        session.add(row)


def remind(session: Session, row: Any) -> None:
    """A reminder is due: said only if the request is still not answered."""
    request = session.get_one(Request, row.request_id)
    if not rules.reminder_applies(row.type, request.state, request.due_on, today(session)):
        return
    case = session.get_one(Case, request.case_id)
    publish(
        session,
        ReminderDue(
            request_id=request.id,
            case_id=case.id,
            reference=case.reference,
            agency=request.agency,
            due_on=request.due_on,
            rung=row.type,
        ),
    )


def note_published(session: Session, heard: OutcomePublished) -> None:
    """The outcome can be read by everybody."""
    if session.get(Published, heard.case_id) is None:
        session.add(Published(id=heard.case_id, slug=heard.slug, published_on=heard.published_on))


def note_letter(session: Session, heard: LetterAccepted) -> None:
    """A letter has left."""
    _letter(session, heard.letter_id, heard.about, heard.template, "accepted")


def note_failed_letter(session: Session, heard: LetterFailed) -> None:
    """A letter was given up."""
    _letter(session, heard.letter_id, heard.about, heard.template, "failed")


def _letter(session: Session, letter_id: UUID, about: str, template: str, state: str) -> None:
    letter = session.scalar(select(Letter).where(Letter.id == letter_id)) or Letter(id=letter_id)
    letter.case_id, letter.template, letter.state = about, template, state
    session.add(letter)
