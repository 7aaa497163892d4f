"""What triage does about what it hears."""

from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pprg_shared.boxes import publish
from pprg_shared.boxes.tables import insert_all_new
from pprg_shared.database import now, profile_of, seal, today, unseal, uuid_of
from pprg_shared.directory import keep_higher
from pprg_shared.errors import NotYet
from pprg_shared.events.every import AccessRecorded
from pprg_shared.events.intake import (
    AgencySummarySubmitted,
    ChronologySubmitted,
    ExtensionRequested,
    NilReturnSubmitted,
    PersonChanged,
    ReferralSubmitted,
    RequestOpened,
    RequestReady,
    StaffNamed,
)
from pprg_shared.events.notifier import LetterAccepted, LetterFailed
from pprg_shared.events.triage import CaseOpened, ReminderDue
from pprg_shared.hand import carry_out, insertion
from pprg_shared.identity import people
from pprg_shared.partial_dates import from_json
from pprg_triage import rules
from pprg_triage.actions import (
    bind_if_here,
    end_memberships,
    keep_conflicts,
    name_chairs,
    pass_chair,
    pass_to_deputy,
    return_id,
    rows_here,
    told_days,
    watch,
)
from pprg_triage.actions.told import answer_of, content_of
from pprg_triage.handlers.publications import note_called_off as note_called_off
from pprg_triage.handlers.publications import note_planned as note_planned
from pprg_triage.handlers.publications import note_published as note_published
from pprg_triage.models import (
    Access,
    Case,
    Letter,
    News,
    Request,
    Return,
    Row,
    StaffList,
    reminders,
)
from pprg_triage.projections import Compared, answers_of, compared, compared_again

_ACCESS = Access.metadata.tables["access"]


def hear_person(session: Session, heard: PersonChanged) -> None:
    """Keep the present state of a colleague; cases of one who has left pass to others, and their memberships end."""
    if people.keep_colleague(session, heard):
        pass_to_deputy(session, heard.person_id)
        pass_chair(session, heard.person_id)
        end_memberships(session, heard.person_id)


def open_case(session: Session, heard: ReferralSubmitted) -> None:
    """A referral becomes a case; its clock runs from the notification, until that is known from the day of receipt."""
    profile = profile_of(session)
    days = {"la_aware": heard.la_aware_on, "notified": heard.notified_on}
    day_zero = days.get(rules.starts_clock(profile))
    due = rules.clock(day_zero or heard.submitted_on, profile.working_days()).due
    case = Case(id=heard.referral_id, reference=heard.reference, received_on=heard.submitted_on, due_on=due)
    case.referrer_id, case.named, case.routes = heard.referrer_id, " ".join(heard.agencies), " ".join(heard.routes)
    case.clock_from, case.members_revision = day_zero, 0
    content = content_of(heard)
    case.content = seal(session, case, "content", content)
    known = {name: day for name, day in days.items() if day}
    facts = rules.Facts(known | {rules.RECEIVED: case.received_on})
    watch(case, rules.clock_to_watch(profile, content, heard.routes, facts, today(session)))
    told = told_days(session, case, known, heard.more.get("notification_reference", ""))
    new = [case, *told, _line(session, heard, case.id, "referral", heard.referrer_agency), *name_chairs(session, case)]
    carry_out(session.connection(), map(insertion, new))
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


def _news(session: Session, heard: Any, case_id: UUID, kind: str, agency: str) -> None:
    session.add(_line(session, heard, case_id, kind, agency))


def _line(session: Session, heard: Any, case_id: UUID, kind: str, agency: str) -> News:
    return News(id=heard.envelope.id, case_id=case_id, kind=kind, agency=agency, at=now(session))


def _request(session: Session, request_id: UUID) -> Request:
    request = session.get(Request, request_id, with_for_update=True)
    if request is None:
        raise NotYet(f"request {request_id} is not known here yet")
    return request


def note_ready(session: Session, heard: RequestReady) -> None:
    """The agency's page is there, and the letter on its way."""
    request = _request(session, heard.request_id)
    if heard.why == "asked":
        request.state = rules.moved(request.state, "ready") or request.state


def note_opened(session: Session, heard: RequestOpened) -> None:
    """Somebody in the agency is at work on it."""
    request = _request(session, heard.request_id)
    request.state = rules.moved(request.state, "open") or request.state


def note_extension(session: Session, heard: ExtensionRequested) -> None:
    """An agency asks for more time: the office decides, unless the answer has overtaken the wish."""
    request = _request(session, heard.request_id)
    content = unseal(session, request, "content") if request.content else {"history": []}
    line = {"what": "more_time", "words": heard.reason, "by": "", "on": heard.asked_on.isoformat()}
    content["history"].append(line | {"due_on": heard.until.isoformat()})
    request.content = seal(session, request, "content", content)
    if request.state not in rules.SETTLED:
        request.extension_until = heard.until
    _news(session, heard, heard.case_id, "extension", heard.agency)


def attach_summary(session: Session, heard: AgencySummarySubmitted) -> None:
    """Keep an agency's summary; the return is there once all rows of its chronology are, too."""
    _attach(session, heard, "return", answer_of(heard), heard.rows or 0)


def attach_nil_return(session: Session, heard: NilReturnSubmitted) -> None:
    """Keep that an agency holds nothing, and about whom."""
    _attach(session, heard, "nil", {"author": heard.author, "summary": "", "about": heard.about}, 0)


def _attach(session: Session, heard: Any, kind: str, content: dict[str, Any], rows: int) -> None:
    request = _request(session, heard.request_id)
    number = return_id(request.id, heard.version)
    if session.get(Return, number) is None:
        returned = Return(id=number, case_id=heard.case_id, agency=heard.agency, kind=kind, rows=rows)
        returned.returned_on, returned.revision = heard.submitted_on, heard.version
        returned.content = seal(session, returned, "content", content)
        session.add(returned)
    _arrived(session, heard, request)


def attach_chronology(session: Session, heard: ChronologySubmitted) -> None:
    """Keep some of an agency's rows as they were sent, with what orders them; those that are here stay as they are."""
    request = _request(session, heard.request_id)
    values = []
    for number, each in enumerate(heard.rows, heard.first):
        when = from_json(each.value, each.precision, each.as_entered, uncertain=each.uncertain)
        row = Row(id=uuid5(request.id, f"{heard.version}/{number}"), case_id=heard.case_id, agency=heard.agency)
        row.content = seal(session, row, "content", asdict(each))
        entry = rules.Entry(when, number, heard.agency, each.source, each.event, each.action, each.time)
        day, precision, time, *_ = rules.position(entry)
        about = {"id": row.id, "case_id": row.case_id, "agency": row.agency, "content": row.content}
        order = {"day": day, "until": when.until, "precision": precision, "time": time, "number": number}
        values.append(about | order | {"revision": heard.version})
    if values:
        insert_all_new(session, Row.metadata.tables["chronology"], values)
    _arrived(session, heard, request)


def _arrived(session: Session, heard: Any, request: Request) -> None:
    """A return counts from the moment at which it is here whole, whatever came first; an older one no longer does."""
    session.flush()
    returned = session.get(Return, return_id(request.id, heard.version))
    if returned is None or heard.version <= request.answer or rows_here(session, returned) < returned.rows:
        return
    request.answer, request.extension_until = heard.version, None
    request.state = rules.moved(request.state, returned.kind) or request.state
    _news(session, heard, heard.case_id, returned.kind, heard.agency)
    at = now(session)
    about = {"type": rules.COMPARE, "subject": str(request.case_id), "request_id": request.id}
    session.execute(insert(reminders), {"id": uuid4(), **about, "created_at": at, "due_at": at})


def keep_staff(session: Session, heard: StaffNamed) -> None:
    """Keep who the members of staff are whom an agency names by role; the newest list takes the place of others."""
    about = {"id": heard.request_id, "case_id": heard.case_id, "agency": heard.agency, "revision": heard.revision}
    content = seal(session, StaffList(**about), "content", [asdict(each) for each in heard.staff])
    about |= {"named_on": heard.named_on, "content": content}
    keep_higher(session, StaffList.metadata.tables["staff_lists"], "id", about)


def look(session: Session, row: Any) -> Compared | None:
    """Compare all rows of a case, if that is what is due; several answers that came together are compared once."""
    case_id = uuid_of(row.subject) if row.type == rules.COMPARE else None
    if case_id is None or compared_again(session, row):
        return None
    return compared(session, case_id)


def do_later(session: Session, row: Any, seen: Compared | None) -> None:
    """What is due now: a reminder, or to keep what came of comparing all rows of a case."""
    if row.type != rules.COMPARE:
        remind(session, row)
    elif seen is not None:
        keep_compared(session, UUID(row.subject), seen)


def keep_compared(session: Session, case_id: UUID, seen: Compared) -> None:
    """List what does not agree in the chronology of a case; what somebody has settled stays settled."""
    if session.get(Case, case_id, with_for_update=True) is None:
        return
    if answers_of(session, case_id) != seen.answers:
        raise NotYet("an answer came while the rows were compared")
    keep_conflicts(session, case_id, seen.found)


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


def note_letter(session: Session, heard: LetterAccepted) -> None:
    """A letter has left."""
    _letter(session, heard, "accepted", rules.LETTER)


def note_failed_letter(session: Session, heard: LetterFailed) -> None:
    """A letter was given up, or came back."""
    _letter(session, heard, "failed", rules.LETTER_BACK)


def _letter(session: Session, heard: LetterAccepted | LetterFailed, state: str, kind: str) -> None:
    letter = session.scalar(select(Letter).where(Letter.id == heard.letter_id)) or Letter(id=heard.letter_id)
    letter.case_id, letter.template, letter.state = heard.about, heard.template, state
    session.add(letter)
    if case_id := uuid_of(heard.about):
        about = {"id": heard.envelope.id, "case_id": case_id, "at": heard.envelope.time, "service": "notifier"}
        whom = {"person": heard.person, "agency": heard.agency, "duty": heard.duty}
        insert_all_new(session, _ACCESS, [about | whom | {"kind": kind, "verb": heard.template}])
        if heard.template == rules.OUTCOME_LETTER:
            bind_if_here(session, case_id)


def note_access(session: Session, heard: AccessRecorded) -> None:
    """Keep who saw and did what, for the page that is asked about it; an entry that comes again is the same."""
    rows = [
        {
            "id": UUID(hex=each.hash[:32]),
            "case_id": each.case_id,
            "at": each.at,
            "service": heard.service,
            "person": each.person,
            "agency": each.agency,
            "duty": None,
            "kind": each.kind,
            "verb": each.verb,
        }
        for each in heard.entries
    ]
    insert_all_new(session, _ACCESS, rows)
