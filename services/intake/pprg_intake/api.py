"""The API of intake: the same schemas and actions as the pages."""

from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy import select

from pprg_intake import actions, answers, projections, rules
from pprg_intake.actions import corrections, drafts
from pprg_intake.actions.staff import name_staff, staff_of
from pprg_intake.models import Request
from pprg_intake.schemas import NilReturnSchema, StaffSchema, TimeSchema, referral_schema, return_schema
from pprg_shared.acting import act, actor, may, needs, reading, receipt, runtime, saw
from pprg_shared.calendar import london_date
from pprg_shared.database import unseal
from pprg_shared.errors import NotThere, Refused
from pprg_shared.spreadsheet import NotATable
from pprg_shared.web import takes_uploads
from pprg_shared.web.api import body, content, gives, takes, takes_file
from pprg_shared.web.limits import address, slow
from pprg_shared.web.problems import Invalid

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.get("/agencies")
@gives(answers.Agencies)
def agencies() -> ResponseReturnValue:
    """List the agencies of the partnership."""
    known = runtime().agencies.all()
    return jsonify({"agencies": [{"slug": code, "name": each.name} for code, each in known.items() if each.active]})


@api.post("/referrals")
@takes(lambda: referral_schema(entering=False))
def create_referral() -> ResponseReturnValue:
    """Submit a referral."""
    needs("refer")
    said = body(referral_schema(entering=may("enter")))
    who, prefix = actor(), runtime().profile.partnership.prefix
    if who.scopes is not None and said["referrer_agency"] != who.agency:
        raise Refused("This key refers cases for its own agency alone.", "referrer_agency")
    limits = [rules.of_referral(who.person, who.agency, address())]
    return receipt(act(actions.submit_referral, phase="receipt", limits=limits, prefix=prefix, **said))


@api.get("/referrals/<reference>/outcome")
@gives(answers.WhatWasDecided)
def outcome_of_referral(reference: str) -> ResponseReturnValue:
    """Tell the referrer what was decided."""
    needs("read outcomes")
    with reading() as session:
        told = projections.told_to_referrer(session, actor(), reference)
    saw(told[0].case_id)
    return jsonify({"reference": reference, "outcomes": [_outcome(each) for each in told]})


@api.get("/requests")
@gives(answers.Requests)
def list_requests() -> ResponseReturnValue:
    """List what one's agency is asked."""
    needs("answer")
    with reading() as session:
        rows = session.scalars(select(Request).where(Request.agency == actor().agency).order_by(Request.due_on)).all()
    return jsonify({"requests": [_public(each) for each in rows]})


@api.get("/requests/<uuid:request_id>")
@gives(answers.WholeRequest)
def one_request(request_id: UUID) -> ResponseReturnValue:
    """Show what is asked."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
        content = unseal(session, asked, "content")
    people = rules.sought(content)
    saw(asked.case_id)
    return jsonify(_public(asked) | content | {"subjects": people, "people_seen": rules.marks_of(people)})


@api.get("/requests/<uuid:request_id>/outcome")
@gives(answers.WhatWasDecided)
def outcome_of_request(request_id: UUID) -> ResponseReturnValue:
    """Tell an agency that was asked what was decided."""
    needs("read outcomes")
    with reading() as session:
        reference, told = projections.told_to_agency(session, actor(), request_id)
    saw(told[0].case_id)
    return jsonify({"reference": reference, "outcomes": [_outcome(each) for each in told]})


@api.get("/requests/<uuid:request_id>/return")
@gives(answers.ReturnSent)
def one_return(request_id: UUID) -> ResponseReturnValue:
    """Show what one's agency sent last: what a correction begins with."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
        sent = corrections.last_sent(session, asked)
        if sent is None:
            raise NotThere
        said = corrections.answers_of(session, sent)
    saw(asked.case_id)
    about = {"kind": sent.kind, "revision": sent.revision, "submitted_on": sent.submitted_on.isoformat()}
    return jsonify(about | {"answers": rules.as_sent(said)})


@api.post("/requests/<uuid:request_id>/return")
@takes_uploads
@takes(lambda: return_schema("both"))
def create_return(request_id: UUID) -> ResponseReturnValue:
    """Answer with a summary and a chronology."""
    needs("answer")
    with reading() as session:
        wanted = actions.request_of(session, actor(), request_id).wanted
    return receipt(act(actions.answer_request, phase="returns", request_id=request_id, **body(return_schema(wanted))))


@api.post("/requests/<uuid:request_id>/chronology")
@takes_uploads
@takes_file("Date,Source,Event\r\n22 May 2016,Log 12,An invented call.\r\n?June 2016,Letter 3,An invented visit.\r\n")
def create_draft(request_id: UUID) -> ResponseReturnValue:
    """Upload a chronology as text/csv, to be sent with the return that names it as its draft."""
    needs("answer")
    with reading() as session:
        agency = actions.request_of(session, actor(), request_id).agency
    today, themes = london_date(runtime().clock()), runtime().profile.themes
    names = (agency, runtime().agencies.name(agency))
    slow((rules.UPLOADS, agency))
    try:
        rows, wrong = actions.read_chronology(content("text/csv"), today, names, themes)
    except NotATable as error:
        raise Invalid([{"pointer": "", "detail": f"{error}."}]) from None
    if wrong:
        raise Invalid([{"pointer": f"/{each.row}/{each.column}", "detail": each.words} for each in wrong])
    return receipt(act(actions.keep_draft, phase="returns", request_id=request_id, rows=rows))


@api.get("/requests/<uuid:request_id>/chronology")
@gives(answers.DraftShown)
def one_draft(request_id: UUID) -> ResponseReturnValue:
    """Show what was uploaded and not sent yet, with what should be looked at once more."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
        draft = drafts.draft_of(session, asked)
        if draft is None:
            raise NotThere
        rows = drafts.rows_of(session, draft)
        scope = rules.scope_of(unseal(session, asked, "content"))
    saw(asked.case_id)
    today = london_date(runtime().clock())
    known, _ = rules.lines(rows, today, runtime().profile.themes)
    found = [
        {"row": n, "words": each} for n, line in enumerate(known, 1) for each in rules.warnings(line, today, scope)
    ]
    return jsonify({"draft": str(draft.id), "rows": rows, "warnings": found})


@api.post("/requests/<uuid:request_id>/chronology/drop")
@takes(Schema)
def drop_draft(request_id: UUID) -> ResponseReturnValue:
    """Forget what was uploaded and not sent yet."""
    needs("answer")
    body(Schema())
    return receipt(act(actions.drop_draft, phase="returns", request_id=request_id))


@api.post("/requests/<uuid:request_id>/extension")
def create_extension(request_id: UUID) -> ResponseReturnValue:
    """Ask for more time; the coordinator decides."""
    needs("answer")
    return receipt(act(actions.ask_for_time, phase="returns", request_id=request_id, **body(TimeSchema())))


@api.post("/requests/<uuid:request_id>/nil-return")
def create_nil_return(request_id: UUID) -> ResponseReturnValue:
    """Answer that the agency holds nothing about any of the subjects of the request."""
    needs("answer")
    return receipt(act(actions.answer_nil, phase="returns", request_id=request_id, **body(NilReturnSchema())))


@api.get("/requests/<uuid:request_id>/staff")
@gives(answers.Staff)
def one_staff_list(request_id: UUID) -> ResponseReturnValue:
    """Show whom of its staff an agency has listed for a request."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
        listed = staff_of(session, asked)
    saw(asked.case_id)
    return jsonify({"staff": listed})


@api.post("/requests/<uuid:request_id>/staff")
def create_staff_list(request_id: UUID) -> ResponseReturnValue:
    """Say who the members of staff are whom a return names by role: for the office alone, the whole list anew."""
    needs("answer")
    return receipt(act(name_staff, phase="returns", request_id=request_id, **body(StaffSchema())))


def _outcome(each: projections.Told) -> dict[str, str | None]:
    about = {"route": each.route, "outcome": each.outcome, "words": each.words}
    corrected = each.corrected_on.isoformat() if each.corrected_on else None
    return about | {"decided_on": each.decided_on.isoformat(), "corrected_on": corrected}


def _public(each: Request) -> dict[str, str]:
    return {
        "id": str(each.id),
        "case_id": str(each.case_id),
        "reference": each.reference,
        "agency": each.agency,
        "due_on": each.due_on.isoformat(),
        "state": each.state,
        "wanted": each.wanted,
    }
