"""Asking agencies, and what they answered."""

from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from pprg_shared.acting import Done, act, needs, opened, reading, runtime
from pprg_shared.database import unseal
from pprg_shared.errors import NotThere
from pprg_shared.web.forms import Form
from pprg_triage import actions, rules
from pprg_triage.models import Return
from pprg_triage.pages.common import form_page, pages, typed
from pprg_triage.schemas import RequestsSchema

QUESTIONS = "Please summarise your agency's involvement in the two years before, and list the key events with dates."


@pages.get("/cases/<uuid:case_id>/returns/<uuid:return_id>")
def one_return(case_id: UUID, return_id: UUID) -> ResponseReturnValue:
    """Show what an agency answered."""
    needs("read")
    with reading() as session:
        found = session.get(Return, return_id)
        if found is None or found.case_id != case_id:
            raise NotThere
        content = unseal(session, found, "content")
        about = actions.case_of(session, case_id)
    opened(str(case_id), "returns")
    return render_template("return.html", case=about, found=found, content=content)


@pages.route("/cases/<uuid:case_id>/requests/new", methods=["GET", "POST"])
def ask(case_id: UUID) -> ResponseReturnValue:
    """Take which agencies are asked."""
    needs("ask")
    with reading() as session:
        about = actions.case_of(session, case_id)
        asked = actions.agencies_asked(session, case_id)
    due = rules.clock(about.received_on, runtime().profile.working_days()).targets["agency_return"].due
    initial = {"agencies": [each for each in about.named.split() if each not in asked], "questions": QUESTIONS}

    def send(data: dict[str, Any]) -> Done:
        return act(actions.release_requests, phase="requests", case_id=case_id, due_on=due, **data)

    return form_page("ask.html", Form(RequestsSchema(), typed(), initial), send, case=about, due=due, asked=asked)
