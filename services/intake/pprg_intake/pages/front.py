"""The front page, the referral, and what the API is."""

from typing import Any
from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pprg_intake import actions, projections, rules
from pprg_intake.actions import begun
from pprg_intake.pages.blueprint import pages
from pprg_intake.pages.leaving import end_session
from pprg_intake.schemas import REASONS, GateSchema, ReferralSchema
from pprg_shared.acting import act, actor, may, needs, reading, runtime, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.errors import Forbidden, NotThere
from pprg_shared.web import reference
from pprg_shared.web.forms import Form
from pprg_shared.web.lapsed import DROP, lets_go
from pprg_shared.web.leaving import nobody
from pprg_shared.web.limits import address
from pprg_shared.web.problems import PROBLEMS
from pprg_shared.web.referred import KINDS

#: Who said one of these at the gate may go on to the form.
THROUGH = ("no", "yes_reported")


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show what this is and where to go."""
    return render_template("home.html")


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
    if request.values.get("immediate_risk") not in THROUGH and request.method == "GET":
        return redirect(url_for(".gate"), 303)
    return _referral_page()


@pages.route("/referrals/begun/<uuid:begun_id>", methods=["GET", "POST"])
@lets_go
def go_on(begun_id: UUID) -> ResponseReturnValue:
    """Let whoever left a referral go on with it, by link and code; it is shown, and sent when they send it."""
    if actor().person is None:
        raise Forbidden("This page opens with a code.")
    if actor().only != f"begun:{begun_id}":
        raise NotThere
    if DROP in request.form:
        with runtime().database.writing("action", g.get("request_id")) as session:
            begun.end(session, begun_id)
        end_session()
        return nobody("/")
    return _referral_page(begun_id)


def _referral_page(begun_id: UUID | None = None) -> ResponseReturnValue:
    """The form, empty or as it was typed so far; what was begun is gone once it is sent."""
    known = {name: request.values.get(name, "") for name in ("immediate_risk", "reason_kind")}
    about = [each for each in request.args.getlist("about") or request.form.getlist("_about") if each in KINDS]
    known["reason_kind"] = known["reason_kind"] if known["reason_kind"] in REASONS else "concern"
    schema = ReferralSchema(about=about, reason=known["reason_kind"], entering=may("enter"), form=True)
    first = {"subjects-0-kind": about[0]} if len(about) == 1 else {}
    form = Form(schema, request.form if request.method == "POST" else None, known | first)

    def send(data: dict[str, Any]) -> Done:
        limits = [rules.of_referral(actor().person, actor().agency, address())]
        prefix = runtime().profile.partnership.prefix
        data = data | {"prefix": prefix, "begun_id": begun_id}
        return act(actions.submit_referral, phase="receipt", limits=limits, **data)

    if answer := submitted(form, send):
        return answer
    shown = {"reason": known["reason_kind"], "about": about, "begun": begun_id is not None}
    return render_template("refer.html", form=form, **shown), 422 if form.errors else 200


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
