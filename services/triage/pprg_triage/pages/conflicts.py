"""What does not agree in a chronology: the list, and each with its rows beside one another."""

from typing import Any
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, actor, may, needs, reading, saw
from pprg_shared.actor import Done
from pprg_shared.errors import NotThere
from pprg_shared.web.forms import Form
from pprg_triage import actions, rules
from pprg_triage.pages.blueprint import form_page, pages, typed
from pprg_triage.projections import conflicts_page, one_conflict
from pprg_triage.schemas import SettlingSchema

WORDS = {"kinds": rules.KINDS, "states": rules.CONFLICT_STATES}


@pages.get("/cases/<uuid:case_id>/conflicts")
def conflicts(case_id: UUID) -> ResponseReturnValue:
    """List what somebody should look at in the chronology, what is open first."""
    needs("read")
    page = request.args.get("page", 1, type=int)
    with reading() as session:
        about = actions.case_of(session, actor(), case_id)
        part = conflicts_page(session, case_id, page)
    if page not in range(1, part.pages + 1):
        raise NotThere
    saw(case_id, phase="chronology")
    return render_template("conflicts.html", case=about, part=part, **WORDS)


@pages.route("/cases/<uuid:case_id>/conflicts/<uuid:conflict_id>", methods=["GET", "POST"])
def conflict(case_id: UUID, conflict_id: UUID) -> ResponseReturnValue:
    """Show rows beside one another, and take how that is settled."""
    needs("read" if request.method == "GET" else "settle")
    verb = "read" if request.method == "GET" else "settle"
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, verb)
        found = one_conflict(session, case_id, conflict_id)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.settle_conflict, phase="chronology", case_id=case_id, conflict_id=conflict_id, **data)

    form = Form(SettlingSchema(), typed(), {"state": found.row.state} if found.row.state != "open" else {})
    return form_page("conflict.html", form, send, case=about, found=found, may_settle=may("settle"), **WORDS)
