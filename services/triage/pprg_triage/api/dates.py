"""Days that clocks count from or end with, by API."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from pprg_shared.acting import act, needs, receipt
from pprg_shared.web.api import body
from pprg_triage import actions
from pprg_triage.api.blueprint import api
from pprg_triage.schemas import DaySchema, TakenBackSchema


@api.post("/<uuid:case_id>/dates")
def create_date(case_id: UUID) -> ResponseReturnValue:
    """Note the day of something that clocks count from or end with, and its reference."""
    needs("note")
    return receipt(act(actions.note_day, phase="receipt", case_id=case_id, **body(DaySchema())))


@api.post("/<uuid:case_id>/dates/taken-back")
def create_taken_back(case_id: UUID) -> ResponseReturnValue:
    """Take back a day that was noted by mistake, with the reason."""
    needs("note")
    return receipt(act(actions.take_back_day, phase="receipt", case_id=case_id, **body(TakenBackSchema())))
