"""Pages of intake: the front page, the referral, the requests of one's agency, and who one is."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy import select

from pprg_intake import actions, projections, rules
from pprg_intake.models import Request
from pprg_intake.schemas import (
    KINDS,
    NOBODY,
    REASONS,
    ActingSchema,
    GateSchema,
    NilReturnSchema,
    ReferralSchema,
    return_schema,
)
from pprg_shared import spreadsheet
from pprg_shared.acting import Done, act, actor, may, needs, reading, runtime, submitted
from pprg_shared.actor import COOKIE, sign
from pprg_shared.calendar import london_date
from pprg_shared.database import unseal
from pprg_shared.errors import NotThere, Refused
from pprg_shared.spreadsheet import NotATable
from pprg_shared.web import reference, takes_uploads
from pprg_shared.web.forms import Form
from pprg_shared.web.problems import PROBLEMS

pages = Blueprint("pages", __name__)
SECONDS = 12 * 3600
#: Rows of an uploaded chronology on a page, and the most errors of a file that are listed.
PAGE_ROWS = 100
MOST_SHOWN = 1000
#: Who said one of these at the gate may go on to the form.
THROUGH = ("no", "yes_reported")
GROUPS = {
    "The practice review office": {"coordinator", "deputy", "administrator", "ops"},
    "The practice review group": {"chair", "partner", "member"},
    "Safeguarding leads of agencies": {"agency"},
}
ROLES = {
    "coordinator": "coordinator",
    "deputy": "deputy coordinator",
    "administrator": "administrator",
    "ops": "operator",
    "chair": "chair",
}


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show what this is and where to go."""
    return render_template("home.html")


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask who acts, until there is real sign-in."""
    form = Form(ActingSchema(), request.form if request.method == "POST" else None)
    if not form.is_valid():
        groups = _people(form.typed.get("person") or str(actor().person))
        return render_template("sign_in.html", form=form, groups=groups), 422 if form.errors else 200
    person = runtime().profile.person(form.data["person"])
    response = redirect("/" if person is None else _first_page(person.roles), 303)
    if person is None:
        response.delete_cookie(COOKIE)
    else:
        cookie = sign(person.id, runtime().settings.session_keys)
        response.set_cookie(COOKIE, cookie, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def _people(chosen: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """The invented people, by what they are here for."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for each in runtime().profile.people:
        heading = next((heading for heading, roles in GROUPS.items() if roles & set(each.roles)), "Others")
        agency = runtime().profile.agency(each.agency)
        what = ", ".join(ROLES[role] for role in each.roles if role in ROLES) or (agency.name if agency else "")
        checked = chosen in {each.code, str(each.id)}
        groups.setdefault(heading, []).append({"value": each.code, "text": f"{each.name}, {what}", "checked": checked})
    public = {"value": NOBODY, "text": "Nobody: see what the public sees", "checked": chosen == NOBODY}
    return [*groups.items(), ("Or", [public])]


def _first_page(roles: tuple[str, ...]) -> str:
    if "agency" in roles:
        return "/requests"
    return "/letters" if {"ops", "administrator"} & set(roles) else "/cases"


@pages.route("/referrals/start", methods=["GET", "POST"])
def gate() -> ResponseReturnValue:
    """Ask what must be known before the form; a live concern is led elsewhere, and nothing is kept."""
    needs("refer")
    form = Form(GateSchema(), request.form if request.method == "POST" else None)
    if not form.is_valid():
        return render_template("gate.html", form=form), 422 if form.errors else 200
    if form.data["immediate_risk"] == "yes_not_yet":
        return render_template("stop.html", reporting=runtime().profile.reporting)
    return redirect(url_for(".refer", **form.data), 303)


@pages.route("/referrals/new", methods=["GET", "POST"])
def refer() -> ResponseReturnValue:
    """Take a referral, from whoever came through the gate."""
    needs("refer")
    known = {name: request.values.get(name, "") for name in ("immediate_risk", "reason_kind")}
    if known["immediate_risk"] not in THROUGH and request.method == "GET":
        return redirect(url_for(".gate"), 303)
    about = [each for each in request.args.getlist("about") if each in KINDS]
    known["reason_kind"] = known["reason_kind"] if known["reason_kind"] in REASONS else "concern"
    schema = ReferralSchema(about=about, reason=known["reason_kind"], entering=may("enter"), form=True)
    first = {"subjects-0-kind": about[0]} if len(about) == 1 else {}
    form = Form(schema, request.form if request.method == "POST" else None, known | first)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.submit_referral, phase="receipt", prefix=runtime().profile.partnership.prefix, **data)

    if answer := submitted(form, send):
        return answer
    return render_template("refer.html", form=form, reason=known["reason_kind"]), 422 if form.errors else 200


@pages.get("/referrals/<reference>/thanks")
def thanks(reference: str) -> ResponseReturnValue:
    """Give the receipt; it holds nothing of the content, nor words that somebody put into the address."""
    if not rules.is_reference(runtime().profile.partnership.prefix, reference):
        raise NotThere
    return render_template("thanks.html", reference=reference)


@pages.get("/referrals/<reference>/outcome")
def outcome_of_referral(reference: str) -> ResponseReturnValue:
    """Show the referrer what was decided."""
    needs("read outcomes")
    with reading() as session:
        told = projections.told_to_referrer(session, actor(), reference)
    return render_template("outcome.html", reference=reference, told=told, marking=runtime().profile.marking)


@pages.get("/requests")
def requests() -> ResponseReturnValue:
    """List what one's agency is asked."""
    needs("answer")
    with reading() as session:
        rows = session.scalars(select(Request).where(Request.agency == actor().agency).order_by(Request.due_on)).all()
    return render_template("requests.html", rows=rows)


@pages.route("/requests/<uuid:request_id>", methods=["GET", "POST"])
def answer(request_id: UUID) -> ResponseReturnValue:
    """Show what is asked and take the answer."""
    needs("answer")
    nil = request.method == "POST" and "_nil" in request.form
    sent = request.form if request.method == "POST" else None
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
        content = unseal(session, asked, "content")
        draft = actions.draft_of(session, asked)
        decided = projections.is_decided(session, asked.case_id)
    form = Form(return_schema(asked.wanted), None if nil else sent, {"draft": draft.id} if draft else {})
    nil_form = Form(NilReturnSchema(), sent if nil else None, mark="nil-")

    def send(data: dict[str, Any]) -> Done:
        action = actions.answer_nil if nil else actions.answer_request
        return act(action, phase="returns", request_id=request_id, **data)

    if gone_on := submitted(nil_form if nil else form, send):
        return gone_on
    form.typed["draft"] = str(draft.id) if draft else ""
    shown = {"content": content, "form": form, "nil": nil_form, "draft": draft, "decided": decided}
    wrong = form.errors or nil_form.errors
    return render_template("request.html", asked=asked, closed=rules.CLOSED, **shown), 422 if wrong else 200


@pages.route("/requests/<uuid:request_id>/chronology", methods=["GET", "POST"])
@takes_uploads
def upload(request_id: UUID) -> ResponseReturnValue:
    """Take a chronology as a file: show what is wrong with it, or what was read, before it is sent."""
    needs("answer")
    form = Form(Schema(), request.form if request.method == "POST" else None)
    wrong: list[rules.Wrong] = []
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)

    def send(_data: dict[str, Any]) -> Done:
        if "_drop" in request.form:
            return act(actions.drop_draft, phase="returns", request_id=request_id)
        rows, found = _read_file(asked)
        wrong.extend(found)
        if found:
            raise Refused(f"{len({each.row for each in found})} of the rows below need changing. Nothing was kept.")
        return act(actions.keep_draft, phase="returns", request_id=request_id, rows=rows)

    if gone_on := submitted(form, send):
        return gone_on
    return _upload_page(asked, form, wrong)


def _read_file(asked: Request) -> tuple[list[dict[str, str]], list[rules.Wrong]]:
    sent = request.files.get("file")
    raw = sent.read() if sent else b""
    if not raw:
        raise Refused("Choose a CSV file with at least one row.", "file")
    names = (asked.agency, runtime().profile.names()["agency"](asked.agency))
    try:
        return actions.read_chronology(raw, london_date(runtime().clock()), names)
    except NotATable as error:
        raise Refused(f"{error}.") from None


def _upload_page(asked: Request, form: Form, wrong: list[rules.Wrong]) -> ResponseReturnValue:
    with reading() as session:
        draft = actions.draft_of(session, asked)
        rows: list[dict[str, str]] = unseal(session, draft, "content") if draft else []
        content = unseal(session, asked, "content")
    known, _ = rules.lines(rows, london_date(runtime().clock()))
    scope = rules.scope_of(content)
    found = [rules.warnings(each, london_date(runtime().clock()), scope) for each in known]
    total = max(1, -(-len(known) // PAGE_ROWS))
    page = min(max(request.args.get("page", 1, int), 1), total)
    first = (page - 1) * PAGE_ROWS
    numbered = list(enumerate(zip(known, found, strict=True), 1))
    shown = {
        "lines": numbered[first : first + PAGE_ROWS],
        "warned": [(number, *each) for number, each in numbered if each[1]],
        "count": len(known),
        "page": page,
        "pages": total,
    }
    columns = [head for head, _ in rules.COLUMNS.values()]
    about = {"wrong": wrong[:MOST_SHOWN], "more": max(0, len(wrong) - MOST_SHOWN), "columns": columns}
    status = 422 if form.errors else 200
    return render_template("upload.html", asked=asked, form=form, most=rules.MOST_ROWS, **shown, **about), status


@pages.get("/requests/<uuid:request_id>/chronology/template.csv")
def template(request_id: UUID) -> ResponseReturnValue:
    """Give an empty chronology for a spreadsheet: its heads."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
    heads = spreadsheet.MARK + spreadsheet.line(head for head, _ in rules.COLUMNS.values())
    empty = Response(heads, mimetype="text/csv")
    empty.headers.set("Content-Disposition", "attachment", filename=f"{asked.reference} chronology.csv")
    return empty


@pages.get("/requests/<uuid:request_id>/thanks")
def answered(request_id: UUID) -> ResponseReturnValue:
    """Say that the answer has arrived."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
    return render_template("answered.html", asked=asked)


@pages.get("/requests/<uuid:request_id>/outcome")
def outcome_of_request(request_id: UUID) -> ResponseReturnValue:
    """Show an agency that was asked what was decided."""
    needs("read outcomes")
    with reading() as session:
        reference, told = projections.told_to_agency(session, actor(), request_id)
    about = {"reference": reference, "told": told, "marking": runtime().profile.marking}
    return render_template("outcome.html", request_id=request_id, **about)


@pages.get("/api")
def api_reference() -> ResponseReturnValue:
    """Show every operation of all services, with curl for this address."""
    operations = reference.operations(request.host_url.rstrip("/"))
    services = sorted({each.service for each in operations})
    return render_template("api.html", operations=operations, services=services)


@pages.get("/problems/<slug>")
def problem(slug: str) -> ResponseReturnValue:
    """Explain a problem that the API named."""
    if slug not in PROBLEMS:
        raise NotThere
    status, title, advice = PROBLEMS[slug]
    return render_template("problem.html", status=status, title=title, advice=advice)
