"""What all pages of triage share."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from pprg_shared.acting import act, actor, aside, reading, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.web import problems
from pprg_shared.web.forms import Form
from pprg_triage import actions

pages = Blueprint("pages", __name__)


@pages.errorhandler(actions.Closed)
def closed(error: actions.Closed) -> Response:
    """To somebody who declared an interest in it a case is not there; the office is told that they tried."""
    aside(actions.note_tried, case_id=error.case_id)
    return problems.answer("not-found")


def form_page(template: str, form: Form, send: Callable[[dict[str, Any]], Done], **about: Any) -> ResponseReturnValue:
    """One shape for all forms about a case: draw, check, do, go on; a rule's no is shown above the form."""
    if gone_on := submitted(form, send):
        return gone_on
    saw(about["case"].id)
    return render_template(template, form=form, **about), 422 if form.errors else 200


def case_form(case_id: UUID, verb: str, template: str, form: Form, action: Callable[..., Done]) -> ResponseReturnValue:
    """A form about a case alone, for whoever may do this with it, and the action that it leads to."""
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, verb)

    def send(data: dict[str, Any]) -> Done:
        return act(action, phase="receipt", case_id=case_id, **data)

    return form_page(template, form, send, case=about)


def typed() -> "MultiDict[str, str] | None":
    """What was sent, or None when the form is only looked at."""
    return request.form if request.method == "POST" else None
