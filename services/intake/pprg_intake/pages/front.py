"""The front page, the referral, who one is, and what the API is."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pprg_intake import actions, projections, rules
from pprg_intake.pages.common import pages
from pprg_intake.pages.leaving import nobody
from pprg_intake.schemas import (
    KINDS,
    NOBODY,
    REASONS,
    ActingSchema,
    GateSchema,
    ReferralSchema,
)
from pprg_shared.acting import act, actor, may, needs, reading, runtime, saw, signs_in, submitted
from pprg_shared.actor import COOKIE, Done, sign
from pprg_shared.audit import sign_ins
from pprg_shared.errors import Forbidden, NotThere
from pprg_shared.web import reference
from pprg_shared.web.forms import Form
from pprg_shared.web.headers import FORGET
from pprg_shared.web.limits import address
from pprg_shared.web.problems import PROBLEMS

SECONDS = 12 * 3600
#: Sign-ins that are shown to whose they are.
SIGN_INS = 50
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
    signs_in(person)
    if person is None:
        return nobody("/")
    response = redirect(_first_page(person.roles), 303)
    cookie = sign(person.id, runtime().settings.session_keys)
    response.set_cookie(COOKIE, cookie, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure)
    if actor().person not in (None, person.id):
        response.headers["Clear-Site-Data"] = FORGET
    return response


@pages.get("/session/sign-ins")
def your_sign_ins() -> ResponseReturnValue:
    """Show the newest sign-ins of the acting person, to them alone."""
    if actor().only:
        raise NotThere
    if actor().person is None:
        raise Forbidden("Say who you are first.")
    with reading() as session:
        rows = sign_ins(session, actor().person, SIGN_INS)
    return render_template("sign_ins.html", rows=rows)


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
        limits = [rules.of_referral(actor().person, actor().agency, address())]
        prefix = runtime().profile.partnership.prefix
        return act(actions.submit_referral, phase="receipt", limits=limits, prefix=prefix, **data)

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
    saw(told[0].case_id)
    return render_template("outcome.html", reference=reference, told=told)


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
