"""Cases by API: what is known of them, and each thing that is done about one."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from pprg_shared.acting import act, actor, needs, reading, receipt, runtime, saw
from pprg_shared.boxes.tables import steps
from pprg_shared.calendar import london_date
from pprg_shared.profile import SUBMIT, Deadline
from pprg_shared.web.api import asked, body, gives, takes
from pprg_triage import actions, answers, rules
from pprg_triage.api.blueprint import api
from pprg_triage.api.meetings import meeting_shown
from pprg_triage.models import Case, Decision, Request
from pprg_triage.projections import (
    Decided,
    access_page,
    all_cases,
    history_of,
    told_of,
    whole_case,
    whole_request,
)
from pprg_triage.schemas import (
    CHANGES,
    AccessSchema,
    CorrectionSchema,
    RatificationSchema,
    RequestsSchema,
    RouteSchema,
    SendBackSchema,
    Wording,
    decision_schema,
)


@api.get("")
@gives(answers.Cases)
def cases() -> ResponseReturnValue:
    """List the cases."""
    needs("read")
    with reading() as session:
        rows = all_cases(session, actor())
    return jsonify({"cases": [_public(each) | {"earlier_reference": earlier} for each, earlier in rows]})


def _public(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.id),
        "reference": case.reference,
        "received_on": case.received_on.isoformat(),
        "due_on": case.binds_on.isoformat() if case.binds_on and not case.waits else None,
        "clock": SUBMIT if case.rapid else case.watches or None,
    }


@api.get("/<uuid:case_id>")
@gives(answers.WholeCase)
def one_case(case_id: UUID) -> ResponseReturnValue:
    """Show one case."""
    needs("read")
    today = london_date(runtime().clock())
    with reading() as session:
        found = whole_case(session, actor(), case_id, runtime().profile)
    told = told_of(found, runtime().profile, today)
    saw(case_id)
    meeting = found.meeting
    shown = _public(found.case) | {
        "working": found.working,
        "warnings": found.outside,
        "steps": found.reached,
        "content": found.content,
        "amendments": found.amendments,
        "marking": runtime().profile.marking,
        "routes": [asdict(each) for each in told.routes],
        "clocks": [_clock(each, today) for each in told.deadlines],
        "noted": [asdict(each) | {"day": each.day.isoformat()} for each in found.noted],
        "closed": found.closing
        and asdict(found.closing) | {"on": found.closing.on.isoformat(), "by": str(found.closing.by)},
        "requests": [_request(each) for each in found.requests],
        "missing": found.missing,
        "rows": found.rows,
        "meeting": meeting and {"starts_at": meeting.starts_at.isoformat(), "place": found.place},
        "meetings": [meeting_shown(each) for each in found.meetings],
        "decisions": [_decision(each, told) for each, told in found.decisions],
        "letters": {"accepted": found.letters, "failed": found.failed_letters},
        "planned_at": found.planned and found.planned.isoformat(),
        "published": found.published and found.published.slug,
        "earlier_reference": found.listed.texts.get("reference", "") if found.listed else "",
        "listed": dict(found.listed.texts) if found.listed else None,
    }
    return jsonify(shown)


def _clock(deadline: Deadline, today: date) -> dict[str, Any]:
    return {
        "code": deadline.clock.code,
        "route": deadline.route,
        "day_zero": deadline.day0 and deadline.day0.isoformat(),
        "due_on": deadline.due and deadline.due.isoformat(),
        "ended_on": deadline.ended and deadline.ended.isoformat(),
        "days_late": rules.days_late(deadline),
        "state": rules.clock_state(deadline, today),
        "words": deadline.words,
    }


def _decision(decision: Decision, told: Decided) -> dict[str, Any]:
    return {
        "id": str(decision.id),
        "route": decision.route,
        "outcome": decision.outcome,
        "ratified": decision.ratified_on is not None,
        "returned": decision.returned_on is not None,
        "body": told.body,
        **told.content,
    }


@api.get("/<uuid:case_id>/history")
@gives(answers.History)
def history(case_id: UUID) -> ResponseReturnValue:
    """Tell what happened, in time order."""
    needs("read")
    with reading() as session:
        about, relation = actions.related(session, actor(), case_id)
        names = rules.may(actor().roles, "names", relation)
        happened = history_of(session, about, runtime().profile, Wording(runtime().profile, names), names=names)
    saw(case_id)
    rows = [{"at": each.at.isoformat(), "what": each.what, "who": each.who} for each in happened]
    return jsonify({"history": rows})


@api.get("/<uuid:case_id>/access")
@gives(answers.Accesses)
def access(case_id: UUID) -> ResponseReturnValue:
    """Tell who saw, did or was sent what between two moments, the newest first."""
    needs("who saw")
    with reading() as session:
        actions.case_of(session, actor(), case_id, "who saw")
        part = access_page(session, runtime().profile, case_id, **asked(AccessSchema()))
    saw(case_id)
    entries = [asdict(each) | {"at": each.at.isoformat()} for each in part.entries]
    return jsonify({"entries": entries, "total": part.total, "page": part.page, "pages": part.pages})


@api.get("/<uuid:case_id>/steps")
@gives(answers.Steps)
def counted_steps(case_id: UUID) -> ResponseReturnValue:
    """Count the coordinator's steps on this case, by phase."""
    needs("read")
    summed = select(steps.c.phase, func.sum(steps.c.count)).where(steps.c.subject == str(case_id))
    with reading() as session:
        actions.case_of(session, actor(), case_id)
        found = {phase: int(count) for phase, count in session.execute(summed.group_by(steps.c.phase))}
    return jsonify({"total": sum(found.values()), "by_phase": found})


@api.post("/<uuid:case_id>/requests")
def create_requests(case_id: UUID) -> ResponseReturnValue:
    """Ask agencies."""
    needs("ask")
    return receipt(act(actions.release_requests, phase="requests", case_id=case_id, **body(RequestsSchema())))


@api.get("/<uuid:case_id>/requests/<uuid:request_id>")
@gives(answers.WholeRequest)
def one_request(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Show what an agency was asked, how that stands, and which returns are here."""
    needs("read")
    with reading() as session:
        found = whole_request(session, actor(), case_id, request_id)
    saw(case_id)
    kept = {name: value for name, value in found.content.items() if name != "history"}
    returns = [
        {"id": str(each.id), "revision": each.revision, "kind": each.kind, "rows": each.rows} for each in found.returns
    ]
    history = {"history": found.content["history"], "returns": returns, "arriving": found.arriving}
    return jsonify(_request(found.request) | kept | history)


def _request(each: Request) -> dict[str, Any]:
    shown = {"id": str(each.id), "agency": each.agency, "due_on": each.due_on.isoformat(), "state": each.state}
    until = each.extension_until.isoformat() if each.extension_until else None
    return shown | {"wanted": each.wanted, "answer": each.answer, "extension_until": until}


@api.post("/<uuid:case_id>/requests/<uuid:request_id>/<any(accept, query, move, decline, waive):what>")
@takes(lambda: [made() for made in CHANGES.values()])
def change_request(case_id: UUID, request_id: UUID, what: str) -> ResponseReturnValue:
    """Accept or query an answer, give more time or none, or go on without an answer."""
    needs(what)
    said = body(CHANGES[what]()) | {"case_id": case_id, "request_id": request_id}
    return receipt(act(actions.CHANGES[what], phase="returns", **said))


@api.post("/<uuid:case_id>/decisions")
@takes(lambda: [decision_schema(route) for route in runtime().profile.decided_routes()])
def create_decision(case_id: UUID) -> ResponseReturnValue:
    """Propose a decision."""
    needs("propose")
    route = body(RouteSchema())["route"]
    return receipt(act(actions.propose_decision, phase="decision", case_id=case_id, **body(decision_schema(route))))


@api.post("/<uuid:case_id>/decisions/ratification")
def create_ratification(case_id: UUID) -> ResponseReturnValue:
    """Ratify a decision."""
    needs("ratify")
    return receipt(act(actions.ratify_decision, phase="decision", case_id=case_id, **body(RatificationSchema())))


@api.post("/<uuid:case_id>/decisions/return")
def create_return(case_id: UUID) -> ResponseReturnValue:
    """Send a proposed decision back, with the reason."""
    needs("ratify")
    return receipt(act(actions.send_back, phase="decision", case_id=case_id, **body(SendBackSchema())))


@api.post("/<uuid:case_id>/decisions/correction")
def create_correction(case_id: UUID) -> ResponseReturnValue:
    """Correct what others read of a ratified decision."""
    needs("correct")
    return receipt(act(actions.correct_words, phase="decision", case_id=case_id, **body(CorrectionSchema())))
