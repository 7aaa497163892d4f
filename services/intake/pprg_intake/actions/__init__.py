"""What people do at intake; each function one transaction."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.actions import begun, corrections, drafts, told
from pprg_intake.models import Counter, Person, Referral, Request, Submission
from pprg_shared import spreadsheet
from pprg_shared.actor import Actor, Done
from pprg_shared.audit import record
from pprg_shared.boxes import publish
from pprg_shared.chronology import Further
from pprg_shared.database import profile_of, seal, today, unseal, write_last
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events import intake as says
from pprg_shared.events.told import Further as FurtherSaid
from pprg_shared.events.told import Row, When
from pprg_shared.hand import ask, insertion
from pprg_shared.partial_dates import PartialDate
from pprg_shared.profile import OTHER, Theme
from pprg_shared.typed import UNPRINTABLE, clean, unprintable


def submit_referral(
    session: Session, actor: Actor, *, prefix: str, begun_id: UUID | None = None, **answers: Any
) -> Done:
    """Keep a referral, make its referrer a person of the directory, and say both; what was `begun` of it goes.

    A referrer who belongs to no agency of the list is a person without one: no agency reads what they are told. What
    came on paper or by telephone counts from the day on which it did, though its number is one of this year.
    """
    if begun_id:
        begun.end(session, begun_id)
    day = today(session)
    agency = None if answers["referrer_agency"] == OTHER else answers["referrer_agency"]
    referrer = Person(id=uuid4(), agency=agency, roles="referrer", active=True, revision=1)
    name: dict[str, Any] = {"name": answers["referrer_name"], "address": answers["referrer_email"]}
    referrer.content = seal(session, referrer, "content", name | {"role": answers["referrer_role"]})
    referral = Referral(id=uuid4(), submitted_on=answers.get("received_on") or day, referrer_id=referrer.id)
    referral.reference = rules.reference(prefix, day.year, _next_number(session, day.year))
    referral.content = seal(session, referral, "content", rules.as_json(answers))
    for row in (referrer, referral):
        write_last(session, *insertion(row))
    publish(
        session,
        says.PersonChanged(
            person_id=referrer.id, agency=referrer.agency, roles=["referrer"], active=True, revision=1, **name
        ),
    )
    record(session, "directory", "submit_referral", str(referrer.id), actor)
    publish(session, _submitted(referral, actor, answers))
    return Done(f"/referrals/{referral.reference}/thanks", referral.reference, str(referral.id))


def _submitted(referral: Referral, actor: Actor, answers: dict[str, Any]) -> says.ReferralSubmitted:
    """What is said of a referral; the form need not have asked for everything."""
    return says.ReferralSubmitted(
        referral_id=referral.id,
        reference=referral.reference,
        submitted_on=referral.submitted_on,
        referrer_id=referral.referrer_id,
        entered_by=None if answers.get("source", rules.ONLINE) == rules.ONLINE else actor.person,
        has_address=bool(answers["referrer_email"]),
        **told.of_referral(answers),
    )


def _next_number(session: Session, year: int) -> int:
    """The next number of the year; others wait for it until this transaction ends, so that none is missing."""
    ((last,),) = ask(session.connection(), _counting(session.get_bind().dialect.name), {"year": year, "last": 1})
    return int(last)


@cache
def _counting(dialect: str) -> sa.Executable:
    """The first number of a year, or one more than the last, in one statement."""
    counters = Counter.metadata.tables["counters"]
    insert = postgresql.insert(counters) if dialect == "postgresql" else sqlite.insert(counters)
    return insert.on_conflict_do_update(set_={"last": counters.c.last + 1}, index_elements=["year"]).returning(
        counters.c.last
    )


def request_of(session: Session, actor: Actor, request_id: UUID, *, alone: bool = False) -> Request:
    """A request, for a person of the agency that is asked; to anybody else it is not there.

    `alone`: whoever else answers it waits until this transaction ends.
    """
    request = session.get(Request, request_id, with_for_update=alone)
    relation = rules.relation(actor.agency, request.agency if request else None)
    if request is None or not rules.may(actor.roles, "answer", relation):
        raise NotThere
    return request


def answer_request(
    session: Session, actor: Actor, *, request_id: UUID, lines: Sequence[rules.Line], **answers: Any
) -> Done:
    """Keep an agency's summary and chronology, and say them; a long chronology in several parts.

    `lines` are the rows of the answers as they were read.
    """
    request = _open(session, actor, request_id)
    uploaded = _from_draft(session, request, answers.pop("draft", None))
    typed = [*answers.get("rows", ()), *uploaded]
    if len(typed) > rules.MOST_ROWS:
        raise Refused(f"Send at most {rules.MOST_ROWS} rows: there are {len(typed)}.", "rows")
    if request.wanted == "chronology" and not typed:
        raise Refused("List the key events, or say that your agency holds nothing.", "rows")
    said = rules.as_json(answers) | {"rows": typed, rules.UPLOADED: len(uploaded)}
    corrections.refuse_the_same(session, request, said)
    read, _ = rules.lines(uploaded, today(session), profile_of(session).themes)
    kept = [*lines, *read]
    version = _keep(session, request, "return", said)
    about = _about(request) | {"submitted_on": today(session), "version": version}
    publish(session, says.AgencySummarySubmitted(**about, rows=len(kept), **told.of_return(answers)))
    rows = [_row(each) for each in kept]
    for first, end in rules.parts([told.size(each) for each in rows]):
        publish(session, says.ChronologySubmitted(**about, count=end - first, first=first, rows=rows[first:end]))
    return Done(f"/requests/{request.id}/thanks", request.reference, str(request.case_id))


def _row(line: rules.Line) -> Row:
    when = line.when
    return Row(
        value=when.text,
        precision=when.precision,
        uncertain=when.uncertain,
        as_entered=when.as_entered,
        source=line.source,
        event=line.event,
        action=line.action,
        time=line.time,
        people=line.people,
        further=_further(line.further) if line.further else None,
    )


def _further(told: Further) -> FurtherSaid:
    words = vars(told) | {name: _when(getattr(told, name)) for name in ("end_date", "recorded_at")}
    return FurtherSaid(**words | {"policy_or_practice_point": list(told.policy_or_practice_point)})


def _when(day: PartialDate | None) -> When | None:
    return When(day.text, day.precision, day.uncertain, day.as_entered) if day else None


def _from_draft(session: Session, request: Request, shown: UUID | None) -> list[dict[str, str]]:
    """The rows that were uploaded, if they are still those that the person saw; they are no draft any more."""
    draft = drafts.draft_of(session, request)
    if (draft.id if draft else None) != shown:
        raise Refused("The uploaded chronology has changed since you opened this page. Look at it, then send again.")
    rows = drafts.rows_of(session, draft)
    if rows:
        drafts.drop(session, request)
    return rows


def read_chronology(
    raw: bytes, today: date, agency: Sequence[str], themes: Mapping[str, Theme]
) -> tuple[list[dict[str, str]], list[rules.Wrong]]:
    """The rows of a file and all that is wrong with it; raises NotATable for what is no table at all."""
    found = spreadsheet.read(raw)
    numbered, wrong = rules.table(found.heads, found.lines, agency)
    if len(numbered) > rules.MOST_ROWS:
        raise spreadsheet.NotATable(f"The file has {len(numbered)} rows, and {rules.MOST_ROWS} is the most")
    if not numbered:
        raise spreadsheet.NotATable("The file has heads and no rows. Add a row for each event")
    rows = [{name: clean(cell) for name, cell in row.items() if clean(cell)} for _, row in numbered]
    if any(each.column for each in wrong if each.row == 1):
        return rows, wrong
    _, problems = rules.lines(rows, today, themes)
    for place, (number, _) in enumerate(numbered):
        advice = problems.get(place, {}) | {n: UNPRINTABLE for n, text in rows[place].items() if unprintable(text)}
        wrong += [rules.Wrong(number, rules.COLUMNS[name][0], words) for name, words in advice.items()]
    return rows, sorted(wrong, key=lambda each: each.row)


def keep_draft(session: Session, actor: Actor, *, request_id: UUID, rows: list[dict[str, str]]) -> Done:
    """Keep an uploaded chronology, in place of the one before it, until it is sent; forgotten ones go.

    Whoever uploads is at work on what is asked, even if nobody has opened its page.
    """
    request = _open(session, actor, request_id)
    _opened(session, request)
    drafts.forget_old(session)
    drafts.lay_down(session, request, rows)
    return Done(f"/requests/{request.id}/chronology", request.reference, str(request.case_id))


def drop_draft(session: Session, actor: Actor, *, request_id: UUID) -> Done:
    """Forget an uploaded chronology."""
    request = _open(session, actor, request_id)
    drafts.drop(session, request)
    return Done(f"/requests/{request.id}", request.reference, str(request.case_id))


def answer_nil(session: Session, actor: Actor, *, request_id: UUID, author: str, people_seen: str = "") -> Done:
    """Keep and say that an agency holds nothing about any of those whom it was asked about.

    `people_seen` are the marks of whom it was shown; of others it cannot have meant it.
    """
    request = _open(session, actor, request_id)
    people = rules.sought(unseal(session, request, "content"))
    if rules.unseen(people, people_seen):
        raise Refused(rules.OTHERS_SINCE)
    drafts.drop(session, request)
    about = _about(request) | {"submitted_on": today(session)}
    names = [each["name"] for each in people]
    version = _keep(session, request, "nil", {"author": author})
    publish(session, says.NilReturnSubmitted(**about, version=version, author=author, about=names))
    return Done(f"/requests/{request.id}/thanks", request.reference, str(request.case_id))


def note_opened(session: Session, actor: Actor, *, request_id: UUID) -> None:
    """Say, once, that an agency has opened what it is asked: somebody there is at work on it."""
    _opened(session, request_of(session, actor, request_id, alone=True))


def _opened(session: Session, request: Request) -> None:
    if request.state == "asked":
        request.state = rules.OPENED
        publish(session, says.RequestOpened(**_about(request), opened_on=today(session)))


def ask_for_time(session: Session, actor: Actor, *, request_id: UUID, until: date, reason: str) -> Done:
    """Ask the office for another day, once at a time; until it has decided, the day stays."""
    request = _open(session, actor, request_id)
    content = unseal(session, request, "content")
    if rules.waits(content):
        raise Refused("Your agency has asked for more time already. The coordinator will tell you.")
    if problem := rules.time_problem(until, request.due_on, today(session)):
        raise Refused(problem, "until")
    asked = {"until": until.isoformat(), "state": rules.WAITS, "answer": ""}
    request.content = seal(session, request, "content", content | {"extension": asked})
    about = _about(request) | {"asked_on": today(session), "until": until}
    publish(session, says.ExtensionRequested(**about, reason=reason))
    return Done(f"/requests/{request.id}", request.reference, str(request.case_id))


def _open(session: Session, actor: Actor, request_id: UUID) -> Request:
    request = request_of(session, actor, request_id, alone=True)
    if request.state not in rules.ANSWERABLE:
        raise Refused(rules.CLOSED[request.state])
    return request


def _keep(session: Session, request: Request, kind: str, answers: dict[str, Any]) -> int:
    """Keep an answer beside those before it; its revision."""
    before = select(func.max(Submission.revision)).where(Submission.request_id == request.id)
    revision = (session.scalar(before) or 0) + 1
    sent = Submission(id=uuid4(), request_id=request.id, kind=kind, submitted_on=today(session), revision=revision)
    sent.content = seal(session, sent, "content", answers)
    session.add(sent)
    request.state = "answered"
    return revision


def _about(request: Request) -> dict[str, Any]:
    return {
        "request_id": request.id,
        "case_id": request.case_id,
        "reference": request.reference,
        "agency": request.agency,
    }
