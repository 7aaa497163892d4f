"""Proposing and ratifying."""

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from pprg_shared.acting import Done, act, needs, reading, submitted
from pprg_shared.web.forms import Form
from pprg_triage import actions
from pprg_triage.pages.cases import case_page
from pprg_triage.pages.common import form_page, pages, typed
from pprg_triage.schemas import DecisionSchema, RatificationSchema


@pages.route("/cases/<uuid:case_id>/decision/new", methods=["GET", "POST"])
def decide(case_id: UUID) -> ResponseReturnValue:
    """Take what the group proposes."""
    needs("propose")
    with reading() as session:
        about = actions.case_of(session, case_id)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.propose_decision, phase="decision", case_id=case_id, **data)

    return form_page("decide.html", Form(DecisionSchema(), typed()), send, case=about)


@pages.post("/cases/<uuid:case_id>/decision/ratify")
def ratify(case_id: UUID) -> ResponseReturnValue:
    """Take the second person's yes; a no is shown on the case."""
    needs("ratify")
    form = Form(RatificationSchema(), request.form)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.ratify_decision, phase="decision", case_id=case_id, **data)

    return submitted(form, send) or case_page(case_id, form)
