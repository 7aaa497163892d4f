"""Correcting what was referred, by API."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, needs, receipt
from pprg_shared.web.api import body, takes
from pprg_triage import actions
from pprg_triage.api.blueprint import api
from pprg_triage.schemas import amendment_schema


@api.post("/<uuid:case_id>/amendments")
@takes(amendment_schema)
def create_amendment(case_id: UUID) -> ResponseReturnValue:
    """Correct what was referred, or add to it: all of it as it should stand, and why."""
    needs("amend")
    return receipt(act(actions.amend_referral, phase="receipt", case_id=case_id, **body(amendment_schema())))
