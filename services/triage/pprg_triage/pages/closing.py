"""Closing a case without a review, and opening it again."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from pprg_shared.acting import needs
from pprg_shared.web.forms import Form
from pprg_triage import actions
from pprg_triage.pages.blueprint import case_form, pages, typed
from pprg_triage.schemas import ClosingSchema, ReopeningSchema


@pages.route("/cases/<uuid:case_id>/close", methods=["GET", "POST"])
def close(case_id: UUID) -> ResponseReturnValue:
    """Take why the group need not decide on a case."""
    needs("close")
    return case_form(case_id, "close", "close.html", Form(ClosingSchema(), typed()), actions.close_case)


@pages.route("/cases/<uuid:case_id>/reopen", methods=["GET", "POST"])
def reopen(case_id: UUID) -> ResponseReturnValue:
    """Take why a case is opened again."""
    needs("close")
    return case_form(case_id, "close", "reopen.html", Form(ReopeningSchema(), typed()), actions.reopen_case)
