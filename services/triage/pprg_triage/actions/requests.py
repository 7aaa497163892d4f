"""Asking agencies, and what the office does about what they answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.boxes import publish
from pprg_shared.calendar import BeyondHorizon, short
from pprg_shared.database import now, profile_of, seal, today, unseal
from pprg_shared.directory import asked_now
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events import triage as says
from pprg_shared.partial_dates import parse
from pprg_shared.profile import SENT, SUBMIT, Deadline, deadlines
from pprg_triage import rules
from pprg_triage.actions.access import case_of
from pprg_triage.actions.cases import bind_and_note, done
from pprg_triage.actions.closing import keep_open
from pprg_triage.actions.handing import lead_if_nobody_does
from pprg_triage.actions.told import sought_in
from pprg_triage.models import Case, Request, Return, Row, reminders


@dataclass(frozen=True)
class Standard:
    """What agencies are asked unless the coordinator says otherwise: by when with its working, of which period."""

    deadline: Deadline
    due_on: date | None
    scope_from: date
    scope_to: date


def standard_request(session: Session, case: Case) -> Standard:
    """The clock of the profile that starts when a request is sent, and two years up to the incident."""
    day, content = today(session), unseal(session, case, "content")
    profile = profile_of(session)
    usual = profile.clocks[SUBMIT].route or ""
    routes = case.routes.split() or [usual]
    started = deadlines(profile, [*routes, usual], {SENT: day})
    running = [each for each in started if each.clock.trigger == SENT]
    deadline = min(running, key=lambda each: (each.clock.route not in routes, each.due or date.max))
    incident = parse(content["incident_on"], today=day) if content["incident_on"] else None
    first, last = rules.scope(incident, case.received_on)
    return Standard(deadline, deadline.due, first, last)


def agencies_asked(session: Session, case_id: UUID) -> list[str]:
    """The agencies that were asked about a case."""
    return list(session.scalars(select(Request.agency).where(Request.case_id == case_id).order_by(Request.agency)))


def return_id(request_id: UUID, revision: int) -> UUID:
    """The first return has the id of its request; so that one that comes twice is one, the others' follow from it."""
    return request_id if revision == 1 else uuid5(request_id, f"return {revision}")


def rows_here(session: Session, returned: Return) -> int:
    """How many rows of the chronology of a return have arrived."""
    mine = (Row.case_id == returned.case_id, Row.agency == returned.agency, Row.revision == returned.revision)
    return session.scalar(select(func.count(Row.id)).where(*mine)) or 0


def release_requests(
    session: Session, actor: Actor, *, case_id: UUID, agencies: list[str], questions: str, **answers: Any
) -> Done:
    """Ask agencies the same, none of them twice; of the first that are asked the day is kept: clocks count from it."""
    case = case_of(session, actor, case_id, "ask", alone=True)
    keep_open(session, case_id)
    fresh = _not_yet_asked(session, case_id, agencies)
    lead_if_nobody_does(session, actor, case)
    terms = _terms(session, case, answers)
    person = unseal(session, case, "content")
    people = sought_in(person)
    scope = {name: terms[name] for name in ("scope_from", "scope_to")}
    for agency in fresh:
        request = Request(id=uuid4(), case_id=case.id, agency=agency, state="asked", revision=0, answer=0)
        request.due_on, request.wanted = terms["due_on"], terms["wanted"]
        kept = {name: each.isoformat() for name, each in scope.items()} | {"questions": questions}
        reasons = {name: terms[name] for name in ("scope_reason", "due_reason")}
        request.content = seal(session, request, "content", kept | reasons | {"history": []})
        session.add(request)
        _note(session, actor, request, "ask", "")
        _remind_later(session, request)
        publish(
            session,
            says.InformationRequested(
                **_about(case, request),
                wanted=request.wanted,
                subject_name=person["subject_name"],
                subject_born=person["subject_born"],
                subjects=people,
                questions=questions,
                **scope,
            ),
        )
    bind_and_note(session, actor, case, {SENT: today(session)})
    return done(case)


def _not_yet_asked(session: Session, case_id: UUID, agencies: Sequence[str]) -> list[str]:
    """Those of the agencies that may be asked and have not been; raises Refused where there are none."""
    asked = agencies_asked(session, case_id)
    fresh = [each for each in dict.fromkeys(agencies) if each not in asked]
    if not fresh:
        raise Refused("All these agencies have been asked already. Choose others.", "agencies")
    if gone := set(fresh) - set(asked_now(session)):
        raise Refused(f"These agencies are not asked any more: {', '.join(sorted(gone))}. Choose others.", "agencies")
    return fresh


def _terms(session: Session, case: Case, answers: dict[str, Any]) -> dict[str, Any]:
    """The due day, the scope and what is wanted: the standard, unless something else was said, and why."""
    usual = standard_request(session, case)
    names = ("due_on", "scope_from", "scope_to")
    terms = {name: answers.get(name) or getattr(usual, name) for name in names}
    if terms["due_on"] is None:
        raise Refused("Enter by when they should answer: the clock cannot be counted.", "due_on")
    _can_be_due(session, terms["due_on"])
    if terms["due_on"] != usual.due_on and usual.due_on and not answers.get("due_reason"):
        raise Refused(f"The clock says {short(usual.due_on)}. Say why it is another day.", "due_reason")
    if terms["scope_to"] < terms["scope_from"]:
        raise Refused("The period must end after it begins.", "scope_to")
    if terms["scope_to"] > today(session):
        raise Refused("The period cannot end in the future.", "scope_to")
    if (terms["scope_from"], terms["scope_to"]) != (usual.scope_from, usual.scope_to) and not answers.get(
        "scope_reason"
    ):
        raise Refused("Say why it is another period than the two years to the incident.", "scope_reason")
    reasons = {name: answers.get(name) or "" for name in ("due_reason", "scope_reason")}
    return terms | reasons | {"wanted": answers.get("wanted") or "both"}


def _can_be_due(session: Session, day: date) -> None:
    if day <= today(session):
        raise Refused("Choose a day that lies in the future.", "due_on")
    try:
        rules.reminder_times(day, now(session))
    except BeyondHorizon:
        raise Refused("Choose an earlier day: the bank holidays of that year are not known yet.", "due_on") from None


def request_of(session: Session, case_id: UUID, request_id: UUID, *, alone: bool = False) -> Request:
    """A request of this case, or NotThere."""
    request = session.get(Request, request_id, with_for_update=alone)
    if request is None or request.case_id != case_id:
        raise NotThere
    return request


def accept_return(session: Session, actor: Actor, *, case_id: UUID, request_id: UUID) -> Done:
    """Say that an answer is good enough."""
    return _change(session, actor, case_id, request_id, "accept", "")


def query_return(session: Session, actor: Actor, *, case_id: UUID, request_id: UUID, query: str) -> Done:
    """Give an answer back with what is not clear; the agency can send a corrected one."""
    return _change(session, actor, case_id, request_id, "query", query)


def move_due_day(session: Session, actor: Actor, *, case_id: UUID, request_id: UUID, due_on: date, reason: str) -> Done:
    """Give an agency until another day; reminders follow."""
    _can_be_due(session, due_on)
    return _change(session, actor, case_id, request_id, "move", reason, due_on)


def decline_extension(session: Session, actor: Actor, *, case_id: UUID, request_id: UUID, reason: str) -> Done:
    """Let the due day stay, though the agency asked for more time."""
    case = case_of(session, actor, case_id, "decline")
    request = request_of(session, case_id, request_id, alone=True)
    if request.extension_until is None or rules.moved(request.state, "decline") is None:
        raise Refused(f"{NOT_NOW['decline']} Look at how the request stands now.")
    _note(session, actor, request, "decline", reason)
    _decide(session, case, request, reason, agreed=False)
    return Done(f"/cases/{case.id}/requests/{request.id}", case.reference, str(case.id))


def _decide(session: Session, case: Case, request: Request, words: str, *, agreed: bool) -> None:
    request.extension_until = None
    publish(session, says.ExtensionDecided(**_about(case, request), agreed=agreed, answer=words))


def waive_request(session: Session, actor: Actor, *, case_id: UUID, request_id: UUID, reason: str) -> Done:
    """Go on without an agency's answer; the chair says why."""
    return _change(session, actor, case_id, request_id, "waive", reason)


#: What leaves a query as it stands: the answer is still to be corrected.
KEEPS_QUERY = frozenset({"move", "decline", "amend"})
#: What may be done about a request, by the name that rules.MOVES has for it.
CHANGES: Mapping[str, Callable[..., Done]] = {
    "accept": accept_return,
    "query": query_return,
    "move": move_due_day,
    "decline": decline_extension,
    "waive": waive_request,
}
NOT_NOW = {
    "accept": "There is no answer to accept.",
    "query": "There is no answer to query.",
    "move": "Nobody waits for an answer from this agency.",
    "decline": "The agency does not ask for more time.",
    "waive": "Nobody waits for an answer from this agency.",
}


def _change(
    session: Session,
    actor: Actor,
    case_id: UUID,
    request_id: UUID,
    happens: str,
    words: str,
    due_on: date | None = None,
) -> Done:
    case = case_of(session, actor, case_id, happens)
    request = request_of(session, case_id, request_id, alone=True)
    state = rules.moved(request.state, happens)
    if state is None:
        raise Refused(f"{NOT_NOW[happens]} Look at how the request stands now.")
    request.state, request.revision = state, request.revision + 1
    if due_on:
        request.due_on = due_on
        mine = (reminders.c.request_id == request.id, reminders.c.type != rules.COMPARE)
        session.execute(delete(reminders).where(*mine, reminders.c.done_at.is_(None)))
        _remind_later(session, request)
    if request.extension_until and happens == "move":
        _decide(session, case, request, words, agreed=True)
    request.extension_until = None
    publish(
        session,
        says.InformationChanged(
            **_about(case, request),
            state=rules.TOLD[state],
            revision=request.revision,
            query=_note(session, actor, request, happens, words)["query"],
            subjects=sought_in(unseal(session, case, "content")),
        ),
    )
    return Done(f"/cases/{case.id}/requests/{request.id}", case.reference, str(case.id))


def tell_of_people(session: Session, actor: Actor, case: Case, request: Request, content: Mapping[str, Any]) -> None:
    """Say how a request stands, with whom the case is about now; an answer that is here stays an answer."""
    request.revision += 1
    kept = _note(session, actor, request, "amend", "")
    publish(
        session,
        says.InformationChanged(
            **_about(case, request),
            state=rules.TOLD.get(request.state, "open"),
            revision=request.revision,
            query=kept["query"],
            subjects=sought_in(content),
        ),
    )


def _note(session: Session, actor: Actor, request: Request, happens: str, words: str) -> dict[str, Any]:
    """Write down what happened to a request and why; what is kept of it now."""
    content: dict[str, Any] = unseal(session, request, "content") if request.content else {"history": []}
    content["query"] = words if happens == "query" else content.get("query", "") if happens in KEEPS_QUERY else ""
    line = {"what": happens, "words": words, "by": str(actor.person), "on": today(session).isoformat()}
    content["history"].append(line | {"due_on": request.due_on.isoformat()})
    request.content = seal(session, request, "content", content)
    return content


def _about(case: Case, request: Request) -> dict[str, Any]:
    about = {"request_id": request.id, "case_id": case.id, "reference": case.reference}
    return about | {"agency": request.agency, "due_on": request.due_on}


def _remind_later(session: Session, request: Request) -> None:
    about = {"subject": str(request.case_id), "request_id": request.id}
    rows = [
        # The row begins to wait when it is due; patience with its faults counts from then.
        {"id": uuid4(), "type": rung, **about, "created_at": due, "due_at": due}
        for rung, due in rules.reminder_times(request.due_on, now(session)).items()
    ]
    if rows:
        session.execute(insert(reminders), rows)
