"""Closing a case without a review, and opening it again, by API."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, needs, receipt
from pprg_shared.web.api import body
from pprg_triage import actions
from pprg_triage.api.blueprint import api
from pprg_triage.schemas import ClosingSchema, ReopeningSchema


@api.post("/<uuid:case_id>/closing")
def create_closing(case_id: UUID) -> ResponseReturnValue:
    """Close a case on which the group need not decide, with the reason."""
    needs("close")
    return receipt(act(actions.close_case, phase="receipt", case_id=case_id, **body(ClosingSchema())))


@api.post("/<uuid:case_id>/reopening")
def create_reopening(case_id: UUID) -> ResponseReturnValue:
    """Open a case again that was closed without a review, with the reason."""
    needs("close")
    return receipt(act(actions.reopen_case, phase="receipt", case_id=case_id, **body(ReopeningSchema())))
