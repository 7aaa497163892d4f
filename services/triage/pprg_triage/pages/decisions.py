"""Proposing, sending back, ratifying, and correcting words."""

from typing import Any
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, actor, needs, reading, runtime, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.calendar import london_date
from pprg_shared.errors import NotThere
from pprg_shared.web.forms import Form
from pprg_triage import actions, rules
from pprg_triage.pages.blueprint import form_page, pages, typed
from pprg_triage.pages.cases import case_page
from pprg_triage.projections import proposed_before, read_by_others
from pprg_triage.schemas import CorrectionSchema, RatificationSchema, SendBackSchema, decision_schema


@pages.get("/cases/<uuid:case_id>/decision/new")
def choose_route(case_id: UUID) -> ResponseReturnValue:
    """Ask on which kind of review the group decided; those that the referral names come first."""
    needs("propose")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "propose")
    saw(case_id, phase="decision")
    named, routes = about.routes.split(), runtime().profile.decided_routes()
    ordered = dict(sorted(routes.items(), key=lambda each: each[0] not in named))
    return render_template("choose_route.html", case=about, routes=ordered, named=named)


@pages.route("/cases/<uuid:case_id>/decision/<route>", methods=["GET", "POST"])
def decide(case_id: UUID, route: str) -> ResponseReturnValue:
    """Take what the group proposes on one route."""
    needs("propose")
    if route not in runtime().profile.decided_routes():
        raise NotThere
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "propose")
        first = proposed_before(session, about, route)
        decide_by = actions.decide_by(session, about, route)
    late = decide_by is not None and decide_by < london_date(runtime().clock())
    form = Form(decision_schema(route, late=late), typed(), first)
    if form.submitted:
        _keep_in_step(form)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.propose_decision, phase="decision", case_id=case_id, **data)

    body = runtime().profile.bodies[runtime().profile.routes[route].ratified_by or ""]
    return form_page("decide.html", form, send, case=about, route=route, body=body)


def _keep_in_step(form: Form) -> None:
    """Standard words that nobody has changed are those of the outcome that is chosen, also without a script."""
    for name, declared in form.schema.fields.items():
        if standard := declared.metadata.get("standard"):
            typed, outcome = form.typed.get(name, ""), form.typed.get("outcome", "")
            form.typed[name] = rules.follows_outcome(typed, standard, outcome)


@pages.post("/cases/<uuid:case_id>/decision/ratify")
def ratify(case_id: UUID) -> ResponseReturnValue:
    """Take the second person's yes; a no is shown on the case."""
    needs("ratify")
    with reading() as session:
        actions.case_of(session, actor(), case_id, "ratify")
    form = Form(RatificationSchema(), request.form)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.ratify_decision, phase="decision", case_id=case_id, **data)

    return submitted(form, send) or case_page(case_id, form)


@pages.route("/cases/<uuid:case_id>/decision/<uuid:decision_id>/send-back", methods=["GET", "POST"])
def send_back(case_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """Take why a decision must be thought over."""
    needs("ratify")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "ratify")

    def send(data: dict[str, Any]) -> Done:
        return act(actions.send_back, phase="decision", case_id=case_id, **data)

    form = Form(SendBackSchema(), typed(), {"decision_id": decision_id})
    return form_page("send_back.html", form, send, case=about)


@pages.route("/cases/<uuid:case_id>/decision/<uuid:decision_id>/words", methods=["GET", "POST"])
def correct(case_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """Take other words for those who read what was decided."""
    needs("correct")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "correct")
        route, first = read_by_others(session, about, decision_id)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.correct_words, phase="decision", case_id=case_id, **data)

    form = Form(CorrectionSchema(), typed(), first)
    return form_page("correct.html", form, send, case=about, route=route)
