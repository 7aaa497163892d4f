"""Asking agencies, how each request stands, and what they answered."""

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
from pprg_triage.models import Return
from pprg_triage.pages.blueprint import form_page, pages, typed
from pprg_triage.projections import told_by, whole_request
from pprg_triage.schemas import CHANGES, RequestsSchema


@pages.get("/cases/<uuid:case_id>/returns/<uuid:return_id>")
def one_return(case_id: UUID, return_id: UUID) -> ResponseReturnValue:
    """Show what an agency answered."""
    needs("read")
    with reading() as session:
        about, relation = actions.related(session, actor(), case_id)
        found = session.get(Return, return_id)
        if found is None or found.case_id != case_id:
            raise NotThere
        content = told_by(session, found, names=rules.may(actor().roles, "names", relation))
    saw(case_id, phase="returns")
    return render_template("return.html", case=about, found=found, content=content)


@pages.route("/cases/<uuid:case_id>/requests/new", methods=["GET", "POST"])
def ask(case_id: UUID) -> ResponseReturnValue:
    """Take which agencies are asked."""
    needs("ask")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "ask")
        asked = actions.agencies_asked(session, case_id)
        usual = actions.standard_request(session, about)
    agencies = [each for each in about.named.split() if each not in asked]
    initial = {"agencies": agencies, "questions": runtime().profile.letters.asked, "wanted": "both"}
    for name in ("scope_from", "scope_to", "due_on"):
        day = getattr(usual, name)
        initial[name] = f"{day.day} {day:%B %Y}" if day else ""

    def send(data: dict[str, Any]) -> Done:
        return act(actions.release_requests, phase="requests", case_id=case_id, **data)

    return form_page("ask.html", Form(RequestsSchema(), typed(), initial), send, case=about, usual=usual, asked=asked)


@pages.get("/cases/<uuid:case_id>/requests/<uuid:request_id>")
def one_request(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Show how a request stands, and offer what may be done about it."""
    needs("read")
    return _request_page(case_id, request_id)


@pages.post("/cases/<uuid:case_id>/requests/<uuid:request_id>/<any(accept, query, move, decline, waive):what>")
def change_request(case_id: UUID, request_id: UUID, what: str) -> ResponseReturnValue:
    """Accept or query an answer, give more time or none, or go on without an answer."""
    needs(what)
    with reading() as session:
        actions.case_of(session, actor(), case_id, what)
    form = Form(CHANGES[what](), request.form, mark=f"{what}-")

    def send(data: dict[str, Any]) -> Done:
        return act(actions.CHANGES[what], phase="returns", case_id=case_id, request_id=request_id, **data)

    return submitted(form, send) or _request_page(case_id, request_id, {what: form})


def _request_page(case_id: UUID, request_id: UUID, sent: dict[str, Form] | None = None) -> ResponseReturnValue:
    with reading() as session:
        found = whole_request(session, actor(), case_id, request_id)
    saw(case_id, phase="returns")
    until = found.request.extension_until
    offered = [what for what in CHANGES if found.may(what) and rules.moved(found.request.state, what)]
    initial = {"due_on": f"{until.day} {until:%B %Y}"} if until else {}
    forms = {
        what: Form(CHANGES[what](), None, initial if what == "move" else {}, mark=f"{what}-")
        for what in offered
        if what != "decline" or until
    } | (sent or {})
    wrong = any(form.errors for form in forms.values())
    today = london_date(runtime().clock())
    shown = {"found": found, "offered": forms, "forms": list(forms.values()), "wanted": rules.WANTED, "today": today}
    return render_template("request.html", case=found.case, states=rules.STATES, **shown), 422 if wrong else 200
