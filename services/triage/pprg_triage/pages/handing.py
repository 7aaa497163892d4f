"""The caseload of somebody of the office: the cases that they lead, handing them over, and who stands in."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, actor, needs, reading, submitted
from pprg_shared.actor import Done
from pprg_shared.identity.people import with_role
from pprg_shared.web.forms import Form
from pprg_triage import actions, rules
from pprg_triage.pages.blueprint import pages
from pprg_triage.projections import caseload
from pprg_triage.schemas import HandOverSchema, StandInSchema


@pages.get("/cases/caseload")
def own_caseload() -> ResponseReturnValue:
    """Show somebody the cases that they lead, and offer to hand them over or to name who stands in."""
    needs("hand over")
    return _page({})


@pages.post("/cases/caseload/<any(hand_over, stand_in):what>")
def pass_caseload(what: str) -> ResponseReturnValue:
    """Hand all of one's cases over, or name who stands in for some days."""
    needs("hand over")
    form = _form(what, request.form)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.HANDING[what], phase="receipt", **data)

    return submitted(form, send) or _page({what: form})


def _form(what: str, sent: Any = None) -> Form:
    with reading() as session:
        others = [each for each in with_role(session, *rules.OFFICE) if each.id != actor().person]
    schema = HandOverSchema(others) if what == "hand_over" else StandInSchema(others)
    return Form(schema, sent, mark=f"{what}-")


def _page(sent: dict[str, Form]) -> ResponseReturnValue:
    forms = {what: sent.get(what) or _form(what) for what in actions.HANDING}
    with reading() as session:
        mine = caseload(session, actor())
    wrong = any(each.errors for each in forms.values())
    return render_template("caseload.html", mine=mine, offered=forms, forms=list(forms.values())), 422 if wrong else 200
