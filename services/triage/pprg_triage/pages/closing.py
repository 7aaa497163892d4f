"""Closing a case without a review, and opening it again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_shared.acting import act, actor, needs, reading
from pprg_shared.actor import Done
from pprg_shared.web.forms import Form
from pprg_triage import actions
from pprg_triage.pages.blueprint import form_page, pages, typed
from pprg_triage.schemas import ClosingSchema, ReopeningSchema


@pages.route("/cases/<uuid:case_id>/close", methods=["GET", "POST"])
def close(case_id: UUID) -> ResponseReturnValue:
    """Take why the group need not decide on a case."""
    needs("close")
    return _about_end(case_id, "close.html", ClosingSchema(), actions.close_case)


@pages.route("/cases/<uuid:case_id>/reopen", methods=["GET", "POST"])
def reopen(case_id: UUID) -> ResponseReturnValue:
    """Take why a case is opened again."""
    needs("close")
    return _about_end(case_id, "reopen.html", ReopeningSchema(), actions.reopen_case)


def _about_end(case_id: UUID, template: str, schema: Schema, action: Callable[..., Done]) -> ResponseReturnValue:
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "close")

    def send(data: dict[str, Any]) -> Done:
        return act(action, phase="receipt", case_id=case_id, **data)

    return form_page(template, Form(schema, typed()), send, case=about)
